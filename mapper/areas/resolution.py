"""The same study area at another resolution.

H3 cells of two resolutions do not nest: a cell's seven children cover it only roughly. So a
table is carried over by geometry. Its cells' hexagons are the area's outline; every cell of the
other resolution that overlaps them belongs to the result (to within a centimetre, so that no
incident counted at one resolution is outside at another). Residents are shared out by area,
district, ward, LSOA and deprivation decile follow the largest share.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mapper.base.errors import AreaError
from mapper.base.lazy import Lazy
from mapper.base.tables import STUDY_AREA_COLUMNS, check_columns
from mapper.base.types import Floats, Integers
from mapper.grid.area_weighting import (
    EARTH_KM,
    Overlaps,
    Shapes,
    equal_area,
    keep_in_district,
    largest_labels,
    spread,
)
from mapper.grid.hexagons import (
    RESOLUTIONS,
    Cells,
    cells_to_areas,
    cells_to_discs,
    cells_to_points,
    cells_to_wkb,
    points_to_cells,
)
from mapper.grid.overlap import common_areas

if TYPE_CHECKING:
    import shapely
else:
    shapely = Lazy("shapely")

MAX_CELLS = 3_000_000
# Mean area of a cell in square kilometres, for estimates; from the H3 documentation.
CELL_KM2 = {7: 5.161293, 8: 0.737328, 9: 0.105333, 10: 0.015048, 11: 0.00215}
# What a person sees of a resolution.
CELL_SIZES = {
    7: "Neighbourhoods, 5 km²",
    8: "Estates, 0.7 km²",
    9: "Some streets, 0.1 km²",
    10: "Blocks, 0.015 km²",
}
USUAL = 9
MOST_DRAWN = 60_000  # cells of a map at first; more are drawn where somebody asks for them
_CENTIMETRE = 1e-5 / EARTH_KM  # in the equal-area plane, whose unit is the Earth's radius
_TOUCH = _CENTIMETRE**2


def check_resolution(resolution: int) -> None:
    """Refuse a resolution that is not offered."""
    if not hasattr(resolution, "__index__") or resolution not in RESOLUTIONS:
        raise AreaError(
            f"Resolution {resolution} is not offered. Choose {RESOLUTIONS[0]} to {RESOLUTIONS[-1]}."
        )


def fitting_resolution(km2: float) -> int:
    """Return the finest resolution, 9 at most, at which a map of an area holds no more than fit.

    Parameters
    ----------
    km2
        Size of the area: a force of England and Wales fits at 9, a region at 8, the country at 7.
    """
    fits = [size for size, cell in CELL_KM2.items() if size <= USUAL and km2 <= MOST_DRAWN * cell]
    return max(fits, default=min(CELL_KM2))


def at_resolution(cells: pd.DataFrame, *, source: int, resolution: int) -> pd.DataFrame:
    """Return a study area's table at another resolution.

    Parameters
    ----------
    cells
        Columns of ``STUDY_AREA_COLUMNS``, sorted by cell.
    source, resolution
        The table's resolution and the one wanted.

    Raises
    ------
    AreaError
        When the result would have more cells than a machine can be asked to hold.
    """
    if source == resolution:
        return cells
    check_size(float(cells["area_km2"].sum()), resolution=resolution)
    origin = cells["cell"].to_numpy()
    pairs, found = _overlapping(origin, rings=_rings(source, resolution), resolution=resolution)
    codes = _codes(cells["district"])
    district = largest_labels(pairs, codes)
    own = pairs.where(codes[pairs.source] == district[pairs.target])
    lsoa = largest_labels(own, _codes(cells["lsoa"]))
    settled = keep_in_district(
        pairs.where(pairs.area > _TOUCH), codes, district, _centres(origin), _centres(found)
    )
    table = pd.DataFrame(
        {
            "cell": found,
            "district": _labelled(cells["district"], district),
            "ward": _labelled(cells["ward"], largest_labels(own, _codes(cells["ward"]))),
            "lsoa": _labelled(cells["lsoa"], lsoa),
            "residents": spread(cells["residents"].to_numpy(), settled),
            "residents_10_17": spread(cells["residents_10_17"].to_numpy(), settled),
            "deprivation_decile": _decile_of(cells, lsoa),
            "area_km2": cells_to_areas(found),
        }
    )
    return check_columns(table, STUDY_AREA_COLUMNS, name="study area")


def check_size(area_km2: float, *, resolution: int) -> None:
    """Refuse an area that would have too many cells.

    Raises
    ------
    AreaError
        Naming the number of cells and a coarser resolution where one would do.
    """
    wanted = area_km2 / CELL_KM2[resolution]
    if wanted <= MAX_CELLS:
        return
    fits = [r for r in CELL_KM2 if area_km2 / CELL_KM2[r] <= MAX_CELLS]
    remedy = f"Choose resolution {max(fits)} or coarser" if fits else "Choose a smaller boundary"
    raise AreaError(
        f"{area_km2:,.0f} square kilometres are about {wanted:,.0f} cells at resolution"
        f" {resolution}, more than the {MAX_CELLS:,} allowed. {remedy}."
    )


def _rings(source: int, resolution: int) -> int:
    """Return how many rings around the target cell at a source's centre can touch the source.

    In units of the target's side a source's corners lie ``7^(steps/2)`` from its centre, and a
    cell ``k`` rings away at least ``1.5 k``; a tenth is added for the distortion of the grid.
    """
    steps = max(0, resolution - source)
    return max(1, int(np.ceil((7 ** (steps / 2) + 1) / 1.5 * 1.1)) - 1)


def _overlapping(cells: Cells, *, rings: int, resolution: int) -> tuple[Overlaps, Cells]:
    """Return the overlaps of cells with those of another resolution, and the latter, sorted."""
    lon, lat = cells_to_points(cells)
    owner, member = cells_to_discs(points_to_cells(lon, lat, resolution=resolution), rings=rings)
    candidates, target = np.unique(member, return_inverse=True)
    sources, targets = _hexagons(cells), _hexagons(candidates)
    area = common_areas(sources, targets, owner, target)
    near = area > _TOUCH
    apart = np.flatnonzero(~near)
    shapely.prepare(sources)
    near[apart] = shapely.dwithin(sources[owner[apart]], targets[target[apart]], _CENTIMETRE)
    kept, position = np.unique(target[near], return_inverse=True)
    area = np.maximum(area[near], _TOUCH)  # a cell that only touches takes its labels from there
    return Overlaps(owner[near], position, area, len(cells), len(kept)), candidates[kept]


def _hexagons(cells: Cells) -> Shapes:
    """Return cells as polygons in the equal-area plane."""
    return equal_area(shapely.from_wkb(cells_to_wkb(cells)))


def _centres(cells: Cells) -> Floats:
    """Return the centres of cells in a plane true to scale over short distances."""
    lon, lat = cells_to_points(cells)
    scale = np.cos(np.radians(lat.mean())) if lat.size else 1.0
    return np.column_stack([lon * scale, lat])


def _codes(column: pd.Series) -> Integers:
    """Return the category numbers of a column, -1 where it is missing."""
    return np.asarray(column.cat.codes, dtype=np.int64)


def _labelled(column: pd.Series, codes: Integers) -> "pd.Categorical[str]":
    """Return codes as the labels of a column of categories."""
    return pd.Categorical.from_codes(codes, categories=column.cat.categories)


def _decile_of(cells: pd.DataFrame, lsoa: Integers) -> Floats:
    """Return the deprivation decile of each LSOA code given, missing where there is none."""
    codes = _codes(cells["lsoa"])
    decile = np.full(len(cells["lsoa"].cat.categories) + 1, np.nan)  # the last stands for code -1
    decile[codes[codes >= 0]] = cells["deprivation_decile"].to_numpy()[codes >= 0]
    return decile[lsoa]
