"""Answers out of a release plan: sums of the blocks that were given, and what else may be asked.

A map or a table over whole months, through a lens of the plan and over its ground or a part of it,
is the sum of blocks that its audience holds already. So it is printed without a check, and
registers nothing.

Whatever else touches the days of a plan is answered with the nearest choice that is such a sum, so
that the order in which people ask spoils nothing. What is for the public is checked beside the
blocks, by the ordinary check, once they were given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mapper.base.text import period_in_words
from mapper.base.types import Integers
from mapper.disclosure.lens_pieces import lens_pieces
from mapper.disclosure.plan_month import given_months, public_level_names
from mapper.disclosure.refusal import months_around
from mapper.disclosure.register import UNLIMITED, AudienceHoldings, Selection, StoredRelease
from mapper.disclosure.release_plan import (
    AUDIENCE,
    LEVELS,
    PLANNED,
    ReleasePlan,
    months_between,
    release_plan,
)
from mapper.disclosure.rules import READ_BY, AudienceRule
from mapper.disclosure.suppression import Printed, print_limits
from mapper.grid.hexagons import strings_to_cells
from mapper.questions.finding import Finding, Ground, Measure

Limits = tuple[Integers, Integers]
_LEVEL_WORDS = {
    "cell": "cells of resolution {resolution}",
    "ward": "wards",
    "district": "districts",
    "area": "the area",
}


@dataclass(frozen=True, eq=False)
class Planned:
    """What a plan answers: counts as they are printed, or what to choose instead."""

    printed: Mapping[str, Printed]
    refusal: str = ""


def by_plan(
    finding: Finding,
    measures: Sequence[Measure],
    *,
    rule: AudienceRule,
    held: Sequence[AudienceHoldings],
) -> Planned | None:
    """Return what this installation's plan says to a map or a table; nothing where it says nothing.

    Parameters
    ----------
    measures
        What each count column counts, with the days that were asked for.
    held
        What each audience holds that will read it, its own first.
    """
    ground = finding.ground
    if ground is None or AUDIENCE not in _readers(rule):
        return None
    own = [one for one in held[0].releases if one.audience == rule.audience]
    blocks = [one for one in own if PLANNED in one.filters]
    if blocks and np.unique(ground.place_of_row).size == len(finding.table):
        told = {one.column: _told(one, ground, blocks) for one in measures}
        if any(limits is not None for limits in told.values()):
            return Planned(_printed(told, ground, rule))
    plan = release_plan()
    if plan is None:
        return None
    touched = {
        month
        for one in measures
        for month in months_between(max(one.first, plan.first), min(one.last, plan.last))
    }
    given = given_months(plan, [one for reader in held for one in reader.releases])
    speaks = rule.audience in plan.audiences or not touched <= set(given)
    if touched and speaks and _shares_ground(plan, finding, ground):
        return Planned({}, _offer(plan, measures, given, rule))
    return None


def _readers(rule: AudienceRule) -> tuple[str, ...]:
    """Return the audiences that read what one is given."""
    return tuple(reader for reader, read in READ_BY.items() if rule.audience in read)


def _shares_ground(plan: ReleasePlan, finding: Finding, ground: Ground) -> bool:
    """Tell whether a finding speaks of ground of the plan; yes where that cannot be told."""
    area = plan.load_area()
    if finding.resolution != area.resolution:
        return True
    return bool(np.isin(ground.cells, area.cells["cell"].to_numpy()).any())


def _selection(measure: Measure) -> Selection:
    """Return which incidents a column counts."""
    return Selection(measure.include, measure.exclude)


def _same(one: Selection, other: Selection) -> bool:
    """Tell whether two lenses take the same incidents, however they are written."""
    if one == other:
        return True
    pieces = lens_pieces((one, other))
    return bool(len(pieces) and pieces.all())


def _told(measure: Measure, ground: Ground, blocks: Sequence[StoredRelease]) -> Limits | None:
    """Return the least and most of a column at each place, where it is a sum of blocks."""
    if months_around(measure.first, measure.last) != (measure.first, measure.last):
        return None
    selection = _selection(measure)
    mine = [one for one in blocks if _same(one.selection, selection)]
    for level in LEVELS:
        of_level = {one.first: one for one in mine if one.filters[PLANNED] == level}
        months = [of_level.get(one) for one in months_between(measure.first, measure.last)]
        found = [one for one in months if one is not None]
        if not found or len(found) < len(months) or len({one.cells for one in found}) > 1:
            return None
        place = _place_of(found[0], ground)
        if place is not None:
            return _added(found, place)
    return None


def _place_of(told: StoredRelease, ground: Ground) -> Integers | None:
    """Return the place that each region lies in, -1 for none; nothing where one is cut."""
    known = strings_to_cells(np.array(told.cells, dtype=object))
    if not np.isin(ground.cells, known).all():
        return None
    of_cell = np.full(known.size, -1, dtype=np.int64)
    of_cell[np.searchsorted(known, ground.cells)] = ground.place
    of_region = np.full(told.low.size, -1, dtype=np.int64)
    of_region[told.region] = of_cell
    return of_region if np.array_equal(of_region[told.region], of_cell) else None


def _added(months: Sequence[StoredRelease], place: Integers) -> Limits:
    """Return sums over months and regions by place."""
    inside = place >= 0
    size = int(place.max(initial=-1)) + 1
    low, high = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for one in months:
        np.add.at(low, place[inside], one.low[inside])
        np.add.at(high, place[inside], one.high[inside])
    return low, high


def _printed(
    told: Mapping[str, Limits | None], ground: Ground, rule: AudienceRule
) -> dict[str, Printed]:
    """Return each column as it is printed, row by row; what is no sum of blocks is withheld."""
    rows = ground.place_of_row
    nothing = np.zeros(rows.size, dtype=np.int64), np.full(rows.size, UNLIMITED)
    printed = {}
    for column, limits in told.items():
        low, high = nothing if limits is None else (limits[0][rows], limits[1][rows])
        printed[column] = print_limits(low, high, rule)
    return printed


def _offer(
    plan: ReleasePlan, measures: Sequence[Measure], given: Sequence[date], rule: AudienceRule
) -> str:
    """Return what to choose instead: the nearest sum of blocks, or what has to be given first."""
    to = rule.audience if rule.audience in plan.audiences else AUDIENCE
    names = ", ".join(f"“{lens.title}”" for lens in plan.lenses_of(to))
    levels = LEVELS if to == AUDIENCE else public_level_names(plan)
    *finer, widest = [_LEVEL_WORDS[one] for one in reversed(levels)]
    where = f"{', '.join(finer)} or {widest}".format(resolution=plan.resolution)
    first, last = min(one.first for one in measures), max(one.last for one in measures)
    begun = (
        f"Not released to the {rule.audience} audience: the release plan speaks for these days, in"
        f" whole months of {names}, by {where}."
    )
    asked = set(months_between(first, last))
    missing = [month for month in plan.months if month in asked and month not in given]
    if missing:
        return f"{begun} {_months(missing)} must be given first (mapper release-plan give)."
    near = [month for month in plan.months if month in asked]
    return f"{begun} Choose {_months(near)} and one of these lenses: that is shown at once."


def _months(months: Sequence[date]) -> str:
    """Return months that follow one another in words."""
    return period_in_words(months[0], months_around(months[-1], months[-1])[1])
