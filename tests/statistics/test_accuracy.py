"""Accuracy by hand, by a cell-by-cell walk, by every possible choice, and by repeated drawing."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.grid.neighbours import find_neighbours
from mapper.statistics.accuracy import (
    ACCURACY_COLUMNS,
    BEST,
    AccuracyTest,
    Split,
    accuracy_table,
    rolling_splits,
    single_split,
)
from mapper.statistics.placing import hits_within, places
from mapper.statistics.rankings import LAST_YEAR, RIVALS, History, by_count
from tests.builders import disc

SEEN = AccuracyTest(area_shares=(0.1, 0.3), replicates=200, reference="all")


def history_of(counts, **changes):
    cells = disc(1) if len(counts) == 7 else disc(3)
    return History(
        counts=np.asarray(counts),
        cells=cells,
        near=find_neighbours(cells),
        residents=np.full(cells.size, 10.0),
        **changes,
    )


def walk(place, hits, area, share):
    """Take cells one after the other; of cells that share a place, the same part of each."""
    wanted, taken, got = Fraction(share) * sum(area), Fraction(0), Fraction(0)
    for level in sorted(set(place)):
        same = [i for i, p in enumerate(place) if p == level]
        land = sum(area[i] for i in same)
        part = min(Fraction(1), (wanted - taken) / land)
        got += part * sum(hits[i] for i in same)
        taken += part * land
        if taken == wanted:
            break
    return got


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=8
    ),
    st.sampled_from([0.0, 0.01, 0.25, 0.5, 0.75, 1.0]),
)
def test_hits_equal_a_walk_over_the_cells(rows, share):
    level, hits, area = (list(column) for column in zip(*rows, strict=True))
    place = places(-np.array(level))
    found = hits_within(place, np.array(hits)[:, None], np.array(area, dtype=float), [share])
    assert found[0, 0] == pytest.approx(float(walk(place.tolist(), hits, area, share)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=2, max_size=9), st.integers(1, 9))
def test_the_best_choice_is_the_best_of_all_choices(hits, chosen):
    chosen = min(chosen, len(hits))
    x, area = np.array(hits), np.ones(len(hits))
    found = hits_within(places(x / area), x[:, None], area, [chosen / len(hits)])
    assert found[0, 0] == pytest.approx(max(sum(c) for c in combinations(hits, chosen)))


def test_places_share_ties_and_put_missing_last():
    first, second = np.array([2.0, np.nan, 2.0, 5.0, 2.0]), np.array([1, 9, 3, 0, 1])
    assert places(first, second).tolist() == [2, 3, 1, 0, 2]
    assert places(first).dtype == np.int64


def test_the_table_by_hand():
    # ten units of land in seven cells; the ranking sees the first period only
    counts = np.array([[9, 0, 4], [5, 6, 6], [5, 0, 2], [0, 2, 4], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
    area = np.array([1.0, 1, 1, 1, 2, 2, 2])
    found = accuracy_table(
        history_of(counts), [single_split(3, train=1)], {"all": by_count}, area_km2=area, trial=SEEN
    )
    assert found["ranking"].tolist() == ["all", "all", BEST, BEST]
    assert found["hits"].tolist() == pytest.approx([4, 4 + 12 + 2, 12, 22])
    assert found["incidents"].tolist() == [24] * 4
    assert found["hit_rate"].tolist() == pytest.approx([4 / 24, 18 / 24, 12 / 24, 22 / 24])
    assert found["pai"].tolist() == pytest.approx([40 / 24, 60 / 24, 5, 22 / 7.2])
    assert found["pei"].tolist() == pytest.approx([4 / 12, 18 / 22, 1, 1])
    assert found["gain"].tolist() == pytest.approx([0, 0, 8 / 24, 4 / 24])
    assert found["area_km2"].tolist() == pytest.approx([1, 3, 1, 3])
    assert found.dtypes.astype(str).to_dict() == dict(ACCURACY_COLUMNS)


def test_a_ranking_never_sees_the_tested_periods():
    shown = []

    def spy(history):
        shown.append(history)
        return by_count(history)

    counts = np.arange(7 * 6).reshape(7, 6)
    accuracy_table(
        history_of(counts),
        rolling_splits(6, train=3),
        {"all": spy},
        area_km2=np.ones(7),
        demand=counts + 1,
        trial=SEEN,
    )
    for history, start in zip(shown, range(3), strict=True):
        np.testing.assert_array_equal(history.counts, counts[:, start : start + 3])
        np.testing.assert_array_equal(history.demand, (counts + 1)[:, start : start + 3].sum(1))


def test_splits():
    assert rolling_splits(7, train=3, test=2) == (
        Split((0, 1, 2), (3, 4)),
        Split((2, 3, 4), (5, 6)),
    )
    assert rolling_splits(6, train=2, first=4) == (Split((2, 3), (4,)), Split((3, 4), (5,)))
    assert single_split(5, train=3) == Split((0, 1, 2), (3, 4))
    with pytest.raises(ValueError, match="later"):
        Split((0, 3), (3, 4))
    with pytest.raises(ValueError, match="do not hold"):
        rolling_splits(3, train=3)


def test_intervals_equal_drawing_periods_one_by_one():
    drawn = np.random.default_rng(5)
    counts = drawn.poisson(4, (37, 20)) * (np.arange(37) % 5 == 0)[:, None] + drawn.poisson(
        1, (37, 20)
    )
    trial = AccuracyTest(area_shares=(0.2,), replicates=4000, seed=2, reference=LAST_YEAR)
    area, splits = np.ones(37), rolling_splits(20, train=12)
    rankings = {LAST_YEAR: RIVALS[LAST_YEAR], "last": RIVALS["last period's count"]}
    found = accuracy_table(history_of(counts), splits, rankings, area_km2=area, trial=trial)
    hit = np.zeros((2, 8))
    for number, split in enumerate(splits):
        for row, ranking in enumerate(rankings.values()):
            place = ranking(history_of(counts[:, list(split.train)]))
            hit[row, number] = walk(place.tolist(), counts[:, split.test[0]], [1] * 37, 0.2)
    totals = counts[:, 12:].sum(axis=0)
    copies = np.array([drawn.integers(0, 8, 8) for _ in range(4000)])
    rates = hit[:, copies].sum(axis=2) / totals[copies].sum(axis=1)
    assert found["hit_rate"].iloc[:2].to_numpy() == pytest.approx(hit.sum(axis=1) / totals.sum())
    low, high = np.quantile(rates, [0.025, 0.975], axis=1)
    np.testing.assert_allclose(found["hit_rate_low"].iloc[:2], low, atol=0.006)
    np.testing.assert_allclose(found["hit_rate_high"].iloc[:2], high, atol=0.006)
    gain = np.quantile(rates[1] - rates[0], [0.025, 0.975])
    np.testing.assert_allclose(
        found.loc[1, ["gain_low", "gain_high"]].astype(float), gain, atol=0.006
    )
    assert found.loc[0, ["gain", "gain_low", "gain_high"]].tolist() == [0, 0, 0]


def test_the_same_seed_gives_the_same_table_and_one_period_no_interval():
    counts = np.random.default_rng(1).poisson(2, (7, 5))
    given = {"area_km2": np.ones(7), "trial": SEEN}
    first = accuracy_table(history_of(counts), [Split((0,), (1, 2, 3))], {"all": by_count}, **given)
    again = accuracy_table(history_of(counts), [Split((0,), (1, 2, 3))], {"all": by_count}, **given)
    pd.testing.assert_frame_equal(first, again)
    one = accuracy_table(history_of(counts), [Split((0,), (1,))], {"all": by_count}, **given)
    assert one["hit_rate_low"].isna().all()
    assert one["hit_rate"].notna().all()


def test_progress_can_stop_the_work():
    def stop(words, share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        accuracy_table(
            history_of(np.ones((7, 3), dtype=int)),
            [single_split(3, train=1)],
            {"all": by_count},
            area_km2=np.ones(7),
            trial=SEEN,
            progress=stop,
        )


def test_refusals_name_every_fault():
    counts = np.zeros((7, 3), dtype=int)
    with pytest.raises(ValueError, match=r"no incident.*above 0.*'all' must be among"):
        accuracy_table(
            history_of(counts), [Split((0,), (1,))], {}, area_km2=np.zeros(7), trial=SEEN
        )
    with pytest.raises(ValueError, match="within the 3 periods"):
        accuracy_table(
            history_of(counts),
            [Split((0,), (3,))],
            {"all": by_count},
            area_km2=np.ones(7),
            trial=SEEN,
        )
    with pytest.raises(ValueError, match="area share"):
        AccuracyTest(area_shares=())
