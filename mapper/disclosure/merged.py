"""Printed numbers of one system, with pieces of ground that nothing tells apart taken together.

Thousands of cells that are told the same of ("none", "fewer than 5", "about 10") and lie in the
same wards and districts can be exchanged for one another, so the least and most of one of them are
those of each. One stands for itself and all others of its kind for their sum: the system has as
many unknowns as there are kinds of cells, and its answer is still exact.
"""

import numpy as np

from mapper.base.types import Integers
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.disclosure.systems import Limit, SharedGround


def limits_on(ground: SharedGround, pieces: Integers, *, apart: int = 0) -> list[Limit]:
    """Return every number printed of some pieces of ground; withheld ones say nothing.

    Parameters
    ----------
    apart
        So many of the first releases are kept region by region, for they may be withheld so.
    """
    if pieces.size == 1:
        return _on_one(ground, int(pieces[0]), apart=apart)
    keys = np.concatenate([_keys(ground, at, pieces, by_region=at < apart) for at in _all(ground)])
    kinds, size = np.unique(keys, axis=1, return_counts=True)
    kinds = kinds.reshape(len(ground.releases), 3, size.size)
    limits: list[Limit] = []
    for at, release in enumerate(ground.releases):
        limits += _of_single_pieces(at, kinds[at], size)
        limits += _of_regions(at, release, kinds[at], size)
    return limits


def _on_one(ground: SharedGround, piece: int, *, apart: int) -> list[Limit]:
    """Return the same of one piece of ground, as most are, on which nothing is to be merged."""
    limits = []
    for at, (release, region) in enumerate(
        zip(ground.releases, ground.region[:, piece].tolist(), strict=True)
    ):
        if region < 0:
            continue
        low, high = int(release.low[region]), int(release.high[region])
        if high >= UNLIMITED and low == 0:
            continue
        on = np.array([0])
        if at < apart or release.parts:
            shifts = tuple((least, most) for of, least, most in release.parts if of == region)
            limits.append(Limit(at, on, low, high, shifts, release.parts_whole, region))
        else:
            limits.append(Limit(at, on, low, high))
    return limits


def _all(ground: SharedGround) -> range:
    return range(len(ground.releases))


def _keys(ground: SharedGround, at: int, pieces: Integers, *, by_region: bool) -> Integers:
    """Return what a release tells of each piece: a region it shares, or limits of its own."""
    release, region = ground.releases[at], ground.region[at, pieces]
    _, inverse, sizes = np.unique(region, return_inverse=True, return_counts=True)
    own = (sizes[inverse] == 1) & (region >= 0) & (not by_region) & (not release.parts)
    known = np.maximum(region, 0)
    low, high = np.where(own, release.low[known], 0), np.where(own, release.high[known], -1)
    return np.stack([np.where(own, -1, region), low, high])


def _of_single_pieces(at: int, kinds: Integers, size: Integers) -> list[Limit]:
    """Return the limits of pieces that are a region each: of one of a kind, and of the others."""
    limits = []
    number = size.size
    for kind in np.flatnonzero(kinds[2] >= 0).tolist():
        low, high, others = int(kinds[1, kind]), int(kinds[2, kind]), int(size[kind]) - 1
        if high >= UNLIMITED and low == 0:
            continue
        limits.append(Limit(at, np.array([kind]), low, high))
        if others:
            most = UNLIMITED if high >= UNLIMITED else others * high
            rest = np.array([number + kind])
            limits.append(Limit(at, rest, others * low, most, watched=False))
    return limits


def _of_regions(at: int, release: StoredRelease, kinds: Integers, size: Integers) -> list[Limit]:
    """Return the limits of regions of several kinds of pieces."""
    limits = []
    parts: dict[int, list[tuple[float, float]]] = {}
    for of, least, most in release.parts:
        parts.setdefault(of, []).append((least, most))
    for region in np.unique(kinds[0][kinds[0] >= 0]).tolist():
        low, high = int(release.low[region]), int(release.high[region])
        if high >= UNLIMITED and low == 0:
            continue
        mine = np.flatnonzero(kinds[0] == region)
        on = np.concatenate([mine, size.size + mine[size[mine] > 1]])
        shifts = tuple(parts.get(region, ()))
        limits.append(Limit(at, on, low, high, shifts, release.parts_whole, region))
    return limits
