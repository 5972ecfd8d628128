"""The files that a study area is made from: polygons of some districts, and who lives in them."""

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
from mapper.areas.official_table import area_code
from mapper.areas.population import (
    LSOA_CODE,
    LSOA_NAME,
    find_column,
    need_column,
    read_deciles,
    read_residents,
)
from mapper.areas.recognise import DISTRICT_NAME, ROLES, Kind
from mapper.base.errors import AreaError
from mapper.base.text import count
from mapper.grid.area_weighting import name_key, plain_name

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


def read_polygons(files: AreaFiles, only: Sequence[str]) -> tuple[Boundary | None, ...]:
    """Return the polygons of LSOAs, districts and wards, those in some districts alone if asked.

    Districts are read first: of a larger file only what lies near them is then looked at.
    """
    if not only:
        return tuple(_boundary(files, kind) for kind in ("lsoa", "districts", "wards"))
    every = _boundary(files, "districts")
    if every is None:
        kind: Kind = "lsoa" if files.lsoa else "wards"
        found = cast("Boundary", _boundary(files, kind))
        kept = _of_districts(found, named_districts(found, ""), only)
        if kind == "wards":
            return None, None, kept
        wards = _boundary(files, "wards")
        return kept, None, None if wards is None else _within(wards, kept)
    districts = _of_districts(every, shape_names(every, DISTRICT_NAME, what="district name"), only)
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


def read_people(units: Boundary, files: AreaFiles) -> tuple[pd.DataFrame, list[str]]:
    """Return residents and decile of each polygon, and what there is to say of the tables."""
    codes = _codes_of(units, needed=bool(files.population or files.population_by_age))
    if codes.duplicated().any():
        raise AreaError(
            f"{units.name}: {int(codes.duplicated().sum()):,} LSOA codes occur twice, first"
            f" {codes[codes.duplicated()].iloc[0]}. Dissolve them into one polygon each."
        )
    residents, said = read_residents(files.population, files.population_by_age, files.columns)
    deciles, more = read_deciles(files.deprivation, files.columns)
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
    return matched, [*said, *more, *([note] if extra else [])]


def _codes_of(units: Boundary, *, needed: bool) -> pd.Series:
    """Return the code of each polygon; their numbers where the file has none and none is needed."""
    columns = units.attributes.columns
    found = find_column(columns, (*LSOA_CODE, r"(wd|ward|lad|la|ltla|district)\d*(cd|code)\d*"))
    if found is None and not needed:
        return pd.Series(units.attributes.index.astype(str))
    what = "LSOA code (such as LSOA11CD)"
    column = found or need_column(columns, LSOA_CODE, what=what, file=units.name)
    return units.attributes[column].astype(str).map(lambda code: area_code(code) or code)


def named_districts(lsoa: Boundary, title: str) -> npt.NDArray[np.str_]:
    """Return each LSOA's district from its name; one district where the names do not tell."""
    within = find_column(lsoa.attributes.columns, DISTRICT_NAME[:1])
    if within is not None:
        return shape_names(lsoa, DISTRICT_NAME[:1], what="district name")
    column = find_column(lsoa.attributes.columns, LSOA_NAME)
    names: list[str] = [] if column is None else list(lsoa.attributes[column].astype(str))
    found = [_LSOA_OF_DISTRICT.fullmatch(name) for name in names]
    if not found or not all(found):
        return np.full(len(lsoa.shapes), title, dtype=object).astype(str)
    return np.asarray([plain_name(met[1]) for met in found if met])


def has_names(boundary: Boundary) -> bool:
    """Tell whether any column could name the shapes: one drawn by hand may have none."""
    return any(
        not pd.api.types.is_numeric_dtype(values) and values.notna().any()
        for _, values in boundary.attributes.items()
    )


def named_after(title: str, districts: Boundary) -> Boundary:
    """Return shapes without names as one district under the area's title, and say so."""
    names = pd.DataFrame({ROLES["districts"]["name"][1]: [title] * len(districts.shapes)})
    said = f"{districts.name}: names none of its shapes; they are one district, {title}."
    return replace(districts, attributes=names, notes=(*districts.notes, said))


def shape_names(
    boundary: Boundary, patterns: tuple[str, ...], *, what: str
) -> npt.NDArray[np.str_]:
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
