"""Unusual: p against direct laws, the rules for small expectations, and worlds of nothing."""

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from mapper.grid.neighbours import find_neighbours
from mapper.statistics.bunching import Bunching, count_tail
from mapper.statistics.places import Windows, find_places
from mapper.statistics.unusual import expected_counts, find_unusual, pooled
from tests.builders import disc

CELLS = disc(16)
NEAR = find_neighbours(CELLS)
AREA = np.full(CELLS.size, 0.095)
PEOPLE = np.random.default_rng(8).gamma(1.0, 200.0, CELLS.size)


def bunched(rng, expected, *, scale, power):
    shape = scale * expected**power
    return rng.negative_binomial(shape, shape / (shape + expected))


def listed(counts, base):
    found = find_unusual(counts, base, NEAR)
    windows = Windows(NEAR, found.disc_p, found.tail, found.own_p)
    return find_places(windows, counts, found.excess, touching=NEAR, area_km2=AREA)


def test_expected_counts_keep_the_total_and_leave_the_unknown_out():
    counts, base = np.array([4, 6, 10]), np.array([1.0, 3.0, np.nan])
    assert expected_counts(counts, base) == pytest.approx([2.5, 7.5, np.nan], nan_ok=True)


@pytest.mark.parametrize("base", [[1.0, -1.0], [np.inf, 1.0], [0.0, 0.0], [1.0], [np.nan, np.nan]])
def test_a_base_that_is_none_is_refused(base):
    with pytest.raises(ValueError, match="base"):
        expected_counts(np.array([1, 2]), np.array(base))


def test_pooled_is_at_least_the_mean_of_the_disc():
    share = np.zeros(CELLS.size)
    share[100] = 7.0
    held = pooled(share, NEAR)
    assert held[100] == 7.0
    ring = NEAR.neighbours_of(100)
    assert held[ring] == pytest.approx(7.0 / (NEAR.degree[ring] + 1))
    assert held.sum() == pytest.approx(7.0 + held[ring].sum())


def test_disc_p_is_the_tail_of_its_cells_and_own_p_scipys():
    rng = np.random.default_rng(1)
    expected = 2_000 * PEOPLE / PEOPLE.sum()
    found = find_unusual(bunched(rng, expected, scale=0.8, power=0.3), PEOPLE, NEAR)
    assert 0 < found.bunching.power < 1  # so that discs are sums of unlike terms
    small = np.flatnonzero(found.disc_p < 0.02)
    assert small.size > 3
    for cell in small:
        whole = np.append(NEAR.neighbours_of(cell), cell)
        assert found.disc_p[cell] == pytest.approx(found.tail(whole), rel=1e-6)
    some = int(np.argmax(found.counts))
    shape = found.bunching.shapes(found.expected[[some]])[0]
    held = max(found.expected[some], 1.0)
    shape *= held / found.expected[some]
    by_scipy = nbinom.sf(found.counts[some] - 1, shape, shape / (shape + held))
    assert found.own_p[some] == pytest.approx(by_scipy, rel=1e-6)
    assert found.tail(np.array([some])) == pytest.approx(by_scipy, rel=1e-6)


def test_fields_without_residents_do_not_explode():
    people = PEOPLE.copy()
    field = np.append(NEAR.neighbours_of(400), 400)
    people[field] = 0.0
    people[NEAR.neighbours_of(400)] = 1e-9
    counts = np.random.default_rng(2).poisson(1_500 * people / people.sum())
    counts[400] = 6
    found = find_unusual(counts, people, NEAR)
    assert found.expected[400] < 0.01  # nobody lives near
    assert found.tail(np.array([400])) > 1e-4  # against one incident, not against none
    assert not listed(counts, people).p.size


def test_unknown_cells_take_no_part():
    people = PEOPLE.copy()
    people[:5] = np.nan
    counts = np.random.default_rng(3).poisson(1_500 * PEOPLE / PEOPLE.sum())
    found = find_unusual(counts, people, NEAR)
    assert np.isnan(found.own_p[:5]).all()
    touched = np.isnan(people) | (NEAR.ring_sums(np.isnan(people).astype(np.int64)) > 0)
    assert np.array_equal(np.isnan(found.disc_p), touched)


def test_the_unit_of_the_base_does_not_matter():
    counts = np.random.default_rng(4).poisson(1_500 * PEOPLE / PEOPLE.sum())
    one, other = find_unusual(counts, PEOPLE, NEAR), find_unusual(counts, PEOPLE / 1e6, NEAR)
    assert one.disc_p == pytest.approx(other.disc_p, rel=1e-6)


@pytest.mark.parametrize("law", [None, (0.3, 1.0), (0.6, 0.0)], ids=["poisson", "ratio", "factor"])
def test_worlds_by_the_expectation_list_nothing_in_nineteen_of_twenty(law):
    """60 worlds a law; 7 of 60 is above 5 % at the 2 % point, and the bound is cautious."""
    rng = np.random.default_rng(11)
    expected = 3_000 * PEOPLE / PEOPLE.sum()
    some = 0
    for _ in range(60):
        if law is None:
            counts = rng.poisson(expected)
        else:
            counts = bunched(rng, expected, scale=law[0], power=law[1])
        some += bool(listed(counts, PEOPLE).p.size)
    assert some <= 6


def test_a_planted_cluster_is_found_and_population_is_not():
    rng = np.random.default_rng(12)
    people = PEOPLE.copy()
    people[:60] *= 30  # a town: most incidents, no more than its people explain
    rate = people.copy()
    planted = np.append(NEAR.neighbours_of(500), 500)
    rate[planted] *= 6
    counts = rng.poisson(4_000 * rate / rate.sum())
    places = listed(counts, people)
    assert places.p.size
    assert set(np.flatnonzero(places.number >= 0)) <= set(planted)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_raised_shapes_of_next_to_nothing_give_a_poisson_tail(power):
    law, factor = Bunching(scale=1e6, power=power), np.array([1 / np.finfo(np.float64).tiny])
    shape = law.raised_shapes(np.array([0.0]), factor)  # a warning of overflow is an error here
    tail = count_tail(np.array([6]), np.ones(1), shape)
    assert tail == pytest.approx(poisson.sf(5, 1), rel=1e-7)


def test_raised_shapes_keep_the_ratio_of_variance_to_mean():
    law, expected = Bunching(scale=0.8, power=0.3), np.array([0.02, 0.4, 1.0])
    shape = law.raised_shapes(expected, 1 / expected)
    assert 1 + 1 / shape == pytest.approx([law.ratio(e) for e in expected])
    tail = count_tail(np.array([6, 6, 6]), np.ones(3), shape)
    assert tail == pytest.approx(nbinom.sf(5, shape, shape / (shape + 1)))


def test_where_nobody_lives_around_p_is_the_tail_of_one_expected():
    people = np.where(np.arange(CELLS.size) < 200, 0.0, PEOPLE)
    counts = np.random.default_rng(8).poisson(2_000 * people / people.sum())
    counts[5] = 6
    found = find_unusual(counts, people, NEAR)
    whole = np.append(NEAR.neighbours_of(5), 5)
    assert found.expected[whole].sum() == 0
    assert found.own_p[5] == pytest.approx(poisson.sf(5, 1), rel=1e-6)
    assert found.disc_p[5] == pytest.approx(poisson.sf(found.counts[whole].sum() - 1, 1), rel=1e-6)
    assert found.tail(whole) == pytest.approx(found.disc_p[5], rel=1e-6)
