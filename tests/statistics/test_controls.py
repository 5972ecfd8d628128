"""Rings against distances from h3 itself; matched controls by hand and by simulation."""

import h3
import numpy as np
import pytest

from mapper.base.errors import RequestError
from mapper.grid.hexagons import strings_to_cells
from mapper.statistics.controls import match_controls, ring_cells

CENTRE = h3.latlng_to_cell(53.41, -2.98, 9)


@pytest.fixture(scope="module")
def cells():
    return np.sort(strings_to_cells(list(h3.grid_disk(CENTRE, 8))))


def steps(cells, treated):
    """Steps from every cell to the nearest treated one, asked of h3 one pair at a time."""
    names = [h3.int_to_str(int(cell)) for cell in cells]
    sources = [name for name, chosen in zip(names, treated, strict=True) if chosen]
    return np.array([min(h3.grid_distance(name, s) for s in sources) for name in names])


def flags(size, *positions):
    chosen = np.zeros(size, dtype=bool)
    chosen[list(positions)] = True
    return chosen


@pytest.mark.parametrize(("inner", "outer"), [(1, 1), (1, 2), (2, 3), (4, 4)])
def test_rings_are_steps_from_the_nearest_treated_cell(cells, inner, outer):
    treated = flags(cells.size, 5, 6, 100)
    found = ring_cells(cells, treated, inner=inner, outer=outer)
    distance = steps(cells, treated)
    np.testing.assert_array_equal(found, (distance >= inner) & (distance <= outer))
    assert not (found & treated).any()


def test_one_cell_has_six_then_eighteen_around_it(cells):
    treated = cells == strings_to_cells([CENTRE])[0]
    assert ring_cells(cells, treated, outer=1).sum() == 6
    assert ring_cells(cells, treated, outer=2).sum() == 18
    assert ring_cells(cells, treated, inner=2, outer=2).sum() == 12


def test_a_gap_in_the_study_area_does_not_lengthen_the_way(cells):
    treated = cells == strings_to_cells([CENTRE])[0]
    hollow = ~ring_cells(cells, treated, outer=1)
    assert ring_cells(cells[hollow], treated[hollow], outer=2).sum() == 12


def test_ring_refusals(cells):
    with pytest.raises(ValueError, match="1 <= inner"):
        ring_cells(cells, flags(cells.size, 1), inner=0)
    with pytest.raises(ValueError, match="1 <= inner"):
        ring_cells(cells, flags(cells.size, 1), inner=3, outer=2)
    with pytest.raises(ValueError, match="must be bool"):
        ring_cells(cells, flags(3, 1))
    with pytest.raises(RequestError, match="No treated cell"):
        ring_cells(cells, flags(cells.size))


def test_look_alikes_are_found():
    series = np.array(
        [
            [10, 10, 10, 10],  # treated
            [2, 4, 6, 8],  # treated, rising
            [9, 10, 11, 10],
            [8, 6, 4, 2],
            [2, 4, 6, 9],
            [0, 0, 0, 0],
            [10, 11, 9, 10],
        ]
    )
    found = match_controls(series, flags(7, 0, 1))
    assert dict(zip(found.treated.tolist(), found.control[:, 0].tolist(), strict=True)) == {
        0: 6,
        1: 4,
    }
    assert found.treated_level == 7.5
    assert found.control_level == pytest.approx((40 + 21) / 8)
    assert found.treated_trend == 1.0
    assert found.control_trend == pytest.approx((2.3 - 0.2) / 2)
    np.testing.assert_array_equal(np.flatnonzero(found.chosen(7)), [4, 6])


def test_trend_of_two_periods_and_of_one():
    assert match_controls(np.array([[1, 3], [1, 3], [9, 9]]), flags(3, 0)).treated_trend == 2
    assert match_controls(np.array([[1], [1], [9]]), flags(3, 0)).treated_trend == 0


def test_controls_are_distinct_and_only_from_candidates():
    rng = np.random.default_rng(3)
    series = rng.poisson(rng.gamma(1, 3, (300, 1)), (300, 10))
    treated = flags(300, *range(20))
    candidates = np.arange(300) >= 100
    found = match_controls(series, treated, candidates=candidates, count=4)
    taken = found.control.ravel()
    assert np.unique(taken).size == taken.size == 80
    assert candidates[taken].all()
    assert found.control_level == pytest.approx(found.treated_level, rel=0.25)
    again = match_controls(series, treated, candidates=candidates, count=4)
    np.testing.assert_array_equal(found.control, again.control)


def test_an_exact_twin_is_always_taken():
    rng = np.random.default_rng(4)
    series = rng.poisson(4, (60, 12))
    series[40:45] = series[:5]
    found = match_controls(series, flags(60, *range(5)))
    np.testing.assert_array_equal(found.control[:, 0], found.treated + 40)
    np.testing.assert_array_equal(found.distance, 0)


def test_matching_refusals():
    series = np.ones((5, 3), dtype=int)
    with pytest.raises(RequestError, match="4 control cells are wanted and 3 cells can serve"):
        match_controls(series, flags(5, 0, 1), count=2)
    with pytest.raises(RequestError, match="No treated cell"):
        match_controls(series, flags(5))
    with pytest.raises(ValueError, match="at least 1"):
        match_controls(series, flags(5, 0), count=0)
    with pytest.raises(ValueError, match="must have shape"):
        match_controls(series, flags(4, 0))
    with pytest.raises(ValueError, match="not \\(cells, periods\\)"):
        match_controls(np.ones(5, dtype=int), flags(5, 0))
