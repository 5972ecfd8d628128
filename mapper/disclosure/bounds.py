"""What an audience can work out: the least and most that each target can be, by linear programming.

Releases are systems of sums with limits over unknown counts of 0 or more. Systems that share no
unknown are solved side by side in one programme (HiGHS), each with an objective of its own, so
that thousands of small ones cost one call. A target is settled as soon as solutions seen so far
leave it enough values; one that never is, has been driven to its true least and most. What limits
show without a programme (:mod:`mapper.disclosure.intervals`) is settled first. The programmes have
a time; a target that none of them settled within it counts as exposed.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.disclosure.limits import Block, SystemBounds, TargetNeed
from mapper.disclosure.margins import margins_of
from mapper.disclosure.programmes import Clock, TimeSpentError, side_by_side, solve
from mapper.disclosure.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse

    from mapper.base.types import Flags
else:
    sparse = Lazy("scipy.sparse")

_EPSILON = 1e-6
_AT_A_TIME = 40_000  # unknowns of systems that are solved side by side
_MANY_SUMS = 200  # of a system; fewer are solved as they come
_MANY_UNKNOWNS = 400  # likewise
MOST_SECONDS = 60.0  # for the programmes of one check; what they leave open counts as exposed


def bound(
    blocks: Sequence[Block], need: TargetNeed, *, clock: Clock | None = None
) -> list[SystemBounds]:
    """Return what can be worked out from each system.

    Parameters
    ----------
    blocks
        Systems that share no unknown with one another.
    need
        What every target must keep. A target still not settled when the rounds or the seconds are
        spent counts as exposed.
    clock
        Of a check that asks more than once; if none, this is a check of its own.
    """
    clock = clock or a_clock()
    size = np.cumsum([block.sums.shape[1] for block in blocks]) // _AT_A_TIME
    parts = np.split(np.arange(len(blocks)), np.flatnonzero(np.diff(size)) + 1)
    return [
        known for part in parts for known in _side_by_side([blocks[at] for at in part], need, clock)
    ]


def _side_by_side(blocks: Sequence[Block], need: TargetNeed, clock: Clock) -> list[SystemBounds]:
    """Return what programmes over some systems side by side show of each."""
    try:
        blocks = [_short(block, clock) for block in blocks]
        possible = _are_possible(blocks, clock)
    except TimeSpentError:
        return [_nothing_safe(block, possible=True) for block in blocks]
    open_ = [at for at in np.flatnonzero(possible).tolist() if blocks[at].targets.shape[0]]
    search = Search([blocks[at] for at in open_], need, clock)
    search.run()
    found = dict(zip(open_, search.known(), strict=True))
    return [
        found.get(at) or _nothing_safe(block, possible=bool(possible[at]))
        for at, block in enumerate(blocks)
    ]


def _short(block: Block, clock: Clock) -> Block:
    """Return a system as it is solved; raise where the time is spent, which making it takes."""
    clock.left()
    return _without_repeats(_by_margins(block))


def a_clock() -> Clock:
    """Return the clock of one check."""
    return Clock.of(MOST_SECONDS)


def _by_margins(block: Block) -> Block:
    """Return a large system with the margins of its counts for unknowns, where these say it all."""
    if block.tables is None or block.made is None or block.sums.shape[1] < _MANY_UNKNOWNS:
        return block
    found = margins_of(block.sums, block.targets, block.made, block.tables)
    if found is None:
        return block
    even = np.zeros(found.balances)
    low, high = (np.concatenate([side, even]) for side in (block.low, block.high))
    return Block(found.sums, low, high, found.targets, crossed=found.crossed)


def _without_repeats(block: Block) -> Block:
    """Return a system in which sums that several releases limit stand once, narrowest limits."""
    rows = block.sums.shape[0]
    if rows < _MANY_SUMS:
        return block
    sums = block.sums.copy()
    sums.sort_indices()
    seen: dict[bytes, int] = {}
    which = np.array(
        [
            seen.setdefault(
                sums.indices[first:after].tobytes() + sums.data[first:after].tobytes(), len(seen)
            )
            for first, after in pairwise(sums.indptr.tolist())
        ]
    )
    low, high = np.full(len(seen), -np.inf), np.full(len(seen), np.inf)
    np.maximum.at(low, which, block.low)
    np.minimum.at(high, which, block.high)
    if bool((low > high).any()):
        return block
    first_of = np.unique(which, return_index=True)[1]
    return replace(block, sums=sums[first_of], low=low, high=high)


def _nothing_safe(block: Block, *, possible: bool) -> SystemBounds:
    """Return what is taken to be known where nothing was settled, or limits cannot hold together.

    Which of the two it is matters: a number that cannot stand there need not be feared, and one
    that nobody had time for must be.
    """
    size = block.targets.shape[0]
    return SystemBounds(possible, np.zeros(size), np.zeros(size), np.ones(size, dtype=bool))


def _are_possible(blocks: Sequence[Block], clock: Clock) -> Flags:
    """Tell which systems have a solution; a programme is asked where nothing else tells."""
    known = [block.witnesses.possible if block.witnesses else None for block in blocks]
    possible = np.array([one is True for one in known], dtype=bool)
    asked = [at for at, one in enumerate(known) if one is None]
    possible[asked] = _possible([blocks[at] for at in asked], clock)
    return possible


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
