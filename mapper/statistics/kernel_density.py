"""Kernel density on the H3 grid: the smooth map that most analysts draw, as an honest rival.

What is computed
    The density at the centre of each cell in incidents per square kilometre,
    ``sum_j x_j exp(-d_ij^2 / 2 h^2) / (2 pi h^2)``, with x_j the count of cell j, d_ij the great
    circle distance between centres and h the bandwidth in metres. Incidents stand at the centre of
    their cell, so a bandwidth far below the spacing of cells (about 350 m at resolution 9) only
    gives the counts back. Beyond four bandwidths the kernel is left out (it holds 0.03 %).
What can mislead
    It smooths over railways and rivers, and near the edge of the study area it sees nothing of
    what lies outside: both as in any kernel density.
Ratio of two
    ``ratio`` sets one density against that of a base with the same kernel: where more of it lies
    than the base would have. It is a picture, without p: what stands out is told by hot spots.
Source
    Bithell (1990), Statistics in Medicine 9, for the ratio; Silverman (1986), Density Estimation;
    Chainey, Tompson & Uhlig (2008), Security Journal 21.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import Cells, cells_to_areas, cells_to_discs, cells_to_points

EARTH_M = 6_371_007.2
REACH = 4.0  # bandwidths
FEWEST_EXPECTED = 1.0  # within the kernel, for a ratio to be given
_FLATTEST = 0.75  # least distance gained per ring over the typical spacing of centres


@dataclass(frozen=True, eq=False)
class Kernel:
    """Weights of the cells near each cell, sorted by owner; a cell is near itself."""

    bandwidth_m: float
    starts: Integers  # first pair of each cell, shape (cells,)
    member: Integers  # shape (pairs,)
    weight: Floats  # per square kilometre, shape (pairs,)

    def density(self, counts: npt.ArrayLike) -> Floats:
        """Return the density at each cell's centre, in incidents per square kilometre.

        Parameters
        ----------
        counts
            Shape (cells,), each 0 or more.
        """
        values = np.asarray(counts, dtype=np.float64)
        return np.add.reduceat(self.weight * values[self.member], self.starts)

    def ratio(self, counts: npt.ArrayLike, base: npt.ArrayLike) -> Floats:
        """Return the density over that of a base of the same total: 1 where as much as there.

        Missing where fewer than ``FEWEST_EXPECTED`` would be expected from the base within the
        kernel, weights taken as parts of the one at its middle: a quotient of next to nothing
        says nothing, and fields never have the largest.

        Parameters
        ----------
        counts
            Shape (cells,), each 0 or more.
        base
            What they are set against: all demand, residents; shape (cells,).
        """
        part, whole = (np.asarray(each, dtype=np.float64) for each in (counts, base))
        scale = part.sum() / whole.sum() if whole.any() else 0.0
        expected = scale * self.density(whole)
        top = 1 / (2 * np.pi * (self.bandwidth_m / 1000) ** 2)
        found = np.full(part.shape, np.nan)
        known = expected / top >= FEWEST_EXPECTED
        found[known] = self.density(part)[known] / expected[known]
        return found

    def spread(self, counts: npt.ArrayLike) -> Floats:
        """Return each cell's counts spread over the cells around it, nothing lost at an edge.

        Parameters
        ----------
        counts
            Shape (cells,), each 0 or more; whole or weighted.
        """
        shares = np.asarray(counts, dtype=np.float64) / self._whole
        return np.add.reduceat(self.weight * shares[self.member], self.starts)

    @cached_property
    def _whole(self) -> Floats:
        """The weights around each cell, summed; shape (cells,)."""
        return np.add.reduceat(self.weight, self.starts)


def gaussian_kernel(cells: Cells, *, bandwidth_m: float) -> Kernel:
    """Return the gaussian kernel of a bandwidth over cells of one resolution.

    Parameters
    ----------
    cells
        Sorted cells of the study area, shape (cells,), at least one.
    bandwidth_m
        Standard deviation of the kernel in metres.

    Raises
    ------
    ValueError
        When the bandwidth is not positive, or there is no cell.
    """
    if not 0 < bandwidth_m < np.inf:
        raise ValueError(f"bandwidth {bandwidth_m} m: it must be positive")
    if not cells.size:
        raise ValueError("a kernel needs at least one cell")
    # centres of a grid of hexagons of area A lie sqrt(2 A / sqrt(3)) apart
    spacing = 1000 * float(np.sqrt(cells_to_areas(cells).min() * 2 / np.sqrt(3)))
    rings = int(np.ceil(REACH * bandwidth_m / (_FLATTEST * spacing)))
    owner, found = cells_to_discs(cells, rings=rings)
    member = np.minimum(np.searchsorted(cells, found), cells.size - 1).astype(np.int64)
    inside = cells[member] == found
    owner, member = owner[inside], member[inside]
    distance = _great_circle(cells, owner, member)
    near = distance <= REACH * bandwidth_m
    owner, member, distance = owner[near], member[near], distance[near]
    weight = np.exp(-0.5 * (distance / bandwidth_m) ** 2) / (2 * np.pi * (bandwidth_m / 1000) ** 2)
    starts = np.searchsorted(owner, np.arange(cells.size)).astype(np.int64)
    return Kernel(bandwidth_m=bandwidth_m, starts=starts, member=member, weight=weight)


def _great_circle(cells: Cells, owner: Integers, member: Integers) -> Floats:
    """Return the distance in metres between the centres of each pair (haversine)."""
    lon, lat = (np.radians(values) for values in cells_to_points(cells))
    across = np.sin((lon[owner] - lon[member]) / 2) ** 2
    along = np.sin((lat[owner] - lat[member]) / 2) ** 2
    half = along + np.cos(lat[owner]) * np.cos(lat[member]) * across
    distance: Floats = 2 * EARTH_M * np.arcsin(np.sqrt(half))
    return distance
