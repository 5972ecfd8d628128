"""What a worker does with a part of a file: look for repeats, fetch some records, check and count.

Each task is a function of plain data and gives plain data back, so that it may run anywhere, and
anywhere again where a worker is lost. Who runs them is told in :class:`Workers`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mapper.analysis.asked_files import View
from mapper.analysis.kept_tallies import packed
from mapper.incidents.file_parts import CutFile, FilePart, cut, part_of
from mapper.incidents.gather import IncidentFile
from mapper.incidents.in_slices import SliceReader
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.shared_rows import Keys, SharedRows, record_keys
from mapper.incidents.sheet import Geometry, joined_geometry, one_line
from mapper.incidents.sliced_file import ROWS, Positions

Given = TypeVar("Given")
Made = TypeVar("Made")


class Workers(Protocol):
    """Whoever runs tasks, on this machine or on others."""

    @property
    def size(self) -> int:
        """How many tasks run at a time."""
        ...

    @property
    def part_bytes(self) -> int:
        """How large a part of a file each takes, about."""
        ...

    def each(
        self, task: Callable[[Given, View | None], Made], given: Sequence[Given], view: View | None
    ) -> Iterator[Made]:
        """Yield what a task makes of each thing given, in their order, holding few at a time.

        Raises
        ------
        WholeNeeded, MapperError
            As the task does.
        """
        ...


@dataclass(frozen=True, eq=False, repr=False)
class PartKeys:
    """Keys of the references in a part of a file."""

    keys: Keys
    at: npt.NDArray[np.int32]  # position of each in the part
    records: int


@dataclass(frozen=True, eq=False, repr=False)
class PartTask:
    """A part of a file, and which of its records are asked for or known of."""

    file: CutFile  # without its other parts
    part: FilePart
    at: Positions | None = None  # positions in the part
    shared: SharedRows | None = None  # with positions in the part


@dataclass(frozen=True, eq=False, repr=False)
class PartRows:
    """Some records of a part of a file."""

    columns: Mapping[int, pa.Array]
    lines: Sequence[str]  # the same records whole, as one line each
    geometry: Geometry | None = None


def file_cut(asked: tuple[IncidentFile, int, ColumnMapping | None], _view: View | None) -> CutFile:
    """Look through a file and cut it into parts of about so many bytes."""
    return cut(*asked)


def part_keys(asked: PartTask, _view: View | None) -> PartKeys:
    """Return the keys of a part's references."""
    keys = [np.zeros(0, dtype=np.uint64)]
    at, records = [np.zeros(0, dtype=np.int32)], 0
    with part_of(asked.file, asked.part) as one:
        for some in one.records(keys=True):
            found, rows = record_keys(some)
            keys.append(found)
            at.append(rows)
            records += some.numbers.size
    return PartKeys(np.concatenate(keys), np.concatenate(at), records)


def part_rows(asked: PartTask, _view: View | None) -> PartRows:
    """Return the records at some positions of a part."""
    assert asked.at is not None  # noqa: S101 - whoever asks says which
    held: dict[int, list[pa.Array]] = {at: [] for at in range(len(asked.file.sheet.header))}
    places: list[Geometry | None] = []
    with part_of(asked.file, asked.part) as one:
        assert one.sheet.slices is not None  # noqa: S101 - as opened
        for some in one.sheet.slices([*held], [], ROWS):
            if some.numbers.size:
                low, high = np.searchsorted(asked.at, (some.numbers[0], some.numbers[-1] + 1))
                mine = asked.at[low:high] - some.numbers[0]
                places.append(some.geometry and some.geometry.at(mine))
                for number, column in some.columns.items():
                    held[number] += column.take(pa.array(mine)).chunks
    columns = {
        number: pa.concat_arrays([pa.array([], pa.string()), *(p.cast(pa.string()) for p in taken)])
        for number, taken in held.items()
    }
    values = (column.to_pylist() for column in columns.values())
    lines = [one_line(fields) for fields in zip(*values, strict=True)]
    return PartRows(columns, lines, joined_geometry(places))


def part_tally(asked: PartTask, view: View | None) -> bytes:
    """Return the tally of a part, packed.

    Raises
    ------
    WholeNeeded
        When checking has something to note on a record.
    """
    assert view is not None  # noqa: S101 - whoever counts says how
    with part_of(asked.file, asked.part) as one:
        reader = SliceReader([one], asked.shared or SharedRows(), view.today)
        return packed(view.tally([reader.slice_of(one, some) for some in one.records(rows=ROWS)]))
