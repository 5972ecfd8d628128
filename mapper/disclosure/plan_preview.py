"""What a release plan hides, before any of it is given: of the months in the files, and to come."""

from collections.abc import Sequence

import pandas as pd

from mapper.base.errors import DisclosureError
from mapper.disclosure.plan_month import month_blocks
from mapper.disclosure.register import StoredRelease
from mapper.disclosure.release_plan import AUDIENCE, LEVELS, PLANNED, ReleasePlan
from mapper.disclosure.rules import AudienceRule, rules
from mapper.disclosure.suppression import print_limits
from mapper.incidents.table import Incidents

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

    Columns ``month``, ``lens``, ``level``, ``counts`` and ``hidden``, one row each. Nothing is
    released or kept.
    """
    rule, found = rules().audiences[AUDIENCE], []
    for month in plan.months:
        try:
            blocks = month_blocks(plan, incidents, month)
        except DisclosureError:  # not in the files, or not whole: still to come
            continue
        found.append(hidden_shares(blocks, rule).assign(month=month))
    columns = ["month", "lens", "level", "counts", "hidden"]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)


def shares_in_words(plan: ReleasePlan, seen: pd.DataFrame) -> list[str]:
    """Return a line for each lens: what share of its counts is hidden, month by month at most."""
    lines = []
    for lens in (one.title for one in plan.load_lenses()):
        of_lens = seen[(seen["lens"] == lens) & (seen["counts"] > 0)]
        told = []
        for level in reversed(LEVELS[1:]):
            some = of_lens[of_lens["level"] == level]
            share = some["hidden"] / some["counts"]
            if len(some):
                told.append(f"{_span(share.min(), share.max())} of {_MANY[level]}")
        lines.append(f"{lens}: hidden {', '.join(told) or 'nothing: no whole month is known'}")
    known = seen["month"].nunique()
    left = len(plan.months) - known
    if known and left:
        lines.append(f"The {left} months still to come are to be expected as the {known} known.")
    return lines


def _span(least: float, most: float) -> str:
    """Return two shares in words."""
    low, high = f"{least:.0%}", f"{most:.0%}"
    return low if low == high else f"{low} to {high}"
