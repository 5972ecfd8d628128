"""A study area out of boundary and population files: what ``mapper area build`` does.

Cells are all those that overlap the LSOA polygons (or the districts, where they reach further).
Each LSOA's residents are shared out over the cells of its own district by overlapping area, in
whole millionths of a person, so that LSOA, district and overall totals are kept exactly; see
:mod:`mapper.grid.area_weighting` for why only its own district, and what that costs at a border.

A cell's district is the one that covers most of it; its ward and LSOA are those of that district
that cover most of it, and its deprivation decile is its LSOA's. A cell that touches no ward of
its district (wards drawn to another shoreline) takes the nearest.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mapper.areas.boundaries import Boundary, read_boundary
from mapper.areas.population import (
    LSOA_CODE,
    LSOA_NAME,
    find_column,
    need_column,
    read_deciles,
    read_residents,
)
from mapper.areas.resolution import check_size
from mapper.areas.study_area import StudyArea, read_study_area
from mapper.base.errors import AreaError
from mapper.base.files import Progress, no_progress
from mapper.base.sandbox import in_child
from mapper.base.tables import STUDY_AREA_COLUMNS, check_columns
from mapper.base.text import count
from mapper.base.types import Floats, Integers
from mapper.grid.area_weighting import (
    EARTH_KM,
    Shapes,
    equal_area,
    keep_in_district,
    largest_labels,
    overlap,
    plain_name,
    spread,
)
from mapper.grid.hexagons import RESOLUTIONS, Cells, cells_to_areas, cells_to_wkb, polygon_to_cells

MEMORY = 4 * 1024**3  # bytes that a build may hold: two million cells take about half
SECONDS = 900  # for a whole build; the largest force at the finest resolution takes a few minutes
_WARD = (r"(wd|ward)\d*(nm|name)", r"ward", r"name")
_DISTRICT = (r"(lad|la|ltla|district|borough)\d*(nm|name)", r"lad|district|borough", r"name")
# An LSOA is named after its district: "St. Helens 001A".
_LSOA_OF_DISTRICT = re.compile(r"(.+) \d{3}[A-Z]")


@dataclass(frozen=True)
class AreaFiles:
    """The files that a study area is made from; columns are found by pattern."""

    lsoa: Path  # LSOA polygons, with code and, without districts, name
    wards: Path | None = None  # ward polygons, with name
    districts: Path | None = None  # district polygons, with name
    population: Path | None = None  # CSV: residents by LSOA
    population_by_age: Path | None = None  # CSV: residents by LSOA and year of age
    deprivation: Path | None = None  # CSV: deprivation decile by LSOA


@dataclass(frozen=True, eq=False)
class Zones:
    """Named polygons of one kind in the equal-area plane, each within a district."""

    names: list[str]  # categories, sorted
    code: Integers  # name of each shape, as a position in ``names``
    shapes: Shapes
    district: Integers  # district of each shape


def build_area(  # noqa: PLR0913 -- one keyword for each option of the command line
    *,
    lsoa: Path,
    wards: Path | None = None,
    districts: Path | None = None,
    population: Path | None = None,
    population_by_age: Path | None = None,
    deprivation: Path | None = None,
    name: str,
    title: str,
    resolution: int = 9,
    licence: str = "",
    out: Path,
    progress: Progress = no_progress,
) -> StudyArea:
    """Make a study area from files and write it as one table.

    Parameters
    ----------
    lsoa
        LSOA polygons (GeoJSON, GeoPackage, zipped Shapefile, GeoParquet, any coordinate
        reference system) with a code column such as ``LSOA11CD`` and a name column such as
        ``LSOA11NM``.
    wards
        Ward polygons with a name column such as ``WD13NM``; without them a cell has no ward.
    districts
        District polygons with a name column such as ``LAD13NM`` or ``lad``; without them the
        district is read from the LSOA names.
    population, population_by_age, deprivation
        CSV tables by LSOA code; their columns are described in :mod:`mapper.areas.population`.
    name, title
        Short id, and the name for people.
    resolution
        H3 resolution of the table, 7 to 11; others are derived from it when they are asked for.
    licence
        Attribution shown wherever the area is drawn.
    out
        Parquet file to write, whole or not at all.
    progress
        Called with words and the share done.

    Raises
    ------
    AreaError
        When a file, a column or a value cannot be used; nothing is then written.
    """
    files = AreaFiles(lsoa, wards, districts, population, population_by_age, deprivation)
    in_child(
        "mapper.areas.child:build",
        {
            "files": {
                key: str(path.resolve()) for key, path in vars(files).items() if path is not None
            },
            "choices": {
                "name": name,
                "title": title,
                "resolution": resolution,
                "licence": licence,
            },
            "out": str(out.resolve()),
        },
        name=lsoa.name,
        memory=MEMORY,
        seconds=SECONDS,
        kind=AreaError,
        advice="Simplify the boundaries (10 metres is enough), or choose a coarser resolution.",
        progress=progress,
    )
    return read_study_area(out)


def build_study_area(
    files: AreaFiles,
    *,
    name: str,
    title: str,
    resolution: int = 9,
    licence: str = "",
    progress: Progress = no_progress,
) -> StudyArea:
    """Return a study area made from files; see :func:`build_area`."""
    if resolution not in RESOLUTIONS:
        raise AreaError(f"Resolution {resolution} is not offered. Choose 7 to 11.")
    progress("Reading boundaries", 0.0)
    boundaries = [
        None if path is None else read_boundary(path)
        for path in (files.lsoa, files.districts, files.wards)
    ]
    lsoa, districts, wards = boundaries
    lsoa = cast("Boundary", lsoa)
    progress("Reading residents", 0.2)
    people, unmatched = _people(lsoa, files)
    progress("Finding the cells", 0.3)
    cells = _cover(lsoa, districts, resolution=resolution)
    progress("Sharing out residents", 0.5)
    table = _table(cells, lsoa, districts, wards, people, title=title)
    notes = [note for boundary in boundaries if boundary for note in boundary.notes]
    return StudyArea(
        name=name,
        title=title,
        resolution=resolution,
        cells=table,
        sha256="",
        licence=licence,
        notes=(*notes, *unmatched),
    )


def _people(lsoa: Boundary, files: AreaFiles) -> tuple[pd.DataFrame, list[str]]:
    """Return residents and decile of each LSOA polygon, and what the tables hold besides."""
    column = need_column(
        lsoa.attributes.columns, LSOA_CODE, what="LSOA code (such as LSOA11CD)", file=lsoa.name
    )
    codes = lsoa.attributes[column].astype(str)
    if codes.duplicated().any():
        raise AreaError(
            f"{lsoa.name}: {int(codes.duplicated().sum()):,} LSOA codes occur twice, first"
            f" {codes[codes.duplicated()].iloc[0]}. Dissolve them into one polygon each."
        )
    residents = read_residents(files.population, files.population_by_age)
    tables = residents.join(read_deciles(files.deprivation), how="outer")
    for path, known in (
        (files.population or files.population_by_age, residents.index),
        (files.deprivation, tables.index[tables["deprivation_decile"].notna()]),
    ):
        absent = codes[~codes.isin(known)]
        if path is not None and len(absent):
            raise AreaError(
                f"{path.name}: lacks {len(absent):,} of the {len(codes):,} LSOAs of {lsoa.name},"
                f" first {absent.iloc[0]}. Give a table of the same LSOA year."
            )
    extra = int((~residents.index.isin(codes)).sum())
    note = f"{extra:,} LSOAs of the population table lie outside the boundary and were left out."
    matched = tables.reindex(codes.to_numpy()).rename_axis("code").reset_index()
    return matched, [note] if extra else []


def _cover(lsoa: Boundary, districts: Boundary | None, *, resolution: int) -> Cells:
    """Return every cell that overlaps an LSOA or a district, sorted."""
    shapes = lsoa.shapes if districts is None else np.r_[lsoa.shapes, districts.shapes]
    whole = shapely.union_all(shapes)
    flat = equal_area(np.asarray([whole], dtype=object))
    check_size(float(shapely.area(flat)[0]) * EARTH_KM**2, resolution=resolution)
    return polygon_to_cells(whole, resolution=resolution)


def _table(
    cells: Cells,
    lsoa: Boundary,
    districts: Boundary | None,
    wards: Boundary | None,
    people: pd.DataFrame,
    *,
    title: str,
) -> pd.DataFrame:
    """Return the table of cells: who lives there and what each is part of."""
    hexagons = equal_area(shapely.from_wkb(cells_to_wkb(cells)))
    zones, names = _lsoa_zones(lsoa, districts, people["code"], title=title)
    pairs = overlap(zones.shapes, hexagons)
    district = largest_labels(pairs, zones.district)
    bare = district < 0
    district[bare] = zones.district[_nearest(hexagons[bare], zones.shapes)]
    own = pairs.where(zones.district[pairs.source] == district[pairs.target])
    code = largest_labels(own, zones.code)
    settled = keep_in_district(
        pairs, zones.district, district, _centres(zones.shapes), _centres(hexagons)
    )
    decile = np.r_[people["deprivation_decile"].to_numpy()[np.argsort(zones.code)], np.nan]
    table = pd.DataFrame(
        {
            "cell": cells,
            "district": pd.Categorical.from_codes(district, categories=pd.Index(names)),
            "ward": _wards_of(hexagons, wards, zones, names, district),
            "lsoa": pd.Categorical.from_codes(code, categories=pd.Index(zones.names)),
            "residents": spread(people["residents"].to_numpy(), settled),
            "residents_10_17": spread(people["residents_10_17"].to_numpy(), settled),
            "deprivation_decile": decile[code],
            "area_km2": cells_to_areas(cells),
        }
    )
    return check_columns(table, STUDY_AREA_COLUMNS, name="study area")


def _lsoa_zones(
    lsoa: Boundary, districts: Boundary | None, codes: pd.Series, *, title: str
) -> tuple[Zones, list[str]]:
    """Return the LSOAs with the district of each, and the district names."""
    shapes = equal_area(lsoa.shapes)
    if districts is None:
        of_shape = _named_districts(lsoa, title)
    else:
        labels = _names(districts, _DISTRICT, what="district name")
        spelt, code = np.unique(labels, return_inverse=True)
        pairs = overlap(equal_area(districts.shapes), shapes)
        found = largest_labels(pairs, code)
        if (found < 0).any():
            raise AreaError(
                f"{districts.name}: leaves {int((found < 0).sum()):,} LSOAs of {lsoa.name} in no"
                " district. Give district polygons for the whole area."
            )
        of_shape = spelt[found]
    names, district = np.unique(of_shape, return_inverse=True)
    ordered, code = np.unique(codes.to_numpy(dtype=str), return_inverse=True)
    zones = Zones([str(c) for c in ordered], code, shapes, district)
    return zones, [str(name) for name in names]


def _named_districts(lsoa: Boundary, title: str) -> npt.NDArray[np.str_]:
    """Return each LSOA's district from its name; one district where the names do not tell."""
    column = find_column(lsoa.attributes.columns, LSOA_NAME)
    names: list[str] = [] if column is None else list(lsoa.attributes[column].astype(str))
    found = [_LSOA_OF_DISTRICT.fullmatch(name) for name in names]
    if not found or not all(found):
        return np.full(len(lsoa.shapes), title, dtype=object).astype(str)
    return np.asarray([plain_name(met[1]) for met in found if met])


def _names(boundary: Boundary, patterns: tuple[str, ...], *, what: str) -> npt.NDArray[np.str_]:
    """Return the name of each shape of a boundary."""
    column = need_column(boundary.attributes.columns, patterns, what=what, file=boundary.name)
    names = boundary.attributes[column]
    if names.isna().any():
        raise AreaError(
            f"{boundary.name}: {count(int(names.isna().sum()), 'record has', 'records have')} no"
            f" {what} in column"
            f" {column}. Fill them in."
        )
    return np.asarray([plain_name(name) for name in names.astype(str)])


def _wards_of(
    hexagons: Shapes, wards: Boundary | None, lsoas: Zones, districts: list[str], district: Integers
) -> "pd.Categorical[str]":
    """Return the ward of each cell: that of its district with the largest share, else nearest."""
    if wards is None:
        return pd.Categorical.from_codes(
            np.full(len(hexagons), -1), categories=pd.Index([], dtype="str")
        )
    zones = _ward_zones(wards, lsoas, districts)
    pairs = overlap(zones.shapes, hexagons)
    own = pairs.where(zones.district[pairs.source] == district[pairs.target])
    code = largest_labels(own, zones.code)
    for of in np.unique(district[code < 0]):
        bare = np.flatnonzero((code < 0) & (district == of))
        inside = np.flatnonzero(zones.district == of)
        if inside.size:
            code[bare] = zones.code[inside][_nearest(hexagons[bare], zones.shapes[inside])]
    return pd.Categorical.from_codes(code, categories=pd.Index(zones.names))


def _ward_zones(wards: Boundary, lsoas: Zones, districts: list[str]) -> Zones:
    """Return the wards; one whose name occurs in two districts is named "Ward (District)"."""
    shapes = equal_area(wards.shapes)
    names = _names(wards, _WARD, what="ward name")
    district = largest_labels(overlap(lsoas.shapes, shapes), lsoas.district)
    inside = district >= 0  # wards of a neighbour, in a file that reaches further
    shapes, names, district = shapes[inside], names[inside], district[inside]
    pairs = pd.DataFrame({"name": names, "district": district}).drop_duplicates()
    shared = set(pairs["name"][pairs["name"].duplicated()])
    full = [
        f"{name} ({districts[of]})" if name in shared else str(name)
        for name, of in zip(names, district, strict=True)
    ]
    spelt, code = np.unique(np.asarray(full, dtype=object).astype(str), return_inverse=True)
    return Zones([str(name) for name in spelt], code, shapes, district)


def _nearest(hexagons: Shapes, shapes: Shapes) -> Integers:
    """Return the position of the shape nearest to each cell."""
    found = shapely.STRtree(shapes).nearest(hexagons) if len(hexagons) else []
    return np.asarray(found, dtype=np.int64)


def _centres(shapes: Shapes) -> Floats:
    """Return the centroids of shapes, shape (shapes, 2)."""
    return cast("Floats", shapely.get_coordinates(shapely.centroid(shapes)))
