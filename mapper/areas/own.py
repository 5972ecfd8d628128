"""A user's own boundary as a study area.

Cells that the shipped table knows keep its residents, LSOA and deprivation decile (whole cells:
at the edge of a boundary they include people just outside it). Elsewhere residents are missing,
and questions that need them are refused in words, until ``mapper area build`` is given a table; so
are all of them where the shipped table knows less than half of the ground.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.areas.boundaries import Boundary
from mapper.areas.population import find_column
from mapper.areas.resolution import at_resolution, check_size
from mapper.areas.study_area import StudyArea
from mapper.base.lazy import Lazy
from mapper.base.tables import STUDY_AREA_COLUMNS, check_columns
from mapper.base.text import percent
from mapper.grid.area_weighting import EARTH_KM, equal_area, largest_labels, overlap, plain_name
from mapper.grid.hexagons import (
    Cells,
    cells_to_areas,
    cells_to_discs,
    cells_to_wkb,
    polygon_to_cells,
)

if TYPE_CHECKING:
    import shapely
else:
    shapely = Lazy("shapely")

if TYPE_CHECKING:
    from mapper.base.types import Integers

_MOST_UNKNOWN = 0.5  # of the cells, by residents
# Name of a beat, ward or district; a code is taken only where nothing else names the polygons.
_NAME = (r"name|title", r"[a-z]*\d*(nm|name)", r"beat|ward|district|lad|area|neighbourhood")


def own_area(boundary: Boundary, *, title: str, resolution: int, known: StudyArea) -> StudyArea:
    """Return all cells that overlap a user's boundary.

    Parameters
    ----------
    boundary
        Its polygons; see :func:`mapper.areas.boundaries.read_boundary`.
    title
        What people call the area.
    resolution
        H3 resolution, 7 to 11.
    known
        Study area, at its own resolution, whose residents and names are borrowed.

    Raises
    ------
    AreaError
        When the boundary is too large for the resolution.
    """
    cells = _cover(boundary, resolution=resolution)
    title = plain_name(title.replace("_", " ").replace("-", " "))
    borrowed, notes = _enough(_borrowed(boundary, cells, known, resolution=resolution), known)
    table = pd.DataFrame(
        {
            "cell": cells,
            "district": _filled(borrowed["district"], np.full(len(cells), title, dtype=object)),
            "ward": _wards(boundary, cells, borrowed["ward"], title),
            "lsoa": borrowed["lsoa"].cat.remove_unused_categories().array,
            "residents": borrowed["residents"].to_numpy(),
            "residents_10_17": borrowed["residents_10_17"].to_numpy(),
            "deprivation_decile": borrowed["deprivation_decile"].to_numpy(),
            "area_km2": cells_to_areas(cells),
        }
    )
    return StudyArea(
        name=title.casefold().replace(" ", "-"),
        title=title,
        resolution=resolution,
        part=True,
        cells=check_columns(table, STUDY_AREA_COLUMNS, name="study area"),
        sha256=boundary.sha256,
        licence=known.licence if table[["residents", "lsoa"]].notna().any(axis=None) else "",
        notes=(*boundary.notes, *notes),
    )


def polygon_names(boundary: Boundary) -> tuple[str, ...]:
    """Return a name for each polygon: the file's own, else its number; equal ones are numbered."""
    column = find_column(boundary.attributes.columns, _NAME)
    stem = (
        plain_name(boundary.name.rpartition(".")[0].replace("_", " ").replace("-", " ")) or "Area"
    )
    numbers = range(1, len(boundary.shapes) + 1)
    if column is None:
        return tuple(f"{stem} {at}" if len(boundary.shapes) > 1 else stem for at in numbers)
    given = boundary.attributes[column].astype(object)
    names = [
        plain_name(str(name)) if pd.notna(name) else f"{stem} {at}"
        for at, name in zip(numbers, given, strict=True)
    ]
    seen: dict[str, int] = {}
    for at, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[at] = f"{name} ({seen[name]})"
    return tuple(names)


def _cover(boundary: Boundary, *, resolution: int) -> Cells:
    """Return every cell that overlaps a boundary, sorted."""
    whole = shapely.union_all(boundary.shapes)
    flat = equal_area(np.asarray([whole], dtype=object))
    check_size(float(shapely.area(flat)[0]) * EARTH_KM**2, resolution=resolution)
    return polygon_to_cells(whole, resolution=resolution)


def _borrowed(
    boundary: Boundary, cells: Cells, known: StudyArea, *, resolution: int
) -> pd.DataFrame:
    """Return what the known area says of each cell, missing where it says nothing.

    Going finer, what a cell gets depends on the known cells that overlap it and on those that
    share a cell with them; three rings around the boundary hold them all.
    """
    table = known.cells
    if resolution > known.resolution:
        under = _cover(boundary, resolution=known.resolution)
        near = np.unique(cells_to_discs(under, rings=3)[1])
        table = table[table["cell"].isin(near)].reset_index(drop=True)
    if len(table):
        table = at_resolution(table, source=known.resolution, resolution=resolution)
    return table.set_index("cell").reindex(cells)


def _wards(
    boundary: Boundary, cells: Cells, borrowed: pd.Series, title: str
) -> "pd.Categorical[str]":
    """Return the names of the user's own polygons; those of the known wards where there is one."""
    column = find_column(boundary.attributes.columns, _NAME)
    if column is None or len(boundary.shapes) == 1:
        return _filled(borrowed, np.full(len(cells), title, dtype=object))
    names = boundary.attributes[column].fillna(title).astype(str).map(plain_name)
    spelt, code = np.unique(names.to_numpy(dtype=str), return_inverse=True)
    hexagons = equal_area(shapely.from_wkb(cells_to_wkb(cells)))
    found: Integers = largest_labels(overlap(equal_area(boundary.shapes), hexagons), code)
    return pd.Categorical.from_codes(found, categories=pd.Index([str(name) for name in spelt]))


def _filled(borrowed: pd.Series, otherwise: npt.NDArray[np.object_]) -> "pd.Categorical[str]":
    """Return the borrowed names, and the others where there is none."""
    names = borrowed.astype(object).to_numpy()
    return pd.Categorical(np.where(pd.isna(names), otherwise, names).astype(str))


def _enough(borrowed: pd.DataFrame, known: StudyArea) -> tuple[pd.DataFrame, list[str]]:
    """Leave out residents that are known of a lesser part of the ground; say what is not known.

    Places would be judged in that part alone, against people who are no measure of the rest.
    """
    absent = borrowed["residents"].isna()
    if not absent.any():
        return borrowed, []
    if absent.all() or absent.mean() <= _MOST_UNKNOWN:
        words = f"{absent.sum():,} of {len(borrowed):,} cells of this boundary"
        return borrowed, [f"Residents are not known in {words}."]
    words = (
        f"Residents are known in {percent(1 - absent.mean())} of this boundary alone"
        f" ({known.title}), too little to compare its places with them: they are left out. Make an"
        " area of it with a table of its residents: mapper area build."
    )
    return borrowed.assign(residents=np.nan, residents_10_17=np.nan), [words]
