"""Several effects as one, against the formulas written out and the published form of them."""

import numpy as np
import pytest
from scipy import optimize, stats

from mapper.statistics.pooled import FEWEST, pool

EFFECTS = [(0.80, 0.61, 1.05), (0.70, 0.45, 1.09), (0.95, 0.80, 1.13), (0.55, 0.35, 0.86)]


def by_hand(effects):
    """Paule and Mandel's variance between, Hartung and Knapp's interval, step by step."""
    y, low, high = np.log(np.array(effects)).T
    v = ((high - low) / (2 * stats.norm.ppf(0.975))) ** 2
    k = len(y)

    def spread(between):
        s = 1 / (v + between)
        return np.sum(s * (y - np.sum(s * y) / s.sum()) ** 2)

    q = spread(0.0)
    between = optimize.brentq(lambda t: spread(t) - (k - 1), 0, 10) if q > k - 1 else 0.0
    s = 1 / (v + between)
    mean = np.sum(s * y) / s.sum()
    error = np.sqrt(spread(between) / ((k - 1) * s.sum()))
    reach = stats.t.ppf(0.975, k - 1) * error
    return np.exp([mean, mean - reach, mean + reach]), max(0.0, 1 - (k - 1) / q)


@pytest.mark.parametrize("effects", [EFFECTS, EFFECTS[:3], [*EFFECTS, (1.6, 1.2, 2.1)]])
def test_the_mean_its_interval_and_heterogeneity_by_hand(effects):
    found = pool(effects)
    (ratio, low, high), apart = by_hand(effects)
    assert found.number == len(effects)
    assert (found.ratio, found.low, found.high) == pytest.approx((ratio, low, high), rel=1e-6)
    assert found.heterogeneity == pytest.approx(apart, abs=1e-9)


def test_under_three_effects_are_not_pooled():
    assert pool(EFFECTS[: FEWEST - 1]) is None
    assert pool([]) is None


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        error = rng.uniform(0.1, 0.4, 5)
        effect = rng.normal(np.log(0.8), np.hypot(error, 0.2))
        limits = 1.959964 * error
        found = pool(
            [tuple(np.exp([y, y - e, y + e])) for y, e in zip(effect, limits, strict=True)]
        )
        held += found.low <= 0.8 <= found.high
    assert 0.92 <= held / 400 <= 0.98
