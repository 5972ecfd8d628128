"""Measures of an action that partners know by name: rate ratio, WDD and WDQ, with intervals.

- **rate ratio**: the treated places alone, after over before.
- **weighted displacement difference** (WDD): incidents avoided, in incidents; it assumes that
  treated and control would have moved by the same number, so both should be of about one size.
- **weighted displacement quotient** (WDQ): whether the buffer's change adds to the effect or takes
  from it. It has no meaning unless the treated places did better than the control, and is told
  only where its interval (Fieller's) is bounded.

What an action did is judged by :mod:`mapper.statistics.action_outcome`, not by these: control
places that are matched on a noisy count before fall back by themselves, and the treated ones then
seem to rise.

Sources: Bowers & Johnson (2003), Journal of Quantitative Criminology 19; Wheeler & Ratcliffe
(2018), Crime Science 7:11; Fieller (1954), Journal of the Royal Statistical Society B 16.
"""

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
from scipy.special import ndtri

from mapper.statistics.intervals import check_lengths, check_share, whole_counts
from mapper.statistics.period_dispersion import PeriodDispersion
from mapper.statistics.quasi_binomial import quasi_interval


@dataclass(frozen=True)
class BeforeAfter:
    """Incidents in the same places in the window before and the window after."""

    before: int
    after: int

    def __post_init__(self) -> None:
        whole_counts([self.before, self.after], name="before and after")


@dataclass(frozen=True)
class RateRatio:
    """The rate after over the rate before, of one group of places, with its interval."""

    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class DisplacementQuotient:
    """Weighted displacement quotient; ``value`` is missing where it has no meaning."""

    value: float
    low: float  # Fieller's interval; missing where the treated places did not clearly do better
    high: float
    response: float  # R1/C1 - R0/C0, the denominator: below 0 where the action beat the control
    buffer: float  # B1/C1 - B0/C0, the numerator: below 0 where the buffer beat the control
    words: str


@dataclass(frozen=True)
class DisplacementDifference:
    """Weighted displacement difference in incidents of the after window; below 0 is fewer."""

    value: float
    standard_error: float
    low: float
    high: float


def rate_ratio(
    places: BeforeAfter,
    *,
    before_length: float = 1.0,
    after_length: float = 1.0,
    confidence: float = 0.95,
    dispersion: float = 1.0,
) -> RateRatio:
    """Return (after / after_length) / (before / before_length) with its interval."""
    check_lengths(before_length, after_length)
    total = np.array([places.before + places.after])
    known = PeriodDispersion(np.array([dispersion]), np.array([inf]), dispersion)
    share = quasi_interval(np.array([places.after]), total, known, confidence=confidence)
    scale = before_length / after_length
    low, high = (each[0] / (1 - each[0]) * scale if each[0] < 1 else inf for each in share)
    ratio = places.after / places.before * scale if places.before else inf
    return RateRatio(ratio if places.before or places.after else nan, float(low), float(high))


def weighted_displacement_quotient(
    treated: BeforeAfter,
    buffer: BeforeAfter,
    control: BeforeAfter,
    *,
    dispersion: float = 1.0,
    confidence: float = 0.95,
) -> DisplacementQuotient:
    """Return WDQ = [(B1/C1) - (B0/C0)] / [(R1/C1) - (R0/C0)] with its interval.

    It has a meaning only where the denominator is below 0, that is where the treated places did
    better than the control, and the control has incidents in both windows. Above 1 the buffer
    gained more than the treated places; from 0 to 1 it gained too; from -1 to 0 it lost, by less
    than was gained; below -1 it lost more than was gained. R 100 to 60, B 80 to 70 and C 200 to
    190 give 0.171.

    Parameters
    ----------
    dispersion
        Variance over mean of every count.
    """
    check_share(confidence, name="confidence")
    if not (control.before and control.after):
        words = "No quotient: the control places need incidents both before and after."
        return DisplacementQuotient(nan, nan, nan, nan, nan, words)
    response = treated.after / control.after - treated.before / control.before
    around = buffer.after / control.after - buffer.before / control.before
    # whole numbers decide the sign, so that "no change" is not a rounding error above or below 0
    if treated.after * control.before >= treated.before * control.after:
        words = "No quotient: the treated places did no better than the control places."
        return DisplacementQuotient(nan, nan, nan, response, around, words)
    square = float(ndtri((1 + confidence) / 2)) ** 2 * dispersion
    low, high = _fieller(
        (around, response),
        (
            _covariance(buffer, buffer, control),
            _covariance(buffer, treated, control),
            _covariance(treated, treated, control),
        ),
        square,
    )
    value = around / response
    return DisplacementQuotient(value, low, high, response, around, _quotient_words(low, high))


def _covariance(one: BeforeAfter, other: BeforeAfter, control: BeforeAfter) -> float:
    """Return the covariance of two places' changes of share, P1/C1 - P0/C0, of Poisson counts."""
    total = 0.0
    for first, second, base in (
        (one.before, other.before, control.before),
        (one.after, other.after, control.after),
    ):
        total += first * second / base**3 + (first / base**2 if one is other else 0.0)
    return total


def _fieller(
    values: tuple[float, float], spread: tuple[float, float, float], square: float
) -> tuple[float, float]:
    """Return the limits of top / bottom; missing where the bottom is not clear of 0.

    They solve (top - r bottom)^2 = square (v_top - 2 r v_both + r^2 v_bottom).
    """
    (top, bottom), (v_top, v_both, v_bottom) = values, spread
    a = bottom**2 - square * v_bottom
    if a <= 0:
        return nan, nan
    b, c = top * bottom - square * v_both, top**2 - square * v_top
    root = sqrt(max(b**2 - a * c, 0.0))
    return (b - root) / a, (b + root) / a


def weighted_displacement_difference(
    treated: BeforeAfter,
    control: BeforeAfter,
    *,
    buffer: BeforeAfter | None = None,
    buffer_control: BeforeAfter | None = None,
    before_length: float = 1.0,
    after_length: float = 1.0,
    confidence: float = 0.95,
    dispersion: float = 1.0,
) -> DisplacementDifference:
    """Return WDD = (R1 - R0) - (C1 - C0) [+ (B1 - B0) - (BC1 - BC0)].

    Its variance is the sum of all counts times their dispersion, its interval normal. Where the
    windows differ in length the before counts are first brought to the after window's length,
    f = L1/L0, and their variance grows by f squared. A missing buffer or buffer control adds
    nothing; a buffer without a control of its own is thus taken to have stayed as it was otherwise.
    """
    check_lengths(before_length, after_length)
    check_share(confidence, name="confidence")
    scale = after_length / before_length
    signs = ((treated, 1), (control, -1), (buffer, 1), (buffer_control, -1))
    terms = [(places, sign) for places, sign in signs if places]
    value = sum(sign * (places.after - scale * places.before) for places, sign in terms)
    chance = sum(places.after + scale**2 * places.before for places, _ in terms)
    error = sqrt(dispersion * chance)
    reach = float(ndtri((1 + confidence) / 2)) * error
    return DisplacementDifference(value, error, value - reach, value + reach)


def _quotient_words(low: float, high: float) -> str:
    """Return what a quotient says by its interval."""
    if np.isnan(low):
        return "No quotient: that the treated places did better than the control is not clear."
    if low > 1:
        return "The buffer gained more than the treated places (spread of benefit)."
    if low > 0:
        return "The buffer gained too (spread of benefit)."
    if high < -1:
        return "The buffer lost more than the treated places gained (displacement)."
    if high < 0:
        return "The buffer lost a part of what the treated places gained (some displacement)."
    return "Whether the buffer gained or lost cannot be told."
