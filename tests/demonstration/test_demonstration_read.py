"""The project's own reader and shipped lenses on the demonstration force."""

from collections import defaultdict

import numpy as np
import pytest

from mapper.areas.load import load_study_area
from mapper.grid.hexagons import strings_to_cells
from mapper.grid.neighbours import find_neighbours
from mapper.incidents.synthetic import is_synthetic
from mapper.lenses.classify import classify
from mapper.lenses.load import load_lens
from mapper.statistics.clusters import find_clusters
from mapper.statistics.emerging import PATTERN_NAMES, classify_patterns
from mapper.statistics.false_discovery import benjamini_hochberg
from mapper.statistics.scores import score_counts
from mapper.statistics.trend import mann_kendall
from tests.builders import count_incidents

LENSES = ("county-lines", "domestic-abuse", "domestic-abuse-children")


@pytest.fixture(scope="module")
def cells():
    return load_study_area("merseyside", resolution=9).cells["cell"].to_numpy()


def test_every_clean_row_is_accepted_and_every_dirty_row_rejected(demonstration, incidents):
    assert len(incidents.table) == 250_000
    assert incidents.table["domestic_abuse"].sum() == 33_333
    assert incidents.table["child_at_address"].sum() == 9_715
    assert is_synthetic(incidents.table)
    rows = defaultdict(list)
    for row, reason in zip(incidents.rejected["row"], incidents.rejected["reason"], strict=True):
        rows[reason].append(row)
    told = {reason: fault["rows"] for reason, fault in demonstration.truth["dirty_rows"].items()}
    assert {reason: sorted(numbers) for reason, numbers in rows.items()} == told


@pytest.mark.parametrize("lens", LENSES)
def test_shipped_lenses_find_the_strong_and_miss_the_single_places(
    demonstration, incidents, cells, lens
):
    table = incidents.table
    weights = classify(table, load_lens(lens))
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    counts = count_incidents(lon, lat, weights, cells=cells, resolution=9)
    assert counts.outside == 0
    assert (weights > 0).sum() > 5_000  # a plausible background, not the plants alone
    found = hot(counts.weighted, find_neighbours(cells))
    for plant in planted(demonstration, lens):
        assert found[where(cells, plant)] == plant["strong"], plant["id"]


def test_monthly_patterns_are_those_planted(demonstration, incidents, cells):
    table, near = incidents.table, find_neighbours(cells)
    weights = classify(table, load_lens("county-lines"))
    month = ((table["start"].dt.year - 2021) * 12 + table["start"].dt.month - 9).to_numpy()
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    months = [np.where(month == number, weights, 0) for number in range(12)]
    series = np.stack(
        [count_incidents(lon, lat, w, cells=cells, resolution=9).weighted for w in months], axis=1
    )
    hot_in = np.stack([hot(series[:, m], near) for m in range(12)], axis=1)
    cold_in = np.stack([hot(series[:, m], near, lower=True) for m in range(12)], axis=1)
    trend = mann_kendall(series + near.ring_sums(series))
    direction = np.where(trend.p <= 0.05, np.sign(trend.s), 0)
    codes = classify_patterns(hot_in, cold_in, direction)
    for plant in planted(demonstration, "county-lines"):
        if plant["signal"] == "cluster":
            name = PATTERN_NAMES[codes[where(cells, plant)]]
            assert name == f"{plant['seen_as']} hot spot", plant["id"]


def hot(counts, near, *, lower=False):
    scores = score_counts(counts, score="capped")
    return benjamini_hochberg(find_clusters(scores, near, lower=lower).p) <= 0.05


def planted(demonstration, lens):
    return [plant for plant in demonstration.truth["planted"] if plant["lens"] == lens]


def where(cells, plant):
    return int(np.searchsorted(cells, strings_to_cells([plant["cell"]]))[0])
