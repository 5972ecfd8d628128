"""Rings, bands, location-days and days of harm reach the result through the request."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import analyse
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import prepare
from mapper.base.errors import LensError, RequestError
from mapper.grid.neighbours import find_band
from mapper.lenses.lens import Rule
from mapper.questions.signals import SignalsChoices, ask_signals
from mapper.statistics.bracket import bracket_clusters
from mapper.statistics.clusters import find_clusters
from mapper.statistics.scores import score_counts
from tests.builders import EVERYTHING, incidents_at, small_area

AREA = small_area(10)
CELLS = AREA.cells["cell"].to_numpy()
HARM = replace(
    EVERYTHING,
    rules=(
        Rule(name="all", weight=1, reason="", conditions=(), harm_days=1.5),
        Rule(
            name="robbery", weight=1, reason="", conditions=(("type", "is", "Robbery"),),
            harm_days=365.25,
        ),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def incidents():
    """A few everywhere, and a busy middle."""
    rng = np.random.default_rng(4)
    spread = rng.choice(CELLS, 150)
    return incidents_at(np.concatenate([spread, np.repeat(CELLS[100:104], 12)]))


def test_concentrated_places_are_those_of_before(incidents):
    usual = analyse(incidents, lens=EVERYTHING, area=AREA, question="concentrated")
    study = prepare(incidents, lens=EVERYTHING, area=AREA)
    assert study.touching is study.near
    same = find_clusters(score_counts(study.counts.weighted, score="capped"), study.near)
    np.testing.assert_array_equal(usual.cells["p"], same.p)
    assert set(usual.facts) == {"mean_per_cell", "variance_to_mean", "cap"}


@pytest.mark.parametrize(("rings", "inner"), [(2, 1), (2, 2), (3, 2)])
def test_rings_and_bands_decide_what_counts_as_near(incidents, rings, inner):
    choices = {"rings": rings, "inner": inner, "score": "count"}
    result = analyse(incidents, lens=EVERYTHING, area=AREA, **choices)
    near = find_band(CELLS, inner=inner, outer=rings)
    expected = find_clusters(result.cells["incidents"].to_numpy(), near)
    np.testing.assert_array_equal(result.cells["p"], expected.p)
    assert result.cells["neighbours"].max() == {(2, 1): 18, (2, 2): 12, (3, 2): 30}[rings, inner]
    assert any("count as the surroundings" in note.words for note in result.notes)


def test_a_location_day_counts_once(incidents):
    twice = replace(
        incidents,
        table=pd.concat([incidents.table, incidents.table], ignore_index=True),
        files=(replace(incidents.files[0], rows=2 * len(incidents.table)),),
    )
    one, once = (
        analyse(twice, lens=EVERYTHING, area=AREA, location_day=chosen) for chosen in (False, True)
    )
    days = incidents.table["start"].dt.date
    places = pd.DataFrame({"lon": incidents.table["lon"], "lat": incidents.table["lat"]})
    distinct = len(places.assign(day=days).drop_duplicates())
    assert one.numbers["incidents_counted"] == 2 * len(incidents.table)
    assert once.numbers["incidents_counted"] == distinct
    assert any("once a day" in note.words for note in once.notes)


def test_days_of_harm_are_tested_between_two_bounds(incidents):
    result = analyse(incidents, lens=HARM, area=AREA, harm=True)
    study = prepare(incidents, lens=HARM, area=AREA, harm=True)
    days = study.counts.incidents * 365.25
    np.testing.assert_allclose(study.harm_days(), days)
    found = bracket_clusters(days, study.near)
    np.testing.assert_array_equal(result.cells["p"], found.p)
    assert result.facts["harm_days"] == pytest.approx(days.sum())
    assert result.facts["widest_p_bracket"] == pytest.approx(np.nanmax(found.width))
    table = ask_signals(study, SignalsChoices()).table
    assert (table["harm_p_low"] <= table["harm_p"]).all()
    with pytest.raises(LensError, match="no days of harm"):
        analyse(incidents, lens=EVERYTHING, area=AREA, harm=True)


def test_steps_out_of_order_are_refused():
    with pytest.raises(RequestError, match="steps 2 to 1"):
        AnalysisRequest(lens="everything", rings=1, inner=2)
