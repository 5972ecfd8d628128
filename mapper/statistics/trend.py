"""Mann-Kendall: whether a cell's series goes up or down over the periods.

What is counted: of all pairs of periods, those where the later value is higher less those where it
is lower. Only the order of the values matters, so one giant month cannot make a trend. A trend
says nothing about its size, and a seasonal swing can pass for one when the periods do not cover
whole years.

Two roads to p: the normal approximation with the variance corrected for ties
(:func:`mann_kendall`), and the exact distribution over all orders of the same values, ties
included (:func:`mann_kendall_exact`).

Sources: Mann (1945), Econometrica 13; Kendall (1975), Rank Correlation Methods, 4th edition.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mapper.base.lazy import Lazy
from mapper.base.types import Floats, Integers

if TYPE_CHECKING:
    from scipy import special
else:
    special = Lazy("scipy.special")

Series = npt.NDArray[np.number]

EXACT_PERIODS = 60  # the tables behind the exact p grow with the fourth power of the periods
_BATCH = 256  # patterns of ties held at once: what a processor keeps close by
_TINY = 1e-6  # below it a tail is added up from positive terms, which keeps its relative precision
_WIDE = 64  # above EXACT_PERIODS


@dataclass(frozen=True, eq=False)
class Trend:
    """Mann-Kendall results, one entry a cell; every array has shape (cells,)."""

    s: Integers  # rising less falling pairs of periods
    variance: Floats  # of s when order means nothing, given the ties
    z: Floats
    p: Floats  # two-sided
    p_up: Floats  # P(S >= s): small where the series rises
    p_down: Floats  # P(S <= s): small where it falls

    def direction(self, *, alpha: float = 0.05) -> npt.NDArray[np.int8]:
        """Return 1 where the series rises, -1 where it falls, 0 where neither is clear."""
        return (np.sign(self.s) * (self.p <= alpha)).astype(np.int8)


def mann_kendall(series: Series) -> Trend:
    """Test every cell's series for a trend, with the tie-corrected normal approximation.

    S = sum over i < j of sgn(x_j - x_i);
    Var = [n(n-1)(2n+5) - sum over groups of t ties of t(t-1)(2t+5)] / 18;
    Z = (S - 1)/sqrt(Var) for S > 0, (S + 1)/sqrt(Var) for S < 0, else 0; p = 2 P(N >= |Z|).

    The one-sided values carry the same correction of one to each side, P(N >= (S - 1)/sqrt(Var))
    and P(N <= (S + 1)/sqrt(Var)), so that the observed S counts in both tails. A constant series
    has Var 0 and every p is 1. With 4 periods or fewer p never reaches 0.05, whatever the values:
    see :func:`smallest_p`.

    The approximation is off by up to 0.06 near p = 0.05 for cells with only a few incidents in
    all, and by under 0.005 once there is about one in every third period (45 or more periods);
    :func:`mann_kendall_exact` has no such error.

    Parameters
    ----------
    series
        Values, oldest period first, shape (cells, periods); whole or real, none missing.

    Raises
    ------
    ValueError
        When the shape is another, there is no period, or a value is missing or infinite.
    """
    values = _checked(series)
    s = _rising_less_falling(values)
    variance = _variance(values)
    scale = np.sqrt(np.where(variance > 0, variance, 1.0))
    flat = variance == 0
    p_up = np.where(flat, 1.0, special.ndtr(-(s - 1) / scale))
    p_down = np.where(flat, 1.0, special.ndtr((s + 1) / scale))
    return Trend(
        s=s,
        variance=variance,
        z=np.where(flat, 0.0, (s - np.sign(s)) / scale),
        p=np.minimum(1.0, 2 * np.minimum(p_up, p_down)),
        p_up=p_up,
        p_down=p_down,
    )


def mann_kendall_exact(series: Series) -> Trend:
    """Test every cell's series for a trend over all orders of its own values.

    Every order of the values is equally likely when time means nothing. The number of falling
    pairs then has the Gaussian multinomial [n]! / ([t_1]! [t_2]! ...) as generating function: a
    sum of independent Mann-Whitney counts, one for each group of ties. All terms are positive, so
    the tails keep their relative precision. ``p`` is twice the smaller tail, at most 1; ``s``,
    ``variance`` and ``z`` are those of :func:`mann_kendall`.

    Parameters
    ----------
    series
        As for :func:`mann_kendall`, with at most ``EXACT_PERIODS`` periods.

    Raises
    ------
    ValueError
        Also when there are more periods than that.
    """
    trend = mann_kendall(series)
    values = np.asarray(series)
    if values.shape[1] > EXACT_PERIODS:
        raise ValueError(
            f"series: {values.shape[1]} periods; the exact p is for {EXACT_PERIODS} or fewer"
        )
    at_most, at_least = trend.s.astype(np.float64), trend.s.astype(np.float64)
    sizes = _tie_sizes(values)
    patterns, group = _distinct_patterns(sizes)
    for first in range(0, len(patterns), _BATCH):
        cells = np.flatnonzero((group >= first) & (group < first + _BATCH))
        law, middle = _falling_pairs_of_many(patterns[first : first + _BATCH])
        at_least[cells], at_most[cells] = _tails(
            law, group[cells] - first, sizes[cells], trend.s[cells], middle=middle
        )
    for cell in np.flatnonzero(np.minimum(at_least, at_most) < _TINY):
        law = _falling_pairs(tuple(int(t) for t in sizes[cell][sizes[cell] > 0]))
        one = np.array([cell])
        at_least[one], at_most[one] = _tails(
            law[np.newaxis], np.zeros(1, int), sizes[one], trend.s[one]
        )
    p_up, p_down = np.clip(at_least, 0.0, 1.0), np.clip(at_most, 0.0, 1.0)
    p = np.minimum(1.0, 2 * np.minimum(p_up, p_down))
    return replace(trend, p=p, p_up=p_up, p_down=p_down)


def smallest_p(periods: int, *, exact: bool = False) -> float:
    """Return the smallest two-sided p that any series of this many periods can reach.

    It belongs to the strictly rising (or falling) series: S = n(n-1)/2 without ties. The exact
    value is 2/n!. For 4 periods both are above 0.05 (0.089, and 1/12 exactly); for 5 both are
    below (0.027, and 1/60).

    Raises
    ------
    ValueError
        When ``periods`` is not at least 1.
    """
    if periods < 1:
        raise ValueError(f"periods: {periods} is less than 1")
    if exact:
        return min(1.0, 2 / factorial(periods))
    return float(mann_kendall(np.arange(periods)[np.newaxis]).p[0])


def too_few_periods(periods: int, *, alpha: float = 0.05) -> str:
    """Return one sentence where no trend can be found over so few periods, else nothing."""
    reachable = smallest_p(periods)
    if reachable <= alpha:
        return ""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha: {alpha} is not between 0 and 1")
    needed = periods
    while smallest_p(needed) > alpha:
        needed += 1
    return (
        f"With {periods} period{'s' if periods > 1 else ''} no trend can reach p = {alpha:g} "
        f"(the smallest possible is {reachable:.3f}): at least {needed} periods are needed."
    )


def _checked(series: Series) -> Series:
    """Return the series as an array of two dimensions with no missing value, or raise."""
    values = np.asarray(series)
    if values.ndim != 2 or values.shape[1] == 0:  # noqa: PLR2004 (cells by periods)
        raise ValueError(f"series: shape {values.shape}, not (cells, periods)")
    if values.dtype.kind not in "iuf":
        raise ValueError(f"series: {values.dtype} values are not numbers")
    if not bool(np.isfinite(values).all()):
        raise ValueError("series: a value is missing or infinite")
    return values


def _rising_less_falling(values: Series) -> Integers:
    """Return S of each cell; comparisons, never differences, so unsigned values cannot wrap."""
    by_period = np.ascontiguousarray(values.T)
    s = np.zeros(len(values), dtype=np.int64)
    for lag in range(1, len(by_period)):
        later, earlier = by_period[lag:], by_period[:-lag]
        s += (later > earlier).sum(axis=0) - (later < earlier).sum(axis=0)
    return s


def _tie_sizes(values: Series) -> Integers:
    """Return how many times each distinct value of a cell occurs, largest first, filled with 0."""
    cells, periods = values.shape
    ordered = np.sort(values, axis=1)
    starts = np.ones(values.shape, dtype=np.bool_)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    run = np.cumsum(starts, axis=1) - 1 + periods * np.arange(cells)[:, np.newaxis]
    sizes = np.bincount(run.ravel(), minlength=cells * periods).reshape(cells, periods)
    return -np.sort(-sizes, axis=1)


def _variance(values: Series) -> Floats:
    """Return the variance of S given each cell's ties."""
    n = values.shape[1]
    t = _tie_sizes(values)
    ties = (t * (t - 1) * (2 * t + 5)).sum(axis=1)
    variance: Floats = (n * (n - 1) * (2 * n + 5) - ties) / 18
    return variance


def _distinct_patterns(sizes: Integers) -> tuple[Integers, Integers]:
    """Return the distinct rows of tie sizes, and the number of each cell's."""
    mixed = sizes @ np.random.default_rng(0).integers(1, 2**62, sizes.shape[1])  # wraps, no matter
    _, first, group = np.unique(mixed, return_index=True, return_inverse=True)
    patterns = sizes[first]
    if not np.array_equal(patterns[group], sizes):  # two patterns of one number: all but impossible
        patterns, group = np.unique(sizes, axis=0, return_inverse=True)
    return patterns, group


def _pairs(sizes: Integers) -> Integers:
    """Return the number of pairs of different values in each row of tie sizes."""
    return np.asarray((sizes.sum(axis=1) ** 2 - (sizes**2).sum(axis=1)) // 2, dtype=np.int64)


def _tails(
    law: Floats, row: Integers, sizes: Integers, s: Integers, *, middle: int | None = None
) -> tuple[Floats, Floats]:
    """Return P(S >= s) and P(S <= s) of some cells, ``row`` being each one's law.

    A law is symmetric, so the smaller tail is added up and the larger is what that leaves.
    ``middle`` is where the laws have half their pairs falling, none where they begin at no pair.
    """
    pairs = _pairs(sizes)
    start = 0 if middle is None else middle - (pairs + 1) // 2
    least = start + (pairs - np.abs(s)) // 2
    smaller = np.cumsum(law[:, : int(least.max()) + 1], axis=1)[row, least]
    larger = 1 - smaller + law[row, least]
    return np.where(s > 0, smaller, larger), np.where(s < 0, smaller, larger)


def _falling_pairs_of_many(patterns: Integers) -> tuple[Floats, int]:
    """Return :func:`_falling_pairs` of many patterns at once, and where their middles stand.

    By multiplying transforms, right to about 1e-15 absolutely, where adding positive terms is so
    relatively. Every factor is symmetric, so its transform about its own middle is real: half the
    numbers of a complex one. The last factor moves each law's middle to the middle of the nodes.
    """
    periods = int(patterns[0].sum())
    nodes = 1 << (periods * (periods - 1) // 2).bit_length()
    spectra = np.ones((len(patterns), nodes // 2 + 1))
    placed = np.zeros(len(patterns), dtype=np.int64)
    for size in patterns.T:
        rows = np.flatnonzero(size > 1)
        if not rows.size:
            break
        later = rows[placed[rows] > 0]  # the first group stands alone
        pairs, number = np.unique(placed[later] * _WIDE + size[later], return_inverse=True)
        factors = [_spectrum(*divmod(int(pair), _WIDE), nodes) for pair in pairs]
        if factors:
            spectra[later] *= np.stack(factors)[number]
        placed[rows] += size[rows]
    known, number = np.unique(placed * 2 + _pairs(patterns) % 2, return_inverse=True)
    last = [_spectrum_of_singles(*divmod(int(one), 2), periods, nodes) for one in known]
    return np.fft.irfft(spectra * np.stack(last)[number], nodes), nodes // 2


@lru_cache(maxsize=4096)
def _spectrum(first: int, second: int, nodes: int) -> Floats:
    """Return the transform of the wrongly ordered pairs of two groups, about its middle."""
    turned = np.fft.rfft(_mann_whitney(first, second), nodes)
    return np.real(turned * np.exp(_turn(nodes) * (first * second / 2)))


@lru_cache(maxsize=256)
def _spectrum_of_singles(
    placed: int, odd: int, periods: int, nodes: int
) -> npt.NDArray[np.complex128]:
    """Return the transform for all values that stand alone, added to those placed before.

    It moves the middle to the middle of the nodes, half a node less where the pairs are ``odd``.
    """
    spectrum = np.exp(-_turn(nodes) * (nodes // 2 - odd / 2))
    for before in range(max(placed, 1), periods):
        spectrum = spectrum * _spectrum(before, 1, nodes)
    return spectrum


def _turn(nodes: int) -> npt.NDArray[np.complex128]:
    """Return what one step to the left adds to the exponent of each node of a transform."""
    return np.asarray(2j * np.pi * np.arange(nodes // 2 + 1) / nodes, dtype=np.complex128)


def _falling_pairs(sizes: tuple[int, ...]) -> Floats:
    """Return the probability of 0, 1, ... falling pairs over all orders of tied groups."""
    distribution, placed = np.ones(1), 0
    for size in sizes:
        distribution = np.convolve(distribution, _mann_whitney(placed, size))
        placed += size
    return distribution


@lru_cache(maxsize=4096)
def _mann_whitney(first: int, second: int) -> Floats:
    """Return the probabilities of 0 .. first * second pairs in the wrong order.

    The last of all values is of the first group with chance first/(first + second), and then
    stands after every one of the second.
    """
    if first == 0 or second == 0:
        return np.ones(1)
    share = first / (first + second)
    probability = np.zeros(first * second + 1)
    probability[second:] = share * _mann_whitney(first - 1, second)
    probability[: first * (second - 1) + 1] += (1 - share) * _mann_whitney(first, second - 1)
    return probability
