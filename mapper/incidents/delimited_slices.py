"""Records of delimited text slice by slice, of which the original lines can be had again.

The text is cut into parts between records (:mod:`mapper.incidents.record_ends`), so that the lines
of a few records cost reading the parts that they lie in and not the file. Where the ends of records
do not show without parsing all that is before them, what is left of the text is one part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from mapper.base.ahead import ahead
from mapper.incidents.delimited_records import BLOCK, originals_of, record_batches
from mapper.incidents.dialect import Dialect
from mapper.incidents.record_ends import whole_records
from mapper.incidents.sheet import Positions, Ragged, Records, is_blank, one_line
from mapper.incidents.text import Text


@dataclass(frozen=True, eq=False)
class _Part:
    """Whole records of a text."""

    text: Text  # read where it lies
    first: int  # full records before it


def slices_of(
    text: Text,
    dialect: Dialect,
    *,
    whole: Sequence[int],
    few: Sequence[int],
    rows: int,
    cuts: list[int] | None = None,
) -> Iterator[Records]:
    """Yield the full records below the header slice by slice, then those of another length.

    The originals of any slice know the records of all parts that were read until they are asked.

    Parameters
    ----------
    cuts
        Bytes of each part, as an earlier pass over the same text found them; else they are put
        there.
    """
    below = replace(dialect, offset=0)
    ragged: list[tuple[int, list[str]]] = []
    parts: list[_Part] = []
    first, full, held = 0, 0, pa.table({})
    for written, part in ahead(_parts(text, dialect, [] if cuts is None else cuts)):
        parts.append(_Part(part, full))
        before = full + len(ragged)
        mine: list[tuple[int, list[str]]] = []
        for batch in record_batches(written, below, whole=whole, few=few, ragged=mine):
            full += batch.num_rows
            more = pa.table(batch)
            held = pa.concat_tables([held, more]) if held.num_columns else more
            while held.num_rows >= rows:
                yield _slice(parts, below, held.slice(0, rows), first)
                first, held = first + rows, held.slice(rows)
        ragged += [(number + before, fields) for number, fields in mine]
    if held.num_rows:
        yield _slice(parts, below, held, first)
        first += held.num_rows
    empty = pa.schema([(f"c{i}", pa.string()) for i in (*whole, *few)]).empty_table()
    lines = tuple(Ragged(number, one_line(row)) for number, row in ragged if not is_blank(row))
    last = _slice(parts, below, empty, first)
    yield replace(last, ragged=lines, blank=len(ragged) - len(lines))


def _slice(parts: Sequence[_Part], dialect: Dialect, table: pa.Table, first: int) -> Records:
    """Return some records from a position on."""

    def originals(positions: Positions) -> list[str]:
        return list(_lines(parts, dialect, positions + first))

    return Records(
        columns={int(name[1:]): table.column(name) for name in table.column_names},
        numbers=np.arange(first, first + table.num_rows, dtype=np.int32),
        originals=originals,
    )


def _lines(parts: Sequence[_Part], dialect: Dialect, wanted: Positions) -> Iterator[str]:
    """Yield records, by rising positions in the file, as one line each."""
    if not wanted.size:
        return
    parts = tuple(parts)  # more may be read meanwhile
    ends = np.searchsorted(wanted, [part.first for part in parts[1:]])
    for part, mine in zip(parts, np.split(wanted, ends), strict=True):
        if mine.size:
            yield from originals_of(part.text, dialect, mine - part.first)


def _parts(text: Text, dialect: Dialect, cuts: list[int]) -> Iterator[tuple[Text, Text]]:
    """Yield parts of a text below its header: as they were read, and to be read where they lie."""
    begun, made = dialect.offset, list[int]()
    if len(dialect.delimiter.encode()) == 1:
        with text.from_byte(begun) as stream:
            left = text.size - begun
            known = whole_records(stream, dialect.delimiter, left=left, block=BLOCK)
            for data in map(stream.read, list(cuts)) if cuts else known:
                written = replace(text, size=len(data), open=partial(pa.BufferReader, data), mark=0)
                yield written, replace(written, open=partial(_opened, text, begun, len(data)))
                begun += len(data)
                made.append(len(data))
    if begun < text.size:
        rest = replace(text, size=text.size - begun, mark=text.mark + begun)
        yield rest, rest
    cuts[:] = made


def _opened(text: Text, first: int, size: int) -> pa.BufferReader:
    """Return some bytes of a text as a stream."""
    return pa.BufferReader(text.part(first, size))
