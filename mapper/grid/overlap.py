"""The area that two hexagons have in common, for hundreds of thousands of pairs at once.

The outline of the common part of two convex shapes is made of the parts of each one's edges that
lie inside the other. Each edge is cut by the other's six half-planes to one interval, and the
shoelace formula adds the intervals up. A general polygon library needs some fifteen times longer.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.base.types import Floats, Integers
from mapper.grid.area_weighting import Shapes

if TYPE_CHECKING:
    import shapely
else:
    shapely = Lazy("shapely")

_CHUNK = 2_048  # keeps the arrays in the processor's cache
# In units of the smaller hexagon's size. Edges coincide where resolutions are aligned (every second
# one is), and a coinciding edge must count once when both shapes lie on the same side of it, and
# not at all when they only touch. So an edge of the first counts also when it is outside a side of
# the second that runs its way by this much; every other edge only when it is inside by this much.
_SLACK = 1e-9


def common_areas(first: Shapes, second: Shapes, owner: Integers, member: Integers) -> Floats:
    """Return the common area of ``first[owner]`` and ``second[member]``, pair by pair.

    Parameters
    ----------
    first, second
        Cells as polygons in one plane.
    owner, member
        Positions in them, shape (pairs,).
    """
    corners = _corners(first), _corners(second)
    if corners[0] is None or corners[1] is None:  # a pentagon, or a cell bent at its edge
        return np.asarray(shapely.area(shapely.intersection(first[owner], second[member])))
    one, other = corners[0], corners[1]
    areas = np.empty(owner.size)

    def measure(start: int) -> None:
        part = slice(start, start + _CHUNK)
        areas[part] = _common(one[owner[part]], other[member[part]])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(measure, range(0, owner.size, _CHUNK)))
    return areas


def _corners(shapes: Shapes) -> Floats | None:
    """Return the corners of hexagons, shape (hexagons, 6, 2); nothing where one has not six."""
    if not bool((shapely.get_num_coordinates(shapes) == 7).all()):  # noqa: PLR2004 -- closed ring
        return None
    rings = shapely.get_coordinates(shapely.orient_polygons(shapes)).reshape(-1, 7, 2)
    return np.asarray(rings[:, :6], dtype=np.float64)


def _common(one: Floats, other: Floats) -> Floats:
    """Return the common areas of pairs of hexagons, shape (pairs, 6, 2) each."""
    # Each pair is scaled by itself, so that its area does not depend on which others are asked for.
    smaller = min(one, other, key=lambda hexagons: np.ptp(hexagons[0], axis=0).max())
    origin = smaller.mean(axis=1, keepdims=True)  # keeps the two sums small, and so exact
    size = np.abs(smaller - origin).max(axis=(1, 2), keepdims=True)
    one, other = (one - origin) / size, (other - origin) / size
    doubled = _inside(one, other, shared=True) + _inside(other, one, shared=False)
    return np.asarray(np.maximum(doubled, 0.0) / 2 * size[:, 0, 0] ** 2)


def _inside(one: Floats, other: Floats, *, shared: bool) -> Floats:
    """Return the shoelace sum over the parts of the edges of ``one`` that lie inside ``other``.

    ``shared`` says whether edges that coincide with one of ``other`` count.
    """
    step = np.roll(one, -1, axis=1) - one
    side = np.roll(other, -1, axis=1) - other
    side /= np.hypot(side[..., 0], side[..., 1])[..., None]
    # Depth of each corner of one (axis 1) inside each side of other (axis 2), and its growth
    # along the edge that starts there.
    depth = _cross(side[:, None], one[:, :, None] - other[:, None])
    same_way = (side[:, None] * step[:, :, None]).sum(axis=-1) > 0
    depth += np.where(same_way, _SLACK, -_SLACK) if shared else -_SLACK
    growth = _cross(side[:, None], step[:, :, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        meets = -depth / growth
    enters = np.where(growth > 0, meets, -np.inf).max(axis=2).clip(0, None)
    leaves = np.where(growth < 0, meets, np.inf).min(axis=2).clip(None, 1)
    outside = ((growth == 0) & (depth < 0)).any(axis=2)
    length = np.where(outside, 0.0, np.maximum(leaves - enters, 0.0))
    return np.asarray((_cross(one, step) * length).sum(axis=1))


def _cross(one: Floats, other: Floats) -> Floats:
    """Return the cross product of plane vectors."""
    return one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
