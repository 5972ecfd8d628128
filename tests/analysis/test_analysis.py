"""One request in, one result out: by hand, by refusal, and under nothing clustered."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mapper.analysis import analyse as analysis
from mapper.analysis.analyse import AnalysisRequest, analyse
from mapper.base.errors import DisclosureError, RequestError, TooFewEventsError
from mapper.base.tables import CELL_COLUMNS, HOTSPOT_COLUMNS
from mapper.disclosure.make import release
from mapper.disclosure.release import Release, is_release
from tests.builders import EVERYTHING, disc, incidents_at, small_area

AREA = small_area()
CELLS = AREA.cells["cell"].to_numpy()
HOT = disc(1, lon=-2.93)


def run(cells, *, incidents=None, area=AREA, **choices):
    return analyse(incidents or incidents_at(cells), lens=EVERYTHING, area=area, **choices)


def busy_cells(times=12, background=300, seed=1):
    spread = np.random.default_rng(seed).choice(CELLS, background)
    return np.concatenate([np.repeat(HOT, times), spread])


@pytest.mark.parametrize("null", ["total", "conditional"])
@pytest.mark.parametrize("score", ["capped", "count", "rank"])
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
    assert cells["count"].sum() == 7 * 12 + 300
    assert (cells["disc_count"] == cells["count"] + cells["ring_count"]).all()
    assert (cells["hot"] == (cells["hotspot_id"] != "")).all()
    assert result.numbers["rows_read"] == result.numbers["rows_accepted"] == 384
    inside = cells[cells["hot"]]
    assert result.hotspots["incidents"].sum() == inside["count"].sum()


def test_incidents_outside_are_counted_and_said():
    far = disc(0, lon=-2.5)
    result = run(np.concatenate([busy_cells(), np.repeat(far, 9)]))
    assert result.numbers["incidents_outside"] == result.numbers["rows_outside"] == 9
    assert any("9 incidents that count lie outside" in note.words for note in result.notes)


def test_dates_choose_incidents_and_the_last_day_is_included():
    incidents = incidents_at(busy_cells(), start="2024-03-01", days=1)
    all_of_it = run(None, incidents=incidents, start=date(2024, 3, 1), end=date(2024, 3, 1))
    assert all_of_it.numbers["incidents_counted"] == 384
    assert (all_of_it.first, all_of_it.last) == (date(2024, 3, 1), date(2024, 3, 1))
    with pytest.raises(RequestError, match="They run from 01 March 2024 to 01 March 2024"):
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
    four = run(np.concatenate([corner[:4], apart]), area=wide)
    assert four.cells["disc_count"].max() == 4
    assert four.cells["q"].min() <= 0.05
    assert not four.cells["hot"].any()
    middle = disc(0, lon=-2.985, lat=53.392)
    beside = np.setdiff1d(corner, middle)[:1]
    five = np.concatenate([np.repeat(middle, 3), np.repeat(beside, 2), apart])
    assert run(five, area=wide, score="count").cells["hot"].any()


def test_places_with_hardly_any_incident_of_their_own_are_told_and_not_listed():
    group, incidents = np.array([0, 0, 1, -1, 2]), np.array([3, 3, 4, 9, 5])
    kept, empty = analysis._without_empty(group, incidents)
    assert kept.tolist() == [0, 0, -1, -1, 1]
    assert empty == 1
    assert analysis._told(empty)[0].words.startswith(
        "1 place is more than chance only by the cells"
    )
    assert analysis._told(0) == ()


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
    for words in ("resolution 14", "alpha 2", "after the last day", "score 'loud'"):
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


@pytest.mark.parametrize("runs", [60, pytest.param(400, marks=pytest.mark.soak)])
def test_rearranged_counts_show_hot_spots_in_at_most_alpha_of_runs(runs):
    """Nothing clustered any more: a run with any hot spot is a false alarm."""
    rng = np.random.default_rng(2024)
    per_cell = rng.negative_binomial(0.3, 0.05, CELLS.size)
    alarms = 0
    for _ in range(runs):
        incidents = incidents_at(np.repeat(CELLS, rng.permutation(per_cell)))
        alarms += len(run(None, incidents=incidents).hotspots) > 0
    assert alarms <= stats.binom.ppf(0.999, runs, 0.05)
