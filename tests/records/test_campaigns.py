"""Campaigns: coverage and figures against counts by hand, templates filled down, and amended."""

from datetime import date

import pytest

from mapper.base.errors import RecordsError, RefusedError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.lenses.load import list_lenses
from mapper.records.actions import actions_of
from mapper.records.campaigns import (
    action_table,
    cells_of,
    coverage,
    figures,
    place_table,
    reach_in_words,
)
from mapper.records.content import tidy
from mapper.records.form import load_form
from mapper.records.saving import Work, amend, save
from mapper.records.templates import fill_down, templates
from mapper.records.versions import drafts_of, history

ANNE = Viewer(name="anne", roles=frozenset({"analyst"}))
TODAY = date(2022, 10, 1)
CELLS = ["89195da49b3ffff", "89195da49b7ffff", "89195da49bbffff"]
CONTENT = {
    "name": "ICON, autumn",
    "places": [
        {"place": "Hub", "kind": "venue", "cells": CELLS[:2], "incidents": 7},
        {"place": "Clinic", "kind": "venue", "cells": CELLS[1:]},
        {"place": "Library", "kind": "venue"},
        {"place": "School"},
    ],
    "actions": [
        {"place": "Hub", "action": "Brief", "agency": "midwifery", "due": "2022-09-20"},
        {"place": "Clinic", "action": "Brief", "agency": "midwifery", "due": "2022-10-01"},
        {"place": "Library", "action": "Brief", "agency": "early help", "status": "done",
         "done_on": "2022-09-12"},
        {"place": "School", "action": "Brief", "agency": "schools", "status": "dropped"},
        {"place": "School", "action": "Poster", "agency": "schools", "due": "2022-09-29"},
    ],
    "outreach": [
        {"place": "Hub", "day": "2022-09-10", "sessions": 1, "contacts": 12, "leaflets": 30},
        {"place": "Hub", "day": "2022-09-17", "sessions": 1, "contacts": 5},
        {"place": "Clinic", "day": "2022-09-10", "sessions": 0, "contacts": 0},
    ],
}  # fmt: skip


def test_a_place_is_visited_where_something_was_counted_or_done():
    covered = coverage(CONTENT)
    assert covered.planned == ("Hub", "Clinic", "Library", "School")
    assert covered.visited == ("Hub", "Library")
    assert covered.untouched == ("Clinic", "School")
    assert covered.words == "2 of 4 places visited"
    assert cells_of(CONTENT, covered.planned) == frozenset(CELLS)
    assert cells_of(CONTENT, covered.visited) == frozenset(CELLS[:2])


def test_three_figures_are_those_counted_by_hand():
    assert figures(CONTENT, TODAY) == (
        ("2 of 4", "places visited"),
        ("1 of 4", "actions done, 2 late"),
        ("17", "people reached (2 sessions held, 30 leaflets given)"),
    )


def test_one_of_a_kind_is_told_as_one():
    row = {"place": "Hub", "day": "2022-09-17", "sessions": 1, "briefed": 1, "contacts": 1}
    content = {**CONTENT, "judged": "reach and coverage", "outreach": [row]}
    told = "1 session held, 1 member of staff briefed"
    assert figures(content, TODAY)[2] == ("1", f"people reached ({told})")
    assert f"; {told}, 1 person reached. Incidents" in reach_in_words(content)


def test_what_is_latest_stands_first_and_the_untouched_before_the_visited():
    table = action_table(actions_of(CONTENT), TODAY)
    assert table["days_late"].tolist() == [11, 2, 0, 0, 0]
    assert table["place"].tolist()[:2] == ["Hub", "School"]
    assert table["state"].tolist()[:3] == ["late", "late", "not started"]
    places = place_table(CONTENT)
    assert places["place"].tolist() == ["Clinic", "School", "Hub", "Library"]
    assert places["contacts"].tolist() == [0, 0, 17, 0]
    assert "incidents" not in places  # counts leave by a release alone


def test_nothing_of_an_ended_campaign_is_late():
    ended = {**CONTENT, "state": "handed over"}
    table = action_table(actions_of(ended), TODAY)
    assert set(table["days_late"]) == {0}
    assert table["state"].tolist().count("ended undone") == 3


@pytest.mark.parametrize("template", templates(), ids=lambda one: one.id)
def test_a_shipped_template_begins_a_campaign_that_lacks_nothing_but_its_places(template):
    begun = tidy(load_form("campaign"), template.begin(date(2022, 9, 5)))
    assert load_form("campaign").gaps(begun) == ("Places",)
    assert template.lens in {lens.id for lens in list_lenses()}
    last = date.fromisoformat(begun["last"])
    rows = fill_down(template, ["Hub"], first=date(2022, 9, 5), there=[])
    whole = tidy(load_form("campaign"), {**begun, "places": [{"place": "Hub"}], "actions": rows})
    assert load_form("campaign").gaps(whole) == ()
    assert all(one.due and one.due <= last for one in actions_of(whole))


def test_the_templates_that_the_approach_asks_for_are_there():
    assert {one.id for one in templates()} >= {
        *("icon-outreach", "domestic-abuse-month", "county-lines-week"),
        *("treatment-and-enforcement", "missing-from-care", "weapon-sweeps"),
    }


def test_actions_are_filled_down_once_and_what_is_there_stays():
    icon = next(one for one in templates() if one.id == "icon-outreach")
    own = {"place": "Hub", "action": "Our own", "agency": "police", "note": "kept"}
    first = fill_down(icon, ["Hub", "Clinic"], first=date(2022, 9, 5), there=[own])
    assert len(first) == 1 + 2 * len(icon.actions)
    assert first[0] == own
    assert fill_down(icon, ["Hub", "Clinic"], first=date(2022, 9, 5), there=first) == first
    week = next(one for one in icon.actions if one.agency == "police").week
    police = next(row for row in first[1:] if row["agency"] == "police")
    assert (date.fromisoformat(police["due"]) - date(2022, 9, 5)).days == 7 * week - 1


def test_an_own_template_is_a_file_and_a_wrong_one_is_refused_with_its_line(tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_CAMPAIGNS", str(tmp_path))
    settings.cache_clear()
    text = (
        'title = "Bikes"\nstrand = "problem solving"\npurpose = "Fewer thefts."\n'
        'population = "everybody in the wards"\njudged = "harm at its places"\n'
        'lens = "all-demand"\nlead = "council"\nweeks = 2\nplaces = 3\n'
    )
    (tmp_path / "bikes.toml").write_text(text)
    assert templates()[-1].title == "Bikes"
    (tmp_path / "bikes.toml").write_text(text.replace("council", "councl"))
    with pytest.raises(RecordsError, match=r'line 7: "councl" is not known here'):
        templates()
    settings.cache_clear()


def test_one_count_is_added_to_the_campaign_as_it_is_now(database):
    save(database, Work("C-1", "campaign", CONTENT), viewer=ANNE, reason="agreed")
    other = {**CONTENT, "purpose": "Changed meanwhile."}
    save(database, Work("C-1", "campaign", other, 1), viewer=ANNE, reason="reworded")

    def added(now):
        return {**now.content, "outreach": [*now.content["outreach"], row]}

    row = {"place": "School", "day": "2022-10-01", "briefed": 9}
    saved = amend(database, "C-1", viewer=ANNE, act="plan", change=added, reason="counted")
    assert (saved.number, saved.content["purpose"]) == (3, "Changed meanwhile.")
    assert coverage(saved.content).untouched == ("Clinic",)
    assert len(history(database, "C-1")) == 3
    assert not drafts_of(database, "anne", "campaign")
    partner = Viewer(name="pat", roles=frozenset({"partner"}))
    with pytest.raises(RefusedError):
        amend(database, "C-1", viewer=partner, act="plan", change=added, reason="x")
    with pytest.raises(RecordsError, match="is not here"):
        amend(database, "C-9", viewer=ANNE, act="plan", change=added, reason="x")
