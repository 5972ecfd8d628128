"""Per resident: tails against scipy, intervals, empirical Bayes against esda and its bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mapper.grid.neighbours import find_neighbours
from mapper.statistics.rates import (
    binomial_tail,
    empirical_bayes,
    find_per_resident,
    rates_per_thousand,
)
from tests.builders import disc


@pytest.mark.parametrize("trials", [0, 1, 37, 200_000])
def test_every_tail_equals_scipy(trials):
    seen = np.unique(np.linspace(0, trials + 1, 60).astype(np.int64))
    for share in (1e-9, 1e-4, 0.02, 0.4, 1.0):
        found = binomial_tail(seen, trials, np.full(seen.size, share))
        expected = stats.binom.sf(seen - 1, trials, share)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0)


def test_disc_and_its_share_of_residents():
    near = find_neighbours(disc(3))
    rng = np.random.default_rng(5)
    counts = rng.poisson(3, near.size)
    residents = rng.gamma(1.0, 50.0, near.size)
    found = find_per_resident(counts, residents, near)
    for i in (0, 9, 20):
        inside = np.append(near.member[near.owner == i], i)
        share = residents[inside].sum() / residents.sum()
        seen = counts[inside].sum()
        assert found.p[i] == pytest.approx(stats.binom.sf(seen - 1, counts.sum(), share))
        assert found.expected[i] == pytest.approx(counts.sum() * share)
        assert found.residents[i] == pytest.approx(residents[inside].sum())


def test_places_without_residents_are_missing_never_an_error():
    near = find_neighbours(disc(4))
    counts = np.ones(near.size, dtype=np.int64)
    nobody = find_per_resident(counts, np.zeros(near.size), near)
    assert np.isnan(nobody.p).all()
    assert np.isnan(nobody.bayes_rate).all()
    residents = np.full(near.size, 10.0)
    middle = int(np.flatnonzero(near.degree == 6)[0])
    around = np.append(near.member[near.owner == middle], middle)
    residents[around] = 0
    some = find_per_resident(counts, residents, near)
    assert np.isnan(some.p[middle])
    assert np.isfinite(some.p).sum() == near.size - 1


def test_unknown_residents_leave_with_their_incidents():
    near = find_neighbours(disc(4))
    counts = np.full(near.size, 2)
    residents = np.full(near.size, 10.0)
    residents[0] = np.nan
    counts[0] = 500
    found = find_per_resident(counts, residents, near)
    touched = np.append(near.member[near.owner == 0], 0)
    assert np.isnan(found.p[touched]).all()
    others = np.setdiff1d(np.arange(near.size), touched)
    np.testing.assert_allclose(found.expected[others], found.incidents[others])


def test_calibration_when_incidents_follow_residents():
    near = find_neighbours(disc(14))
    rng = np.random.default_rng(9)
    residents = rng.gamma(0.5, 100.0, near.size)
    share = residents / residents.sum()
    runs = rng.multinomial(4000, share, size=120)
    p = np.concatenate([find_per_resident(run, residents, near).p for run in runs])
    for a in (0.1, 0.05, 0.01, 0.001):
        assert (p <= a).mean() <= a + 4 * np.sqrt(a * 7 / p.size)


places = st.lists(
    st.tuples(st.integers(0, 400), st.one_of(st.floats(0, 1e5), st.just(0.0))),
    min_size=1,
    max_size=30,
)


@given(places)
def test_every_bayes_rate_lies_between_the_raw_rate_and_the_mean(pairs):
    counts = np.array([pair[0] for pair in pairs])
    residents = np.array([pair[1] for pair in pairs])
    theta = empirical_bayes(counts, residents)
    some = residents >= 1e-6  # less is a sliver of sharing out by area
    assert np.isnan(theta[~some]).all()
    if some.any():
        raw = counts[some] / residents[some]
        mean = counts[some].sum() / residents[some].sum()
        assert (theta[some] >= np.minimum(raw, mean)).all()
        assert (theta[some] <= np.maximum(raw, mean)).all()


def test_bayes_rates_equal_esda_where_its_variance_is_positive():
    from esda.smoothing import Empirical_Bayes

    rng = np.random.default_rng(2)
    residents = rng.integers(50, 900, 40)
    counts = rng.poisson(residents * rng.gamma(2, 0.03, 40))
    theirs = np.ravel(Empirical_Bayes(counts, residents).r)
    np.testing.assert_allclose(empirical_bayes(counts, residents.astype(float)), theirs, rtol=1e-12)


def test_trap_empirical_bayes_with_negative_variance_gives_the_mean():
    from esda.smoothing import Empirical_Bayes

    counts = np.array([10, 11, 10, 9, 10, 11])  # more even than chance
    residents = np.array([100.0, 105, 95, 100, 110, 90])
    raw, mean = counts / residents, counts.sum() / residents.sum()
    theirs = np.ravel(Empirical_Bayes(counts, residents).r)
    outside = (theirs < np.minimum(raw, mean) - 1e-9) | (theirs > np.maximum(raw, mean) + 1e-9)
    assert outside.any()
    np.testing.assert_allclose(empirical_bayes(counts, residents), mean)


def test_rates_and_exact_intervals():
    found = rates_per_thousand(np.array([0, 4, 100, 3]), np.array([500.0, 2000, 1000, 0]))
    np.testing.assert_allclose(found.rate[:3], [0, 2, 100])
    assert np.isnan([found.rate[3], found.low[3], found.high[3]]).all()
    counts, base = np.array([0, 4, 100]), np.array([0.5, 2, 1])
    low = np.where(counts > 0, stats.chi2.ppf(0.025, 2 * np.maximum(counts, 1)) / 2, 0)
    np.testing.assert_allclose(found.low[:3], low / base, rtol=1e-9)
    np.testing.assert_allclose(
        found.high[:3], stats.chi2.ppf(0.975, 2 * counts + 2) / 2 / base, rtol=1e-9
    )


@pytest.mark.parametrize("wrong", [-1.0, np.inf])
def test_wrong_residents_are_refused(wrong):
    near = find_neighbours(disc(1))
    with pytest.raises(ValueError, match="7 values are negative or infinite"):
        find_per_resident(np.ones(7, int), np.full(7, wrong), near)
