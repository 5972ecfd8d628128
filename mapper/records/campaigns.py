"""What a campaign reached: places visited and untouched, outreach counted, actions by agency.

A place is **visited** when a day of outreach with at least one session, contact, leaflet or person
briefed is counted there, or an action at it is done. It is **untouched** otherwise. Coverage is the
share of planned places that were visited: it says where people went, not what came of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd

from mapper.areas.study_area import StudyArea
from mapper.base.text import count, day_in_words
from mapper.context.deprivation import DeprivationReach, deprivation_reach
from mapper.records.actions import PlannedAction, actions_of, overdue
from mapper.records.form import Content
from mapper.records.versions import Version

COUNTED: Mapping[str, str] = MappingProxyType(
    {
        "sessions": "Sessions held",
        "briefed": "Staff briefed",
        "contacts": "People reached",
        "leaflets": "Leaflets given",
    }
)
TABLE_COLUMNS = (
    *("place", "action", "agency", "owner", "due", "state", "days_late", "done_on", "outcome"),
)


_EACH: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "sessions": ("session held", "sessions held"),
        "briefed": ("member of staff briefed", "staff briefed"),
        "contacts": ("person reached", "people reached"),
        "leaflets": ("leaflet given", "leaflets given"),
    }
)


@dataclass(frozen=True)
class CampaignCoverage:
    """Where a campaign went, by the names of its places in their order."""

    planned: tuple[str, ...]
    visited: tuple[str, ...]

    @property
    def untouched(self) -> tuple[str, ...]:
        """Planned and not visited."""
        return tuple(name for name in self.planned if name not in self.visited)

    @property
    def words(self) -> str:
        """Return how much is covered: 3 of 8 places visited."""
        return f"{len(self.visited)} of {count(len(self.planned), 'place')} visited"


def coverage(content: Content) -> CampaignCoverage:
    """Return which planned places were visited and which are untouched."""
    planned = tuple(dict.fromkeys(row["place"] for row in content.get("places", ())))
    counted = {
        row["place"] for row in content.get("outreach", ()) if any(row.get(n) for n in COUNTED)
    }
    done = {one.place for one in actions_of(content) if one.status == "done"}
    return CampaignCoverage(planned, tuple(name for name in planned if name in counted | done))


def has_begun(content: Content, today: date) -> bool:
    """Tell whether the first day has come, or a place was visited before it."""
    first = content.get("first")
    return not first or today >= date.fromisoformat(first) or bool(coverage(content).visited)


def untouched_in_words(content: Content, today: date, names: Iterable[str] | None = None) -> str:
    """Return which places are untouched, or that none counts as that before the first day.

    ``names`` is how these are called where there is room for little.
    """
    if not has_begun(content, today):
        begins = day_in_words(date.fromisoformat(content["first"]))
        return f"Begins on {begins}: before that no place counts as untouched"
    called = coverage(content).untouched if names is None else names
    return f"Untouched: {'; '.join(called) or 'none'}"


def cells_of(content: Content, names: Iterable[str]) -> frozenset[str]:
    """Return the cells of some places of a campaign, each once."""
    wanted = set(names)
    rows = (row for row in content.get("places", ()) if row["place"] in wanted)
    return frozenset(cell for row in rows for cell in row.get("cells", ()))


def reach_of(content: Content, area: StudyArea) -> DeprivationReach:
    """Return how far a campaign reaches the most deprived of its places."""
    covered = coverage(content)
    cells = {name: cells_of(content, [name]) for name in covered.planned}
    return deprivation_reach(area, cells, covered.visited)


def as_intervention(one: Version) -> Version:
    """Return a campaign as one intervention over the ground of all its places; others as they are.

    Its verdict is of the whole: places that were chosen together are told together.
    """
    if one.kind != "campaign":
        return one
    every = sorted(cells_of(one.content, coverage(one.content).planned))
    return replace(one, content=MappingProxyType({**one.content, "cells": every}))


def judged_by_reach(content: Content) -> bool:
    """Tell whether a campaign cannot show in incidents and is judged by reach and coverage."""
    return bool(content.get("judged") == "reach and coverage")


def reach_in_words(content: Content) -> str:
    """Return the verdict of a campaign that is judged by reach and coverage."""
    told = _counted_words(content)
    return (
        f"Judged by reach and coverage: {coverage(content).words};"
        f" {', '.join(told) or 'no outreach counted yet'}. Incidents of this kind are too few at"
        " its places for any fall to show within months, so none is looked for: this says whom it"
        " reached, not what it prevented."
    )


def reached(content: Content, *, place: str | None = None) -> dict[str, int]:
    """Return the sums of what outreach counted, of all places or of one."""
    rows = [r for r in content.get("outreach", ()) if place is None or r["place"] == place]
    return {name: sum(int(row.get(name, 0)) for row in rows) for name in COUNTED}


def _counted_words(content: Content, *, beside: str = "") -> list[str]:
    """Return what outreach counted in words, but for one sum that is told elsewhere."""
    sums = reached(content)
    return [
        count(sums[name], *nouns) for name, nouns in _EACH.items() if sums[name] and name != beside
    ]


def figures(content: Content, today: date) -> tuple[tuple[str, str], ...]:
    """Return the three figures of a campaign's page, each a value and what it is."""
    covered = coverage(content)
    actions = [one for one in actions_of(content) if one.is_wanted]
    done = sum(one.status == "done" for one in actions)
    late = len(overdue(actions, today))
    told = _counted_words(content, beside="contacts")
    return (
        (f"{len(covered.visited)} of {len(covered.planned)}", "places visited"),
        (f"{done} of {len(actions)}", f"actions done, {late or 'none'} late"),
        (
            f"{reached(content)['contacts']:,}",
            "people reached" + (f" ({', '.join(told)})" if told else ""),
        ),
    )


def action_table(actions: Iterable[PlannedAction], today: date) -> pd.DataFrame:
    """Return actions for reading, latest first, then by their day: ``TABLE_COLUMNS``."""
    order = sorted(actions, key=lambda one: (-one.days_late(today), one.due or date.max))
    rows = [
        (one.place, one.action, one.agency, one.owner, one.due, _state(one, today),
         one.days_late(today), one.done_on, one.note)
        for one in order
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS))


def place_table(content: Content) -> pd.DataFrame:
    """Return the places of a campaign with what was counted at each, untouched ones first."""
    covered = coverage(content)
    actions = actions_of(content)
    rows: list[dict[str, Any]] = []
    for row in content.get("places", ()):
        name = row["place"]
        mine = [one for one in actions if one.place == name and one.is_wanted]
        told = {"place": name, "kind": row.get("kind", ""), "ward": row.get("ward", "")}
        told["lead"] = row.get("lead") or content.get("lead", "")
        state = "visited" if name in covered.visited else "untouched"
        done = sum(one.status == "done" for one in mine)
        sums = reached(content, place=name)
        rows.append({**told, "state": state, "actions": len(mine), "done": done, **sums})
    columns = ["place", "kind", "ward", "lead", "state", "actions", "done", *COUNTED]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("state", kind="stable").reset_index(drop=True)


def _state(one: PlannedAction, today: date) -> str:
    """Return how an action stands, in a word."""
    if one.ended and one.is_wanted and one.status != "done":
        return "ended undone"
    return "late" if one.days_late(today) else one.status
