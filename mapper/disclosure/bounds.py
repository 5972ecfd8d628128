"""What an audience can work out: the least and most that each target can be, by linear programming.

Releases are systems of sums with limits over unknown counts of 0 or more. Systems that share no
unknown are solved side by side in one programme (HiGHS), each with an objective of its own, so
that thousands of small ones cost one call. A target is settled as soon as solutions seen so far
leave it enough values; one that never is, has been driven to its true least and most. What limits
show without a programme (:mod:`mapper.disclosure.intervals`) is settled first. The programmes have
a time; a target that none of them settled within it counts as exposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.disclosure.intervals import outer_bounds
from mapper.disclosure.programmes import (
    Clock,
    Pull,
    SumLimits,
    TimeSpentError,
    side_by_side,
    solve,
    solve_pulling,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse

    from mapper.base.types import Flags, Floats, Integers
else:
    sparse = Lazy("scipy.sparse")

_EPSILON = 1e-6
_LARGE_BLOCK = 40  # targets; above, several are driven at once
_PATIENCE = 4  # rounds that settle nothing before targets are driven one by one
_TURNS, _TOGETHER = 8, 6  # in so many of eight rounds the targets of a large system go together
_MOST_ROUNDS = 400
_MANY_SUMS = 200  # of a system; fewer are solved as they come
MOST_SECONDS = 30.0  # for the programmes of one check; what they leave open counts as exposed


@dataclass(frozen=True, eq=False)
class Block:
    """One system: limits on sums of unknowns, and the sums that must not become known."""

    sums: sparse.csr_array  # shape (limits, unknowns), ones and zeros
    low: Floats
    high: Floats
    targets: sparse.csr_array  # shape (targets, unknowns)


@dataclass(frozen=True)
class Need:
    """What a target must keep."""

    values: int  # so many values possible
    below: int  # unless it is known to be this or more, or known to be 0


@dataclass(frozen=True, eq=False)
class SystemBounds:
    """What is known of one system."""

    possible: bool  # its limits can hold together
    low: Floats  # of each target; exact where the target is exposed
    high: Floats
    exposed: Flags  # targets known too well; where one is, the others are not looked at


def bound(blocks: Sequence[Block], need: Need) -> list[SystemBounds]:
    """Return what can be worked out from each system.

    Parameters
    ----------
    blocks
        Systems that share no unknown with one another.
    need
        What every target must keep. A target still not settled when the rounds or the seconds are
        spent counts as exposed.
    """
    clock = Clock.of(MOST_SECONDS)
    blocks = [_without_repeats(block) for block in blocks]
    try:
        possible = _possible(blocks, clock)
    except TimeSpentError:
        return list(map(_impossible, blocks))
    sound = [block for block, holds in zip(blocks, possible, strict=True) if holds]
    search = _Search(sound, need, clock)
    search.run()
    found = iter(search.known())
    return [
        next(found) if holds else _impossible(block)
        for block, holds in zip(blocks, possible, strict=True)
    ]


def _without_repeats(block: Block) -> Block:
    """Return a system in which sums that several releases limit stand once, narrowest limits."""
    rows = block.sums.shape[0]
    if rows < _MANY_SUMS or block.sums.data.min() < 0:
        return block
    sums = block.sums.copy()
    sums.sort_indices()
    seen: dict[bytes, int] = {}
    which = np.array(
        [
            seen.setdefault(sums.indices[first:after].tobytes(), len(seen))
            for first, after in pairwise(sums.indptr.tolist())
        ]
    )
    low, high = np.full(len(seen), -np.inf), np.full(len(seen), np.inf)
    np.maximum.at(low, which, block.low)
    np.minimum.at(high, which, block.high)
    if bool((low > high).any()):
        return block
    return Block(sums[np.unique(which, return_index=True)[1]], low, high, block.targets)


def _impossible(block: Block) -> SystemBounds:
    """Return what is known of limits that cannot hold together: nothing is taken to be safe."""
    size = block.targets.shape[0]
    return SystemBounds(False, np.zeros(size), np.zeros(size), np.ones(size, dtype=bool))


def _possible(blocks: Sequence[Block], clock: Clock) -> Flags:
    """Tell which systems have a solution: one programme that breaks limits as little as it can."""
    if not blocks:
        return np.zeros(0, dtype=bool)
    sums = side_by_side([block.sums for block in blocks])
    rows, unknowns = sums.shape
    slack = sparse.eye_array(rows, format="csr")
    every = sparse.hstack([sums, slack, -slack], format="csr")
    cost = np.concatenate([np.zeros(unknowns), np.ones(2 * rows)])
    low, high = (np.concatenate([getattr(b, side) for b in blocks]) for side in ("low", "high"))
    solution = solve(cost, every, low, high, most=np.inf, clock=clock)
    broken = solution[unknowns : unknowns + rows] + solution[unknowns + rows :]
    owner = np.repeat(np.arange(len(blocks)), [block.sums.shape[0] for block in blocks])
    return np.bincount(owner, weights=broken, minlength=len(blocks)) < _EPSILON


class _Search:
    """The rounds: solutions seen so far, and what they settle."""

    def __init__(self, blocks: Sequence[Block], need: Need, clock: Clock) -> None:
        self.need = need
        self.blocks = blocks
        self.clock = clock
        sizes = [block.targets.shape[0] for block in blocks]
        self.starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self.owner = np.repeat(np.arange(len(blocks)), sizes)
        self.low = np.full(self.owner.size, np.inf)
        self.high = np.full(self.owner.size, -np.inf)
        self.least_known = np.zeros(self.owner.size, dtype=bool)
        self.most_known = np.zeros(self.owner.size, dtype=bool)
        self.room = np.zeros(self.owner.size)  # at most, by the limits alone: the narrowest first
        self.safe, self.shown = self._by_limits()  # what needs no programme, for good or ill
        self.large: set[int] = set()  # systems of which many targets are driven at once
        self.drawn = np.random.default_rng(0)  # which half is lifted; the same at every check
        self.fewest_open, self.fruitless = self.owner.size + 1, 0

    def run(self) -> None:
        """Solve until every target is settled, driven to both ends, or the time is spent."""
        lost_by_limits = np.unique(self.owner[self.shown])
        for turn in range(_MOST_ROUNDS):
            unsettled, driven = ~self._settled(), self.least_known & self.most_known
            open_ = np.flatnonzero(unsettled & ~driven)
            lost = np.unique(self.owner[unsettled & driven])  # one exposed target is enough
            open_ = open_[~np.isin(self.owner[open_], [*lost, *lost_by_limits])]
            open_ = open_[np.lexsort((self.room[open_], self.owner[open_]))]
            if not open_.size:
                return
            self.fruitless = 0 if open_.size < self.fewest_open else self.fruitless + 1
            self.fewest_open = min(self.fewest_open, open_.size)
            try:
                self._round(open_, turn=turn)
            except TimeSpentError:
                return

    def _by_limits(self) -> tuple[Flags, Flags]:
        """Return the targets that the limits show to be none or large, and to be exposed."""
        if not self.blocks:
            return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
        low, high = outer_bounds(
            side_by_side([block.sums for block in self.blocks]),
            np.concatenate([block.low for block in self.blocks]),
            np.concatenate([block.high for block in self.blocks]),
            side_by_side([block.targets for block in self.blocks]),
        )
        values = np.floor(high + _EPSILON) - np.ceil(low - _EPSILON) + 1
        safe = (high < 1 - _EPSILON) | (np.ceil(low - _EPSILON) >= self.need.below)
        shown = ~safe & (values < self.need.values)
        self.low[shown], self.high[shown] = low[shown], high[shown]
        self.room = high - low
        return safe, shown

    def known(self) -> list[SystemBounds]:
        """Return what the rounds have shown, system by system."""
        exposed = np.where(
            np.isin(self.owner, self.owner[self.shown]), self.shown, ~self._settled()
        )
        parts = [slice(*self.starts[at : at + 2]) for at in range(len(self.blocks))]
        return [
            SystemBounds(True, self.low[part], self.high[part], exposed[part]) for part in parts
        ]

    def _settled(self) -> Flags:
        """Tell which targets keep enough values, are known to be 0, or are known to be large."""
        seen = np.isfinite(self.low) & ~self.shown
        low, high = np.where(seen, self.low, 0.0), np.where(seen, self.high, 0.0)
        values = np.floor(high + _EPSILON) - np.ceil(low - _EPSILON) + 1
        none = self.most_known & (high < 1 - _EPSILON)
        large = self.least_known & (np.ceil(low - _EPSILON) >= self.need.below)
        enough = seen & ((values >= self.need.values) | none | large)
        return np.asarray(enough | self.safe, dtype=bool)

    def _round(self, open_: Integers, *, turn: int) -> None:
        """Drive one open target of each system, or all at once where a system has many."""
        owners, first = np.unique(self.owner[open_], return_index=True)
        blocks = [self.blocks[owner] for owner in owners]
        sums = side_by_side([block.sums for block in blocks])
        targets = side_by_side([block.targets for block in blocks])
        places = np.concatenate([np.arange(*self.starts[o : o + 2]) for o in owners])
        wish, alone = self._wishes(open_, owners, open_[first], turn=turn)
        pulled = (wish[places] != 0) & ~np.isin(places, alone)
        plain = np.where(pulled, 0.0, wish[places])
        limits = SumLimits(
            sums, *(np.concatenate([getattr(b, side) for b in blocks]) for side in ("low", "high"))
        )
        cost = -(targets.T @ plain)
        solved = solve_pulling(
            cost,
            limits,
            targets[np.flatnonzero(pulled)],
            self._pull(wish, places[pulled]),
            self.clock,
        )
        values = targets @ solved
        self.low[places] = np.minimum(self.low[places], values)
        self.high[places] = np.maximum(self.high[places], values)
        driven = alone[wish[alone] != 0]
        self.most_known[driven[wish[driven] > 0]] = True
        self.least_known[driven[wish[driven] < 0]] = True

    def _pull(self, wish: Floats, pulled: Integers) -> Pull:
        """Return which way targets are pulled, and from where on they keep enough values."""
        wanted = self.need.values - 1
        lifted = wish[pulled] > 0
        ends = np.where(
            lifted, self.low[pulled] + wanted, np.maximum(self.high[pulled] - wanted, 0)
        )
        return Pull(wish[pulled], ends)

    def _wishes(
        self, open_: Integers, owners: Integers, first: Integers, *, turn: int
    ) -> tuple[Floats, Integers]:
        """Return the direction to drive each target, and those driven by themselves.

        All open targets of a large system are pulled at once: down at first, then half of them,
        drawn anew each round, up and half down, each as far as it needs. Where a total leaves
        little room, one cell gains what another loses, and both are settled. In between, the one
        that the limits leave least is driven to its ends by itself, for one exposed target ends
        the search; so is each where no round settles any more.
        """
        wish = np.zeros(self.owner.size)
        wish[first] = np.where(self.most_known[first], -1.0, 1.0)
        if self.fruitless >= _PATIENCE or turn % _TURNS >= _TOGETHER:
            return wish, first
        waiting = np.bincount(self.owner[open_], minlength=len(self.blocks))
        many = owners[waiting[owners] > _LARGE_BLOCK]
        if turn == 0:
            self.large = set(many.tolist())
        crowd = open_[np.isin(self.owner[open_], list(self.large))]
        wish[crowd] = self.drawn.choice([-1.0, 1.0], crowd.size) if turn else -1.0
        return wish, first[~np.isin(self.owner[first], list(self.large))]
