"""Forms: every field is explained, and answers keep every sign that was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.base.errors import RecordsError
from mapper.context.phases import Phase
from mapper.records.agencies import agency_names
from mapper.records.content import as_json, digest_of_text, free_text, in_words, tidy
from mapper.records.form import RECORD_KINDS, load_form
from mapper.records.person_scan import scan_text

CELLS = ["89195da49b3ffff", "89195da49b7ffff"]


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_every_field_has_guidance_a_label_and_a_place(kind):
    form = load_form(kind)
    assert form.id == kind
    assert "name" in form.by_id
    for field in form.fields:
        assert field.label
        assert field.guidance.endswith((".", "?"))
        assert not scan_text(field.guidance), field.guidance
        assert bool(field.options) == (field.kind in {"choice", "several", "weights"}) or field.open
        assert bool(field.columns) == (field.kind == "rows")


def test_the_assessment_asks_what_reviews_of_childrens_deaths_ask_for():
    form = load_form("assessment")
    contexts = form.by_id["contexts"]
    assert contexts.options == (
        *("peer group", "school", "neighbourhood", "transport", "online", "home"),
    )
    wanted = {"voice", "voice_how", "voice_who", "lived", "unknown", "challenge", "sharing"}
    assert wanted < set(form.by_id)
    sharing = {column.id for column in form.by_id["sharing"].columns}
    assert {"asked", "basis", "asked_on", "answered_on"} < sharing
    decisions = {column.id for column in form.by_id["decisions"].columns}
    assert decisions == {"decision", "why", "alternatives", "who", "when"}


def test_the_plan_knows_strands_agencies_and_the_three_phases():
    form = load_form("plan")
    stages = ["objective", "scan", "analyse", "respond", "assess"]
    assert [field.id for field in form.fields if field.id in stages] == stages
    assert len(form.by_id["strand"].options) == 9
    columns = {column.id: column.options for column in form.by_id["actions"].columns}
    assert columns["agency"] == agency_names()
    assert columns["phase"] == load_form("phase").by_id["decided"].options == Phase.__args__


def test_content_is_put_in_one_order_without_empty_answers():
    form = load_form("assessment")
    content = tidy(
        form,
        {
            "harms": ["drugs", "cuckooing"],
            "name": "The parade",
            "voice": "  ",
            "cells": [CELLS[1], CELLS[0].upper(), CELLS[1]],
            "contexts": {"school": {"weight": 0, "why": ""}, "online": {"weight": None}},
            "sharing": [{}, {"asked": "School nurse, health", "answer": ""}],
        },
    )
    assert dict(content) == {
        "name": "The parade",
        "cells": CELLS,
        "harms": ["cuckooing", "drugs"],
        "contexts": {"school": {"weight": 0, "why": ""}},
        "sharing": [{"asked": "School nurse, health"}],
    }
    assert [field.id for field in form.unanswered(content)] == [
        *("voice", "unknown", "challenge", "review"),
    ]


def test_every_fault_is_named_at_once():
    with pytest.raises(RecordsError) as refusal:
        tidy(
            load_form("assessment"),
            {
                "colour": "red",
                "review": "soon",
                "harms": ["magic"],
                "cells": ["nowhere"],
                "contexts": {"peer group": {"weight": 4}},
                "sharing": [{"asked_on": "31/12/2026"}],
            },
        )
    words = str(refusal.value)
    for part in (
        "colour: no such field",
        "“soon” is no date",
        "“magic” is none of",
        "“nowhere” is no cell",
        "4 is no weight from 0 to 3",
        "request 1: “31/12/2026” is no date",
    ):
        assert part in words


@given(st.text(min_size=1, max_size=300))
def test_text_stays_as_it_was_typed(text):
    form = load_form("assessment")
    content = tidy(form, {"voice": text})
    assert content.get("voice", text) == text
    assert as_json(content).isascii()
    assert len(digest_of_text(as_json(content))) == 64


def test_answers_are_readable_and_what_was_typed_is_found():
    form = load_form("plan")
    rows = [{"action": "Light the stairs", "agency": "housing", "due": "2026-12-01"}]
    words = "Action: Light the stairs; Agency: housing; Due: 2026-12-01"
    assert in_words(form.by_id["actions"], rows) == words
    typed = free_text(form, {"name": "Parade", "strand": "early help", "actions": rows})
    assert typed == {"Name of the plan": "Parade", "Actions": "Light the stairs"}
    weights = {"school": {"weight": 2, "why": "no adult at the gate"}}
    assessment = load_form("assessment")
    assert in_words(assessment.by_id["contexts"], weights) == "school: 2, no adult at the gate"
    assert list(free_text(assessment, {"contexts": weights}).values()) == ["no adult at the gate"]
