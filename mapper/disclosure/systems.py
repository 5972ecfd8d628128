"""Releases that overlap, as systems of limits on unknown counts.

The unknowns are counts of the smallest pieces that the releases tell apart: a piece of ground, a
stretch of days, a kind of incident (:mod:`mapper.disclosure.ground`, :mod:`mapper.disclosure.
lens_pieces`). Every printed number limits a sum of them. Ground that no printed number joins falls
apart into systems of its own; most are a single cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from mapper.disclosure.bounds import Block, Need
from mapper.disclosure.ground import overlay
from mapper.disclosure.lens_pieces import lens_pieces, related
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.hexagons import Cells, cells_to_points, points_to_cells, strings_to_cells

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def linked_to(new: StoredRelease, earlier: Sequence[StoredRelease]) -> list[StoredRelease]:
    """Return the earlier releases that can be combined with a new one, however indirectly."""
    linked, open_, rest = [], [new], _each_once(earlier)
    while open_:
        one = open_.pop()
        found = [other for other in rest if _combine(one, other)]
        rest = [other for other in rest if not any(other is taken for taken in found)]
        linked += found
        open_ += found
    return [other for other in earlier if any(other is one for one in linked)]


def _each_once(releases: Sequence[StoredRelease]) -> list[StoredRelease]:
    """Return releases without those that say again what an earlier one said."""
    said = {
        (
            *(one.first, one.last, one.resolution, one.selection, one.cells),
            *(one.region.tobytes(), one.low.tobytes(), one.high.tobytes()),
        ): one
        for one in reversed(releases)
    }
    return list(reversed(said.values()))


def _combine(one: StoredRelease, other: StoredRelease) -> bool:
    """Tell whether two releases speak of the same days and ground, and of lenses that nest."""
    if one.last < other.first or other.last < one.first:
        return False
    if not related(one.selection, other.selection):
        return False
    if one.resolution == other.resolution:
        return not set(one.cells).isdisjoint(other.cells)
    coarse, fine = sorted((one, other), key=lambda release: release.resolution)
    lon, lat = cells_to_points(_index(fine))
    held = points_to_cells(lon, lat, resolution=coarse.resolution)
    return bool(np.isin(held, _index(coarse)).any())


def _index(release: StoredRelease) -> Cells:
    """Return a release's cells as indexes, in its order."""
    return strings_to_cells(np.array(release.cells, dtype=object))


@dataclass(frozen=True, eq=False)
class Ground:
    """A new release (number 0) and those linked to it, over the pieces of ground they share."""

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
        kinds = lens_pieces(tuple(release.selection for release in self.releases)).T
        return np.asarray((days[:, :, None] & kinds[:, None, :]).reshape(len(self.releases), -1))

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
        pieces = self.region.shape[1]
        high = self.limits[1]
        ends = []
        first = pieces
        for at, release in enumerate(self.releases):
            joins = np.flatnonzero((high[at] > 0) & (high[at] < UNLIMITED))
            ends.append((joins, first + self.region[at, joins]))
            first += release.low.size
        rows, columns = (np.concatenate(side) for side in zip(*ends, strict=True))
        graph = sparse.coo_array((np.ones(rows.size), (rows, columns)), shape=(first, first))
        return connected_components(graph, directed=False)[1][:pieces].astype(np.int64)


def share_ground(new: StoredRelease, linked: Sequence[StoredRelease]) -> Ground:
    """Lay releases over one another; the new one is number 0."""
    releases = (new, *linked)
    index = [_index(release) for release in releases]
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
    return Ground(releases, np.array(region))


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


def block_of(limits: Sequence[Limit], cover: Flags, need: Need) -> Block | None:
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
    kinds = np.unique(cover[told], axis=1)  # stretches that the same releases cover are one
    kinds = kinds[:, kinds.any(axis=0)]
    pieces = np.unique(np.concatenate([limit.pieces for limit in limits]))
    high = np.array([limit.high for limit in limits])
    low = np.array([limit.low for limit in limits])
    if pieces.size == 1:
        held_here = np.array([kinds[told.index(limit.release)] for limit in limits])
        return _small_block(held_here, low, high, need)
    held = _sums(limits, pieces, dict(zip(told, kinds, strict=True)))
    none = np.asarray(held[np.flatnonzero(high == 0)].sum(axis=0)).ravel() > 0
    unknown = (np.asarray(held.sum(axis=0)).ravel() > 0) & ~none
    if not unknown.any():
        return None
    sums = sparse.csr_array(held[:, np.flatnonzero(unknown)])
    return Block(sums, *_ends(low, high), targets=_targets(sums, low, need))


def _ends(low: Integers, high: Integers) -> tuple[Floats, Floats]:
    """Return limits as the solver takes them."""
    return low.astype(np.float64), np.where(high >= UNLIMITED, np.inf, high.astype(np.float64))


def _small_block(held: Flags, low: Integers, high: Integers, need: Need) -> Block | None:
    """Return the system of one piece of ground: the same as a large one, without its overhead."""
    unknown = np.asarray(held.any(axis=0) & ~held[high == 0].any(axis=0))
    if not unknown.any():
        return None
    sums: Flags = held[:, unknown]
    counted = sums.astype(np.int64)
    inside = (counted @ counted.T == counted.sum(axis=1)[:, None]) & np.asarray(sums.any(axis=1))[
        :, None
    ]
    part, whole = np.nonzero(inside)
    every = np.concatenate(
        [
            sums[low < need.below],
            sums[whole] & ~sums[part],
            np.eye(sums.shape[1], dtype=bool),
        ]
    )
    targets = np.unique(every[every.any(axis=1)], axis=0)
    return Block(_plain_sparse(sums), *_ends(low, high), targets=_plain_sparse(targets))


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


def _targets(sums: sparse.csr_array, low: Integers, need: Need) -> sparse.csr_array:
    """Return the sums that must not become known, each once."""
    small = sums[np.flatnonzero(low < need.below)]
    every = sparse.vstack([small, _differences(sums)], format="csr")
    every = every[np.flatnonzero(every.sum(axis=1) > 0)]
    every.sort_indices()
    seen: dict[bytes, int] = {}
    for at in range(every.shape[0]):
        part = every.indices[every.indptr[at] : every.indptr[at + 1]]
        seen.setdefault(part.tobytes(), at)
    return sparse.csr_array(every[list(seen.values())])


def _differences(sums: sparse.csr_array) -> sparse.csr_array:
    """Return what is left of each sum without another that lies wholly inside it."""
    size = np.asarray(sums.sum(axis=1)).ravel()
    common = (sums @ sums.T).tocoo()
    inside = (common.data == size[common.row]) & (size[common.row] < size[common.col])
    part, whole = common.row[inside], common.col[inside]
    left = sums[whole] - sums[part]
    left.eliminate_zeros()
    return sparse.csr_array(left)
