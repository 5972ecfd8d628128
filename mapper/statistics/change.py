"""Change between two windows of time: whether each cell has more or fewer incidents than before.

What is compared: the counts of one cell in two windows, allowing for their lengths. Given their
sum, the later count is binomial with chance L1 / (L0 + L1) when the rate did not change; the test
is exact for independent incidents. Real counts of months vary more than that, so the question takes
the dispersion of the place's own periods into test and interval: without it, 8 to 12 % of cells
change at 0.05 between two halves of the same months (docs/calibration.md). Not allowed for: a
change of the whole study area (compare the totals first) and seasons (compare like months).

Sources: Przyborowski & Wilenski (1940), Biometrika 31; intervals by Clopper & Pearson (1934);
Benjamini & Hochberg (1995) across cells.
"""

from dataclasses import dataclass
from math import isinf
from typing import Literal

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags, Floats, Integers
from mapper.statistics.false_discovery import adjust
from mapper.statistics.intervals import (
    binomial_tails,
    binomial_two_sided,
    check_lengths,
    check_share,
    rate_ratio_interval,
    whole_counts,
)
from mapper.statistics.period_dispersion import PeriodDispersion
from mapper.statistics.quasi_binomial import quasi_interval, quasi_tails

_MANY_TIMES = 3  # from here on "4 times as many" reads better than "up by 300 %"
NOT_TOLD = "no clear change can be told: too few periods to judge by"
_ONE_DECIMAL = 10  # below this a multiple is told with one decimal


@dataclass(frozen=True, eq=False)
class Change:
    """The change of every cell between two windows; every array has shape (cells,)."""

    before: Integers
    after: Integers
    ratio: Floats  # of the rates, after over before; infinite from none, missing where both are 0
    low: Floats  # interval of the ratio, for each cell on its own; 0 to infinite where unknown
    high: Floats
    p: Floats  # two-sided; 1 where both counts are 0, missing without a dispersion
    p_greater: Floats  # of at least so large a later count
    p_less: Floats  # of at most so large a later count
    q: Floats  # of p over the cells with any incident; missing in the others
    known: Flags  # where there is a dispersion to judge by

    def clear(self, *, alpha: float = 0.05) -> Flags:
        """Return where a change is clear: q at most alpha and no 1 inside the interval.

        The two-sided p and the interval come from different exact rules and can disagree by a
        hair at the border; both must agree before anything is said.
        """
        return (self.q <= alpha) & ((self.low > 1) | (self.high < 1))


def compare_windows(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    *,
    before_length: float = 1.0,
    after_length: float = 1.0,
    confidence: float = 0.95,
    correction: Literal["bh", "by"] = "bh",
    dispersion: PeriodDispersion | None = None,
) -> Change:
    """Compare the counts of every cell in two windows, exactly.

    Each distinct pair of counts is worked out once, so that a study area of 100,000 cells takes
    little longer than one of 1,000.

    Parameters
    ----------
    before, after
        Whole incident counts (not weighted), shape (cells,).
    before_length, after_length
        Lengths of the windows in any one unit, such as days.
    confidence
        Of the interval for each rate ratio.
    correction
        ``bh`` for Benjamini-Hochberg, ``by`` for Benjamini-Yekutieli.
    dispersion
        How much the periods of each cell vary beyond chance, measured in the unit of the lengths;
        by default not at all, and then test and interval are exact.

    Raises
    ------
    ValueError
        When counts are negative, not whole or differ in shape, or a length or the confidence is
        out of range.
    """
    before, after = whole_counts(before, name="before"), whole_counts(after, name="after")
    if before.ndim != 1 or before.shape != after.shape:
        raise ValueError(f"before {before.shape} and after {after.shape} must both be (cells,)")
    check_lengths(before_length, after_length)
    check_share(confidence, name="confidence")
    lengths = {"before_length": before_length, "after_length": after_length}
    if dispersion is None:
        low, high, greater, less, p = _exact(before, after, confidence=confidence, **lengths)
        known = np.ones(before.shape, dtype=np.bool_)
    else:
        given = dispersion.given(before + after, before_length + after_length)
        low, high, greater, less = _overdispersed(
            before, after, given, confidence=confidence, **lengths
        )
        p, known = np.minimum(2 * np.minimum(greater, less), 1.0), ~np.isnan(dispersion.ratio)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (after / before) * (before_length / after_length)
    return Change(
        before=before,
        after=after,
        ratio=ratio,
        low=low,
        high=high,
        p=p,
        p_greater=greater,
        p_less=less,
        q=adjust(np.where(before + after > 0, p, np.nan), correction=correction),
        known=known,
    )


def _exact(
    before: Integers,
    after: Integers,
    *,
    before_length: float,
    after_length: float,
    confidence: float,
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return limits, one-sided p of more and of fewer, and the two-sided p, all exact."""
    first, later, pair = _distinct_pairs(before, after)
    share = after_length / (before_length + after_length)
    low, high = rate_ratio_interval(
        first, later, before_length=before_length, after_length=after_length, confidence=confidence
    )
    greater, less = binomial_tails(later, first + later, share)
    p = binomial_two_sided(later, first + later, share)
    return low[pair], high[pair], greater[pair], less[pair], p[pair]


def _overdispersed(
    before: Integers,
    after: Integers,
    dispersion: PeriodDispersion,
    *,
    before_length: float,
    after_length: float,
    confidence: float,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return limits and one-sided p of more and of fewer, with the dispersion of each cell."""
    share, scale = after_length / (before_length + after_length), before_length / after_length
    low, high = quasi_interval(after, before + after, dispersion, confidence=confidence)
    greater, less = quasi_tails(after, before + after, share, dispersion)
    with np.errstate(divide="ignore"):
        return low / (1 - low) * scale, high / (1 - high) * scale, greater, less


def describe_changes(change: Change, *, alpha: float = 0.05) -> list[str]:
    """Return one phrase in plain words for each cell.

    "no incidents in either window", "no clear change can be told: too few periods to judge by",
    "no clear change", "up by about 40 % (between 10 % and 80 %)",
    "about 4 times as many (between 2.1 and 9 times)", "none now, 12 before", "9 now, none before".
    The figures in brackets are the limits of the interval.
    """
    columns = (change.before, change.after, change.ratio, change.low, change.high)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    flags = zip(change.clear(alpha=alpha).tolist(), change.known.tolist(), strict=True)
    return [
        _phrase(*row, clear=clear) if known or not any(row[:2]) else NOT_TOLD
        for row, (clear, known) in zip(rows, flags, strict=True)
    ]


def describe_ratio(ratio: float, low: float, high: float) -> str:
    """Return a rate ratio in plain words, with its interval, which must leave out 1."""
    if high < 1:
        return (
            f"down by about {_per_cent(1 - ratio)} "
            f"(between {_per_cent(1 - high)} and {_per_cent(1 - low)})"
        )
    if isinf(high):
        return f"at least {_times(low)} times as many"
    if ratio < _MANY_TIMES:
        return (
            f"up by about {_per_cent(ratio - 1)} "
            f"(between {_per_cent(low - 1)} and {_per_cent(high - 1)})"
        )
    return f"about {_times(ratio)} times as many (between {_times(low)} and {_times(high)} times)"


def _phrase(before: int, after: int, ratio: float, low: float, high: float, *, clear: bool) -> str:
    """Return the words for one cell."""
    if not (before or after):
        return "no incidents in either window"
    if not clear:
        return "no clear change"
    if after == 0:
        return f"none now, {before} before"
    if before == 0:
        return f"{after} now, none before"
    return describe_ratio(ratio, low, high)


def _per_cent(share: float) -> str:
    """Return a positive share as whole per cent, never rounded to nothing or to all of it."""
    if share < 0.005:  # noqa: PLR2004 (rounds to 0 %)
        return "under 1 %"
    if 0.995 <= share < 1:  # noqa: PLR2004 (rounds to 100 %)
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %")


def _times(ratio: float) -> str:
    """Return a multiple with one decimal below 10, whole above."""
    return f"{ratio:.1f}".removesuffix(".0") if ratio < _ONE_DECIMAL else f"{ratio:.0f}"


def _distinct_pairs(before: Integers, after: Integers) -> tuple[Integers, Integers, Integers]:
    """Return the distinct pairs of counts, and for every cell the number of its pair."""
    width = 2**31  # counts are below it, so a pair fits in one 64-bit number
    keys, pair = np.unique(before * width + after, return_inverse=True)
    return keys // width, keys % width, pair.astype(np.int64)
