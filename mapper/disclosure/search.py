"""The rounds of a check: solutions that leave targets more and more values.

Each round is one programme over systems side by side. A target is settled as soon as the solutions
seen so far leave it enough values; one that never is, has been driven to its true least and most.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.disclosure.far_apart import far_apart, touched_by
from mapper.disclosure.intervals import outer_bounds
from mapper.disclosure.limits import Block, SystemBounds, TargetNeed
from mapper.disclosure.margins import Crossed
from mapper.disclosure.programmes import (
    Clock,
    Pull,
    SumLimits,
    TimeSpentError,
    side_by_side,
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
_TOGETHER = 6  # rounds at least in which all open targets of a large system go together
_LEFT_OPEN = 0.9  # of the open ones: where a round leaves more, those far apart go by themselves
_TRIES = 2  # down and up again far from others, before a target is driven by itself
_MOST_ROUNDS = 400


@dataclass(frozen=True, eq=False)
class _Together:
    """Some systems side by side, with the places of their targets among those of all."""

    limits: SumLimits
    targets: sparse.csr_array
    places: Integers
    crossed: Crossed  # with the places of its targets

    def with_counts(self, driven: Crossed) -> SumLimits:
        """Return the limits with counts where margins cross as further unknowns."""
        if not driven.target.size:
            return self.limits
        crossing = driven.limits(self.limits.sums.shape[1])
        sums = _widened([self.limits.sums], crossing.shape[1])
        return SumLimits(
            sparse.vstack([sums, crossing], format="csr"),
            np.concatenate([self.limits.low, np.full(crossing.shape[0], -np.inf)]),
            np.concatenate([self.limits.high, np.zeros(crossing.shape[0])]),
        )


def _single(unknowns: Integers, width: int) -> sparse.csr_array:
    """Return sums of one unknown each."""
    each = np.arange(unknowns.size)
    return sparse.csr_array((np.ones(each.size), (each, unknowns)), shape=(each.size, width))


def _widened(parts: Sequence[sparse.csr_array], width: int) -> sparse.csr_array:
    """Return sums one below the other, over more unknowns of which they hold none."""
    rows = sparse.csr_array(sparse.vstack(parts, format="csr"))
    wider = (rows.data, rows.indices, rows.indptr)
    return sparse.csr_array(wider, shape=(rows.shape[0], width))


@dataclass(frozen=True, eq=False)
class _Wish:
    """Which way a round drives each target."""

    way: Floats  # up (1), down (-1) or no matter
    alone: Integers  # driven to their ends, each the only one of its system; the others are pulled
    together: float  # the way that all others go; 0 for some up and some down


class Search:
    """The rounds: solutions seen so far, and what they settle."""

    def __init__(self, blocks: Sequence[Block], need: TargetNeed, clock: Clock) -> None:
        self.need = need
        self.blocks = blocks
        self.clock = clock
        sizes = [block.targets.shape[0] for block in blocks]
        self.starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self.owner = np.repeat(np.arange(len(blocks)), sizes)
        self.low = np.full(self.owner.size, np.inf)
        self.high = np.full(self.owner.size, -np.inf)
        for start, block in zip(self.starts, blocks, strict=False):
            if block.witnesses is not None:
                part = slice(start, start + block.targets.shape[0])
                self.low[part], self.high[part] = block.witnesses.low, block.witnesses.high
        self.least_known = np.zeros(self.owner.size, dtype=bool)
        self.most_known = np.zeros(self.owner.size, dtype=bool)
        self.room = np.zeros(self.owner.size)  # at most, by the limits alone: the narrowest first
        self.safe, self.shown = self._by_limits()  # what needs no programme, for good or ill
        self.large = np.zeros(0, dtype=np.int64)  # systems of which many targets go at once
        self.apart, self.open_before = False, 0
        self.lowered = np.zeros(0, dtype=np.int64)  # far apart, in the round before
        self.tries = np.zeros(self.owner.size, dtype=np.int64)  # down and up, far apart
        self.drawn = np.random.default_rng(0)  # which half is lifted; the same at every check

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
            try:
                self._round(open_, turn=turn)
            except TimeSpentError:
                return

    def _by_limits(self) -> tuple[Flags, Flags]:
        """Return the targets that the limits show to be none or large, and to be exposed."""
        if not self.blocks:
            return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
        every = self._together(np.arange(len(self.blocks)))
        limits, margins = every.limits, every.crossed.margins()
        unknowns = limits.sums.shape[1]
        found = outer_bounds(
            limits.sums,
            limits.low,
            limits.high,
            sparse.vstack([every.targets, _single(margins, unknowns)], format="csr"),
        )
        low, high = (side[: self.owner.size] for side in found)
        least, most = np.zeros(unknowns), np.zeros(unknowns)
        least[margins], most[margins] = (side[self.owner.size :] for side in found)
        low[every.crossed.target], high[every.crossed.target] = every.crossed.ends(least, most)
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

    def _together(self, owners: Integers) -> _Together:
        """Return some of the systems side by side."""
        blocks = [self.blocks[owner] for owner in owners]
        widths = [block.sums.shape[1] for block in blocks]
        before = np.concatenate([[0], np.cumsum(widths)]).tolist()
        ends = (np.concatenate([getattr(b, side) for b in blocks]) for side in ("low", "high"))
        return _Together(
            SumLimits(side_by_side([block.sums for block in blocks]), *ends),
            side_by_side([block.targets for block in blocks]),
            np.concatenate([np.arange(*self.starts[o : o + 2]) for o in owners]),
            Crossed.together(
                [
                    block.crossed.shifted(int(self.starts[owner]), first)
                    for block, owner, first in zip(blocks, owners, before, strict=False)
                ]
            ),
        )

    def _round(self, open_: Integers, *, turn: int) -> None:
        """Drive one open target of each system, or all at once where a system has many."""
        owners, first = np.unique(self.owner[open_], return_index=True)
        chosen = self._together(owners)
        if turn == 0:
            waiting = np.bincount(self.owner[open_], minlength=len(self.blocks))
            self.large = owners[waiting[owners] > _LARGE_BLOCK]
        self._drive(chosen, self._wishes(open_, open_[first], turn=turn))

    def _drive(self, chosen: _Together, wish: _Wish) -> None:
        """Solve for what is wished, and note what the solution leaves each target."""
        places, targets, crossed = chosen.places, chosen.targets, chosen.crossed
        driven = crossed.among(wish.alone)  # each is an unknown of its own this time
        limits = chosen.with_counts(driven)
        crowd = (wish.way != 0) & ~np.isin(np.arange(wish.way.size), wish.alone)
        margins = crossed.among(np.flatnonzero(crowd)).margins()
        crowd[crossed.target] = False
        plain = np.where(crowd[places], 0.0, wish.way[places])
        solved = solve_pulling(
            -np.concatenate([targets.T @ plain, wish.way[driven.target]]),
            limits,
            _widened(
                [targets[np.flatnonzero(crowd[places])], _single(margins, targets.shape[1])],
                limits.sums.shape[1],
            ),
            self._pull(wish, np.flatnonzero(crowd), margins.size),
            self.clock,
        )[: targets.shape[1]]
        low = targets @ solved
        high = low.copy()
        at = np.searchsorted(places, crossed.target)
        low[at], high[at] = crossed.ends(solved, solved)
        self.low[places] = np.minimum(self.low[places], low)
        self.high[places] = np.maximum(self.high[places], high)
        driven_to = wish.alone[wish.way[wish.alone] != 0]
        self.most_known[driven_to[wish.way[driven_to] > 0]] = True
        self.least_known[driven_to[wish.way[driven_to] < 0]] = True

    def _pull(self, wish: _Wish, pulled: Integers, margins: int) -> Pull:
        """Return which way targets and then margins are pulled, and how far.

        A target, until it keeps enough values; a margin, until it leaves a count as many.
        """
        wanted = self.need.values - 1
        way = np.full(margins, wish.together) if wish.together else self._either_way(margins)
        lifted, lowered = self.low[pulled] + wanted, np.maximum(self.high[pulled] - wanted, 0)
        return Pull(
            np.concatenate([wish.way[pulled], way]),
            np.concatenate(
                [
                    np.where(wish.way[pulled] > 0, lifted, lowered),
                    np.where(way > 0, float(wanted), 0.0),
                ]
            ),
        )

    def _either_way(self, size: int) -> Floats:
        """Return which way each of a crowd goes: half of them up, drawn anew."""
        return self.drawn.choice([-1.0, 1.0], size)

    def _wishes(self, open_: Integers, first: Integers, *, turn: int) -> _Wish:
        """Return the direction to drive each target, and those driven by themselves.

        All open targets of a large system are pulled at once while that settles many: down at
        first, then half of them, drawn anew each round, up and half down, each as far as it needs.
        Where a total leaves little room, one cell gains what another loses, and both are settled.
        Then those go together that are far apart: down in one round and up in the next. What is
        open after that, or has all others near, is driven to its ends by itself, what the limits
        leave least first, for one exposed target ends the search.
        """
        way = np.zeros(self.owner.size)
        way[first] = np.where(self.most_known[first], -1.0, 1.0)
        crowd, together = open_[np.isin(self.owner[open_], self.large)], 0.0
        stuck = turn >= _TOGETHER and crowd.size > _LEFT_OPEN * self.open_before
        self.apart, self.open_before = self.apart or stuck, crowd.size
        if self.apart:
            crowd, together = self._far_apart(crowd)
        elif turn == 0:
            together = -1.0
        way[crowd] = together or self._either_way(crowd.size)
        return _Wish(way, first[~np.isin(self.owner[first], self.owner[crowd])], together)

    def _far_apart(self, open_: Integers) -> tuple[Integers, float]:
        """Return targets that stand in no other's way, and the way that they go."""
        lifted = np.intersect1d(self.lowered, open_)
        self.lowered = self.lowered[:0]
        if lifted.size:
            self.tries[lifted] += 1
            return lifted, 1.0
        waiting = self.drawn.permutation(open_[self.tries[open_] < _TRIES])
        waiting = waiting[np.argsort(self.tries[waiting], kind="stable")]
        chosen = far_apart(waiting, self._touched)
        several = np.bincount(self.owner[chosen], minlength=len(self.blocks)) > 1
        self.lowered = chosen[several[self.owner[chosen]]]
        return self.lowered, -1.0

    @cached_property
    def _touched(self) -> sparse.csr_array:
        """What each target touches of its system."""
        every = self._together(np.arange(len(self.blocks)))
        return touched_by(every.targets, every.crossed, every.limits.sums)
