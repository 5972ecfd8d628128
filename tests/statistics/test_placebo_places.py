"""Placebo places: like the treated ones, apart from them, and the same each time."""

import numpy as np
import pytest

from mapper.grid.neighbours import find_band, find_neighbours, touching_groups
from mapper.statistics.placebo_evaluation import (
    CellPeriods,
    CellWindows,
    open_ledger,
    placebo_sets,
)
from mapper.statistics.placebo_places import (
    cells_around,
    draw_placebo_places,
    independent_sets,
)
from tests.builders import disc

CELLS = disc(14)
NEAR, BAND = find_neighbours(CELLS), find_band(CELLS, inner=1, outer=2)


@pytest.fixture(scope="module")
def rate():
    return np.random.default_rng(6).gamma(0.6, 10, CELLS.size)


def flags(cells):
    chosen = np.zeros(CELLS.size, dtype=bool)
    chosen[cells] = True
    return chosen


def patch(seed, rings=1):
    return np.union1d(
        cells_around(
            find_band(CELLS, inner=1, outer=rings), np.array([seed]), apart_from=flags([])
        ),
        [seed],
    )


def test_members_are_the_neighbours_of_each_cell():
    some = np.array([5, 300, 17])
    expected = np.concatenate([NEAR.member[NEAR.owner == each] for each in some])
    assert np.array_equal(NEAR.members_of(some), expected)


@pytest.mark.parametrize("treated", [patch(300), np.union1d(patch(300), patch(60)), [9, 200, 411]])
def test_sets_have_the_parts_and_the_level_of_the_treated_ones(rate, treated):
    chosen = flags(treated)
    taken = chosen | flags(cells_around(BAND, np.flatnonzero(chosen), apart_from=chosen))
    sets = draw_placebo_places(NEAR, rate, chosen, taken=taken, number=60)
    assert len(sets) >= 40
    assert len({one.tobytes() for one in sets}) == len(sets)
    parts = np.bincount(touching_groups(NEAR, chosen)[chosen]).max()
    for one in sets:
        assert not taken[one].any()
        assert one.size <= chosen.sum()
        assert np.bincount(touching_groups(NEAR, flags(one))[one]).max() >= parts
    whole = [one for one in sets if one.size == chosen.sum()]
    assert len(whole) >= 0.9 * len(sets)
    level = np.array([rate[one].sum() for one in whole])
    assert level.min() / 3 <= rate[chosen].sum() <= level.max() * 3


def test_the_nearest_patch_of_a_single_cell_is_the_one_of_its_own_rate(rate):
    chosen = flags([100])
    alone = draw_placebo_places(NEAR, rate, chosen, taken=chosen, number=1)
    other = np.delete(np.arange(CELLS.size), 100)
    nearest = other[np.abs(np.sqrt(rate[other]) - np.sqrt(rate[100])).argmin()]
    assert alone[0].tolist() == [nearest]


def test_the_same_sets_come_each_time(rate):
    chosen = flags([9, 200, 411])
    first, again = (
        draw_placebo_places(NEAR, rate, chosen, taken=chosen, number=30) for _ in range(2)
    )
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_no_room_gives_no_set(rate):
    chosen = flags(patch(300))
    assert draw_placebo_places(NEAR, rate, chosen, taken=np.ones_like(chosen), number=5) == []


def test_around_and_independent():
    around = cells_around(BAND, np.array([300]), apart_from=flags([]))
    assert around.size == 18
    assert 300 not in around
    assert independent_sets([np.array([1, 2]), np.array([2, 3])], size=2) == 1.5
    assert independent_sets([], size=2) == 0


def worlds(rng, rate, *, acted=None, effect=1.0):
    """Twelve weeks of history, eight before, eight after; an effect in the cells acted on."""
    times = np.ones(CELLS.size)
    if acted is not None:
        times[acted] = effect
    weeks = rng.poisson(rate / 2 * np.ones((28, 1)))
    weeks[20:] = rng.poisson(rate / 2 * times * np.ones((8, 1)))
    history, before, after = weeks[:12], weeks[12:20], weeks[20:].sum(axis=0)
    own = CellWindows(np.zeros_like(after), history.sum(axis=0), before.sum(axis=0), after)
    judged = CellWindows(
        history[::2].sum(axis=0) + before[::2].sum(axis=0),
        history[1::2].sum(axis=0),
        before[1::2].sum(axis=0),
        after,
    )
    periods = CellPeriods(np.vstack([history[1::2], before[1::2]]).T, np.repeat([0, 1], [6, 4]))
    return own, judged, periods


def ledgers(rng, rate, treated, **action):
    chosen = flags(treated)
    ring = flags(cells_around(BAND, treated, apart_from=chosen))
    own, judged, periods = worlds(rng, rate, acted=treated, **action)
    sets = placebo_sets(NEAR, chosen, [judged], taken=chosen | ring)
    rings = [[cells_around(BAND, one, apart_from=chosen | ring) for one in each] for each in sets]
    counts = {"own": own, "dates": [judged], "periods": periods, "apart": chosen | ring}
    return open_ledger(chosen, sets, **counts), open_ledger(ring, rings, **counts)


def test_an_effect_is_found_in_the_treated_cells_alone(rate):
    rng = np.random.default_rng(7)
    fell = around = nothing = 0
    for seed in range(40):
        treated = patch(int(rng.choice(np.flatnonzero(rate > 5))))
        place, ring = ledgers(np.random.default_rng(seed), rate, treated, effect=0.5)
        fell += place.outcome().high < 1
        around += ring.outcome().high < 1 or ring.outcome().low > 1
        still = ledgers(np.random.default_rng(seed), rate, treated)[0].outcome()
        nothing += still.high < 1 or still.low > 1
    assert fell >= 32
    assert around <= 5
    assert nothing <= 5


def test_a_ledger_keeps_counts(rate):
    treated = patch(300)
    rng = np.random.default_rng(9)
    place, ring = ledgers(rng, rate, treated)
    again = worlds(np.random.default_rng(9), rate, acted=treated)[0]
    assert place.place.after.tolist() == [again.after[treated].sum()]
    assert place.incidents == sum(
        int(each[treated].sum()) for each in (again.history, again.before, again.after)
    )
    assert place.place.area[2] == again.after.sum() - place.place.after[0] - ring.place.after[0]
    assert place.usual_dispersion == pytest.approx(1, abs=0.15)


def test_a_set_too_large_to_have_a_like_is_told_nothing_of(rate):
    place, _ = ledgers(np.random.default_rng(9), rate, patch(300, rings=8))
    found = place.outcome()
    assert (found.alike, found.low, found.p) == (0, 0.0, 1.0)
    assert np.isinf(found.high)
