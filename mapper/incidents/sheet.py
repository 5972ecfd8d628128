"""One table in one file, before any check: its header, and how to read its records as text.

A *record* is what a spreadsheet shows as one row: quoted line breaks do not end it. The header is
record 1 (later only when blank lines come before it). A *row* is a record below the header with
at least one field that is not blank; wholly blank records hold nothing, are not rows, and are
counted in a note. Numbers are record numbers, blank records counted, as a spreadsheet shows them.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.types import Flags, Floats
from mapper.incidents import limits

Numbers = npt.NDArray[np.int32]
Positions = npt.NDArray[np.intp]

_PART = 65_536  # records that are looked through at a time for whole ones
WHITE = " \t\r\n\v\f"  # white space of ASCII, which alone makes a field blank


@dataclass(frozen=True)
class Ragged:
    """A record with more or fewer fields than the header."""

    number: int
    original: str


@dataclass(frozen=True, eq=False)
class Geometry:
    """Where a spatial file puts each record: degrees of WGS 84."""

    lon: Floats  # NaN where there is no point
    lat: Floats
    absent: Flags  # no geometry, or an empty one
    other: Flags  # a geometry that is not a point

    def at(self, positions: Positions | slice) -> "Geometry":
        """Return the places of some records."""
        return Geometry(*(getattr(self, each.name)[positions] for each in fields(self)))


def joined_geometry(parts: "Sequence[Geometry | None]") -> Geometry | None:
    """Return the places of some records after those of others; none where a file has none."""
    held = [part for part in parts if part is not None]
    if not held:
        return None
    names = [each.name for each in fields(Geometry)]
    return Geometry(*(np.concatenate([getattr(part, name) for part in held]) for name in names))


@dataclass(frozen=True, eq=False)
class Records:
    """The records of one table, every value as text."""

    columns: Mapping[int, pa.ChunkedArray]  # column position -> string or dictionary of strings
    numbers: Numbers  # record number of each record, shape (records,)
    originals: Callable[[Positions], list[str]]  # whole records as one line of text each
    ragged: tuple[Ragged, ...] = ()
    blank: int = 0
    geometry: Geometry | None = None


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table of one file, opened but not yet read."""

    name: str
    sha256: str
    size: int
    header: tuple[str, ...]
    sample: Callable[[], Sequence[Sequence[str]]]  # first records, to suggest a mapping from
    # Given the columns wanted whole and those with few distinct values, reads the records.
    read: Callable[[Sequence[int], Sequence[int]], Records]
    encoding: str = ""
    delimiter: str = ""
    content: str = ""  # SHA-256 of the table's own bytes where ``sha256`` is that of an archive
    origin: str = ""  # the download it came with (Found.origin)
    located: bool = False  # has a geometry column
    notes: tuple[str, ...] = field(default=())
    elsewhere: str = ""  # where else in its file incidents may be, and how to have them read
    # The same slice after slice of so many records; numbers are then positions in the file, and
    # records of another length come last. None where a file must be read at once.
    slices: Callable[[Sequence[int], Sequence[int], int], Iterator[Records]] | None = None
    # Byte of the file at which its records begin, where they can be read part by part; else -1.
    first_record: int = -1


def one_line(fields: Sequence[str | None]) -> str:
    r"""Return a record as one line of comma-separated text; line breaks inside become ``\n``."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(["" if f is None else f for f in fields])
    return text.getvalue().replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")


def is_blank(fields: Sequence[str | None]) -> bool:
    """Return whether a record holds nothing."""
    return not any(f and f.strip(WHITE) for f in fields)


def from_table(
    table: pa.Table, *, first: int = 2, geometry: Geometry | None = None
) -> Callable[[Sequence[int], Sequence[int]], Records]:
    """Return the reader of a table that is already in memory, every column text.

    Parameters
    ----------
    table
        Text columns; a null is an absent value.
    first
        Number of the first record, where the header is 1.
    """
    blank = _blank_records(table)
    if geometry is not None:
        blank &= geometry.absent
    kept = np.flatnonzero(~blank)
    held = table.take(pa.array(kept)) if blank.any() else table

    def originals(positions: Positions) -> list[str]:
        rows = held.take(pa.array(positions)).to_pydict().values()
        return [one_line(fields) for fields in zip(*rows, strict=True)]

    def read(whole: Sequence[int], few: Sequence[int]) -> Records:
        return Records(
            columns={i: held.column(i) for i in (*whole, *few)},
            numbers=(kept + first).astype(np.int32),
            originals=originals,
            blank=int(blank.sum()),
            geometry=None if geometry is None else geometry.at(kept),
        )

    return read


def slices_of(
    table: pa.Table,
    *,
    geometry: Geometry | None = None,
    whole: Callable[[pa.Table], pa.Table] = lambda part: part,
) -> Callable[[Sequence[int], Sequence[int], int], Iterator[Records]]:
    """Return what gives the records of a table of text slice by slice (``Sheet.slices``).

    Parameters
    ----------
    whole
        Returns a part of the table with columns that the table itself does not hold.
    """

    def originals(positions: Positions) -> list[str]:
        lines: list[str] = []
        for first in range(0, table.num_rows, _PART):
            low, high = np.searchsorted(positions, (first, first + _PART))
            if high > low:
                some = table.slice(first, _PART).take(pa.array(positions[low:high] - first))
                values = whole(some).to_pydict().values()
                lines += [one_line(fields) for fields in zip(*values, strict=True)]
        return lines

    def slices(wanted: Sequence[int], few: Sequence[int], rows: int) -> Iterator[Records]:
        for first in [*range(0, table.num_rows, rows), table.num_rows]:
            part = whole(table.slice(first, rows))
            yield Records(
                columns={i: part.column(i) for i in (*wanted, *few)},
                numbers=np.arange(first, first + part.num_rows, dtype=np.int32),
                originals=partial(_from, originals, first),
                geometry=None if geometry is None else geometry.at(slice(first, first + rows)),
            )

    return slices


def _from(
    originals: Callable[[Positions], list[str]], first: int, positions: Positions
) -> list[str]:
    """Return whole records by their position after the first of a slice."""
    return originals(positions + first)


def sample_of(table: pa.Table) -> Callable[[], list[tuple[str, ...]]]:
    """Return what gives the first records of a table of text columns."""

    def sample() -> list[tuple[str, ...]]:
        columns = table.slice(0, limits.SAMPLE_RECORDS).to_pydict().values()
        return [tuple(value or "" for value in row) for row in zip(*columns, strict=True)]

    return sample


def _blank_records(table: pa.Table) -> Flags:
    """Return which records of a text table hold nothing."""
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        if not blank.any():
            break
        empty = pc.equal(pc.binary_length(pc.ascii_trim_whitespace(column)), 0)
        blank &= pc.fill_null(empty, fill_value=True).to_numpy()
    return blank
