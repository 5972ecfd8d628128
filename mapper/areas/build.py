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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from mapper.areas.recognise import DISTRICT_NAME, ROLES, WARD_NAME, Kind
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
    name_key,
    overlap,
    plain_name,
    spread,
)
from mapper.grid.hexagons import RESOLUTIONS, Cells, cells_to_areas, cells_to_wkb, polygon_to_cells

MEMORY = 4 * 1024**3  # bytes that a build may hold: two million cells take about half
SECONDS = 900  # for a whole build; the largest force at the finest resolution takes a few minutes
# An LSOA is named after its district: "St. Helens 001A".
_LSOA_OF_DISTRICT = re.compile(r"(.+) \d{3}[A-Z]")


@dataclass(frozen=True)
class AreaFiles:
    """The files that a study area is made from, one of polygons at least; columns by pattern."""

    lsoa: Path | None = None  # LSOA or data zone polygons, with code and name
    wards: Path | None = None  # ward polygons, with name
    districts: Path | None = None  # district polygons, with name
    population: Path | None = None  # CSV or workbook: residents by LSOA
    population_by_age: Path | None = None  # the same, by year of age
    deprivation: Path | None = None  # the same, of deprivation deciles
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # said, by kind and role

    def __post_init__(self) -> None:
        if self.lsoa is None and self.wards is None and self.districts is None:
            raise AreaError(
                "An area is made from polygons: give a file of {lsoa}, of {wards} or of"
                " {districts}.",
                names=("lsoa", "wards", "districts"),
            )
        tables = (self.population, self.population_by_age, self.deprivation)
        if self.lsoa is None and self.wards is None and any(tables):
            raise AreaError(
                "Residents and deprivation by LSOA need the LSOA polygons too: give them as"
                " {lsoa}. Residents of whole districts say nothing of where people live in them.",
                names=("lsoa",),
            )

    @property
    def smallest(self) -> Path:
        """The file of the smallest areas, over which residents are shared out."""
        found = self.lsoa or self.wards or self.districts
        assert found is not None  # noqa: S101 - narrows the type: looked at when it was made
        return found


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
    if resolution not in RESOLUTIONS:
        raise AreaError(f"Resolution {resolution} is not offered. Choose 7 to 11.")
    progress("Reading boundaries", 0.0)
    lsoa, districts, wards = _read(files, only)
    boundaries = [boundary for boundary in (lsoa, districts, wards) if boundary is not None]
    units = lsoa or wards or boundaries[0]
    progress("Reading residents", 0.2)
    people, said = _people(units, files)
    progress("Finding the cells", 0.3)
    cells = _cover([units] if districts is None else [units, districts], resolution=resolution)
    progress("Sharing out residents", 0.5)
    table = _table(cells, units, districts, wards, people, title=title)
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
        notes=(*(note for boundary in boundaries for note in boundary.notes), *said),
    )


def _read(files: AreaFiles, only: Sequence[str]) -> tuple[Boundary | None, ...]:
    """Return the polygons of LSOAs, districts and wards, those in some districts alone if asked.

    Districts are read first: of a larger file only what lies near them is then looked at.
    """
    if not only:
        return tuple(_boundary(files, kind) for kind in ("lsoa", "districts", "wards"))
    every = _boundary(files, "districts")
    if every is None:
        kind: Kind = "lsoa" if files.lsoa else "wards"
        found = cast("Boundary", _boundary(files, kind))
        kept = _of_districts(found, _named_districts(found, ""), only)
        if kind == "wards":
            return None, None, kept
        wards = _boundary(files, "wards")
        return kept, None, None if wards is None else _within(wards, kept)
    districts = _of_districts(every, _names(every, DISTRICT_NAME, what="district name"), only)
    box = tuple(float(edge) for edge in shapely.total_bounds(districts.shapes))
    near = [_boundary(files, kind, box=box) for kind in ("lsoa", "wards")]
    lsoa, wards = (None if each is None else _within(each, districts) for each in near)
    return lsoa, districts, wards


def _boundary(files: AreaFiles, kind: Kind, *, box: tuple[float, ...] = ()) -> Boundary | None:
    """Return the polygons of a kind, their columns named as a person has said."""
    path: Path | None = getattr(files, kind)
    if path is None:
        return None
    boundary = read_boundary(path, box=box)
    said = {role: heading for role, heading in files.columns.get(kind, {}).items() if heading}
    if not said:
        return boundary
    if absent := set(said.values()) - set(boundary.attributes.columns):
        raise AreaError(f"{path.name}: has no column {' or '.join(sorted(absent))}.")
    named = {ROLES[kind][role][1]: boundary.attributes[column] for role, column in said.items()}
    return replace(boundary, attributes=pd.DataFrame(named))


def _of_districts(boundary: Boundary, names: npt.NDArray[np.str_], only: Sequence[str]) -> Boundary:
    """Return the polygons of some districts, told by name or by any code in the attributes."""
    wanted = {name_key(one): one for one in only}
    keys = np.asarray([name_key(name) for name in names])
    kept, met = np.isin(keys, list(wanted)), set(keys)
    for column in boundary.attributes.columns:
        codes = boundary.attributes[column].astype(str).map(name_key)
        kept |= codes.isin(wanted).to_numpy()
        met |= set(codes)
    if absent := [one for key, one in wanted.items() if key not in met]:
        known = ", ".join(sorted(set(names))[:12])
        raise AreaError(
            f"{boundary.name}: has no district {' or '.join(absent)}. Choose among those there"
            f" are, such as {known}."
        )
    return boundary.where(kept)


def _within(boundary: Boundary, districts: Boundary) -> Boundary:
    """Return the polygons that lie in districts, by a point inside each."""
    whole = shapely.union_all(districts.shapes)
    shapely.prepare(whole)
    inside = shapely.contains(whole, shapely.point_on_surface(boundary.shapes))
    if not inside.any():
        raise AreaError(
            f"{boundary.name}: none of its shapes lies in the districts of {districts.name}. Give"
            " files of the same place."
        )
    return boundary.where(inside)


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


def _people(units: Boundary, files: AreaFiles) -> tuple[pd.DataFrame, list[str]]:
    """Return residents and decile of each polygon, and what there is to say of the tables."""
    codes = _codes_of(units, needed=bool(files.population or files.population_by_age))
    if codes.duplicated().any():
        raise AreaError(
            f"{units.name}: {int(codes.duplicated().sum()):,} LSOA codes occur twice, first"
            f" {codes[codes.duplicated()].iloc[0]}. Dissolve them into one polygon each."
        )
    residents, said = read_residents(files.population, files.population_by_age, files.columns)
    deciles = read_deciles(files.deprivation, files.columns)
    for path, known in (
        (files.population or files.population_by_age, residents.index),
        (files.deprivation, deciles.index),
    ):
        absent = codes[~codes.isin(known)]
        if path is not None and len(absent):
            raise AreaError(
                f"{path.name}: lacks {len(absent):,} of the {len(codes):,} LSOAs of {units.name},"
                f" first {absent.iloc[0]}. Give a table of the same LSOA year."
            )
    extra = int((~residents.index.isin(codes)).sum())
    note = f"{extra:,} LSOAs of the population table lie outside the boundary and were left out."
    tables = residents.join(deciles, how="outer")
    matched = tables.reindex(codes.to_numpy()).rename_axis("code").reset_index()
    return matched, [*said, *([note] if extra else [])]


def _codes_of(units: Boundary, *, needed: bool) -> pd.Series:
    """Return the code of each polygon; their numbers where the file has none and none is needed."""
    columns = units.attributes.columns
    found = find_column(columns, (*LSOA_CODE, r"(wd|ward|lad|la|ltla|district)\d*(cd|code)\d*"))
    if found is None and not needed:
        return pd.Series(units.attributes.index.astype(str))
    what = "LSOA code (such as LSOA11CD)"
    column = found or need_column(columns, LSOA_CODE, what=what, file=units.name)
    return units.attributes[column].astype(str)


def _cover(boundaries: Sequence[Boundary], *, resolution: int) -> Cells:
    """Return every cell that overlaps a polygon of the boundaries, sorted."""
    shapes = np.concatenate([boundary.shapes for boundary in boundaries])
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
) -> tuple[NamedShapes, list[str]]:
    """Return the LSOAs with the district of each, and the district names."""
    shapes = equal_area(lsoa.shapes)
    if districts is None:
        of_shape = _named_districts(lsoa, title)
    elif districts is lsoa:
        of_shape = _names(districts, DISTRICT_NAME, what="district name")
    else:
        labels = _names(districts, DISTRICT_NAME, what="district name")
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
    zones = NamedShapes([str(c) for c in ordered], code, shapes, district)
    return zones, [str(name) for name in names]


def _named_districts(lsoa: Boundary, title: str) -> npt.NDArray[np.str_]:
    """Return each LSOA's district from its name; one district where the names do not tell."""
    within = find_column(lsoa.attributes.columns, DISTRICT_NAME[:1])
    if within is not None:
        return _names(lsoa, DISTRICT_NAME[:1], what="district name")
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
    names = _names(wards, WARD_NAME, what="ward name")
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
