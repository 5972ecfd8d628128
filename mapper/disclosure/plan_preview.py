"""What a release plan hides, before any of it is given: of the months in the files, and to come."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from mapper.base.text import count
from mapper.disclosure.plan_month import holds_month, month_blocks
from mapper.disclosure.register import StoredRelease
from mapper.disclosure.release_plan import LEVELS, PLANNED, PUBLIC, ReleasePlan, months_between
from mapper.disclosure.rules import AudienceRule, rules
from mapper.disclosure.suppression import print_limits
from mapper.incidents.table import Incidents

_LATEST = 3  # months looked at where none of the plan's is known
_MANY = {"cell": "cells", "ward": "wards", "district": "districts", "area": "areas"}


def hidden_shares(blocks: Sequence[StoredRelease], rule: AudienceRule) -> pd.DataFrame:
    """Return, by lens and level, how many counts other than 0 there are and how many are hidden.

    Hidden is a count that no number is printed of: "fewer than 5", or "2 to 8".
    """
    rows = []
    for one in blocks:
        printed = print_limits(one.low, one.high, rule)
        rows.append((one.title, one.filters[PLANNED], printed.numbers, int(printed.unsaid.sum())))
    return pd.DataFrame(rows, columns=["lens", "level", "counts", "hidden"])


def preview_plan(plan: ReleasePlan, incidents: Incidents) -> pd.DataFrame:
    """Return what each month of a plan that the files hold whole hides, by lens and level.

    Where they hold none of them, the latest months that they hold: those to come will be alike.
    Columns ``month``, ``audience``, ``lens``, ``level``, ``counts`` and ``hidden``, one row each.
    Nothing is released or kept.

    Raises
    ------
    MapperError
        As :func:`mapper.disclosure.plan_month.month_blocks`.
    """
    found = []
    for month in _months_known(plan, incidents):
        blocks = month_blocks(plan, incidents, month)
        for audience in plan.audiences:
            of = [one for one in blocks if one.audience == audience]
            shares = hidden_shares(of, rules().audiences[audience])
            found.append(shares.assign(month=month, audience=audience))
    columns = ["month", "audience", "lens", "level", "counts", "hidden"]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)


def _months_known(plan: ReleasePlan, incidents: Incidents) -> list[date]:
    """Return the months of a plan that the files hold whole, or else their own latest ones."""
    start = incidents.table["start"]
    if start.empty:
        return []
    reached = months_between(start.min().date(), start.max().date())
    whole = [month for month in reached if holds_month(incidents, month)]
    return [month for month in plan.months if month in whole] or whole[-_LATEST:]


def shares_in_words(plan: ReleasePlan, seen: pd.DataFrame) -> list[str]:
    """Return a line for each lens: what share of its counts is hidden, month by month at most."""
    lines = []
    asked = [
        (audience, one.title) for audience in plan.audiences for one in plan.lenses_of(audience)
    ]
    for audience, lens in asked:
        of_lens = seen[(seen["audience"] == audience) & (seen["lens"] == lens)]
        of_lens = of_lens[of_lens["counts"] > 0]
        told = []
        for level in reversed(LEVELS[1:]):
            some = of_lens[of_lens["level"] == level]
            share = some["hidden"] / some["counts"]
            if len(some):
                told.append(f"{_span(share.min(), share.max())} of {_MANY[level]}")
        if told:
            to = ", published" if audience == PUBLIC else ""
            lines.append(f"{lens}{to}: hidden {', '.join(told)}")
    return [*lines, *_to_come(plan, seen)]


def _to_come(plan: ReleasePlan, seen: pd.DataFrame) -> list[str]:
    """Say what is to be expected of months that are not in the files."""
    known = sorted(set(seen["month"]))
    left = len(set(plan.months) - set(known))
    if not known:
        return ["How much is hidden cannot be told yet: the files hold no whole month."]
    if not left:
        return []
    first, last = f"{known[0]:%B %Y}", f"{known[-1]:%B %Y}"
    span = first if first == last else f"{first} to {last}"
    return [
        f"That is {span}; the {count(left, 'month')} still to come can be expected to be alike."
    ]


def _span(least: float, most: float) -> str:
    """Return two shares in words."""
    low, high = f"{least:.0%}", f"{most:.0%}"
    return low if low == high else f"{low} to {high}"
