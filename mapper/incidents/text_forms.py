"""Text tables in which nothing divides the fields as usual: fixed width, quotes of other kinds.

Database consoles print columns under a rule of dashes, older systems columns of fixed width with
two or more blanks between them, some exports put fields in single quotation marks, and a table
that was pasted into one column of a spreadsheet has each line as a quoted text. Each is
rewritten as tab-separated text, line for line, before it is read as any other; a line that does
not keep to the columns stays one field, so that it is told and not cut.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise

_BATCH = 10_000  # records written at a time
_LINES = 200  # of the head, from which columns are told
_REMARKS = 3  # fewer lines above and below a table are a title and a count of rows
_LEAST = 3  # columns of a table told by blanks alone
_RULE = re.compile(r"[ \t]*-{2,}(?:[ \t]+-{2,})+[ \t]*")
_QUOTED = re.compile(r"\s*'[^'\n]*'(?:([,;|\t])'[^'\n]*')(?:\1'[^'\n]*')*\s*")
_WHOLE = re.compile(r'\s*"(?:[^"\n]|"")*"[\s,;]*')
_DIVIDED = re.compile(r"[,;|\t]")

Spans = tuple[tuple[int, int | None], ...]


def delimiting(head: bytes) -> Callable[[Iterable[str]], Iterator[bytes]] | None:
    """Return what rewrites the lines of a table that is divided in another way, else nothing.

    Parameters
    ----------
    head
        The first bytes of the text, by which its form is told.
    """
    lines = [line for line in head.decode(errors="ignore").splitlines() if line.strip()][:_LINES]
    if not lines:
        return None
    if found := _QUOTED.fullmatch(lines[0]):
        mark = found.group(1)
        return lambda every: _written(csv.reader(every, delimiter=mark, quotechar="'"))
    if divider := _inside(lines):
        return lambda every: _written(_unpacked(every, divider))
    rule = _rule_of(lines)
    spans = _under(rule) if rule else _between_blanks(lines)
    if not spans:
        return None
    return lambda every: _written(
        _cut(line, spans) for text in every if (line := text.rstrip("\r\n")) != rule
    )


def _inside(lines: list[str]) -> str:
    """Return what divides the texts that whole lines are, where each is a record of a table."""
    whole = [line for line in lines if _WHOLE.fullmatch(line)]
    if len(whole) <= max(1, len(lines) - _REMARKS):
        return ""
    for divider in "\t;|,":
        sizes = {len(record) for record in _unpacked(whole, divider)}
        if len(sizes) == 1 and sizes.pop() >= _LEAST:
            return divider
    return ""


def _unpacked(lines: Iterable[str], divider: str) -> Iterator[list[str]]:
    """Yield the records that are written in the one text of each line."""
    for record in csv.reader(lines):
        text = record[0] if record and not any(record[1:]) else ""
        yield next(csv.reader([text], delimiter=divider), []) if text else record


def _written(records: Iterable[list[str]]) -> Iterator[bytes]:
    """Yield records as tab-separated text, some at a time."""
    rest = iter(records)
    while some := list(islice(rest, _BATCH)):
        out = io.StringIO(newline="")
        csv.writer(out, delimiter="\t", lineterminator="\n").writerows(some)
        yield out.getvalue().encode()


def _rule_of(lines: list[str]) -> str:
    """Return the rule of dashes below a header in which nothing divides the names."""
    return next(
        (b for a, b in pairwise(lines) if _RULE.fullmatch(b) and not _DIVIDED.search(a)), ""
    )


def _under(rule: str) -> Spans:
    """Return the columns that a rule of dashes marks; the last reaches to the end of the line."""
    starts = [found.start() for found in re.finditer(r"-+", rule)]
    return tuple(zip(starts, [*starts[1:], None], strict=True))


def _between_blanks(lines: list[str]) -> Spans:
    """Return the columns of lines that nothing else divides, told by blanks common to all."""
    if _DIVIDED.search(lines[0]) or len(lines) == 1:
        return ()
    width = max(map(len, lines))
    used = [any(i < len(line) and line[i] != " " for line in lines) for i in range(width)]
    gutters = re.finditer(r"0{2,}", "".join("01"[one] for one in used))
    starts = [0, *(found.end() for found in gutters if found.start())]
    starts = [start for start in starts if start < width]
    if len(starts) < _LEAST:
        return ()
    return tuple(zip(starts, [*starts[1:], None], strict=True))


def _cut(line: str, spans: Spans) -> list[str]:
    """Return the fields of a line, or the line as one field where it does not keep to them.

    A line that fills under half of the columns is a remark, such as a count of rows.
    """
    fields = [line[start:end].strip() for start, end in spans]
    apart = all(line[start - 1 : start] in ("", " ", "\t") for start, _ in spans[1:])
    if apart and 2 * sum(map(bool, fields)) >= len(spans):
        return fields
    return [line.strip()] if line.strip() else []
