"""Hot periods: in which periods each cell is hot or cold, and the pattern that makes.

Every period is tested by itself, exactly, with q adjusted over the cells of that period; a window
longer than one period looks back only. The trend is Mann-Kendall's on the plain counts, by its
exact law up to 60 periods and by the tie-corrected normal approximation above. What each pattern
means is told in :mod:`mapper.statistics.emerging`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.clusters import Null, find_both_tails
from mapper.statistics.emerging import classify_patterns, trailing_sums
from mapper.statistics.false_discovery import found
from mapper.statistics.fewest import FEWEST_IN_DISC
from mapper.statistics.scores import Score, score_counts
from mapper.statistics.trend import EXACT_PERIODS, Trend, mann_kendall, mann_kendall_exact


@dataclass(frozen=True, eq=False)
class HotPeriods:
    """What every cell was in every period."""

    hot: Flags  # shape (cells, periods)
    cold: Flags
    trend: Trend  # of the plain counts
    pattern: npt.NDArray[np.int8]  # code of mapper.statistics.emerging.Pattern; shape (cells,)


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
            flags[period] = found(p, alpha=alpha, correction=correction)
    hot, cold = np.ascontiguousarray(hot.T) & busy, np.ascontiguousarray(cold.T)
    trend = find_trend(counts)
    pattern = classify_patterns(hot, cold & ~hot, trend.direction(alpha=alpha))
    return HotPeriods(hot=hot, cold=cold & ~hot, trend=trend, pattern=pattern)


def find_trend(counts: Integers) -> Trend:
    """Return the Mann-Kendall trend of each row, exact for up to 60 periods."""
    exact = counts.shape[1] <= EXACT_PERIODS
    return mann_kendall_exact(counts) if exact else mann_kendall(counts)
