"""Measures of the whole map: against PySAL, closed forms, enumeration and known answers."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from benchmarks._pysal import to_graph
from mapper.grid.neighbours import find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.global_measures import (
    GlobalMoran,
    find_local_geary,
    find_middle,
    measure_moran,
)
from mapper.statistics.moran import local_moran
from tests.builders import disc


def with_a_lonely_cell(rings):
    cells = np.unique(np.concatenate([disc(rings), disc(0, lon=-3.3, lat=53.6)]))
    return cells, find_neighbours(cells)


def test_global_moran_is_the_mean_of_the_local_ones():
    near = find_neighbours(disc(9))
    scores = np.random.default_rng(0).negative_binomial(0.5, 0.1, near.size)
    found = measure_moran(scores, near)
    assert found.value == pytest.approx(local_moran(scores, near).value.mean())
    assert found.expected == pytest.approx(-1 / (near.size - 1))
    assert found.p == pytest.approx(stats.norm.sf(abs(found.z)))


@pytest.mark.parametrize("seed", range(3))
def test_global_moran_is_that_of_esda(seed):
    from esda.moran import Moran

    rng = np.random.default_rng(seed)
    kept = rng.random(disc(8).size) < 0.7  # ragged: degrees from 1 to 6
    near = find_neighbours(disc(8)[kept])
    near = find_neighbours(disc(8)[kept][near.degree > 0])
    scores = rng.negative_binomial(0.4, 0.1, near.size)
    found = measure_moran(scores, near)
    expected = Moran(scores.astype(float), to_graph(near), permutations=0, two_tailed=False)
    assert found.value == pytest.approx(expected.I, rel=1e-12)
    assert found.expected == pytest.approx(expected.EI, rel=1e-12)
    assert found.z == pytest.approx(expected.z_rand, rel=1e-9)
    assert found.p == pytest.approx(expected.p_rand, rel=1e-9)


def test_too_few_cells_have_no_moran():
    near = find_neighbours(disc(1)[:3])
    assert np.isnan(measure_moran(np.array([1, 2, 5]), near).z)
    assert np.isnan(measure_moran(np.zeros(0, dtype=np.int64), find_neighbours(disc(0)[:0])).value)


def test_global_moran_sees_a_pattern_and_its_absence():
    near = find_neighbours(disc(12))
    rng = np.random.default_rng(1)
    scores = rng.poisson(3, near.size)
    assert measure_moran(scores, near).p > 0.01
    smooth = scores + near.ring_sums(scores)
    found = measure_moran(smooth, near)
    assert found.p < 1e-6
    assert "more alike" in found.sentence()
    flat = measure_moran(np.full(near.size, 4), near)
    assert np.isnan(flat.value)
    assert "same count" in flat.sentence()


def test_isolated_cells_change_nothing():
    _, near = with_a_lonely_cell(7)
    scores = np.random.default_rng(2).poisson(3, near.size)
    kept = near.degree > 0
    alone = find_neighbours(disc(7))
    assert measure_moran(scores, near).value == pytest.approx(
        measure_moran(scores[kept], alone).value
    )
    geary = find_local_geary(scores, near, permutations=99)
    assert np.isnan(geary.value[~kept]).all()
    assert np.isnan(geary.p[~kept]).all()


def test_local_geary_is_the_mean_squared_difference_and_repeats_by_seed():
    near = find_neighbours(disc(6))
    scores = np.random.default_rng(3).poisson(3, near.size)
    first, again = (find_local_geary(scores, near, permutations=199, seed=5) for _ in "12")
    z = (scores - scores.mean()) / scores.std()
    expected = [np.mean((z[i] - z[near.member[near.owner == i]]) ** 2) for i in range(near.size)]
    np.testing.assert_allclose(first.value, expected)
    np.testing.assert_array_equal(first.p, again.p)
    assert ((first.p >= 1 / 200) & (first.p <= 1)).all()


def test_local_geary_is_that_of_esda():
    from esda.geary_local import Geary_Local

    near = find_neighbours(disc(6))
    scores = np.random.default_rng(4).negative_binomial(0.5, 0.1, near.size)
    expected = Geary_Local(connectivity=to_graph(near), permutations=0).fit(scores.astype(float))
    np.testing.assert_allclose(find_local_geary(scores, near).value, expected.localG, rtol=1e-12)


def test_the_pseudo_p_of_local_geary_nears_the_share_of_all_draws():
    near = find_neighbours(disc(1))  # seven cells: the middle has six neighbours, the others three
    scores = np.array([0, 1, 1, 2, 3, 5, 9])
    permutations = 20_000
    found = find_local_geary(scores, near, permutations=permutations, seed=1)
    for cell in np.flatnonzero(near.degree == 3):
        others = np.delete(scores, cell)
        gaps = [
            sum((scores[cell] - other) ** 2 for other in drawn)
            for drawn in combinations(others.tolist(), 3)
        ]
        own = sum((scores[cell] - scores[near.member[near.owner == cell]]) ** 2)
        share = np.mean(np.array(gaps) >= own)
        smaller = min(share, 1 - share)
        error = np.sqrt(max(smaller * (1 - smaller), 1e-4) / permutations)
        assert found.p[cell] == pytest.approx(smaller, abs=5 * error + 1 / permutations)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_trap_to_w_drops_isolated_cells_our_graph_keeps_them():
    _, near = with_a_lonely_cell(3)
    graph = to_graph(near)
    assert graph.n == near.size
    assert len(graph.isolates) == 1
    p = find_clusters(np.arange(near.size), near).p
    assert np.isnan(p).sum() == 1
    assert p.size == near.size


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_trap_default_transform_of_g_local_shrinks_z_ours_is_the_closed_form():
    from esda.getisord import G_Local

    near = find_neighbours(disc(9))
    scores = np.random.default_rng(4).negative_binomial(0.5, 0.1, near.size)
    star = to_graph(near).assign_self_weight()
    binary, rows = (
        G_Local(scores.astype(float), star, transform=how, star=True, permutations=0).Zs
        for how in ("B", "R")
    )
    ours = find_clusters(scores, near).z
    np.testing.assert_allclose(ours, binary, rtol=1e-9)
    assert np.median(np.abs(rows / ours)) < 0.5


def test_middle_and_spread():
    rng = np.random.default_rng(7)
    x, y = rng.normal(300, 40, 4000), rng.normal(700, 10, 4000)
    found = find_middle(x, y)
    assert found.mean == pytest.approx((x.mean(), y.mean()))
    assert found.distance == pytest.approx(np.hypot(x.std(), y.std()), rel=1e-3)
    assert found.major / found.minor == pytest.approx(4, rel=0.1)
    moves = [(0, 0), (5, 0), (-5, 0), (0, 5), (0, -5)]
    sums = [np.hypot(x - found.median[0] - dx, y - found.median[1] - dy).sum() for dx, dy in moves]
    assert min(sums) == sums[0]
    with pytest.raises(ValueError, match="2 points"):
        find_middle(x[:2], y[:2])


def test_middle_and_spread_are_those_of_pointpats():
    from pointpats.centrography import ellipse, euclidean_median, mean_center, std_distance

    rng = np.random.default_rng(8)
    for turn in (0.3, 1.2, 2.0, 2.9):
        along, across = rng.normal(0, 900, 500), rng.gamma(2, 150, 500)
        x = 335_000 + along * np.cos(turn) - across * np.sin(turn)
        y = 390_000 + along * np.sin(turn) + across * np.cos(turn)
        points = np.column_stack([x, y])
        found = find_middle(x, y)
        assert found.mean == pytest.approx(tuple(mean_center(points)))
        assert found.distance == pytest.approx(std_distance(points), rel=1e-6)
        assert (found.major, found.minor, found.rotation) == pytest.approx(ellipse(points))
        sums = [
            np.hypot(x - east, y - north).sum()
            for east, north in (found.median, euclidean_median(points))
        ]
        assert sums[0] <= sums[1]
        assert found.median == pytest.approx(tuple(euclidean_median(points)), abs=0.5)


def test_the_median_centre_stays_at_a_point_that_holds_most():
    x, y = np.array([0.0, 0, 0, 10, 0]), np.array([0.0, 0, 0, 0, 10])
    assert find_middle(x, y).median == pytest.approx((0, 0), abs=1e-5)
    x, y = np.array([0.0, 10, 10, 0, 5]), np.array([0.0, 0, 10, 10, 5])
    assert find_middle(x, y).median == pytest.approx((5, 5), abs=1e-5)


@pytest.mark.parametrize(
    ("value", "p", "said"),
    [
        (0.2, 0.001, "are more alike than chance"),
        (-0.2, 0.02, "are less alike than chance"),
        (-0.04, 0.28, "neither clearly more nor clearly less"),
        (0.04, 0.026, "neither clearly more nor clearly less"),
    ],
)
def test_likeness_is_told_only_beyond_chance(value, p, said):
    assert said in GlobalMoran(value=value, expected=-0.01, z=0.0, p=p).sentence()
