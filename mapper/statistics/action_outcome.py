"""What can be said of an action: codes decided on outcomes, and the sentence of each code.

The outcome of the treated places and of the ring around them is set against what they were
expected to have (:mod:`mapper.statistics.expectation`). A failed assumption replaces the finding:
places that rose or fell beyond chance just before the action, or that have no like, are told
nothing of. Displacement and spread of benefit are told only where the treated places clearly fell
and the interval of the ring leaves out 1.

What can still mislead: more reporting can look like more harm, and something else may have begun
in the same places on the same day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Literal

from mapper.statistics.change import describe_ratio
from mapper.statistics.evaluation import (
    BeforeAfter,
    DisplacementDifference,
    DisplacementQuotient,
    RateRatio,
    rate_ratio,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)
from mapper.statistics.expectation import FEWEST_ALIKE, Outcome
from mapper.statistics.fewest import FEWEST_INCIDENTS
from mapper.statistics.placebo_evaluation import Ledger

_ANY_RISE = 20.0  # a limit from here on is told as none

EffectCode = Literal[
    "fewer",
    "more",
    "no clear effect",
    "rose before",
    "fell before",
    "none alike",
    "too few",
    "data at fault",
]
RingCode = Literal["displacement", "spread of benefit", "no clear change", "not asked"]
CANNOT_BE_TOLD: frozenset[EffectCode] = frozenset(
    {"rose before", "fell before", "none alike", "too few", "data at fault"}
)


@dataclass(frozen=True)
class Evaluation:
    """All that is told of one action; None where there is no buffer, no control or no verdict."""

    effect: EffectCode
    ring: RingCode
    treated: Outcome
    buffer: Outcome | None
    change: RateRatio
    quotient: DisplacementQuotient | None
    difference: DisplacementDifference | None
    dispersion: float  # variance over mean of the treated places' months or weeks
    fault: str = ""  # why the data itself forbids a verdict

    @property
    def headline(self) -> str:
        """What is said of the treated places."""
        if self.effect == "data at fault":
            return f"Cannot be told: {self.fault}"
        return describe_effect(self.effect, self.treated)

    @property
    def words(self) -> tuple[str, ...]:
        """What is said: of the treated places and, where there is a buffer, of the ring."""
        told = [self.headline, describe_ring(self.ring, self.buffer)]
        return tuple(each for each in told if each)


def evaluate_ledgers(
    treated: Ledger,
    buffer: Ledger | None,
    sums: Mapping[str, BeforeAfter],
    *,
    before_length: float = 1.0,
    after_length: float = 1.0,
    confidence: float = 0.95,
    fault: str = "",
) -> Evaluation:
    """Return all that is told of an action.

    Parameters
    ----------
    sums
        Incidents by part: treated, and where there are any buffer, control, buffer control.
    before_length, after_length
        Lengths of the windows in any one unit.
    fault
        Why the data itself forbids a verdict; empty where it does not.
    """
    outcome = treated.outcome(confidence=confidence)
    around = buffer.outcome(confidence=confidence) if buffer else None
    effect = effect_code(outcome, incidents=treated.incidents, confidence=confidence)
    if fault:
        effect = "data at fault"
    lengths = {"before_length": before_length, "after_length": after_length}
    chance = {"dispersion": outcome.dispersion, "confidence": confidence}
    acted, control, ring = sums["treated"], sums.get("control"), sums.get("buffer")
    beside = sums.get("buffer control")
    quotient = difference = None
    if control and effect not in CANNOT_BE_TOLD:
        difference = weighted_displacement_difference(
            acted,
            control,
            buffer=ring if beside else None,
            buffer_control=beside,
            **lengths,
            **chance,
        )
        quotient = weighted_displacement_quotient(acted, ring, control, **chance) if ring else None
    return Evaluation(
        effect=effect,
        ring=ring_code(effect, around, confidence=confidence),
        treated=outcome,
        buffer=around,
        change=rate_ratio(acted, dispersion=treated.dispersion, confidence=confidence, **lengths),
        quotient=quotient,
        difference=difference,
        dispersion=treated.dispersion,
        fault=fault,
    )


def effect_code(treated: Outcome, *, incidents: int, confidence: float = 0.95) -> EffectCode:
    """Return what can be said of the treated places.

    Parameters
    ----------
    incidents
        In the treated places, history, before and after together.
    """
    if incidents < FEWEST_INCIDENTS:
        return "too few"
    if treated.alike < FEWEST_ALIKE:
        return "none alike"
    if treated.rise_p <= 1 - confidence:
        return "rose before" if treated.rise > 1 else "fell before"
    if not is_clear(treated, confidence=confidence):
        return "no clear effect"
    return "fewer" if treated.high < 1 else "more"


def ring_code(effect: EffectCode, ring: Outcome | None, *, confidence: float = 0.95) -> RingCode:
    """Return what can be said of the ring; nothing where no fall is clear that it could explain."""
    if ring is None or effect != "fewer":
        return "not asked"
    firm = ring.alike >= FEWEST_ALIKE and ring.rise_p > 1 - confidence
    if not (firm and is_clear(ring, confidence=confidence)):
        return "no clear change"
    return "displacement" if ring.low > 1 else "spread of benefit"


def is_clear(outcome: Outcome, *, confidence: float = 0.95) -> bool:
    """Tell whether the interval leaves out 1 and the place among placebo places agrees."""
    return outcome.p <= 1 - confidence and (outcome.high < 1 or outcome.low > 1)


def describe_effect(code: EffectCode, treated: Outcome) -> str:
    """Return what is said of the treated places, as one plain sentence."""
    seen, expected = f"{treated.seen:,.0f}", f"{treated.expected:,.0f}"
    if code in {"fewer", "more"}:
        return (
            f"{seen} against {expected} expected: {_moved(treated)}."
            f" Of {treated.alike:,} comparable places where nothing was done, about"
            f" {max(100 * treated.p, 1):.0f} in 100 were as far off."
        )
    if code == "no clear effect":
        return (
            f"No clear effect: {seen} against {expected} expected;"
            f" {_range_words(treated)} would fit."
        )
    if code == "too few":
        return (
            f"Cannot be told: fewer than {FEWEST_INCIDENTS} incidents lie in these places before"
            " and after. Take more places or longer windows."
        )
    if code == "none alike":
        return (
            f"Cannot be told: too few comparable places or dates without the action"
            f" ({treated.alike:,}) were found, and {FEWEST_ALIKE} are needed to judge by. Take"
            " fewer places at once, or"
            " give files that reach further back."
        )
    if code == "rose before":
        return (
            "Cannot be told: these places rose beyond chance just before the action, and places"
            " that rise fall back without any. Judge by a later window, or by places that did not."
        )
    return (
        "Cannot be told: these places were falling beyond chance before the action began, so a"
        " fall after it may be the same one. Judge by a later window."
    )


def describe_ring(code: RingCode, ring: Outcome | None) -> str:
    """Return what is said of the ring, as one plain sentence; empty without a ring."""
    if ring is None:
        return ""
    if code == "not asked":
        return "No clear fall, so nothing is said of displacement or of a spread of benefit."
    if code == "no clear change":
        return (
            "No clear change around the treated places:"
            f" {_range_words(ring)} against what was expected there would fit."
        )
    likely = "Displacement is" if code == "displacement" else "A spread of benefit is"
    return f"{likely} likely: around the treated places incidents are {_moved(ring)}."


def moved_share(treated: Outcome, ring: Outcome | None) -> float:
    """Return the ring's gain over its expectation as a share of what the treated places lost."""
    lost = treated.expected - treated.seen
    return (ring.seen - ring.expected) / lost if ring is not None and lost > 0 else nan


def _moved(outcome: Outcome) -> str:
    """Return a clear ratio in words; where nothing was seen only the limit means anything."""
    if not outcome.seen:
        return f"down by at least {1 - outcome.high:.0%}".replace("%", " %")
    return describe_ratio(outcome.ratio, outcome.low, outcome.high)


def _range_words(outcome: Outcome) -> str:
    """Return an interval in words."""
    low = f"a fall of {1 - min(outcome.low, 1):.0%}".replace("%", " %")
    if outcome.high > _ANY_RISE:
        return f"anything from {low} to any rise"
    high = f"a rise of {max(outcome.high, 1) - 1:.0%}".replace("%", " %")
    return f"anything from {low} to {high}"
