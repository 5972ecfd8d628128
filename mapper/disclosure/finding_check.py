"""What a finding may print beside all that its audience was given before.

A finding's numbers are totals: of a ward, a district, the area. Each limits the counts of all its
cells, as maps, other totals and other columns of the same table do. What would give a small count
away is withheld, total by total, until nothing does.

A total is withheld where it lies so near the least, or so near the most, that its parts can be,
that one of them would keep too few values. Near the least and near the most leave, between them,
every part all its values, so a reader who knows this rule still knows no more. Where a total can be
of any size there is no most: :mod:`mapper.disclosure.step_lower` says what is withheld there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mapper.base.types import Flags, Integers
from mapper.disclosure import lot
from mapper.disclosure.bounds import a_clock, bound
from mapper.disclosure.differencing import DifferencingCheck, need_of, too_many_lenses
from mapper.disclosure.limits import Block, SystemBounds, TargetNeed
from mapper.disclosure.linking import linked_to
from mapper.disclosure.loose_totals import narrows_nothing
from mapper.disclosure.merged import limits_on
from mapper.disclosure.programmes import Clock
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.step_lower import limits_lower, release_lower
from mapper.disclosure.systems import Limit, SharedGround, block_of, share_ground

_TURNS = 4  # of withholding what an exposed count rests on; then all of its system


@dataclass(frozen=True, eq=False)
class _System:
    """One system of a ground: its pieces, printed numbers and unknowns."""

    pieces: Integers
    limits: list[Limit]
    block: Block


@dataclass(frozen=True)
class _Terms:
    """What one check holds new totals to."""

    new: int  # how many of the releases are new
    need: TargetNeed
    step: int  # between two numbers that are printed
    clock: Clock

    def lower(self, ground: SharedGround) -> SharedGround:
        """Return the ground with new totals one step lower."""
        lower = (release_lower(one, self.step) for one in ground.releases[: self.new])
        return SharedGround((*lower, *ground.releases[self.new :]), ground.region)

    def are_loose(self, lower: SharedGround, pieces: Integers) -> bool:
        """Tell whether totals of some ground narrow nothing even one step lower."""
        return narrows_nothing(lower, pieces, new=self.new, need=self.need, clock=self.clock)


def check_finding(
    new: Sequence[StoredRelease],
    earlier: Sequence[StoredRelease],
    *,
    rule: AudienceRule,
    reader: AudienceRule | None = None,
) -> DifferencingCheck:
    """Return what a finding would expose beside all earlier releases that a reader holds.

    Parameters
    ----------
    new
        Its count columns, each as it would be printed without any earlier release.
    earlier
        All releases that the reader holds.
    rule, reader
        By which it is printed, and whose hidden counts must stay hidden; one where only one is
        given.
    """
    linked = linked_to(new, earlier)
    withhold = tuple(np.zeros(part.low.size, dtype=bool) for part in new)
    if too_many_lenses([*new, *linked]):
        return DifferencingCheck(withhold, refused=True, linked=tuple(linked), too_many=True)
    if _shifts_again(new, linked):
        return DifferencingCheck(withhold, refused=True, linked=tuple(linked))
    need = need_of(reader or rule)
    known = share_ground([*new, *linked])
    terms = _Terms(len(new), need, rule.round_to, a_clock())
    within = ~_withheld_beyond_reach(withhold, known, terms)
    for turn in range(_TURNS + 2):
        parts = [part.withholding(flags) for part, flags in zip(new, withhold, strict=True)]
        ground = SharedGround((*parts, *linked), known.region)
        systems = _systems(ground, within, terms)
        within[:] = False
        for system, known_of in _exposed(systems, ground, terms):
            within[system.pieces] = True
            _withhold(withhold, system, known_of, everything=turn >= _TURNS)
        if not within.any():
            break
    if linked or len(new) > 1:
        drawn = zip(map(_by_lot, new), withhold, strict=True)
        withhold = tuple(mine | flags for mine, flags in drawn)
    return DifferencingCheck(withhold, refused=bool(within.any()), linked=tuple(linked))


def _by_lot(part: StoredRelease) -> Flags:
    """Return the totals of few cells that the lot falls on."""
    cells = np.bincount(part.region, minlength=part.low.size)
    return lot.drawn(part.low.size) & (cells <= lot.MOST_CELLS)


def _shifts_again(new: Sequence[StoredRelease], linked: Sequence[StoredRelease]) -> bool:
    """Tell whether the same days were shown by shift before, of other ground, days or lens.

    Shift by shift one could be taken from the other; that is not modelled, so it is refused.
    """
    parted = [one for one in linked if one.parts]
    return any(
        part.parts
        and one.first <= part.last
        and part.first <= one.last
        and (one.first, one.last, one.selection, one.cells, set(one.parts))
        != (part.first, part.last, part.selection, part.cells, set(part.parts))
        for part in new
        for one in parted
    )


def _withheld_beyond_reach(withhold: Sequence[Flags], known: SharedGround, terms: _Terms) -> Flags:
    """Withhold new numbers on ground that cannot be laid out in time; return which ground it is."""
    lower, found = terms.lower(known), np.zeros(known.region.shape[1], dtype=bool)
    for group in np.unique(known.group[known.beyond_reach]):
        pieces = np.flatnonzero(known.group == group)
        if terms.are_loose(lower, pieces):
            continue
        found[pieces] = True
        for at, flags in enumerate(withhold):
            on = known.region[at, pieces]
            flags[on[on >= 0]] = True
    return found


def _systems(ground: SharedGround, within: Flags, terms: _Terms) -> list[_System]:
    """Return the systems that some number of a new finding is in and may narrow a count of."""
    low, high = (side[: terms.new] for side in ground.limits)
    told = (low > 0) | ((high >= 0) & (high < UNLIMITED))  # and not withheld
    groups = np.unique(ground.group[told.any(axis=0) & within])
    mine = np.flatnonzero(np.isin(ground.group, groups))
    order = mine[np.argsort(ground.group[mine], kind="stable")]
    ends = np.flatnonzero(np.diff(ground.group[order])) + 1
    lower, found = terms.lower(ground), []
    for pieces in np.split(order, ends) if order.size else ():
        if terms.are_loose(lower, pieces):
            continue
        limits = limits_on(ground, pieces, apart=terms.new)
        block = block_of(limits, ground.cover, terms.need)
        if block is not None:
            found.append(_System(pieces, limits, block))
    return found


def _exposed(
    systems: Sequence[_System], ground: SharedGround, terms: _Terms
) -> list[tuple[_System, SystemBounds]]:
    """Return systems of which a count would be known too well, as they are or one step lower."""
    found = _bounds(systems, terms)
    exposed = [pair for pair in found if pair[1].exposed.any()]
    waiting = [_lower(system, ground, terms) for system, known in found if not known.exposed.any()]
    alone = False  # first all totals that can be lower, then, where that cannot be, each by itself
    while waiting := [one for one in waiting if one]:
        tried = _bounds([one[0] for one in waiting], terms)
        exposed += [pair for pair in tried if pair[1].possible and pair[1].exposed.any()]
        waiting = [
            one[1:]
            for one, (_, known) in zip(waiting, tried, strict=True)
            if not known.possible or (alone and not known.exposed.any())
        ]
        alone = True
    return exposed


def _bounds(systems: Sequence[_System], terms: _Terms) -> list[tuple[_System, SystemBounds]]:
    """Return systems with what can be worked out from each."""
    found = bound([system.block for system in systems], terms.need, clock=terms.clock)
    return list(zip(systems, found, strict=True))


def _lower(system: _System, ground: SharedGround, terms: _Terms) -> list[_System]:
    """Return a system with totals one step lower: all that can be of any size, then each alone."""
    found = []
    for lower in limits_lower(system.limits, system.block, new=terms.new, step=terms.step):
        limits = [lower.get(at, limit) for at, limit in enumerate(system.limits)]
        block = block_of(limits, ground.cover, terms.need)
        if block is None:  # nothing is there at all
            break
        found.append(_System(system.pieces, limits, block))
    return found


def _withhold(
    withhold: Sequence[Flags], system: _System, known: SystemBounds, *, everything: bool
) -> None:
    """Withhold the new numbers that exposed counts rest on, or all of a system."""
    if everything:
        _withhold_all(withhold, system)
        return
    whole = not known.possible or any(limit.parts for limit in system.limits)
    if not whole:
        targets = system.block.targets[np.flatnonzero(known.exposed)]
        rests = (system.block.sums @ targets.T).sum(axis=1) > 0
    for at, limit in enumerate(system.limits):
        if limit.release < len(withhold) and (whole or rests[at]):
            withhold[limit.release][limit.region] = True


def _withhold_all(withhold: Sequence[Flags], system: _System) -> None:
    """Withhold every new number of a system."""
    for limit in system.limits:
        if limit.release < len(withhold):
            withhold[limit.release][limit.region] = True
