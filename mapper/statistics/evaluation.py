"""What works: counts before and after an action, set against control places and a buffer.

Three measures of the same thing, because partners know different ones:

- **ratio of ratios**: how the treated places moved compared with the control places, with an exact
  interval; the main answer here. It assumes that without the action both would have moved by the
  same share.
- **weighted displacement difference** (WDD): incidents avoided, in incidents; it assumes that both
  would have moved by the same number, so controls should be of about the same size.
- **weighted displacement quotient** (WDQ): whether the buffer's change adds to the effect or takes
  from it; it has no interval, and no meaning unless the treated places did better than the control.

What can mislead: places chosen because they were at a high point fall by themselves (see
:mod:`mapper.statistics.regression_to_mean`), repeat calls to one address make every interval too
narrow, and more reporting can look like more harm.

Sources: Bowers & Johnson (2003), Journal of Quantitative Criminology 19; Wheeler & Ratcliffe
(2018), Crime Science 7:11; Cornfield (1956) for the exact interval.
"""

from dataclasses import dataclass
from math import inf, isinf, nan, sqrt

import numpy as np
from scipy.special import ndtri

from mapper.statistics.change import describe_ratio
from mapper.statistics.intervals import (
    RatioOfRatios,
    check_lengths,
    check_share,
    rate_ratio_interval,
    ratio_of_ratios,
    whole_counts,
)


@dataclass(frozen=True)
class BeforeAfter:
    """Incidents in the same places in the window before and the window after."""

    before: int
    after: int

    def __post_init__(self) -> None:
        whole_counts([self.before, self.after], name="before and after")


@dataclass(frozen=True)
class RateRatio:
    """The rate after over the rate before, of one group of places, with its exact interval."""

    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class DisplacementQuotient:
    """Weighted displacement quotient; ``value`` is missing where it has no meaning."""

    value: float
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


@dataclass(frozen=True)
class Evaluation:
    """Everything said about one action; None where no buffer was given."""

    change: RateRatio  # the treated places alone
    effect: RatioOfRatios  # treated against control
    spillover: RatioOfRatios | None  # buffer against control
    quotient: DisplacementQuotient | None
    difference: DisplacementDifference
    words: tuple[str, ...]  # one plain sentence each: effect, buffer


def evaluate_action(
    treated: BeforeAfter,
    control: BeforeAfter,
    *,
    buffer: BeforeAfter | None = None,
    buffer_control: BeforeAfter | None = None,
    before_length: float = 1.0,
    after_length: float = 1.0,
    confidence: float = 0.95,
) -> Evaluation:
    """Evaluate one action from counts before and after.

    The ratio of ratios does not depend on the lengths of the windows, as the control shares them.
    The difference takes in the buffer only where the buffer has a control of its own; otherwise a
    general fall would be counted as an effect of the action.

    Parameters
    ----------
    treated, control, buffer
        Whole incident counts of the places acted on, of places left alone, and of the ring around
        the treated ones.
    buffer_control
        Counts of places comparable with the buffer; without them the buffer is set against
        ``control``.
    before_length, after_length
        Lengths of the windows in any one unit.
    confidence
        Of every interval.

    Raises
    ------
    ValueError
        When a length or the confidence is out of range, or the buffer's control comes without a
        buffer.
    """
    check_lengths(before_length, after_length)
    check_share(confidence, name="confidence")
    if buffer_control and not buffer:
        raise ValueError("buffer_control was given without a buffer")
    effect = compare_places(treated, control, confidence=confidence)
    spillover = quotient = None
    words = [describe_effect(effect)]
    if buffer is not None:
        spillover = compare_places(buffer, buffer_control or control, confidence=confidence)
        quotient = weighted_displacement_quotient(treated, buffer, control)
        words.append(describe_spillover(effect, spillover))
    lengths = {"before_length": before_length, "after_length": after_length}
    difference = weighted_displacement_difference(
        treated,
        control,
        buffer=buffer if buffer_control else None,
        buffer_control=buffer_control,
        confidence=confidence,
        **lengths,
    )
    change = rate_ratio(treated, confidence=confidence, **lengths)
    return Evaluation(change, effect, spillover, quotient, difference, tuple(words))


def rate_ratio(
    places: BeforeAfter,
    *,
    before_length: float = 1.0,
    after_length: float = 1.0,
    confidence: float = 0.95,
) -> RateRatio:
    """Return (after / after_length) / (before / before_length) with its exact interval."""
    low, high = rate_ratio_interval(
        np.array([places.before]),
        np.array([places.after]),
        before_length=before_length,
        after_length=after_length,
        confidence=confidence,
    )
    scale = before_length / after_length
    ratio = places.after / places.before * scale if places.before else inf
    return RateRatio(ratio if places.before or places.after else nan, float(low[0]), float(high[0]))


def compare_places(
    places: BeforeAfter, control: BeforeAfter, *, confidence: float = 0.95
) -> RatioOfRatios:
    """Return how some places moved compared with the control: (P1/P0) / (C1/C0)."""
    return ratio_of_ratios(
        places.before, places.after, control.before, control.after, confidence=confidence
    )


def weighted_displacement_quotient(
    treated: BeforeAfter, buffer: BeforeAfter, control: BeforeAfter
) -> DisplacementQuotient:
    """Return WDQ = [(B1/C1) - (B0/C0)] / [(R1/C1) - (R0/C0)].

    It has a meaning only where the denominator is below 0, that is where the treated places did
    better than the control, and the control has incidents in both windows. Above 1 the buffer
    gained more than the treated places; from 0 to 1 it gained too; from -1 to 0 it lost, by less
    than was gained; below -1 it lost more than was gained. R 100 to 60, B 80 to 70 and C 200 to
    190 give 0.171.
    """
    if not (control.before and control.after):
        words = "No quotient: the control places need incidents both before and after."
        return DisplacementQuotient(nan, nan, nan, words)
    response = treated.after / control.after - treated.before / control.before
    around = buffer.after / control.after - buffer.before / control.before
    # whole numbers decide the sign, so that "no change" is not a rounding error above or below 0
    if treated.after * control.before >= treated.before * control.after:
        words = "No quotient: the treated places did no better than the control places."
        return DisplacementQuotient(nan, response, around, words)
    value = around / response
    return DisplacementQuotient(value, response, around, _quotient_words(value))


def weighted_displacement_difference(
    treated: BeforeAfter,
    control: BeforeAfter,
    *,
    buffer: BeforeAfter | None = None,
    buffer_control: BeforeAfter | None = None,
    before_length: float = 1.0,
    after_length: float = 1.0,
    confidence: float = 0.95,
) -> DisplacementDifference:
    """Return WDD = (R1 - R0) - (C1 - C0) [+ (B1 - B0) - (BC1 - BC0)].

    Its variance is the sum of all counts, its interval normal. Where the windows differ in length
    the before counts are first brought to the after window's length, f = L1/L0, and their
    variance grows by f squared. A missing buffer or buffer control adds nothing; a buffer without
    a control of its own is thus taken to have stayed as it was otherwise.
    """
    check_lengths(before_length, after_length)
    check_share(confidence, name="confidence")
    scale = after_length / before_length
    signs = ((treated, 1), (control, -1), (buffer, 1), (buffer_control, -1))
    terms = [(places, sign) for places, sign in signs if places]
    value = sum(sign * (places.after - scale * places.before) for places, sign in terms)
    error = sqrt(sum(places.after + scale**2 * places.before for places, _ in terms))
    reach = float(ndtri((1 + confidence) / 2)) * error
    return DisplacementDifference(value, error, value - reach, value + reach)


def is_clear(ratio: RatioOfRatios | RateRatio) -> bool:
    """Return whether the interval leaves out 1."""
    return ratio.high < 1 or ratio.low > 1


def describe_effect(effect: RatioOfRatios) -> str:
    """Return the effect as one plain sentence."""
    if is_clear(effect):
        return f"Compared with the control places, incidents are {_moved(effect)}."
    return f"No clear effect: {_range_words(effect)} would fit the counts."


def describe_spillover(effect: RatioOfRatios, spillover: RatioOfRatios) -> str:
    """Return displacement or diffusion as one plain sentence."""
    if not is_clear(spillover):
        return f"No clear change around the treated places: {_range_words(spillover)} would fit."
    around = f"around the treated places incidents are {_moved(spillover)}"
    if effect.high >= 1:
        return (
            f"Compared with the control places, {around}, though no benefit is clear to explain it."
        )
    if spillover.high < 1:
        return f"Diffusion of benefit is likely: {around}, too."
    return f"Displacement is likely: {around}."


def _moved(ratio: RatioOfRatios) -> str:
    """Return a clear ratio in words; where a count is 0 only the limit means anything."""
    if ratio.ratio == 0:
        return f"down by at least {1 - ratio.high:.0%}".replace("%", " %")
    return describe_ratio(ratio.ratio, ratio.low, ratio.high)


def _range_words(ratio: RatioOfRatios) -> str:
    """Return an interval that holds 1 in words."""
    low = f"a fall of {1 - ratio.low:.0%}".replace("%", " %")
    high = "any rise" if isinf(ratio.high) else f"a rise of {ratio.high - 1:.0%}".replace("%", " %")
    return f"anything from {low} to {high}"


def _quotient_words(value: float) -> str:
    """Return what a quotient with a meaning says."""
    if value > 1:
        return "The buffer gained more than the treated places (diffusion of benefit)."
    if value > 0:
        return "The buffer gained too, by less than the treated places (diffusion of benefit)."
    if value == 0:
        return "The buffer moved as the control places did."
    if value >= -1:
        return "The buffer lost, by no more than the treated places gained (some displacement)."
    return "The buffer lost more than the treated places gained (displacement)."
