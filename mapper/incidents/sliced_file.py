"""Large files of months, as delimited text or Parquet, opened to be read slice by slice.

They are police.uk street files, and extracts and mapped tables that know the month alone and their
places in degrees: what reading decides by a whole column (which number of a date is the day, which
metres are exchanged) then says nothing, or is told as a note, and slices agree with the whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mapper.base.ahead import ahead
from mapper.incidents.check import Checked, check_records, columns_wanted
from mapper.incidents.columns import distinct
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import Gathering
from mapper.incidents.layout import POLICE_UK, Layout, layout_of
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.sheet import Records, Sheet
from mapper.incidents.times import MONTH, parse_times, period_end

ROWS = 200_000  # records of a slice
# Fields whose records are read by what the whole column holds, or looked at row by row.
_OF_ALL_ROWS = frozenset({"reported", "end", "easting", "northing", "x", "y", "postcode"}) | {
    *("found_easting", "found_northing", "found_lon", "found_lat"),
}
_UNPACKED = 4  # times its size that the text of a Parquet file has, about

Positions = npt.NDArray[np.intp]


class WholeNeeded(Exception):  # noqa: N818 - no error: another way is taken
    """Something that slices cannot tell; the files are to be read at once."""


@dataclass(frozen=True, eq=False)
class SlicedFile:
    """One large file, opened, as delimited text or Parquet."""

    sheet: Sheet
    layout: Layout
    number: int  # place among the files

    @property
    def text_bytes(self) -> int:
        """About how large the file is as text."""
        return self.sheet.size * (1 if self.sheet.delimiter else _UNPACKED)

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
        yield from ahead(self.sheet.slices(whole, few, rows))


def opened(gathering: Gathering, mapping: ColumnMapping | None = None) -> list[SlicedFile]:
    """Open all files.

    Parameters
    ----------
    mapping
        How the columns of other tables than police.uk's and the extract are read.

    Raises
    ------
    WholeNeeded
        When one cannot be counted slice by slice, or is a copy of another.
    MapperError
        When one cannot be read.
    """
    files: list[SlicedFile] = []
    for found in gathering.files:
        if found.source is not None or found.is_packed:
            raise WholeNeeded
        for sheet in open_sheets(found, mapping):
            layout = layout_of(sheet, mapping)
            check_layout(sheet, layout)
            files.append(SlicedFile(sheet, layout, len(files)))
    check_alike(files)
    return files


def check_layout(sheet: Sheet, layout: Layout) -> None:
    """Refuse to count a file slice by slice whose columns ask for all rows together.

    Raises
    ------
    WholeNeeded
        When it is no delimited text or Parquet, or its columns hold other times than the earliest,
        places in metres or by postcode, or where people were found.
    """
    if sheet.slices is None:
        raise WholeNeeded
    if layout.format == POLICE_UK:
        return
    several = len(layout.fills["start"]) > 1
    if several or _OF_ALL_ROWS & set(layout.fills) or layout.date_order:
        raise WholeNeeded


def check_alike(files: Sequence[SlicedFile]) -> None:
    """Refuse to count files slice by slice that hold other columns, or copies of one another.

    Raises
    ------
    WholeNeeded
        When they do, or have no references.
    """
    carried = {(one.layout.format, *sorted(one.layout.fills)) for one in files}
    if len({one.sheet.sha256 for one in files}) < len(files) or len(carried) != 1:
        raise WholeNeeded
    if "reference" not in files[0].layout.fills:
        raise WholeNeeded


def stretch(records: Records) -> tuple[int, int]:
    """Return the position of the first record of a slice, and that after the last."""
    return int(records.numbers[0]), int(records.numbers[-1]) + 1


def checked_part(one: SlicedFile, records: Records, *, today: date) -> Checked:
    """Check some records of a file.

    Raises
    ------
    WholeNeeded
        When checking notes anything, or the records are not all of months.
    """
    if one.layout.format != POLICE_UK:
        _check_months(one, records)
    checked = check_records(one.sheet, one.layout, records, today=today, repair_swapped=False)
    told = len(one.sheet.notes) + len(one.layout.notes)
    start, end, precision = (checked.fields[name] for name in ("start", "end", "precision"))
    finer = precision != MONTH
    finer |= end != period_end(start, precision)  # a range, of which one column tells both ends
    if len(checked.notes) > told or checked.unknown or finer.any():
        raise WholeNeeded
    return checked


def _check_months(one: SlicedFile, records: Records) -> None:
    """Refuse records of which a time is more or less than a month, whatever else is wrong there.

    Raises
    ------
    WholeNeeded
        When one is: what it means hangs on all values of its column.
    """
    (place,) = one.layout.fills["start"]
    times = parse_times(distinct(records.columns[place]).values, order="")
    if np.isnat(times.moment).any() or (times.precision != MONTH).any():
        raise WholeNeeded
