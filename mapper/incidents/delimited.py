"""Delimited text (CSV and its kin) to records, none lost.

Arrow parses; Python's ``csv`` module takes over where Arrow cannot (a delimiter outside ASCII, a
record beyond its limits), and is the definition of what a record is. Quotation marks are ``"``;
a mark that is opened and never closed would swallow the rest of the file, so it is refused.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.dialect import Dialect, find_dialect, record_reader, sample_records
from mapper.incidents.encoding import check_lines, to_utf8
from mapper.incidents.gather import IncidentFile
from mapper.incidents.headers import Known, above_words
from mapper.incidents.sheet import Positions, Ragged, Records, Sheet, is_blank, one_line
from mapper.incidents.text_forms import as_delimited

_BLOCK = 8 * 1024**2
_CHUNK = 50_000


@dataclass(frozen=True, eq=False)
class _Parsed:
    """Everything below the header: full records, and those of the wrong length."""

    table: pa.Table
    ragged: tuple[tuple[int, str], ...]  # number below the header from 1, comma-separated text
    blank: tuple[int, ...]  # numbers of ragged records that hold nothing


def open_delimited(found: IncidentFile, data: bytes, *, known: Known, header_row: int = 0) -> Sheet:
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
    text = as_delimited(text)
    dialect = find_dialect(text, name=found.name, known=known, header_row=header_row)
    dialect = replace(dialect, name=found.name)
    _check_quotes(text, dialect, found.name)

    def sample() -> list[list[str]]:
        return sample_records(text, dialect)

    def again() -> bytes:
        return as_delimited(to_utf8(found.load_again(sha256), name=found.name)[0])

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


def _check_quotes(text: bytes, dialect: Dialect, name: str) -> None:
    """Refuse a text in which a quotation mark is opened and never closed."""
    if b'"' not in text or not text.count(b'"', dialect.offset) % 2:
        return
    body = memoryview(text)[dialect.offset :]
    end = "\x02end\x03"  # stands alone as the last record unless a field swallows it
    last: list[str] = []
    number = dialect.number
    stream = io.StringIO(f"{str(body, 'utf-8')}\n{end}", newline="")
    records = record_reader(stream, dialect.delimiter)
    for number, last in enumerate(records, start=dialect.number + 1):  # noqa: B007 - the last pair is what is wanted
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
        (n, next(record_reader(io.StringIO(t, newline=""), dialect.delimiter), []))
        for n, t in ragged
    ]
    return _apart(table.unify_dictionaries(), fields)


def _parse_with_python(text: bytes, dialect: Dialect, *, wanted: Sequence[int]) -> _Parsed:
    """Parse with Python's csv module."""
    stream = io.StringIO(text[dialect.offset :].decode(), newline="")
    ragged: list[tuple[int, list[str]]] = []
    tables = []
    schema = pa.schema([(f"c{i}", pa.string()) for i in wanted])
    chunk: list[list[str]] = []
    for number, fields in enumerate(record_reader(stream, dialect.delimiter), start=1):
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
