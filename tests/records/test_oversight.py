"""Late by agency, and where plans and agencies cross: against counts by hand."""

from datetime import UTC, date, datetime

from mapper.records.oversight import (
    all_actions,
    by_agency,
    crossing_words,
    crossings,
    live,
    matrix,
    since_meeting,
)
from mapper.records.versions import Version

TODAY = date(2022, 10, 1)
HERE = ["89195da49b3ffff", "89195da49b7ffff"]
AWAY = ["8919588a963ffff"]


def record(number, kind, **content):
    return Version(
        record=number, number=1, kind=kind, content=content, digest="", author="anne",
        saved=datetime(2022, 9, 1, tzinfo=UTC), reason="x", title=content["name"],
        hotspot_id=content.get("hotspot_id", ""), ward="", form=1,
    )  # fmt: skip


def act(action, agency, due="2022-11-01", **more):
    return {"action": action, "agency": agency, "due": due, **more}


WORK = (
    record("P-1", "plan", name="Parade", cells=HERE, actions=[
        act("Light the stairs", "council", "2022-09-20"),
        act("Walk", "police", "2022-09-30", status="done"),
    ]),
    record("P-2", "plan", name="Parade again", cells=[HERE[0], *AWAY], actions=[
        act("light the  stairs", "housing"),
    ]),
    record("C-1", "campaign", name="ICON", places=[
        {"place": "Hub", "cells": HERE}, {"place": "Clinic", "cells": ["89195da6d27ffff"]},
    ], actions=[act("Brief", "midwifery", "2022-09-01", place="Hub")]),
    record("P-3", "plan", name="Old", cells=HERE, state="closed", actions=[
        act("Never done", "police", "2022-01-01"),
    ]),
)  # fmt: skip


def test_late_open_and_done_by_agency_without_what_has_ended():
    table = by_agency(all_actions(live(WORK)), TODAY)
    assert table.values.tolist() == [
        ["council", 1, 1, 0],
        ["midwifery", 1, 1, 0],
        ["housing", 0, 1, 0],
        ["police", 0, 0, 1],
    ]


def test_three_pieces_of_work_at_one_place_and_what_is_doubled():
    first, clinic = crossings(WORK)
    assert (first.place, first.work) == ("Parade", ("P-1", "P-2", "C-1"))
    assert first.agencies == ("council", "housing", "midwifery", "police")
    assert first.doubled == ("Light the stairs (council, housing)",)
    assert (clinic.place, clinic.work, clinic.actions) == ("Clinic", ("C-1",), ())


def test_the_matrix_counts_each_agencys_actions_at_each_place():
    table = matrix(crossings(WORK)).set_index("place")
    assert table.loc["Parade"].to_dict() == {
        "lead agency": "none named", "plans and campaigns": 3,
        "council": 1, "housing": 1, "midwifery": 1, "police": 1,
    }  # fmt: skip
    assert table.loc["Clinic", "plans and campaigns"] == 1
    assert table.loc["Clinic", ["council", "midwifery"]].sum() == 0


def test_one_lead_agency_at_each_place_and_two_are_told():
    """A campaign's own lead answers where its place names none; a family is to meet one door."""
    icon = {"places": [{"place": "Hub", "cells": HERE}, {"place": "Far", "cells": AWAY}]}
    icon["places"][1]["lead"] = "midwifery"
    campaign = record("C-2", "campaign", name="ICON", lead="health visiting", **icon)
    plan = record("P-9", "plan", name="Parade", cells=HERE, lead="housing")
    found = {one.place: one for one in crossings([plan, campaign])}
    assert found["Parade"].leads == ("housing", "health visiting")
    assert found["Far"].lead == "midwifery"
    words = "\n".join(crossing_words(found.values()))
    assert (
        "Parade: 2 lead agencies named (housing, health visiting), so a family would meet more than"
        " one door" in words
    )
    assert "Far: nobody has anything to do" in words


def test_what_a_chair_should_settle_is_told_once_each():
    words = crossing_words(crossings(WORK))
    assert words == (
        "Parade: 3 plans and campaigns (P-1, P-2, C-1)",
        "Twice at Parade: Light the stairs (council, housing)",
        "Parade: 4 agencies and no lead agency named",
        "Clinic: nobody has anything to do",
    )


def test_since_the_last_meeting_is_told_what_was_done_and_what_became_late():
    meetings = [
        record("M-1", "meeting", name="Old", held="2022-08-01"),
        record("M-2", "meeting", name="Last", held="2022-09-25"),
        record("M-3", "meeting", name="Planned", held="2022-11-01"),
        record("M-4", "meeting", name="No day"),
    ]
    work = record("P-9", "plan", name="Arcade", actions=[
        act("Late already", "council", "2022-09-20"),
        act("Late now", "council", "2022-09-28"),
        act("Done before", "police", status="done", done_on="2022-09-24"),
        act("Done since", "police", status="done", done_on="2022-09-25"),
    ])  # fmt: skip
    found = since_meeting(meetings, all_actions([work]), TODAY)
    assert [one.action for one in found.done] == ["Done since"]
    assert [one.action for one in found.late] == ["Late now"]
    assert found.words == "Since the meeting on 25 September 2022: 1 action done, 1 newly late"
    assert since_meeting(meetings[2:], (), TODAY) is None
