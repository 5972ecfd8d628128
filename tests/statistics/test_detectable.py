"""The smallest fall that would be told: put back into the interval, and against simulation."""

from math import sqrt

import numpy as np
import pytest
from scipy.stats import norm, poisson

from mapper.statistics.detectable import expected_for, smallest_fall

Z = norm.ppf(0.975)


@pytest.mark.parametrize("expected", [12.0, 60.0, 400.0])
@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_put_back_the_upper_limit_lies_at_no_change(expected, dispersion):
    left = expected * (1 - smallest_fall(expected, dispersion=dispersion))
    assert left + Z * sqrt(dispersion * left) == pytest.approx(expected)


@pytest.mark.parametrize("fall", [0.1, 0.2, 0.5])
def test_each_is_the_inverse_of_the_other(fall):
    expected = expected_for(fall, dispersion=1.7)
    assert smallest_fall(expected, dispersion=1.7) == pytest.approx(fall)


def test_where_few_are_expected_not_even_none_is_told():
    """The exact upper limit of no incident is the mean of which one draw in forty is none."""
    limit = expected_for(0.99, dispersion=1.0)
    assert limit == pytest.approx(-np.log(0.025))
    assert poisson.cdf(0, limit) == pytest.approx(0.025)
    assert smallest_fall(limit - 0.01, dispersion=1.0) == np.inf
    assert smallest_fall(limit + 0.01, dispersion=1.0) <= 1


def test_a_fall_of_that_size_is_told_half_of_the_time():
    """By simulation: a count at the threshold lies below it in about half of the draws."""
    fall = smallest_fall(200.0, dispersion=1.0)
    drawn = np.random.default_rng(1).poisson(200.0 * (1 - fall), 20_000)
    told = drawn + Z * np.sqrt(drawn) < 200.0
    assert told.mean() == pytest.approx(0.5, abs=0.03)
