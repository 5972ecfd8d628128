"""Places: what is cut, how large, and the error against a step-up done by hand."""

import numpy as np
import pytest
from scipy import stats

from mapper.grid.neighbours import find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.concentrated import busiest_p, concentrated_windows
from mapper.statistics.false_discovery import benjamini_hochberg
from mapper.statistics.places import PlaceSize, Windows, find_places, place_q
from mapper.statistics.scores import score_counts
from mapper.statistics.unusual import find_unusual
from tests.builders import disc

CELLS = disc(16)
NEAR = find_neighbours(CELLS)
AREA = np.full(CELLS.size, 0.095)
MIDDLE = int(np.flatnonzero(NEAR.degree == 6)[400])


def around(cell, rings):
    cells = {cell}
    for _ in range(rings):
        cells |= {int(n) for one in cells for n in NEAR.neighbours_of(one)}
    return np.array(sorted(cells))


def unusual_places(counts, **choices):
    found = find_unusual(counts, np.ones(counts.size), NEAR)
    windows = Windows(NEAR, found.disc_p, found.tail, found.own_p)
    return find_places(windows, counts, found.excess, touching=NEAR, area_km2=AREA, **choices)


def background(seed=1, mean=3.0):
    return np.random.default_rng(seed).poisson(mean, CELLS.size)


def test_q_is_benjamini_hochberg_where_every_window_is_a_place():
    p = np.sort(np.random.default_rng(1).uniform(0, 0.2, 40))
    assert place_q(p, tests=40) == pytest.approx(benjamini_hochberg(p))


def test_q_by_hand():
    assert place_q(np.array([0.001, 0.004, 0.0045]), tests=10) == pytest.approx(
        [0.01, 0.015, 0.015]
    )


def test_one_busy_cell_is_one_place_of_one_cell():
    counts = background()
    counts[MIDDLE] += 60
    places = unusual_places(counts)
    assert np.flatnonzero(places.number >= 0).tolist() == [MIDDLE]


def test_a_busy_disc_is_one_place_that_keeps_the_size():
    counts = background()
    counts[around(MIDDLE, 1)] += 12
    places = unusual_places(counts)
    cells = np.flatnonzero(places.number == 0)
    assert set(cells) <= set(around(MIDDLE, 1))
    assert cells.size == 7  # 0.665 of 0.7 km2
    smaller = unusual_places(counts, size=PlaceSize(most_km2=0.5))
    assert np.bincount(smaller.number[smaller.number >= 0]).max() == 5
    single = unusual_places(counts, size=PlaceSize(most_cells=1))
    assert np.bincount(single.number[single.number >= 0]).max() == 1


def test_a_large_busy_area_is_cut_into_cores_of_one_region():
    counts = background()
    busy = around(MIDDLE, 4)
    counts[busy] += 15
    places = unusual_places(counts)
    core = np.bincount(places.number[places.number >= 0])
    assert core.size >= 8
    assert core.max() <= 7
    assert set(np.flatnonzero(places.number >= 0)) <= set(around(MIDDLE, 5))  # edges to a cell
    assert places.region.max() == 0  # all of them in one
    assert (places.region[busy] == 0).mean() > 0.9
    for one in range(core.size):  # each is in one piece
        cells = set(np.flatnonzero(places.number == one).tolist())
        reached, edge = set(), {min(cells)}
        while edge:
            reached |= edge
            edge = {int(n) for c in edge for n in NEAR.neighbours_of(c)} & cells - reached
        assert reached == cells


def test_two_busy_discs_far_apart_are_two_regions():
    counts = background()
    other = int(np.flatnonzero(NEAR.degree == 6)[60])
    for cell in (MIDDLE, other):
        counts[around(cell, 1)] += 12
    places = unusual_places(counts)
    assert places.p.size == 2
    assert places.region[MIDDLE] != places.region[other]


def test_nothing_is_listed_where_nothing_is_going_on():
    places = unusual_places(background(seed=7))
    assert places.p.size == 0
    assert (places.number == -1).all()
    assert (places.region == -1).all()
    assert unusual_places(np.full(CELLS.size, 3)).p.size == 0


def test_p_bounds_the_chance_anywhere():
    """Among 120 worlds of nothing the smallest bound is at most a in about a of them or fewer."""
    rng = np.random.default_rng(9)
    smallest = []
    for _ in range(120):
        counts = rng.poisson(3.0, CELLS.size)
        found = find_unusual(counts, np.ones(CELLS.size), NEAR)
        windows = Windows(NEAR, found.disc_p, found.tail, found.own_p)
        smallest.append(min(1.0, windows.tests * np.nanmin(windows.smallest_p())))
    shares = [(np.array(smallest) <= a).mean() for a in (0.05, 0.2)]
    assert shares[0] <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)
    assert 0.02 <= shares[1] <= 0.2 + 3 * np.sqrt(0.2 * 0.8 / 120)  # nor is it empty caution


def test_concentrated_tail_is_the_share_of_subsets():
    """Second road: every subset of a handful of cells, counted."""
    from itertools import combinations

    cells = disc(1)
    near = find_neighbours(cells)
    counts = np.array([9, 0, 2, 5, 1, 0, 3])
    windows = concentrated_windows(find_clusters(counts, near).p, counts, counts, near)
    for size in (1, 2, 3):
        sums = np.array([sum(c) for c in combinations(counts.tolist(), size)])
        chosen = np.arange(size)
        share = (sums >= counts[chosen].sum()).mean()
        assert windows.tail(chosen) == pytest.approx(share)
    assert windows.tail(np.array([1, 2])) == 1.0  # two incidents are too few


def test_concentrated_places_are_compact_and_of_the_discs_tested():
    counts = background(mean=1.0)
    busy = around(MIDDLE, 3)
    counts[busy] += 9
    p = find_clusters(counts, NEAR).p
    windows = concentrated_windows(p, counts, counts, NEAR)
    assert windows.tests == int((~np.isnan(p)).sum()) + CELLS.size
    places = find_places(windows, counts, counts - counts.mean(), touching=NEAR, area_km2=AREA)
    assert places.p.size >= 4
    assert np.bincount(places.number[places.number >= 0]).max() <= 7
    assert set(np.flatnonzero(places.number >= 0)) <= set(around(MIDDLE, 4))
    assert (np.diff(places.q) >= 0).all()


def concentrated_places(counts, near=NEAR, area=AREA):
    scores = score_counts(counts, score="capped")
    windows = concentrated_windows(find_clusters(scores, near).p, counts, scores, near)
    excess = counts - counts.mean()
    return find_places(windows, counts, excess, touching=near, area_km2=area[: counts.size])


def test_the_busiest_cell_is_listed_though_its_ring_is_quiet():
    """A permutation of the counts has the same busiest cell: it can never tell one."""
    counts = background(mean=1.0)
    counts[MIDDLE] = 40
    counts[around(MIDDLE, 1)[around(MIDDLE, 1) != MIDDLE]] = 0
    assert find_clusters(counts, NEAR).p[MIDDLE] > 1e-4
    places = concentrated_places(counts)
    assert np.flatnonzero(places.number >= 0).tolist() == [MIDDLE]
    p = busiest_p(counts, score_counts(counts, score="capped"))
    assert p[MIDDLE] == 1e-12  # below what is told
    low = np.flatnonzero((p < 1) & (p > 1e-11))
    law = stats.binom.sf(counts[low] - 1, counts.sum(), 1 / counts.size)
    assert p[low] == pytest.approx(law, rel=1e-9)


def test_on_a_few_cells_the_busiest_is_still_listed():
    cells = disc(3)
    near = find_neighbours(cells)
    counts = np.random.default_rng(2).poisson(2.0, cells.size)
    busy = int(np.flatnonzero(near.degree == 6)[5])
    counts[busy] = 40
    places = concentrated_places(counts, near)
    assert places.number[busy] == 0


def test_a_busy_cell_waits_for_the_disc_that_holds_it():
    counts = background()
    counts[around(MIDDLE, 1)] += 30
    counts[MIDDLE] += 30
    places = concentrated_places(counts)
    assert np.bincount(places.number[places.number >= 0])[0] == 7


@pytest.mark.parametrize("total", [100, 3_000])
def test_an_even_spread_rarely_lists_a_concentrated_place(total):
    rng = np.random.default_rng(total)
    even = np.full(CELLS.size, 1 / CELLS.size)
    listed = sum(bool(concentrated_places(rng.multinomial(total, even)).p.size) for _ in range(200))
    assert listed / 200 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize("wrong", [{"most_km2": 0.0}, {"most_cells": 0}])
def test_a_size_that_holds_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match="holds nothing"):
        PlaceSize(**wrong)
