"""Placebo places: sets of cells like the treated ones, where nothing was done.

A treated set falls into connected parts. For each part, patches of as many cells are grown from
cells about as busy as its busiest, in two ways: by the busiest cell that touches, again and again,
as hot spots lie, and round and round, as a disc drawn by hand does. The patches nearest in total
to the part are kept, and one for each part, none overlapping, makes a placebo set. Which rates
rule the choice is the caller's: they must not be those by which the sets are then judged.
"""

from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np

from mapper.base.types import Flags, Floats, Integers
from mapper.grid.neighbours import Neighbours, touching_groups

_SEEDS = 400  # cells from which patches are grown, about as busy as the busiest treated one
_CELLS_GROWN = 40_000  # cells of all patches of one part, at most
_NEAREST = 100  # patches kept for each part
_TRIES = 8  # patches tried for a part before an overlap is taken


def draw_placebo_places(
    near: Neighbours, rate: Floats, treated: Flags, *, taken: Flags, number: int, seed: int = 1
) -> list[Integers]:
    """Return different sets of cells like the treated ones; fewer where there are no more.

    Parameters
    ----------
    near
        Touching cells.
    rate
        How busy each cell is, by which patches grow and are matched; shape (cells,).
    treated
        Which cells were acted on, shape (cells,).
    taken
        Which cells may be in no placebo set: the treated ones and those around them.
    number
        How many sets at most.
    seed
        Of the draw of patches; the same seed gives the same sets.
    """
    rng = np.random.default_rng(seed)
    offered = [_patches(near, rate, part, taken) for part in _parts(near, treated)]
    if not all(offered):
        return []
    sets: dict[bytes, Integers] = {}
    for turn in range(2 * number):
        one = _one_set(near.size, offered, rng, turn)
        sets.setdefault(one.tobytes(), one)
        if len(sets) == number:
            break
    return list(sets.values())


def independent_sets(sets: Sequence[Integers], *, size: int) -> float:
    """Return how many sets of ``size`` cells without a common cell some sets come to."""
    return np.unique(np.concatenate(sets)).size / size if sets else 0.0


def cells_around(band: Neighbours, places: Integers, *, apart_from: Flags) -> Integers:
    """Return the cells in the band around a set, those of the set and others left out.

    Parameters
    ----------
    band
        Which cells lie so many steps from each.
    apart_from
        Cells that are never part of it, shape (cells,).
    """
    flags = np.zeros(band.size, dtype=np.bool_)
    flags[band.members_of(places)] = True
    flags[places] = False
    return np.flatnonzero(flags & ~apart_from)


def _parts(near: Neighbours, treated: Flags) -> list[Integers]:
    """Return the connected parts of the treated cells, largest first."""
    group = touching_groups(near, treated)
    parts = [np.flatnonzero(group == each) for each in range(int(group.max()) + 1)]
    return sorted(parts, key=len, reverse=True)


def _patches(near: Neighbours, rate: Floats, part: Integers, taken: Flags) -> list[Integers]:
    """Return patches of as many cells as a part, nearest in total first."""
    order = np.argsort(-rate, kind="stable")
    order = order[~taken[order]]
    seeds = min(_SEEDS, max(_NEAREST, _CELLS_GROWN // part.size))
    at = int(np.searchsorted(-rate[order], -rate[part].max()))
    first = max(0, min(at - seeds // 2, order.size - seeds))
    flat = np.zeros_like(rate)
    grown = [
        _grow(near, by, int(cell), part.size, taken)
        for cell in order[first : first + seeds]
        for by in ((rate, flat) if part.size > 1 else (rate,))
    ]
    whole = [patch for patch in grown if patch.size == part.size]
    apart = [abs(np.sqrt(rate[patch].sum()) - np.sqrt(rate[part].sum())) for patch in whole]
    return [whole[at] for at in np.argsort(apart, kind="stable")[:_NEAREST]]


def _grow(near: Neighbours, rate: Floats, seed: int, size: int, taken: Flags) -> Integers:
    """Return a patch grown from one cell, the busiest and then the first met being taken next.

    It is smaller where there are no more cells.
    """
    patch: list[int] = []
    border = [(-float(rate[seed]), 0, seed)]
    met = {seed}
    while border and len(patch) < size:
        cell = heappop(border)[2]
        patch.append(cell)
        for other in near.neighbours_of(cell).tolist():
            if other not in met and not taken[other]:
                heappush(border, (-float(rate[other]), len(met), other))
                met.add(other)
    return np.array(sorted(patch), dtype=np.int64)


def _one_set(
    size: int, offered: list[list[Integers]], rng: np.random.Generator, turn: int
) -> Integers:
    """Return one patch for each part, without overlap where a few tries can help it."""
    used = np.zeros(size, dtype=np.bool_)
    for patches in offered:
        for at in _order(len(patches), len(offered), rng, turn):
            if not used[patches[at]].any():
                break
        used[patches[at]] = True
    return np.flatnonzero(used)


def _order(patches: int, parts: int, rng: np.random.Generator, turn: int) -> list[int]:
    """Return which patches to try: one after the other for a single part, else at random."""
    if parts == 1:
        return [turn % patches]
    return [int(at) for at in rng.permutation(patches)[:_TRIES]]
