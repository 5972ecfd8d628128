"""Counts that a release has parted further: the shifts of the week.

How a place's incidents spread over the shifts says nothing of where in the place they happened, so
each shift is one more unknown, and all of them add up to the place's count: exactly what a reader
can conclude from the two together. Weights of shifts are shared out between hours (an incident may
have happened at any time between two), so they are real numbers and a printed one is half an
incident less sharp at either end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mapper.base.lazy import Lazy
from mapper.disclosure.margins import Tables
from mapper.disclosure.register import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse

    from mapper.disclosure.limits import Block, TargetNeed
else:
    sparse = Lazy("scipy.sparse")

PRINTED_TO = 0.5  # a weight that is written as a whole number


class Parted(Protocol):
    """A limit on a sum that may be parted."""

    @property
    def parts(self) -> tuple[tuple[float, float], ...]: ...  # noqa: D102 - named in Limit

    @property
    def parts_whole(self) -> bool: ...  # noqa: D102 - named in Limit


def with_parts(block: Block, limits: Sequence[Parted], need: TargetNeed) -> Block:
    """Return a system with an unknown for each part of its sums, none of which must be known."""
    owner = np.array([at for at, one in enumerate(limits) for _ in one.parts])
    low, high = np.array([part for one in limits for part in one.parts]).T
    parted = np.unique(owner)
    part_of = sparse.csr_array(
        (np.ones(owner.size), (np.searchsorted(parted, owner), np.arange(owner.size))),
        shape=(parted.size, owner.size),
    )
    nothing = sparse.csr_array((block.sums.shape[0], owner.size))
    sums = sparse.block_array(
        [
            [block.sums, nothing],
            [None, sparse.eye_array(owner.size)],
            [-block.sums[parted], part_of],  # the parts less their sum
        ],
        format="csr",
    )
    whole = np.array([limits[at].parts_whole for at in parted])
    hidden = np.flatnonzero(low < need.below)
    watched = sparse.csr_array(
        (np.ones(hidden.size), (np.arange(hidden.size), hidden)), shape=(hidden.size, owner.size)
    )
    return replace(
        block,
        sums=sums,
        low=np.concatenate([block.low, low, np.where(whole, 0.0, -np.inf)]),
        high=np.concatenate(
            [block.high, np.where(high >= UNLIMITED, np.inf, high), np.zeros(parted.size)]
        ),
        targets=sparse.block_diag([block.targets, watched], format="csr"),
        made=_made_with(block, sums.shape[0], hidden.size),
        tables=_with_places(block.tables, owner.size),
    )


def _with_places(tables: Tables | None, parts: int) -> Tables | None:
    """Return what unknowns are counts of, each part in a place of its own."""
    if tables is None:
        return None
    first = int(tables.place.max()) + 1
    return Tables(
        np.concatenate([tables.place, np.arange(first, first + parts)]),
        np.concatenate([tables.kind, np.zeros(parts, dtype=np.int64)]),
    )


def _made_with(block: Block, limits: int, parts: int) -> sparse.csr_array | None:
    """Return which sums make each target, where a system has more of both."""
    if block.made is None:
        return None
    nothing = sparse.csr_array((parts, block.made.shape[1]))
    made = sparse.csr_array(sparse.vstack([block.made, nothing], format="csr"))
    return sparse.csr_array((made.data, made.indices, made.indptr), shape=(made.shape[0], limits))
