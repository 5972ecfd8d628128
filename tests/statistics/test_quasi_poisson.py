"""Counts of periods against expectation: exact Poisson, the likelihood, worlds of nothing."""

import numpy as np
import pytest
from scipy import stats

from mapper.statistics.period_dispersion import PeriodDispersion, measure_period_dispersion
from mapper.statistics.quasi_poisson import quasi_poisson_tails, quasi_poisson_trend


def alike(ratio, places, freedom=np.inf):
    return PeriodDispersion(np.full(places, ratio), np.full(places, freedom), ratio)


def test_without_dispersion_no_tail_is_below_the_exact_poisson_one():
    seen, expected = np.meshgrid(np.arange(30.0), [0.3, 2.0, 9.0])
    at_least, at_most = quasi_poisson_tails(seen, expected, alike(1.0, 3))
    assert (at_least >= stats.poisson.sf(seen - 1, expected) - 1e-12).all()
    assert (at_most >= stats.poisson.cdf(seen, expected) - 1e-12).all()
    far = seen > expected + 4 * np.sqrt(expected)
    np.testing.assert_allclose(at_least[far], stats.poisson.sf(seen - 1, expected)[far], rtol=1e-9)


def test_the_trend_is_the_score_test_of_the_likelihood_itself():
    """Second road: slope and information by differences of the Poisson likelihood."""
    rng = np.random.default_rng(3)
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31.0])
    step = 1e-4
    for ratio, freedom in ((1.0, np.inf), (1.7, 11.0)):
        counts = rng.poisson(days * 0.4 * np.exp(0.05 * np.arange(12)))
        level = np.log(counts.sum() / days.sum())

        def likelihood(at, counts=counts, level=level):
            mean = days * np.exp(level + at[0] + at[1] * np.arange(12))
            return stats.poisson.logpmf(counts, mean).sum()

        one = np.eye(2) * step
        slope = (likelihood(one[1]) - likelihood(-one[1])) / (2 * step)
        second = np.array(
            [
                [
                    likelihood(i + j) - likelihood(i - j) - likelihood(j - i) + likelihood(-i - j)
                    for j in one
                ]
                for i in one
            ]
        ) / (-4 * step**2)
        spread = second[1, 1] - second[0, 1] ** 2 / second[0, 0]
        score, p = quasi_poisson_trend(counts[np.newaxis], days, alike(ratio, 1, freedom))
        assert score[0] == pytest.approx(slope / np.sqrt(ratio * spread), rel=1e-3)
        law = stats.norm if np.isinf(freedom) else stats.t(freedom)
        assert p[0] == pytest.approx(2 * law.sf(abs(score[0])))


@pytest.mark.parametrize("shape", [np.inf, 4.0])
def test_months_of_nothing_are_rarely_hot_cold_or_moving(shape):
    """Months drawn alike, as bunched as real ones: each tail at most as often as it says."""
    rng = np.random.default_rng(8)
    mean = rng.uniform(2, 12, 3000)[:, np.newaxis] * np.ones(12)
    mixed = mean if np.isinf(shape) else mean * rng.gamma(shape, 1 / shape, mean.shape)
    counts = rng.poisson(mixed)
    known = measure_period_dispersion(counts, np.ones(12), np.zeros(12, dtype=np.int64))
    at_least, at_most = quasi_poisson_tails(counts, mean, known)
    _, p = quasi_poisson_trend(counts, np.ones(12), known)
    for alpha in (0.05, 0.01):
        for tail in (at_least, at_most, p):
            assert np.mean(tail <= alpha) <= alpha * 1.15 + 0.002
    if not np.isinf(shape):  # Poisson tails alone would not do
        assert np.mean(stats.poisson.sf(counts - 1, mean) <= 0.01) > 0.03
