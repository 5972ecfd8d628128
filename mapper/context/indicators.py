"""Which indicators a place is described by, for each kind of harm.

An indicator is a rule like those of a lens. Its share is taken among a base: all recorded
incidents for county lines, domestic-abuse incidents for domestic abuse.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.base.errors import LensError
from mapper.base.types import Flags
from mapper.lenses.classify import rules_met, rules_not_applied
from mapper.lenses.lens import Condition, Lens, Rule


@dataclass(frozen=True)
class IndicatorSet:
    """The indicators of one kind of harm, and what their shares are taken of."""

    id: str
    title: str
    base: str  # in words: recorded incidents
    base_conditions: tuple[Condition, ...]  # empty: every incident
    indicators: tuple[tuple[str, tuple[tuple[Condition, ...], ...]], ...]  # name, any of these
    public: bool = False  # made for police.uk files, as the lens it describes is


@dataclass(frozen=True, eq=False)
class Indicated:
    """Incidents seen through a set of indicators."""

    names: tuple[str, ...]
    base: Flags  # which incidents shares are taken of, shape (incidents,)
    met: Flags  # shape (indicators, incidents); only incidents of the base
    left_out: tuple[str, ...]  # indicators whose columns the data lacks


COUNTY_LINES = IndicatorSet(
    id="county-lines",
    title="County lines",
    base="recorded incidents",
    base_conditions=(),
    indicators=(
        (
            "Drug supply",
            ((("type", "is", "Drug supply"),), (("crime_code", "is", "92A"),)),
        ),
        ("Linked to a county line", ((("county_line", "is", True),),)),
        ("Exploitation suspected", ((("exploitation", "is", True),),)),
        ("Cuckooing", ((("cuckooing", "is", True),),)),
        ("Missing child", ((("missing_child", "is", True),),)),
        ("Young person carrying a knife", ((("knife", "is", True), ("young_person", "is", True)),)),
        ("At a travel hub", ((("travel_hub", "is", True),),)),
    ),
)
DOMESTIC_ABUSE = IndicatorSet(
    id="domestic-abuse",
    title="Domestic abuse",
    base="domestic-abuse incidents",
    base_conditions=(("domestic_abuse", "is", True),),
    indicators=(
        ("Repeat victim", ((("repeat_victim", "is", True),),)),
        ("High risk", ((("risk_grade", "in", ("high", "high risk")),),)),
        (
            "Child at the address",
            ((("child_at_address", "is", True),), (("baby_at_address", "is", True),)),
        ),
        ("Baby under one at the address", ((("baby_at_address", "is", True),),)),
    ),
)


def indicators_for(lens: Lens) -> IndicatorSet:
    """Return the indicators that describe places under a lens.

    County lines and domestic abuse have their own; any other lens is described by its rules, as
    shares of all recorded incidents. A lens that combines needs is described by which needs met,
    its rules, and by each need alone; one that combines them at a place by each need, its rules.
    """
    if lens.id == COUNTY_LINES.id:
        return COUNTY_LINES
    if lens.id.startswith(DOMESTIC_ABUSE.id):
        return DOMESTIC_ABUSE
    named = {one.name: one.conditions for one in lens.rules}
    named |= {one.name: one.conditions for one in lens.needs}
    rules = tuple((name, (conditions,)) for name, conditions in named.items())
    return IndicatorSet(lens.id, lens.title, "recorded incidents", (), rules, lens.public)


def indicate(table: pd.DataFrame, which: IndicatorSet) -> Indicated:
    """Return which incidents show each indicator.

    Raises
    ------
    LensError
        When the data lacks what the base needs, or every indicator.
    """
    if missing := {column for column, _, _ in which.base_conditions} - set(table):
        raise LensError(
            f"The data has no column for {', '.join(sorted(missing))}, so places cannot be"
            f" described under {which.title}. Add the column, or map it with {{mapping}}.",
            names=("mapping",),
        )
    lens = _as_lens(which)
    met, skipped = rules_met(table, lens), rules_not_applied(table, lens)
    base = met[_BASE]
    names = tuple(dict.fromkeys(name.rsplit(_MARK, 1)[0] for name in met if name != _BASE))
    if not names:
        raise LensError(
            f"The data has no column for any indicator of {which.title}. Choose another lens."
        )
    flags = [
        np.any([met[rule] for rule in met if rule.rsplit(_MARK, 1)[0] == name], axis=0) & base
        for name in names
    ]
    left_out = {name.rsplit(_MARK, 1)[0] for name in skipped} - set(names)
    return Indicated(names, base, np.array(flags), tuple(sorted(left_out)))


_BASE, _MARK = "\0base", "\0"


def _as_lens(which: IndicatorSet) -> Lens:
    """Return the indicators as the rules of a lens, so that one reader tests them all."""
    rules = [Rule(_BASE, 1, "", which.base_conditions)]
    rules += [
        Rule(f"{name}{_MARK}{number}", 1, "", conditions)
        for name, ways in which.indicators
        for number, conditions in enumerate(ways)
    ]
    return Lens(which.id, which.title, "", "", (), tuple(rules), public=which.public)
