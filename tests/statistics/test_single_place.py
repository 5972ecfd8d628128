"""Single place: tails against scipy and convolution, the shape, calibration, a planted block."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mapper.areas.load import load_study_area
from mapper.grid.neighbours import find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.false_discovery import adjust
from mapper.statistics.scores import score_counts
from mapper.statistics.single_place import (
    SHAPES,
    beta_binomial_tail,
    estimate_shape,
    find_single_places,
)
from tests.builders import count_incidents, disc


def tail_by_addition(x, n, a, b):
    """P(X >= x) by adding up scipy's terms from the smallest."""
    return stats.betabinom.pmf(np.arange(x, n + 1), n, a, b)[::-1].sum()


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_tail_equals_scipys_terms_added_up(data):
    n = data.draw(st.integers(0, 80))
    x = data.draw(st.integers(0, n))
    a, b = (data.draw(st.floats(0.01, 500)) for _ in "ab")
    found = beta_binomial_tail(
        np.array([x]), np.array([n]), alpha=np.array([a]), beta=np.array([b])
    )
    assert found[0] == pytest.approx(tail_by_addition(x, n, a, b), rel=1e-8, abs=1e-300)


@pytest.mark.parametrize(
    ("x", "n", "a", "b"),
    [(60, 63, 0.8, 4.8), (900, 4000, 50.0, 300.0), (2000, 2100, 3.0, 18.0), (5, 3000, 0.4, 2.4)],
)
def test_tiny_and_large_tails(x, n, a, b):
    one = (np.array([x]), np.array([n]))
    found = beta_binomial_tail(*one, alpha=np.array([a]), beta=np.array([b]))[0]
    assert found == pytest.approx(tail_by_addition(x, n, a, b), rel=1e-8)


def test_tail_equals_independent_cells_given_their_sum():
    """Negative binomial cells of one rate, given the sum of seven: by convolution."""
    shape, n = 0.7, 25
    own = stats.nbinom.pmf(np.arange(n + 1), shape, 0.3)
    ring = np.array([1.0])
    for _ in range(6):
        ring = np.convolve(ring, own)[: n + 1]
    joint = own * ring[::-1]
    expected = np.cumsum(joint[::-1])[::-1] / joint.sum()
    x = np.arange(n + 1)
    found = beta_binomial_tail(
        x, np.full(n + 1, n), alpha=np.full(n + 1, shape), beta=np.full(n + 1, 6 * shape)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_an_even_study_area_gives_the_binomial():
    x, n = np.arange(1, 20), np.full(19, 40)
    found = beta_binomial_tail(x, n, alpha=np.full(19, 1e7 / 7), beta=np.full(19, 6e7 / 7))
    np.testing.assert_allclose(found, stats.binom.sf(x - 1, 40, 1 / 7), rtol=1e-4)


def test_shape_is_the_likeliest_one():
    rng = np.random.default_rng(3)
    n = rng.integers(0, 40, 300)
    size = rng.integers(3, 8, 300)
    x = stats.betabinom.rvs(n, 0.6, 0.6 * (size - 1), random_state=rng)
    found = estimate_shape(x, n, size=size, share=1 / size)
    grid = np.geomspace(0.2, 2, 4001)
    likelihood = [stats.betabinom.logpmf(x, n, g, g * (size - 1)).sum() for g in grid]
    assert found == pytest.approx(grid[np.argmax(likelihood)], rel=1e-3)
    assert 0.4 < found < 0.9


def test_shape_of_nothing_telling_is_even():
    assert (
        estimate_shape(
            np.array([1, 0]), np.array([1, 1]), size=np.array([7, 7]), share=np.full(2, 1 / 7)
        )
        == SHAPES[1]
    )


@pytest.mark.parametrize("shape", [0.4, 2.0])
def test_calibration_share_of_small_p_under_an_uneven_null(shape):
    cells = disc(20)
    near = find_neighbours(cells)
    rng = np.random.default_rng(8)
    runs = [rng.negative_binomial(shape, shape / (shape + 8), cells.size) for _ in range(40)]
    tests = [find_single_places(counts, near) for counts in runs]
    p = np.concatenate([test.p for test in tests])
    assert np.mean([test.shape for test in tests]) == pytest.approx(shape, rel=0.05)
    for a in (0.1, 0.05, 0.01, 0.001):
        # cells of one run overlap in up to 7 others: the error allows for that
        assert (p <= a).mean() <= a + 4 * np.sqrt(a * 7 / p.size)


@given(st.integers(0, 2**31), st.floats(0.3, 1.5))
@settings(max_examples=15, deadline=None)
def test_one_block_of_sixty_among_quiet_streets_is_found(seed, mean):
    rng = np.random.default_rng(seed)
    cells = disc(25)
    near = find_neighbours(cells)
    counts = rng.negative_binomial(2.0, 2 / (2 + mean), cells.size)
    block = int(rng.choice(np.flatnonzero(near.degree == 6)))
    counts[near.member[near.owner == block]] = 1
    counts[block] = 60
    single = find_single_places(counts, near)
    q = adjust(np.where(counts + near.ring_sums(counts) >= 5, single.p, np.nan))
    assert q[block] <= 0.05
    assert np.nanargmin(single.p) == block


def test_a_cluster_of_equal_cells_is_no_single_place_and_a_block_is():
    cells = disc(25)
    near = find_neighbours(cells)
    counts = np.random.default_rng(1).poisson(1.0, cells.size)
    middle = int(np.flatnonzero(near.degree == 6)[700])
    counts[near.member[near.owner == middle]] = 20
    counts[middle] = 20
    assert find_clusters(score_counts(counts, score="capped"), near).p[middle] < 1e-6
    assert find_single_places(counts, near).p[middle] > 0.2


@pytest.fixture(scope="module")
def real(shared):
    """Counts of one real year and the neighbours of their cells."""
    from pyarrow import csv

    cells = load_study_area().cells["cell"].to_numpy()
    names = ("Longitude", "Latitude")
    only = csv.ConvertOptions(include_columns=[*names])
    files = sorted((shared / "police_uk").glob("merseyside*/**/2018-*.csv"))
    parts = [csv.read_csv(file, convert_options=only).to_pandas() for file in files]
    lon, lat = (pd.concat(parts)[name].to_numpy() for name in names)
    weights = np.ones(lon.size, dtype=np.int64)
    counted = count_incidents(lon, lat, weights, cells=cells, resolution=9)
    return counted.incidents, find_neighbours(cells)


def test_trap_plain_binomial_flags_a_sixth_of_all_real_cells(real):
    counts, near = real
    plain = stats.binom.sf(counts - 1, counts + near.ring_sums(counts), 1 / (near.degree + 1))
    assert (adjust(plain) <= 0.05).mean() > 0.1
    single = find_single_places(counts, near)
    assert (adjust(single.p) <= 0.05).mean() < 0.01
    for a in (0.1, 0.05, 0.01):
        assert np.nanmean(single.p <= a) < 1.5 * a


def test_one_block_of_sixty_is_found_among_real_quiet_streets_and_by_no_cluster_test(real):
    counts, near = real
    disc_sum = counts + near.ring_sums(counts)
    quiet = np.flatnonzero((near.degree == 6) & (disc_sum <= 12))
    for block in np.random.default_rng(0).choice(quiet, 5, replace=False):
        planted = counts.copy()
        planted[block] = 60
        single = find_single_places(planted, near)
        tested = planted + near.ring_sums(planted) >= 5
        assert adjust(np.where(tested, single.p, np.nan))[block] <= 0.05
        clusters = find_clusters(score_counts(planted, score="capped"), near)
        assert adjust(clusters.p)[block] > 0.05


def test_isolated_cells_are_missing_and_empty_discs_have_p_of_one():
    far = disc(0, lon=-3.3, lat=53.6)
    cells = np.unique(np.concatenate([disc(4), far]))
    near = find_neighbours(cells)
    counts = np.zeros(cells.size, dtype=np.int64)
    counts[near.degree == 0] = 9
    single = find_single_places(counts, near)
    alone = near.degree == 0
    assert np.isnan(single.p[alone]).all()
    assert np.isnan(single.expected[alone]).all()
    assert (single.p[~alone] == 1).all()


def test_exposure_sets_the_share():
    cells = disc(1)
    near = find_neighbours(cells)
    counts = np.array([6, 1, 1, 1, 1, 1, 1])
    exposure = np.array([4.0, 1, 1, 1, 1, 0, 0])
    single = find_single_places(counts, near, exposure=exposure, shape=1.0)
    middle = int(np.flatnonzero(near.degree == 6)[0])
    assert single.expected[middle] == pytest.approx(12 * exposure[middle] / 8)
    assert np.isnan(single.p[exposure == 0]).all()
    share = exposure[middle] / 8
    expected = stats.betabinom.sf(counts[middle] - 1, 12, 7 * share, 7 * (1 - share))
    assert single.p[middle] == pytest.approx(expected, rel=1e-9)
    assert single.shape == pytest.approx(1)


@pytest.mark.parametrize("wrong", [np.full(7, -1.0), np.full(7, np.nan), np.ones(6)])
def test_wrong_exposure_is_refused(wrong):
    with pytest.raises(ValueError, match="exposure"):
        find_single_places(np.ones(7, dtype=int), find_neighbours(disc(1)), exposure=wrong)
