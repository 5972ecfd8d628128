"""Emerging hot spots: which of 17 time patterns a cell shows.

What is read: for every cell and period whether it was hot or cold in that period (after the
correction for many tests within the period), and the direction of the cell's trend. Eight hot
patterns, eight cold ones that mirror them, or no pattern. A pattern is about significance from
period to period, so a different alpha, window or score can change it; fewer than 10 periods make
"90 % of periods" mean all of them, and then a historical pattern cannot occur.

The rules are checked in this order and the first match wins; h is the number of hot periods of T,
"90 %" means at least ceil(0.9 T) of them, and ``last`` is the newest period:

============  ====================================================================
new           hot in the last period only
consecutive   one unbroken final run of 2 or more, never hot before, h under 90 %
intensifying  h at least 90 %, last hot, trend up
diminishing   h at least 90 %, last hot, trend down
persistent    h at least 90 %, last hot, no trend
historical    h at least 90 %, last not hot
oscillating   last hot, some earlier period cold, h under 90 %
sporadic      h under 90 %, hot on and off, never cold
============  ====================================================================

Choices made where the words leave room, each held by a test:

- All eight hot rules come before the eight cold ones: nine cold periods and then a hot one is a
  new hot spot, not a historical cold spot.
- "new" and "consecutive" ask only when the cell was hot; earlier cold periods do not matter.
- "hot on and off" is hot in at least one period and not in at least one other, whatever the last
  one is. A cell that was hot once, long ago, is therefore sporadic.
- For cold patterns the trend mirrors too: falling values intensify a cold spot.
- A single period that is hot is new.

Source: the categories follow Esri's Emerging Hot Spot Analysis; the order and the meaning of each
threshold are this project's own, because the published wording overlaps.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags, Integers

Codes = npt.NDArray[np.int8]


class Pattern(IntEnum):
    """Codes of the 17 patterns, in the order in which the rules are checked."""

    NO_PATTERN = 0
    NEW_HOT = 1
    CONSECUTIVE_HOT = 2
    INTENSIFYING_HOT = 3
    DIMINISHING_HOT = 4
    PERSISTENT_HOT = 5
    HISTORICAL_HOT = 6
    OSCILLATING_HOT = 7
    SPORADIC_HOT = 8
    NEW_COLD = 9
    CONSECUTIVE_COLD = 10
    INTENSIFYING_COLD = 11
    DIMINISHING_COLD = 12
    PERSISTENT_COLD = 13
    HISTORICAL_COLD = 14
    OSCILLATING_COLD = 15
    SPORADIC_COLD = 16


# PATTERN_NAMES[code] is what a person reads: "no pattern", "new hot spot", "sporadic cold spot".
PATTERN_NAMES = tuple(
    pattern.name.lower().replace("_", " ") + (" spot" if pattern else "") for pattern in Pattern
)


def classify_patterns(hot: Flags, cold: Flags, trend: npt.NDArray[np.integer]) -> Codes:
    """Return the :class:`Pattern` code of every cell, shape (cells,).

    Parameters
    ----------
    hot, cold
        Whether the cell was hot, or cold, in each period; oldest first, shape (cells, periods).
    trend
        1 where the cell's values rise, -1 where they fall, 0 where neither is clear; shape
        (cells,).

    Raises
    ------
    ValueError
        Naming every fault: shapes that differ, no period, other types, a trend outside -1, 0 and
        1, or a cell both hot and cold in one period.
    """
    _check(hot, cold, trend)
    as_hot = _codes_of_one_side(hot, cold, trend)
    as_cold = _codes_of_one_side(cold, hot, -trend.astype(np.int8))
    mirrored = np.where(as_cold > 0, as_cold + Pattern.SPORADIC_HOT, Pattern.NO_PATTERN)
    return np.where(as_hot > 0, as_hot, mirrored).astype(np.int8)


def often(periods: int) -> int:
    """Return how many of so many periods are at least 90 %: ceil(0.9 T), in whole numbers."""
    return -(-9 * periods // 10)


def trailing_sums(counts: Integers, window: int) -> Integers:
    """Return, for every period, the sum over it and the ``window`` - 1 periods before it.

    The window looks back only, never forward. The first periods have fewer before them, and
    their sums are over those there are.

    Parameters
    ----------
    counts
        Whole numbers, oldest period first, shape (cells, periods).
    window
        Number of periods, at least 1.

    Raises
    ------
    ValueError
        When ``window`` is less than 1 or the counts are not whole numbers by cell and period.
    """
    if counts.ndim != 2 or counts.dtype.kind not in "iu":  # noqa: PLR2004 (cells by periods)
        raise ValueError(f"counts: {counts.dtype} of shape {counts.shape}, not whole numbers")
    if window < 1:
        raise ValueError(f"window: {window} periods; at least 1 is needed")
    sums = np.cumsum(counts, axis=1, dtype=np.int64)
    sums[:, window:] = sums[:, window:] - sums[:, :-window]
    return sums


def _codes_of_one_side(hot: Flags, cold: Flags, trend: npt.NDArray[np.integer]) -> Codes:
    """Return codes 1 to 8 of the first rule that fits each cell, 0 where none does."""
    periods = hot.shape[1]
    count = hot.sum(axis=1)
    last = hot[:, -1]
    final_run = np.where(count == periods, periods, (~hot[:, ::-1]).argmax(axis=1))
    mostly = count >= often(periods)
    ever_cold = cold.any(axis=1)  # where the last is hot, any cold period is an earlier one
    rules = {
        Pattern.NEW_HOT: last & (count == 1),
        Pattern.CONSECUTIVE_HOT: (final_run > 1) & (count == final_run) & ~mostly,
        Pattern.INTENSIFYING_HOT: mostly & last & (trend > 0),
        Pattern.DIMINISHING_HOT: mostly & last & (trend < 0),
        Pattern.PERSISTENT_HOT: mostly & last,
        Pattern.HISTORICAL_HOT: mostly,
        Pattern.OSCILLATING_HOT: last & ever_cold,
        Pattern.SPORADIC_HOT: (count > 0) & ~ever_cold,
    }
    codes = np.select(list(rules.values()), [np.int8(code) for code in rules], np.int8(0))
    return codes.astype(np.int8)


def _check(hot: Flags, cold: Flags, trend: npt.NDArray[np.integer]) -> None:
    """Raise once, naming everything that is wrong with the three arrays."""
    faults = []
    if hot.ndim != 2 or hot.shape != cold.shape or hot.shape[1:] == (0,):  # noqa: PLR2004 (cells by periods)
        faults.append(f"hot {hot.shape} and cold {cold.shape} must both be (cells, periods)")
    elif hot.dtype != np.bool_ or cold.dtype != np.bool_:
        faults.append(f"hot is {hot.dtype} and cold is {cold.dtype}; both must be bool")
    elif bool((hot & cold).any()):
        faults.append(f"{int((hot & cold).any(axis=1).sum())} cells are hot and cold in one period")
    if trend.shape != hot.shape[:1]:
        faults.append(f"trend has shape {trend.shape}, not {hot.shape[:1]}")
    if trend.dtype.kind != "i" or not bool(np.isin(trend, (-1, 0, 1)).all()):
        faults.append("trend must be -1, 0 or 1")
    if faults:
        raise ValueError("; ".join(faults))
