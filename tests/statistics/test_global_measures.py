"""Measures of the whole map: PySAL called rightly, against closed forms and known answers."""

import numpy as np
import pytest
from scipy import stats

from mapper.grid.neighbours import find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.global_measures import (
    class_breaks,
    find_local_geary,
    find_middle,
    measure_moran,
    point_clusters,
    to_graph,
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


def test_isolated_cells_change_nothing(uncompiled_esda):
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


def test_local_geary_is_the_mean_squared_difference_and_repeats_by_seed(uncompiled_esda):
    near = find_neighbours(disc(6))
    scores = np.random.default_rng(3).poisson(3, near.size)
    first, again = (find_local_geary(scores, near, permutations=199, seed=5) for _ in "12")
    z = (scores - scores.mean()) / scores.std()
    expected = [np.mean((z[i] - z[near.member[near.owner == i]]) ** 2) for i in range(near.size)]
    np.testing.assert_allclose(first.value, expected)
    np.testing.assert_array_equal(first.p, again.p)
    assert ((first.p >= 1 / 200) & (first.p <= 1)).all()


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


def test_class_breaks():
    values = np.random.default_rng(5).lognormal(1, 1, 400)
    quantiles = class_breaks(np.append(values, np.nan), classes=4)
    np.testing.assert_allclose(quantiles, np.quantile(values, [0.25, 0.5, 0.75, 1]))
    equal = class_breaks(values, classes=4, scheme="equal")
    np.testing.assert_allclose(np.diff(equal), np.ptp(values) / 4)
    natural = class_breaks(np.array([1, 1.1, 1.2, 5, 5.1, 9, 9.2]), classes=3, scheme="natural")
    np.testing.assert_allclose(natural, [1.2, 5.1, 9.2])
    heavy = class_breaks(values, scheme="head-tail")
    assert heavy[0] == pytest.approx(values.mean())
    for scheme in ("quantiles", "natural", "head-tail", "equal"):
        np.testing.assert_array_equal(class_breaks(np.array([3.0, 3, 1]), scheme=scheme), [1, 3])
        assert class_breaks(np.array([]), scheme=scheme).size == 0


def test_clusters_of_any_shape_from_points():
    rng = np.random.default_rng(6)
    angle = rng.uniform(0, np.pi, 300)
    arc = np.column_stack([1000 * np.cos(angle), 1000 * np.sin(angle)])
    blob = rng.normal(5000, 20, (150, 2))
    stray = rng.uniform(20_000, 33_000, (30, 2))
    x, y = np.concatenate([arc, blob, stray]).T
    before = np.random.get_state()[1].copy()  # noqa: NPY002 (what esda draws from)
    groups = point_clusters(x, y, distance=120, fewest=8, runs=30, seed=2)
    assert len(set(groups[:300]) - {-1}) == 1
    assert (groups[:300] >= 0).mean() > 0.95
    assert len(set(groups[300:450]) - {-1}) == 1
    assert groups[0] != groups[300]
    assert (groups[450:] == -1).all()
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002 (as above)
    again = point_clusters(x, y, distance=120, fewest=8, runs=30, seed=2)
    np.testing.assert_array_equal(groups, again)
    assert point_clusters(np.zeros(0), np.zeros(0), distance=1, fewest=2).size == 0


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
