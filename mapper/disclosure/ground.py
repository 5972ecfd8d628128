"""The smallest pieces of ground that releases at several resolutions tell apart.

Counts are binned straight from coordinates, and the cells of one resolution do not nest in those
of another: a fine cell's incidents are shared out over the coarse cells that it overlaps, nobody
outside knows how. So each overlap is a piece of its own. Pieces are cut from the true outlines of
cells; no cell is taken to lie inside its H3 parent.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.grid.area_weighting import Shapes, equal_area
from mapper.grid.hexagons import (
    Cells,
    cells_to_discs,
    cells_to_points,
    cells_to_wkb,
    points_to_cells,
)

if TYPE_CHECKING:
    import shapely
else:
    shapely = Lazy("shapely")

_SLIVER = 1e-7  # of the finest cell's area: below what the outlines themselves are sure of


def overlay(given: Mapping[int, Cells]) -> dict[int, Cells]:
    """Return the pieces of ground that cells of several resolutions cut each other into.

    Parameters
    ----------
    given
        Sorted cells that some release speaks of, by resolution.

    Returns
    -------
    dict
        For each resolution the cell that each piece lies in, shape (pieces,). A piece may lie in
        cells that no release speaks of; every piece lies in at least one that some does.
    """
    resolutions = sorted(given, reverse=True)  # finest first
    if len(resolutions) == 1:
        return dict(given)
    universe = {one: _reach(given, one) for one in resolutions}
    finest = resolutions[0]
    pieces = {finest: universe[finest]}
    shapes = _hexagons(universe[finest])
    smallest = _areas(shapes).min(initial=np.inf) * _SLIVER
    for coarser in resolutions[1:]:
        shapes, piece, cell = _cut(shapes, _hexagons(universe[coarser]), smallest)
        pieces = {one: cells[piece] for one, cells in pieces.items()}
        pieces[coarser] = universe[coarser][cell]
    spoken = np.zeros(shapes.size, dtype=bool)
    for one in resolutions:
        spoken |= np.isin(pieces[one], given[one])
    return {one: cells[spoken] for one, cells in pieces.items()}


def _reach(given: Mapping[int, Cells], resolution: int) -> Cells:
    """Return every cell of a resolution that can overlap a given cell of any resolution."""
    reached = [given[resolution]]
    for other, cells in given.items():
        if other != resolution and cells.size:
            lon, lat = cells_to_points(cells)
            centres = np.unique(points_to_cells(lon, lat, resolution=resolution))
            steps = max(0, resolution - other)
            rings = max(1, int(np.ceil((7 ** (steps / 2) + 1) / 1.5 * 1.1)))
            reached.append(cells_to_discs(centres, rings=rings)[1])
    return np.unique(np.concatenate(reached))


def _cut(
    shapes: Shapes, cutters: Shapes, smallest: float
) -> tuple[Shapes, "np.ndarray[tuple[int], np.dtype[np.intp]]", Cells]:
    """Return the common parts of two coverings, and which shape and which cutter each is of."""
    cutter, shape = shapely.STRtree(shapes).query(cutters, predicate="intersects")
    common = shapely.intersection(shapes[shape], cutters[cutter])
    real = shapely.area(common) > smallest
    return common[real], shape[real], cutter[real]


def _hexagons(cells: Cells) -> Shapes:
    """Return cells as polygons in an equal-area plane."""
    return equal_area(shapely.from_wkb(cells_to_wkb(cells)))


def _areas(shapes: Shapes) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return the area of each shape."""
    return np.asarray(shapely.area(shapes))
