"""What a reader who knows every rule learns from what is withheld: nothing, by the lot."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from mapper.disclosure import lot
from mapper.disclosure.differencing import check
from mapper.disclosure.finding_check import check_finding
from mapper.disclosure.lot import MOST_CELLS, ONE_IN, drawn
from mapper.disclosure.suppression import interval_of
from tests.builders import disc
from tests.disclosure.test_differencing import ANY_SHARE, RULE, told

WORLDS = [world for world in product(range(13), repeat=2) if 8 <= sum(world) <= 12]


def all_of(units):
    return np.ones(units, dtype=bool)


def absent(worlds):
    """Those worlds, of all that a total of 10 leaves, in which a map of both cells is withheld."""
    return [
        world
        for world in worlds
        if check([told(world)], [whole(10, disc(1)[:2])], rule=ANY_SHARE).withhold[0].all()
    ]


def test_without_a_lot_absence_would_tell_both_counts():
    assert absent(WORLDS) == [(4, 4)]


def test_by_the_lot_absence_leaves_every_world_that_there_was(monkeypatch):
    monkeypatch.setattr(lot, "drawn", all_of)
    assert absent(WORLDS) == WORLDS


def test_the_lot_falls_on_as_many_as_it_says():
    many = 20_000
    assert drawn(many).sum() == pytest.approx(many / ONE_IN, abs=5 * (many / ONE_IN) ** 0.5)
    assert drawn(many).tolist() != drawn(many).tolist()


def test_wards_are_drawn_whole_and_one_by_one(monkeypatch):
    cells = disc(2)[:6]
    wards = replace(
        told([0] * 6, cells=cells),
        region=np.array([0, 0, 0, 1, 1, 1]),
        low=np.array([8, 8]),
        high=np.array([12, 12]),
    )
    asked = []

    def second(units):
        asked.append(units)
        return np.arange(units) == units - 1

    monkeypatch.setattr(lot, "drawn", second)
    found = check([told([1, 3, 5] * 2, cells=cells)], [wards], rule=ANY_SHARE)
    assert (asked, found.withhold[0].tolist()) == ([2], [False] * 3 + [True] * 3)


def test_beside_cells_of_another_size_clusters_are_drawn(monkeypatch):
    fine = told([9] * 19, cells=disc(2))
    larger = disc(1, resolution=8)
    coarse = replace(told([60] * larger.size, cells=larger), resolution=8)
    monkeypatch.setattr(lot, "drawn", lambda units: np.arange(units) == 0)
    some = check([coarse], [fine], rule=ANY_SHARE).withhold[0]
    monkeypatch.setattr(lot, "drawn", all_of)
    every = check([coarse], [fine], rule=ANY_SHARE).withhold[0]
    assert 0 < some.sum() < every.sum()


def whole(count, cells):
    """One printed total over some cells."""
    low, high = interval_of(count, RULE)
    region = np.zeros(cells.size, dtype=int)
    ends = {"low": np.array([low]), "high": np.array([high])}
    return replace(told([0] * cells.size, cells=cells), region=region, **ends)


def test_totals_of_few_cells_beside_anything_are_drawn(monkeypatch):
    monkeypatch.setattr(lot, "drawn", all_of)
    few, many = disc(1), disc(7)
    assert few.size < MOST_CELLS < many.size
    for cells, withheld in ((few, True), (many, False)):
        beside = told([9] * cells.size, cells=cells)
        new = whole(10 * cells.size, cells)
        assert check_finding([new], [beside], rule=RULE).withhold[0].all() == withheld
        assert not check_finding([new], [], rule=RULE).withhold[0].any()


def test_nothing_is_drawn_of_maps_where_absence_says_nothing_of_one_cell(monkeypatch):
    monkeypatch.setattr(lot, "drawn", all_of)
    cells = disc(7)
    new = told([9] * cells.size, cells=cells)
    assert not check([new], [whole(1_550, cells)], rule=ANY_SHARE).withhold[0].any()
    few = told([9] * 7)
    assert not check([few], [replace(few, digest="again")], rule=ANY_SHARE).withhold[0].any()
