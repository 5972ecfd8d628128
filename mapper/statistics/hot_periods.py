"""Hot periods: in which periods each cell or place is hot or cold, and the pattern that makes.

**Cells** are tested in every period by itself, exactly, against an even spread, with q adjusted
over the cells of that period. The trend is Mann-Kendall's on the plain counts, by its exact law up
to 60 periods and by the tie-corrected normal approximation above.

**Places** are known before: what they hold as a whole in a period is set against their share of
what is expected in the area then, allowing for how much their own periods vary
(:mod:`mapper.statistics.quasi_poisson`), with q adjusted over the places of that period. Their
trend is clear where both Mann-Kendall and the quasi-Poisson slope say so.

A window longer than one period looks back only. What each pattern means is told in
:mod:`mapper.statistics.emerging`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags, Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.clusters import Null, find_both_tails
from mapper.statistics.emerging import classify_patterns, trailing_sums
from mapper.statistics.false_discovery import discoveries
from mapper.statistics.fewest import FEWEST_IN_DISC
from mapper.statistics.period_dispersion import measure_period_dispersion
from mapper.statistics.quasi_poisson import quasi_poisson_tails, quasi_poisson_trend
from mapper.statistics.scores import Score, score_counts
from mapper.statistics.trend import EXACT_PERIODS, Trend, mann_kendall, mann_kendall_exact

_LEAST = 1e-9  # incidents that any period is held to expect


@dataclass(frozen=True, eq=False)
class HotPeriods:
    """What every cell or place was in every period."""

    hot: Flags  # shape (cells or places, periods)
    cold: Flags
    trend: Trend  # of the plain counts
    direction: npt.NDArray[np.int8]  # 1 rising, -1 falling, 0 not clear
    pattern: npt.NDArray[np.int8]  # code of mapper.statistics.emerging.Pattern


def find_hot_periods(
    counts: Integers,
    near: Neighbours,
    *,
    weighted: Integers | None = None,
    window: int = 1,
    score: Score = "capped",
    null: Null = "total",
    alpha: float = 0.05,
    correction: Literal["bh", "by"] = "bh",
) -> HotPeriods:
    """Return in which periods every cell is hot or cold, its trend and its pattern.

    Parameters
    ----------
    counts
        Whole incidents, oldest period first, shape (cells, periods).
    near
        Neighbours of the same cells.
    weighted
        Weighted counts of the same shape, scored and tested in place of the incidents.
    window
        Periods in the test of each, itself included: 3 adds the two before it.
    """
    tested = trailing_sums(counts if weighted is None else weighted, window)
    held = trailing_sums(counts, window)
    busy = held + near.ring_sums(held) >= FEWEST_IN_DISC
    by_period = np.ascontiguousarray(tested.T)
    scores = np.stack([score_counts(period, score=score) for period in by_period])
    rings = np.ascontiguousarray(near.ring_sums(np.ascontiguousarray(scores.T)).T)
    hot, cold = np.zeros(scores.shape, dtype=np.bool_), np.zeros(scores.shape, dtype=np.bool_)
    for period, (own, ring) in enumerate(zip(scores, rings, strict=True)):
        tails = find_both_tails(own, near, ring=ring, null=null)
        for flags, p in zip((hot, cold), tails, strict=True):
            flags[period] = discoveries(p, alpha=alpha, correction=correction)
    hot, cold = np.ascontiguousarray(hot.T) & busy, np.ascontiguousarray(cold.T)
    trend = find_trend(counts)
    direction = trend.direction(alpha=alpha)
    pattern = classify_patterns(hot, cold & ~hot, direction)
    return HotPeriods(hot, cold & ~hot, trend, direction, pattern)


def find_place_periods(
    counts: Integers,
    share: Floats,
    area: Integers,
    days: Floats,
    *,
    window: int = 1,
    alpha: float = 0.05,
    correction: Literal["bh", "by"] = "bh",
) -> HotPeriods:
    """Return in which periods places are hot or cold as a whole, their trend and pattern.

    Parameters
    ----------
    counts
        Whole incidents, oldest period first, shape (places, periods).
    share
        Of the area's incidents that is expected in each place, above 0; shape (places,).
    area, days
        Incidents of the whole area in each period, and its length; shape (periods,).
    window
        Periods in the test of each, itself included.
    """
    expected = trailing_sums(area[np.newaxis], window) * share[:, np.newaxis]
    seen = trailing_sums(counts, window)
    one = np.zeros(area.size, dtype=np.int64)
    varies = measure_period_dispersion(counts, area, one)
    tails = quasi_poisson_tails(seen, np.maximum(expected, _LEAST), varies)
    hot, cold = (
        np.stack([discoveries(p, alpha=alpha, correction=correction) for p in tail.T], axis=1)
        for tail in tails
    )
    hot &= seen >= FEWEST_IN_DISC
    trend, direction = find_place_trend(counts, days, alpha=alpha)
    pattern = classify_patterns(hot, cold & ~hot, direction)
    return HotPeriods(hot, cold & ~hot, trend, direction, pattern)


def find_place_trend(
    counts: Integers, days: Floats, *, alpha: float = 0.05
) -> tuple[Trend, npt.NDArray[np.int8]]:
    """Return Mann-Kendall's trend of places, and its direction where the slope agrees."""
    trend = find_trend(counts)
    varies = measure_period_dispersion(counts, days, np.zeros(days.size, dtype=np.int64))
    score, p = quasi_poisson_trend(counts, days, varies)
    direction = trend.direction(alpha=alpha)
    agrees = (p <= alpha) & (np.sign(score) == direction)
    return trend, np.where(agrees, direction, 0).astype(np.int8)


def find_trend(counts: Integers) -> Trend:
    """Return the Mann-Kendall trend of each row, exact for up to 60 periods."""
    exact = counts.shape[1] <= EXACT_PERIODS
    return mann_kendall_exact(counts) if exact else mann_kendall(counts)
