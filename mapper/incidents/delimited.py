"""Delimited text (CSV and its kin) to records, none lost.

Arrow parses; Python's ``csv`` module takes over where Arrow cannot (a delimiter outside ASCII, a
record beyond its limits), and is the definition of what a record is. Quotation marks are ``"``;
a mark that is opened and never closed would swallow the rest of the file, so it is refused.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.encoding import check_lines, to_utf8
from mapper.incidents.gather import Found
from mapper.incidents.headers import WITHIN, Known, above_words, find_header
from mapper.incidents.sheet import Positions, Ragged, Records, Sheet, is_blank, one_line

_HEAD = 65_536  # bytes looked at to find the header and the delimiter
_BLOCK = 8 * 1024**2
_LONGEST_FIELD = 2**31 - 1
_COMMON = ",;\t|"
_EXCEL_HINT = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
_CHUNK = 50_000
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


@dataclass(frozen=True, eq=False)
class _Parsed:
    """Everything below the header: full records, and those of the wrong length."""

    table: pa.Table
    ragged: tuple[tuple[int, str], ...]  # number below the header from 1, comma-separated text
    blank: tuple[int, ...]  # numbers of ragged records that hold nothing


def open_delimited(found: Found, data: bytes, *, known: Known, header_row: int = 0) -> Sheet:
    """Find the encoding, delimiter and header of a text file.

    Raises
    ------
    InputError
        When it is empty, no text, or a quotation mark is never closed.
    """
    sha256, size = found.digest(data)
    check_lines(data, name=found.name)
    text, encoding = to_utf8(data, name=found.name)
    if not text or text.isspace():
        raise InputError(f"{found.name}: is empty. Check that the export finished.")
    dialect = find_dialect(text, name=found.name, known=known, header_row=header_row)
    dialect = replace(dialect, name=found.name)
    _check_quotes(text, dialect, found.name)

    def sample() -> list[list[str]]:
        return _first_records(text[dialect.offset : dialect.offset + _HEAD], dialect.delimiter)

    def again() -> bytes:
        return to_utf8(found.load_again(sha256), name=found.name)[0]

    def read(whole: Sequence[int], few: Sequence[int]) -> Records:
        return _read(text, dialect, whole=whole, few=few, again=again)

    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=dialect.header,
        sample=sample,
        read=read,
        encoding=encoding,
        delimiter=dialect.delimiter,
        notes=above_words(found.name, dialect.above),
    )


def find_dialect(text: bytes, *, name: str, known: Known, header_row: int = 0) -> Dialect:
    """Return the delimiter whose header has most known columns, then the most regular one.

    Raises
    ------
    InputError
        When the header cannot be parsed at all or has too many columns.
    """
    head = text[:_HEAD].decode(errors="ignore")
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


def _widened(text: bytes, dialect: Dialect) -> Dialect:
    """Return a dialect with columns added for what only separates: a delimiter ends each record."""
    sample = _first_records(text[dialect.offset : dialect.offset + _HEAD], dialect.delimiter)
    size, widths = len(dialect.header), Counter(map(len, sample))
    width = widths.most_common(1)[0][0] if widths else size
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
        for fields in _reader(_lines(head, consumed), delimiter):
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


def _header(text: bytes, head: str, delimiter: str, skipped: int) -> Dialect | None:
    """Return the first record that is not blank, read with a delimiter."""
    dialect = _header_of(head, delimiter, skipped, whole=len(text) <= _HEAD)
    if dialect is None and len(text) > _HEAD:
        return _header_of(text.decode(), delimiter, skipped, whole=True)
    return dialect


def _header_of(part: str, delimiter: str, skipped: int, *, whole: bool) -> Dialect | None:
    """Return the header if it ends before ``part`` does, or if there is no more than that."""
    consumed = [skipped]
    try:
        for number, fields in enumerate(_reader(_lines(part, consumed), delimiter), start=1):
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


def _score(text: bytes, dialect: Dialect, known: Known) -> tuple[float, ...]:
    """Return how likely a delimiter is: known columns, regularity, then columns."""
    sample = _first_records(text[dialect.offset : dialect.offset + _HEAD], dialect.delimiter)
    columns = len(dialect.header)
    regular = sum(len(fields) == columns for fields in sample) / max(len(sample), 1)
    return known(dialect.header), columns > 1, regular, columns


def _first_records(text: bytes, delimiter: str) -> list[list[str]]:
    """Return the first records that are not blank; a part of a record may end them."""
    records = []
    try:
        for fields in _reader(io.StringIO(text.decode(errors="ignore"), newline=""), delimiter):
            if not is_blank(fields):
                records.append(fields)
            if len(records) > limits.SAMPLE_RECORDS:
                break
    except csv.Error:
        pass
    return records[: limits.SAMPLE_RECORDS]


def _reader(lines: Iterator[str] | io.StringIO, delimiter: str) -> Iterator[list[str]]:
    """Return Python's reader, which defines what a record is, without its limit on fields."""
    csv.field_size_limit(_LONGEST_FIELD)
    return csv.reader(lines, delimiter=delimiter)


def _check_quotes(text: bytes, dialect: Dialect, name: str) -> None:
    """Refuse a text in which a quotation mark is opened and never closed."""
    if b'"' not in text or not text.count(b'"', dialect.offset) % 2:
        return
    body = memoryview(text)[dialect.offset :]
    end = "\x02end\x03"  # stands alone as the last record unless a field swallows it
    last: list[str] = []
    number = dialect.number
    stream = io.StringIO(f"{str(body, 'utf-8')}\n{end}", newline="")
    for number, last in enumerate(_reader(stream, dialect.delimiter), start=dialect.number + 1):  # noqa: B007 - the last pair is what is wanted
        pass
    if last != [end]:
        raise InputError(
            f"{name}: a quotation mark opened in row {number} is never closed, so the rows after it"
            " cannot be told apart. Close it or export the file again."
        )


def _read(
    text: bytes,
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    again: Callable[[], bytes],
) -> Records:
    """Return the records below the header with the columns asked for."""
    parsed = _parse(text, dialect, whole=whole, few=few)
    below = _numbers(parsed)
    blank = _blank(text, dialect, parsed)
    kept = np.flatnonzero(~blank) if blank.any() else None
    table = parsed.table if kept is None else parsed.table.take(pa.array(kept))
    held = np.arange(len(below)) if kept is None else kept

    def originals(positions: Positions) -> list[str]:
        columns = range(len(dialect.header))
        everything = _parse(again(), dialect, whole=columns, few=()).table
        rows = everything.take(pa.array(held[positions])).to_pydict().values()
        return [one_line(fields) for fields in zip(*rows, strict=True)]

    return Records(
        columns={i: table.column(f"c{i}") for i in (*whole, *few)},
        numbers=(below[held] + dialect.number).astype(np.int32),
        originals=originals,
        ragged=tuple(Ragged(number + dialect.number, line) for number, line in parsed.ragged),
        blank=int(blank.sum()) + len(parsed.blank),
    )


def _numbers(parsed: _Parsed) -> Positions:
    """Return the number below the header, from 1, of each full record."""
    apart = np.array([*(number for number, _ in parsed.ragged), *parsed.blank], dtype=np.intp)
    everything = np.arange(1, parsed.table.num_rows + apart.size + 1)
    return np.delete(everything, apart - 1)


def _blank(text: bytes, dialect: Dialect, parsed: _Parsed) -> Positions:
    """Return which full records hold nothing at all; unread columns are read only for these."""
    table = parsed.table
    blank = np.ones(table.num_rows, dtype=bool)
    # Columns with few distinct values come first: they settle nearly every file at once.
    for column in sorted(table.columns, key=lambda c: not pa.types.is_dictionary(c.type)):
        if not blank.any():
            return blank
        blank &= _is_empty(column)
    if blank.any() and table.num_columns < len(dialect.header):
        rest = [i for i in range(len(dialect.header)) if f"c{i}" not in table.column_names]
        for column in _parse(text, dialect, whole=rest, few=()).table.columns:
            blank &= _is_empty(column)
    return blank


def _is_empty(column: pa.ChunkedArray) -> Positions:
    """Return which values of a column are empty or white space."""
    parts = [np.zeros(0, dtype=bool)]
    for chunk in column.chunks:
        coded = pa.types.is_dictionary(chunk.type)
        values = chunk.dictionary if coded else chunk
        empty = pc.equal(pc.binary_length(pc.ascii_trim_whitespace(values)), 0)
        empty = empty.to_numpy(zero_copy_only=False)
        parts.append(empty[chunk.indices.to_numpy()] if coded else empty)
    return np.concatenate(parts)


def _parse(text: bytes, dialect: Dialect, *, whole: Sequence[int], few: Sequence[int]) -> _Parsed:
    """Parse the records below the header, by Arrow where it can, else by Python."""
    body = pa.py_buffer(text).slice(dialect.offset)
    if body.size and dialect.delimiter.isascii():
        try:
            return _parse_with_arrow(body, dialect, whole=whole, few=few)
        except (pa.ArrowInvalid, pa.ArrowCapacityError):
            if body.size > limits.MAX_PYTHON_BYTES:
                raise InputError(
                    f"{dialect.name}: a record holds more than {_BLOCK:,} bytes, so a quotation"
                    " mark may be opened that is closed far below. Mend it, or export it again."
                ) from None
            # A record past Arrow's limits: Python reads it.
    return _parse_with_python(text, dialect, wanted=[*whole, *few])


def _parse_with_arrow(
    body: pa.Buffer, dialect: Dialect, *, whole: Sequence[int], few: Sequence[int]
) -> _Parsed:
    """Parse with Arrow on this thread, which alone makes it number the ragged records."""
    ragged: list[tuple[int, str]] = []

    def keep(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    few_type = pa.dictionary(pa.int32(), pa.string())
    types = {f"c{i}": pa.string() for i in whole} | {f"c{i}": few_type for i in few}
    table = arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            block_size=min(body.size + 1, _BLOCK),
            column_names=[f"c{i}" for i in range(len(dialect.header))],
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            invalid_row_handler=keep,
            newlines_in_values=True,
            ignore_empty_lines=False,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types, include_columns=list(types), strings_can_be_null=False
        ),
    )
    fields = [
        (n, next(_reader(io.StringIO(t, newline=""), dialect.delimiter), [])) for n, t in ragged
    ]
    return _apart(table.unify_dictionaries(), fields)


def _parse_with_python(text: bytes, dialect: Dialect, *, wanted: Sequence[int]) -> _Parsed:
    """Parse with Python's csv module."""
    stream = io.StringIO(text[dialect.offset :].decode(), newline="")
    ragged: list[tuple[int, list[str]]] = []
    tables = []
    schema = pa.schema([(f"c{i}", pa.string()) for i in wanted])
    chunk: list[list[str]] = []
    for number, fields in enumerate(_reader(stream, dialect.delimiter), start=1):
        if len(fields) == len(dialect.header):
            chunk.append(fields)
        elif not fields and len(dialect.header) == 1:
            chunk.append([""])
        else:
            ragged.append((number, fields))
        if len(chunk) == _CHUNK:
            tables.append(_table(chunk, wanted, schema))
            chunk = []
    tables.append(_table(chunk, wanted, schema))
    return _apart(pa.concat_tables(tables), ragged)


def _table(rows: list[list[str]], wanted: Sequence[int], schema: pa.Schema) -> pa.Table:
    """Return the wanted columns of parsed rows."""
    return pa.table([pa.array([row[i] for row in rows], pa.string()) for i in wanted], schema)


def _apart(table: pa.Table, ragged: list[tuple[int, list[str]]]) -> _Parsed:
    """Return parsed records with the blank ones told from those of the wrong length."""
    return _Parsed(
        table,
        tuple((number, one_line(fields)) for number, fields in ragged if not is_blank(fields)),
        tuple(number for number, fields in ragged if is_blank(fields)),
    )
