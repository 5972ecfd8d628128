"""Overdispersed comparisons: against exact ones, against each other, and by simulation."""

import numpy as np
import pytest
from scipy import stats

from mapper.statistics.change import compare_windows
from mapper.statistics.intervals import binomial_interval, binomial_tails
from mapper.statistics.period_dispersion import PeriodDispersion
from mapper.statistics.quasi_binomial import (
    quasi_interval,
    quasi_tails,
    student_quantile,
    student_tail,
)


def dispersion(ratio, freedom, size):
    return PeriodDispersion(np.full(size, ratio), np.full(size, freedom), ratio)


K, N = (each.ravel() for each in np.meshgrid(np.arange(0, 40), np.arange(0, 80)))
K, N = K[K <= N], N[K <= N]


def test_never_keener_than_the_exact_binomial():
    exact = binomial_tails(K, N, 0.4)
    found = quasi_tails(K, N, 0.4, dispersion(1.0, np.inf, K.size))
    for one, other in zip(found, exact, strict=True):
        assert (one >= other - 1e-12).all()
    low, high = quasi_interval(K, N, dispersion(1.0, np.inf, K.size))
    exact_low, exact_high = binomial_interval(K, N)
    assert (low <= exact_low + 1e-12).all()
    assert (high >= exact_high - 1e-12).all()


def test_a_ratio_divides_counts():
    """Counts three times as large with a ratio of three say the same as the counts themselves."""
    found = quasi_tails(3 * K, 3 * N, 0.4, dispersion(3.0, np.inf, K.size))
    plain = quasi_tails(K, N, 0.4, dispersion(1.0, np.inf, K.size))
    np.testing.assert_allclose(found, plain, rtol=1e-9)
    np.testing.assert_allclose(
        quasi_interval(3 * K, 3 * N, dispersion(3.0, 7.0, K.size)),
        quasi_interval(K, N, dispersion(1.0, 7.0, K.size)),
        rtol=1e-9,
    )


@pytest.mark.parametrize(("ratio", "freedom"), [(1.0, np.inf), (1.8, 9.0), (4.0, 2.0)])
def test_p_is_at_most_alpha_exactly_where_the_interval_leaves_the_share_out(ratio, freedom):
    told = dispersion(ratio, freedom, K.size)
    p = np.minimum(2 * np.minimum(*quasi_tails(K, N, 0.4, told)), 1)
    low, high = quasi_interval(K, N, told)
    outside = (low > 0.4) | (high < 0.4)
    sure = np.abs(p - 0.05) > 1e-9
    assert np.array_equal((p <= 0.05)[sure], outside[sure])


def test_wilsons_interval_in_closed_form():
    """Where Student's interval is the wider: solved by hand from the score."""
    told = dispersion(2.0, 3.0, 1)
    low, high = quasi_interval(np.array([30]), np.array([60]), told)
    t = stats.t.ppf(0.975, 3)
    for limit in (low[0], high[0]):
        score = (30 - 60 * limit) / np.sqrt(2.0 * 60 * limit * (1 - limit))
        assert abs(score) == pytest.approx(t, rel=1e-9)


def test_nothing_is_told_without_a_ratio():
    told = dispersion(np.nan, 0.0, 1)
    assert np.isnan(quasi_tails(np.array([9]), np.array([10]), 0.5, told)).all()
    assert [float(x[0]) for x in quasi_interval(np.array([9]), np.array([10]), told)] == [0, 1]
    change = compare_windows([1], [9], dispersion=told)
    assert not change.clear().any()
    assert not change.known.any()


def test_students_law_is_scipys():
    values = np.linspace(-4, 4, 9)
    np.testing.assert_allclose(student_tail(values, 5.0), stats.t.sf(values, 5), rtol=1e-12)
    np.testing.assert_allclose(student_tail(values, np.inf), stats.norm.sf(values), rtol=1e-12)
    assert float(student_quantile(0.975, 5.0)) == pytest.approx(stats.t.ppf(0.975, 5))
    assert float(student_quantile(0.975, np.inf)) == pytest.approx(stats.norm.ppf(0.975))


@pytest.mark.parametrize("ratio", [1.0, 1.6, 3.0])
def test_intervals_cover_negative_binomial_changes(ratio):
    """Months with a known variance to mean ratio; the true change is a rise by a half."""
    rng = np.random.default_rng(8)
    mean = rng.gamma(2, 15, 4_000) + 3
    before, after = (draw(rng, mean * times, ratio) for times in (1.0, 1.5))
    change = compare_windows(before, after, dispersion=dispersion(ratio, np.inf, mean.size))
    covered = ((change.low <= 1.5) & (change.high >= 1.5)).mean()
    assert 0.945 <= covered <= 0.985


def draw(rng, mean, ratio):
    if ratio == 1:
        return rng.poisson(mean)
    return rng.negative_binomial(mean / (ratio - 1), 1 / ratio)


def test_a_surprising_sum_is_shared_out_more_unevenly():
    """Two negative binomial counts given their sum, against what the ratio given a sum says."""
    rng = np.random.default_rng(9)
    ratio, mean = 2.0, 8.0  # of each of the two windows
    one, other = (draw(rng, np.full(3_000_000, mean), ratio) for _ in range(2))
    usual = PeriodDispersion(np.array([ratio]), np.array([np.inf]), ratio, np.array([mean]))
    for total in (16, 24, 32, 40):
        share = one[one + other == total] / total
        found = share.var() / (0.25 / total)
        exact = 1 + (total - 1) / (2 * mean / (ratio - 1) + 1)  # beta-binomial
        assert found == pytest.approx(exact, rel=0.06)
        given = usual.given(np.array([total]), 2.0).ratio[0]
        assert given >= exact
        assert given == pytest.approx(exact, rel=0.15)
    assert usual.given(np.array([4]), 2.0).ratio[0] == ratio
