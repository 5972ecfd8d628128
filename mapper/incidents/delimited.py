"""Delimited text (CSV and its kin) to records, none lost.

Quotation marks are ``"``; a mark that is opened and never closed would swallow the rest of the
file, so it is refused.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np
import pyarrow as pa

from mapper.base.errors import InputError
from mapper.incidents.columns import is_empty
from mapper.incidents.delimited_records import FEW, lines_of, originals_of, record_batches
from mapper.incidents.delimited_slices import slices_of
from mapper.incidents.dialect import Dialect, find_dialect, record_reader, sample_records
from mapper.incidents.gather import IncidentFile
from mapper.incidents.headers import Known, above_words
from mapper.incidents.on_disk import TextWriter
from mapper.incidents.sheet import Positions, Ragged, Records, Sheet, is_blank, one_line
from mapper.incidents.text import Text, in_columns, text_of

_MANY = 10_000  # records that tell whether a column has few values


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
    cuts: list[int] = []  # where slices may begin, which the first pass finds

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
        for records in slices_of(text, dialect, whole=whole, few=few, rows=rows, cuts=cuts):
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
        return slices_of(text, dialect, whole=columns, few=few, rows=rows)

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
            return originals_of(written, dialect, wanted)
        return lines_of(written, dialect, below[wanted])

    return Records(
        columns={i: table.column(f"c{i}") for i in (*whole, *few)},
        numbers=((below if kept is None else below[kept]) + dialect.number).astype(np.int32),
        originals=originals,
        ragged=tuple(Ragged(number + dialect.number, line) for number, line in parsed.ragged),
        blank=int(blank.sum()) + len(parsed.blank),
    )


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
    for batch in record_batches(text, dialect, whole=whole, few=few, ragged=ragged):
        for name in [one for one, parts in coded.items() if not parts]:
            if _mostly_differ(batch.column(name)):
                del coded[name]  # as exact times do: codes into them would save nothing
                writers[name] = TextWriter()
        for name, writer in writers.items():
            writer.add(batch.column(name).cast(pa.string()))
        for name, parts in coded.items():
            parts.append(batch.column(name))
    columns = {name: pa.chunked_array([writer.array()]) for name, writer in writers.items()}
    columns |= {name: pa.chunked_array(parts, FEW) for name, parts in coded.items()}
    return _apart(pa.table(columns).unify_dictionaries(), ragged)


def _mostly_differ(column: pa.DictionaryArray) -> bool:
    """Tell whether a column of many records has few values that stand twice."""
    return len(column) > _MANY and 2 * len(column.dictionary) > len(column)


def _apart(table: pa.Table, ragged: Sequence[tuple[int, list[str]]]) -> _Parsed:
    """Return parsed records with the blank ones told from those of the wrong length."""
    return _Parsed(
        table,
        tuple((number, one_line(fields)) for number, fields in ragged if not is_blank(fields)),
        tuple(number for number, fields in ragged if is_blank(fields)),
    )
