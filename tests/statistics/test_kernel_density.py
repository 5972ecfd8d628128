"""Kernel density on the grid against scikit-learn on the sphere and against a plain loop."""

import h3
import numpy as np
import pytest
from sklearn.neighbors import KernelDensity

from mapper.grid.hexagons import cells_to_points, cells_to_strings
from mapper.statistics.kernel_density import EARTH_M, REACH, gaussian_kernel
from tests.builders import disc


@pytest.fixture(scope="module")
def cells():
    return disc(9)


@pytest.fixture(scope="module")
def counts(cells):
    return np.random.default_rng(3).negative_binomial(0.4, 0.1, cells.size).astype(np.int64)


@pytest.mark.parametrize("bandwidth", [150.0, 400.0, 900.0])
def test_it_is_proportional_to_scikit_learn(cells, counts, bandwidth):
    lon, lat = cells_to_points(cells)
    places = np.radians(np.column_stack([lat, lon]))
    other = KernelDensity(bandwidth=bandwidth / EARTH_M, metric="haversine", rtol=1e-10)
    other.fit(places[counts > 0], sample_weight=counts[counts > 0])
    theirs = np.exp(other.score_samples(places))
    ours = gaussian_kernel(cells, bandwidth_m=bandwidth).density(counts)
    busy = theirs > theirs.max() * 1e-3  # theirs never cuts the tail off, ours does at 4 h
    np.testing.assert_allclose(ours[busy] / ours.max(), theirs[busy] / theirs.max(), rtol=2e-2)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.999999


def test_a_plain_loop_over_all_pairs_gives_the_same(cells, counts):
    bandwidth = 300.0
    names = cells_to_strings(cells)
    centres = [h3.cell_to_latlng(name) for name in names]
    ours = gaussian_kernel(cells, bandwidth_m=bandwidth).density(counts)
    for one in range(0, cells.size, 17):
        total = 0.0
        for other, count in zip(centres, counts.tolist(), strict=True):
            away = h3.great_circle_distance(centres[one], other, unit="m")
            if away <= REACH * bandwidth:
                total += count * np.exp(-((away / bandwidth) ** 2) / 2)
        assert ours[one] == pytest.approx(total / (2 * np.pi * 0.09), rel=1e-6)


def test_far_from_the_edge_no_incident_is_lost_or_made():
    cells = disc(14)
    lon, lat = cells_to_points(cells)
    middle = int(((lon - lon.mean()) ** 2 + (lat - lat.mean()) ** 2).argmin())
    counts = np.zeros(cells.size, dtype=np.int64)
    counts[middle] = 100
    density = gaussian_kernel(cells, bandwidth_m=400).density(counts)
    area = np.array([h3.cell_area(name, unit="km^2") for name in cells_to_strings(cells)])
    assert (density * area).sum() == pytest.approx(100, rel=2e-3)
    assert density.argmax() == middle


def test_refusals(cells):
    with pytest.raises(ValueError, match="positive"):
        gaussian_kernel(cells, bandwidth_m=0)
    with pytest.raises(ValueError, match="at least one cell"):
        gaussian_kernel(cells[:0], bandwidth_m=200)


def test_spread_counts_add_up_and_follow_the_plain_sum(cells, counts):
    kernel = gaussian_kernel(cells, bandwidth_m=300)
    spread = kernel.spread(counts)
    assert spread.sum() == pytest.approx(counts.sum(), rel=1e-12)
    whole = np.zeros((cells.size, cells.size))  # share of each cell (column) that each cell gets
    owner = np.repeat(np.arange(cells.size), np.diff(np.append(kernel.starts, kernel.member.size)))
    whole[owner, kernel.member] = kernel.weight
    np.testing.assert_allclose(spread, whole / whole.sum(axis=0) @ counts, rtol=1e-12)


def test_a_ratio_is_one_density_over_the_other_and_missing_where_little_is_expected(cells, counts):
    kernel = gaussian_kernel(cells, bandwidth_m=300)
    base = np.where(np.arange(cells.size) < 60, 0, counts + 1)
    found = kernel.ratio(counts, base)
    scale = counts.sum() / base.sum()
    expected = scale * kernel.density(base)
    reach = expected * 2 * np.pi * 0.3**2
    assert np.isnan(found[reach < 1]).all()
    assert (reach < 1).any()
    known = reach >= 1
    np.testing.assert_allclose(found[known], kernel.density(counts)[known] / expected[known])
    same = kernel.ratio(7 * base, base)
    np.testing.assert_allclose(same[~np.isnan(same)], 1.0)
    assert np.isnan(kernel.ratio(counts, np.zeros(cells.size))).all()
