"""Bunching: exact tails against convolution, the fit against the law that made the counts."""

from functools import reduce

import numpy as np
import pytest
from scipy import special
from scipy.stats import nbinom

from mapper.statistics import bunching
from mapper.statistics.bunching import (
    Bunching,
    count_tail,
    fit_bunching,
    matched_tail,
    sum_tail,
)
from mapper.statistics.permutation import SMALLEST_P


def convolved_tail(count, expected, shape):
    """Second road: the chances of every term, convolved; positive numbers only."""
    values = np.arange(6_000)
    parts = [nbinom.pmf(values, k, k / (k + e)) for e, k in zip(expected, shape, strict=True)]
    return reduce(np.convolve, parts)[count:].sum()


@pytest.mark.parametrize(
    ("expected", "shape"),
    [
        ([0.2, 3.0, 7.0, 1.0], [0.4, 0.4, 0.4, 0.4]),
        ([0.01, 0.5, 20.0], [2.0, 0.3, 1.1]),
        ([5.0, 5.0, 5.0], [50.0, 0.5, 5.0]),
        ([2.0], [0.7]),
    ],
)
def test_sum_tail_is_that_of_the_convolution(expected, shape):
    expected, shape = np.array(expected), np.array(shape)
    for count in (0, 1, 5, 20, 60, 150):
        by_transform = sum_tail(np.array([count]), expected[None], shape[None])[0]
        by_convolution = convolved_tail(count, expected, shape)
        assert by_transform == pytest.approx(max(by_convolution, SMALLEST_P), rel=1e-6, abs=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_holds_and_says_of_what_is_far_out_that_it_is(seed):
    drawn = np.random.default_rng(seed)
    expected, shape = drawn.uniform(0, 9, 5), drawn.uniform(0.3, 9, 5)
    chances = [
        nbinom.pmf(np.arange(6_000), k, k / (k + e)) for e, k in zip(expected, shape, strict=True)
    ]
    exact = np.cumsum(reduce(np.convolve, chances)[5_999::-1])[::-1]
    counts = np.arange(int(expected.sum()) + 1, 900)
    terms = (np.tile(each, (counts.size, 1)) for each in (expected, shape))
    bound = bunching._chernoff(counts, *terms)
    tail = exact[counts]
    assert (bound >= tail).all()
    far = tail > 1e-250
    assert (bound[far] < 1_000 * tail[far]).all()  # not so large that it says nothing
    assert tail[-1] < 1e-20


def test_sum_of_one_ratio_is_negative_binomial_itself():
    expected = np.array([[1.0, 2.0, 6.0]])
    shape = expected / 3
    count = np.array([40])
    closed = nbinom.sf(39, 3.0, 3.0 / (3.0 + 9.0))
    assert sum_tail(count, expected, shape)[0] == pytest.approx(closed, rel=1e-9)
    matched = matched_tail(count, expected.sum(axis=1), (expected**2 / shape).sum(axis=1))
    assert matched[0] == pytest.approx(closed, rel=1e-9)


def test_matched_tail_is_never_above_the_exact_one_far_out():
    rng = np.random.default_rng(2)
    expected = rng.gamma(0.7, 4, (200, 7)) + 0.01
    shape = np.full(expected.shape, 0.6)
    extra = (expected**2 / shape).sum(axis=1)
    count = np.rint(expected.sum(axis=1) + 5 * np.sqrt(extra)).astype(np.int64)
    matched = matched_tail(count, expected.sum(axis=1), extra)
    exact = sum_tail(count, expected, shape)
    assert (matched <= exact * (1 + 1e-9) + 1e-12).all()
    assert np.median(exact / matched) > 1.1  # so the exact one is needed


def test_terms_of_no_expectation_are_none():
    with_none = sum_tail(np.array([9]), np.array([[1.0, 4.0, 0.0]]), np.array([[0.5, 0.9, 1e-9]]))
    without = sum_tail(np.array([9]), np.array([[1.0, 4.0]]), np.array([[0.5, 0.9]]))
    assert with_none[0] == pytest.approx(without[0], rel=1e-9)


def test_count_tail_is_scipys_and_poisson_in_the_limit():
    counts = np.array([0, 1, 4, 30])
    e, k = np.full(4, 3.0), np.full(4, 1.5)
    assert count_tail(counts, e, k) == pytest.approx(nbinom.sf(counts - 1, 1.5, 1.5 / 4.5))
    even = Bunching(scale=1e12, power=0.0)
    assert even.ratio(3.0) == pytest.approx(1.0)
    from scipy.stats import poisson

    poissons = poisson.sf(counts[:3] - 1, 3.0)
    assert count_tail(counts[:3], e[:3], even.shapes(e[:3])) == pytest.approx(poissons, rel=1e-6)


@pytest.mark.parametrize(("scale", "power"), [(0.3, 1.0), (0.5, 0.0), (1.5, 0.5)])
def test_the_fit_finds_the_law_that_made_the_counts(scale, power):
    rng = np.random.default_rng(3)
    expected = rng.gamma(1.0, 4.0, 8_000) + 0.05
    shape = Bunching(scale, power).shapes(expected)
    counts = rng.negative_binomial(shape, shape / (shape + expected))
    found = fit_bunching(counts, expected)
    assert found.power == pytest.approx(power, abs=0.06)
    assert found.ratio(4.0) == pytest.approx(Bunching(scale, power).ratio(4.0), rel=0.1)


def test_independent_counts_are_found_even():
    rng = np.random.default_rng(4)
    expected = rng.gamma(1.0, 4.0, 8_000) + 0.05
    found = fit_bunching(rng.poisson(expected), expected)
    assert found.ratio(4.0) < 1.03
    assert "about as much" in found.sentence(4.0)


def test_true_hot_spots_hardly_change_the_fit():
    rng = np.random.default_rng(5)
    expected = rng.gamma(1.0, 4.0, 6_000) + 0.05
    shape = Bunching(0.5, 1.0).shapes(expected)
    counts = rng.negative_binomial(shape, shape / (shape + expected))
    hot = counts.copy()
    hot[:60] += 200  # one cell in a hundred
    quiet, found = fit_bunching(counts, expected), fit_bunching(hot, expected)
    assert found.ratio(4.0) == pytest.approx(quiet.ratio(4.0), rel=0.15)
    pearson = float(((hot - expected) ** 2 / expected).mean())
    assert pearson > 20 * quiet.ratio(4.0)  # by moments they would have made it


def test_a_large_area_is_fitted_on_cells_of_every_expectation():
    rng = np.random.default_rng(6)
    expected = rng.gamma(0.5, 6.0, 60_000) + 0.01
    shape = Bunching(0.8, 0.0).shapes(expected)
    counts = rng.negative_binomial(shape, shape / (shape + expected))
    found = fit_bunching(counts, expected)
    assert found.power == pytest.approx(0.0, abs=0.06)
    assert found.ratio(4.0) == pytest.approx(6.0, rel=0.1)


@pytest.mark.parametrize("expected", [[0.0, 1.0], [np.nan, 1.0], [1.0], []])
def test_expectations_that_are_none_are_refused(expected):
    with pytest.raises(ValueError, match="above 0"):
        fit_bunching(np.array([1, 2]), np.array(expected))


def test_the_point_of_censoring_is_worked_out_only_where_it_tells():
    rng = np.random.default_rng(11)
    ends = ((1e-9, 1e9), (1e-9, 1e6))
    shape, expected = (np.exp(rng.uniform(*np.log(pair), 20_000)) for pair in ends)
    counts = np.rint(expected * np.exp(rng.normal(0, 1, expected.size))).astype(np.int64)
    point = np.ceil(special.nbdtrik(bunching.CENSORED, shape, shape / (shape + expected)))
    whole = np.maximum(point, 1).astype(np.int64) + 1
    limit = bunching._limits(counts, expected, shape)
    high = counts >= whole
    assert high.any()
    assert np.array_equal(counts >= limit, high)
    assert np.array_equal(limit[high], whole[high])
