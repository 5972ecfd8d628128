"""Co-location: exact laws against enumeration and scipy, bands, calibration."""

from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from mapper.statistics.co_location import find_meeting_places, measure_co_location


def test_over_the_area_equals_enumeration():
    first = np.array([1, 2, 0, 0, 1, 0, 0, 0])
    second = np.array([3, 0, 1, 0, 1, 0, 0, 1])
    held = set(np.flatnonzero(first))
    draws = [len(held & set(chosen)) for chosen in combinations(range(8), 4)]
    found = measure_co_location(first, second)
    assert (found.first, found.second, found.both, found.bands) == (3, 4, 2, 1)
    assert found.expected == pytest.approx(np.mean(draws))
    assert found.p == pytest.approx(np.mean(np.array(draws) >= 2))


def test_bands_equal_enumeration_within_each():
    demand = np.array([1, 1, 1, 1, 9, 9, 9, 9, 0])
    first = np.array([1, 0, 0, 0, 1, 1, 1, 0, 5])
    second = np.array([1, 1, 0, 0, 1, 1, 0, 0, 5])
    found = measure_co_location(first, second, demand=demand, bands=2)
    quiet = [len({0} & set(c)) for c in combinations(range(4), 2)]
    busy = [len({0, 1, 2} & set(c)) for c in combinations(range(4), 2)]
    totals = np.array([q + b for q, b in product(quiet, busy)])
    assert found.bands == 2
    assert found.both == 3
    assert found.p == pytest.approx((totals >= 3).mean())
    assert found.expected == pytest.approx(totals.mean())


def test_both_follow_people_but_do_not_meet_within_bands():
    rng = np.random.default_rng(4)
    demand = np.rint(rng.lognormal(2, 1.5, 3000)).astype(np.int64)
    first, second = rng.binomial(demand, 0.05), rng.binomial(demand, 0.05)
    assert measure_co_location(first, second).p < 1e-6
    assert measure_co_location(first, second, demand=demand, bands=40).p > 0.001


def test_whole_area_calibration():
    rng = np.random.default_rng(12)
    p = []
    for _ in range(600):
        first, second = (rng.random(200) < share for share in (0.2, 0.3))
        p.append(measure_co_location(first.astype(int), second.astype(int)).p)
    p = np.array(p)
    for a in (0.1, 0.05, 0.01):
        assert (p <= a).mean() <= a + 4 * np.sqrt(a / p.size)


def test_a_cell_needs_both_lenses():
    demand = np.full(100, 50)
    first, second = np.full(100, 2), np.full(100, 3)
    first[0] = second[0] = first[1] = second[2] = 20
    found = find_meeting_places(first, second, demand)
    assert found.p[0] < 1e-6
    assert (found.p[1:3] > 0.3).all()
    np.testing.assert_allclose(
        found.p_first, stats.hypergeom.sf(first - 1, 5000, first.sum(), 50), rtol=1e-8
    )
    np.testing.assert_array_equal(found.p, np.maximum(found.p_first, found.p_second))
    assert found.expected_second[5] == pytest.approx(50 * second.sum() / 5000)


def test_in_one_cell_calibration_even_when_one_lens_is_truly_higher():
    rng = np.random.default_rng(3)
    demand = rng.poisson(40, 400)
    first = rng.binomial(demand, np.where(np.arange(400) < 200, 0.5, 0.1))
    runs = [rng.multivariate_hypergeometric(demand, 2000, method="marginals") for _ in range(100)]
    p = np.concatenate([find_meeting_places(first, run, demand).p for run in runs])
    for a in (0.1, 0.05, 0.01, 0.001):
        assert (p <= a).mean() <= a + 4 * np.sqrt(a / p.size)


def test_cells_without_demand_are_missing_and_words_name_the_question():
    found = find_meeting_places(np.array([0, 1]), np.array([0, 1]), np.array([0, 2]))
    assert np.isnan(found.p[0])
    words = measure_co_location(np.array([1, 0, 2]), np.array([1, 0, 0])).sentence()
    assert words.startswith("1 cell holds both lenses, where chance would put 0.7 (p 0.67).")
    assert "Question answered" in words


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="bands"):
        measure_co_location(np.array([1]), np.array([1]), bands=0)
    with pytest.raises(ValueError, match="more themed"):
        find_meeting_places(np.array([3]), np.array([1]), np.array([2]))


def test_lenses_in_nearly_every_cell_overflow_nothing():
    first, second = np.ones(5_000, dtype=np.int64), np.ones(5_000, dtype=np.int64)
    first[:100], second[-500:] = 0, 0
    found = measure_co_location(first, second)
    law = stats.hypergeom(5_000, 4_900, 4_500)
    assert found.both == 4_400
    assert found.p == pytest.approx(law.sf(4_399), rel=1e-9)
