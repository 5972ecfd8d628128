"""Regression to the mean: how far places chosen at a high point fall by themselves.

A place picked because its count was high was in part unlucky, and its next count is lower without
any action. How much lower is estimated from all places it was picked from: where most of the
spread between places is chance, most of a high count is, too.

With counts x of all candidate places, mean m and variance s2, the underlying rates vary by
A = max(0, s2 - m), and a place's rate is expected at m + A/(A + m) (x - m). The chosen places are
expected to lose the sum of m/(A + m) (x - m). This is exact for gamma-distributed rates, and the
empirical Bayes rule of Marshall (1991) with one unit of exposure.

Sources: Marshall (1991), Applied Statistics 40; Hauer (1997), Observational Before-After Studies
in Road Safety, for its use in judging treated places.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags, Floats, Integers
from mapper.statistics.intervals import RatioOfRatios, ratio_of_ratios, whole_counts

_WORTH_A_WARNING = 0.05  # expected fall as a share of the count before
_CLEAR = 0.05  # p of the rise before the action


@dataclass(frozen=True)
class RegressionToMean:
    """What the chosen places would be expected to do without any action."""

    before: int  # incidents in the chosen places before the action
    expected: float  # the same places in a window of the same length, with no action
    share: float  # expected fall as a share of ``before``; below 0 is a rise, missing for none
    rise: RatioOfRatios | None  # from the window before that one, against all other places
    likely: bool
    words: str


def regression_to_mean(
    before: npt.ArrayLike, chosen: Flags, *, earlier: npt.ArrayLike | None = None
) -> RegressionToMean:
    """Estimate how far the chosen places would fall by themselves, and warn where it matters.

    The rule: it is likely where the expected fall is at least 5 % of the count before, or where
    the chosen places had just risen against all others (exact two-sided p at most 0.05, ratio
    above 1).

    Parameters
    ----------
    before
        Incident counts of every place that could have been chosen, in the window before the
        action, shape (cells,).
    chosen
        Which of them were, shape (cells,).
    earlier
        Counts of the same places in the window before that; its length does not matter.

    Raises
    ------
    ValueError
        When shapes differ, counts are not whole, or no place or every place was chosen.
    """
    counts = whole_counts(before, name="before")
    past = None if earlier is None else whole_counts(earlier, name="earlier")
    _check(counts, chosen, past)
    total, expected = int(counts[chosen].sum()), float(_expected_rates(counts)[chosen].sum())
    share = (total - expected) / total if total else nan
    rise = None if past is None else _rise(counts, past, chosen)
    rose = rise is not None and rise.p <= _CLEAR and rise.ratio > 1
    likely = bool(share >= _WORTH_A_WARNING) or rose
    words = _words(total, expected, share, rose=rose, likely=likely)
    return RegressionToMean(total, expected, share, rise, likely, words)


def _expected_rates(counts: Integers) -> Floats:
    """Return the empirical Bayes estimate of every place's rate."""
    mean, variance = counts.mean(), counts.var()
    spread = max(0.0, float(variance - mean))
    weight = spread / (spread + mean) if mean > 0 else 0.0
    rates: Floats = mean + weight * (counts - mean)
    return rates


def _rise(counts: Integers, past: Integers, chosen: Flags) -> RatioOfRatios:
    """Return how the chosen places moved into the before window, against all others."""
    return ratio_of_ratios(
        int(past[chosen].sum()),
        int(counts[chosen].sum()),
        int(past[~chosen].sum()),
        int(counts[~chosen].sum()),
    )


def _words(total: int, expected: float, share: float, *, rose: bool, likely: bool) -> str:
    """Return the finding and, where there is one, the warning with its remedy."""
    if not total:
        return "The chosen places had no incidents before the action: nothing can fall."
    if not likely:
        return "Regression to the mean is small here: the chosen places were not at a high point."
    fall = f"About {total - expected:.0f} of their {total} incidents ({share:.0%})".replace(
        "%", " %"
    )
    parts = ["Regression to the mean is likely."]
    if share >= _WORTH_A_WARNING:
        parts.append(f"{fall} would be expected to go without any action.")
    if rose:
        parts.append("They had just risen compared with all other places.")
    parts.append("Use control places with the same past level, or a longer window before.")
    return " ".join(parts)


def _check(
    counts: Integers,
    chosen: Flags,
    past: Integers | None,
) -> None:
    """Raise once, naming everything that is wrong with the arrays."""
    faults = []
    if counts.ndim != 1 or chosen.shape != counts.shape or chosen.dtype != np.bool_:
        faults.append(f"chosen must be bool of shape {counts.shape}, not {chosen.shape}")
    if past is not None and past.shape != counts.shape:
        faults.append(f"earlier has shape {past.shape}, before {counts.shape}")
    if chosen.all() or not chosen.any():
        faults.append("some places must be chosen, and some not")
    if faults:
        raise ValueError("; ".join(faults))
