"""The four signals together: table, families, words, refusals, power and the traps of peers."""

import numpy as np
import pytest

from mapper.base.errors import TooFewEventsError
from mapper.grid.neighbours import find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.false_discovery import adjust, benjamini_hochberg
from mapper.statistics.over_represented import find_over_represented
from mapper.statistics.rates import find_per_resident
from mapper.statistics.scores import score_counts
from mapper.statistics.signals import (
    NAMES,
    QUESTIONS,
    carried_signals,
    find_signals,
    signal_table,
)
from mapper.statistics.single_place import find_single_places
from mapper.statistics.unusual import find_unusual
from tests.builders import disc


@pytest.fixture(scope="module")
def town():
    """Neighbours, demand, residents and counts with one planted place for each signal."""
    near = find_neighbours(disc(20))
    rng = np.random.default_rng(7)
    demand = rng.poisson(20, near.size)
    residents = np.full(near.size, 60.0)
    counts = rng.binomial(demand, 0.1)
    inner = np.flatnonzero(near.degree == 6)
    block, group = int(inner[200]), int(inner[900])
    counts[block] += 60
    demand[block] += 60
    around = np.append(near.member[near.owner == group], group)
    counts[around] += 8
    demand[around] += 8
    return near, counts, demand, residents, block, group


@pytest.fixture(scope="module")
def signals(town):
    near, counts, demand, residents, _, _ = town
    return {one.name: one for one in find_signals(counts, near, demand=demand, residents=residents)}


def test_each_signal_is_its_own_test(town, signals):
    near, counts, demand, residents, _, _ = town
    assert tuple(signals) == NAMES == tuple(QUESTIONS)
    disc_counts = counts + near.ring_sums(counts)
    cluster = find_clusters(score_counts(counts, score="capped"), near)
    single = find_single_places(counts, near)
    over = find_over_represented(counts, demand, near)
    per = find_per_resident(counts, residents, near)
    for name, test in (
        ("cluster", cluster),
        ("single_place", single),
    ):
        np.testing.assert_array_equal(signals[name].p, test.p)
    themed = find_unusual(counts, demand.astype(float), near)
    np.testing.assert_array_equal(signals["over_represented"].p, np.fmax(over.p, themed.disc_p))
    bunched = find_unusual(counts, residents, near)
    np.testing.assert_array_equal(signals["per_resident"].p, np.fmax(per.p, bunched.disc_p))
    np.testing.assert_array_equal(signals["cluster"].q, adjust(cluster.p))
    tested = np.where(disc_counts >= 5, single.p, np.nan)
    np.testing.assert_array_equal(signals["single_place"].q, adjust(tested))
    np.testing.assert_allclose(signals["cluster"].expected, counts.mean() * (near.degree + 1))


def test_bunched_counts_that_follow_residents_carry_no_signal_of_them():
    near = find_neighbours(disc(16))
    rng = np.random.default_rng(5)
    residents = rng.pareto(2.0, near.size) * 50 + 5
    share = residents / residents.sum()
    carried = by_binomial = 0
    for _ in range(20):
        counts = rng.poisson(4_000 * share * rng.gamma(800 * share) / (800 * share))
        signals = {one.name: one for one in find_signals(counts, near, residents=residents)}
        carried += int(signals["per_resident"].found().any())
        plain = adjust(find_per_resident(counts, residents, near).p)
        by_binomial += int((plain <= 0.05).any())
    assert carried <= 3
    assert by_binomial >= 18  # independent incidents would make it


def test_repeat_calls_that_follow_demand_are_not_over_represented():
    near = find_neighbours(disc(16))
    rng = np.random.default_rng(6)
    carried = by_hypergeometric = 0
    for _ in range(20):
        demand = rng.poisson(60 * rng.pareto(2.0, near.size) + 20)
        calls = rng.choice(near.size, 120, p=demand / demand.sum())  # one home calls many times
        counts = np.bincount(calls, rng.geometric(0.15, calls.size), near.size).astype(int)
        demand = demand + counts
        signals = {one.name: one for one in find_signals(counts, near, demand=demand)}
        carried += int(signals["over_represented"].found().any())
        plain = adjust(find_over_represented(counts, demand, near).p)
        by_hypergeometric += int((plain <= 0.05).any())
    assert carried <= 3
    assert by_hypergeometric >= 18  # independent calls would make it


def test_each_planted_place_carries_its_signal(town, signals):
    *_, block, group = town
    assert signals["single_place"].found()[block]
    assert signals["cluster"].found()[group]
    assert not signals["single_place"].found()[group]
    assert signals["over_represented"].found()[group]
    assert signals["per_resident"].found()[group]
    places = np.full(signals["cluster"].p.size, -1)
    places[block], places[group] = 0, 1
    carried = carried_signals(signals.values(), places)
    assert "single_place" in carried[0]
    assert carried[1] == ("cluster", "over_represented", "per_resident")
    assert carried_signals(signals.values(), np.full(places.size, -1)) == []


def test_the_table_holds_every_signal(town, signals):
    near, counts, demand, residents, _, _ = town
    table = signal_table(find_signals(counts, near, demand=demand, residents=residents))
    assert len(table) == near.size
    parts = ("observed", "expected", "excess", "p", "q", "found")
    assert list(table.columns) == [f"{name}_{part}" for name in NAMES for part in parts]
    for name, one in signals.items():
        np.testing.assert_array_equal(table[f"{name}_p"], one.p)
        np.testing.assert_array_equal(table[f"{name}_excess"], one.observed - one.expected)
        assert table[f"{name}_found"].dtype == bool
    fewer = signal_table(find_signals(counts, near))
    assert [name for name in NAMES if f"{name}_p" in fewer] == ["cluster", "single_place"]


def test_sentences_say_the_figures_and_the_question(town, signals):
    *_, block, group = town
    for name, one in signals.items():
        words = one.sentence(group)
        assert words.endswith(f"Question answered: {QUESTIONS[name]}")
        assert f"{int(one.observed[group]):,} incidents" in words
    assert signals["single_place"].sentence(block).startswith("Yes: ")
    assert "where its share of those around it would suggest" in signals["single_place"].sentence(
        block
    )
    assert signals["single_place"].sentence(group).startswith("Not clearly: ")
    assert "p below 1e-12" in signals["cluster"].sentence(group)


def test_isolated_and_quiet_cells_are_not_tested_and_words_say_why():
    cells = np.unique(np.concatenate([disc(6), disc(0, lon=-3.3, lat=53.6)]))
    near = find_neighbours(cells)
    alone = int(np.flatnonzero(near.degree == 0)[0])
    counts = np.zeros(cells.size, dtype=int)
    counts[[alone, 10, 11]] = 30
    signals = find_signals(
        counts, near, demand=counts * 2, residents=np.where(counts > 0, 0.0, np.nan)
    )
    for one in signals:
        assert np.isnan(one.q[alone])
        assert not one.found()[alone]
        assert one.sentence(alone).startswith("Not tested, as ")
    assert "no neighbour" in signals[0].sentence(alone)
    assert "residents here are none" in signals[3].sentence(10)


def test_nothing_is_found_on_fewer_than_five_incidents():
    near = find_neighbours(disc(30))
    counts = np.zeros(near.size, dtype=int)
    counts[::90] = 1
    middle = int(np.flatnonzero(near.degree == 6)[1000])
    counts[near.member[near.owner == middle][:4]] = 1
    signals = find_signals(counts, near, demand=counts, residents=np.full(near.size, 1.0))
    few = counts + near.ring_sums(counts) < 5
    assert few[middle]
    for one in signals:
        assert not one.found(alpha=0.99)[few].any()
    assert signals[0].sentence(middle).startswith("Too few incidents to say: 4 incidents")


def test_too_few_events_are_refused_in_words():
    near = find_neighbours(disc(3))
    counts = np.zeros(near.size, dtype=int)
    counts[0] = 29
    with pytest.raises(TooFewEventsError, match="Only 29 incidents count"):
        find_signals(counts, near)


def test_yekutieli_is_never_keener(town):
    near, counts, demand, residents, _, _ = town
    given = {"demand": demand, "residents": residents}
    by = signal_table(find_signals(counts, near, **given, correction="by"))
    bh = signal_table(find_signals(counts, near, **given))
    for name in NAMES:
        assert not (by[f"{name}_q"] < bh[f"{name}_q"]).any()


def test_two_rings_and_bands_take_the_same_road(town):
    from mapper.grid.neighbours import find_band

    _, counts, demand, residents, _, _ = town
    for near in (find_neighbours(disc(20), rings=2), find_band(disc(20), inner=2, outer=3)):
        table = signal_table(find_signals(counts, near, demand=demand, residents=residents))
        for name in NAMES:
            assert table[f"{name}_p"].between(0, 1).all()
        assert near.degree.max() in {18, 30}


@pytest.mark.filterwarnings("ignore:FDR:UserWarning")
def test_trap_esda_fdr_returns_alpha_over_n_where_nothing_passes_ours_finds_nothing():
    from esda import fdr

    near = find_neighbours(disc(6))
    counts = np.full(near.size, 3)
    residents = np.full(near.size, 9.0)
    table = signal_table(find_signals(counts, near, demand=counts * 2, residents=residents))
    assert fdr(np.ones(near.size), 0.05) == pytest.approx(0.05 / near.size)
    assert not table[[f"{name}_found" for name in NAMES]].to_numpy().any()


def test_trap_a_planted_cluster_in_7000_cells_passes_and_cannot_with_999_permutations():
    near = find_neighbours(disc(48))
    assert near.size > 7000
    counts = np.random.default_rng(3).negative_binomial(0.5, 0.2, near.size)
    middle = int(np.flatnonzero(near.degree == 6)[3000])
    counts[np.append(near.member[near.owner == middle], middle)] = 20
    cluster = find_signals(counts, near)[0]
    assert cluster.found()[middle]
    assert 1 <= cluster.found().sum() <= 20
    floored = np.maximum(cluster.p, 1 / 1000)
    assert not (benjamini_hochberg(floored) <= 0.05).any()
