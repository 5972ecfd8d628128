"""What an audience can work out: the least and most that each target can be, by linear programming.

Releases are systems of sums with limits over unknown counts of 0 or more. Systems that share no
unknown are solved side by side in one programme (HiGHS), each with an objective of its own, so
that thousands of small ones cost one call. A target is settled as soon as solutions seen so far
leave it enough values; one that never is, has been driven to its true least and most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import optimize, sparse

    from mapper.base.types import Flags, Floats, Integers
else:
    optimize = Lazy("scipy.optimize")
    sparse = Lazy("scipy.sparse")

_EPSILON = 1e-6
_LARGE_BLOCK = 40  # targets; above, several are driven at once
_PATIENCE = 4  # rounds that settle nothing before targets are driven one by one
_MOST_ROUNDS = 200


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


def bound(
    blocks: Sequence[Block], need: Need, *, until_exposed: bool = False
) -> list[SystemBounds]:
    """Return what can be worked out from each system.

    Parameters
    ----------
    blocks
        Systems that share no unknown with one another.
    need
        What every target must keep. A target still not settled when the rounds are spent counts
        as exposed.
    until_exposed
        Stop at the first target that is known too well: for a release that is then refused whole.
    """
    possible = _possible(blocks)
    sound = [block for block, holds in zip(blocks, possible, strict=True) if holds]
    search = _Search(sound, need)
    search.run(until_exposed=until_exposed)
    found = iter(search.known())
    return [
        next(found) if holds else _impossible(block)
        for block, holds in zip(blocks, possible, strict=True)
    ]


def _impossible(block: Block) -> SystemBounds:
    """Return what is known of limits that cannot hold together: nothing is taken to be safe."""
    size = block.targets.shape[0]
    return SystemBounds(False, np.zeros(size), np.zeros(size), np.ones(size, dtype=bool))


def _possible(blocks: Sequence[Block]) -> Flags:
    """Tell which systems have a solution: one programme that breaks limits as little as it can."""
    if not blocks:
        return np.zeros(0, dtype=bool)
    sums = _side_by_side([block.sums for block in blocks])
    rows, unknowns = sums.shape
    slack = sparse.eye_array(rows, format="csr")
    every = sparse.hstack([sums, slack, -slack], format="csr")
    cost = np.concatenate([np.zeros(unknowns), np.ones(2 * rows)])
    low, high = (np.concatenate([getattr(b, side) for b in blocks]) for side in ("low", "high"))
    solution = _solve(cost, every, low, high, most=np.inf)
    broken = solution[unknowns : unknowns + rows] + solution[unknowns + rows :]
    owner = np.repeat(np.arange(len(blocks)), [block.sums.shape[0] for block in blocks])
    return np.bincount(owner, weights=broken, minlength=len(blocks)) < _EPSILON


class _Search:
    """The rounds: solutions seen so far, and what they settle."""

    def __init__(self, blocks: Sequence[Block], need: Need) -> None:
        self.need = need
        self.blocks = blocks
        sizes = [block.targets.shape[0] for block in blocks]
        self.starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self.owner = np.repeat(np.arange(len(blocks)), sizes)
        self.low = np.full(self.owner.size, np.inf)
        self.high = np.full(self.owner.size, -np.inf)
        self.least_known = np.zeros(self.owner.size, dtype=bool)
        self.most_known = np.zeros(self.owner.size, dtype=bool)
        self.large: set[int] = set()  # systems of which many targets are driven at once
        self.fewest_open, self.fruitless = self.owner.size + 1, 0

    def run(self, *, until_exposed: bool) -> None:
        """Solve until every target is settled or driven to both ends."""
        for turn in range(_MOST_ROUNDS):
            unsettled, driven = ~self._settled(), self.least_known & self.most_known
            open_ = np.flatnonzero(unsettled & ~driven)
            lost = np.unique(self.owner[unsettled & driven])  # one exposed target is enough
            open_ = open_[~np.isin(self.owner[open_], lost)]
            if not open_.size or (until_exposed and bool((unsettled & driven).any())):
                return
            self.fruitless = 0 if open_.size < self.fewest_open else self.fruitless + 1
            self.fewest_open = min(self.fewest_open, open_.size)
            self._round(open_, turn=turn)

    def known(self) -> list[SystemBounds]:
        """Return what the rounds have shown, system by system."""
        exposed = ~self._settled()
        parts = [slice(*self.starts[at : at + 2]) for at in range(len(self.blocks))]
        return [
            SystemBounds(True, self.low[part], self.high[part], exposed[part]) for part in parts
        ]

    def _settled(self) -> Flags:
        """Tell which targets keep enough values, are known to be 0, or are known to be large."""
        seen = np.isfinite(self.low)
        low, high = np.where(seen, self.low, 0.0), np.where(seen, self.high, 0.0)
        values = np.floor(high + _EPSILON) - np.ceil(low - _EPSILON) + 1
        none = self.most_known & (high < 1 - _EPSILON)
        large = self.least_known & (np.ceil(low - _EPSILON) >= self.need.below)
        return np.asarray(seen & ((values >= self.need.values) | none | large), dtype=bool)

    def _round(self, open_: Integers, *, turn: int) -> None:
        """Drive one open target of each system, or all at once where a system has many."""
        owners, first = np.unique(self.owner[open_], return_index=True)
        blocks = [self.blocks[owner] for owner in owners]
        sums = _side_by_side([block.sums for block in blocks])
        targets = _side_by_side([block.targets for block in blocks])
        places = np.concatenate([np.arange(*self.starts[o : o + 2]) for o in owners])
        wish, alone = self._wishes(open_, owners, open_[first], turn=turn)
        lifted = np.isin(places, np.flatnonzero(wish > 0)) & ~np.isin(places, alone)
        plain = np.where(lifted, 0.0, wish[places])
        limits = _Limits(
            sums, *(np.concatenate([getattr(b, side) for b in blocks]) for side in ("low", "high"))
        )
        ends = self.low[places[lifted]] + self.need.values - 1
        solved = _solve_lifting(-(targets.T @ plain), limits, targets[np.flatnonzero(lifted)], ends)
        values = targets @ solved
        self.low[places] = np.minimum(self.low[places], values)
        self.high[places] = np.maximum(self.high[places], values)
        driven = alone[wish[alone] != 0]
        self.most_known[driven[wish[driven] > 0]] = True
        self.least_known[driven[wish[driven] < 0]] = True

    def _wishes(
        self, open_: Integers, owners: Integers, first: Integers, *, turn: int
    ) -> tuple[Floats, Integers]:
        """Return the direction to drive each target, and those driven by themselves.

        All open targets of a large system are driven down together, then lifted together as far
        as each needs, and again as long as that settles some: a place with room for four more
        incidents settles one of its twenty targets a round. Those left then have no room at all,
        or are few.
        """
        wish = np.zeros(self.owner.size)
        wish[first] = np.where(self.most_known[first], -1.0, 1.0)
        if self.fruitless >= _PATIENCE:
            return wish, first
        waiting = np.bincount(self.owner[open_], minlength=len(self.blocks))
        many = owners[waiting[owners] > _LARGE_BLOCK]
        if turn == 0:
            self.large = set(many.tolist())
        crowd = open_[np.isin(self.owner[open_], list(self.large))]
        wish[crowd] = -1.0 if turn % 4 == 0 else 1.0
        return wish, first[~np.isin(self.owner[first], list(self.large))]


@dataclass(frozen=True, eq=False)
class _Limits:
    """Sums of unknowns between limits."""

    sums: sparse.csr_array
    low: Floats
    high: Floats


def _solve_lifting(cost: Floats, limits: _Limits, lifted: sparse.csr_array, ends: Floats) -> Floats:
    """Return unknowns of least cost that also lift some sums, each to its end and no further.

    An objective without those ends would pour all there is room for into a single sum.
    """
    rows, unknowns = limits.sums.shape
    size = lifted.shape[0]
    every = sparse.block_array(
        [
            [limits.sums, sparse.csr_array((rows, size))],
            [lifted, -sparse.eye_array(size, format="csr")],
        ],
        format="csr",
    )
    solved = _solve(
        np.concatenate([cost, np.full(size, -1.0)]),
        every,
        np.concatenate([limits.low, np.zeros(size)]),
        np.concatenate([limits.high, np.full(size, np.inf)]),
        most=np.concatenate([np.full(unknowns, _ceiling(limits.high)), ends]),
    )
    return solved[:unknowns]


def _side_by_side(parts: Sequence[sparse.csr_array]) -> sparse.csr_array:
    """Return matrices along a diagonal; many times quicker than SciPy's for small ones."""
    rows = np.concatenate([[0], *(np.diff(part.indptr) for part in parts)])
    widths = np.array([part.shape[1] for part in parts])
    stored = np.array([part.indices.size for part in parts])
    first = np.repeat(np.concatenate([[0], np.cumsum(widths)[:-1]]), stored)
    columns = np.concatenate([part.indices for part in parts]) + first
    data = np.concatenate([part.data for part in parts])
    shape = (rows.size - 1, int(widths.sum()))
    return sparse.csr_array((data, columns, np.cumsum(rows)), shape=shape)


def _ceiling(high: Floats) -> float:
    """Return a count above all that is printed, in place of no limit."""
    printed = high[np.isfinite(high)]
    return float(printed.max(initial=0)) + 1_000


def _solve(
    cost: Floats, sums: sparse.csr_array, low: Floats, high: Floats, *, most: float | Floats
) -> Floats:
    """Return unknowns of least cost within the limits."""
    found = optimize.milp(
        cost,
        constraints=optimize.LinearConstraint(sums, low, high),
        bounds=optimize.Bounds(0, most),
    )
    if found.x is None:
        raise ValueError(f"disclosure check: the solver gave up ({found.message})")
    return np.asarray(found.x, dtype=np.float64)
