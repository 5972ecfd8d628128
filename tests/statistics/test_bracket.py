"""Bracket: always round the true p, by full enumeration; exact on a grid that holds the values."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.grid.neighbours import find_neighbours
from mapper.statistics.bracket import bracket_clusters, choose_step
from mapper.statistics.clusters import find_clusters
from mapper.statistics.permutation import SMALLEST_P
from tests.builders import disc

# equal, or apart by far more than the rounding of floats
REAL = st.floats(0, 500).map(lambda value: float(f"{value:.7f}"))
DAYS = [159.07, 243.3, 10.68, 3.31, 365, 273.75, 10, 7.5, 5, 2, 1]


def true_p(values, near, i, null):
    """P(a random disc or ring sums to at least this one), in exact fractions of the floats."""
    exact = [Fraction(float(value)) for value in values]
    ring = near.member[near.owner == i].tolist()
    if null == "total":
        pool, size = list(range(len(exact))), len(ring) + 1
        seen = sum(exact[j] for j in (*ring, i))
    else:
        pool, size = [j for j in range(len(exact)) if j != i], len(ring)
        seen = sum(exact[j] for j in ring)
    sums = [sum(exact[j] for j in chosen) for chosen in combinations(pool, size)]
    return sum(one >= seen for one in sums) / len(sums)


@given(st.lists(REAL, min_size=7, max_size=7), st.sampled_from(["total", "conditional"]), st.data())
@settings(max_examples=60, deadline=None)
def test_the_bracket_holds_the_true_p(values, null, data):
    near = find_neighbours(disc(1))
    values = np.array(values)
    step = data.draw(st.sampled_from([None, 0.01, 1.7, 60.0]))
    found = bracket_clusters(values, near, null=null, step=step, nodes=4096)
    for i in range(7):
        p = true_p(values, near, i, null)
        assert found.low[i] - 1e-9 <= p <= found.p[i] + 1e-9


@pytest.mark.parametrize("null", ["total", "conditional"])
def test_days_to_the_hundredth_are_exact_ties_included(null):
    near = find_neighbours(disc(1))
    values = np.array([159.07, 0, 10.68, 159.07, 0, 10.68, 3.31])
    found = bracket_clusters(values, near, null=null)
    assert found.exact
    assert found.step == 0.01
    assert (found.width == 0).all()
    in_hundredths = np.rint(values * 100).astype(np.int64).astype(float)
    for i in range(7):
        expected = max(true_p(in_hundredths, near, i, null), SMALLEST_P)
        assert found.p[i] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("null", ["total", "conditional"])
def test_whole_numbers_give_the_exact_method_as_it_is(null):
    near = find_neighbours(disc(8))
    scores = np.random.default_rng(1).negative_binomial(0.5, 0.1, near.size)
    found = bracket_clusters(scores.astype(float), near, null=null)
    assert (found.exact, found.step) == (True, 1.0)
    np.testing.assert_array_equal(found.p, find_clusters(scores, near, null=null).p)
    assert "exact" in found.sentence()


def test_the_bracket_narrows_with_more_nodes_and_holds_the_finest():
    near = find_neighbours(disc(14))
    rng = np.random.default_rng(2)
    scores = rng.choice(DAYS, near.size) * rng.poisson(3, near.size) * np.pi
    widths, found = [], []
    for nodes in (2**10, 2**13, 2**16):
        one = bracket_clusters(scores, near, nodes=nodes)
        assert not one.exact
        widths.append(np.nanmax(one.width))
        found.append(one)
    assert widths[0] > 4 * widths[1] > 16 * widths[2]
    assert widths[2] < 0.003
    for coarse, fine in ((found[0], found[1]), (found[1], found[2])):
        assert (coarse.low <= fine.p + 1e-12).all()
        assert (coarse.p >= fine.low - 1e-12).all()
    assert "two bounds at most" in found[2].sentence()


def test_isolated_cells_are_missing_and_constant_scores_never_significant():
    cells = np.unique(np.concatenate([disc(3), disc(0, lon=-3.3, lat=53.6)]))
    near = find_neighbours(cells)
    found = bracket_clusters(np.full(cells.size, np.sqrt(2)), near, nodes=1000)
    assert np.isnan(found.p[near.degree == 0]).all()
    assert (found.p[near.degree > 0] == 1).all()
    nothing = bracket_clusters(np.zeros(cells.size), near)
    assert (nothing.p[near.degree > 0] == 1).all()


def test_the_step_fits_the_table():
    values = np.random.default_rng(0).gamma(1, 100, 500)
    step = choose_step(values, largest=7, nodes=5000)
    assert np.ceil(np.sort(values)[-7:] / step).sum() < 5000
    assert choose_step(np.array([1.5, 2.0]), largest=2) == 0.1
    assert choose_step(np.array([1e6, 0.5]), largest=2, nodes=1000) > 1000


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_wrong_values_and_steps_are_refused(wrong):
    near = find_neighbours(disc(1))
    with pytest.raises(ValueError, match="0 or more"):
        bracket_clusters(np.full(7, wrong), near)
    with pytest.raises(ValueError, match="step"):
        bracket_clusters(np.ones(7), near, step=wrong)
