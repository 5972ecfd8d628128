"""Large police.uk files, as delimited text or Parquet, opened to be read slice by slice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mapper.incidents.check import Checked, check_records, columns_wanted
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import Gathering
from mapper.incidents.layout import POLICE_UK, Layout, layout_of
from mapper.incidents.sheet import Records, Sheet
from mapper.incidents.times import PRECISIONS

ROWS = 200_000  # records of a slice
_UNPACKED = 4  # times its size that the text of a Parquet file has, about

Positions = npt.NDArray[np.intp]


class WholeNeeded(Exception):  # noqa: N818 - no error: another way is taken
    """Something that slices cannot tell; the files are to be read at once."""


@dataclass(frozen=True, eq=False)
class SlicedFile:
    """One large file, opened: a police.uk street file as delimited text or Parquet."""

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
        yield from self.sheet.slices(whole, few, rows)


def opened(gathering: Gathering) -> list[SlicedFile]:
    """Open all files.

    Raises
    ------
    WholeNeeded
        When one is no police.uk street file in delimited text or Parquet, or is a copy of another.
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
    check_alike(files)
    return files


def check_alike(files: Sequence[SlicedFile]) -> None:
    """Refuse to count files slice by slice that hold other columns, or copies of one another.

    Raises
    ------
    WholeNeeded
        When they do, or have no references.
    """
    carried = {tuple(sorted(one.layout.fills)) for one in files}
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
    checked = check_records(one.sheet, one.layout, records, today=today, repair_swapped=False)
    told = len(one.sheet.notes) + len(one.layout.notes)
    finer = checked.fields["precision"] != PRECISIONS.index("month")
    if len(checked.notes) > told or checked.unknown or finer.any():
        raise WholeNeeded
    return checked
