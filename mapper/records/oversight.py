"""What a chair looks at: late actions by agency, and where plans and agencies cross.

Two pieces of work are **at one place** when they name the same hot spot, or when at least half of
the cells of the smaller one lie in the other, at the coarser of their two sizes; without cells,
when their places have the same name. Half is a judgement: less, and neighbours would be taken for
one place; more, and a hot spot that drifted by a cell would be two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from mapper.base.text import count
from mapper.grid.area_weighting import name_key
from mapper.records.actions import PlannedAction, actions_of, done_since, has_ended, overdue
from mapper.records.place_work import WorkGround, grounds_of, leads_of
from mapper.records.versions import Version

ONE_PLACE = 0.5  # share of the smaller ground
MANY = 3  # pieces of work at one place that are worth a word


@dataclass(frozen=True)
class Crossing:
    """One place and all live work at it."""

    place: str
    work: tuple[str, ...]  # record numbers of plans and campaigns
    actions: tuple[PlannedAction, ...]  # those not dropped
    leads: tuple[str, ...] = ()  # lead agencies named here, each once

    @property
    def agencies(self) -> tuple[str, ...]:
        """Agencies with something to do here, in the order of the alphabet."""
        return tuple(sorted({one.agency for one in self.actions if one.agency}))

    @property
    def lead(self) -> str:
        """The one door at this place: its lead agency, or that none or more than one is named."""
        return " or ".join(self.leads) or "none named"

    @property
    def doubled(self) -> tuple[str, ...]:
        """Things that two agencies, or two pieces of work, are each to do here."""
        found: dict[str, list[PlannedAction]] = {}
        for one in self.actions:
            found.setdefault(name_key(one.action), []).append(one)
        return tuple(
            f"{some[0].action} ({', '.join(sorted({one.agency or 'nobody' for one in some}))})"
            for some in found.values()
            if len({(one.agency, one.plan) for one in some}) > 1
        )


def live(work: Iterable[Version]) -> tuple[Version, ...]:
    """Return the plans and campaigns that have not ended."""
    return tuple(one for one in work if not has_ended(one.content))


def all_actions(work: Iterable[Version]) -> tuple[PlannedAction, ...]:
    """Return the actions of plans and campaigns, each with its record number."""
    return tuple(action for one in work for action in actions_of(one.content, plan=one.record))


def by_agency(actions: Iterable[PlannedAction], today: date) -> pd.DataFrame:
    """Return how many actions each agency has open, late and done, most late first."""
    wanted = [one for one in actions if one.is_wanted]
    rows = []
    for agency in sorted({one.agency for one in wanted}):
        mine = [one for one in wanted if one.agency == agency]
        opened = sum(one.is_open for one in mine)
        done = sum(one.status == "done" for one in mine)
        late = len(overdue(mine, today))
        rows.append({"agency": agency or "nobody", "late": late, "open": opened, "done": done})
    table = pd.DataFrame(rows, columns=["agency", "late", "open", "done"])
    return table.sort_values(["late", "open"], ascending=False, kind="stable", ignore_index=True)


@dataclass(frozen=True)
class SinceMeeting:
    """What became of actions since the last meeting."""

    held: date
    done: tuple[PlannedAction, ...]
    late: tuple[PlannedAction, ...]  # due that day or later, and late now

    @property
    def words(self) -> str:
        """How many of each, in one line."""
        return (
            f"Since the meeting on {self.held.day} {self.held:%B %Y}:"
            f" {count(len(self.done), 'action')} done, {len(self.late) or 'none'} newly late"
        )


def since_meeting(
    meetings: Iterable[Version], actions: Iterable[PlannedAction], today: date
) -> SinceMeeting | None:
    """Return what became of actions since the last meeting held by a day; none without one."""
    days = [date.fromisoformat(one.content["held"]) for one in meetings if one.content.get("held")]
    held = max((day for day in days if day <= today), default=None)
    if held is None:
        return None
    known = tuple(actions)
    late = tuple(one for one in overdue(known, today) if one.due and one.due >= held)
    return SinceMeeting(held, done_since(known, held), late)


def crossings(work: Iterable[Version]) -> tuple[Crossing, ...]:
    """Return each place with the live work at it, most pieces of work first."""
    groups: list[list[tuple[WorkGround, Version]]] = []
    for one in live(work):
        for ground in grounds_of(one):
            for group in groups:
                if any(_is_one_place(ground, other) for other, _ in group):
                    group.append((ground, one))
                    break
            else:
                groups.append([(ground, one)])
    found = [_crossing(group) for group in groups]
    return tuple(sorted(found, key=lambda one: (-len(one.work), -len(one.agencies), one.place)))


def matrix(found: Sequence[Crossing]) -> pd.DataFrame:
    """Return places against agencies: their actions, 0 where an agency has nothing to do."""
    agencies = sorted({agency for one in found for agency in one.agencies})
    rows = [
        {
            "place": one.place,
            "lead agency": one.lead,
            "plans and campaigns": len(one.work),
            **{agency: sum(a.agency == agency for a in one.actions) for agency in agencies},
        }
        for one in found
    ]
    return pd.DataFrame(rows, columns=["place", "lead agency", "plans and campaigns", *agencies])


def crossing_words(found: Iterable[Crossing]) -> tuple[str, ...]:
    """Return what a chair should settle: many plans at a place, things doubled, no or two doors."""
    told = tuple(found)
    many = [
        f"{one.place}: {count(len(one.work), 'plan or campaign', 'plans and campaigns')}"
        f" ({', '.join(one.work)})"
        for one in told
        if len(one.work) >= MANY
    ]
    doors = [
        f"{one.place}: {count(len(one.leads), 'lead agency', 'lead agencies')} named"
        f" ({', '.join(one.leads)}), so a family would meet more than one door"
        for one in told
        if len(one.leads) > 1
    ]
    twice = [f"Twice at {one.place}: {words}" for one in told for words in one.doubled]
    open_doors = [
        f"{one.place}: {count(len(one.agencies), 'agency', 'agencies')} and no lead agency named"
        for one in told
        if not one.leads and len(one.agencies) > 1
    ]
    bare = [f"{one.place}: nobody has anything to do" for one in told if not one.actions]
    return (*many, *doors, *twice, *open_doors, *bare)


def _is_one_place(one: WorkGround, other: WorkGround) -> bool:
    """Tell whether two grounds are one place."""
    if one.hotspot_id and one.hotspot_id == other.hotspot_id:
        return True
    if not one.cells or not other.cells:
        return name_key(one.name) == name_key(other.name)
    return max(one.share_of(other.cells), other.share_of(one.cells)) >= ONE_PLACE


def _crossing(group: Sequence[tuple[WorkGround, Version]]) -> Crossing:
    """Return what meets at one place."""
    actions: dict[tuple[str, int], PlannedAction] = {}
    for ground, one in group:
        for action in actions_of(one.content, plan=one.record):
            here = one.kind != "campaign" or action.place == ground.name
            if here and action.is_wanted:
                actions[one.record, action.row] = action
    records = dict.fromkeys(one.record for _, one in group)
    named = (leads_of(one).get(ground.name, "") for ground, one in group)
    leads = tuple(dict.fromkeys(lead for lead in named if lead))
    return Crossing(group[0][0].name, tuple(records), tuple(actions.values()), leads)
