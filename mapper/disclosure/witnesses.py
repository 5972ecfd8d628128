"""Solutions of one place's system that can be written down, without a programme.

Twelve lenses tell more than a thousand kinds of incident apart at one place, and to drive each of
them by programmes takes half a second; a map has thousands of such places. Most of what a check
asks is answered by solutions of two simple forms, for numbers chosen within the limits:

- in steps: as many incidents as the largest number says. The first few are of all lenses, the next
  of all but the lens with the smallest number, and so on; this needs the fewest incidents.
- apart: each lens is of incidents that as few other lenses as can be take; this needs the most.

Whatever holds in a solution can be. So a target that solutions leave enough values needs no
programme, and all others are left to :mod:`mapper.disclosure.search`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from mapper.disclosure.limits import Block, TargetNeed, Witnesses

if TYPE_CHECKING:
    from mapper.base.types import Flags, Integers

MANY_KINDS = 16  # at one place; with fewer the programmes are as quick


def without_shown(block: Block, need: TargetNeed) -> Block:
    """Return the system of one place without targets that written solutions leave enough values.

    Parameters
    ----------
    block
        Whose unknowns are kinds, no two alike, each a target by itself.
    need
        What every target must keep.
    """
    sums = block.sums.toarray().astype(bool)
    said = sums.any(axis=1)
    place = _place(sums[said].tobytes(), sums[said].shape)
    top = block.low.max(initial=0) + 4 * need.values * said.sum()  # in place of no limit
    least = block.low[said].astype(np.int64)
    most = np.minimum(block.high[said], top).astype(np.int64)
    if place.is_contradicted(least, most) or (block.low[~said] > 0).any():
        return replace(block, witnesses=Witnesses(possible=False))
    found = place.solutions(least, most)
    if not len(found):
        return block
    seen = found @ block.targets.T
    low, high = seen.min(axis=0), seen.max(axis=0)
    single = np.flatnonzero(np.diff(block.targets.indptr) == 1)
    of_kind = block.targets.indices[block.targets.indptr[single]]
    reached = place.can_hold(least, most, need.values - 1)[of_kind]
    high[single] = np.maximum(high[single], np.where(reached, need.values - 1, 0))
    open_ = np.flatnonzero(high - low + 1 < need.values)
    ends = low[open_].astype(np.float64), high[open_].astype(np.float64)
    return replace(block, targets=block.targets[open_], witnesses=Witnesses(True, *ends))


@lru_cache(maxsize=4096)
def _place(held: bytes, shape: tuple[int, int]) -> _Place:
    """Return what is the same for all places that the same was told of."""
    return _Place(np.frombuffer(held, dtype=bool).reshape(shape))


@dataclass(frozen=True, eq=False)
class _Place:
    """Limits and kinds of a place, but for the numbers."""

    held: Flags  # shape (limits, kinds)

    @cached_property
    def kinds(self) -> Integers:
        """Which limits add each kind up, shape (kinds, limits)."""
        return self.held.T.astype(np.int64)

    @cached_property
    def inside(self) -> Flags:
        """Whether a limit adds up nothing that another does not, shape (limits, limits)."""
        common = self.kinds.T @ self.kinds
        return np.asarray(common == np.diag(common)[:, None])

    @cached_property
    def smallest(self) -> Integers:
        """The kind of each limit that the fewest others take."""
        size = self.kinds.sum(axis=1)
        return np.array([mine[np.argmin(size[mine])] for mine in map(np.flatnonzero, self.held)])

    def at_least(self, least: Integers) -> Integers:
        """Return numbers of which none is below one inside it."""
        return np.asarray(np.where(self.inside.T[None], least[:, None, :], 0).max(axis=2))

    def at_most(self, most: Integers) -> Integers:
        """Return numbers of which none is above one around it."""
        most_of_all = np.iinfo(np.int64).max
        return np.asarray(np.where(self.inside[None], most[:, None, :], most_of_all).min(axis=2))

    def is_contradicted(self, least: Integers, most: Integers) -> bool:
        """Tell whether a number is above one around it: no solution at all."""
        return bool((self.at_least(least[None]) > self.at_most(most[None])).any())

    def solutions(self, least: Integers, most: Integers) -> Integers:
        """Return solutions of both forms, shape (those there are, kinds).

        For all numbers low, all high, and each against all others.
        """
        one = np.eye(least.size, dtype=bool)
        low, high = self.at_least(least[None]), self.at_most(most[None])
        turned = self.at_least(np.where(one, high, low)), self.at_most(np.where(one, low, high))
        raised = np.concatenate([least[None], np.where(one, most, least)])
        return np.concatenate(
            [
                self.in_steps(np.concatenate([low, high, *turned]), least, most),
                self.apart(raised, most),
            ]
        )

    def in_steps(self, numbers: Integers, least: Integers, most: Integers) -> Integers:
        """Return the solutions in steps that reach some numbers, shape (those there are, kinds)."""
        numbers = numbers[((numbers >= least) & (numbers <= most)).all(axis=1)]
        kind, size = self._steps(numbers)
        found = np.zeros((len(numbers), self.kinds.shape[0]), dtype=np.int64)
        np.add.at(found, (np.arange(len(numbers))[:, None], kind), size)
        return found[self._fits(kind, size, most)]

    def _fits(self, kind: Integers, size: Integers, most: Integers) -> Flags:
        """Tell which steps are all of a kind that there is, and pass no number."""
        sums = (self.kinds[kind] * size[:, :, None]).sum(axis=1)
        return np.asarray(((sums <= most).all(axis=1)) & ~((kind < 0) & (size > 0)).any(axis=1))

    def _steps(self, numbers: Integers) -> tuple[Integers, Integers]:
        """Return of which kind each step is, -1 where there is none, and how large it is.

        A step for lenses that no incident has together alone is of the smallest kind around them.
        """
        order = np.argsort(-numbers, axis=1, kind="stable")
        falling = np.take_along_axis(numbers, order, axis=1)
        size = falling - np.pad(falling[:, 1:], ((0, 0), (0, 1)))
        rank = np.argsort(order, axis=1)
        row, step = np.nonzero(size)
        taken = rank[row] <= step[:, None]  # which limits each step is for
        distinct, which = np.unique(np.packbits(taken, axis=1), axis=0, return_inverse=True)
        sets = np.unpackbits(distinct, axis=1, count=order.shape[1]).astype(np.int64)
        kind = np.zeros_like(size)
        kind[row, step] = self._around(sets)[which.ravel()]
        return kind, size

    def _around(self, sets: Integers) -> Integers:
        """Return the smallest kind that holds each set of limits, -1 where none does."""
        holds = sets @ self.kinds.T == sets.sum(axis=1)[:, None]
        extra = np.where(holds, self.kinds.sum(axis=1), self.kinds.shape[1] + 1)
        return np.where(holds.any(axis=1), extra.argmin(axis=1), -1)

    def apart(self, least: Integers, most: Integers) -> Integers:
        """Return the solutions apart that reach some least numbers, shape (those there are, kinds).

        Parameters
        ----------
        least
            Shape (tries, limits).
        most
            What no number may pass, of each limit or of each limit of each try.
        """
        amounts, fits = self._amounts(least, most)
        found = np.zeros((len(least), self.kinds.shape[0]), dtype=np.int64)
        for limit, kind in enumerate(self.smallest.tolist()):
            found[:, kind] += amounts[:, limit]
        return found[fits]

    def _amounts(self, least: Integers, most: Integers) -> tuple[Integers, Flags]:
        """Return how many incidents each limit's smallest kind gets, and whether all sums fit."""
        takes = self.held[:, self.smallest].astype(np.int64)  # whether a limit takes a kind
        amounts = np.zeros_like(least)
        for limit in np.argsort(-self.kinds[self.smallest].sum(axis=1), kind="stable").tolist():
            missing = least[:, limit] - amounts @ takes[limit]
            amounts[:, limit] += np.maximum(missing, 0)
        return amounts, np.asarray((amounts @ takes.T <= most).all(axis=1))

    def can_hold(self, least: Integers, most: Integers, wanted: int) -> Flags:
        """Tell which kinds hold as many in a solution: beside them it is of either form."""
        least, most = np.maximum(least - wanted * self.kinds, 0), most - wanted * self.kinds
        _, fits = self._amounts(least, most)
        rest = np.flatnonzero(~fits)
        kind, size = self._steps(self.at_least(least[rest]))
        fits[rest] = self._fits(kind, size, most[rest])
        return fits
