"""Differencing: what an audience could work out from a new release and all its earlier ones.

Each count that may be small must keep as many possible values as its printed class leaves open
(1 to 4: four values), whatever is subtracted from whatever: two dates, two lenses of which one
holds the other, two resolutions, a whole and its parts. Counts that would not are withheld.

What is withheld must not tell by itself. Where ground falls apart into single cells, a cell is
withheld when *any* number that could stand there, given what was printed before, would expose a
count: the audience could have foreseen it and learns nothing from it. Where resolutions are mixed
that is too much to try, so nothing is withheld and the release is refused as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapper.disclosure.bounds import Block, Need, bound
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.disclosure.rules import Rule
from mapper.disclosure.suppression import interval_of
from mapper.disclosure.systems import Ground, Limit, block_of, linked_to, share_ground

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_SILENT = -1
MOST_SYSTEMS = 12_000  # beyond, a release is refused unchecked: some seconds
_TRIED_AT_EACH_END = 4  # rounded numbers next to what earlier releases allow at most and at least


@dataclass(frozen=True, eq=False)
class Check:
    """What a new release may print beside the earlier ones."""

    withhold: Flags  # regions of the new release that must not be printed
    refused: bool  # withholding would not do
    linked: tuple[StoredRelease, ...]  # earlier releases that it can be combined with
    systems: int  # systems of overlapping numbers that were solved, or would have to be

    @property
    def too_many(self) -> bool:
        """Whether earlier releases overlap in too many ways to be checked."""
        return self.systems > MOST_SYSTEMS


def check(new: StoredRelease, earlier: Sequence[StoredRelease], *, rule: Rule) -> Check:
    """Return what a new release would expose beside all earlier releases of its audience.

    Parameters
    ----------
    new
        As it would be printed without any earlier release.
    earlier
        The audience's earlier releases.
    """
    linked = linked_to(new, earlier)
    withhold = np.zeros(new.low.size, dtype=bool)
    if not linked:
        return Check(withhold, refused=False, linked=(), systems=0)
    ground = share_ground(new, linked)
    need = Need(values=rule.values_kept, below=rule.smallest_count)
    alone, joined = _kinds_of_ground(ground)
    exposed, systems = _exposed_cells(ground, alone, rule, need)
    if systems > MOST_SYSTEMS:  # unchecked is unsafe
        return Check(withhold, refused=True, linked=tuple(linked), systems=systems)
    withhold[ground.region[0, exposed]] = True
    blocks = _joined_blocks(ground, joined, need)
    found = bound(blocks, need, until_exposed=True)
    refused = any(not known.possible or bool(known.exposed.any()) for known in found)
    return Check(withhold, refused=refused, linked=tuple(linked), systems=systems + len(blocks))


def _kinds_of_ground(ground: Ground) -> tuple[Integers, list[Integers]]:
    """Return pieces that are systems of their own, and the pieces of each larger system.

    Only ground that the new release and an earlier one both speak of.
    """
    _, inverse, sizes = np.unique(ground.group, return_inverse=True, return_counts=True)
    several = sizes[inverse] > 1
    spoken = (ground.region[0] >= 0) & (ground.region[1:] >= 0).any(axis=0)
    order = np.argsort(inverse, kind="stable")
    parts = np.split(order, np.cumsum(sizes)[:-1])
    joined = [part for part in parts if part.size > 1 and spoken[part].any()]
    return np.flatnonzero(spoken & ~several), joined


def _exposed_cells(
    ground: Ground, pieces: Integers, rule: Rule, need: Need
) -> tuple[Integers, int]:
    """Return the single pieces on which some number that could stand there exposes a count."""
    if not pieces.size:
        return pieces, 0
    low, high = (side[:, pieces] for side in ground.limits)
    before = np.stack([low[1:], high[1:]]).reshape(-1, pieces.size).T
    patterns, pattern = np.unique(before, axis=0, return_inverse=True)
    if len(patterns) * (_TRIED_AT_EACH_END + 2) > MOST_SYSTEMS:
        return pieces, len(patterns) * (_TRIED_AT_EACH_END + 2)
    blocks: list[Block] = []
    owner: list[int] = []
    for at, told in enumerate(patterns):
        lows, highs = np.split(told, 2)
        actual = np.unique(np.stack([low[0], high[0]])[:, pattern == at], axis=1).T
        for limits in _tries(lows, highs, actual, ground.cover, rule):
            block = block_of(limits, ground.cover, need)
            if block is not None:
                blocks.append(block)
                owner.append(at)
    found = bound(blocks, need)
    bad = np.zeros(len(patterns), dtype=bool)
    for at, known in zip(owner, found, strict=True):
        bad[at] |= known.possible and bool(known.exposed.any())
    contradicted = _contradicted(ground, pieces)
    return pieces[bad[pattern] | contradicted], len(blocks)


def _tries(
    lows: Integers, highs: Integers, actual: Integers, cover: Flags, rule: Rule
) -> list[list[Limit]]:
    """Return the system of one pattern of earlier limits with each number that could be new."""
    here = np.zeros(1, dtype=np.int64)
    earlier = [
        Limit(at, here, int(low), int(high))
        for at, (low, high) in enumerate(zip(lows, highs, strict=True), start=1)
        if low != _SILENT
    ]
    inside = [one.low for one in earlier if not (cover[one.release] & ~cover[0]).any()]
    around = [one.high for one in earlier if not (cover[0] & ~cover[one.release]).any()]
    least, most = max(inside, default=0), min(around, default=UNLIMITED)
    numbers = {(int(low), int(high)) for low, high in actual}
    numbers |= {(0, 0), (1, rule.smallest_count - 1)}
    step = rule.round_to
    first = max(rule.smallest_count, least - step)
    numbers |= {interval_of(first + at * step, rule) for at in range(_TRIED_AT_EACH_END)}
    if most < UNLIMITED:
        last = max(rule.smallest_count, most)
        numbers |= {
            interval_of(max(last - at * step, rule.smallest_count), rule)
            for at in range(_TRIED_AT_EACH_END)
        }
    return [[Limit(0, here, low, high), *earlier] for low, high in sorted(numbers)]


def _contradicted(ground: Ground, pieces: Integers) -> Flags:
    """Tell where the new number and an earlier one cannot both be true: the data was revised."""
    low, high = (side[:, pieces] for side in ground.limits)
    found = np.zeros(pieces.size, dtype=bool)
    for at in range(1, len(ground.releases)):
        told = (low[at] != _SILENT) & (low[0] != _SILENT)
        inside = not (ground.cover[at] & ~ground.cover[0]).any()
        around = not (ground.cover[0] & ~ground.cover[at]).any()
        if inside:
            found |= told & (low[at] > high[0])
        if around:
            found |= told & (low[0] > high[at])
    return found


def _joined_blocks(ground: Ground, joined: Sequence[Integers], need: Need) -> list[Block]:
    """Return the systems of ground that several numbers hold together."""
    blocks = (block_of(_limits_on(ground, pieces), ground.cover, need) for pieces in joined)
    return [block for block in blocks if block is not None]


def _limits_on(ground: Ground, pieces: Integers) -> list[Limit]:
    """Return every number printed of some pieces of ground; withheld ones say nothing."""
    limits = []
    for at, release in enumerate(ground.releases):
        regions = ground.region[at, pieces]
        for region in np.unique(regions[regions >= 0]):
            on = pieces[regions == region]
            if release.high[region] < UNLIMITED:
                limits.append(Limit(at, on, int(release.low[region]), int(release.high[region])))
    return limits
