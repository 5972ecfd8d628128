"""Counts against a plain loop over h3."""

from collections import Counter

import h3
import numpy as np
import pytest

from mapper.grid.counts import count_by_period
from mapper.grid.hexagons import cells_to_discs, cells_to_strings, points_to_cells
from tests.builders import count_incidents


@pytest.fixture(scope="module")
def scattered():
    rng = np.random.default_rng(3)
    lon, lat = rng.normal(-2.95, 0.02, 5000), rng.normal(53.4, 0.012, 5000)
    centre = points_to_cells(np.array([-2.95]), np.array([53.4]), resolution=9)
    cells = np.unique(cells_to_discs(centre, rings=8)[1])
    return lon, lat, rng.integers(0, 4, 5000), cells


def test_counts_equal_a_loop_and_lose_nothing(scattered):
    lon, lat, weights, cells = scattered
    counts = count_incidents(lon, lat, weights, cells=cells, resolution=9)
    incidents, weighted = Counter(), Counter()
    for x, y, weight in zip(lon, lat, weights.tolist(), strict=True):
        if weight:
            name = h3.latlng_to_cell(y, x, 9)
            incidents[name] += 1
            weighted[name] += weight
    names = cells_to_strings(cells)
    assert counts.incidents.tolist() == [incidents[name] for name in names]
    assert counts.weighted.tolist() == [weighted[name] for name in names]
    assert counts.total + counts.outside == int((weights > 0).sum())
    assert counts.outside > 0
    assert counts.incidents.dtype == counts.weighted.dtype == np.int64


def test_periods_add_up_to_the_counts(scattered):
    lon, lat, weights, cells = scattered
    counts = count_incidents(lon, lat, weights, cells=cells, resolution=9)
    period = np.random.default_rng(1).integers(-1, 12, weights.size)
    table = count_by_period(counts.position, weights, period, size=cells.size, periods=12)
    inside = np.where(period >= 0, weights, 0)
    again = count_incidents(lon, lat, inside, cells=cells, resolution=9)
    np.testing.assert_array_equal(table.sum(axis=1), again.weighted)
    assert table.shape == (cells.size, 12)


@pytest.mark.parametrize("bad", [np.nan, 400.0, np.inf])
def test_points_off_the_globe_are_refused(bad):
    with pytest.raises(ValueError, match="off the globe"):
        points_to_cells(np.array([bad]), np.array([53.4]), resolution=9)


def test_trap_parents_are_not_the_coarse_cells_of_the_points():
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(-3, -2.8, 20000), rng.uniform(53.3, 53.5, 20000)
    from mapper.grid.hexagons import cells_to_parents

    fine = points_to_cells(lon, lat, resolution=10)
    differ = cells_to_parents(fine, resolution=9) != points_to_cells(lon, lat, resolution=9)
    assert 0.05 < differ.mean() < 0.09
