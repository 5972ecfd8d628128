"""What partner agencies may see of the records on a Briefing: actions of shared work, and effects.

A plan is shared once a meeting record names it among the plans whose actions it carries on, or
while it is marked as shared with partner agencies; a campaign so marked stays, for what could be
told of it when it has ended. Only the action, its agency, day and state leave, never the place's
cells, notes or the plan's own text.
An intervention is shared when it belongs to such a plan. The verdict of its evaluation is told
where every count behind it may be printed; the counts themselves, and any figure made of them,
never are. Of a campaign it is told how many of its places were visited,
how many actions are late, and what could be told of it by the same rule; no place is named.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mapper.base.text import count
from mapper.disclosure.people import Viewer, require
from mapper.disclosure.rules import AudienceRule
from mapper.records.access import SHARED
from mapper.records.actions import PlannedAction, actions_of, has_ended, overdue, state_of
from mapper.records.campaigns import coverage, judged_by_reach
from mapper.records.database import Database
from mapper.records.evaluations import register
from mapper.records.place_work import WorkGround, grounds_of
from mapper.records.versions import Version, records

TOO_FEW = "too few to say"
BY_REACH = "judged by reach, not by counts"


@dataclass(frozen=True)
class SharedAction:
    """One action, as partners see it."""

    action: str
    agency: str
    due: date | None
    done_on: date | None
    state: str  # done, late, open
    days_late: int = 0
    times: int = 1  # the same one at so many places

    @property
    def words(self) -> str:
        """The action, and at how many places it stands alike."""
        return self.action if self.times == 1 else f"{self.action}, at {self.times} places"


@dataclass(frozen=True)
class SharedResult:
    """What came of one intervention, as partners see it."""

    name: str
    first: str
    last: str
    verdict: str  # worked, did not work, could not be told, not evaluated, too few to say
    judgement: str


@dataclass(frozen=True)
class SharedCampaign:
    """How one campaign stands, as partners see it."""

    name: str
    first: str
    last: str
    state: str
    covered: str  # 3 of 8 places visited
    actions: str  # 5 of 12 actions done
    late: int
    told: str  # a verdict, or that it is judged by reach and coverage


@dataclass(frozen=True)
class Shared:
    """What partners see of the records."""

    actions: tuple[SharedAction, ...] = ()
    results: tuple[SharedResult, ...] = ()
    campaigns: tuple[SharedCampaign, ...] = ()
    meetings: tuple[date, ...] = ()  # days on which meetings were held, latest first
    ground: tuple[WorkGround, ...] = ()  # places of work under way that was shared with partners


def shared_records(
    database: Database, viewer: Viewer, *, rule: AudienceRule, today: date
) -> Shared:
    """Return what partners see of the records, late actions first.

    Raises
    ------
    RefusedError
        When the viewer does not even see what partners see.
    RecordsError
        When the records cannot be read.
    """
    require(viewer, "see partnership releases")
    meetings = records(database, "meeting")
    work = (*records(database, "plan"), *records(database, "campaign"))
    plans = shared_plans(work, meetings)
    kept = {one.record for one in plans}
    interventions = [
        one for one in records(database, "intervention") if one.content.get("plan", "") in kept
    ]
    evaluations = records(database, "evaluation")
    held = {date.fromisoformat(one.content["held"]) for one in meetings if "held" in one.content}
    return Shared(
        actions=shared_actions(plans, today=today),
        results=shared_results(interventions, evaluations, rule=rule),
        campaigns=shared_campaigns(plans, evaluations, rule=rule, today=today),
        meetings=tuple(sorted(held, reverse=True)),
        ground=shared_ground(work),
    )


def shared_plans(plans: Iterable[Version], meetings: Iterable[Version]) -> tuple[Version, ...]:
    """Return the plans and campaigns that some meeting carries on, or marked as shared."""
    carried = {
        str(line).partition(":")[0].strip()
        for meeting in meetings
        for line in meeting.content.get("carried", ())
    }
    return tuple(plan for plan in plans if plan.record in carried or _is_marked(plan))


def _is_marked(plan: Version) -> bool:
    """Tell whether a plan under way, or a campaign, is marked as shared with partner agencies."""
    under_way = plan.kind == "campaign" or not has_ended(plan.content)
    return plan.content.get("shared") == SHARED and under_way


def shared_ground(work: Iterable[Version]) -> tuple[WorkGround, ...]:
    """Return the places of plans and campaigns under way that somebody shared with partners.

    Partners read their names; their cells are for counting alone which places of a map they cover.
    """
    shown = (one for one in work if one.content.get("shared") == SHARED)
    return tuple(part for one in shown if not has_ended(one.content) for part in grounds_of(one))


def shared_actions(plans: Iterable[Version], *, today: date) -> tuple[SharedAction, ...]:
    """Return the actions of plans: late ones first, then open ones by day, then done ones.

    Those of one plan that are told alike, at several places, are one. What is only proposed, was
    dropped, or was left undone when its plan ended is none of them.
    """
    alike = Counter(
        (plan.record, _shared(action, today))
        for plan in plans
        for action in actions_of(plan.content)
        if action.is_open or action.status == "done"
    )
    found = [replace(one, times=number) for (_, one), number in alike.items()]
    order = {"late": 0, "open": 1, "done": 2}
    return tuple(
        sorted(found, key=lambda one: (order[one.state], -one.days_late, one.due or date.max))
    )


def shared_results(
    interventions: Iterable[Version], evaluations: Iterable[Version], *, rule: AudienceRule
) -> tuple[SharedResult, ...]:
    """Return what came of interventions; no verdict on counts that may not be printed."""
    evaluations = tuple(evaluations)
    small: set[str] = set()
    for one in reversed(evaluations):  # the newest decides
        name = str(one.content["intervention"])
        (small.add if _is_small(one.content["inputs"], rule) else small.discard)(name)
    return tuple(
        SharedResult(
            name=entry.name,
            first=entry.first,
            last=entry.last,
            verdict=TOO_FEW if entry.intervention in small else entry.verdict,
            judgement=entry.judgement,
        )
        for entry in register(interventions, evaluations)
    )


def shared_campaigns(
    work: Iterable[Version], evaluations: Iterable[Version], *, rule: AudienceRule, today: date
) -> tuple[SharedCampaign, ...]:
    """Return how campaigns stand, those with most late actions first, then the latest begun."""
    known = tuple(evaluations)
    found = []
    for one in (each for each in work if each.kind == "campaign"):
        content = one.content
        wanted = [action for action in actions_of(content) if action.is_wanted]
        done = sum(action.status == "done" for action in wanted)
        (result,) = shared_results([one], known, rule=rule)
        found.append(
            SharedCampaign(
                name=one.title,
                first=result.first,
                last=result.last,
                state=state_of(content),
                covered=coverage(content).words,
                actions=f"{done} of {count(len(wanted), 'action')} done",
                late=len(overdue(wanted, today)),
                told=BY_REACH if judged_by_reach(content) else result.verdict,
            )
        )
    found.sort(key=lambda one: one.first, reverse=True)
    return tuple(sorted(found, key=lambda one: -one.late))


def _shared(action: PlannedAction, today: date) -> SharedAction:
    """Return one action without its notes, plan and place."""
    late = action.days_late(today)
    state = "late" if late else "open" if action.is_open else "done"
    return SharedAction(action.action, action.agency, action.due, action.done_on, state, late)


def _is_small(inputs: Mapping[str, Any], rule: AudienceRule) -> bool:
    """Tell whether a count behind an evaluation may not be printed."""
    counts = [count for pair in inputs["counts"].values() for count in pair]
    return any(0 < count < rule.smallest_count for count in counts)
