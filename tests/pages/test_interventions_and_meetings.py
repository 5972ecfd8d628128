"""Interventions evaluated and registered; meetings that see what changed since the last one."""

from datetime import date, timedelta

import pytest

from mapper.disclosure.people import one_person
from mapper.incidents.synthetic import SYNTHETIC_NOTICE
from mapper.records.evaluations import is_unchanged
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.versions import history, records
from mapper.records.visits import Visit, keep_visits
from tests.pages.conftest import said
from tests.pages.test_assessment_page import fill, last_day, press, saved
from tests.pages.test_hotspots_page import panel

INTERVENTIONS, MEETINGS = "pages/places/interventions.py", "pages/places/meetings.py"
ANNE = one_person("anne")


@pytest.fixture
def intervention(app):
    """An intervention in the busiest hot spot, half-way through the data."""
    spot = panel(app)["rows"][0]["id"]
    app.query_params["hotspot"] = spot
    app.switch_page(INTERVENTIONS)
    app.query_params["hotspot"] = spot
    app.run()
    app.date_input[0].set_value(date(2023, 7, 1))
    fill(app, What_was_done="Lights put in on the stairs")
    return saved(app)


def test_an_intervention_is_evaluated_kept_and_registered(intervention):
    assert not intervention.exception
    assert "Not evaluated" not in said(intervention)
    (done,) = records(database(), "intervention")
    cells = frozenset(done.content["cells"])
    visit = Visit(date(2023, 7, 2), "late", 20, "Stairs", cells)
    keep_visits(database(), [visit], viewer=ANNE)
    press(intervention, "Work it out")
    assert not intervention.exception
    (kept,) = records(database(), "evaluation")
    assert kept.content["inputs"]["after"][0] == "2023-07-01"
    assert is_unchanged(kept.content)
    assert SYNTHETIC_NOTICE in said(intervention)
    verdict = kept.content["result"]["verdict"]
    assert f"{verdict.capitalize()}, as far as counts can tell." in said(intervention)
    assert "Visits after: 1 visit, 20 minutes in all, on 1 of" in said(intervention)
    assert "Visits before" not in said(intervention)
    table = next(t.value for t in intervention.dataframe if "As far as counts tell" in t.value)
    assert table["As far as counts tell"].tolist() == [verdict]
    assert table["Partners' judgement"].tolist() == ["not yet judged"]
    strands = next(t.value for t in intervention.dataframe if "All together" in t.value)
    assert strands["Tried"].tolist() == [1]
    assert "Under 3 evaluations" in strands["All together"][0]


def test_an_evaluation_is_rerun_from_what_is_kept_and_from_the_data(intervention):
    press(intervention, "Work it out")
    press(intervention, "Work it out again from what is kept")
    assert "The same result, to the last figure." in said(intervention)
    press(intervention, "Same ground and windows, with this data")
    assert not intervention.exception
    (kept,) = records(database(), "evaluation")
    first, second = history(database(), kept.record)
    assert second.content["inputs"]["counts"] == first.content["inputs"]["counts"]
    assert second.content["result"] == first.content["result"]


def test_an_intervention_outside_the_data_is_refused_in_words(intervention):
    intervention.date_input[0].set_value(date(2030, 1, 1))
    saved(intervention)
    assert "it must reach to both sides" in said(intervention)
    assert not intervention.exception


def hold(app, name):
    app.switch_page(MEETINGS).run()
    press(app, "Start a new one")
    fill(app, Meeting=name)
    return saved(app)


def test_a_meeting_keeps_what_was_shown_and_the_next_sees_what_changed(app):
    today = last_day()
    rows = [
        {"action": "Light the stairs", "status": "done", "done_on": today.isoformat()},
        {"action": "Walk", "due": (today - timedelta(days=2)).isoformat(), "agency": "council"},
    ]
    plan = {"name": "Lights", "actions": rows}
    save(database(), Work("P-1", "plan", plan), viewer=ANNE, reason="x")
    before = panel(app)["rows"]
    hold(app, "January")
    assert "This is the first meeting on record" in said(app)
    (first,) = records(database(), "meeting")
    assert first.content["release"] == first.content["shown"]["digest"]
    assert [one["id"] for one in first.content["shown"]["hotspots"]] == [r["id"] for r in before]
    assert first.content["carried"] == ["P-1: Lights"]
    app.switch_page("pages/hotspots/overview.py").run()
    app.date_input[0].set_value(date(2023, 7, 1)).run()
    after = {row["id"] for row in panel(app)["rows"]}
    hold(app, "February")
    words = said(app)
    assert "Late: Walk (council, P-1" in words
    assert "Done: Light the stairs" in words
    gone = [row for row in before if row["id"] not in after]
    assert words.count("No longer a hot spot") == len(gone)


def test_a_meeting_without_a_map_says_so(app):
    app.session_state["mapper_releases"] = {}
    app.switch_page(MEETINGS).run()
    press(app, "Start a new one")
    assert "No map was shown in this session" in said(app)
