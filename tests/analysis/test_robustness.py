"""Robustness against whole analyses run one by one, and ranks against drawing incidents singly."""

from dataclasses import replace
from datetime import date

import h3
import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import FEWEST_IN_DISC, find_hotspots
from mapper.analysis.robustness import measure_robustness, rank_intervals
from mapper.analysis.study import prepare
from mapper.analysis.variations import (
    AS_IS,
    NamedWindow,
    Setting,
    base_setting,
    lens_variants,
    settings_around,
)
from mapper.grid.hexagons import cells_to_strings
from mapper.grid.neighbours import find_neighbours
from mapper.lenses.lens import Rule
from mapper.statistics.clusters import find_clusters
from mapper.statistics.concentrated import busiest_p
from mapper.statistics.false_discovery import adjust
from mapper.statistics.scores import score_counts
from tests.builders import EVERYTHING, incidents_at, small_area

AREAS = {8: small_area(5, resolution=8), 9: small_area(12), 10: small_area(30, resolution=10)}
LENS = replace(
    EVERYTHING,
    rules=(
        Rule(name="robbery", weight=2, reason="", conditions=(("type", "is", "Robbery"),)),
        Rule(
            name="drugs",
            weight=1,
            reason="",
            conditions=(("type", "is", "Drugs"),),
            police_generated=True,
        ),
    ),
)
HALF = NamedWindow("first half", date(2024, 3, 1), date(2024, 5, 31))


@pytest.fixture(scope="module")
def study():
    """Three busy places; the third is made of police-generated incidents."""
    drawn = np.random.default_rng(11)
    cells = AREAS[9].cells["cell"].to_numpy()
    near = find_neighbours(cells)
    busy = [np.append(near.member[near.owner == i], i) for i in (60, 240, 400)]
    chosen = np.concatenate(
        [drawn.integers(0, cells.size, 500)]
        + [drawn.choice(place, size) for place, size in zip(busy, (90, 60, 80), strict=True)]
    )
    made = incidents_at(cells[chosen], start="2024-03-01", days=180, seed=4)
    types = np.full(chosen.size, "Robbery", dtype=object)
    types[650:] = "Drugs"
    moved = made.table.assign(
        type=pd.Categorical(types),
        lon=made.table["lon"] + drawn.normal(0, 5e-4, chosen.size),
        lat=made.table["lat"] + drawn.normal(0, 3e-4, chosen.size),
    )
    return prepare(replace(made, table=moved), lens=LENS, area=AREAS[9], question="concentrated")


@pytest.fixture(scope="module")
def result(study):
    return find_hotspots(study)


@pytest.fixture(scope="module")
def robust(study, result):
    return measure_robustness(study, result, areas=AREAS, replicates=50)


def hot_names(study, setting):
    """The hot cells that an analysis under a setting finds, by name."""
    other = prepare(
        study.incidents,
        lens=lens_variants(LENS)[setting.weighting],
        area=AREAS[setting.resolution],
        start=setting.window.first,
        end=setting.window.last,
        question="concentrated",
        score=setting.score,
        null=setting.null,
        alpha=setting.alpha,
        police_generated=setting.police_generated,
    )
    near = find_neighbours(other.cells, rings=setting.rings)
    covered = other.covered
    scores = score_counts(covered.counts.weighted, score=setting.score)
    around = find_neighbours(covered.cells, rings=setting.rings)
    p = find_clusters(scores, around, null=setting.null).p
    if setting.rings == 1:
        p = find_hotspots(other).cells["p"].to_numpy()[~other.uncovered]
    q = adjust(np.fmin(p, busiest_p(covered.counts.incidents, scores)))
    q = other.in_all_cells(q, np.nan)
    many = other.counts.incidents + near.ring_sums(other.counts.incidents) >= FEWEST_IN_DISC
    return set(cells_to_strings(other.cells[(q <= setting.alpha) & many])), other.counts.total


def stays_by_hand(study, result, hot, resolution):
    """Walk over the base run's incidents one by one."""
    spots = dict(zip(result.cells["cell"], result.cells["hotspot_id"], strict=True))
    held, whole = {}, {}
    table = study.incidents.table
    for lon, lat, weight in zip(table["lon"], table["lat"], study.weights.tolist(), strict=True):
        spot = spots.get(h3.latlng_to_cell(lat, lon, study.area.resolution), "")
        if spot and weight:
            whole[spot] = whole.get(spot, 0) + weight
            if h3.latlng_to_cell(lat, lon, resolution) in hot:
                held[spot] = held.get(spot, 0) + weight
    return [2 * held.get(spot, 0) >= whole[spot] for spot in result.hotspots["hotspot_id"]]


def test_the_base_run_keeps_every_hot_spot(study, robust, result):
    assert len(result.hotspots) >= 3
    base = robust.settings.iloc[0]
    assert base["hotspots_kept"] == len(result.hotspots)
    assert base["cells_hot"] == len(hot_names(study, base_setting(study))[0])
    assert base["incidents"] == result.numbers["incidents_counted"]


def test_every_kind_of_setting_equals_an_analysis_of_its_own(study, result, robust):
    settings = settings_around(study, variants=lens_variants(LENS))
    assert len(settings) == len(robust.settings) == robust.stays.shape[1]
    for number in range(0, len(settings), 53):
        setting = settings[number]
        hot, total = hot_names(study, setting)
        row = robust.settings.iloc[number]
        assert (row["cells_hot"], row["incidents"]) == (len(hot), total), setting
        by_hand = stays_by_hand(study, result, hot, setting.resolution)
        assert robust.stays[:, number].tolist() == by_hand, setting


def test_police_generated_places_go_without_police_generated_incidents(robust, result):
    table = robust.hotspots.set_index("hotspot_id")
    assert table["share"].between(0, 1).all()
    shares = robust.choices[robust.choices["choice"] == "police_generated"]
    shares = shares.pivot_table(index="hotspot_id", columns="value", values="share")
    assert (shares["False"] < 0.02).sum() == 1
    assert (shares["True"] > 0.2).all()
    choices = robust.choices
    often = choices[(choices["settings"] > 86) & (choices["settings"] < 868)]
    for spot, words in table["words"].items():
        least = often[often["hotspot_id"] == spot]["share"].min()
        assert "of 868 settings, least often with" in words
        assert f"({least * 100:.0f} %). Redrawing its incidents gives" in words


def test_shares_by_choice_average_to_the_whole(robust):
    for choice, part in robust.choices.groupby("choice"):
        total = (part["share"] * part["settings"]).groupby(part["hotspot_id"]).sum()
        number = part.groupby("hotspot_id")["settings"].sum()
        expected = robust.hotspots.set_index("hotspot_id")["share"]
        np.testing.assert_allclose((total / number)[expected.index], expected, err_msg=str(choice))


def test_settings_without_enough_incidents_are_not_judged(study, result):
    base = base_setting(study)
    short = replace(base, window=NamedWindow("a day", date(2024, 3, 5), date(2024, 3, 5)))
    found = measure_robustness(study, result, areas=AREAS, settings=[short, base], replicates=5)
    assert found.settings["judged"].tolist() == [False, True]
    assert (found.hotspots["settings"] == 1).all()
    assert (found.hotspots["share"] == 1).all()
    nothing = measure_robustness(study, result, areas=AREAS, settings=[short], replicates=5)
    assert (nothing.hotspots["settings"] == 0).all()


def test_no_hot_spot_is_no_fault(study):
    quiet = find_hotspots(replace(study, request=replace(study.request, alpha=1e-13)))
    assert quiet.hotspots.empty
    found = measure_robustness(
        study, quiet, areas=AREAS, settings=[base_setting(study)], replicates=5
    )
    assert found.hotspots.empty
    assert len(found.settings) == 1


def test_ranks_equal_drawing_incidents_one_by_one(study, result):
    found = rank_intervals(result.hotspots, study, replicates=4000, seed=3)
    drawn = np.random.default_rng(8)
    spots = pd.Index(result.hotspots["hotspot_id"]).get_indexer(result.cells["hotspot_id"])
    of_incident = spots[study.counts.position[study.counted]]
    ranks = []
    for _ in range(3000):
        again = drawn.choice(of_incident, of_incident.size)
        counts = np.bincount(again[again >= 0], minlength=len(result.hotspots))
        excess = counts - result.hotspots["expected"].to_numpy()
        ranks.append([1 + int((excess > one).sum()) for one in excess])
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf")
    assert (np.abs(found - np.column_stack([low, high])) <= 1).all()
    assert (found == np.column_stack([low, high])).mean() >= 0.7
    np.testing.assert_array_equal(
        found, rank_intervals(result.hotspots, study, replicates=4000, seed=3)
    )


def test_progress_can_stop_the_work(study, result):
    told = []

    def stop(words, share):
        told.append((words, share))
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_robustness(study, result, areas=AREAS, progress=stop)
    assert told[-1][0].endswith("settings")


def test_refusals(study, result):
    coarse = replace(base_setting(study), resolution=7)
    with pytest.raises(ValueError, match=r"resolution \[7\]"):
        measure_robustness(study, result, areas=AREAS, settings=[coarse])
    odd = Setting(9, HALF, "count", 1, "total", 0.05, "no such", True)
    with pytest.raises(ValueError, match="no such"):
        measure_robustness(study, result, areas=AREAS, settings=[odd])
    assert AS_IS in lens_variants(LENS)


@pytest.fixture(scope="module")
def unusual(study):
    asked = study.varied(question="unusual", expected="residents")
    found = find_hotspots(asked)
    return asked, found, measure_robustness(asked, found, areas=AREAS, replicates=50)


def test_unusual_places_are_followed_under_their_own_question(unusual):
    asked, found, robust = unusual
    settings = settings_around(asked, variants=lens_variants(LENS))
    assert {one.expected for one in settings} == {"residents", "demand"}
    assert {(one.score, one.null, one.weighting) for one in settings} == {
        ("capped", "total", AS_IS)
    }
    assert len(found.hotspots) >= 2
    assert robust.stays[:, 0].all()  # the base run's own setting
    assert set(robust.choices["choice"]) >= {"expected", "rings", "alpha"}
    assert "expected" not in set(
        measure_robustness(
            asked.varied(question="concentrated"), found, areas=AREAS, replicates=5
        ).choices["choice"]
    )


def test_each_unusual_setting_gives_what_an_analysis_under_it_finds(unusual):
    asked, _, robust = unusual
    settings = settings_around(asked, variants=lens_variants(LENS))
    for at in np.random.default_rng(5).choice(len(settings), 12, replace=False).tolist():
        one = settings[at]
        other = prepare(
            asked.incidents,
            lens=LENS,
            area=AREAS[one.resolution],
            start=one.window.first,
            end=one.window.last,
            question="unusual",
            expected=one.expected,
            rings=one.rings,
            alpha=one.alpha,
            police_generated=one.police_generated,
        )
        q = find_hotspots(other).cells["q"].to_numpy()
        incidents = other.counts.incidents
        many = incidents + other.near.ring_sums(incidents) >= FEWEST_IN_DISC
        row = robust.settings.iloc[at]
        assert row["incidents"] == other.counts.total
        assert row["cells_hot"] == ((np.nan_to_num(q, nan=1.0) <= one.alpha) & many).sum()
