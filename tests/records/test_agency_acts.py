"""A partner agency writes how its own actions stand, and nothing else anywhere."""

from dataclasses import replace
from datetime import date

import pytest

from mapper.base.errors import MapperError, RefusedError
from mapper.disclosure.people import ROLES, Viewer
from mapper.records.access import shared_with_partners
from mapper.records.actions import actions_of
from mapper.records.agency_acts import (
    ChangedMeanwhileError,
    Proposal,
    Standing,
    own_actions,
    propose,
    say_standing,
    shared_work,
)
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.saving import Work, amend, keep_draft, save
from mapper.records.versions import drafts_of, history, newest, set_aside

ANNE = Viewer(name="anne", roles=frozenset({"analyst"}))
PAT = Viewer(name="pat", roles=frozenset({"partner"}), agency="midwifery")
NOBODYS = Viewer(name="may", roles=frozenset({"partner"}))
CONTENT = {
    "name": "ICON",
    "shared": "shared",
    "places": [
        {"place": "Hub", "why": "number 1, 23 incidents", "incidents": 23, "hotspot_id": "HS-1",
         "cells": ["89195da49b3ffff"], "lead": "housing"}
    ],
    "actions": [
        {"place": "Hub", "action": "Brief", "agency": "midwifery", "due": "2022-09-20"},
        {"place": "Hub", "action": "Leave cards", "agency": "police", "due": "2022-09-20"},
        {"place": "Clinic", "action": "Brief", "agency": "midwifery"},
    ],
}  # fmt: skip
DONE = Standing("C-1", 1, 0, "done", "2022-09-18", "Nine midwives briefed.")


@pytest.fixture
def kept(database):
    save(database, Work("C-1", "campaign", CONTENT), viewer=ANNE, reason="agreed")
    return database


def rows(database, record="C-1"):
    return newest(database, record).content["actions"]


def test_the_own_action_is_answered_and_everything_else_stays(kept):
    saved = say_standing(kept, DONE, viewer=PAT)
    first, *rest = rows(kept)
    assert first == {**CONTENT["actions"][0], "status": "done", "done_on": "2022-09-18",
                     "note": "Nine midwives briefed."}  # fmt: skip
    assert rest == CONTENT["actions"][1:]
    others = {name: value for name, value in saved.content.items() if name != "actions"}
    assert others == {name: CONTENT[name] for name in ("name", "shared", "places")}
    assert (saved.number, saved.author, saved.reason) == (2, "pat", "midwifery: done")
    with kept.read() as connection:
        told = find_entries(connection, AuditFilter(kinds=("save",)))
    assert any(one.subject == "campaign C-1 version 2" and one.person == "pat" for one in told)


@pytest.mark.parametrize(
    ("told", "viewer"),
    [
        (replace(DONE, row=1), PAT),  # the police's
        (replace(DONE, row=3), PAT),
        (replace(DONE, row=-1), PAT),
        (replace(DONE, based_on=2), PAT),
        (replace(DONE, record="C-2"), PAT),
        (replace(DONE, status="finished"), PAT),
        (replace(DONE, done_on="soon"), PAT),
        (DONE, NOBODYS),
        (DONE, ANNE),
        *(
            (DONE, Viewer(name="x", roles=frozenset({role}), agency="midwifery"))
            for role in ROLES
            if role != "partner"
        ),
    ],
)
def test_whatever_is_not_theirs_is_refused_and_nothing_is_written(kept, told, viewer):
    with pytest.raises(MapperError):
        say_standing(kept, told, viewer=viewer)
    assert len(history(kept, "C-1")) == 1
    assert not set_aside(kept, "C-1")


@pytest.mark.parametrize(
    "change",
    [
        {"shared": "not shared"},
        {"shared": ""},
        {"state": "closed", "state_on": "2022-10-01", "state_why": "Over."},
    ],
)
def test_what_is_no_longer_shared_or_has_ended_is_not_theirs(kept, change):
    save(kept, Work("C-1", "campaign", {**CONTENT, **change}, 1), viewer=ANNE, reason="x")
    for number in (1, 2):
        with pytest.raises(RefusedError):
            say_standing(kept, replace(DONE, based_on=number), viewer=PAT)
    assert len(history(kept, "C-1")) == 2


def test_a_partner_saves_no_record_and_no_draft(kept):
    mine = Work("C-1", "campaign", {**CONTENT, "purpose": "Mine."}, 1)
    with pytest.raises(RefusedError):
        save(kept, mine, viewer=PAT, reason="x")
    with pytest.raises(RefusedError):
        keep_draft(kept, mine, viewer=PAT)
    with pytest.raises(RefusedError):
        amend(kept, "C-1", viewer=PAT, act="plan", change=lambda _now: mine.content, reason="x")
    assert len(history(kept, "C-1")) == 1


def test_another_change_of_the_record_is_no_conflict(kept):
    moved = [{"place": "Hub", "action": "New", "agency": "police"}, *CONTENT["actions"]]
    changed = {**CONTENT, "purpose": "Reworded.", "actions": moved}
    save(kept, Work("C-1", "campaign", changed, 1), viewer=ANNE, reason="x")
    saved = say_standing(kept, DONE, viewer=PAT)
    assert saved.content["purpose"] == "Reworded."
    assert [row.get("status") for row in rows(kept)] == [None, "done", None, None]


def test_of_two_who_answer_one_action_neither_loses_a_text(kept):
    say_standing(kept, DONE, viewer=PAT)
    other = replace(PAT, name="meg")
    late = replace(DONE, status="dropped", note="No time.")
    with pytest.raises(ChangedMeanwhileError) as told:
        say_standing(kept, late, viewer=other)
    words = str(told.value)
    assert "pat changed this action" in words
    assert "Nine midwives briefed." in words
    assert "No time." in words
    assert rows(kept)[0]["status"] == "done"
    (aside,) = set_aside(kept, "C-1")
    assert (aside.author, aside.content["actions"][0]["note"]) == ("meg", "No time.")
    assert not drafts_of(kept, "meg", "campaign")


def test_a_partner_sees_the_place_by_name_and_not_why_or_how_many(kept):
    save(kept, Work("P-1", "plan", {"name": "Not shared"}), viewer=ANNE, reason="x")
    (one,) = shared_work(kept, PAT)
    assert one.content["places"] == [{"place": "Hub", "lead": "housing"}]
    assert [action.row for action in own_actions(one, PAT)] == [0, 2]
    assert own_actions(one, NOBODYS) == ()
    (read,) = shared_with_partners(PAT, [newest(kept, "C-1")])
    assert "23" not in str(read.content)
    with pytest.raises(RefusedError):
        shared_work(kept, ANNE)


def test_an_agency_proposes_and_is_not_late_until_others_agree(kept):
    told = Proposal("C-1", "Weigh babies", "Hub", "2022-01-01")
    saved = propose(kept, told, viewer=PAT)
    assert rows(kept)[3] == {"action": "Weigh babies", "agency": "midwifery", "place": "Hub",
                             "due": "2022-01-01", "status": "proposed"}  # fmt: skip
    assert saved.reason == "midwifery: proposed"
    action = actions_of(saved.content)[3]
    assert (action.is_open, action.is_wanted, action.days_late(date(2023, 1, 1))) == (
        *(False, False),
        0,
    )
    begun = Standing("C-1", 2, 3, "under way", "", "")
    with pytest.raises(RefusedError, match="agrees to it first"):
        say_standing(kept, begun, viewer=PAT)
    with pytest.raises(RefusedError, match="cannot be proposed again"):
        say_standing(kept, replace(DONE, based_on=2, status="proposed"), viewer=PAT)
    say_standing(kept, replace(begun, status="dropped"), viewer=PAT)
    assert rows(kept)[3]["status"] == "dropped"


@pytest.mark.parametrize(
    ("told", "viewer"),
    [
        (Proposal("C-1", " "), PAT),
        (Proposal("C-1", "Weigh", due="soon"), PAT),
        (Proposal("C-2", "Weigh"), PAT),
        (Proposal("C-1", "Weigh"), NOBODYS),
        (Proposal("C-1", "Weigh"), ANNE),
    ],
)
def test_a_proposal_that_cannot_be_changes_nothing(kept, told, viewer):
    with pytest.raises(MapperError):
        propose(kept, told, viewer=viewer)
    assert newest(kept, "C-1").number == 1


@pytest.mark.parametrize("changed", [{"shared": "not shared"}, {"state": "closed"}])
def test_nothing_is_proposed_in_what_is_not_shared_or_has_ended(database, changed):
    save(database, Work("C-1", "campaign", {**CONTENT, **changed}), viewer=ANNE, reason="agreed")
    with pytest.raises(RefusedError):
        propose(database, Proposal("C-1", "Weigh"), viewer=PAT)
