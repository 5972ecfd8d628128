"""A system by its margins leaves each target exactly what the whole system leaves it."""

import numpy as np
import pytest
from scipy import optimize, sparse

from mapper.disclosure import bounds
from mapper.disclosure.bounds import bound
from mapper.disclosure.limits import TargetNeed
from mapper.disclosure.margins import margins_of
from mapper.disclosure.programmes import Pull, SumLimits, solve_pulling
from mapper.disclosure.systems import Limit, block_of

NEED = TargetNeed(values=4, below=5)
# Releases: a map in small cells, one in larger ones, wards, a lens of theirs, an area.
COVER = np.array([[1, 1, 0, 0, 1], [1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 1, 1, 0, 0], [1] * 5]) > 0


def drawn_limits(seed, *, places=14):
    """Numbers told of places in larger cells, in two wards, in one area, with counts behind them.

    Of some places one map is silent, and some are outside both wards.
    """
    drawn = np.random.default_rng(seed)
    counts = drawn.poisson(1.2, (places, COVER.shape[1]))
    larger = np.sort(drawn.integers(0, 6, places))
    ward = np.where(larger < 3, 0, 1) + 2 * (drawn.random(places) < 0.2)
    silent = drawn.random(places) < 0.5
    regions = [
        (0, [np.array([at]) for at in range(places) if not silent[at]]),
        (1, [np.flatnonzero(larger == at) for at in np.unique(larger)]),
        (2, [np.flatnonzero(ward == at) for at in np.unique(ward) if at < 2]),
        (3, [np.flatnonzero(ward == at) for at in np.unique(ward) if at < 2]),
        (4, [np.arange(places)]),
    ]
    limits = []
    for release, pieces in regions:
        if release and drawn.random() < 0.25:
            continue
        for of in pieces:
            truth = int(counts[of][:, COVER[release]].sum())
            low, high = max(truth - int(drawn.integers(0, 3)), 0), truth + int(drawn.integers(0, 3))
            low, high = (1, 4) if 1 <= truth <= 4 and release == 0 else (low, high)
            limits.append(Limit(release, of, low, high))
    return limits


def reached(sums, low, high, goal):
    """The least and most that a goal can be, by one programme each."""
    finite = np.isfinite(high)
    above = sparse.vstack([sums[np.flatnonzero(finite)], -sums[np.flatnonzero(np.isfinite(low))]])
    most = np.concatenate([high[finite], -low[np.isfinite(low)]])
    ends = [optimize.linprog(side * goal, A_ub=above, b_ub=most) for side in (1, -1)]
    assert all(one.status in (0, 2) for one in ends)
    return None if ends[0].status == 2 else (ends[0].fun, -ends[1].fun)


def shorter(block):
    return margins_of(block.sums, block.targets, block.made, block.tables)


@pytest.mark.parametrize("seed", range(6))
def test_each_target_can_be_what_the_whole_system_leaves_it(seed):
    block = block_of(drawn_limits(seed), COVER, NEED)
    found = shorter(block)
    assert found.sums.shape[1] <= block.sums.shape[1]
    even = np.zeros(found.balances)
    low, high = (np.concatenate([side, even]) for side in (block.low, block.high))
    unknowns = found.sums.shape[1]
    for target in range(block.targets.shape[0]):
        whole = reached(block.sums, block.low, block.high, block.targets[[target]].toarray()[0])
        one = found.crossed.among(np.array([target]))
        crossing = one.limits(unknowns) if one.target.size else sparse.csr_array((0, unknowns))
        wide = max(crossing.shape[1], unknowns)
        sums = sparse.csr_array(found.sums)
        sums.resize((sums.shape[0], wide))
        goal = np.zeros(wide)
        if one.target.size:
            goal[-1] = 1
        else:
            goal[:unknowns] = found.targets[[target]].toarray()[0]
        none, never = np.zeros(crossing.shape[0]), np.full(crossing.shape[0], -np.inf)
        by_margins = reached(
            sparse.csr_array(sparse.vstack([sums, crossing])),
            np.concatenate([low, never]),
            np.concatenate([high, none]),
            goal,
        )
        assert by_margins == (None if whole is None else pytest.approx(whole, abs=1e-6)), target


def test_some_counts_are_where_margins_cross_and_some_part_of_what_is_told_together():
    blocks = [block_of(drawn_limits(seed), COVER, NEED) for seed in range(12)]
    crossed = [shorter(block).crossed for block in blocks]
    assert any((~one.part).any() for one in crossed)
    assert any(one.part.any() for one in crossed)


def test_what_is_exposed_is_the_same_by_margins_as_without(monkeypatch):
    blocks = [block_of(drawn_limits(seed, places=24), COVER, NEED) for seed in range(12, 40)]
    monkeypatch.setattr(bounds, "_MANY_UNKNOWNS", 0)
    by_margins = bound(blocks, NEED)
    monkeypatch.setattr(bounds, "_MANY_UNKNOWNS", 10**9)
    whole = bound(blocks, NEED)
    assert [known.possible for known in by_margins] == [known.possible for known in whole]
    exposed = [bool(known.exposed.any()) for known in whole]
    assert [bool(known.exposed.any()) for known in by_margins] == exposed
    assert 3 < sum(exposed) < 25


def test_a_total_of_many_margins_may_be_more_than_anything_printed():
    """Thirty counts of about 100 and their total, which nothing limits itself."""
    sums = np.zeros((31, 31))
    sums[:30, :30] = np.eye(30)
    sums[30] = [*[-1] * 30, 1]
    low = np.array([100.0] * 30 + [0.0])
    high = np.array([104.0] * 30 + [0.0])
    pulled = sparse.csr_array(np.eye(31)[[0]])
    solved = solve_pulling(
        np.zeros(31),
        SumLimits(sparse.csr_array(sums), low, high),
        pulled,
        Pull(np.array([1.0]), np.array([103.0])),
        bounds.a_clock(),
    )
    assert solved[0] >= 103 - 1e-6
    assert solved[30] >= 3_000


def test_where_the_solver_finds_nothing_all_counts_as_exposed(monkeypatch):
    eye = sparse.csr_array(np.eye(1))
    wide = bounds.Block(eye, np.array([1.0]), np.array([4.0]), targets=eye)
    nothing = optimize.OptimizeResult(x=None, status=4, message="numerical trouble")
    monkeypatch.setattr(optimize, "milp", lambda *_, **__: nothing)
    assert bound([wide], NEED)[0].exposed.all()
