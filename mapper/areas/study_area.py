"""The study area: every cell inside a boundary, empty ones included, with what is known of each.

A cell belongs to the study area when it overlaps the boundary at all, so that no incident inside
is lost at its edge, and it carries the district, ward and LSOA that cover most of it. A cell on
the border of two districts counts whole to one of them: a district taken by itself
(``load_study_area("liverpool")``) is the cells that carry its name, and adds up to its published
residents.
"""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mapper.areas.table_child import unpacked
from mapper.base.errors import AreaError, MapperError
from mapper.base.files import digest_of, open_regular, replacing
from mapper.base.json_text import json_of
from mapper.base.sandbox import INSIDE, in_child
from mapper.base.tables import STUDY_AREA_COLUMNS, check_columns, require_columns

_METADATA = b"mapper_study_area"
_LONGEST_FOOTER = 1_000_000  # bytes; that of the shipped table is of 3,300
_AGAIN = "Make it again with mapper area build."
_NO_TABLE = f"is no study area table, or a damaged one. {_AGAIN}"
_ARROW: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "uint64": pa.uint64(),
        "float64": pa.float64(),
        "category": pa.dictionary(pa.int32(), pa.string()),
    }
)


@dataclass(frozen=True)
class AreaGroup:
    """A country, region or force: some of an area's districts under a name of their own."""

    kind: str  # country, region, force
    name: str
    districts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StudyArea:
    """All cells that overlap a boundary, at one resolution, sorted by cell index."""

    name: str  # short id: merseyside, liverpool
    title: str  # for people: Merseyside
    resolution: int
    cells: pd.DataFrame  # columns of STUDY_AREA_COLUMNS
    sha256: str  # of the file it came from
    licence: str = ""  # attribution shown wherever the area is drawn
    part: bool = False  # cut out of a larger area, or drawn by hand: much may well lie outside
    notes: tuple[str, ...] = ()  # repairs made and choices taken, in plain words
    again: "Callable[..., StudyArea] | None" = None  # makes it anew; called with a resolution
    groups: tuple[AreaGroup, ...] = ()  # of its districts, the largest first
    copied: "StudyArea | None" = field(default=None, repr=False)  # whose frame this one shares

    def __post_init__(self) -> None:
        require_columns(self.cells, STUDY_AREA_COLUMNS, name="study area")
        if not self.cells["cell"].is_monotonic_increasing or not self.cells["cell"].is_unique:
            raise ValueError("study area: cells must be sorted and distinct")

    def with_own_frame(self) -> "StudyArea":
        """Return the same area, with columns that can be changed and change no other's."""
        area = copy(self)  # it was checked when it was made
        object.__setattr__(area, "cells", self.cells.copy(deep=False))
        object.__setattr__(area, "copied", self)
        return area

    @property
    def one_for_all(self) -> "StudyArea":
        """The area that this is an unchanged copy of, as what is kept for one is for every copy."""
        if self.copied is None or _identity(self) != _identity(self.copied):
            return self
        return self.copied

    def at(self, resolution: int) -> "StudyArea":
        """Return the same area in cells of another resolution, 7 to 11.

        Raises
        ------
        AreaError
            When it is not known how the area was made, or the resolution is not offered.
        """
        if resolution == self.resolution:
            return self
        if self.again is None:
            raise AreaError(f"{self.title} is known in cells of resolution {self.resolution} only.")
        return self.again(resolution=resolution)


def _identity(area: StudyArea) -> tuple[object, ...]:
    """Return what an area is called, and where in memory each of its columns is."""
    names: list[object] = [area.name, area.title, area.part, area.resolution, len(area.cells)]
    columns = []  # all are held until the end: another could have the place of one let go
    for name, kind in STUDY_AREA_COLUMNS.items():
        column: Any = area.cells[name]
        if kind == "category":
            names.append(id(column.cat.categories))
        columns.append(column.array.codes if kind == "category" else column.to_numpy())
    return (*names, *(one.__array_interface__["data"] for one in columns))


def read_study_area(path: Path, *, shipped: bool = False) -> StudyArea:
    """Read a table written by :func:`write_study_area`, in a guarded child process.

    Parameters
    ----------
    shipped
        It came with mapper itself and is read right here.

    Raises
    ------
    AreaError
        When the file is no such table, or its cells are not distinct cells of one resolution.
    """
    try:
        table = (
            _here(path)
            if shipped or INSIDE in os.environ
            else unpacked_apart(path, kind=AreaError, advice=_AGAIN)
        )
        told = json_of((table.schema.metadata or {})[_METADATA])
        cells = check_columns(table.to_pandas(), STUDY_AREA_COLUMNS, name=path.name)
        return StudyArea(
            name=told["name"],
            title=told["title"],
            resolution=int(told["resolution"]),
            cells=cells,
            sha256=digest_of(path),
            licence=told["licence"],
            notes=tuple(told["notes"]),
            groups=_groups_told(told),
        )
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise AreaError(f"{path.name}: {_NO_TABLE}") from error


def _here(path: Path) -> pa.Table:
    """Return the table of a file, read in this process."""
    with open_regular(path) as opened:
        return unpacked(opened)


def unpacked_apart(path: Path, *, kind: type[MapperError], advice: str) -> pa.Table:
    """Return the table of a Parquet file, unpacked by a guarded child process.

    Raises
    ------
    MapperError
        Of the kind given, with the advice, when it takes too much memory or time.
    OSError, ValueError
        When it cannot be opened, or is no sound table.
    """
    with open_regular(path) as opened:
        size = os.fstat(opened.fileno()).st_size
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        target = Path(folder, "table.arrow")
        answer = in_child(
            "mapper.areas.table_child:convert",
            {"source": str(path.resolve()), "target": str(target)},
            name=path.name,
            size=size,
            kind=kind,
            advice=advice,
        )
        if not answer["sound"]:
            raise ValueError(path.name)
        with pa.OSFile(str(target), "rb") as made:
            return pa.ipc.open_file(made).read_all()


def told_of(path: Path) -> Mapping[bytes, bytes]:
    """Return what the footer of a Parquet file tells.

    Raises
    ------
    OverflowError
        When it is far longer than an area's, before it is read.
    ArrowException, OSError, ValueError
        When it has none that can be read.
    """
    with open_regular(path) as file:
        file.seek(-8, os.SEEK_END)
        length, ends = int.from_bytes(file.read(4), "little"), file.read(4)
        if ends != b"PAR1":
            raise ValueError("cut short")
        if length > _LONGEST_FOOTER:
            raise OverflowError
        return pq.read_schema(file).metadata or {}


def read_title(path: Path) -> str:
    """Return what people call the area of a table, none of whose rows is read.

    Raises
    ------
    AreaError
        When the file is no such table, or a damaged one.
    """
    try:
        return str(json_of(told_of(path)[_METADATA])["title"])
    except (
        *(pa.ArrowException, OSError, ValueError, OverflowError),
        *(KeyError, TypeError),
    ) as error:
        raise AreaError(f"{path.name}: {_NO_TABLE}") from error


def read_outline(path: Path) -> tuple[int, int, tuple[AreaGroup, ...]]:
    """Return resolution, number of cells and groups of the area of a table; no row is read.

    Raises
    ------
    AreaError
        When the file is no such table, or a damaged one.
    """
    try:
        return _outline(path, path.stat().st_mtime_ns)
    except (
        *(pa.ArrowException, OSError, ValueError, OverflowError),
        *(KeyError, TypeError),
    ) as error:
        raise AreaError(f"{path.name}: {_NO_TABLE}") from error


@lru_cache(maxsize=64)  # asked whenever a page is drawn
def _outline(path: Path, _changed: int) -> tuple[int, int, tuple[AreaGroup, ...]]:
    """Return what a table tells of itself, once for each state of its file."""
    told = json_of(told_of(path)[_METADATA])
    with open_regular(path) as file:
        cells = pq.read_metadata(file).num_rows
    return int(told["resolution"]), cells, _groups_told(told)


def _groups_told(told: Mapping[str, Any]) -> tuple[AreaGroup, ...]:
    """Return the groups that a table tells of itself."""
    return tuple(
        AreaGroup(str(kind), str(group), tuple(map(str, districts)))
        for kind, group, districts in told.get("groups", ())
    )


def write_study_area(area: StudyArea, path: Path) -> None:
    """Write a study area as one Parquet file, whole or not at all; the same area, the same bytes.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    told = {
        "name": area.name,
        "title": area.title,
        "resolution": area.resolution,
        "licence": area.licence,
        "notes": list(area.notes),
        "residents_by_district": _residents_by_district(area.cells),
    }
    if area.groups:
        told["groups"] = [[one.kind, one.name, list(one.districts)] for one in area.groups]
    schema = pa.schema(
        [(column, _ARROW[dtype]) for column, dtype in STUDY_AREA_COLUMNS.items()],
        metadata={_METADATA: json.dumps(told, sort_keys=True).encode()},
    )
    table = pa.Table.from_pandas(area.cells, schema=schema, preserve_index=False)
    with replacing(path) as temporary:
        pq.write_table(
            table.replace_schema_metadata(schema.metadata), temporary, compression="zstd"
        )


def residents_in_words(cells: pd.DataFrame) -> str:
    """Return who lives in some cells, in words; unknown is never 0."""
    people = cells["residents"]
    if people.isna().all():
        return "residents unknown"
    part = " known, others are not" if people.isna().any() else ""
    return f"{people.sum():,.0f} residents{part}"


def _residents_by_district(cells: pd.DataFrame) -> dict[str, float]:
    """Return the residents of each district, for a reader who wants to check them."""
    sums = cells.groupby("district", observed=True)["residents"].sum(min_count=1)
    return {str(name): float(value) for name, value in sums.items() if pd.notna(value)}
