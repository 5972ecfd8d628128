"""Mann-Kendall against hand values, loops, scipy's Kendall tau and full enumeration."""

from itertools import combinations, permutations, product
from math import factorial, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapper.statistics.trend import (
    EXACT_PERIODS,
    mann_kendall,
    mann_kendall_exact,
    smallest_p,
    too_few_periods,
)


def s_by_loop(row):
    return sum(int(b > a) - int(b < a) for a, b in combinations(row, 2))


def variance_by_loop(row):
    n, row = len(row), list(row)
    ties = [row.count(value) for value in set(row)]
    return (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18


def exact_by_enumeration(row):
    """Both tails of S over all n! orders."""
    s = s_by_loop(row)
    every = [s_by_loop(order) for order in permutations(row)]
    return sum(e >= s for e in every) / len(every), sum(e <= s for e in every) / len(every)


def test_hand_values():
    trend = mann_kendall(np.array([[1, 2, 3, 4, 5], [5, 5, 5, 5, 5], [3, 1, 1, 2, 0]]))
    np.testing.assert_array_equal(trend.s, [10, 0, -5])
    # 5*4*15/18; all tied; 300 less one pair of ties (2*1*9), over 18
    np.testing.assert_allclose(trend.variance, [300 / 18, 0, 282 / 18])
    np.testing.assert_allclose(trend.z, [9 / sqrt(300 / 18), 0, -4 / sqrt(282 / 18)])
    np.testing.assert_allclose(trend.p, 2 * stats.norm.sf(np.abs(trend.z)))
    np.testing.assert_allclose(trend.p_up[0], stats.norm.sf(trend.z[0]))
    assert trend.p_up[1] == trend.p_down[1] == trend.p[1] == 1
    assert trend.s.dtype == np.int64
    assert trend.p.dtype == np.float64


def test_against_loops_on_tied_counts():
    series = np.random.default_rng(7).poisson(1.5, (200, 13))
    trend = mann_kendall(series)
    np.testing.assert_array_equal(trend.s, [s_by_loop(row) for row in series])
    np.testing.assert_allclose(trend.variance, [variance_by_loop(row) for row in series])


def test_s_and_exact_p_agree_with_scipy_kendalltau():
    rng = np.random.default_rng(11)
    series = rng.random((100, 9))
    trend, exact = mann_kendall(series), mann_kendall_exact(series)
    for row, s, p in zip(series, trend.s, exact.p, strict=True):
        found = stats.kendalltau(np.arange(9), row, method="exact")
        assert found.statistic == pytest.approx(s / 36)
        assert found.pvalue == pytest.approx(p)


def test_variance_agrees_with_scipy_kendalltau_under_ties():
    # scipy's asymptotic p is 2 P(N >= |S| / sqrt(Var)), without the correction of one
    series = np.random.default_rng(3).poisson(2, (100, 24))
    trend = mann_kendall(series)
    for row, s, variance in zip(series, trend.s, trend.variance, strict=True):
        found = stats.kendalltau(np.arange(24), row, method="asymptotic")
        assert found.pvalue == pytest.approx(2 * stats.norm.sf(abs(s) / sqrt(variance)))


@pytest.mark.parametrize("periods", range(1, 6))
def test_exact_p_equals_enumeration_for_every_pattern_of_ties(periods):
    series = np.array(list(product(range(min(periods, 4)), repeat=periods)))
    step = max(1, len(series) // 120)
    exact = mann_kendall_exact(series)
    for row in range(0, len(series), step):
        up, down = exact_by_enumeration(series[row])
        assert exact.p_up[row] == pytest.approx(up, rel=1e-12)
        assert exact.p_down[row] == pytest.approx(down, rel=1e-12)
        assert exact.p[row] == pytest.approx(min(1, 2 * min(up, down)), rel=1e-12)


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=7, max_size=7))
def test_exact_tails_share_the_observed_value(row):
    exact = mann_kendall_exact(np.array([row, row[::-1]]))
    assert exact.p_up[0] + exact.p_down[0] >= 1
    assert exact.p_up[0] == pytest.approx(exact.p_down[1])
    assert exact.s[0] == -exact.s[1]


def test_exact_tail_keeps_relative_precision():
    rising = np.arange(EXACT_PERIODS)[np.newaxis]
    assert mann_kendall_exact(rising).p_up[0] == pytest.approx(1 / factorial(60), rel=1e-10)


def test_approximation_is_close_to_exact_for_45_months():
    series = np.random.default_rng(5).poisson(0.8, (300, 45))
    assert np.abs(mann_kendall(series).p - mann_kendall_exact(series).p).max() < 0.01


def test_sparse_series_need_the_exact_p():
    series = np.zeros((1, 45), dtype=np.int64)
    series[0, -2:] = 1  # two incidents in all, both in the last months: 1 order in C(45, 2)
    assert mann_kendall_exact(series).p_up[0] == pytest.approx(1 / 990)
    assert mann_kendall(series).p_up[0] > 9 * mann_kendall_exact(series).p_up[0]


def test_share_of_null_series_below_alpha():
    series = np.random.default_rng(1).poisson(3, (20_000, 12))
    for trend in (mann_kendall(series), mann_kendall_exact(series)):
        for alpha in (0.1, 0.05, 0.01):
            allowed = alpha + 4 * sqrt(alpha / len(series))
            for p in (trend.p, trend.p_up, trend.p_down):
                assert (p <= alpha).mean() <= allowed


@pytest.mark.parametrize("periods", range(1, 7))
def test_smallest_p_is_the_smallest_over_every_series(periods):
    every = np.array(list(product(range(periods), repeat=periods)))
    assert smallest_p(periods) == mann_kendall(every).p.min()
    assert smallest_p(periods, exact=True) == pytest.approx(mann_kendall_exact(every).p.min())


def test_four_periods_never_reach_five_per_cent():
    assert smallest_p(4) == pytest.approx(0.0894, abs=5e-5)
    assert smallest_p(4, exact=True) == pytest.approx(1 / 12)
    assert smallest_p(5) == pytest.approx(0.0275, abs=5e-5)
    assert too_few_periods(4) == (
        "With 4 periods no trend can reach p = 0.05 (the smallest possible is 0.089): "
        "at least 5 periods are needed."
    )
    assert too_few_periods(1).startswith("With 1 period no trend")
    assert too_few_periods(5) == ""


def test_direction_needs_a_clear_trend():
    trend = mann_kendall(np.array([[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [1, 2, 3, 5, 4]]))
    np.testing.assert_array_equal(trend.direction(), [1, -1, 0])
    assert trend.direction().dtype == np.int8
    np.testing.assert_array_equal(trend.direction(alpha=0.2), [1, -1, 1])


def test_unsigned_values_do_not_wrap():
    series = np.array([[200, 1, 0]], dtype=np.uint8)
    assert mann_kendall(series).s[0] == -3


def test_no_cells_give_no_results():
    assert mann_kendall(np.zeros((0, 5))).p.shape == (0,)
    assert mann_kendall_exact(np.zeros((0, 5))).p.shape == (0,)


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (np.arange(4), "shape"),
        (np.zeros((3, 0)), "shape"),
        (np.array([[1.0, np.nan]]), "missing"),
        (np.array([["a", "b"]]), "not numbers"),
    ],
)
def test_wrong_series_are_refused(series, words):
    with pytest.raises(ValueError, match=words):
        mann_kendall(series)


def test_other_refusals():
    with pytest.raises(ValueError, match="61 periods"):
        mann_kendall_exact(np.zeros((1, 61)))
    with pytest.raises(ValueError, match="less than 1"):
        smallest_p(0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        too_few_periods(5, alpha=0)


@pytest.mark.parametrize("periods", [1, 2, 5, 12, 45, 60])
def test_transforms_give_what_adding_positive_terms_gives(periods, monkeypatch):
    rng = np.random.default_rng(periods)
    growth = rng.uniform(0.9, 1.2, (150, 1)) ** np.arange(periods)  # some tails are tiny, some not
    series = rng.poisson(np.minimum(rng.gamma(0.4, 4, (150, 1)) * growth, 1e4))
    quick = mann_kendall_exact(series)
    monkeypatch.setattr("mapper.statistics.trend._TINY", 2.0)  # every tail is added up
    slow = mann_kendall_exact(series)
    for part in ("p", "p_up", "p_down"):
        np.testing.assert_allclose(getattr(quick, part), getattr(slow, part), rtol=1e-8, atol=0)
