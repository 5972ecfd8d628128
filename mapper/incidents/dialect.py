"""Where the records of delimited text begin, and what divides their fields.

The delimiter is the one whose header has most known columns, then the most regular one; Python's
``csv`` module is the definition of what a record is.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.headers import WITHIN, Known, find_header
from mapper.incidents.sheet import is_blank
from mapper.incidents.text import HEAD, Text

_LONGEST_FIELD = 2**31 - 1
_LONGEST_HEAD = limits.MAX_PYTHON_BYTES  # bytes in which a header ends, if there is one
_COMMON = ",;\t|"
_EXCEL_HINT = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_SURE = 5  # so many known columns, and the delimiter is right


@dataclass(frozen=True)
class Dialect:
    """Where the records of a text begin and what divides their fields."""

    delimiter: str
    header: tuple[str, ...]
    number: int  # record number of the header
    offset: int  # byte at which the record after the header begins
    above: tuple[str, ...] = ()  # what stands above the header
    name: str = ""  # of the file


def find_dialect(text: Text, *, name: str, known: Known, header_row: int = 0) -> Dialect:
    """Return the delimiter whose header has most known columns, then the most regular one.

    Raises
    ------
    InputError
        When the header cannot be parsed at all or has too many columns.
    """
    head = text.part(0, HEAD).decode(errors="ignore")
    hint = _EXCEL_HINT.match(head)
    delimiters = hint.group(1) if hint else _candidates(head)
    skipped = len(hint.group(0)) if hint else 0
    best: tuple[tuple[float, ...], Dialect] | None = None
    for delimiter in delimiters:
        dialect = _header(text, head, delimiter, skipped)
        if dialect is None or max(map(len, dialect.header)) > limits.MAX_TITLE_LENGTH:
            continue
        if len(dialect.header) > limits.MAX_COLUMNS:
            raise InputError(
                f"{name}: has {len(dialect.header):,} columns, more than {limits.MAX_COLUMNS:,}."
                " Is it a table? Leave out those that are not needed."
            )
        if known(dialect.header) >= max(_SURE, _named(dialect.header)) and not header_row:
            return _widened(text, dialect)
        score = _score(text, dialect, known)
        if best is None or score > best[0]:
            best = score, dialect
    if best is None:
        raise InputError(f"{name}: no header could be read from it. Save it as CSV in UTF-8.")
    return _widened(
        text,
        _further_down(head, best, known, name=name, header_row=header_row, skipped=skipped),
    )


def _named(header: Sequence[str]) -> int:
    """Return how many columns of a header have a name."""
    return sum(map(bool, header))


def _widened(text: Text, dialect: Dialect) -> Dialect:
    """Return a dialect as wide as its records, where the difference is nameless and blank.

    A delimiter ends each record, or the header alone: a spreadsheet writes what was once filled.
    """
    sample = sample_records(text, dialect)
    size, widths = len(dialect.header), Counter(map(len, sample))
    width = widths.most_common(1)[0][0] if widths else size
    if max(widths, default=size) == width < size and is_blank(dialect.header[width:]):
        return replace(dialect, header=dialect.header[:width])
    if width <= size or not all(is_blank(fields[size:]) for fields in sample):
        return dialect
    return replace(dialect, header=(*dialect.header, *[""] * (width - size)))


def _further_down(
    head: str,
    best: tuple[tuple[float, ...], Dialect],
    known: Known,
    *,
    name: str,
    header_row: int,
    skipped: int,
) -> Dialect:
    """Return the header below titles, under the delimiter that gives most columns, else the best.

    Titles have few delimiters, so every candidate is tried again with the rows below them.
    """
    found: tuple[tuple[float, ...], Dialect] | None = None
    tried = dict.fromkeys([best[1].delimiter, *_COMMON])
    chosen = header_row - bool(skipped) if header_row else 0
    for delimiter in tried:
        records, ends = _top_records(head, delimiter, skipped)
        header = find_header(records, known, chosen=chosen, name=name)
        if header is None or max(map(len, header.names)) > limits.MAX_TITLE_LENGTH:
            continue
        offset = len(head[: ends[header.at]].encode())
        number = header.at + 1 + bool(skipped)
        dialect = Dialect(delimiter, header.names, number, offset, header.above)
        score = (known(header.names), len(header.names))
        if found is None or score > found[0]:
            found = score, dialect
    if found is None or (not header_row and found[1].number == best[1].number):
        return best[1]
    return found[1]


def _top_records(head: str, delimiter: str, skipped: int) -> tuple[list[list[str]], list[int]]:
    """Return the first records and the character at which each ends; a cut one is left out."""
    consumed = [skipped]
    records, ends = [], []
    try:
        for fields in record_reader(_lines(head, consumed), delimiter):
            records.append(fields)
            ends.append(consumed[0])
            if len(records) == WITHIN:
                break
    except csv.Error:
        pass
    return records, ends


def _candidates(head: str) -> str:
    """Return the characters that may divide fields: the common ones, then others of the header."""
    first = next((line for line in head.splitlines() if line.strip()), "")
    others = {c for c in first if not (c.isalnum() or c.isspace() or c in "\"'_.()/#&\0")}
    return _COMMON + "".join(sorted(others - set(_COMMON)))


def _header(text: Text, head: str, delimiter: str, skipped: int) -> Dialect | None:
    """Return the first record that is not blank, read with a delimiter."""
    dialect = _header_of(head, delimiter, skipped, whole=text.size <= HEAD)
    if dialect is None and text.size > HEAD:
        longer = text.part(0, _LONGEST_HEAD).decode(errors="ignore")
        return _header_of(longer, delimiter, skipped, whole=text.size <= _LONGEST_HEAD)
    return dialect


def _header_of(part: str, delimiter: str, skipped: int, *, whole: bool) -> Dialect | None:
    """Return the header if it ends before ``part`` does, or if there is no more than that."""
    consumed = [skipped]
    try:
        for number, fields in enumerate(record_reader(_lines(part, consumed), delimiter), start=1):
            if not is_blank(fields) and (whole or consumed[0] < len(part)):
                offset = len(part[: consumed[0]].encode())
                names = tuple(field.strip() for field in fields)
                return Dialect(delimiter, names, number + bool(skipped), offset)
    except csv.Error:
        pass
    return None


def _lines(text: str, consumed: list[int]) -> Iterator[str]:
    """Yield lines with their ends, counting the characters handed out."""
    for line in io.StringIO(text[consumed[0] :], newline=""):
        consumed[0] += len(line)
        yield line


def _score(text: Text, dialect: Dialect, known: Known) -> tuple[float, ...]:
    """Return how likely a delimiter is: known columns, regularity, then columns."""
    sample = sample_records(text, dialect)
    columns = len(dialect.header)
    regular = sum(len(fields) == columns for fields in sample) / max(len(sample), 1)
    return known(dialect.header), columns > 1, regular, columns


def sample_records(text: Text, dialect: Dialect) -> list[list[str]]:
    """Return the first records below the header that are not blank; a part of one may end them."""
    part = text.part(dialect.offset, HEAD).decode(errors="ignore")
    records = []
    try:
        for fields in record_reader(io.StringIO(part, newline=""), dialect.delimiter):
            if not is_blank(fields):
                records.append(fields)
            if len(records) > limits.SAMPLE_RECORDS:
                break
    except csv.Error:
        pass
    return records[: limits.SAMPLE_RECORDS]


def record_reader(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Return Python's reader, which defines what a record is, without its limit on fields."""
    csv.field_size_limit(_LONGEST_FIELD)
    return csv.reader(lines, delimiter=delimiter)
