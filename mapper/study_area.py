"""The study area: every cell inside a boundary, empty ones included, with what is known of each.

A cell belongs to the study area when it overlaps the boundary at all, so that no incident inside
is lost at its edge, and it carries the district, ward and LSOA that cover most of it. A cell on
the border of two districts counts whole to one of them: a district taken by itself
(``load_study_area("liverpool")``) is the cells that carry its name, and adds up to its published
residents.
"""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mapper.area_shares import name_key
from mapper.errors import AreaError
from mapper.files import digest_of, replacing
from mapper.hexagons import RESOLUTIONS, cells_to_outline, cells_to_points, points_to_cells
from mapper.tables import STUDY_AREA_COLUMNS, check_columns

DEFAULT_AREA = "merseyside"
BOUNDARIES = Path(__file__).parents[1] / "data" / "boundaries"
MAX_CELLS = 20_000_000  # England and Wales at resolution 10 have about 11 million
_METADATA = b"mapper_study_area"
_SUFFIXES = {".geojson", ".json", ".gpkg", ".zip", ".shp", ".parquet", ".geoparquet", ".fgb"}
_ARROW: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "uint64": pa.uint64(),
        "float64": pa.float64(),
        "category": pa.dictionary(pa.int32(), pa.string()),
    }
)


@dataclass(frozen=True, eq=False)
class StudyArea:
    """All cells that overlap a boundary, at one resolution, sorted by cell index."""

    name: str  # short id: merseyside, liverpool
    title: str  # for people: Merseyside
    resolution: int
    cells: pd.DataFrame  # columns of STUDY_AREA_COLUMNS
    sha256: str  # of the file it came from
    licence: str = ""  # attribution shown wherever the area is drawn
    notes: tuple[str, ...] = ()  # repairs made and choices taken, in plain words

    def __post_init__(self) -> None:
        check_columns(self.cells, STUDY_AREA_COLUMNS, name="study area")
        if not self.cells["cell"].is_monotonic_increasing or not self.cells["cell"].is_unique:
            raise ValueError("study area: cells must be sorted and distinct")


@dataclass(frozen=True, eq=False)
class Outline:
    """The outline of a district or ward for drawing, dissolved from its cells."""

    polygons: list[list[list[tuple[float, float]]]]  # GeoJSON coordinates of a MultiPolygon
    label: tuple[float, float]  # longitude and latitude of a point inside, for its name


def load_study_area(name: str = DEFAULT_AREA, *, resolution: int = 9) -> StudyArea:
    """Return a study area by name or from a file.

    Parameters
    ----------
    name
        ``merseyside`` (the table shipped with mapper), one of its districts or wards in any
        spelling of case, spaces and punctuation, or the path of a file: a boundary (GeoJSON,
        GeoPackage, zipped Shapefile, GeoParquet) or a table made by ``mapper area build``.
    resolution
        H3 resolution, 7 to 11.

    Raises
    ------
    AreaError
        When the resolution is out of range, the name is unknown or stands for several wards, or
        the file cannot be used.
    """
    if resolution not in RESOLUTIONS:
        raise AreaError(
            f"Resolution {resolution} is not offered. Choose {RESOLUTIONS[0]} to {RESOLUTIONS[-1]}."
        )
    path = _as_path(name)
    if path is None:
        return _of_table(default_table(), name.strip(), resolution)
    if _holds_table(path):
        return _of_table(path, None, resolution)
    from mapper.own_area import own_area  # needs shapely, which a named area at 9 does not

    return own_area(path, resolution=resolution, known=load_study_area())


def default_table() -> Path:
    """Return the path of the table shipped with mapper.

    Raises
    ------
    AreaError
        When it is not where mapper was installed from.
    """
    path = BOUNDARIES / f"{DEFAULT_AREA}.parquet"
    if not path.is_file():
        raise AreaError(
            f"data/boundaries/{path.name} is missing beside the mapper package. Install mapper"
            " from its repository (make install), or give --area the path of your own boundary."
        )
    return path


def read_study_area(path: Path) -> StudyArea:
    """Read a table written by :func:`write_study_area`.

    Raises
    ------
    AreaError
        When the file is no such table, or its cells are not distinct cells of one resolution.
    """
    try:
        file = pq.ParquetFile(path)
        # A file of a few bytes can claim any number of rows; none is read where it is too many.
        table = file.read() if file.metadata.num_rows <= MAX_CELLS else pa.table({})
        told = json.loads((table.schema.metadata or {})[_METADATA])
        cells = check_columns(table.to_pandas(), STUDY_AREA_COLUMNS, name=path.name)
        return StudyArea(
            name=told["name"],
            title=told["title"],
            resolution=int(told["resolution"]),
            cells=cells,
            sha256=digest_of(path),
            licence=told["licence"],
            notes=tuple(told["notes"]),
        )
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise AreaError(
            f"{path.name}: is no study area table, or a damaged one. Make it again with"
            " mapper area build."
        ) from error


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
    schema = pa.schema(
        [(column, _ARROW[dtype]) for column, dtype in STUDY_AREA_COLUMNS.items()],
        metadata={_METADATA: json.dumps(told, sort_keys=True).encode()},
    )
    table = pa.Table.from_pandas(area.cells, schema=schema, preserve_index=False)
    with replacing(path) as temporary:
        pq.write_table(
            table.replace_schema_metadata(schema.metadata), temporary, compression="zstd"
        )


def district_outlines(area: StudyArea) -> dict[str, Outline]:
    """Return the outline of each district, dissolved from its cells, by name."""
    return _outlines(area, "district")


def ward_outlines(area: StudyArea) -> dict[str, Outline]:
    """Return the outline of each ward, dissolved from its cells, by name."""
    return _outlines(area, "ward")


def _outlines(area: StudyArea, column: str) -> dict[str, Outline]:
    """Dissolve the cells that carry the same label."""
    groups = area.cells.groupby(column, observed=True).indices
    cells = area.cells["cell"].to_numpy()
    return {
        str(name): Outline(cells_to_outline(cells[rows]), _label_point(cells[rows]))
        for name, rows in sorted(groups.items())
    }


def _label_point(cells: "np.ndarray[tuple[int], np.dtype[np.uint64]]") -> tuple[float, float]:
    """Return the centre of the cell nearest to the middle of a set of cells: always inside."""
    lon, lat = cells_to_points(cells)
    across = (lon - lon.mean()) * np.cos(np.radians(lat))
    nearest = int((across**2 + (lat - lat.mean()) ** 2).argmin())
    return float(lon[nearest]), float(lat[nearest])


def _residents_by_district(cells: pd.DataFrame) -> dict[str, float]:
    """Return the residents of each district, for a reader who wants to check them."""
    sums = cells.groupby("district", observed=True)["residents"].sum(min_count=1)
    return {str(name): float(value) for name, value in sums.items() if pd.notna(value)}


def _as_path(name: str) -> Path | None:
    """Return a path when that is what the user gave: it exists, or looks like nothing else."""
    try:
        path = Path(name)
        there = path.is_file()
        looks = path.suffix.lower() in _SUFFIXES or "/" in name
    except (OSError, ValueError) as error:
        raise AreaError("The study area is neither a name nor a path. Give one of them.") from error
    if looks and not there:
        raise AreaError(f"{path.name}: there is no such file. Check the path of the study area.")
    return path if looks or (there and path.suffix) else None


def _holds_table(path: Path) -> bool:
    """Tell a study area table from a boundary file."""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return False
        return "geo" not in {
            key.decode(errors="replace") for key in pq.read_schema(path).metadata or {}
        }
    except (pa.ArrowException, OSError) as error:
        raise AreaError(f"{path.name}: is a damaged Parquet file. Save it again.") from error


def _of_table(path: Path, part: str | None, resolution: int) -> StudyArea:
    """Return a table's area, or a part of it, at a resolution; its frame is the caller's own."""
    area = _cached(path, digest_of(path), part, resolution)
    return replace(area, cells=area.cells.copy(deep=False))


@lru_cache(maxsize=8)
def _cached(path: Path, digest: str, part: str | None, resolution: int) -> StudyArea:
    """Read, cut and carry over a table once for each state of its file."""
    area = read_study_area(path)
    if area.sha256 != digest:
        raise AreaError(f"{path.name}: changed while it was being read. Try again.")
    if path.parent != BOUNDARIES:
        _check_cells(area, path.name)
    if part is not None and name_key(part) not in {name_key(area.name), name_key(area.title)}:
        area = _part_of(area, part)
    if resolution == area.resolution:
        return area
    from mapper.area_resolution import at_resolution

    cells = at_resolution(area.cells, source=area.resolution, resolution=resolution)
    return replace(area, resolution=resolution, cells=cells)


def _check_cells(area: StudyArea, name: str) -> None:
    """Refuse a table whose cells are no cells, or whose residents are no numbers of people."""
    cells = area.cells["cell"].to_numpy()
    try:
        lon, lat = cells_to_points(cells)
        sound = np.array_equal(points_to_cells(lon, lat, resolution=area.resolution), cells)
    except ValueError:
        sound = False
    people = area.cells[["residents", "residents_10_17"]].to_numpy()
    if not len(cells) or not sound or bool(((people < 0) | np.isinf(people)).any()):
        raise AreaError(
            f"{name}: has rows that are no cells of resolution {area.resolution}, or residents"
            " below zero. Make it again with mapper area build."
        )


def _part_of(area: StudyArea, part: str) -> StudyArea:
    """Return a district or a ward of an area by its name."""
    for column in ("district", "ward"):
        names = [str(name) for name in area.cells[column].cat.categories]
        found = [name for name in names if name.casefold() == part.casefold()] or [
            name for name in names if name_key(name) == name_key(part) != ""
        ]
        if len(found) > 1:
            raise AreaError(f"{part!r} could be {' or '.join(found)}. Write one of them in full.")
        if found:
            return _cut(area, column, found[0])
    raise AreaError(_unknown(area, part))


def _cut(area: StudyArea, column: str, label: str) -> StudyArea:
    """Return the cells that carry one label, as a study area of its own."""
    cells = area.cells[area.cells[column] == label].reset_index(drop=True)
    for name in ("district", "ward", "lsoa"):
        cells[name] = cells[name].cat.remove_unused_categories()
    where = f"{label} ward, {area.title}" if column == "ward" else label
    short = "-".join("".join(c if c.isalnum() else " " for c in label.casefold()).split())
    edge = f"Cells on the edge of {label} count to whichever {column} covers most of them."
    return replace(area, name=short, title=where, cells=cells, notes=(*area.notes, edge))


def _unknown(area: StudyArea, part: str) -> str:
    """Return what to say to a name that is none: the choices, the nearest first."""
    districts = [str(name) for name in area.cells["district"].cat.categories]
    wards = [str(name) for name in area.cells["ward"].cat.categories]
    asked = repr(part[:40])
    keys, part = {name_key(name): name for name in wards}, name_key(part)
    near = [name for name in wards if part and part in name_key(name)]
    near += [keys[key] for key in difflib.get_close_matches(part, keys) if keys[key] not in near]
    hint = f" (such as {', '.join(near[:4])})" if near else ""
    return (
        f"There is no study area called {asked}. Choose {area.name}, a district"
        f" ({', '.join(districts)}), one of {len(wards)} wards{hint}, or the path of a"
        " boundary file."
    )
