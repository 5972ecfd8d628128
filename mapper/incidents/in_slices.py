"""Large files slice by slice: each slice is checked alone, and no more than one is in memory.

Together the slices hold the incidents that reading all at once gives, in the same order. What
rows of different slices say of each other is found before: references are read once on their own,
each as a key of eight bytes in one of many temporary files without a name (:class:`SharedKeys`);
rows whose key is not alone are read once more, compared whole and joined as
:mod:`mapper.incidents.identity` does, and each takes its place in its slice.

Files that must be looked at as a whole raise :class:`WholeNeeded`, and are read at once: those
that are versions of others, that share very many references, or of which reading has something to
note that no slice can know alone.
"""

import csv
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from mapper.incidents.assemble import accepted_table, intake_notes, source_file
from mapper.incidents.check import Checked, check_records, columns_wanted, is_total
from mapper.incidents.columns import references
from mapper.incidents.delimited import is_empty
from mapper.incidents.duplicates import keys_of
from mapper.incidents.faults import Faults
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import Gathering
from mapper.incidents.identity import are_versions, find_identity
from mapper.incidents.layout import POLICE_UK, Layout, layout_of
from mapper.incidents.sheet import Records, Sheet, is_blank
from mapper.incidents.table import SourceFile
from mapper.incidents.times import PRECISIONS

ROWS = 200_000  # records of a slice
MOST_SHARED = 200_000  # records whose reference is not alone
_PARTS = 64  # files of keys
_MOST_DATELESS = 10_000  # records of one file; beyond, reading at once looks at none of them
_MOST_AGAIN = 20  # slices of one file of which lines are read again
_KEY = np.dtype([("key", "<u8"), ("file", "<i4"), ("at", "<i4")])

Positions = npt.NDArray[np.intp]


class WholeNeeded(Exception):  # noqa: N818 - no error: another way is taken
    """Something that slices cannot tell; the files are to be read at once."""


@dataclass(frozen=True, eq=False)
class SlicedFile:
    """One large file, opened: a police.uk street file as delimited text."""

    sheet: Sheet
    layout: Layout
    number: int  # place among the files

    @cached_property
    def record_bytes(self) -> float:
        """About how long a record is, by the first of them."""
        some = self.sheet.sample()
        held = sum(len(value) + 1 for row in some for value in row)
        return held / max(len(some), 1)

    def records(self, *, keys: bool = False, rows: int = ROWS) -> Iterator[Records]:
        """Yield slices of records: all columns that are wanted, or references alone."""
        assert self.sheet.slices is not None  # noqa: S101 - as opened
        whole, few = columns_wanted(self.layout)
        if keys:
            whole, few = list(self.layout.fills["reference"]), []
        yield from self.sheet.slices(whole, few, rows)


@dataclass(frozen=True, eq=False)
class Slice:
    """The incidents of one slice, as a part of those of all files."""

    file: int
    table: pd.DataFrame  # INCIDENT_COLUMNS but for the numbers of rows, which are positions
    reasons: Mapping[str, int]  # rejected rows
    rows: int  # read
    blank: int  # wholly blank lines
    shortened: int
    future: bool  # holds dates after today: what is rejected depends on the day


@dataclass(frozen=True, eq=False)
class SharedRows:
    """Incidents whose reference is not alone, compared and joined over all files."""

    at: tuple[Positions, ...] = ()  # positions of all such records, by file
    kept: tuple[pd.DataFrame, ...] = ()  # those that are incidents of their own, by file
    repeated: int = 0
    notes: tuple[str, ...] = ()

    def within(self, file: int, first: int, last: int) -> tuple[Positions, pd.DataFrame]:
        """Return the positions in a stretch of a file, and the incidents that are kept there."""
        if not self.at:
            return np.zeros(0, dtype=np.intp), pd.DataFrame()
        at, kept = self.at[file], self.kept[file]
        low, high = np.searchsorted(at, (first, last))
        if len(kept):
            kept = kept[((kept["row"] >= first) & (kept["row"] < last)).to_numpy()]
        return at[low:high], kept

    def digest(self, file: int, records: Records | None = None) -> str:
        """Return what tells apart what a slice or file holds by what is known of shared rows."""
        if not self.at or (records is not None and not records.numbers.size):
            return ""
        at, kept = self.within(file, *(stretch(records) if records else (0, 2**31)))
        held = pd.util.hash_pandas_object(kept, index=False) if len(kept) else kept
        return hashlib.sha256(at.tobytes() + held.to_numpy().tobytes()).hexdigest()

    @cached_property
    def again(self) -> "pd.Series[int]":
        """How often each reference stands that several incidents share."""
        every = [each["reference"] for each in self.kept if len(each)]
        held = pd.concat(every).value_counts() if every else pd.Series(dtype=np.int64)
        return held[held > 1]


def opened(gathering: Gathering) -> list[SlicedFile]:
    """Open all files.

    Raises
    ------
    WholeNeeded
        When one is no police.uk street file in delimited text, or is a copy of another.
    MapperError
        When one cannot be read.
    """
    files: list[SlicedFile] = []
    for found in gathering.files:
        if found.source is not None or found.is_packed:
            raise WholeNeeded
        for sheet in open_sheets(found, None):
            layout = layout_of(sheet, None)
            if sheet.slices is None or layout.format != POLICE_UK:
                raise WholeNeeded
            files.append(SlicedFile(sheet, layout, len(files)))
    carried = {tuple(sorted(one.layout.fills)) for one in files}
    if len({one.sheet.sha256 for one in files}) < len(files) or len(carried) != 1:
        raise WholeNeeded
    if "reference" not in files[0].layout.fills:
        raise WholeNeeded
    return files


def stretch(records: Records) -> tuple[int, int]:
    """Return the position of the first record of a slice, and that after the last."""
    return int(records.numbers[0]), int(records.numbers[-1]) + 1


class SharedKeys:
    """Keys of references on the disk, parted so that each part is looked at alone."""

    def __init__(self) -> None:
        self._parts = [tempfile.SpooledTemporaryFile(max_size=65_536) for _ in range(_PARTS)]  # noqa: SIM115 - closed in shared

    def add(self, file: int, records: Records) -> None:
        """Add the references of some records."""
        (column,) = records.columns.values()
        keys, rows = keys_of(references(column))
        entries = np.empty(keys.size, dtype=_KEY)
        entries["key"], entries["file"], entries["at"] = keys, file, records.numbers[rows]
        part = (keys >> np.uint64(58)).astype(np.int64) if keys.size else keys.astype(np.int64)
        order = np.argsort(part, kind="stable")
        ends = np.searchsorted(part[order], np.arange(_PARTS + 1))
        for number, stream in enumerate(self._parts):
            stream.write(entries[order[ends[number] : ends[number + 1]]].tobytes())

    def shared(self, files: int) -> list[Positions]:
        """Return the positions, by file and rising, of records whose key is not alone.

        Raises
        ------
        WholeNeeded
            When they are very many.
        """
        found: list[npt.NDArray[np.void]] = []
        for stream in self._parts:
            with stream:
                size = stream.tell()
                stream.seek(0)
                entries = np.frombuffer(stream.read(size), dtype=_KEY)
            keys = np.sort(entries["key"])
            alike = np.unique(keys[1:][keys[1:] == keys[:-1]])
            if alike.size:
                at = np.minimum(np.searchsorted(alike, entries["key"]), alike.size - 1)
                found.append(entries[alike[at] == entries["key"]])
        if sum(part.size for part in found) > MOST_SHARED:
            raise WholeNeeded
        every = np.concatenate(found) if found else np.zeros(0, dtype=_KEY)
        return [np.sort(every["at"][every["file"] == n]).astype(np.intp) for n in range(files)]


def find_shared(files: Sequence[SlicedFile], at: Sequence[Positions], *, today: date) -> SharedRows:
    """Read the records at some positions whole, compare and join them.

    Raises
    ------
    WholeNeeded
        When files may be versions of one another, or a record has something to note.
    """
    chosen = [one for one in files if at[one.number].size]
    sheets = [_some(one, at[one.number], today=today) for one in chosen]
    if are_versions(sheets):
        raise WholeNeeded
    same = find_identity(sheets, rule="all")
    kept = {
        one.number: accepted_table(sheet, repeats)
        for one, sheet, repeats in zip(chosen, sheets, same.repeats, strict=True)
    }
    repeated = sum(each.size for each in same.repeats)
    tables = tuple(kept.get(one.number, pd.DataFrame()) for one in files)
    return SharedRows(tuple(at), tables, repeated, same.notes)


def _some(one: SlicedFile, at: Positions, *, today: date) -> Checked:
    """Return the records of a file at some positions, checked."""
    parts: list[Mapping[int, pa.ChunkedArray]] = []
    originals = None
    for records in one.records():
        originals = originals or records.originals
        numbers = records.numbers
        if numbers.size:
            low, high = np.searchsorted(at, (numbers[0], numbers[-1] + 1))
            mine = pa.array(at[low:high] - numbers[0])
            parts.append({i: column.take(mine) for i, column in records.columns.items()})
    columns = {
        i: pa.chunked_array(
            [chunk.cast(pa.string()) for part in parts for chunk in part[i].chunks], pa.string()
        )
        for i in parts[0]
    }
    assert originals is not None  # noqa: S101 - a file with positions has records
    whole = originals
    some = Records(columns, at.astype(np.int32), lambda positions: whole(at[positions]))
    return _checked(one, some, today=today)


def _checked(one: SlicedFile, records: Records, *, today: date) -> Checked:
    """Check some records of a file.

    Raises
    ------
    WholeNeeded
        When checking notes anything, or the records are not all of months.
    """
    checked = check_records(one.sheet, one.layout, records, today=today, repair_swapped=False)
    told = len(one.sheet.notes) + len(one.layout.notes)
    finer = checked.fields["precision"] != PRECISIONS.index("month")
    if len(checked.notes) > told or checked.unknown or finer.any():
        raise WholeNeeded
    return checked


@dataclass
class SliceReader:
    """Checks slices of files."""

    files: Sequence[SlicedFile]
    shared: SharedRows
    today: date
    dateless: Counter[int] = field(default_factory=Counter)
    again: Counter[int] = field(default_factory=Counter)  # slices of which lines were read again

    def slice_of(self, one: SlicedFile, records: Records) -> Slice:
        """Return the incidents of some records of a file.

        Raises
        ------
        WholeNeeded
            When a record has something to note, or very many must be read again.
        """
        if records.numbers.size == 0:
            return _rest(one, records)
        known = _without_blank(records)
        checked = _checked(one, known, today=self.today)
        reasons = checked.faults.counts()
        self.look_again(one, known.blank, reasons)
        at, kept = self.shared.within(one.number, *stretch(records))
        again = np.isin(known.numbers[checked.accepted], at)
        table = accepted_table(checked, np.flatnonzero(again))
        return Slice(
            file=one.number,
            table=_in_order([table, kept]) if len(kept) else table,
            reasons=reasons,
            rows=checked.faults.size,
            blank=known.blank,
            shortened=checked.shortened,
            future="future date" in reasons,
        )

    def look_again(self, one: SlicedFile, blank: int, reasons: Mapping[str, int]) -> None:
        """Count what costs another reading of a file, or is not looked for where it is frequent.

        Where very many records lack a time, reading at once does not look for footers.

        Raises
        ------
        WholeNeeded
            When it is frequent.
        """
        names = ("no date", "bad date", "total or footer line")
        dateless = sum(reasons.get(name, 0) for name in names)
        self.dateless[one.number] += dateless
        self.again[one.number] += bool(dateless or blank)
        often = self.again[one.number] > _MOST_AGAIN
        if often or self.dateless[one.number] > _MOST_DATELESS:
            raise WholeNeeded


def _rest(one: SlicedFile, records: Records) -> Slice:
    """Return what comes after the last slice: records of another length, and blank lines."""
    named = Counter(
        "total or footer line" if is_total(each.original) else "wrong number of fields"
        for each in records.ragged
    )
    rows = len(records.ragged)
    return Slice(one.number, pd.DataFrame(), named, rows, records.blank, 0, future=False)


def joined(parts: Sequence[Slice]) -> tuple[pd.DataFrame, Positions]:
    """Return the incidents of some slices together, and the number of the file of each."""
    held = [part for part in parts if len(part.table)]
    files = [np.full(len(part.table), part.file, dtype=np.intp) for part in held]
    if len(held) < 2:  # noqa: PLR2004 - nothing to put together
        return (held[0].table, files[0]) if held else (pd.DataFrame(), np.zeros(0, dtype=np.intp))
    return _together([part.table for part in held]), np.concatenate(files)


def _in_order(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return incidents of one file in the order of its records."""
    return _together(tables).sort_values("row", kind="stable", ignore_index=True)


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables of the same columns one after the other."""
    columns = {}
    for name in tables[0].columns:
        parts = [each[name] for each in tables]
        if isinstance(parts[0].dtype, pd.CategoricalDtype):
            columns[name] = pd.api.types.union_categoricals(parts)
        else:
            columns[name] = pd.concat(parts, ignore_index=True).array
    return pd.DataFrame(columns)


def _without_blank(records: Records) -> Records:
    """Return records without those that hold nothing at all, which are counted."""
    suspect = np.ones(records.numbers.size, dtype=bool)
    for column in sorted(
        records.columns.values(), key=lambda each: not pa.types.is_dictionary(each.type)
    ):
        if not suspect.any():
            return records
        suspect &= is_empty(column)
    at = np.flatnonzero(suspect)
    lines = records.originals(at)  # of all columns, read for these alone
    blank = [is_blank(next(csv.reader([line]), [])) for line in lines]
    kept = np.delete(np.arange(records.numbers.size), at[np.array(blank, dtype=bool)])
    columns = {i: column.take(pa.array(kept)) for i, column in records.columns.items()}

    def originals(positions: Positions) -> list[str]:
        return records.originals(kept[positions])

    return Records(columns, records.numbers[kept], originals, blank=sum(blank))


def stand_in(one: SlicedFile, read: Mapping[str, int], fields: Sequence[str]) -> Checked:
    """Return a sheet with the numbers of its records and none of their values.

    Parameters
    ----------
    read
        Numbers of rows and of blank lines.
    """
    numbers = np.broadcast_to(np.int32(0), (read["rows"],))
    records = Records({}, numbers, lambda _: [], blank=read["blank"])
    notes = (*one.sheet.notes, *one.layout.notes)
    nothing = np.zeros(0, dtype=np.intp)
    held = dict.fromkeys(fields)
    return Checked(one.sheet, one.layout, records, held, nothing, Faults(0), notes, {})


def told_of(
    files: Sequence[SlicedFile],
    read: Sequence[Mapping[str, int]],
    fields: Sequence[str],
    notes: Sequence[str],
) -> tuple[tuple[SourceFile, ...], tuple[str, ...]]:
    """Return what is kept of each file, and the notes of reading all of them."""
    sheets = [stand_in(one, each, fields) for one, each in zip(files, read, strict=True)]
    said = (*notes, *intake_notes(sheets))
    return tuple(source_file(sheet) for sheet in sheets), tuple(dict.fromkeys(said))
