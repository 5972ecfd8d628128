"""Single place: does this one cell stand out from its own ring?

What is asked
    Given the sum D of a cell and its ring, is the cell's own count x more than its share? One
    cuckooed block among quiet streets is found by this question and by no cluster test.
The null
    x is beta-binomial: D trials, expected share 1 / (k + 1) for k neighbours (or the cell's part
    of the disc's exposure), as uneven as discs of this study area usually are. It is what follows
    when the cells of a disc are negative binomial with a common rate and one ``shape`` for the
    whole study area; the shape is estimated over all discs by maximum (composite) likelihood.
    Moments would not do: one giant place would decide them. A plain binomial null, as if cells of
    a disc were even, flagged 18 % of all real cells.
What can mislead
    The whole study area has one unevenness. Where a quiet suburb is more even than the usual
    disc, the test is cautious; at the edge of a town centre it is keen.
Sources
    Skellam (1948), Journal of the Royal Statistical Society B 10, for the beta-binomial; Varin,
    Reid & Firth (2011), Statistica Sinica 21, for composite likelihood.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.intervals import whole_counts
from mapper.statistics.tails import distinct_rows, log_choose, ratio_sums

if TYPE_CHECKING:
    from scipy import optimize, special
else:
    optimize, special = Lazy("scipy.optimize"), Lazy("scipy.special")

SHAPES = (1e-3, 1e6)  # from "all in one cell" to "as even as chance allows"
_FAR = 3.0  # standard deviations above the mean from which the tail is summed upwards
_SMALL = 1e-4  # below this 1 - (lower tail) would lose digits


@dataclass(frozen=True, eq=False)
class SinglePlaces:
    """The single-place test of every cell; arrays have shape (cells,)."""

    p: Floats  # P(at least the cell's own count); missing for isolated cells
    expected: Floats  # incidents the cell's share of its disc would give; missing as p
    shape: float  # unevenness: small is uneven, large is even


def find_single_places(
    counts: Integers,
    near: Neighbours,
    *,
    exposure: Floats | None = None,
    shape: float | None = None,
) -> SinglePlaces:
    """Test every cell against its own ring.

    Parameters
    ----------
    counts
        Incidents (not weighted) of each cell, shape (cells,).
    near
        Neighbours of the same cells.
    exposure
        What incidents would be proportional to, such as addresses, shape (cells,), each 0 or
        more; by default every cell of a disc has the same. A cell without exposure in a disc with
        some has p missing: nothing can be expected of it.
    shape
        Unevenness to use instead of the estimate.

    Raises
    ------
    ValueError
        When counts are not whole, or exposure is negative, missing or of another shape.
    """
    counts = whole_counts(counts, name="counts")
    degree = near.degree
    disc = counts + near.ring_sums(counts)
    share = _shares(near, exposure)
    usable = (degree > 0) & (share > 0) & (share < 1)
    size = (degree + 1)[usable]
    x, total, part = counts[usable], disc[usable], share[usable]
    if shape is None:
        shape = estimate_shape(x, total, size=size, share=part)
    alpha, beta = shape * size * part, shape * size * (1 - part)
    p = np.full(counts.shape, np.nan)
    p[usable] = beta_binomial_tail(x, total, alpha=alpha, beta=beta)
    return SinglePlaces(p=p, expected=np.where(usable, disc * share, np.nan), shape=shape)


def _shares(near: Neighbours, exposure: Floats | None) -> Floats:
    """Return the part of its disc that each cell is expected to hold, missing where unknown."""
    if exposure is None:
        return 1.0 / (near.degree + 1)
    if exposure.shape != (near.size,) or not bool((exposure >= 0).all()):
        raise ValueError("exposure must be 0 or more for every cell")
    whole = exposure + near.ring_totals(exposure)
    share = np.full(near.size, np.nan)
    np.divide(exposure, whole, out=share, where=whole > 0)
    return share


def estimate_shape(x: Integers, disc: Integers, *, size: Integers, share: Floats) -> float:
    """Return the shape under which the discs seen are likeliest, within ``SHAPES``.

    Discs of one incident or none say nothing about unevenness and drop out by themselves; where
    all are so, discs count as even.

    Parameters
    ----------
    x, disc
        Own count and disc sum of each cell, shape (cells,).
    size
        Cells in the disc.
    share
        Expected part of the disc, strictly between 0 and 1.
    """
    telling = disc > 1
    if not telling.any():
        return SHAPES[1]
    x, disc, size, share = x[telling], disc[telling], size[telling], share[telling]
    parts = (
        _grouped(x, size * share, sign=1),
        _grouped(disc - x, size * (1 - share), sign=1),
        _grouped(disc, size.astype(np.float64), sign=-1),
    )

    def unlikelihood(log_shape: float) -> float:
        return -sum(_rising(*part, shape=float(np.exp(log_shape))) for part in parts)

    low, high = np.log(SHAPES)
    best = optimize.minimize_scalar(unlikelihood, bounds=(low, high), options={"xatol": 1e-4})
    return float(np.exp(best.x))


def _grouped(counts: Integers, weight: Floats, *, sign: int) -> tuple[Integers, Floats, Floats]:
    """Return distinct pairs of count and weight, and how many times each occurs (with a sign)."""
    weight = np.round(weight, 12)  # 7 * (1 / 7) and 1 are one weight
    first, number = distinct_rows(counts, weight)
    return counts[first], weight[first], sign * np.bincount(number).astype(np.float64)


def _rising(counts: Integers, weight: Floats, times: Floats, *, shape: float) -> float:
    """Return the summed logarithms of the rising factorials of shape * weight."""
    base = shape * weight
    return float(times @ (special.gammaln(counts + base) - special.gammaln(base)))


def beta_binomial_tail(x: Integers, disc: Integers, *, alpha: Floats, beta: Floats) -> Floats:
    """Return P(X >= x) for X beta-binomial of ``disc`` trials; all arrays of shape (cells,).

    Each distinct case is worked out once, by the sum of its own terms.
    """
    first, number = distinct_rows(x, disc, alpha, beta)
    x, n, a, b = x[first], disc[first], alpha[first], beta[first]
    whole = a + b
    mean = n * a / whole
    spread = np.sqrt(mean * (b / whole) * (whole + n) / (whole + 1))
    tail = np.ones(x.shape)
    upwards = (x > 0) & (x > mean + _FAR * spread)
    below = np.flatnonzero((x > 0) & ~upwards)
    tail[below] = 1 - _below(x[below], n[below], a[below], b[below])
    upwards[below] = tail[below] < _SMALL
    above = np.flatnonzero(upwards)
    tail[above] = _from(x[above], n[above], a[above], b[above])
    return np.clip(tail, 0.0, 1.0)[number]


def _below(x: Integers, n: Integers, a: Floats, b: Floats) -> Floats:
    """Return P(X < x) for x of 1 or more, summed downwards from x - 1."""
    j = x - 1

    def ratio(away: Floats, rows: Integers) -> Floats:
        at = j[rows, np.newaxis] - away + 1  # the term before; at least 1 where it counts
        left = n[rows, np.newaxis] - at
        np.maximum(at, 1.0, out=at)
        return (at / (left + 1)) * ((left + b[rows, np.newaxis]) / (at - 1 + a[rows, np.newaxis]))

    return _chance(j, n, a, b) * ratio_sums(j, ratio)


def _from(x: Integers, n: Integers, a: Floats, b: Floats) -> Floats:
    """Return P(X >= x), summed upwards from x."""

    def ratio(away: Floats, rows: Integers) -> Floats:
        at = x[rows, np.newaxis] + away
        left = np.maximum(n[rows, np.newaxis] - at, 0.0)
        up = (at - 1 + a[rows, np.newaxis]) / at
        return up * ((left + 1) / (left + b[rows, np.newaxis]))

    return _chance(x, n, a, b) * ratio_sums(n - x, ratio)


def _chance(j: Integers, n: Integers, a: Floats, b: Floats) -> Floats:
    """Return P(X = j)."""
    return np.asarray(
        np.exp(log_choose(n, j) + special.betaln(j + a, n - j + b) - special.betaln(a, b))
    )
