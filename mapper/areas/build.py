"""A study area out of boundary and population files: what ``mapper area build`` does.

Cells are all those that overlap the LSOA polygons (or the districts, where they reach further).
Each LSOA's residents are shared out over the cells of its own district by overlapping area, in
whole millionths of a person, so that LSOA, district and overall totals are kept exactly; see
:mod:`mapper.grid.area_weighting` for why only its own district, and what that costs at a border.

A cell's district is the one that covers most of it; its ward and LSOA are those of that district
that cover most of it, and its deprivation decile is its LSOA's. A cell that touches no ward of
its district (wards drawn to another shoreline) takes the nearest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mapper.areas.boundaries import Boundary
from mapper.areas.recognise import DISTRICT_NAME, WARD_NAME
from mapper.areas.resolution import check_resolution, check_size
from mapper.areas.sources import (
    AreaFiles,
    has_names,
    named_after,
    named_districts,
    read_people,
    read_polygons,
    shape_names,
)
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
    spread,
)
from mapper.grid.hexagons import Cells, cells_to_areas, cells_to_wkb, polygon_to_cells

MEMORY = 4 * 1024**3  # bytes that a build may hold: two million cells take about half
_NAMED = 3  # districts told by name where some are left out
SECONDS = 900  # for a whole build; the largest force at the finest resolution takes a few minutes


@dataclass(frozen=True, eq=False)
class NamedShapes:
    """Named polygons of one kind in the equal-area plane, each within a district."""

    names: list[str]  # categories, sorted
    code: Integers  # name of each shape, as a position in ``names``
    shapes: Shapes
    district: Integers  # district of each shape


def build_area(  # noqa: PLR0913 -- one keyword for each option of the command line
    *,
    lsoa: Path | None = None,
    wards: Path | None = None,
    districts: Path | None = None,
    population: Path | None = None,
    population_by_age: Path | None = None,
    deprivation: Path | None = None,
    only: Sequence[str] = (),
    columns: Mapping[str, Mapping[str, str]] | None = None,
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
        LSOA or data zone polygons (GeoJSON, GeoPackage, zipped Shapefile, KML, FlatGeobuf,
        GeoParquet, any coordinate reference system) with a code column such as ``LSOA11CD`` and a
        name column such as ``LSOA11NM``. Without them wards or districts are enough: residents
        are then known only where a table has them by ward.
    wards
        Ward polygons with a name column such as ``WD13NM``; without them a cell has no ward.
    districts
        District polygons with a name column such as ``LAD13NM`` or ``lad``; without them the
        district is read from the LSOA names.
    population, population_by_age, deprivation
        CSV files or workbooks by LSOA code; their columns are described in
        :mod:`mapper.areas.population`.
    only
        Names or codes of the districts to keep, of files that reach further; all if none.
    columns
        Headings by kind of file and role (``code``, ``name``, ``district``, ``residents``,
        ``deciles``), where a person has said them; the others are found by pattern.
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
    tables = (population, population_by_age, deprivation)
    files = AreaFiles(lsoa, wards, districts, *tables, columns or {})
    in_child(
        "mapper.areas.child:build",
        {
            "files": {
                key: str(path.resolve())
                for key, path in vars(files).items()
                if isinstance(path, Path)
            },
            "columns": {kind: dict(said) for kind, said in files.columns.items()},
            "choices": {
                "only": list(only),
                "name": name,
                "title": title,
                "resolution": resolution,
                "licence": licence,
            },
            "out": str(out.resolve()),
        },
        name=files.smallest.name,
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
    only: Sequence[str] = (),
    name: str,
    title: str,
    resolution: int = 9,
    licence: str = "",
    progress: Progress = no_progress,
) -> StudyArea:
    """Return a study area made from files; see :func:`build_area`."""
    check_resolution(resolution)
    progress("Reading boundaries", 0.0)
    lsoa, districts, wards = read_polygons(files, only)
    if districts is not None and not has_names(districts):
        districts = named_after(title, districts)
    boundaries = [boundary for boundary in (lsoa, districts, wards) if boundary is not None]
    units = lsoa or wards or boundaries[0]
    progress("Reading residents", 0.2)
    people, said = read_people(units, files)
    progress("Finding the cells", 0.3)
    of_unit, districts = _districts_of(units, districts, title)
    cells = _cover([units] if districts is None else [units, districts], resolution=resolution)
    progress("Sharing out residents", 0.5)
    table = _table(cells, units, of_unit, wards, people)
    if lsoa is None:
        table["lsoa"] = _no_labels(len(table))
    if wards is None and lsoa is None:
        table["ward"] = table["district"].array
        said.append("No wards were given: each district counts as one ward.")
    said += _unknown(table, title)
    return StudyArea(
        name=name,
        title=title,
        resolution=resolution,
        cells=table,
        sha256="",
        licence=licence,
        notes=(
            *(note for each in (lsoa, districts, wards) if each is not None for note in each.notes),
            *said,
        ),
    )


def _no_labels(size: int) -> "pd.Categorical[str]":
    """Return a column of labels in which there is none."""
    return pd.Categorical.from_codes(np.full(size, -1), categories=pd.Index([], dtype="str"))


def _unknown(table: pd.DataFrame, title: str) -> list[str]:
    """Say where residents are not known."""
    count = int(table["residents"].isna().sum())
    if not count:
        return []
    if count == len(table):
        return [f"Residents of {title} are not known: no table of residents was given."]
    return [f"Residents are not known in {count:,} of {len(table):,} cells of {title}."]


def _cover(boundaries: Sequence[Boundary], *, resolution: int) -> Cells:
    """Return every cell that overlaps a polygon of the boundaries, sorted."""
    shapes = np.concatenate([boundary.shapes for boundary in boundaries])
    whole = shapely.union_all(shapes)
    flat = equal_area(np.asarray([whole], dtype=object))
    check_size(float(shapely.area(flat)[0]) * EARTH_KM**2, resolution=resolution)
    return polygon_to_cells(whole, resolution=resolution)


def _table(
    cells: Cells,
    units: Boundary,
    of_unit: npt.NDArray[np.str_],
    wards: Boundary | None,
    people: pd.DataFrame,
) -> pd.DataFrame:
    """Return the table of cells: who lives there and what each is part of."""
    hexagons = equal_area(shapely.from_wkb(cells_to_wkb(cells)))
    names, of = np.unique(of_unit, return_inverse=True)
    codes, code = np.unique(people["code"].to_numpy(dtype=str), return_inverse=True)
    zones = NamedShapes([str(one) for one in codes], code, equal_area(units.shapes), of)
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
            "ward": _wards_of(hexagons, wards, zones, names.tolist(), district),
            "lsoa": pd.Categorical.from_codes(code, categories=pd.Index(zones.names)),
            "residents": spread(people["residents"].to_numpy(), settled),
            "residents_10_17": spread(people["residents_10_17"].to_numpy(), settled),
            "deprivation_decile": decile[code],
            "area_km2": cells_to_areas(cells),
        }
    )
    return check_columns(table, STUDY_AREA_COLUMNS, name="study area")


def _districts_of(
    units: Boundary, districts: Boundary | None, title: str
) -> tuple[npt.NDArray[np.str_], Boundary | None]:
    """Return the district of each LSOA or ward, and the districts that hold one.

    A district without any is another area's, of a file that reaches further: its ground would else
    be counted as a neighbour's.
    """
    if districts is None:
        return named_districts(units, title), None
    names = shape_names(districts, DISTRICT_NAME, what="district name")
    if districts is units:
        return names, districts
    spelt, code = np.unique(names, return_inverse=True)
    found = largest_labels(overlap(equal_area(districts.shapes), equal_area(units.shapes)), code)
    if (found < 0).any():
        raise AreaError(
            f"{districts.name}: leaves {int((found < 0).sum()):,} shapes of {units.name} in no"
            " district. Give district polygons for the whole area."
        )
    held = np.isin(code, found)
    if held.all():
        return spelt[found], districts
    left = np.unique(names[~held])
    said = (
        f"{districts.name}: {count(len(left), 'district')} left out, where {units.name} has no"
        f" shape: {', '.join(left[:_NAMED])}{' and more' if len(left) > _NAMED else ''}."
    )
    return spelt[found], replace(districts.where(held), notes=(*districts.notes, said))


def _wards_of(
    hexagons: Shapes,
    wards: Boundary | None,
    lsoas: NamedShapes,
    districts: list[str],
    district: Integers,
) -> "pd.Categorical[str]":
    """Return the ward of each cell: that of its district with the largest share, else nearest."""
    if wards is None:
        return _no_labels(len(hexagons))
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


def _ward_zones(wards: Boundary, lsoas: NamedShapes, districts: list[str]) -> NamedShapes:
    """Return the wards; one whose name occurs in two districts is named "Ward (District)"."""
    shapes = equal_area(wards.shapes)
    names = shape_names(wards, WARD_NAME, what="ward name")
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
    return NamedShapes([str(name) for name in spelt], code, shapes, district)


def _nearest(hexagons: Shapes, shapes: Shapes) -> Integers:
    """Return the position of the shape nearest to each cell."""
    found = shapely.STRtree(shapes).nearest(hexagons) if len(hexagons) else []
    return np.asarray(found, dtype=np.int64)


def _centres(shapes: Shapes) -> Floats:
    """Return the centroids of shapes, shape (shapes, 2)."""
    return cast("Floats", shapely.get_coordinates(shapely.centroid(shapes)))
