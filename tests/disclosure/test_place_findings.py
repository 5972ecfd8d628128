"""Questions about one place: asked of what a release shows, answered as its audience may see."""

from dataclasses import replace

import numpy as np
import pytest

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import RequestError
from mapper.context.phases import shipped_phase_rules
from mapper.context.places import Places, places_table
from mapper.disclosure.make import release
from mapper.disclosure.own_wards import narrowed
from mapper.disclosure.place_findings import (
    QUESTIONS,
    as_shown,
    ask_about_places,
    place_findings,
    shown_as,
)
from mapper.disclosure.register import MemoryRegister
from mapper.grid.hexagons import (
    cells_to_points,
    cells_to_strings,
    points_to_cells,
    strings_to_cells,
)
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.questions.finding import only_rows
from tests.questions.context.conftest import HUB, extract

__all__ = ["extract"]


@pytest.fixture(scope="module")
def study(extract):
    lens = load_lens("domestic-abuse")
    return prepare(read_incidents([extract]), lens=lens, area=load_study_area())


@pytest.fixture(scope="module")
def result(study):
    return find_hotspots(study)


@pytest.fixture(scope="module")
def near():
    kinds = ["railway station", "library"]
    lon, lat = np.array([HUB[0]] * 2), np.array([HUB[1]] * 2)
    return Places(places_table(name=["A", "B"], kind=kinds, lon=lon, lat=lat, source="x"))


@pytest.fixture(scope="module")
def answers(study, result, near):
    """Answers for each audience, by its name."""
    wards = {str(result.hotspots["ward"].iloc[0])}
    shown = {
        "operational": release(result),
        "partnership": release(result, audience="partnership", register=MemoryRegister()),
        "own wards": release(narrowed(result, wards)),
    }
    return {name: ask_about_places(study, result, one, places=near) for name, one in shown.items()}


def test_a_place_is_found_again_on_a_map_of_other_cells_by_its_ground(study, result):
    """Larger cells and smaller ones: the hot spot with which it shares most ground."""
    name = str(result.hotspots["hotspot_id"].iloc[0])
    own = result.hotspot_cells[name]
    for resolution in (8, 10):
        area = load_study_area("merseyside", resolution=resolution)
        other = release(find_hotspots(prepare(study.incidents, lens=study.lens, area=area)))
        found = shown_as(result, name, other)
        assert found in set(other.hotspots["hotspot_id"])
        cells = other.cells["cell"][other.cells["hotspot_id"] == found].to_numpy(dtype=object)
        here, there = strings_to_cells(cells), own
        if resolution > result.request.resolution:
            here = points_to_cells(*cells_to_points(here), resolution=result.request.resolution)
        else:
            there = points_to_cells(*cells_to_points(own), resolution=resolution)
        assert np.isin(here, there).any()
    assert shown_as(result, name, release(result)) == name
    assert shown_as(result, "HS-NONE", release(result)) == "HS-NONE"


def first(answers, audience):
    spot = answers[audience].release.hotspots["hotspot_id"][0]
    return place_findings(answers[audience], spot, register=MemoryRegister())


@pytest.mark.parametrize("audience", ["operational", "partnership", "own wards"])
def test_every_question_is_asked_of_every_audience(answers, audience):
    found = first(answers, audience)
    assert set(found.findings) | set(found.unanswered) == {one.id for one in QUESTIONS}
    for one in found.findings.values():
        assert one.audience == found.release.audience
        assert set(one.table["hotspot_id"]) == {found.hotspot_id}


def test_for_the_operational_audience_the_place_is_the_results_own(answers, result):
    shown = as_shown(result, answers["operational"].release)
    assert shown.hotspots["incidents"].tolist() == result.hotspots["incidents"].tolist()
    assert (shown.cells["hotspot_id"] == result.cells["hotspot_id"]).all()


@pytest.mark.parametrize("audience", ["partnership", "own wards"])
def test_questions_are_asked_of_the_cells_that_the_release_shows(answers, result, audience):
    release = answers[audience].release
    shown = as_shown(result, release)
    for spot in release.hotspots["hotspot_id"]:
        told = set(release.cells.loc[release.cells["hotspot_id"] == spot, "cell"])
        inside = shown.cells["hotspot_id"] == spot
        assert set(shown.cells.loc[inside, "cell"]) == told
        (row,) = shown.hotspots[shown.hotspots["hotspot_id"] == spot].to_dict("records")
        assert row["incidents"] == result.incidents[inside.to_numpy()].sum()


def test_partners_get_classes_and_no_figure_computed_from_counts(answers):
    found = first(answers, "partnership")
    why = found.unanswered["signature"]
    assert "all counts of hot spots, each of few incidents; ask for what surrounds them" in why
    assert {"pattern", "phase"} <= set(found.findings["phases"].table)
    for one in found.findings.values():
        assert "derived" not in one.roles.values()
    assert "incidents" not in found.findings["phases"].table
    near = found.findings["context"].table
    assert near["kind"].tolist() == ["railway station", "library"]


def test_a_phase_never_tells_partners_on_which_side_of_its_line_a_count_lies(study, result):
    """Of every line the phase is shown only where printed counts settle it already."""
    shown = release(result, audience="partnership", register=MemoryRegister())
    printed, spots = shown.printed["count"], shown.cells["hotspot_id"].to_numpy()
    spot = shown.hotspots["hotspot_id"][0]
    least, most = (int(one[spots == spot].sum()) for one in (printed.low, printed.high))
    assert least < most
    for line in (1, least, least + 1, most, most + 1):
        rules = replace(shipped_phase_rules(), fewest=line)
        made = ask_about_places(study, result, shown, rules=rules)
        found = place_findings(made, spot, only={"phases"}, register=MemoryRegister())
        told = found.findings["phases"].table["phase"][0]
        assert (told == "not shown") is (least < line <= most)
        assert told in ({"primary", "secondary", "tertiary", ""} | {"not shown"})
        if line > most:
            assert told == ""


@pytest.mark.parametrize("audience", ["operational", "partnership", "own wards"])
def test_a_place_is_drawn_as_the_audiences_own_map_draws_it_and_no_other_is(answers, audience):
    found = first(answers, audience)
    for one in found.findings.values():
        (drawn,) = one.where.places
        assert set(cells_to_strings(drawn)) == set(found.cells)
        assert (one.where.of_row == 0).all()


def test_a_list_for_partners_holds_no_outline_that_their_map_does_not(answers):
    shown = answers["partnership"].release
    finding = answers["operational"].findings["phases"]  # of outlines that partners are not shown
    kept = finding.table["hotspot_id"].isin(shown.hotspots["hotspot_id"]).to_numpy()
    given = {"audience": "partnership", "register": MemoryRegister(), "shown": shown}
    made = release(only_rows(finding, kept), **given)
    assert kept.any()
    told = shown.cells.groupby("hotspot_id")["cell"].agg(set)
    for at, spot in zip(made.where.of_row, made.table["hotspot_id"], strict=True):
        assert set(cells_to_strings(made.where.places[at])) == told[spot]


def test_a_hot_spot_of_another_ward_is_not_answered_for(answers, result):
    own = set(answers["own wards"].release.hotspots["hotspot_id"])
    other = next(spot for spot in result.hotspots["hotspot_id"] if spot not in own)
    with pytest.raises(RequestError, match="There is no hot spot"):
        place_findings(answers["own wards"], other)


def test_what_cannot_be_answered_is_named_with_its_reason(study, result):
    shown = release(result)
    without = ask_about_places(study, result, shown)
    assert without.unanswered == {"context": "No file of places near was given."}
    months = study.incidents.table.assign(precision="month")
    months["precision"] = months["precision"].astype("category")
    vague = replace(study, incidents=replace(study.incidents, table=months))
    answers = ask_about_places(vague, result, shown)
    assert "only the month" in answers.unanswered["shifts"]
