"""The forecast against plain loops, integrals of the law, and worlds whose answer is known."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma, nbinom, poisson

from mapper.grid.hexagons import cells_to_areas
from mapper.statistics.forecast import (
    AREA_SHARES,
    Forecast,
    ForecastSettings,
    _log_likelihood,
    fit_forecast,
    fit_last_year,
    forecast,
    learn,
)
from mapper.statistics.kernel_density import gaussian_kernel
from mapper.statistics.placing import places
from tests.builders import disc

CELLS = disc(9)
AROUND = gaussian_kernel(CELLS, bandwidth_m=300)
LAND = cells_to_areas(CELLS)


def sparse_world(months, *, seed=3):
    """A smooth risk with few incidents: the cells around say more than a cell's own count."""
    drawn = np.random.default_rng(seed)
    risk = AROUND.spread(drawn.gamma(0.1, 1, CELLS.size))
    return drawn.poisson(0.05 * risk[:, np.newaxis] / risk.mean(), (CELLS.size, months))


def test_shape_and_rate_are_those_of_a_plain_loop():
    counts = sparse_world(8)
    found = fit_forecast(counts, AROUND, ForecastSettings(half_life=2.0, trust=3.0))
    weights = [0.5 ** ((7 - month) / 2) for month in range(8)]
    own = np.array([sum(w * x for w, x in zip(weights, row, strict=True)) for row in counts])
    prior = AROUND.spread(own) / sum(weights)
    prior = 0.98 * prior + 0.02 * prior.mean()
    assert found.rate == pytest.approx(3 + sum(weights))
    np.testing.assert_allclose(found.shape, 3 * prior + own, rtol=1e-12)
    own_rate = own / sum(weights)
    between = (found.mean - prior) * (found.mean - own_rate)
    assert (between <= 1e-12).all()  # shrinkage: never outside the two


def test_a_gap_ages_what_lies_before_it():
    counts = sparse_world(3)
    ages = np.array([5.0, 1.0, 0.0])
    found = fit_forecast(counts, AROUND, ForecastSettings(1.0, 1.0), ages=ages)
    assert found.rate == pytest.approx(1 + 2**-5.0 + 0.5 + 1)


@pytest.mark.parametrize(("shape", "rate", "months"), [(0.4, 2.0, 1), (6.0, 3.5, 3)])
def test_limits_are_those_of_a_poisson_count_whose_rate_is_gamma(shape, rate, months):
    def chance(count):
        law = gamma(shape, scale=1 / rate)
        return quad(lambda r: law.pdf(r) * poisson.pmf(count, r * months), 0, np.inf, limit=200)[0]

    low, high = Forecast(np.array([shape]), rate).interval(months, confidence=0.8)
    below = np.cumsum([chance(count) for count in range(60)])
    assert low[0] == np.searchsorted(below, 0.1)
    assert high[0] == np.searchsorted(below, 0.9)


def test_likelihood_is_that_of_the_negative_binomial():
    counts = sparse_world(6)
    made = fit_forecast(counts[:, :5], AROUND, ForecastSettings(6.0, 2.0))
    law = nbinom.logpmf(counts[:, 5], made.shape, made.rate / (made.rate + 1))
    assert _log_likelihood(made, counts[:, 5]) == pytest.approx(law.sum(), rel=1e-10)


def test_places_are_sums_of_their_cells():
    made = fit_forecast(sparse_world(6), AROUND, ForecastSettings(6.0, 2.0))
    group = np.arange(CELLS.size) % 5 - 1
    summed = made.summed(group, 4)
    for place in range(4):
        assert summed.mean[place] == pytest.approx(made.mean[group == place].sum())
    some = made.shape[group == 0]
    drawn = np.random.default_rng(1).gamma(some, 1 / made.rate, (20_000, some.size)).sum(axis=1)
    assert summed.shape[0] / summed.rate**2 == pytest.approx(drawn.var(), rel=0.05)


def test_intervals_hold_what_they_promise_where_the_law_is_true():
    drawn = np.random.default_rng(11)
    made = Forecast(drawn.gamma(2, 1, 4_000), 1.5)
    seen = drawn.poisson(drawn.gamma(made.shape, 1 / made.rate) * 3)
    low, high = made.interval(3, confidence=0.9)
    within = ((seen >= low) & (seen <= high)).mean()
    assert 0.89 <= within <= 0.96  # whole counts make it more than promised, not less


def test_the_spread_of_whole_periods_widens_intervals():
    shape = np.full(3, 50.0)
    low, high = Forecast(shape, 1.0).interval(1)
    wide_low, wide_high = Forecast(shape, 1.0, spread=0.1).interval(1)
    assert (wide_low < low).all()
    assert (wide_high > high).all()
    k = 1 / (1 / 50 + 0.1)
    assert wide_high[0] == nbinom.ppf(0.95, k, k / (k + 50))


def test_where_incidents_are_few_the_surroundings_win_and_it_is_said_by_how_much():
    counts = sparse_world(36)
    learnt = learn(counts, AROUND, area_km2=LAND)
    assert learnt.wins
    assert learnt.tested == 11  # the first of twelve teaches the settings of the second
    assert (learnt.hit_rate > learnt.last_year).all()
    held = []
    for at in range(25, 36):
        order = np.argsort(-counts[:, at - 12 : at].sum(axis=1), kind="stable")
        held.append(counts[order[: round(0.05 * CELLS.size)], at].sum())
    # ties are taken in part there and in order here, so the two agree nearly
    assert learnt.last_year[AREA_SHARES.index(0.05)] == pytest.approx(
        np.sum(held) / counts[:, 25:].sum(), abs=0.04
    )
    made = forecast(counts, AROUND, learnt)
    np.testing.assert_array_equal(made.mean, fit_forecast(counts, AROUND, learnt.settings).mean)


def test_where_cells_never_change_last_year_is_not_beaten_and_is_given():
    each = np.random.default_rng(2).permutation(CELLS.size)  # no two alike: the best order is known
    counts = np.tile(each[:, np.newaxis], (1, 30))
    learnt = learn(counts, AROUND, area_km2=np.ones(CELLS.size))
    assert not learnt.wins
    made = forecast(counts, AROUND, learnt)
    np.testing.assert_array_equal(places(made.mean), places(counts[:, 0]))
    np.testing.assert_allclose(made.mean, fit_last_year(counts).mean)
    np.testing.assert_allclose(made.mean, 0.98 * each + 0.02 * each.mean())


@pytest.mark.parametrize("months", [12, 13, 15])
def test_with_too_few_earlier_months_last_year_is_given_untested(months):
    counts = sparse_world(months)
    learnt = learn(counts, AROUND, area_km2=LAND)
    assert (learnt.wins, learnt.tested) == (False, 0)
    assert np.isnan(learnt.hit_rate).all()
    made = forecast(counts, AROUND, learnt)
    np.testing.assert_array_equal(places(made.mean), places(counts[:, -12:].sum(axis=1)))


def test_no_period_is_foretold_with_what_it_or_a_later_one_taught():
    counts = sparse_world(20)
    changed = counts.copy()
    changed[:, -1] = np.roll(counts[:, -1], 50)
    first, second = (learn(each[:, :-1], AROUND, area_km2=LAND) for each in (counts, changed))
    assert first.settings == second.settings
    np.testing.assert_array_equal(first.hit_rate, second.hit_rate)
