"""Neighbours against h3's own neighbour test, sums against loops."""

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.grid.hexagons import cells_to_discs, points_to_cells, strings_to_cells
from mapper.grid.neighbours import find_band, find_neighbours, touching_groups


def patch(rings, lon=-2.95, lat=53.4, resolution=9):
    centre = points_to_cells(np.array([lon]), np.array([lat]), resolution=resolution)
    return np.unique(cells_to_discs(centre, rings=rings)[1])


def pairs_by_h3(cells, rings):
    names = [h3.int_to_str(int(cell)) for cell in cells]
    place = {name: i for i, name in enumerate(names)}
    return sorted(
        (i, place[other])
        for i, name in enumerate(names)
        for other in h3.grid_disk(name, rings)
        if other != name and other in place
    )


@pytest.mark.parametrize("rings", [1, 2, 3])
def test_pairs_equal_those_of_h3(rings):
    cells = patch(5)
    near = find_neighbours(cells, rings=rings)
    assert sorted(zip(near.owner.tolist(), near.member.tolist(), strict=True)) == pairs_by_h3(
        cells, rings
    )
    assert near.degree.max() == 3 * rings * (rings + 1)


def test_pentagon_has_five_neighbours():
    pentagon = strings_to_cells([h3.get_pentagons(9)[0]])
    cells = np.unique(cells_to_discs(pentagon, rings=2)[1])
    near = find_neighbours(cells)
    assert near.degree[np.searchsorted(cells, pentagon[0])] == 5


@given(st.integers(0, 2**32 - 1), st.integers(1, 2))
@settings(max_examples=30, deadline=None)
def test_ring_sums_equal_a_loop_on_ragged_areas(seed, rings):
    rng = np.random.default_rng(seed)
    cells = patch(4)
    cells = cells[rng.random(cells.size) < 0.4]
    near = find_neighbours(cells, rings=rings)
    values = rng.integers(0, 1000, (cells.size, 3))
    expected = np.zeros_like(values)
    for i, j in pairs_by_h3(cells, rings):
        expected[i] += values[j]
    np.testing.assert_array_equal(near.ring_sums(values), expected)
    np.testing.assert_array_equal(near.ring_sums(values[:, 0]), expected[:, 0])


def test_no_cells_and_one_cell():
    assert find_neighbours(np.array([], dtype=np.uint64)).degree.size == 0
    alone = find_neighbours(patch(0))
    assert alone.degree.tolist() == [0]
    assert alone.ring_sums(np.array([5])).tolist() == [0]


def test_unsorted_cells_are_refused():
    with pytest.raises(ValueError, match="sorted"):
        find_neighbours(patch(2)[::-1])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_touching_groups_equal_a_flood_fill(seed):
    rng = np.random.default_rng(seed)
    cells = patch(7)
    near = find_neighbours(cells)
    chosen = rng.random(cells.size) < rng.uniform(0.1, 0.7)
    groups = touching_groups(near, chosen)
    assert ((groups >= 0) == chosen).all()
    linked = {i: set() for i in np.flatnonzero(chosen).tolist()}
    for i, j in zip(near.owner.tolist(), near.member.tolist(), strict=True):
        if chosen[i] and chosen[j]:
            linked[i].add(j)
    seen, parts = set(), 0
    for start in linked:
        if start in seen:
            continue
        parts += 1
        stack, members = [start], set()
        while stack:
            one = stack.pop()
            if one not in members:
                members.add(one)
                stack.extend(linked[one] - members)
        assert len({groups[m] for m in members}) == 1
        seen |= members
    assert groups.max(initial=-1) + 1 == parts


@pytest.mark.parametrize(("inner", "outer"), [(1, 1), (1, 2), (2, 2), (2, 3), (3, 5)])
def test_a_band_holds_the_cells_of_its_steps(inner, outer):
    cells = patch(6)
    near = find_band(cells, inner=inner, outer=outer)
    expected = set(pairs_by_h3(cells, outer)) - set(pairs_by_h3(cells, inner - 1))
    assert sorted(zip(near.owner.tolist(), near.member.tolist(), strict=True)) == sorted(expected)
    assert near.degree.max() == sum(6 * step for step in range(inner, outer + 1))


def test_a_band_that_makes_no_sense_is_refused():
    for inner, outer in ((0, 1), (3, 2)):
        with pytest.raises(ValueError, match="1 <= inner <= outer"):
            find_band(patch(2), inner=inner, outer=outer)


def test_ring_totals_of_real_values():
    cells = patch(4)[::3]
    near = find_neighbours(cells)
    values = np.random.default_rng(0).gamma(1, 10, cells.size)
    expected = np.zeros(cells.size)
    for i, j in pairs_by_h3(cells, 1):
        expected[i] += values[j]
    np.testing.assert_allclose(near.ring_totals(values), expected)
    values[0] = np.nan
    touched = near.owner[near.member == 0]
    assert set(np.flatnonzero(np.isnan(near.ring_totals(values)))) == set(touched.tolist())
    assert find_neighbours(patch(0)).ring_totals(np.ones(1)).tolist() == [0.0]


def test_trap_graph_weighs_rings_by_distance_and_drops_isolates_two_rings_here_weigh_one():
    from libpysal.graph import Graph

    lonely = patch(0, lon=-3.3, lat=53.6)
    cells = np.unique(np.concatenate([patch(4), lonely]))
    names = [h3.int_to_str(int(cell)) for cell in cells]
    graph = Graph.build_h3(names, order=2)
    assert set(graph.adjacency) == {1, 2}
    near = find_neighbours(cells, rings=2)
    assert near.ring_sums(np.ones(cells.size, dtype=np.int64)).max() == 18
    assert graph.to_W().n == cells.size - 1
    alone = near.degree == 0
    assert alone.sum() == 1
    assert near.size == cells.size
