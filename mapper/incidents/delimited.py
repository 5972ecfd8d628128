"""Delimited text (CSV and its kin) to records, none lost.

Arrow parses; Python's ``csv`` module takes over where Arrow cannot (a delimiter outside ASCII, a
record beyond its limits), and is the definition of what a record is. Quotation marks are ``"``;
a mark that is opened and never closed would swallow the rest of the file, so it is refused.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.columns import is_empty
from mapper.incidents.dialect import Dialect, find_dialect, record_reader, sample_records
from mapper.incidents.gather import IncidentFile
from mapper.incidents.headers import Known, above_words
from mapper.incidents.on_disk import TextWriter
from mapper.incidents.sheet import Positions, Ragged, Records, Sheet, is_blank, one_line
from mapper.incidents.text import Text, in_columns, text_of

_BLOCK = 8 * 1024**2
_CHUNK = 50_000
_FEW = pa.dictionary(pa.int32(), pa.string())  # a column with few distinct values


@dataclass(frozen=True, eq=False)
class _Parsed:
    """Everything below the header: full records, and those of the wrong length."""

    table: pa.Table
    ragged: tuple[tuple[int, str], ...]  # number below the header from 1, comma-separated text
    blank: tuple[int, ...]  # numbers of ragged records that hold nothing


def open_delimited(
    found: IncidentFile, data: bytes | None, *, known: Known, header_row: int = 0
) -> Sheet:
    """Find the encoding, delimiter and header of a text file.

    Parameters
    ----------
    data
        What the file holds where it is packed; a plain file is read where it lies.

    Raises
    ------
    InputError
        When it is empty, no text, or a quotation mark is never closed.
    """
    packed = data is not None
    stamp = () if packed else found.stamp()
    text = text_of(found, data)
    sha256, size = (text.sha256, text.length) if data is None else found.digest(data)
    if text.blank:
        raise InputError(f"{found.name}: is empty. Check that the export finished.")
    text = in_columns(text)
    dialect = find_dialect(text, name=found.name, known=known, header_row=header_row)
    dialect = replace(dialect, name=found.name)
    _check_quotes(text, dialect, found.name)
    held = [text]  # let go once it is parsed: what is packed lies in memory

    def sample() -> list[list[str]]:
        return sample_records(held[0] if held else again(), dialect)

    def again() -> Text:
        read_again = text_of(found, found.load_again(sha256) if packed else None)
        if not packed and read_again.sha256 != sha256:
            raise found.changed()
        return in_columns(read_again)

    def read(whole: Sequence[int], few: Sequence[int]) -> Records:
        records = _read(held.pop() if held else again(), dialect, whole=whole, few=few, again=again)
        if not packed and found.stamp() != stamp:  # its digest would be that of another content
            raise found.changed()
        return records

    def slices(whole: Sequence[int], few: Sequence[int], rows: int) -> Iterator[Records]:
        for records in _slices(text, dialect, whole=whole, few=few, rows=rows):
            if found.stamp() != stamp:  # before anything of it is counted
                raise found.changed()
            yield records

    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=dialect.header,
        sample=sample,
        read=read,
        slices=None if packed else slices,
        first_record=text.mark + dialect.offset if text.as_stored and not packed else -1,
        encoding=text.encoding,
        delimiter=dialect.delimiter,
        notes=above_words(found.name, dialect.above),
    )


def open_part(whole: Sheet, data: bytes) -> Sheet:
    """Return records of an opened file as a sheet of their own, numbered from 0.

    Parameters
    ----------
    data
        Whole lines of the file, below its header.
    """
    source = partial(pa.BufferReader, data)
    text = Text(whole.name, len(data), source, "", 0, blank=False, sha256="", length=len(data))
    dialect = Dialect(whole.delimiter, whole.header, 0, 0, name=whole.name)

    def slices(columns: Sequence[int], few: Sequence[int], rows: int) -> Iterator[Records]:
        return _slices(text, dialect, whole=columns, few=few, rows=rows)

    return replace(whole, slices=slices)


def _check_quotes(text: Text, dialect: Dialect, name: str) -> None:
    """Refuse a text in which a quotation mark is opened and never closed."""
    if not (text.quotes - text.part(0, dialect.offset).count(b'"')) % 2:
        return
    end = "\x02end\x03"  # stands alone as the last record unless a field swallows it
    last: list[str] = []
    number = dialect.number
    with text.lines(dialect.offset) as lines:
        records = record_reader(chain(lines, ["\n", end]), dialect.delimiter)
        for number, last in enumerate(records, start=dialect.number + 1):  # noqa: B007 - the last pair is what is wanted
            pass
    if last != [end]:
        raise InputError(
            f"{name}: a quotation mark opened in row {number} is never closed, so the rows after it"
            " cannot be told apart. Close it or export the file again."
        )


def _read(
    text: Text,
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    again: Callable[[], Text],
) -> Records:
    """Return the records below the header with the columns asked for."""
    parsed = _parse(text, dialect, whole=whole, few=few)
    below = _numbers(parsed)
    blank = _blank(text, dialect, parsed)
    kept = np.flatnonzero(~blank) if blank.any() else None
    table = parsed.table if kept is None else parsed.table.take(pa.array(kept))

    def originals(positions: Positions) -> list[str]:
        wanted = positions if kept is None else kept[positions]
        written = again()
        if written.quotes:  # a record may be of several lines
            return _originals(written, dialect, wanted)
        return _lines(written, dialect, below[wanted])

    return Records(
        columns={i: table.column(f"c{i}") for i in (*whole, *few)},
        numbers=((below if kept is None else below[kept]) + dialect.number).astype(np.int32),
        originals=originals,
        ragged=tuple(Ragged(number + dialect.number, line) for number, line in parsed.ragged),
        blank=int(blank.sum()) + len(parsed.blank),
    )


def _slices(
    text: Text,
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    rows: int,
) -> Iterator[Records]:
    """Yield the full records below the header slice by slice, then those of another length."""
    ragged: list[tuple[int, list[str]]] = []
    first, held = 0, pa.table({})
    for batch in _batches(text, dialect, whole=whole, few=few, ragged=ragged):
        held = pa.concat_tables([held, pa.table(batch)]) if held.num_columns else pa.table(batch)
        while held.num_rows >= rows:
            yield _slice(text, dialect, held.slice(0, rows), first)
            first, held = first + rows, held.slice(rows)
    if held.num_rows:
        yield _slice(text, dialect, held, first)
        first += held.num_rows
    empty = pa.schema([(f"c{i}", pa.string()) for i in (*whole, *few)]).empty_table()
    apart = _apart(empty, ragged)
    last = _slice(text, dialect, empty, first)
    lines = tuple(Ragged(number, line) for number, line in apart.ragged)
    yield replace(last, ragged=lines, blank=len(apart.blank))


def _slice(text: Text, dialect: Dialect, table: pa.Table, first: int) -> Records:
    """Return some records from a position on."""

    def originals(positions: Positions) -> list[str]:
        return _originals(text, dialect, positions + first)

    return Records(
        columns={int(name[1:]): table.column(name) for name in table.column_names},
        numbers=np.arange(first, first + table.num_rows, dtype=np.int32),
        originals=originals,
    )


def _originals(text: Text, dialect: Dialect, wanted: Positions) -> list[str]:
    """Return some full records, by rising positions, as one line each."""
    lines: list[str] = []
    first = 0
    for batch in _batches(text, dialect, whole=range(len(dialect.header)), few=(), ragged=[]):
        low, high = np.searchsorted(wanted, (first, first + batch.num_rows))
        rows = batch.take(pa.array(wanted[low:high] - first)).to_pydict().values()
        lines += [one_line(fields) for fields in zip(*rows, strict=True)]
        first += batch.num_rows
    return lines


def _lines(text: Text, dialect: Dialect, numbers: Positions) -> list[str]:
    """Return the records on some lines below the header, by rising number from 1, as one line each.

    Only those lines are taken apart, in a fifth of the time.
    """
    with text.lines(dialect.offset) as lines:
        skipped = np.diff(numbers, prepend=0) - 1
        found = [next(islice(lines, before, None)) for before in skipped.tolist()]
    return [one_line(fields) for fields in record_reader(iter(found), dialect.delimiter)]


def _numbers(parsed: _Parsed) -> Positions:
    """Return the number below the header, from 1, of each full record."""
    apart = np.array([*(number for number, _ in parsed.ragged), *parsed.blank], dtype=np.intp)
    everything = np.arange(1, parsed.table.num_rows + apart.size + 1, dtype=np.int32)
    return np.delete(everything, apart - 1) if apart.size else everything


def _blank(text: Text, dialect: Dialect, parsed: _Parsed) -> Positions:
    """Return which full records hold nothing at all; unread columns are read only for these."""
    table = parsed.table
    blank = np.ones(table.num_rows, dtype=bool)
    # Columns with few distinct values come first: they settle nearly every file at once.
    for column in sorted(table.columns, key=_values_looked_at):
        if not blank.any():
            return blank
        blank &= is_empty(column)
    if blank.any() and table.num_columns < len(dialect.header):
        rest = [i for i in range(len(dialect.header)) if f"c{i}" not in table.column_names]
        for column in _parse(text, dialect, whole=rest, few=()).table.columns:
            blank &= is_empty(column)
    return blank


def _values_looked_at(column: pa.ChunkedArray) -> int:
    """Return how many texts have to be looked at to tell which of a column are empty."""
    if not pa.types.is_dictionary(column.type):
        return len(column)
    return max((len(chunk.dictionary) for chunk in column.chunks), default=0)


def _parse(text: Text, dialect: Dialect, *, whole: Sequence[int], few: Sequence[int]) -> _Parsed:
    """Parse the records below the header; texts that are many and long stay on the disk."""
    ragged: list[tuple[int, list[str]]] = []
    writers = {f"c{i}": TextWriter() for i in whole}
    coded: dict[str, list[pa.Array]] = {f"c{i}": [] for i in few}
    for batch in _batches(text, dialect, whole=whole, few=few, ragged=ragged):
        for name, writer in writers.items():
            writer.add(batch.column(name))
        for name, parts in coded.items():
            parts.append(batch.column(name))
    columns = {name: pa.chunked_array([writer.array()]) for name, writer in writers.items()}
    columns |= {name: pa.chunked_array(parts, _FEW) for name, parts in coded.items()}
    return _apart(pa.table(columns).unify_dictionaries(), ragged)


def _batches(
    text: Text,
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    ragged: list[tuple[int, list[str]]],
) -> Iterator[pa.RecordBatch]:
    """Yield the records below the header, parsed by Arrow where it can, else by Python.

    Parameters
    ----------
    ragged
        Takes the records of another length, with their number below the header from 1.
    """
    done, size = 0, text.size - dialect.offset
    if size and dialect.delimiter.isascii():
        try:
            with text.from_byte(dialect.offset) as body:
                for batch in _by_arrow(body, size, dialect, whole=whole, few=few, ragged=ragged):
                    yield batch
                    done += batch.num_rows
        except (pa.ArrowInvalid, pa.ArrowCapacityError):
            if size > limits.MAX_PYTHON_BYTES:
                raise InputError(
                    f"{dialect.name}: a record holds more than {_BLOCK:,} bytes, so a quotation"
                    " mark may be opened that is closed far below. Mend it, or export it again."
                ) from None
            ragged.clear()  # a record past Arrow's limits: Python reads it
        else:
            return
    with text.lines(dialect.offset) as lines:
        for batch in _by_python(lines, dialect, whole=whole, few=few, ragged=ragged):
            yield batch.slice(done)  # what Arrow gave before it met that record is given once
            done = max(done - batch.num_rows, 0)


def _by_arrow(
    body: BinaryIO,
    size: int,
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    ragged: list[tuple[int, list[str]]],
) -> Iterator[pa.RecordBatch]:
    """Parse with Arrow on this thread, which alone makes it number the ragged records."""

    def keep(row: arrow_csv.InvalidRow) -> str:
        fields = next(record_reader(io.StringIO(row.text, newline=""), dialect.delimiter), [])
        ragged.append((row.number, fields))
        return "skip"

    types = {f"c{i}": pa.string() for i in whole} | {f"c{i}": _FEW for i in few}
    yield from arrow_csv.open_csv(
        body,
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            block_size=min(size + 1, _BLOCK),
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


def _by_python(
    lines: Iterator[str],
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    ragged: list[tuple[int, list[str]]],
) -> Iterator[pa.RecordBatch]:
    """Parse with Python's csv module."""
    chunk: list[list[str]] = []
    for number, fields in enumerate(record_reader(lines, dialect.delimiter), start=1):
        if len(fields) == len(dialect.header):
            chunk.append(fields)
        elif not fields and len(dialect.header) == 1:
            chunk.append([""])
        else:
            ragged.append((number, fields))
        if len(chunk) == _CHUNK:
            yield _batch(chunk, whole, few)
            chunk = []
    yield _batch(chunk, whole, few)


def _batch(rows: list[list[str]], whole: Sequence[int], few: Sequence[int]) -> pa.RecordBatch:
    """Return the wanted columns of parsed rows."""
    texts = {i: pa.array([row[i] for row in rows], pa.string()) for i in (*whole, *few)}
    held = {f"c{i}": texts[i] for i in whole}
    return pa.record_batch(held | {f"c{i}": texts[i].dictionary_encode() for i in few})


def _apart(table: pa.Table, ragged: Sequence[tuple[int, list[str]]]) -> _Parsed:
    """Return parsed records with the blank ones told from those of the wrong length."""
    return _Parsed(
        table,
        tuple((number, one_line(fields)) for number, fields in ragged if not is_blank(fields)),
        tuple(number for number, fields in ragged if is_blank(fields)),
    )
