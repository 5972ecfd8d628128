"""Local Moran's I: does a cell's own level go with the level around it?

``I_i = (z_i / m2) mean over the ring of z``, ``z = x - mean(x)``, ``m2 = mean(z^2)`` (Anselin 1995,
rows of weights summing to 1). The bivariate form (Anselin, Syabri and Smirnov 2002) takes the own
value from lens A and the ring from lens B. Both have the exact conditional p of
:mod:`mapper.statistics.permutation`: given the own value, I is large just when the ring sum is
large (own value above the mean) or small (below it).

Which tail is read is settled by the own value, which the null holds fixed, and never by what the
ring turned out to be: PySAL's pseudo p is the smaller of the two tails, so that under its own null
about twice as many cells as promised fall below 0.05. Asking about both tails costs a factor of
two, which ``p_two_sided`` pays.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.permutation import conditional_tail, subset_tails

QUADRANTS = ("none", "high-high", "low-low", "high-low", "low-high")


@dataclass(frozen=True, eq=False)
class LocalMoran:
    """Local Moran's I of every cell."""

    value: Floats  # I_i; missing for isolated cells and where nothing varies
    quadrant: npt.NDArray[np.int8]  # index into QUADRANTS: own level, then the ring's
    p: Floats  # of I this large or larger: like beside like; missing for isolated cells
    p_unlike: Floats  # of I this small or smaller: high-low and low-high; missing as p

    @property
    def p_two_sided(self) -> Floats:
        """Twice the smaller tail, at most 1: for a map that shows all four quadrants."""
        return np.asarray(np.minimum(1.0, 2 * np.minimum(self.p, self.p_unlike)))


def local_moran(scores: Integers, near: Neighbours) -> LocalMoran:
    """Return local Moran's I, its quadrant and exact conditional p for every cell.

    Parameters
    ----------
    scores
        Whole numbers of 0 or more, shape (cells,).
    near
        Neighbours of the same cells.
    """
    return local_moran_between(scores, scores, near)


def local_moran_between(own: Integers, around: Integers, near: Neighbours) -> LocalMoran:
    """Return bivariate local Moran's I: lens A in the cell against lens B in its ring.

    Standardised, as the two lenses may differ in scale: ``I_i = z_i(A) mean of ring z(B)`` with
    ``z`` of unit variance; for one lens against itself this is local Moran's I.

    Parameters
    ----------
    own, around
        Whole-number scores of lens A and of lens B, shape (cells,).
    """
    degree = near.degree
    ring = near.ring_sums(around)
    own_z, around_mean = _standard(own), float(around.mean())
    spread = float(around.std())
    lag = np.full(degree.shape, np.nan)
    np.divide(ring - around_mean * degree, spread * degree, out=lag, where=degree * spread > 0)
    table = subset_tails(around, largest=int(degree.max(initial=0)))
    busier = conditional_tail(around, ring, degree, table)
    quieter = conditional_tail(around, ring, degree, table, lower=True)
    return LocalMoran(
        value=own_z * lag,
        quadrant=_quadrant(own_z, lag),
        p=_by_own_level(own_z, busier, quieter),
        p_unlike=_by_own_level(own_z, quieter, busier),
    )


def _by_own_level(own: Floats, above: Floats, below: Floats) -> Floats:
    """Return one tail for cells above the mean, the other below; 1 at the mean, where I is 0."""
    level = np.where(np.isnan(above), np.nan, 1.0)
    return np.select([own > 0, own < 0], [above, below], default=level)


def _standard(scores: Integers) -> Floats:
    """Return scores less their mean in units of their spread, missing where nothing varies."""
    spread = float(scores.std())
    if spread == 0:
        return np.full(scores.shape, np.nan)
    return np.asarray((scores - scores.mean()) / spread, dtype=np.float64)


def _quadrant(own: Floats, lag: Floats) -> npt.NDArray[np.int8]:
    """Return the quadrant of each cell, 0 where either value is missing or at its mean."""
    return np.select(
        [
            (own > 0) & (lag > 0),
            (own < 0) & (lag < 0),
            (own > 0) & (lag < 0),
            (own < 0) & (lag > 0),
        ],
        [1, 2, 3, 4],
        default=0,
    ).astype(np.int8)
