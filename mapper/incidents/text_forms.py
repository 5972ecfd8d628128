"""Text tables in which nothing divides the fields but their place in the line, or single quotes.

Database consoles print columns under a rule of dashes, older systems columns of fixed width with
two or more blanks between them, some exports put fields in single quotation marks. Each is
rewritten as tab-separated text, line for line, before it is read as any other; a line that does
not keep to the columns stays one field, so that it is told and not cut.
"""

import csv
import io
import re
from collections.abc import Iterable
from itertools import pairwise

_HEAD = 65_536  # characters looked at to find the columns
_LINES = 200  # of the head, from which columns are told
_LEAST = 3  # columns of a table told by blanks alone
_RULE = re.compile(r"[ \t]*-{2,}(?:[ \t]+-{2,})+[ \t]*")
_QUOTED = re.compile(r"\s*'[^'\n]*'(?:([,;|\t])'[^'\n]*')(?:\1'[^'\n]*')*\s*")
_DIVIDED = re.compile(r"[,;|\t]")

Spans = tuple[tuple[int, int | None], ...]


def as_delimited(text: bytes) -> bytes:
    """Return a table of fixed width or in single quotes as tab-separated text, others as given."""
    head = text[:_HEAD].decode(errors="ignore")
    lines = [line for line in head.splitlines() if line.strip()][:_LINES]
    if not lines:
        return text
    if found := _QUOTED.fullmatch(lines[0]):
        whole = io.StringIO(text.decode(), newline="")
        return _written(csv.reader(whole, delimiter=found.group(1), quotechar="'"))
    rule = _rule_of(lines)
    spans = _under(rule) if rule else _between_blanks(lines)
    if not spans:
        return text
    every = (line for line in text.decode().splitlines() if line != rule)
    return _written(_cut(line, spans) for line in every)


def _written(records: Iterable[list[str]]) -> bytes:
    """Return records as tab-separated text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(records)
    return out.getvalue().encode()


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
