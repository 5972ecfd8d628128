"""Risk terrain against likelihoods and sandwiches worked out here, and worlds of known truth."""

import sys

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import nbinom
from scipy.stats import t as student

from mapper.base.errors import RequestError
from mapper.grid.hexagons import cells_to_points
from mapper.statistics import risk_terrain
from mapper.statistics.risk_terrain import _base_columns, blocks_of, fit_terrain, log_score
from tests.builders import disc

CELLS = disc(20)


def world(*, times, seed=1, alpha=0.5):
    """Counts that follow residents, rise to the east, and go with the first of two kinds."""
    drawn = np.random.default_rng(seed)
    residents = drawn.gamma(2, 100, CELLS.size)
    near = drawn.random((CELLS.size, 2)) < 0.2
    east = cells_to_points(CELLS)[0]
    east = (east - east.mean()) / east.std()
    mean = np.exp(-3 + 0.7 * np.log1p(residents) + 0.4 * east + np.log(times) * near[:, 0])
    counts = drawn.negative_binomial(1 / alpha, 1 / (1 + alpha * mean))
    return counts.astype(np.int64), residents, near


@pytest.fixture(scope="module")
def fitted():
    counts, residents, near = world(times=2.0)
    return counts, residents, near, fit_terrain(counts, residents, near, cells=CELLS)


def test_the_fit_is_the_largest_likelihood_and_the_error_its_sandwich(fitted):
    counts, residents, near, found = fitted
    columns = np.column_stack([_base_columns(residents, CELLS), near])
    k = 1 / found.alpha

    def unlikely(slope):
        mean = np.exp(columns @ slope)
        pull = (counts - mean) * k / (k + mean)
        return -log_score(counts, mean, found.alpha).sum(), -columns.T @ pull

    begin = np.zeros(columns.shape[1])
    begin[0] = np.log(counts.mean())
    best = minimize(unlikely, begin, jac=True, method="BFGS", options={"gtol": 1e-6}).x
    np.testing.assert_allclose(np.log(found.ratio), best[-2:], atol=1e-4)
    mean = np.exp(columns @ best)
    np.testing.assert_allclose(found.expected, mean, rtol=2e-3)

    block = blocks_of(CELLS)
    bread = np.linalg.inv((columns * (mean * k / (k + mean))[:, None]).T @ columns)
    scores = columns * ((counts - mean) * k / (k + mean))[:, None]
    sums = np.array([scores[block == one].sum(axis=0) for one in range(found.blocks)])
    n, m = columns.shape
    small = found.blocks / (found.blocks - 1) * (n - 1) / (n - m)
    error = np.sqrt(np.diag(small * bread @ sums.T @ sums @ bread))[-2:]
    ours = np.log(found.high / found.low) / (2 * 1.959964)
    np.testing.assert_allclose(ours, error, rtol=0.02)


def test_the_score_is_the_log_probability():
    counts, mean = np.array([0, 3, 11]), np.array([0.4, 2.0, 30.0])
    law = nbinom.logpmf(counts, 1 / 0.7, 1 / (1 + 0.7 * mean))
    np.testing.assert_allclose(log_score(counts, mean, 0.7), law, rtol=1e-10)


@pytest.mark.parametrize("worlds", [4, pytest.param(9, marks=pytest.mark.soak)])
def test_a_planted_association_is_found_and_holds_on_ground_not_seen(worlds):
    slopes, held, other, gains = [], [], [], []
    for seed in range(worlds):
        counts, residents, near = world(times=2.0, seed=seed)
        found = fit_terrain(counts, residents, near, cells=CELLS)
        slopes.append(np.log(found.ratio))
        held.append(found.low[0] <= 2 <= found.high[0])
        other.append(found.low[1] <= 1 <= found.high[1])
        gains.append(found.gain)
        assert found.q[0] < 0.01
        assert found.alpha == pytest.approx(0.5, rel=0.4)
    spread = np.std(slopes, axis=0, ddof=1) / np.sqrt(worlds)
    reach = student.ppf(0.9985, worlds - 1) * spread
    assert (np.abs(np.mean(slopes, axis=0) - [np.log(2), 0]) < reach).all()  # not biased
    assert min(np.mean(held), np.mean(other)) >= 0.75
    assert np.mean(np.array(gains) > 0) >= 0.9


@pytest.mark.parametrize("worlds", [4, pytest.param(24, marks=pytest.mark.soak)])
def test_where_nothing_goes_together_intervals_hold_one_nineteen_times_in_twenty(worlds):
    held, gains = [], []
    for seed in range(worlds):
        counts, residents, near = world(times=1.0, seed=100 + seed)
        found = fit_terrain(counts, residents, near, cells=CELLS)
        held += ((found.low <= 1) & (found.high >= 1)).tolist()
        gains.append(found.gain - 1.96 * found.gain_error > 0)
    assert np.mean(held) >= 0.75  # a sandwich over some 30 blocks is a little short
    assert np.mean(gains) <= 0.17


def test_residuals_are_standardised(fitted):
    counts, _, _, found = fitted
    deviation = np.sqrt(found.expected + found.alpha * found.expected**2)
    np.testing.assert_allclose(found.residual, (counts - found.expected) / deviation)
    assert found.residual.var() == pytest.approx(1, abs=0.2)


def test_a_small_area_and_a_missing_library_are_refused_in_words(monkeypatch, fitted):
    counts, residents, near, _ = fitted
    with pytest.raises(RequestError, match="Choose a larger area"):
        fit_terrain(counts[:7], residents[:7], near[:7], cells=disc(1))
    for name in ("_glm", "_families"):
        gone = risk_terrain.Lazy("statsmodels_that_is_not_there")
        monkeypatch.setattr(risk_terrain, name, gone)
    assert "statsmodels_that_is_not_there" not in sys.modules
    with pytest.raises(RequestError, match=r"pip install 'mapper\[terrain\]'"):
        fit_terrain(counts, residents, near, cells=CELLS)
