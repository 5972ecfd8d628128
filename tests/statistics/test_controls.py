"""Rings against distances from h3 itself."""

import h3
import numpy as np
import pytest

from mapper.base.errors import RequestError
from mapper.grid.hexagons import strings_to_cells
from mapper.statistics.controls import ring_cells

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
