"""Differencing: what an audience could work out from a new release and all its earlier ones.

Each count that may be small must keep as many possible values as its printed class leaves open
(1 to 4: four values), whatever is subtracted from whatever: two dates, two lenses of which one
holds the other, two resolutions, a whole and its parts. Counts that would not are withheld.

What is withheld must not tell by itself. Where ground falls apart into single cells, a cell is
withheld when *any* number that could stand there, given what was printed before, would expose a
count: the audience could have foreseen it and learns nothing from it. Where resolutions are mixed
or totals of wards, districts or the area were given, that is too much to try. Such ground falls
apart too, into what hangs together whatever the new release says: a ward, or all of it. Each such
part is released or withheld as a whole, zeros and all, as if it had been asked for by itself.
Totals themselves are checked by :mod:`mapper.disclosure.finding_check`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mapper.base.types import Flags, Integers
from mapper.disclosure.bounds import a_clock, bound
from mapper.disclosure.lens_pieces import MOST_LENSES
from mapper.disclosure.limits import TargetNeed
from mapper.disclosure.linking import linked_to
from mapper.disclosure.part_check import Terms, exposed_parts, refused_by_share
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.suppression import interval_of
from mapper.disclosure.systems import Limit, SharedGround, block_of, share_ground

_SILENT = -1
MOST_SYSTEMS = 12_000  # beyond, the rarest kinds of cell are withheld unchecked: some seconds
_TRIED_AT_EACH_END = 4  # rounded numbers next to what earlier releases allow at most and at least


@dataclass(frozen=True, eq=False)
class DifferencingCheck:
    """What the parts of a new release may print beside the earlier ones."""

    withhold: tuple[Flags, ...]  # regions of each part that must not be printed
    refused: bool  # withholding would not do
    linked: tuple[StoredRelease, ...]  # earlier releases that it can be combined with
    too_many: bool = False  # earlier releases overlap in too many ways to be checked
    again: bool = False  # its audience was told all of it before: a look, and no release
    systems: int = 0  # systems of overlapping numbers of a map that were solved, or would have to


def check(
    parts: Sequence[StoredRelease],
    earlier: Sequence[StoredRelease],
    *,
    rule: AudienceRule,
    reader: AudienceRule | None = None,
) -> DifferencingCheck:
    """Return what a new map would expose beside all earlier releases that a reader holds.

    Parameters
    ----------
    parts
        The map, its one part, as it would be printed without any earlier release.
    earlier
        All releases that the reader holds.
    rule
        By which the map is printed.
    reader
        Whose hidden counts must stay hidden; the rule's own audience where none is given.
    """
    (new,) = parts
    linked = linked_to(parts, earlier)
    silent = DifferencingCheck(
        (np.zeros(new.low.size, dtype=bool),), refused=False, linked=tuple(linked)
    )
    if not linked:
        return silent
    if too_many_lenses([new, *linked]):
        return replace(silent, refused=True, too_many=True)
    terms = Terms(rule, need_of(reader or rule), a_clock())
    by_cell = [one for one in linked if _by_cell(one)]
    found = _check_by_cell(new, by_cell, silent, terms) if _by_cell(new) else silent
    if found.refused:
        return found
    if refused_by_share(new, found.withhold[0], rule):
        return replace(found, withhold=(np.ones(new.low.size, dtype=bool),))
    apart = exposed_parts(new, found.withhold[0], linked, terms)
    withhold = found.withhold[0] | apart.withhold
    return replace(found, withhold=(withhold,), systems=found.systems + apart.systems)


def need_of(reader: AudienceRule) -> TargetNeed:
    """Return what a count must keep beside all that an audience holds."""
    return TargetNeed(values=reader.values_kept, below=reader.smallest_count)


def too_many_lenses(releases: Sequence[StoredRelease]) -> bool:
    """Tell whether releases are through more lenses than can be told apart."""
    return len({release.selection for release in releases}) > MOST_LENSES


def _by_cell(release: StoredRelease) -> bool:
    """Tell whether each number of a release is of one cell."""
    return release.low.size == len(release.cells)


def _check_by_cell(
    new: StoredRelease,
    linked: Sequence[StoredRelease],
    silent: DifferencingCheck,
    terms: Terms,
) -> DifferencingCheck:
    """Withhold cells whose counts would give others away, as the audience could have foreseen."""
    if not linked:
        return silent
    ground = share_ground([new, *linked])
    exposed, systems = _exposed_cells(ground, _single_pieces(ground), terms)
    withhold = np.zeros(new.low.size, dtype=bool)
    withhold[ground.region[0, exposed]] = True
    return replace(silent, withhold=(withhold,), systems=systems)


def _single_pieces(ground: SharedGround) -> Integers:
    """Return pieces that are systems of their own, of which a new map and an earlier one speak."""
    _, inverse, sizes = np.unique(ground.group, return_inverse=True, return_counts=True)
    spoken = (ground.region[0] >= 0) & (ground.region[1:] >= 0).any(axis=0)
    return np.flatnonzero(spoken & (sizes[inverse] == 1))


def _exposed_cells(ground: SharedGround, pieces: Integers, terms: Terms) -> tuple[Integers, int]:
    """Return the single pieces on which some number that could stand there exposes a count.

    Where the pieces have more pasts than can be tried, those that fewest share count as exposed.
    """
    if not pieces.size:
        return pieces, 0
    low, high = (side[:, pieces] for side in ground.limits)
    before = np.stack([low[1:], high[1:]]).reshape(-1, pieces.size).T
    patterns, pattern, shared = np.unique(before, axis=0, return_inverse=True, return_counts=True)
    within_reach = np.argsort(-shared, kind="stable")[: MOST_SYSTEMS // (_TRIED_AT_EACH_END + 2)]
    waiting = {}
    for at in within_reach.tolist():
        lows, highs = np.split(patterns[at], 2)
        actual = np.unique(np.stack([low[0], high[0]])[:, pattern == at], axis=1).T
        waiting[at] = _tries(lows, highs, actual, ground.cover, terms.rule)
    found, solved = _exposed_by_some(waiting, ground.cover, terms)
    bad = np.ones(len(patterns), dtype=bool)
    bad[within_reach] = np.isin(within_reach, found)
    contradicted = _contradicted(ground, pieces)
    return pieces[bad[pattern] | contradicted], solved


def _exposed_by_some(
    waiting: dict[int, list[list[Limit]]], cover: Flags, terms: Terms
) -> tuple[list[int], int]:
    """Return which pasts expose a count with one of their tries, and how many were solved.

    The smallest numbers first, which leave the least room: one that exposes a count is enough.
    """
    exposed: list[int] = []
    solved = 0
    for turn in range(max(map(len, waiting.values()), default=0)):
        tries = {at: limits[turn] for at, limits in waiting.items() if turn < len(limits)}
        made = {at: block_of(limits, cover, terms.need) for at, limits in tries.items()}
        blocks = {at: block for at, block in made.items() if block is not None}
        solved += len(blocks)
        for at, known in zip(
            blocks, bound([*blocks.values()], terms.need, clock=terms.clock), strict=True
        ):
            if known.possible and known.exposed.any():
                exposed.append(at)
                del waiting[at]
    return exposed, solved


def _tries(
    lows: Integers, highs: Integers, actual: Integers, cover: Flags, rule: AudienceRule
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


def _contradicted(ground: SharedGround, pieces: Integers) -> Flags:
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
