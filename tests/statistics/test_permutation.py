"""Exact tails against full enumeration, closed forms, Monte Carlo and PySAL."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapper.grid.hexagons import cells_to_discs, points_to_cells
from mapper.grid.neighbours import find_neighbours
from mapper.statistics import permutation
from mapper.statistics.clusters import find_both_tails, find_clusters
from mapper.statistics.permutation import (
    SMALLEST_P,
    conditional_tail,
    subset_tails,
    total_tail,
)

small_scores = st.lists(st.integers(0, 9), min_size=2, max_size=12).map(np.array)


def hexagon_patch(rings):
    """All cells within some rings of a place in Liverpool, and their neighbours."""
    centre = points_to_cells(np.array([-2.95]), np.array([53.4]), resolution=9)
    cells = np.unique(cells_to_discs(centre, rings=rings)[1])
    return cells, find_neighbours(cells)


@given(small_scores, st.data())
def test_tails_equal_full_enumeration(scores, data):
    k = data.draw(st.integers(0, len(scores)))
    table = subset_tails(scores, largest=k)
    sums = [sum(chosen) for chosen in combinations(scores.tolist(), k)]
    for s in range(-2, max(sums) + 3):
        share = sum(total >= s for total in sums) / comb(len(scores), k)
        assert table.upper(np.array([k]), np.array([s]))[0] == pytest.approx(share, abs=1e-12)


@given(small_scores)
@settings(max_examples=50)
def test_transform_equals_sum_of_positive_terms(scores):
    largest = min(len(scores), 7)
    length = int(np.sort(scores)[-largest:].sum()) + 1
    by_transform = permutation._by_transform(scores.astype(np.int64), largest, length)
    by_addition = permutation._by_addition(scores.astype(np.int64), largest, length)
    np.testing.assert_allclose(by_transform, by_addition, atol=1e-9)


def test_transform_equals_positive_terms_on_a_large_heavy_tailed_grid():
    scores = np.random.default_rng(4).negative_binomial(0.2, 0.05, 3000).astype(np.int64)
    length = int(np.sort(scores)[-7:].sum()) + 1
    by_transform = permutation._by_transform(scores, 7, length)
    by_addition = permutation._by_addition(scores, 7, length)
    assert np.abs(by_transform - by_addition).max() < 1e-14


def test_zero_one_scores_follow_the_hypergeometric_law():
    scores = np.repeat([1, 0], [60, 440])
    table = subset_tails(scores, largest=19)
    for k in (1, 7, 19):
        seen = np.arange(k + 2)
        expected = stats.hypergeom.sf(seen - 1, 500, 60, k)
        np.testing.assert_allclose(table.upper(np.full(k + 2, k), seen), expected, atol=1e-13)


@given(small_scores, st.data())
def test_conditional_tail_equals_enumeration_without_the_own_cell(scores, data):
    n = len(scores)
    i = data.draw(st.integers(0, n - 1))
    k = data.draw(st.integers(1, n - 1))
    others = np.delete(scores, i).tolist()
    ring = data.draw(st.integers(0, sum(others)))
    sums = [sum(chosen) for chosen in combinations(others, k)]
    table = subset_tails(scores, largest=min(k + 1, n))
    here = (np.array([scores[i]]), np.array([ring]), np.array([k]), table)
    upper = sum(total >= ring for total in sums) / len(sums)
    below = sum(total <= ring for total in sums) / len(sums)
    assert conditional_tail(*here)[0] == pytest.approx(max(upper, SMALLEST_P), abs=1e-9)
    assert conditional_tail(*here, lower=True)[0] == pytest.approx(max(below, SMALLEST_P), abs=1e-9)


@pytest.mark.parametrize("largest", [3, 60_000])
def test_working_out_each_case_once_changes_nothing(largest):
    _, near = hexagon_patch(9)
    scores = np.random.default_rng(3).integers(0, 3, near.size)
    scores[40] = largest  # the larger one leaves no room for a look-up table
    ring = near.ring_sums(scores)
    table = subset_tails(scores, largest=6)
    direct = permutation._without_own(scores, ring, near.degree, table)
    once = permutation._once_a_case(scores, ring, near.degree, table)
    np.testing.assert_array_equal(once, direct)
    values, times = permutation._distinct_values(scores)
    expected = np.unique(scores, return_counts=True)
    np.testing.assert_array_equal((values, times), expected)


@pytest.mark.parametrize("rings", [1, 2])
@pytest.mark.parametrize("null", ["total", "conditional"])
def test_p_equals_monte_carlo_with_integer_sums(null, rings):
    cells, _ = hexagon_patch(6)
    near = find_neighbours(cells, rings=rings)
    rng = np.random.default_rng(7)
    scores = rng.negative_binomial(0.4, 0.1, cells.size).astype(np.int64)
    exact = find_clusters(scores, near, null=null).p
    runs = 4000
    for i in rng.choice(cells.size, 12, replace=False):
        k = int(near.degree[i])
        ring = scores[near.member[near.owner == i]].sum()
        if null == "total":
            pool, size, seen = scores, k + 1, scores[i] + ring
        else:
            pool, size, seen = np.delete(scores, i), k, ring
        drawn = np.array([rng.permutation(pool)[:size].sum() for _ in range(runs)])
        share = (drawn >= seen).mean()
        error = 5 * np.sqrt(exact[i] * (1 - exact[i]) / runs) + 1e-9
        assert abs(share - exact[i]) <= error


@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning")
def test_p_agrees_with_pysal_within_monte_carlo_error_where_pysal_has_no_tie_fault(
    uncompiled_esda,
):
    from esda.getisord import G_Local
    from libpysal.graph import Graph

    cells, near = hexagon_patch(8)
    rng = np.random.default_rng(11)
    # distinct values far apart: no ties between ring sums, so esda's float comparison is safe
    scores = rng.permutation(cells.size).astype(np.int64) ** 2 + rng.integers(0, 50, cells.size)
    graph = Graph.from_arrays(near.owner, near.member, np.ones(near.owner.size))
    runs = 9999
    theirs = G_Local(
        scores.astype(float), graph, transform="B", permutations=runs, n_jobs=1, seed=3
    )
    exact = find_clusters(scores, near, null="conditional").p
    lower = find_clusters(scores, near, null="conditional", lower=True).p
    # esda reports the smaller tail of each cell, counting ties; so does this comparison
    ours = np.minimum(exact, lower)
    error = 5 * np.sqrt(ours * (1 - ours) / runs) + 2 / runs
    assert (np.abs(theirs.p_sim - ours) <= error).all()


def test_trap_esda_misses_ties_an_all_zero_ring_has_p_of_one():
    cells, near = hexagon_patch(5)
    scores = np.zeros(cells.size, dtype=np.int64)
    scores[:3] = [4, 1, 2]
    p = find_clusters(scores, near, null="conditional").p
    empty_ring = near.ring_sums(scores) == 0
    assert empty_ring.any()
    assert (p[empty_ring] == 1).all()


def test_trap_two_tails_overlap_by_the_ties():
    _, near = hexagon_patch(4)
    scores = np.random.default_rng(2).poisson(0.5, near.size).astype(np.int64)
    for null in ("total", "conditional"):
        upper = find_clusters(scores, near, null=null).p
        lower = find_clusters(scores, near, null=null, lower=True).p
        assert (upper + lower >= 1 - 1e-12).all()


@pytest.mark.parametrize("null", ["total", "conditional"])
def test_both_tails_from_one_table_are_those_asked_for_one_by_one(null):
    _, near = hexagon_patch(6)
    scores = np.random.default_rng(6).poisson(0.8, near.size)
    hot, cold = find_both_tails(scores, near, null=null)
    np.testing.assert_array_equal(hot, find_clusters(scores, near, null=null).p)
    np.testing.assert_array_equal(cold, find_clusters(scores, near, null=null, lower=True).p)


@pytest.mark.parametrize("null", ["total", "conditional"])
def test_trap_share_of_small_p_under_a_simulated_null(null):
    _, near = hexagon_patch(12)
    rng = np.random.default_rng(5)
    counts = rng.negative_binomial(0.3, 0.1, near.size).astype(np.int64)
    p = np.concatenate(
        [find_clusters(rng.permutation(counts), near, null=null).p for _ in range(200)]
    )
    for a in (0.1, 0.05, 0.01, 0.001):
        # cells of one run overlap in up to 7 others: the error allows for that
        assert (p <= a).mean() <= a + 4 * np.sqrt(a * 7 / p.size)


def test_constant_scores_are_never_significant():
    _, near = hexagon_patch(4)
    clusters = find_clusters(np.full(near.size, 3), near)
    assert np.isnan(clusters.z).all()
    np.testing.assert_allclose(clusters.p, 1)


def test_trap_isolated_cells_stay_with_p_missing():
    cells, _ = hexagon_patch(3)
    lonely = points_to_cells(np.array([-3.3]), np.array([53.6]), resolution=9)
    both = np.unique(np.concatenate([cells, lonely]))
    near = find_neighbours(both)
    alone = near.degree == 0
    assert alone.sum() == 1
    scores = np.arange(both.size)
    for null in ("total", "conditional"):
        p = find_clusters(scores, near, null=null).p
        assert np.isnan(p[alone]).all()
        assert not np.isnan(p[~alone]).any()


def test_sums_above_twenty_thousand_and_two_rings():
    cells, _ = hexagon_patch(10)
    near = find_neighbours(cells, rings=2)
    scores = np.random.default_rng(1).pareto(1.0, cells.size).clip(0, 20000).astype(np.int64)
    scores[17] = 21_000
    clusters = find_clusters(scores, near)
    assert near.degree.max() == 18
    assert ((clusters.p > 0) & (clusters.p <= 1)).all()


@pytest.mark.parametrize("wrong", [np.array([0.5, 1]), np.array([-1, 2])])
def test_scores_must_be_whole_and_not_negative(wrong):
    with pytest.raises(ValueError, match="whole numbers"):
        subset_tails(wrong, largest=1)


def test_subsets_larger_than_the_whole_are_refused():
    with pytest.raises(ValueError, match="cannot be drawn"):
        subset_tails(np.array([1, 2]), largest=3)


def test_total_tail_of_the_smallest_grid():
    table = subset_tails(np.array([5, 0, 1]), largest=2)
    p = total_tail(np.array([6, 5, 1]), np.array([1, 1, 1]), table)
    np.testing.assert_allclose(p, [1 / 3, 2 / 3, 1])
