"""The tour on screen: its steps by role, and none where nothing is planted."""

import json

import pytest

from mapper.app.help import tour_page
from mapper.app.shell.router import PAGES
from mapper.app.workbench.form import QUESTION
from mapper.base.settings import settings
from tests.pages.conftest import said, start

TOUR = str(PAGES / "help" / "tour.py")
PLACE = {
    "ward": "Central", "district": "Liverpool", "months": [0] * 11 + [70], "incidents": 70,
    "lens": "county-lines", "signal": "cluster", "seen_as": "new",
}  # fmt: skip
TRUTH = {
    "planted": [
        {**PLACE, "id": name}
        for name in ("new", "coincidence-county-lines", "coincidence-domestic-abuse")
    ],
    "incidents": {"domestic_abuse": 33_333, "child_at_address": 9_715},
    "geocode_sink": {"incidents": 3_750, "ward": "Everton"},
    "interventions": [
        {
            "ward": "Yew Tree", "start": "2022-03-01", "effect": "a fall of 40%",
            "before_after": {"treated": [349, 255]}, "treated_cells": ["89195106097ffff"],
        }
    ],
}  # fmt: skip


@pytest.fixture
def planted(monkeypatch, tmp_path):
    """A truth, as if the demonstration shown were the generated one."""
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(TRUTH), encoding="utf-8")
    monkeypatch.setattr(tour_page, "truth_file", lambda: path)
    monkeypatch.setattr(tour_page, "truth_of", lambda file: json.loads(file.read_text("utf-8")))


def test_without_the_generated_demonstration_there_is_no_tour():
    assert settings().demonstration_file is not None
    app = start().switch_page(TOUR).run()
    assert not app.exception
    assert "nothing is planted" in said(app)
    assert app.get("page_link") == []


def test_an_analyst_sees_the_tours_of_all_and_begins_with_their_own(planted):
    app = start().switch_page(TOUR).run()
    assert not app.exception
    box = app.segmented_control(key="tour")
    assert box.value == "Analysts"
    assert "From 1 March 2022, a fall of 40%: 349 incidents before, 255 after." in said(app)
    box.set_value("Neighbourhood teams").run()
    assert "70 county-lines incidents around one place in Central" in said(app)


def test_a_partner_is_shown_the_steps_of_the_meeting_alone(planted, signed_in_app):
    app = signed_in_app("partner", page="help/tour.py")
    assert app.segmented_control(key="tour").options == ["Partnership meetings"]
    assert "Run the meeting from one screen" in said(app)
    assert "See what partners do not see" not in said(app)


def test_a_step_opens_the_workbench_at_its_question():
    app = start()
    app.query_params["question"] = "patterns"
    app.switch_page(str(PAGES / "analysis" / "workbench.py")).run()
    assert app.selectbox(key=QUESTION).value == "patterns"
