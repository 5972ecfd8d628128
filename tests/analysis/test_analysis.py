"""One request in, one result out: by hand, by refusal, and under nothing clustered."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mapper.analysis.analyse import AnalysisRequest, analyse
from mapper.analysis.expectation import expectation
from mapper.analysis.study import prepare
from mapper.base.errors import DisclosureError, RequestError, TooFewEventsError
from mapper.base.tables import CELL_COLUMNS, HOTSPOT_COLUMNS
from mapper.disclosure.make import release
from mapper.disclosure.register import MemoryRegister
from mapper.disclosure.release import Release, is_release
from mapper.grid.neighbours import find_neighbours
from mapper.lenses.lens import Rule
from mapper.statistics.clusters import find_clusters
from mapper.statistics.false_discovery import benjamini_hochberg
from tests.builders import EVERYTHING, disc, incidents_at, small_area

AREA = small_area()
CELLS = AREA.cells["cell"].to_numpy()
HOT = disc(1, lon=-2.93)
ROBBERY = Rule(
    name="robbery", weight=1, reason="all alike", conditions=(("type", "is", "Robbery"),)
)


def run(cells, *, incidents=None, area=AREA, **choices):
    return analyse(incidents or incidents_at(cells), lens=EVERYTHING, area=area, **choices)


def busy_cells(times=12, background=300, seed=1):
    spread = np.random.default_rng(seed).choice(CELLS, background)
    return np.concatenate([np.repeat(HOT, times), spread])


@pytest.mark.parametrize("null", ["total", "conditional"])
@pytest.mark.parametrize("score", ["capped", "count"])
def test_a_planted_cluster_is_found_under_every_choice(score, null):
    result = run(busy_cells(), score=score, null=null)
    found = set(result.cells.loc[result.cells["hot"], "cell"])
    from mapper.grid.hexagons import cells_to_strings

    centre = cells_to_strings(disc(0, lon=-2.93))[0]
    assert centre in found
    assert len(result.hotspots) == 1
    assert list(result.cells.columns) == list(CELL_COLUMNS)
    assert list(result.hotspots.columns) == list(HOTSPOT_COLUMNS)


def test_every_cell_is_there_and_counts_add_up():
    result = run(busy_cells())
    cells = result.cells
    assert len(cells) == CELLS.size
    assert cells["incidents"].sum() == 7 * 12 + 300
    ring = find_neighbours(AREA.cells["cell"].to_numpy()).ring_sums(cells["incidents"].to_numpy())
    assert (cells["disc_incidents"] == cells["incidents"] + ring).all()
    assert (cells["hot"] == (cells["hotspot_id"] != "")).all()
    assert result.numbers["rows_read"] == result.numbers["rows_accepted"] == 384
    inside = cells[cells["hot"]]
    assert result.hotspots["incidents"].sum() == inside["incidents"].sum()


def test_incidents_outside_are_counted_and_said():
    far = disc(0, lon=-2.5)
    result = run(np.concatenate([busy_cells(), np.repeat(far, 9)]))
    assert result.numbers["incidents_outside"] == result.numbers["rows_outside"] == 9
    assert any("9 incidents that would count" in note.words for note in result.notes)


def test_dates_choose_incidents_and_the_last_day_is_included():
    incidents = incidents_at(busy_cells(), start="2024-03-01", days=1)
    all_of_it = run(None, incidents=incidents, start=date(2024, 3, 1), end=date(2024, 3, 1))
    assert all_of_it.numbers["incidents_counted"] == 384
    assert (all_of_it.first, all_of_it.last) == (date(2024, 3, 1), date(2024, 3, 1))
    with pytest.raises(RequestError, match="They run from 1 March 2024 to 1 March 2024"):
        run(None, incidents=incidents, start=date(2024, 3, 2))


def test_months_without_any_data_are_named():
    incidents = incidents_at(busy_cells(), start="2024-01-01", days=90)
    table = incidents.table
    keep = table["start"].dt.month != 2
    incidents = incidents_at(table.loc[keep, "lon"].size * [CELLS[0]])
    incidents.table["start"] = table.loc[keep, "start"].to_numpy()
    result = run(None, incidents=incidents)
    assert any("No data at all for February 2024" in note.words for note in result.notes)


def test_too_few_incidents_are_refused_in_words():
    with pytest.raises(TooFewEventsError, match=r"Only 29 incidents .* fewer than 30"):
        run(np.repeat(HOT, 5)[:29])


def test_a_disc_of_four_is_never_hot():
    # all others lie alone: four in one disc are rare enough to pass, yet too few to speak of
    wide = small_area(20)
    cells = wide.cells["cell"].to_numpy()
    corner = disc(1, lon=-2.985, lat=53.392)
    apart = np.setdiff1d(cells, disc(3, lon=-2.985, lat=53.392))[::45]
    four = run(np.concatenate([corner[:4], apart]), area=wide, question="concentrated")
    assert four.cells["disc_incidents"].max() == 4
    assert four.cells["q"].min() <= 0.05
    assert not four.cells["hot"].any()
    middle = disc(0, lon=-2.985, lat=53.392)
    beside = np.setdiff1d(corner, middle)[:1]
    more = np.concatenate([np.repeat(middle, 5), np.repeat(beside, 4), apart])
    assert run(more, area=wide, score="count").cells["hot"].any()


def test_choices_of_the_other_question_ask_it():
    assert AnalysisRequest(lens="x").asks == "unusual"
    assert AnalysisRequest(lens="x", score="count").asks == "concentrated"
    assert AnalysisRequest(lens="x", null="conditional").asks == "concentrated"
    assert AnalysisRequest(lens="x", harm=True).asks == "concentrated"
    assert AnalysisRequest(lens="x", question="concentrated").asks == "concentrated"
    assert AnalysisRequest(lens="x", question="unusual", score="count").asks == "unusual"
    with pytest.raises(RequestError, match="not days of harm"):
        AnalysisRequest(lens="x", question="unusual", harm=True)


def test_concentrated_keeps_gi_star_and_its_exact_p_to_the_digit():
    counts = np.bincount(np.searchsorted(CELLS, busy_cells()), minlength=CELLS.size)
    near = find_neighbours(CELLS)
    clusters = find_clusters(counts, near)
    cells = run(busy_cells(), score="count", null="total").cells
    np.testing.assert_array_equal(cells["z"], clusters.z)
    np.testing.assert_array_equal(cells["p"], clusters.p)
    np.testing.assert_array_equal(cells["q"], benjamini_hochberg(clusters.p))


def test_population_alone_is_concentrated_and_not_unusual():
    people = np.full(CELLS.size, 20.0)
    town = np.isin(CELLS, disc(3, lon=-2.97))
    people[town] = 900.0
    area = replace(AREA, cells=AREA.cells.assign(residents=people))
    stream = np.random.default_rng(3)
    cells = np.repeat(CELLS, stream.poisson(3_000 * people / people.sum()))
    busy = run(cells, area=area, question="concentrated")
    assert busy.cells.loc[town, "hot"].mean() > 0.5
    assert "even spread over the round area" in busy.hotspots["reason"][0]
    usual = run(cells, area=area)
    assert usual.request.asks == "unusual"
    assert len(usual.hotspots) == 0


def test_unusual_is_more_than_the_named_expectation_explains():
    result = run(busy_cells())
    (spot,) = result.hotspots.to_dict("records")
    assert spot["cells"] == 7
    assert "that residents would explain" in spot["reason"]
    inside = result.cells["hot"].to_numpy()
    assert spot["expected"] == pytest.approx(384 * 7 / CELLS.size)  # all cells have fifty
    assert result.cells.loc[inside, "q"].min() < 1e-6
    assert result.facts["bunching_ratio"] >= 1


def test_demand_is_compared_with_unless_the_lens_is_most_of_it():
    robberies, thefts = busy_cells(), np.repeat(CELLS, 3)
    kinds = pd.Categorical(["Robbery"] * robberies.size + ["Theft"] * thefts.size)
    incidents = incidents_at(np.concatenate([robberies, thefts]), type=kinds)
    lens = replace(EVERYTHING, rules=(ROBBERY,))
    study = prepare(incidents, lens=lens, area=AREA, expected="demand")
    chosen = expectation(study)
    assert chosen.words == "all demand recorded there"
    assert chosen.base.sum() == kinds.size
    alone = prepare(incidents, lens=EVERYTHING, area=AREA, expected="demand")
    assert expectation(alone).words == "residents"
    (note,) = expectation(alone).notes
    assert note.code == "expectation"
    assert "too many to be compared with all demand" in note.words


def test_without_residents_the_even_spread_is_said():
    area = replace(AREA, cells=AREA.cells.assign(residents=np.nan))
    result = run(busy_cells(), area=area)
    assert any("no residents are known" in note.words.lower() for note in result.notes)
    assert "an even spread over the cells would explain" in result.hotspots["reason"][0]


def test_where_residents_are_not_known_nothing_is_listed_and_everybody_is_told():
    unknown = np.isin(CELLS, disc(2, lon=-2.93))
    cells = AREA.cells.assign(residents=AREA.cells["residents"].where(~unknown))
    result = run(busy_cells(), area=replace(AREA, cells=cells), expected="residents")
    (told,) = (note.words for note in result.notes if note.code == "residents unknown")
    assert f"not known in {unknown.sum()} of {unknown.size:,} cells" in told
    assert not len(result.hotspots)
    assert not any(note.code == "residents unknown" for note in run(busy_cells()).notes)
    demand = replace(result, notes=(), request=replace(result.request, expected="demand"))
    partners = release(demand, audience="partnership", register=MemoryRegister())
    assert told in partners.caveats  # whose places are judged by residents, whatever was asked
    even = run(busy_cells(), area=replace(AREA, cells=cells), question="concentrated")
    partners = release(even, audience="partnership", register=MemoryRegister())
    assert told not in partners.caveats  # whose places are not judged by them


def test_places_keep_the_size_asked_for():
    result = run(busy_cells(times=30), most_cells=3)
    assert result.hotspots["cells"].max() <= 3
    small = run(busy_cells(times=30), most_km2=0.2)
    assert small.hotspots["area_km2"].max() <= 0.2
    with pytest.raises(RequestError, match="most_cells of 0"):
        AnalysisRequest(lens="x", most_cells=0)


def test_every_fault_of_a_request_is_told_at_once():
    with pytest.raises(RequestError) as fault:
        AnalysisRequest(
            lens="x",
            resolution=14,
            alpha=2,
            start=date(2024, 2, 1),
            end=date(2024, 1, 1),
            score="loud",
        )
    for words in ("resolution of 14", "alpha of 2", "after the last day", "score 'loud'"):
        assert words in str(fault.value)


def test_same_input_same_result():
    first, second = release(run(busy_cells())), release(run(busy_cells()))
    assert first.digest == second.digest
    pd.testing.assert_frame_equal(first.cells, second.cells)
    assert release(run(busy_cells(times=13))).digest != first.digest


def test_nothing_but_a_release_gets_out():
    result = run(busy_cells())
    with pytest.raises(DisclosureError, match="take a release, not a AnalysisResult"):
        is_release(result)
    with pytest.raises(DisclosureError, match="made by"):
        Release(**{name: None for name in Release.__dataclass_fields__ if name != "_key"})
    with pytest.raises(DisclosureError, match="audience"):
        release(result, audience="everyone")
    with pytest.raises(DisclosureError, match="not a DataFrame"):
        release(result.cells)
    shown = release(result, made_by="an analyst")
    assert is_release(shown) is shown
    assert shown.marking == "OFFICIAL-SENSITIVE"
    assert shown.record["made_by"] == "an analyst"


@pytest.mark.parametrize("runs", [20, pytest.param(400, marks=pytest.mark.soak)])
def test_rearranged_counts_show_hot_spots_in_at_most_alpha_of_runs(runs):
    """Nothing clustered any more: a run with any hot spot is a false alarm."""
    rng = np.random.default_rng(2024)
    per_cell = rng.negative_binomial(0.3, 0.05, CELLS.size)
    alarms = 0
    for _ in range(runs):
        incidents = incidents_at(np.repeat(CELLS, rng.permutation(per_cell)))
        alarms += len(run(None, incidents=incidents).hotspots) > 0
    assert alarms <= stats.binom.ppf(0.999, runs, 0.05)
