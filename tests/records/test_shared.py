"""What partners may see of the records, and which briefing was released to them."""

from datetime import UTC, date, datetime

import pytest

from mapper.base.errors import RefusedError
from mapper.disclosure.people import Viewer
from mapper.disclosure.rules import rules
from mapper.records.briefings import release_briefing, released_briefing
from mapper.records.shared import (
    BY_REACH,
    TOO_FEW,
    shared_actions,
    shared_campaigns,
    shared_ground,
    shared_plans,
    shared_records,
    shared_results,
)
from mapper.records.versions import Version

RULE = rules().audiences["partnership"]
TODAY = date(2026, 11, 23)
PARTNER = Viewer("Pat", frozenset({"partner"}))
ANALYST = Viewer("Ann", frozenset({"analyst"}))


def version(record, kind, **content):
    return Version(
        record=record,
        number=1,
        kind=kind,
        content=content,
        digest="0" * 64,
        author="Sam",
        saved=datetime(2026, 1, 1, tzinfo=UTC),
        **{
            name: ""
            for name in Version.__dataclass_fields__
            if name not in {"record", "number", "kind", "content", "digest", "author", "saved"}
        },
    )


PLANS = (
    version(
        "P-1",
        "plan",
        name="Norris Green: cuckooing",
        actions=[
            {"action": "Locks", "agency": "council", "due": "2026-11-01", "note": "at number 7"},
            {"action": "Visits", "agency": "housing", "due": "2026-12-01", "owner": "Lead"},
            {"action": "Talk", "agency": "school", "status": "done", "done_on": "2026-10-03"},
            {"action": "Patrol", "agency": "police", "status": "dropped"},
        ],
    ),
    version("P-2", "plan", name="Not shared", actions=[{"action": "Covert"}]),
)
MEETINGS = (version("M-1", "meeting", held="2026-10-01", carried=["P-1: Norris Green"]),)


def test_plans_are_shared_once_a_meeting_carries_them_on():
    assert [plan.record for plan in shared_plans(PLANS, MEETINGS)] == ["P-1"]
    assert shared_plans(PLANS, ()) == ()


def test_what_is_marked_as_shared_needs_no_meeting_and_a_campaign_stays_when_it_ends():
    marked = {"shared": "shared"}
    proposed = {"action": "Meet", "status": "proposed"}
    work = (
        version("P-3", "plan", **marked, actions=[{"action": "Walk"}, proposed]),
        version("P-4", "plan", **marked, state="closed"),
        version("C-1", "campaign", **marked, state="closed", actions=[{"action": "Undone"}]),
        version("C-2", "campaign", shared="not shared"),
    )
    found = shared_plans(work, ())
    assert [one.record for one in found] == ["P-3", "C-1"]
    assert [one.action for one in shared_actions(found, today=TODAY)] == ["Walk"]


def test_the_same_action_at_several_places_is_told_once():
    rows = [{"action": "Walk", "agency": "police", "place": place} for place in "ABC"]
    work = [
        version("C-1", "campaign", actions=[*rows, {**rows[0], "status": "done"}]),
        version("C-2", "campaign", actions=rows[:1]),
    ]
    found = shared_actions(work, today=TODAY)
    assert [(one.words, one.state) for one in found] == [
        ("Walk, at 3 places", "open"),
        ("Walk", "open"),
        ("Walk", "done"),
    ]


def test_actions_come_late_first_without_notes_owners_or_places():
    found = shared_actions(shared_plans(PLANS, MEETINGS), today=TODAY)
    assert [(one.action, one.state, one.days_late) for one in found] == [
        ("Locks", "late", 22),
        ("Visits", "open", 0),
        ("Talk", "done", 0),
    ]
    assert "number 7" not in repr(found)
    assert "Lead" not in repr(found)


def test_the_ground_is_of_work_under_way_that_was_shared_alone():
    places = [{"place": "A", "cells": ["a1", "a2"]}, {"place": "B", "cells": ["b1"]}]
    work = (
        version("C-1", "campaign", shared="shared", places=places),
        version("P-1", "plan", shared="shared", name="Path", cells=["c1"]),
        version("P-2", "plan", name="Inside", cells=["d1"]),
        version("P-3", "plan", shared="shared", state="closed", name="Over", cells=["e1"]),
    )
    cells = [one.cells for one in shared_ground(work)]
    assert cells == [frozenset({"a1", "a2"}), frozenset({"b1"}), frozenset({"c1"})]


def evaluation(counts):
    inputs = {"counts": {name: list(pair) for name, pair in counts.items()}}
    result = {"verdict": "worked", "words": ["12 before, 3 now"]}
    return version("E-1", "evaluation", intervention="I-1", inputs=inputs, result=result)


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({"treated": (40, 12), "control": (50, 49)}, "worked"),
        ({"treated": (40, 3), "control": (50, 49)}, "too few to say"),
        ({"treated": (40, 0), "control": (50, 49)}, "worked"),
        ({"treated": (40, 12), "control": (50, 49), "buffer": (1, 30)}, "too few to say"),
    ],
)
def test_a_verdict_on_hidden_counts_is_not_told_and_figures_never_are(counts, verdict):
    done = version("I-1", "intervention", name="Patrols", first="2026-01-01", plan="P-1")
    (found,) = shared_results([done], [evaluation(counts)], rule=RULE)
    assert found.verdict == verdict
    assert "before" not in repr(found)


def test_the_newest_evaluation_decides():
    done = version("I-1", "intervention", name="Patrols", first="2026-01-01")
    newest, older = (evaluation({"treated": (40, last), "control": (50, 49)}) for last in (12, 3))
    assert shared_results([done], [newest, older], rule=RULE)[0].verdict == "worked"
    assert shared_results([done], [older, newest], rule=RULE)[0].verdict == "too few to say"


def test_whoever_sees_no_partnership_release_sees_nothing(database):
    for role in ("neighbourhood", "administrator"):
        with pytest.raises(RefusedError):
            shared_records(database, Viewer("Nia", frozenset({role})), rule=RULE, today=TODAY)
    assert shared_records(database, PARTNER, rule=RULE, today=TODAY).actions == ()


def test_the_latest_release_is_what_partners_are_shown(database):
    assert released_briefing(database) is None
    for lens in ("drugs", "county-lines"):
        release_briefing(database, ANALYST, release="ab" * 32, choices={"lens": lens})
    found = released_briefing(database)
    assert found.choices == {"lens": "county-lines"}
    assert (found.person, found.release) == ("Ann", "ab" * 32)


def test_a_partner_releases_nothing(database):
    with pytest.raises(RefusedError):
        release_briefing(database, PARTNER, release="ab" * 32, choices={})
    assert released_briefing(database) is None


CAMPAIGNS = (
    version(
        "C-1",
        "campaign",
        name="Abuse month",
        first="2026-09-01",
        last="2026-09-30",
        state="running",
        judged="harm at its places",
        places=[{"place": "Parade", "why": "23 incidents"}, {"place": "Hub"}],
        actions=[
            {"place": "Parade", "action": "Visit", "agency": "police", "status": "done"},
            {"place": "Hub", "action": "Call", "agency": "housing", "due": "2026-09-20"},
            {"place": "Hub", "action": "Talk", "agency": "schools", "status": "dropped"},
        ],
    ),
    version("C-2", "campaign", name="ICON", first="2026-10-01", judged="reach and coverage"),
)


@pytest.mark.parametrize(
    ("smallest", "told"), [(RULE.smallest_count, "worked"), (RULE.smallest_count - 1, TOO_FEW)]
)
def test_a_campaign_tells_cover_lateness_and_what_could_be_told_and_no_place(smallest, told):
    evaluation = version(
        "E-1",
        "evaluation",
        intervention="C-1",
        inputs={"counts": {"treated": [90, smallest]}},
        result={"verdict": "worked", "words": []},
    )
    found = shared_campaigns(CAMPAIGNS, [evaluation], rule=RULE, today=TODAY)
    month, icon = found
    assert (month.covered, month.actions, month.late) == (
        "1 of 2 places visited",
        "1 of 2 actions done",
        1,
    )
    assert month.told == told
    assert icon.told == BY_REACH
    assert not any(word in str(found) for word in ("Parade", "Hub", "23 incidents"))
