"""The reporting and proactivity check, by hand, by two analyses and by scipy."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mapper.analysis import proactivity
from mapper.analysis.analyse import analyse, find_hotspots
from mapper.analysis.proactivity import (
    BOTH,
    LISTED,
    MERGED,
    ONLY_WITH,
    ONLY_WITHOUT,
    SPLIT,
    UNJUDGED,
    check_proactivity,
    compare_areas,
    compare_hot_cells,
)
from mapper.analysis.study import prepare
from mapper.base.errors import RequestError
from mapper.grid.hexagons import points_to_cells
from mapper.grid.neighbours import find_neighbours
from mapper.lenses.lens import Rule
from tests.builders import EVERYTHING, incidents_at, small_area

ROBBERY = Rule(name="robbery", weight=1, reason="", conditions=(("type", "is", "Robbery"),))
SEARCH = Rule(
    name="search",
    weight=1,
    reason="",
    conditions=(("type", "is", "Search"),),
    police_generated=True,
)
LENS = replace(EVERYTHING, rules=(ROBBERY, SEARCH))
AREA = small_area(12)
CELLS = AREA.cells["cell"].to_numpy()
NEAR = find_neighbours(CELLS)
PLACES = [np.append(NEAR.member[NEAR.owner == i], i) for i in (60, 400)]


def incidents(reported=80, searched=80, background=300, seed=3):
    """One place of reported robberies, one of searches, and a background of both."""
    drawn = np.random.default_rng(seed)
    where = [
        drawn.choice(PLACES[0], reported),
        drawn.choice(PLACES[1], searched),
        drawn.integers(0, CELLS.size, background),
    ]
    types = ["Robbery"] * reported + ["Search"] * searched + ["Robbery"] * background
    return incidents_at(CELLS[np.concatenate(where)], type=pd.Categorical(types))


def study_of(made, *, area=AREA, lens=LENS, **choices):
    return prepare(made, lens=lens, area=area, **choices)


@pytest.fixture(scope="module")
def study():
    return study_of(incidents())


@pytest.fixture(scope="module")
def found(study):
    return check_proactivity(study)


def test_the_list_with_and_without(study, found):
    given = {"lens": LENS, "area": AREA}
    with_them = analyse(study.incidents, **given)
    without = analyse(study.incidents, police_generated=False, **given)
    table = found.hotspots
    assert list(table.columns) == list(LISTED)
    assert table["rank_with"].dropna().tolist() == with_them.hotspots["rank"].tolist()
    assert sorted(table["rank_without"].dropna()) == without.hotspots["rank"].tolist()
    of_cell = with_them.cells["hotspot_id"].to_numpy()
    kept, gone = of_cell[60], of_cell[400]
    table = table.set_index("hotspot_id")
    assert table.loc[kept, "state"] == BOTH
    assert table.loc[gone, "state"] == ONLY_WITH
    assert pd.isna(table.loc[gone, "rank_without"])
    types = study.incidents.table["type"].to_numpy()
    inside = of_cell[study.counts.position] == gone
    assert table.loc[gone, "incidents"] == inside.sum()
    share = (types[inside] == "Search").mean()
    assert table.loc[gone, "police_generated"] == pytest.approx(share)
    both = without.cells["hot"].to_numpy()[of_cell == kept].mean()
    assert table.loc[kept, "cells_hot_in_both"] == pytest.approx(both)
    assert found.words[0] == "Police-generated: 80 of 460 incidents (17 %)."
    assert found.words[1].startswith("Without them 1 of 2 hot spots stay on the list, 1 leave it")


def line_of_cells(length):
    """Touching cells from west to east through the middle of the study area."""
    lon = -2.95 + np.linspace(-0.002, 0.002, 200) * length
    found = points_to_cells(lon, np.full(lon.size, 53.4), resolution=9)
    return np.searchsorted(CELLS, found[np.sort(np.unique(found, return_index=True)[1])])


@pytest.fixture(scope="module")
def bridged():
    """Two places of robberies joined by a line of searches."""
    line = line_of_cells(20)
    ends = np.repeat(line[[0, 1, 2, 3, -4, -3, -2, -1]], 30)
    bridge = np.repeat(line[4:-4], 30)
    spread = np.random.default_rng(1).integers(0, CELLS.size, 120)
    types = ["Robbery"] * (ends.size + spread.size) + ["Search"] * bridge.size
    where = np.concatenate([ends, spread, bridge])
    return study_of(incidents_at(CELLS[where], type=pd.Categorical(types)))


def as_one_place(result):
    """The same list, but with one place along the whole line."""
    cells = result.cells.copy()
    line = line_of_cells(20)
    name = result.hotspots["hotspot_id"][0]
    cells["hotspot_id"] = pd.array([""] * len(cells), dtype="str")
    cells.loc[line, "hotspot_id"] = name
    cells["hot"] = cells["hotspot_id"] != ""
    return replace(result, cells=cells, hotspots=result.hotspots.iloc[:1])


def test_a_hot_spot_that_falls_apart_is_told_from_a_new_one(bridged):
    apart = find_hotspots(bridged.varied(police_generated=False))
    assert len(apart.hotspots) == 2
    table = proactivity._compare_lists(bridged, as_one_place(apart), apart, bridged.counted)
    assert sorted(table["state"]) == sorted([BOTH, SPLIT])
    split = table.set_index("state").loc[SPLIT]
    assert pd.isna(split["rank_with"])
    assert split["cells_hot_in_both"] > 0.5
    assert split["incidents"] >= 90  # three of the four busy cells at its end


def test_hot_spots_that_grow_together_are_not_gone(bridged):
    # the same two lists the other way round
    apart = find_hotspots(bridged.varied(police_generated=False))
    table = proactivity._compare_lists(bridged, apart, as_one_place(apart), bridged.counted)
    assert sorted(table["state"]) == sorted([BOTH, MERGED])
    assert ONLY_WITHOUT not in set(table["state"])


def test_too_few_left_to_judge():
    found = check_proactivity(study_of(incidents(reported=5, background=20)))
    assert set(found.hotspots["state"]) == {UNJUDGED}
    assert found.hotspots["rank_without"].isna().all()
    assert "Too few incidents are left" in found.words[1]


def test_a_lens_that_marks_nothing_says_so():
    found = check_proactivity(study_of(incidents(), lens=EVERYTHING))
    assert set(found.hotspots["state"]) == {BOTH}
    assert "marks no incident as police-generated" in found.words[0]
    assert (found.areas["police_generated"] == 0).all()


def test_a_base_run_without_them_is_refused():
    with pytest.raises(RequestError, match="already left out"):
        check_proactivity(study_of(incidents(), police_generated=False))


def test_rates_of_districts_and_wards(study, found):
    areas = found.areas.set_index(["level", "name"])
    ward = AREA.cells["ward"].astype(str).to_numpy()
    inside = ward[study.counts.position] == "West Ward"
    types = study.incidents.table["type"].to_numpy()
    west, people = int(inside.sum()), 50.0 * (ward == "West Ward").sum()
    rest, others = int((~inside).sum()), 50.0 * (ward == "East Ward").sum()
    row = areas.loc[("ward", "West Ward")]
    assert (row["incidents"], row["residents"]) == (west, people)
    assert row["rate"] == pytest.approx(1000 * west / people)
    low, high = stats.chi2.ppf(0.025, 2 * west) / 2, stats.chi2.ppf(0.975, 2 * west + 2) / 2
    assert row["rate_low"] == pytest.approx(1000 * low / people)
    assert row["rate_high"] == pytest.approx(1000 * high / people)
    assert row["ratio"] == pytest.approx((west / people) / (rest / others))
    chance = stats.binomtest(west, west + rest).proportion_ci(method="exact")
    scale = others / people
    assert row["ratio_low"] == pytest.approx(chance.low / (1 - chance.low) * scale)
    assert row["ratio_high"] == pytest.approx(chance.high / (1 - chance.high) * scale)
    assert row["police_generated"] == pytest.approx((types[inside] == "Search").mean())
    assert row["rate_without"] == pytest.approx(1000 * (types[inside] == "Robbery").sum() / people)
    whole = areas.loc[("district", "Liverpool")]
    assert whole["incidents"] == study.counts.total
    assert np.isnan(whole["ratio"])  # there is no rest to compare with


def test_hot_cells_beside_the_study_area():
    cells = AREA.cells.assign(
        residents=np.where(np.arange(CELLS.size) < 10, 100.0, 50.0),
        residents_10_17=np.where(np.arange(CELLS.size) < 10, 30.0, 5.0),
        deprivation_decile=np.where(np.arange(CELLS.size) < 10, 1.0, 4.0),
    )
    cells.loc[3, ["residents", "residents_10_17"]] = np.nan
    cells.loc[4, "deprivation_decile"] = np.nan
    study = study_of(incidents(), area=replace(AREA, cells=cells))
    hot = np.arange(CELLS.size) < 20
    table = compare_hot_cells(study, hot).set_index("measure")
    column = table["hot_cells"]
    assert column["cells"] == 20
    assert column["residents"] == 9 * 100 + 10 * 50
    assert column["share_aged_10_to_17"] == pytest.approx((9 * 30 + 10 * 5) / 1400)
    # cell 3 has no residents and cell 4 no decile: neither takes part
    assert column["share_in_most_deprived_tenth"] == pytest.approx(800 / 1300)
    assert column["mean_deprivation_decile"] == pytest.approx((800 * 1 + 500 * 4) / 1300)
    parts = table.loc[["cells", "area_km2", "incidents", "residents"]]
    np.testing.assert_allclose(parts["hot_cells"] + parts["elsewhere"], parts["study_area"])


def test_no_hot_cell_gives_missing_figures_and_no_words(study):
    table = compare_hot_cells(study, np.zeros(CELLS.size, dtype=bool)).set_index("measure")
    assert table.loc["cells", "hot_cells"] == 0
    assert np.isnan(table.loc["share_aged_10_to_17", "hot_cells"])


def test_cells_without_a_label_are_a_row_of_their_own(study):
    cells = AREA.cells.copy()
    cells.loc[:9, "ward"] = np.nan
    other = study_of(study.incidents, area=replace(AREA, cells=cells))
    table = compare_areas(other, "ward", left=other.counted)
    assert table["name"].tolist() == ["", "East Ward", "West Ward"]
    assert table["incidents"].sum() == study.counts.total


def test_progress_can_stop_the_work(study):
    def stop(words, share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_proactivity(study, progress=stop)
