r"""Bunching: how much more counts vary than independent incidents would, and exact tails under it.

The law
    The count of a cell of which :math:`e` incidents are expected is negative binomial with mean
    :math:`e` and shape :math:`k = s\,e^{r}`, so its variance is :math:`e + e^{2 - r} / s`. With
    :math:`r = 1` the variance is a fixed multiple of the mean (repeat calls, snapped points); with
    :math:`r = 0` places differ by a fixed factor. Counts of crime against residents lie at
    :math:`r = 1`; both ends, and all between, are fitted. Cells are independent given the law.
The fit
    Maximum likelihood over the cells of the study area, in which a count above the fitted 95 %
    point says only that it lies above (censored). So the true hot spots, which are to be found
    with the law, do not make it; and where there are none the estimate is not biased, as it
    would be if the highest cells were left out.
Sums
    The sum over a place's cells has the generating function
    :math:`\prod_i (1 + t_i (1 - z))^{-k_i}` with :math:`t_i = e_i / k_i`. Where all :math:`t_i` are
    equal it is negative binomial itself; else its upper tail comes from one Fourier transform,
    right to about 1e-15 absolutely, unless Chernoff's bound says that it is below 1e-12.
What can mislead
    One law serves the whole study area. Rates that rise and fall over whole districts are not
    bunching of cells: a district above the others stands out as such.
Sources
    Greene (2008), Economics Letters 99, for the family of shapes (NB-P); Furman (2007), Statistics
    and Probability Letters 77, for sums of negative binomial counts.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.base.types import Flags, Floats, Integers
from mapper.statistics.permutation import SMALLEST_P

if TYPE_CHECKING:
    from scipy import optimize, special
else:
    optimize, special = Lazy("scipy.optimize"), Lazy("scipy.special")

CENSORED = 0.95  # counts above this point of the fitted law say only that they lie above it
_MOST_FITTED = 10_000  # cells in the likelihood: more would sharpen nothing that is read
_NEAR = 1.2  # times the tail of the point: a count with a longer one lies below it
_ROUNDS = 3  # fits, each censored at the points of the one before
_START = (0.7, 0.5)  # log of the scale, and the power
_BOUNDS = ((-10.0, 14.0), (0.0, 1.0))
_NUDGE = 1e-5  # relative step of a derivative that has no closed form
_SHAPES = (1e-9, 1e9)
_EVEN = 1.2  # up to here counts are called about independent
_SAME = 1e-9  # relative
_HALVINGS = 40  # of the range in which the least bound lies
_BLOCK = 2**20  # complex numbers worked on together
_PIECE = 2**14  # of one sum: more would leave a processor's own memory


@dataclass(frozen=True)
class Bunching:
    """The shape of the law by expectation: ``scale * expected ** power``."""

    scale: float  # large for independent incidents
    power: float  # 0 to 1

    def shapes(self, expected: Floats) -> Floats:
        """Return the negative binomial shape of each expectation, any array shape."""
        return np.clip(self.scale * expected**self.power, *_SHAPES)

    def raised_shapes(self, expected: Floats, factor: Floats) -> Floats:
        """Return the shapes times a factor of 1 or more, at most what stands for independent.

        Where next to nothing is expected the factor alone is past 1e307: their product is none,
        and an infinite shape would make the tail 0 where it is that of a Poisson count.
        """
        return np.minimum(self.shapes(expected), _SHAPES[1] / factor) * factor

    def ratio(self, expected: float) -> float:
        """Return the variance to mean ratio where so much is expected: 1 for independent."""
        return 1 + expected ** (1 - self.power) / self.scale if expected > 0 else 1.0

    def sentence(self, expected: float) -> str:
        """Say in plain words how much counts vary where so much is expected."""
        ratio = self.ratio(expected)
        if ratio <= _EVEN:
            return "Counts of cells vary about as much as those of independent incidents would."
        return (
            f"Counts of cells vary {ratio:.1f} times as much as those of independent incidents"
            " would (repeat calls, shared map points, places that differ); every p allows for it."
        )


def fit_bunching(counts: Integers, expected: Floats) -> Bunching:
    """Return the law under which the counts seen are likeliest, high ones censored.

    Parameters
    ----------
    counts
        Incidents of each cell, shape (cells,).
    expected
        Of each cell, above 0, shape (cells,).

    Raises
    ------
    ValueError
        When shapes differ, there is no cell, or an expectation is 0, negative or missing.
    """
    if counts.shape != expected.shape or not counts.size or not bool((expected > 0).all()):
        raise ValueError("counts and expectations above 0 are needed, one of each for every cell")
    if counts.size > _MOST_FITTED:  # spread evenly over small and large expectations
        order = np.argsort(expected, kind="stable")
        chosen = order[np.linspace(0, order.size - 1, _MOST_FITTED).astype(np.int64)]
        counts, expected = counts[chosen], expected[chosen]
    found = np.array(_START)
    for _ in range(_ROUNDS):
        shape = Bunching(float(np.exp(found[0])), float(found[1])).shapes(expected)
        limit = _limits(counts, expected, shape)
        found = optimize.minimize(
            _unlikelihood,
            found,
            args=(counts, expected, limit),
            jac=True,
            method="L-BFGS-B",
            bounds=_BOUNDS,
        ).x
    return Bunching(scale=float(np.exp(found[0])), power=float(found[1]))


def _limits(counts: Integers, expected: Floats, shape: Floats) -> Integers:
    """Return the count from which each cell is censored, past all where it is far from that.

    The point itself takes fifty times as long to find as the tail, which tells who is near it.
    """
    limit = np.full(counts.shape, np.iinfo(np.int64).max)
    near = np.flatnonzero(count_tail(counts, expected, shape) <= _NEAR * (1 - CENSORED))
    e, k = expected[near], shape[near]
    point = np.ceil(special.nbdtrik(CENSORED, k, k / (k + e)))
    limit[near] = np.maximum(point, 1).astype(np.int64) + 1
    return limit


def _unlikelihood(
    point: Floats, counts: Integers, expected: Floats, limit: Integers
) -> tuple[float, Floats]:
    """Return minus the censored log-likelihood and its slope by log scale and power."""
    shape = Bunching(float(np.exp(point[0])), float(point[1])).shapes(expected)
    high = counts >= limit
    value, slope = np.zeros(counts.shape), np.zeros(counts.shape)
    x, e, k = counts[~high], expected[~high], shape[~high]
    value[~high] = (
        special.gammaln(x + k) - special.gammaln(k) + k * np.log(k / (k + e)) - x * np.log(k + e)
    )
    slope[~high] = (
        special.digamma(x + k) - special.digamma(k) + np.log(k / (k + e)) + 1 - (x + k) / (k + e)
    )
    x, e, k = limit[high], expected[high], shape[high]
    value[high] = _log_tail(x, e, k)
    slope[high] = (_log_tail(x, e, k * (1 + _NUDGE)) - value[high]) / (k * _NUDGE)
    by_log = slope * shape
    return -float(value.sum()), -np.array([by_log.sum(), (by_log * np.log(expected)).sum()])


def _log_tail(counts: Integers, expected: Floats, shape: Floats) -> Floats:
    """Return the logarithm of the upper tail, never of nothing."""
    return np.log(np.maximum(count_tail(counts, expected, shape), np.finfo(np.float64).tiny))


def count_tail(counts: Integers, expected: Floats, shape: Floats) -> Floats:
    """Return P(X >= count) for negative binomial counts, by the incomplete beta function.

    Parameters
    ----------
    counts, expected, shape
        Of one array shape; expectations 0 or more, shapes above 0.
    """
    tail = special.betainc(np.maximum(counts, 1), shape, expected / (expected + shape))
    return np.where(counts <= 0, 1.0, tail)


def matched_tail(counts: Integers, expected: Floats, extra: Floats) -> Floats:
    """Return P(X >= count) for the negative binomial of a sum's own mean and variance.

    It is the tail of the sum itself where all its terms have one ratio of expectation to shape;
    else it is too small far out, and :func:`sum_tail` is to be asked.

    Parameters
    ----------
    counts, expected
        Of each sum.
    extra
        Variance of each sum beyond its mean: the sum of ``expected ** 2 / shape``.
    """
    shape = np.full(expected.shape, _SHAPES[1])
    np.divide(expected**2, extra, out=shape, where=extra > 0)
    return count_tail(counts, expected, np.clip(shape, *_SHAPES))


def sum_tail(counts: Integers, expected: Floats, shape: Floats) -> Floats:
    """Return P(sum >= count) for sums of independent negative binomial counts.

    Parameters
    ----------
    counts
        The sums seen, shape (sums,).
    expected, shape
        Of the terms, shape (sums, terms); a term of expectation 0 is none.

    Returns
    -------
    numpy.ndarray
        Shape (sums,), never below ``SMALLEST_P``, which stands for "below 1e-12".
    """
    tails = count_tail(counts, expected.sum(axis=1), shape.sum(axis=1))
    mixed = _mixed(expected, shape)
    far = np.flatnonzero(mixed & (counts > expected.sum(axis=1)))
    far = far[_chernoff(counts[far], expected[far], shape[far]) < SMALLEST_P]
    tails[far], mixed[far] = SMALLEST_P, False
    nodes = np.where(mixed, _nodes(counts, expected, shape), 0)
    work = []
    for length in np.unique(nodes[mixed]).tolist():
        alike = np.flatnonzero(nodes == length)
        many = max(1, _BLOCK // length)
        work += [(length, alike[at : at + many]) for at in range(0, alike.size, many)]

    def put(length: int, rows: Integers) -> None:
        tails[rows] = _by_transform(counts[rows], expected[rows], shape[rows], length)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # numpy lets others work meanwhile
        for done in [pool.submit(put, *one) for one in work]:
            done.result()
    return np.clip(tails, SMALLEST_P, 1)


def _mixed(expected: Floats, shape: Floats) -> Flags:
    """Tell which sums have terms of several ratios: the others are negative binomial themselves."""
    ratio = expected / shape
    least = np.where(expected > 0, ratio, np.inf).min(axis=1)
    return np.asarray(ratio.max(axis=1) > least * (1 + _SAME))


def _chernoff(counts: Integers, expected: Floats, shape: Floats) -> Floats:
    r"""Return what the tails of sums above their mean are below, for certain.

    :math:`P(X \ge x) \le z^{-x} E[z^X]` for every :math:`z > 1`; the least of it lies where the
    slope of its logarithm is 0, which halving finds near enough: any other z only says less.
    """
    ratio = expected / shape
    low, high = np.zeros(counts.shape), 1 / ratio.max(axis=1)  # z - 1
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        left = 1 - ratio * middle[:, np.newaxis]
        above = (1 + middle) * (expected / left).sum(axis=1) > counts
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    log = -(shape * np.log1p(-ratio * low[:, np.newaxis])).sum(axis=1) - counts * np.log1p(low)
    return np.asarray(np.exp(log))


def _nodes(counts: Integers, expected: Floats, shape: Floats) -> Integers:
    """Return how many values of each sum to keep, a power of two: what lies beyond is nothing."""
    steep = (expected / shape).max(axis=1) + 1  # the tail falls by e in so many steps, or faster
    spread = np.sqrt((expected + expected**2 / shape).sum(axis=1))
    needed = counts + expected.sum(axis=1) + 40 * steep + 12 * spread
    return np.asarray(2 ** np.ceil(np.log2(needed + 2)), dtype=np.int64)


def _by_transform(counts: Integers, expected: Floats, shape: Floats, length: int) -> Floats:
    """Return upper tails of sums from their generating function at the roots of one."""
    nodes = length // 2 + 1
    log = np.empty((counts.size, nodes), dtype=np.complex128)
    for first in range(0, nodes, _PIECE):
        log.real[:, first : first + _PIECE], log.imag[:, first : first + _PIECE] = _logarithm(
            np.arange(first, min(first + _PIECE, nodes)) / length, expected, shape
        )
    chance = np.fft.irfft(np.exp(log, out=log), length, axis=1)
    return np.array([row[max(x, 0) :].sum() for x, row in zip(counts, chance, strict=True)])


def _logarithm(turn: Floats, expected: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """Return the generating function's logarithm after parts of a turn, real and imaginary."""
    angle = 2 * np.pi * turn
    along, across = 2 * np.sin(angle / 2) ** 2, np.sin(angle)  # parts of 1 - z
    real, imaginary = np.zeros((2, expected.shape[0], angle.size))
    for e, k in zip(expected.T[..., np.newaxis], shape.T[..., np.newaxis], strict=True):
        t = e / k  # part by part, for as complex numbers it takes six times as long
        real -= k / 2 * np.log1p(2 * t * (1 + t) * along)
        imaginary -= k * np.arctan2(t * across, 1 + t * along)
    return real, imaginary
