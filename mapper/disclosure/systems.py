"""Releases that overlap, as systems of limits on unknown counts.

The unknowns are counts of the smallest pieces that the releases tell apart: a piece of ground, a
stretch of days, a kind of incident (:mod:`mapper.disclosure.ground`, :mod:`mapper.disclosure.
lens_pieces`). Every printed number limits a sum of them. Ground that no printed number joins falls
apart into systems of its own; most are a single cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.disclosure.ground import overlay
from mapper.disclosure.lens_pieces import lens_pieces
from mapper.disclosure.limits import Block, TargetNeed
from mapper.disclosure.margins import Tables
from mapper.disclosure.parted import with_parts
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.disclosure.witnesses import MANY_KINDS, without_shown
from mapper.grid.hexagons import Cells, strings_to_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scipy import sparse
    from scipy.sparse import csgraph

    from mapper.base.types import Flags, Floats, Integers
else:
    sparse = Lazy("scipy.sparse")
    csgraph = Lazy("scipy.sparse.csgraph")


MOST_UNKNOWNS = 5_000_000  # of one system, kinds on pieces of ground, before any is known to be 0


@dataclass(frozen=True, eq=False)
class SharedGround:
    """New releases (the first ones) and those linked to them, over the ground they share."""

    releases: tuple[StoredRelease, ...]
    region: Integers  # region of each release on each piece, -1 for none; (releases, pieces)

    @cached_property
    def cover(self) -> Flags:
        """Which stretches of days and kinds of incident each release covers, flattened."""
        edges = np.unique(
            [day for r in self.releases for day in (r.first.toordinal(), r.last.toordinal() + 1)]
        )
        starts = edges[:-1]
        days = np.array(
            [
                (starts >= r.first.toordinal()) & (starts <= r.last.toordinal())
                for r in self.releases
            ]
        )
        taken = [release.selection for release in self.releases]
        distinct = tuple(dict.fromkeys(taken))
        kinds = lens_pieces(distinct).T[[distinct.index(one) for one in taken]]
        return np.asarray((days[:, :, None] & kinds[:, None, :]).reshape(len(self.releases), -1))

    @cached_property
    def beyond_reach(self) -> Flags:
        """Which pieces hang together with so many unknowns that they cannot be laid out in time.

        What is new of them is withheld, unless it is shown to be safe without solving them.
        """
        kinds = np.unique(self.cover, axis=1).shape[1]
        _, group, size = np.unique(self.group, return_inverse=True, return_counts=True)
        size = size[group]
        return np.asarray((size > 1) & (size * kinds > MOST_UNKNOWNS))

    @cached_property
    def limits(self) -> tuple[Integers, Integers]:
        """The limits on each piece by release, -1 where a release is silent of it."""
        low, high = np.full(self.region.shape, -1), np.full(self.region.shape, -1)
        for at, release in enumerate(self.releases):
            spoken = self.region[at] >= 0
            low[at, spoken] = release.low[self.region[at, spoken]]
            high[at, spoken] = release.high[self.region[at, spoken]]
        return low, high

    @cached_property
    def group(self) -> Integers:
        """The system that each piece of ground belongs to."""
        low, high = self.limits
        return self._joined((high > 0) & ((high < UNLIMITED) | (low > 0)))

    @cached_property
    def foreseen(self) -> Integers:
        """The same whatever the first release says: ground that hangs together for its readers."""
        low, high = self.limits
        joins = (high > 0) & ((high < UNLIMITED) | (low > 0))
        joins[0] = self.region[0] >= 0
        return self._joined(joins)

    def _joined(self, joins: Flags) -> Integers:
        """Return the connected part of each piece, where regions join some of their pieces."""
        pieces = self.region.shape[1]
        ends = []
        first = pieces
        for at, release in enumerate(self.releases):
            on = np.flatnonzero(joins[at])
            ends.append((on, first + self.region[at, on]))
            first += release.low.size
        rows, columns = (np.concatenate(side) for side in zip(*ends, strict=True))
        graph = sparse.coo_array((np.ones(rows.size), (rows, columns)), shape=(first, first))
        return csgraph.connected_components(graph, directed=False)[1][:pieces].astype(np.int64)


def share_ground(releases: Sequence[StoredRelease]) -> SharedGround:
    """Lay releases over one another, new ones first."""
    lists = {release.cells: release for release in releases}
    known = {
        cells: strings_to_cells(np.array(cells, dtype=object)) for cells in lists
    }  # most releases of an area share one list
    index = [known[release.cells] for release in releases]
    spoken = {
        resolution: np.unique(
            np.concatenate(
                [c for c, r in zip(index, releases, strict=True) if r.resolution == resolution]
            )
        )
        for resolution in {release.resolution for release in releases}
    }
    pieces = overlay(spoken)
    region = [
        _regions_on(pieces[release.resolution], cells, release.region)
        for release, cells in zip(releases, index, strict=True)
    ]
    return SharedGround(tuple(releases), np.array(region))


def _regions_on(piece_cells: Cells, cells: Cells, region: Integers) -> Integers:
    """Return the region that a release gives to each piece, -1 for none."""
    order = np.argsort(cells)
    at = np.minimum(np.searchsorted(cells[order], piece_cells), max(cells.size - 1, 0))
    if not cells.size:
        return np.full(piece_cells.size, -1, dtype=np.int64)
    found = order[at]
    return np.where(cells[found] == piece_cells, region[found], -1)


@dataclass(frozen=True, eq=False)
class Limit:
    """One printed number: which release, which pieces of the system's ground, and its limits."""

    release: int
    pieces: Integers
    low: int
    high: int
    parts: tuple[tuple[float, float], ...] = ()  # limits of what it was parted into
    parts_whole: bool = True
    region: int = -1  # of the release, where it matters
    watched: bool = True  # it must not become known; not the sum of other pieces like one


def block_of(limits: Sequence[Limit], cover: Flags, need: TargetNeed) -> Block | None:
    """Return the system that some printed numbers make; nothing where it has no unknown.

    Parameters
    ----------
    limits
        On one connected piece of ground.
    cover
        Which stretches and kinds each release covers, shape (releases, stretches x kinds).

    Notes
    -----
    Must not become known: each printed sum that may be small, each unknown of a system on one
    piece of ground, and each difference between two sums of which one holds the other.
    """
    told = sorted({limit.release for limit in limits})
    covered = cover[told]
    kinds = _kinds(covered.tobytes(), covered.shape)
    pieces = np.unique(np.concatenate([limit.pieces for limit in limits]))
    high = np.array([limit.high for limit in limits])
    low = np.array([limit.low for limit in limits])
    if pieces.size == 1 and not any(limit.parts for limit in limits):
        held_here = np.array([kinds[told.index(limit.release)] for limit in limits])
        return _small_block(held_here, low, high, need)
    held = _sums(limits, pieces, dict(zip(told, kinds, strict=True)))
    none = np.asarray(held[np.flatnonzero(high == 0)].sum(axis=0)).ravel() > 0
    unknown = (np.asarray(held.sum(axis=0)).ravel() > 0) & ~none
    if not unknown.any():
        return None
    sums = sparse.csr_array(held[:, np.flatnonzero(unknown)])
    watched = np.flatnonzero([limit.watched for limit in limits])
    rest = np.flatnonzero([not limit.watched for limit in limits])
    alone = np.flatnonzero(np.asarray(sums[rest].sum(axis=0)).ravel() == 0)
    targets, made = _targets(sums, watched, (low, high), need, alone=alone)
    width = held.shape[1] // pieces.size
    tables = Tables(*np.divmod(np.flatnonzero(unknown), width))
    plain = Block(sums, *_ends(low, high), targets=targets, made=made, tables=tables)
    return with_parts(plain, limits, need) if any(limit.parts for limit in limits) else plain


def _ends(low: Integers, high: Integers) -> tuple[Floats, Floats]:
    """Return limits as the solver takes them."""
    return low.astype(np.float64), np.where(high >= UNLIMITED, np.inf, high.astype(np.float64))


@lru_cache(maxsize=512)
def _kinds(cover: bytes, shape: tuple[int, int]) -> Flags:
    """Return stretches and kinds of incident that releases cover; those that the same do are one.

    Kept, for thousands of cells are told of by the same releases.
    """
    kinds = np.unique(np.frombuffer(cover, dtype=bool).reshape(shape), axis=1)
    return np.asarray(kinds[:, kinds.any(axis=0)])


def _small_block(held: Flags, low: Integers, high: Integers, need: TargetNeed) -> Block | None:
    """Return the system of one piece of ground: the same as a large one, without its overhead."""
    made = _small_sums(
        held.tobytes(), held.shape, (high == 0).tobytes(), (low < need.below).tobytes()
    )
    if made is None:
        return None
    least, most = _ends(low, high)
    block = replace(made, low=least, high=most)
    return block if block.sums.shape[1] < MANY_KINDS else without_shown(block, need)


@lru_cache(maxsize=4096)
def _small_sums(held: bytes, shape: tuple[int, int], none: bytes, small: bytes) -> Block | None:
    """Return the system of one piece of ground but for its numbers, on which nothing else hangs.

    Parameters
    ----------
    held, shape
        Which unknowns each printed number adds up.
    none, small
        Which numbers are 0, and which may be small.
    """
    every: Flags = np.frombuffer(held, dtype=bool).reshape(shape)
    unknown = every.any(axis=0) & ~every[np.frombuffer(none, dtype=bool)].any(axis=0)
    if not unknown.any():
        return None
    sums: Flags = every[:, unknown]
    counted = sums.astype(np.int64)
    inside = (counted @ counted.T == counted.sum(axis=1)[:, None]) & np.asarray(sums.any(axis=1))[
        :, None
    ]
    part, whole = np.nonzero(inside)
    watched = np.concatenate(
        [
            sums[np.frombuffer(small, dtype=bool)],
            sums[whole] & ~sums[part],
            np.eye(sums.shape[1], dtype=bool),
        ]
    )
    watched = watched[watched.any(axis=1)]
    distinct = {row.tobytes(): at for at, row in enumerate(np.packbits(watched, axis=1))}
    targets = watched[sorted(distinct.values())]
    unsaid = np.zeros(0)
    return Block(_plain_sparse(sums), unsaid, unsaid, _plain_sparse(targets))


def _plain_sparse(flags: Flags) -> sparse.csr_array:
    """Return a small table of flags as ones in a sparse matrix."""
    rows, columns = np.nonzero(flags)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=flags.shape[0]))])
    return sparse.csr_array((np.ones(rows.size), columns, starts), shape=flags.shape)


def _sums(
    limits: Sequence[Limit], pieces: Integers, kinds: Mapping[int, Flags]
) -> sparse.csr_array:
    """Return which unknowns each printed number adds up: its pieces times its kinds."""
    width = next(iter(kinds.values())).size
    columns = [
        (
            np.searchsorted(pieces, limit.pieces)[:, None] * width
            + np.flatnonzero(kinds[limit.release])
        ).ravel()
        for limit in limits
    ]
    rows = np.repeat(np.arange(len(limits)), [one.size for one in columns])
    flat = np.concatenate(columns)
    shape = (len(limits), pieces.size * width)
    return sparse.csr_array((np.ones(flat.size), (rows, flat)), shape=shape)


def _targets(
    sums: sparse.csr_array,
    watched: Integers,
    ends: tuple[Integers, Integers],
    need: TargetNeed,
    *,
    alone: Integers,
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return the sums that must not become known, each once, and the unknowns ``alone``.

    Given back too: which printed sums make each, shape (targets, printed sums).
    """
    low, high = (side[watched] for side in ends)
    printed = sparse.csr_array(sparse.eye_array(sums.shape[0], format="csr")[watched])
    made = sparse.vstack(
        [
            printed[np.flatnonzero(low < need.below)],
            _differences(sums[watched], low, high, need) @ printed,
            sparse.csr_array((alone.size, sums.shape[0])),
        ],
        format="csr",
    )
    every = sparse.csr_array(made @ sums)
    every.eliminate_zeros()
    each = sparse.csr_array(sparse.eye_array(sums.shape[1], format="csr")[alone])
    every = sparse.vstack([every[: made.shape[0] - alone.size], each], format="csr")
    every.sort_indices()
    seen: dict[bytes, int] = {}
    for at, (first, after) in enumerate(pairwise(every.indptr.tolist())):
        if first < after:
            seen.setdefault(every.indices[first:after].tobytes(), at)
    kept = list(seen.values())
    return sparse.csr_array(every[kept]), sparse.csr_array(made[kept])


def _differences(
    sums: sparse.csr_array, low: Integers, high: Integers, need: TargetNeed
) -> sparse.csr_array:
    """Return each sum less another that lies wholly inside it, shape (differences, sums).

    Left out is what the two numbers alone show to be large: no small count is in it.
    """
    size = np.asarray(sums.sum(axis=1)).ravel()
    common = (sums @ sums.T).tocoo()
    inside = (common.data == size[common.row]) & (size[common.row] < size[common.col])
    inside &= low[common.col] - high[common.row] < need.below
    part, whole = common.row[inside], common.col[inside]
    each = np.arange(part.size)
    ones, shape = np.ones(part.size), (part.size, sums.shape[0])
    wholes, parts = (sparse.csr_array((ones, (each, at)), shape=shape) for at in (whole, part))
    return sparse.csr_array(wholes - parts)
