"""Large files slice by slice: each slice is checked alone, and no more than one is in memory.

Together the slices hold the incidents that reading all at once gives, in the same order. What
rows of different slices say of each other is found before (:mod:`mapper.incidents.shared_rows`),
and each row that is kept takes its place in its slice.

Files that must be looked at as a whole raise ``WholeNeeded``, and are read at once: those
that are versions of others, that share very many references, or of which reading has something to
note that no slice can know alone.
"""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from mapper.incidents.assemble import accepted_table, intake_notes, source_file
from mapper.incidents.check import Checked, is_total
from mapper.incidents.columns import is_empty
from mapper.incidents.faults import Faults
from mapper.incidents.shared_rows import SharedRows
from mapper.incidents.sheet import Records, is_blank
from mapper.incidents.sliced_file import (
    Positions,
    SlicedFile,
    WholeNeeded,
    checked_part,
    stretch,
)
from mapper.incidents.table import SourceFile

MOST_DATELESS = 10_000  # records of one file; beyond, reading at once looks at none of them


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


@dataclass
class SliceReader:
    """Checks slices of files."""

    files: Sequence[SlicedFile]
    shared: SharedRows
    today: date
    dateless: Counter[int] = field(default_factory=Counter)

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
        checked = checked_part(one, known, today=self.today)
        reasons = checked.faults.counts()
        self.look_for_totals(one, reasons)
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

    def look_for_totals(self, one: SlicedFile, reasons: Mapping[str, int]) -> None:
        """Count records without a time, of which each may be a footer.

        Where very many lack one, reading at once does not look for footers.

        Raises
        ------
        WholeNeeded
            When there are so many.
        """
        names = ("no date", "bad date", "total or footer line")
        self.dateless[one.number] += sum(reasons.get(name, 0) for name in names)
        if self.dateless[one.number] > MOST_DATELESS:
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
    if records.geometry is not None:
        suspect &= records.geometry.absent
    at = np.flatnonzero(suspect)
    lines = records.originals(at)  # of all columns, read for these alone
    blank = [is_blank(next(csv.reader([line]), [])) for line in lines]
    kept = np.delete(np.arange(records.numbers.size), at[np.array(blank, dtype=bool)])
    columns = {i: column.take(pa.array(kept)) for i, column in records.columns.items()}

    def originals(positions: Positions) -> list[str]:
        return records.originals(kept[positions])

    geometry = records.geometry and records.geometry.at(kept)
    numbers = records.numbers[kept]
    return Records(columns, numbers, originals, blank=sum(blank), geometry=geometry)


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
