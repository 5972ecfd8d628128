"""Visits on screen: three taps on My patch, a table by place, positions without names."""

from datetime import date

import pytest

from mapper.disclosure.people import one_person
from mapper.grid.hexagons import cells_to_points, strings_to_cells
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.versions import records
from mapper.records.visits import Visit, keep_visits
from tests.pages.conftest import said
from tests.pages.test_assessment_page import press
from tests.pages.test_patch_page import opened, panel

VISITS = "pages/places/visits.py"
LAST_DAY = "2023-12-27"  # of the small extract


@pytest.fixture
def place(app):
    """A plan at the first hot spot of the patch, with what is asked of it; the page beside."""
    opened(app)
    card = panel(app)["cards"][0]
    shown = list(app.session_state["mapper_releases"].values())[-1]
    mine = shown.cells.loc[shown.cells["hotspot_id"] == card["id"], "cell"].tolist()
    content = {
        "name": "Lights",
        "hotspot_id": card["id"],
        "cells": mine,
        "state": "running",
        "visits": [{"a_week": 1, "minutes": 15}],
    }
    save(database(), Work("P-1", "plan", content), viewer=one_person("Ann"), reason="first")
    return app, card, mine


def test_a_visit_is_kept_in_three_taps_and_stands_on_the_card(place):
    app, card, _ = place
    assert card["visited"] == ""
    app.session_state["patch spot"] = card["id"]
    app.run()
    press(app, "Keep this visit")
    assert not app.exception
    assert "Kept: 15 minutes at" in said(app)
    assert panel(app)["cards"][0]["visited"] == (
        "Last visit 27 December; 1 visit, 15 minutes in 28 days"
    )
    assert panel(app)["cards"][1]["visited"] == ""
    app.switch_page(VISITS).run()
    (table,) = (one.value for one in app.dataframe)
    assert table[["Place", "Record", "Visits", "Weeks as planned"]].to_numpy().tolist() == [
        ["Lights", "P-1", 1, "1 of 4"]
    ]


def test_positions_are_kept_for_places_of_work_alone_and_once(place):
    app, _, cells = place
    app.switch_page(VISITS).run()
    assert "1 of 1 place had no visit" in said(app)
    (lon,), (lat,) = cells_to_points(strings_to_cells(cells[:1]))
    rows = [f"CS1,{LAST_DAY} 20:{n:02},{lat},{lon}" for n in range(0, 24, 4)]
    rows += [f"CS2,{LAST_DAY} 20:{n:02},53.0,-2.0" for n in range(5)]
    data = "\n".join(["Callsign,Time,Latitude,Longitude", *rows]).encode()
    app.file_uploader[0].set_value(("avl.csv", data, "text/csv")).run()
    assert "1 visit at the places asked for, from 11 positions; 5 lay elsewhere" in said(app)
    press(app, "Keep 1 visit")
    (table,) = (one.value for one in app.dataframe)
    assert table[["Visits", "Minutes"]].to_numpy().tolist() == [[1, 20]]
    assert "1 visit of this file is kept already" in said(app)
    press(app, "Take 1 visit back")
    assert "1 of 1 place had no visit" in said(app)
    press(app, "Keep 1 visit")
    assert "1 visit of this file is kept already" in said(app)


def test_with_no_place_of_work_the_page_says_how_to_begin(app):
    app.switch_page(VISITS).run()
    assert "No plan, campaign or intervention names a place yet" in said(app)
    assert records(database(), "plan") == ()


def test_a_file_without_positions_is_refused_in_words(place):
    app, _, _ = place
    app.switch_page(VISITS).run()
    app.file_uploader[0].set_value(("list.csv", b"Callsign,Officer\n1,2\n", "text/csv")).run()
    assert not app.exception
    assert "no columns of time and place were recognised" in said(app)


def test_a_neighbour_sees_the_visits_of_own_work_and_takes_no_files(signed_in_app):
    ann = one_person("Ann")
    here, away = frozenset({"8919516040bffff"}), frozenset({"89195129ec7ffff"})
    for number, cells, ward in ((1, here, "Birkenhead and Tranmere, Wirral"), (2, away, "")):
        content = {"name": f"Plan {number}", "ward": ward, "cells": sorted(cells)}
        save(database(), Work(f"P-{number}", "plan", content), viewer=ann, reason="first")
        visit = Visit(date(2023, 12, 20), "late", 15, f"Plan {number}", cells)
        keep_visits(database(), [visit], viewer=ann)
    app = signed_in_app("neighbourhood", wards=["Birkenhead and Tranmere"], page="places/visits.py")
    assert not app.exception
    (table,) = (one.value for one in app.dataframe)
    assert table["Place"].tolist() == ["Plan 1"]
    assert "Plan 2" not in said(app)
    assert "28 days to 27 December 2023: 1 visit" in said(app)
    assert not app.file_uploader
