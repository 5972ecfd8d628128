"""Exact tests and intervals against scipy, R's published examples and simulation."""

from math import comb, exp, inf, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio

from mapper.statistics.intervals import (
    binomial_interval,
    binomial_tails,
    binomial_two_sided,
    check_lengths,
    check_share,
    rate_ratio_interval,
    ratio_of_ratios,
    whole_counts,
)


def one(value):
    return np.array([value])


def two_sided_by_enumeration(k, n, share):
    """Sum of the probabilities of every outcome no likelier than k, in whole sums."""
    pmf = [comb(n, j) * share**j * (1 - share) ** (n - j) for j in range(n + 1)]
    return sum(p for p in pmf if p <= pmf[k] * (1 + 1e-7))


@pytest.mark.parametrize("share", [0.5, 1 / 3, 0.75, 0.97, 31 / 59])
def test_binomial_p_for_every_outcome(share):
    pairs = np.array([(k, n) for n in range(26) for k in range(n + 1)])
    k, n = pairs[:, 0], pairs[:, 1]
    two_sided = binomial_two_sided(k, n, share)
    at_least, at_most = binomial_tails(k, n, share)
    np.testing.assert_allclose(
        two_sided, [two_sided_by_enumeration(a, b, share) for a, b in pairs.tolist()], rtol=1e-9
    )
    np.testing.assert_allclose(at_least, stats.binom.sf(k - 1, n, share), rtol=1e-9)
    np.testing.assert_allclose(at_most, stats.binom.cdf(k, n, share), rtol=1e-9)


@settings(deadline=None)
@given(st.integers(1, 5_000), st.floats(0, 1), st.floats(0.01, 0.99))
def test_binomial_agrees_with_scipy(n, part, share):
    k = round(part * n)
    found = stats.binomtest(k, n, share)
    assert binomial_two_sided(one(k), one(n), share)[0] == pytest.approx(
        found.pvalue, rel=1e-6, abs=1e-300
    )
    low, high = binomial_interval(one(k), one(n))
    interval = found.proportion_ci(0.95, method="exact")
    assert (low[0], high[0]) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_published_examples_of_binom_test():
    # R, help(binom.test): 682 of 925 against 3/4 (Conover 1971, p. 97)
    assert binomial_two_sided(one(682), one(925), 0.75)[0] == pytest.approx(0.3825, abs=5e-5)
    low, high = binomial_interval(one(682), one(925))
    assert (low[0], high[0]) == pytest.approx((0.7076683, 0.7654066), abs=5e-8)


def test_published_example_of_poisson_test():
    # R, help(poisson.test): 11 in 800 against 21 in 3011
    lengths = {"before_length": 3011.0, "after_length": 800.0}
    low, high = rate_ratio_interval(one(21), one(11), **lengths)
    assert (low[0], high[0]) == pytest.approx((0.8584264, 4.2772659), abs=5e-8)
    p = binomial_two_sided(one(11), one(32), 800 / 3811)[0]
    assert p == pytest.approx(0.07967, abs=5e-6)


def test_rate_ratio_interval_with_zeros():
    low, high = rate_ratio_interval(np.array([0, 5, 0]), np.array([5, 0, 0]))
    assert low[0] > 0
    assert high[0] == inf
    assert low[1] == 0
    assert high[1] == pytest.approx(1 / low[0])  # the mirror of the first
    assert (low[2], high[2]) == (0, inf)


def test_rate_ratio_interval_covers_at_least_as_often_as_stated():
    rng = np.random.default_rng(2)
    for mean, ratio in [(2.0, 1.0), (8.0, 0.5), (40.0, 1.3)]:
        before, after = rng.poisson(mean, 4_000), rng.poisson(mean * ratio * 2, 4_000)
        low, high = rate_ratio_interval(before, after, after_length=2.0)
        assert ((low <= ratio) & (ratio <= high)).mean() >= 0.94


def test_published_example_of_fisher_test():
    # R, help(fisher.test): the lady tasting tea. R prints 0.3135693 as its one-sided lower limit,
    # 0.2117329 and 621.9337505 as its two-sided ones, found to about 1e-4 on the scale of 1/ratio.
    found = ratio_of_ratios(1, 3, 3, 1)
    assert found.ratio == 9
    assert found.p == pytest.approx(0.4857, abs=5e-5)
    assert ratio_of_ratios(1, 3, 3, 1, confidence=0.9).low == pytest.approx(0.3135693, rel=2e-5)
    assert found.low == pytest.approx(0.2117329, rel=2e-5)
    assert 1 / found.high == pytest.approx(1 / 621.9337505, abs=1e-4)


def test_limits_put_the_stated_share_in_each_tail():
    # margins of 4: outcome k has weight C(4, k)^2 ratio^k, that is 1, 16, 36, 16, 1
    found = ratio_of_ratios(1, 3, 3, 1)
    weights = np.array([1, 16, 36, 16, 1])
    at_low, at_high = weights * found.low ** np.arange(5), weights * found.high ** np.arange(5)
    assert at_low[3:].sum() / at_low.sum() == pytest.approx(0.025, rel=1e-9)
    assert at_high[:4].sum() / at_high.sum() == pytest.approx(0.025, rel=1e-9)


@settings(deadline=None)
@given(*[st.integers(0, 60)] * 4)
def test_ratio_of_ratios_agrees_with_scipy(a, b, c, d):
    if min(a + b, c + d, a + c, b + d) == 0:
        return
    found = ratio_of_ratios(a, b, c, d)
    other = odds_ratio(np.array([[b, a], [d, c]]))
    interval = other.confidence_interval(0.95)
    assert found.low == pytest.approx(interval.low, rel=1e-4, abs=1e-12)
    assert found.high == pytest.approx(interval.high, rel=1e-4)
    smaller = min(
        stats.hypergeom.sf(b - 1, a + b + c + d, b + d, a + b),
        stats.hypergeom.cdf(b, a + b + c + d, b + d, a + b),
    )
    assert found.p == pytest.approx(min(1, 2 * smaller), rel=1e-9)
    assert found.low <= found.ratio <= found.high


def test_ratio_of_ratios_with_large_counts():
    found = ratio_of_ratios(4_000, 3_000, 300_000, 310_000)
    log_ratio = np.log(3_000 * 300_000 / (4_000 * 310_000))
    error = 1.959964 * np.sqrt(1 / 3_000 + 1 / 4_000 + 1 / 300_000 + 1 / 310_000)
    assert found.low == pytest.approx(exp(log_ratio - error), rel=0.002)
    assert found.high == pytest.approx(exp(log_ratio + error), rel=0.002)
    assert found.p < 1e-12


@pytest.mark.parametrize(
    ("counts", "ratio", "low", "high"),
    [((0, 0, 5, 5), None, 0, inf), ((5, 0, 5, 5), 0, 0, 2.5), ((0, 5, 5, 5), inf, 0.4, inf)],
)
def test_ratio_of_ratios_with_zeros(counts, ratio, low, high):
    found = ratio_of_ratios(*counts)
    assert isnan(found.ratio) if ratio is None else found.ratio == ratio
    assert low <= found.low
    assert (found.low == 0) == (low == 0)
    assert found.high <= high
    assert (found.high == inf) == (high == inf)


def test_refusals():
    with pytest.raises(ValueError, match="not whole"):
        whole_counts([1.5], name="before")
    with pytest.raises(ValueError, match="before: counts lie between -1 and 2"):
        whole_counts([-1, 2], name="before")
    with pytest.raises(ValueError, match="lie between"):
        whole_counts([2**31], name="before")
    with pytest.raises(ValueError, match="not whole"):
        whole_counts([True], name="before")
    with pytest.raises(ValueError, match="confidence: 95"):
        check_share(95, name="confidence")
    for lengths in [(0, 1), (1, -1), (1, inf), (float("nan"), 1)]:
        with pytest.raises(ValueError, match="must be positive"):
            check_lengths(*lengths)
