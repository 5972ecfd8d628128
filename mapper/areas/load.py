"""A study area by name or from a file: a shipped table, a part of one, or a boundary."""

import difflib
import hashlib
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from mapper.areas.boundaries import Boundary, boundary_of, read_boundary
from mapper.areas.own import own_area  # needs shapely, which a named area at 9 does not
from mapper.areas.resolution import (
    CELL_KM2,
    USUAL,
    at_resolution,
    check_resolution,
    fitting_resolution,
)
from mapper.areas.stored import BOUNDARIES, area_tables, installed_table, short_name
from mapper.areas.study_area import (
    StudyArea,
    read_outline,
    read_study_area,
    read_title,
    told_of,
)
from mapper.base.errors import AreaError
from mapper.base.files import digest_of, open_regular
from mapper.grid.area_weighting import name_key
from mapper.grid.hexagons import cells_to_points, points_to_cells

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

_NAMED = 40  # districts named where a name is none
SEVERAL = ";"  # between the names of several districts or wards
ROUND = 0.5  # degrees round the own area in which an incident may well lie
_SUFFIXES = {
    *(".geojson", ".json", ".gpkg", ".zip", ".shp", ".parquet", ".geoparquet", ".fgb"),
    *(".kml", ".kmz"),
}


class _UnknownNameError(AreaError):
    """An area has no district or ward of a name; another one may."""


def study_area(
    boundary: "str | Path | geopandas.GeoDataFrame | StudyArea" = "",
    *,
    resolution: int = 9,
    title: str = "Own boundary",
) -> StudyArea:
    """Return every cell of an area, empty ones included, with what is known of each.

    Parameters
    ----------
    boundary
        A shipped or kept area such as ``merseyside``, or one of its districts or wards, by name;
        nothing for the installation's own (``MAPPER_AREA``); the path of a boundary file, or of a
        table made by ``mapper area build``, as :func:`load_study_area` takes them; or polygons as
        a GeoDataFrame, shape (polygons,), in any coordinate reference system. A study area comes
        back as it is.
    resolution
        H3 resolution, 7 (cells of about 5 km²) to 11 (about 0.002 km²); 9 is about 0.11 km².
    title
        What people call the area of a GeoDataFrame; a file gives its own name.

    Returns
    -------
    StudyArea
        ``cells`` has a row for each cell that overlaps the boundary at all, sorted: district,
        ward, LSOA, residents (people; missing where not known), deprivation decile and
        ``area_km2``.

    Raises
    ------
    AreaError
        When the name is unknown, the boundary cannot be used or is too large for the resolution,
        or the resolution is not offered.

    Notes
    -----
    Cells are those of H3 (Uber, 2018). Residents are mid-2020 estimates by LSOA of the Office for
    National Statistics, shared out over cells by area: data/boundaries/LICENCE.md.

    Examples
    --------
    >>> import mapper
    >>> area = mapper.study_area("merseyside", resolution=8)
    >>> area.title, area.resolution, len(area.cells)
    ('Merseyside', 8, 1249)

    Polygons of one's own, here a square of two kilometres in British National Grid:

    >>> import geopandas, shapely
    >>> square = shapely.box(335_000, 390_000, 337_000, 392_000)
    >>> own = geopandas.GeoDataFrame(geometry=[square], crs=27700)
    >>> len(mapper.study_area(own, resolution=9).cells)
    57
    """
    if isinstance(boundary, StudyArea):
        return boundary
    if isinstance(boundary, str | Path):
        return load_study_area(str(boundary), resolution=resolution)
    if not hasattr(boundary, "crs") or not hasattr(boundary, "geometry"):
        raise AreaError(
            f"A study area is a name, the path of a file or a GeoDataFrame of polygons, not a"
            f" {type(boundary).__name__}. Give one of them."
        )
    return _of_polygons(boundary_of(boundary, name=title), title, resolution=resolution)


def load_study_area(name: str = "", *, resolution: int = 9) -> StudyArea:
    """Return a study area by name or from a file.

    Parameters
    ----------
    name
        A shipped or kept area such as ``merseyside``, or a district or ward of one (or several
        with semicolons between), in any spelling of case, spaces and punctuation; nothing for the
        installation's own; or the path of a file: a boundary (GeoJSON, GeoPackage, zipped
        Shapefile, KML, FlatGeobuf, GeoParquet) or a table made by ``mapper area build``. Of two
        districts of one name in several areas, that of the installation's own is meant.
    resolution
        H3 resolution, 7 to 11.

    Raises
    ------
    AreaError
        When the resolution is out of range, the name is unknown or stands for several wards, or
        the file cannot be used.
    """
    check_resolution(resolution)
    path = _as_path(name)
    if path is None:
        return _named(name.strip(), resolution)
    if _holds_table(path):
        return _of_table(path, None, resolution)
    return _of_polygons(read_boundary(path), path.stem, resolution=resolution)


def _of_polygons(boundary: Boundary, title: str, *, resolution: int) -> StudyArea:
    """Return the area of a boundary, with what the shipped table knows of its cells."""
    check_resolution(resolution)
    area = own_area(boundary, title=title, resolution=resolution, known=load_study_area())
    return replace(area, again=partial(_of_polygons, boundary, title))


def known_tables() -> tuple[Path, ...]:
    """Return the table of every area that there is, the installation's own first.

    Raises
    ------
    AreaError
        When the installation has none.
    """
    own = installed_table()
    return (own, *(path for path in area_tables().values() if path != own))


def groups_known() -> dict[str, str]:
    """Return what people call the groups of all areas, by short name, and of which area each is."""
    found: dict[str, str] = {}
    for path in known_tables():
        with suppress(AreaError):
            title = read_title(path)
            for group in read_outline(path)[2]:
                found.setdefault(short_name(group.name), f"{group.name} ({group.kind}, {title})")
    return found


def usual_resolution(name: str = "") -> int:
    """Return the resolution at which a map of a named area is drawn at first.

    Parameters
    ----------
    name
        Short name of a shipped or kept area, or of a group of one; nothing for the installation's.

    Raises
    ------
    AreaError
        When its table cannot be read.
    """
    for path in known_tables():
        resolution, cells, groups = read_outline(path)
        km2 = cells * CELL_KM2[resolution]
        if not name or name_key(path.stem) == name_key(name):
            return fitting_resolution(km2)
        for group in groups:
            if name_key(group.name) == name_key(name):
                part = _of_table(path, name, resolution).cells
                return fitting_resolution(float(part["area_km2"].sum()))
    return USUAL


def home_box(margin: float = ROUND) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of the own area and some degrees round it, if any."""
    try:
        own = installed_table()
        return _box_of(own, own.stat().st_mtime_ns, margin)
    except (AreaError, OSError):
        return None


@lru_cache(maxsize=4)  # asked for every file that is read
def _box_of(own: Path, _changed: int, margin: float) -> tuple[float, float, float, float]:
    """Return the box of the installation's own area, once for each state of its file."""
    area = _of_table(own, None, read_outline(own)[0])  # as it is kept: no cell is made anew
    lon, lat = cells_to_points(area.cells["cell"].to_numpy())
    west, south, east, north = lon.min(), lat.min(), lon.max(), lat.max()
    return float(west) - margin, float(south) - margin, float(east) + margin, float(north) + margin


def _named(name: str, resolution: int) -> StudyArea:
    """Return an area, or a district or ward of one, by name: the installation's own first."""
    own, *others = known_tables()
    if not name:
        return _of_table(own, None, resolution)
    for path in others:
        if name_key(path.stem) == name_key(name):
            return _of_table(path, name, resolution)
    try:
        return _of_table(own, name, resolution)
    except _UnknownNameError:
        for path in others:
            with suppress(AreaError):
                return _of_table(path, name, resolution)
        raise


def _as_path(name: str) -> Path | None:
    """Return a path when that is what the user gave: it exists, or looks like nothing else."""
    try:
        path = Path(name)
        there = path.exists()
        looks = path.suffix.lower() in _SUFFIXES or "/" in name
    except (OSError, ValueError) as error:
        raise AreaError("The study area is neither a name nor a path. Give one of them.") from error
    if looks and not there:
        raise AreaError(f"{path.name}: there is no such file. Check the path of the study area.")
    return path if looks or (there and path.suffix) else None


def _holds_table(path: Path) -> bool:
    """Tell a study area table from a boundary file."""
    try:
        with open_regular(path) as file:
            if file.read(4) != b"PAR1":
                return False
        return b"geo" not in told_of(path)
    except OverflowError:  # the footer of many shapes
        return False
    except OSError as error:
        raise AreaError(
            f"{path.name}: cannot be read ({error.strerror}). Check the path."
        ) from error
    except (pa.ArrowException, ValueError) as error:
        raise AreaError(f"{path.name}: is a damaged Parquet file. Save it again.") from error


def _of_table(path: Path, part: str | None, resolution: int) -> StudyArea:
    """Return a table's area, or a part of it, at a resolution; its frame is the caller's own."""
    return _cached(path, digest_of(path), part, resolution).with_own_frame()


@lru_cache(maxsize=16)
def _cached(path: Path, digest: str, part: str | None, resolution: int) -> StudyArea:
    """Read, cut and carry over a table once for each state of its file."""
    area = read_study_area(path, shipped=path.parent == BOUNDARIES)
    if area.sha256 != digest:
        raise AreaError(f"{path.name}: changed while it was being read. Try again.")
    if path.parent != BOUNDARIES:
        _check_cells(area, path.name)
    if part is not None and name_key(part) not in {name_key(area.name), name_key(area.title)}:
        area = _part_of(area, part)
    again = partial(_of_table, path, part)
    if resolution == area.resolution:
        return replace(area, again=again)
    cells = at_resolution(area.cells, source=area.resolution, resolution=resolution)
    return replace(area, resolution=resolution, cells=cells, again=again)


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
    """Return a district or a ward of an area by its name, or several with semicolons between."""
    names = [name for name in map(str.strip, part.split(SEVERAL)) if name]
    if len(names) < 2:  # noqa: PLR2004 - one name
        return _one_part_of(area, part)
    parts = [_one_part_of(area, name) for name in names]
    inside = area.cells["cell"].isin(
        np.concatenate([one.cells["cell"].to_numpy() for one in parts])
    )
    several = _cells_of(area, inside, title=", ".join(one.title for one in parts))
    mark = hashlib.sha256(several.title.encode()).hexdigest()[:8]  # of names that are cut short
    return replace(several, name=f"{several.name[:50]}-{mark}")


def _one_part_of(area: StudyArea, part: str) -> StudyArea:
    """Return a district, a group of districts or a ward of an area by its name."""
    districts = {name_key(str(name)) for name in area.cells["district"].cat.categories}
    if name_key(part) not in districts:
        for group in area.groups:
            if name_key(group.name) == name_key(part):
                inside = area.cells["district"].isin(group.districts)
                return _cells_of(area, inside, title=group.name)
    for column in ("district", "ward"):
        names = [str(name) for name in area.cells[column].cat.categories]
        found = [name for name in names if name.casefold() == part.casefold()] or [
            name for name in names if name_key(name) == name_key(part) != ""
        ]
        if len(found) > 1:
            raise AreaError(f"{part!r} could be {' or '.join(found)}. Write one of them in full.")
        if found:
            return _cut(area, column, found[0])
    raise _UnknownNameError(_unknown(area, part))


def _cut(area: StudyArea, column: str, label: str) -> StudyArea:
    """Return the cells that carry one label, as a study area of its own."""
    where = f"{label} ward, {area.title}" if column == "ward" else label
    cut = _cells_of(area, area.cells[column] == label, title=where)
    edge = f"Cells on the edge of {label} count to whichever {column} covers most of them."
    return replace(cut, name=short_name(label), notes=(*area.notes, edge))


def _cells_of(area: StudyArea, inside: "pd.Series[bool]", *, title: str) -> StudyArea:
    """Return some cells of an area as one of its own."""
    cells = area.cells[inside].reset_index(drop=True)
    for name in ("district", "ward", "lsoa"):
        cells[name] = cells[name].cat.remove_unused_categories()
    return replace(area, name=short_name(title), title=title, part=True, cells=cells, groups=())


def _unknown(area: StudyArea, part: str) -> str:
    """Return what to say to a name that is none: the choices, the nearest first."""
    districts = [str(name) for name in area.cells["district"].cat.categories]
    wards = [str(name) for name in area.cells["ward"].cat.categories]
    asked = repr(part[:40])
    keys, part = {name_key(name): name for name in wards}, name_key(part)
    near = [name for name in wards if part and part in name_key(name)]
    near += [keys[key] for key in difflib.get_close_matches(part, keys) if keys[key] not in near]
    hint = f" (such as {', '.join(near[:4])})" if near else ""
    named = [f"a {kind} ({', '.join(names)}), " for kind, names in _by_kind(area).items()]
    return (
        f"There is no study area called {asked}. Choose {area.name}, {''.join(named)}a district"
        f" ({_some(districts)}), one of {len(wards)} wards{hint}, or the path of a"
        " boundary file."
    )


def _by_kind(area: StudyArea) -> dict[str, list[str]]:
    """Return the names of an area's groups by their kind."""
    found: dict[str, list[str]] = {}
    for group in area.groups:
        found.setdefault(group.kind, []).append(group.name)
    return found


def _some(names: list[str]) -> str:
    """Return names in a list; of very many the first."""
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
