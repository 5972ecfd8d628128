"""Over-represented: every tail against scipy and against whole numbers, calibration."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapper.grid.neighbours import find_neighbours
from mapper.statistics.over_represented import find_over_represented, hypergeometric_tail
from tests.builders import disc


def tail_in_whole_numbers(x, n, chosen, whole):
    ways = sum(
        comb(chosen, j) * comb(whole - chosen, n - j) for j in range(max(x, 0), min(n, chosen) + 1)
    )
    return float(Fraction(ways, comb(whole, n)))


def test_every_tail_of_small_laws_equals_scipy():
    for whole in (1, 6, 11):
        for chosen in range(whole + 1):
            n = np.repeat(np.arange(whole + 1), whole + 4)
            x = np.tile(np.arange(-1, whole + 3), whole + 1)
            upper = hypergeometric_tail(x, n, chosen=chosen, whole=whole)
            below = hypergeometric_tail(x, n, chosen=chosen, whole=whole, lower=True)
            np.testing.assert_allclose(
                upper, stats.hypergeom.sf(x - 1, whole, chosen, n), rtol=1e-9, atol=1e-14
            )
            np.testing.assert_allclose(
                below, stats.hypergeom.cdf(x, whole, chosen, n), rtol=1e-9, atol=1e-14
            )


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_tail_equals_whole_numbers_down_to_the_tiniest(data):
    whole = data.draw(st.integers(1, 600))
    chosen, n = data.draw(st.integers(0, whole)), data.draw(st.integers(0, whole))
    x = data.draw(st.integers(0, min(chosen, n)))
    found = hypergeometric_tail(np.array([x]), np.array([n]), chosen=chosen, whole=whole)[0]
    assert found == pytest.approx(tail_in_whole_numbers(x, n, chosen, whole), rel=1e-9)


@pytest.mark.parametrize("x", [0, 20, 55, 62, 63, 80, 200, 900])
def test_tails_of_a_real_size(x):
    found = hypergeometric_tail(np.array([x]), np.array([1000]), chosen=40_375, whole=641_024)[0]
    expected = np.exp(stats.hypergeom.logsf(x - 1, 641_024, 40_375, 1000)) if x else 1.0
    assert found == pytest.approx(tail_in_whole_numbers(x, 1000, 40_375, 641_024), rel=2e-8)
    assert found == pytest.approx(expected, rel=2e-7)


def test_disc_sums_and_what_demand_would_suggest():
    near = find_neighbours(disc(3))
    rng = np.random.default_rng(0)
    demand = rng.poisson(20, near.size)
    themed = rng.binomial(demand, 0.2)
    found = find_over_represented(themed, demand, near)
    np.testing.assert_array_equal(found.themed, themed + near.ring_sums(themed))
    np.testing.assert_allclose(
        found.p,
        stats.hypergeom.sf(found.themed - 1, demand.sum(), themed.sum(), found.demand),
        rtol=1e-8,
    )
    np.testing.assert_allclose(found.expected, found.demand * themed.sum() / demand.sum())


def test_calibration_under_random_subsets_of_all_demand():
    near = find_neighbours(disc(14))
    rng = np.random.default_rng(6)
    demand = rng.negative_binomial(0.4, 0.02, near.size)
    runs = [
        rng.multivariate_hypergeometric(demand, demand.sum() // 12, method="marginals")
        for _ in range(120)
    ]
    p = np.concatenate([find_over_represented(run, demand, near).p for run in runs])
    for a in (0.1, 0.05, 0.01, 0.001):
        assert (p <= a).mean() <= a + 4 * np.sqrt(a * 7 / p.size)


def test_a_busy_place_is_not_over_represented_and_a_themed_one_is():
    near = find_neighbours(disc(10))
    demand = np.full(near.size, 20)
    themed = np.full(near.size, 2)
    demand[50], themed[50] = 400, 40
    themed[200] = 20
    p = find_over_represented(themed, demand, near).p
    assert p[50] > 0.3
    assert p[200] < 0.001


def test_isolated_cells_are_missing_and_nothing_themed_gives_one():
    cells = np.unique(np.concatenate([disc(2), disc(0, lon=-3.3, lat=53.6)]))
    near = find_neighbours(cells)
    found = find_over_represented(np.zeros(cells.size, int), np.ones(cells.size, int), near)
    assert np.isnan(found.p[near.degree == 0]).all()
    assert (found.p[near.degree > 0] == 1).all()
    none = find_over_represented(np.zeros(cells.size, int), np.zeros(cells.size, int), near)
    assert (none.p[near.degree > 0] == 1).all()


def test_demand_must_hold_the_theme():
    near = find_neighbours(disc(1))
    with pytest.raises(ValueError, match="7 cells have more themed"):
        find_over_represented(np.full(7, 2), np.ones(7, int), near)
    with pytest.raises(ValueError, match="differ in shape"):
        find_over_represented(np.full(7, 2), np.ones(6, int), near)
