"""Assessments and plans on screen: from a hot spot, kept as typed, saved, compared, looked back."""

from datetime import date, timedelta

import pytest

from mapper.app.door.who import viewer_now
from mapper.disclosure.people import Viewer
from mapper.records.form import load_form
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.versions import drafts_of, history, records, set_aside
from tests.pages.conftest import said, start
from tests.pages.test_hotspots_page import panel

ASSESSMENT, PLAN = "pages/places/assessment.py", "pages/places/plan.py"
OTHER = Viewer(name="ben", roles=frozenset({"analyst"}))


def press(app, label):
    next(one for one in app.button if one.label == label).click()
    return app.run()


def field(elements, label):
    return next(one for one in elements if one.label == label)


def fill(app, **answers):
    for label, text in answers.items():
        words = label.replace("_", " ")
        area = [one for one in (*app.text_area, *app.text_input) if one.label.startswith(words)]
        area[0].set_value(text)
    return app.run()


@pytest.fixture
def page(app):
    app.switch_page(ASSESSMENT).run()
    return press(app, "Start a new one")


def saved(app, reason="first look"):
    fill(app, Why_this_version=reason)
    return press(app, "Save")


def test_every_field_stands_beside_its_guidance(page):
    assert not page.exception
    assert [tab.label for tab in page.tabs][:2] == ["The place", "Contexts"]
    fields = [one for one in load_form("assessment").fields if one.id != "hotspot_id"]
    assert said(page).count('class="m-guidance"') == len(fields)
    assert "Not yet answered: Name of the place" in said(page).replace("\\", "")


def test_what_is_typed_is_kept_and_found_by_a_new_session(page):
    fill(page, Name_of_the_place="The parade", What_children="They avoid the stairs")
    (kept,) = drafts_of(database(), viewer_now().name, "assessment")
    assert kept.content["voice"] == "They avoid the stairs"
    again = start().switch_page(ASSESSMENT).run()
    picker = again.selectbox[0]
    assert "your draft, never saved" in picker.options[0]
    picker.select(kept.record).run()
    assert field(again.text_input, "Name of the place").value == "The parade"
    press(again, "Discard draft")
    assert drafts_of(database(), viewer_now().name, "assessment") == ()


def test_saving_makes_a_version_and_needs_a_reason(page):
    fill(page, Name_of_the_place="The parade")
    press(page, "Save")
    assert "say in a few words why" in said(page)
    saved(page)
    assert "Version 1 is saved." in said(page)
    (record,) = records(database(), "assessment")
    assert (record.title, record.reason, record.number) == ("The parade", "first look", 1)
    fill(page, Name_of_the_place="The parade and stairs")
    saved(page, "walked")
    assert [one.title for one in history(database(), record.record)] == [
        "The parade",
        "The parade and stairs",
    ]
    texts = [f'<p class="m-text">{name}</p>' for name in ("The parade", "The parade and stairs")]
    assert all(text in said(page) for text in texts)


def test_people_in_the_text_are_warned_of_before_saving(page):
    fill(page, Name_of_the_place="The parade", What_children="Kyle Thompson, 07700 900123")
    assert "looks like a telephone number" in said(page)
    saved(page)
    assert records(database(), "assessment") == ()
    page.checkbox[0].check().run()
    press(page, "Save")
    assert len(records(database(), "assessment")) == 1


def test_the_second_saver_sees_both_texts_and_chooses(page):
    fill(page, Name_of_the_place="The parade", What_children="Base")
    saved(page)
    (first,) = records(database(), "assessment")
    theirs = {**first.content, "voice": "Ben's text", "times": "Friday"}
    save(database(), Work(first.record, "assessment", theirs, 1), viewer=OTHER, reason="walk")
    fill(page, What_children="My text")
    saved(page, "mine")
    assert "Both texts are kept" in said(page)
    assert [one.content["voice"] for one in set_aside(database(), first.record)] == ["My text"]
    press(page, "Go on with these texts")
    assert "Both of you changed" in said(page)
    voice = next(one for one in page.radio if one.value is None)
    voice.set_value("mine").run()
    press(page, "Go on with these texts")
    saved(page, "both")
    now = records(database(), "assessment")[0]
    assert (now.number, now.content["voice"], now.content["times"]) == (3, "My text", "Friday")


def test_rows_are_added_and_removed(page):
    fill(page, Name_of_the_place="The parade")
    press(page, "Add a decision")
    press(page, "Add a decision")
    decisions = [one for one in page.text_input if one.label == "Decision"]
    decisions[0].set_value("Light")
    decisions[1].set_value("Walk")
    page.run()
    press(page, "Remove decision 1")
    saved(page)
    assert [
        row["decision"] for row in records(database(), "assessment")[0].content["decisions"]
    ] == ["Walk"]


def test_a_hot_spot_leads_to_its_assessment_and_on_to_its_plan(app):
    spot = panel(app)["rows"][0]
    app.query_params["hotspot"] = spot["id"]
    app.switch_page(ASSESSMENT)
    app.query_params["hotspot"] = spot["id"]
    app.run()
    assert not app.exception
    assert field(app.text_input, "Name of the place").value == spot["name"]
    assert field(app.multiselect, "Ground").value == [spot["name"]]
    assert "HS-" not in " ".join(str(one.value) for one in app.text_input)
    assert field(app.text_input, "Ward").value.endswith(spot["where"])
    saved(app)
    (record,) = records(database(), "assessment")
    assert record.hotspot_id == spot["id"]
    assert all(cell.startswith("89") for cell in record.content["cells"])
    press(app, "Start a plan for this place")
    assert field(app.multiselect, "Ground").value == [spot["name"]]
    plan = app.session_state["mapper_desk plan"].content
    assert (plan["hotspot_id"], plan["cells"]) == (spot["id"], record.content["cells"])


def test_overdue_actions_stand_out(app):
    due = (last_day() - timedelta(days=3)).isoformat()
    content = {"name": "Lights", "actions": [{"action": "Light the stairs", "due": due}]}
    save(database(), Work("P-1", "plan", content), viewer=OTHER, reason="x")
    app.switch_page(PLAN).run()
    app.selectbox[0].select("P-1").run()
    assert "0 of 1 action done, 1 overdue" in said(app)
    assert "Light the stairs: 3 days overdue" in said(app)
    assert "Overdue by 3 days." in said(app)


def test_a_plan_is_saved_whole_and_ends_with_a_day_and_a_reason(app):
    app.switch_page(PLAN).run()
    press(app, "Start a new one")
    fill(app, Name_of_the_plan="Lights", Objective="Nobody followed here by June.")
    saved(app)
    assert not app.exception
    told = "Answer first: Strand, Review on"
    assert told in said(app)
    assert field(app.text_input, "Name of the plan").value == "Lights"  # nothing typed is lost
    assert not records(database(), "plan")
    field(app.selectbox, "Strand").select("early help")
    field(app.date_input, "Review on").set_value(date(2024, 1, 1))
    field(app.selectbox, "State").select("closed")
    saved(app)
    assert "Answer first: In this state since, Why it ended" in said(app)
    fill(app, Why_it_ended="The objective was reached.")
    field(app.date_input, "In this state since").set_value(date(2023, 12, 1))
    saved(app)
    (plan,) = records(database(), "plan")
    assert plan.content["state"] == "closed"
    app.switch_page("pages/people/you.py").run()
    app.query_params.clear()  # as the menu does: the address would open the plan again
    app.session_state["mapper_desk plan"] = None
    app.switch_page(PLAN).run()
    table = app.dataframe[0].value
    assert table[["State", "Strand", "Late"]].values.tolist() == [["closed", "early help", 0]]


def test_a_list_is_not_cleared_by_escape(app):
    """One that begins without an answer could be: its first option is “Choose” instead."""
    app.switch_page(PLAN).run()
    press(app, "Start a new one")
    strand = field(app.selectbox, "Strand")
    assert (strand.proto.default, strand.options[0]) == (0, "Choose")


def last_day():
    """The day that lateness is told from: beside invented incidents, the last that they tell of."""
    return date(2023, 12, 27)


def test_text_of_others_is_shown_as_it_is(app):
    evil = "<img src=x>![x](http://x/x.png) **b** {{7*7}}"
    save(database(), Work("A-1", "assessment", {"name": evil}), viewer=OTHER, reason=evil)
    again = Work("A-1", "assessment", {"name": evil, "voice": evil}, 1)
    save(database(), again, viewer=OTHER, reason=evil)
    app.switch_page(ASSESSMENT).run()
    app.selectbox[0].select("A-1").run()
    assert not app.exception
    html = "\n".join(part.proto.body for part in app.get("html"))
    assert "<img" not in html
    assert not [part for part in (*app.markdown, *app.caption) if "](http" in part.value]


def test_a_phase_is_suggested_and_decided_beside_it(app):
    content = {"name": "Parade", "hotspot_id": "HS-1"}
    save(database(), Work("A-1", "assessment", content), viewer=OTHER, reason="x")
    app.switch_page(ASSESSMENT).run()
    app.selectbox[0].select("A-1").run()
    field(app.selectbox, "Pattern of the hot spot over time").select("persistent").run()
    assert "Suggested: tertiary." in said(app)
    field(app.selectbox, "Your decision").select("secondary").run()
    press(app, "Record the decision")
    assert "say why and by whom" in said(app)
    field(app.text_input, "Why").set_value("The shop closes in May.")
    field(app.text_input, "Decided by (role and agency)").set_value("Lead, council")
    press(app, "Record the decision")
    assert not app.exception
    assert "Decided, not agreeing: secondary, by Lead, council" in said(app)
    assert "in 0 of 1 place." in said(app)


def test_three_assessments_are_summed_under_the_themes_without_their_words(app):
    for number in range(3):
        content = {"name": f"Place {number}", "voice": "Secret words"}
        save(database(), Work(f"A-{number}", "assessment", content), viewer=OTHER, reason="first")
        app.switch_page(ASSESSMENT).run()
        told = any(one.value.startswith("Learning") for one in app.subheader)
        assert told == (number == 2)
    assert not app.exception
    words = said(app).replace("\\", "")
    assert words.count(" of 3 assessments answer all of it") == 5
    told = (
        "Voice and lived experience of the child: 0 of 3 assessments answer all of it; most often"
    )
    assert told in words
    assert "Secret" not in words


def test_the_themes_are_told_of_one_district_where_enough_were_assessed(app):
    for number, district in enumerate(["Liverpool"] * 3 + ["Sefton"] * 2):
        content = {"name": f"Place {number}", "ward": f"Central, {district}"}
        save(database(), Work(f"A-{number}", "assessment", content), viewer=OTHER, reason="first")
    app.switch_page(ASSESSMENT).run()
    asked = field(app.selectbox, "Assessments of")
    assert asked.options == ["Everywhere", "Liverpool"]  # of two nothing is told
    for area, number in (("Everywhere", 5), ("Liverpool", 3)):
        field(app.selectbox, "Assessments of").select(area).run()
        assert not app.exception
        assert said(app).count(f" of {number} assessments answer all of it") == 5


def test_ground_that_no_known_place_holds_stays_with_its_record(signed_in_app):
    """An old record opened by an officer and saved again keeps its cells; none of them is shown."""
    cells = ["89195da48b3ffff", "89195da48bbffff"]
    content = {"name": "Elm", "ward": "Town Centre, St Helens", "cells": cells}
    save(database(), Work("A-1", "assessment", content), viewer=OTHER, reason="first")
    app = signed_in_app("neighbourhood", wards=["Town Centre"], page="places/assessment.py")
    app.query_params["record"] = "A-1"
    app.run()
    assert not app.exception
    ground = field(app.multiselect, "Ground")
    assert len(ground.value) == 1
    assert not any(cell in str(one.value) for cell in cells for one in (*app.text_area, ground))
    saved(app)
    assert records(database(), "assessment")[0].content["cells"] == cells
