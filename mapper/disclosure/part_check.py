"""A map on ground that hangs together: which parts of it, or clusters of its cells, are withheld.

Where resolutions are mixed or totals were given, ground falls apart into what hangs together
whatever a new map says. Each such part is released or withheld as a whole; beside cells of another
size, where all ground is one part, clusters of cells are. A few are withheld by lot, so that the
absence of the others does not tell (:mod:`mapper.disclosure.lot`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mapper.base.types import Flags, Integers
from mapper.disclosure import lot
from mapper.disclosure.bounds import a_clock, bound
from mapper.disclosure.limits import Block, SystemBounds, TargetNeed
from mapper.disclosure.merged import limits_on
from mapper.disclosure.programmes import Clock
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.suppression import share_withheld
from mapper.disclosure.systems import Limit, SharedGround, block_of, share_ground
from mapper.grid.hexagons import cells_to_points, points_to_cells, strings_to_cells

_TURNS = 4  # of withholding clusters beside cells of another size; then all that hangs together


@dataclass(frozen=True)
class Terms:
    """What one check holds a map to."""

    rule: AudienceRule  # by which it is printed
    need: TargetNeed
    clock: Clock


@dataclass(frozen=True, eq=False)
class ExposedParts:
    """Which regions of a new map lie in parts of the ground that would expose a count."""

    withhold: Flags
    systems: int


def exposed_parts(
    whole: StoredRelease, before: Flags, linked: Sequence[StoredRelease], terms: Terms
) -> ExposedParts:
    """Return the regions in those parts of the ground where a map would expose anything.

    The other parts are systems that share no unknown with them, so their counts stay as they are;
    and in a part that is withheld whole its readers know what they knew before. Beside cells of
    another size all ground hangs together: there clusters are withheld, until nothing is exposed.

    Parameters
    ----------
    before
        Regions that are withheld already.
    """
    new = whole.withholding(before)
    ground = share_ground([new, *linked])
    cluster = _clusters(new) if _of_several_sizes(ground.releases) else None
    withhold, solved = np.zeros(new.low.size, dtype=bool), 0
    withhold[ground.region[0, ground.beyond_reach & (ground.region[0] >= 0)]] = True
    if refused_by_share(whole, before | withhold, terms.rule):
        return ExposedParts(np.ones(new.low.size, dtype=bool), 0)
    for turn in range(_TURNS + 1):
        told = (new.withholding(withhold), *linked)
        done = _nothing_to_add(ground, before | withhold, cluster)
        apart = int(cluster is not None)
        systems = _systems_of_parts(
            SharedGround(told, ground.region), terms.need, done, apart=apart
        )
        clock = a_clock() if turn else terms.clock
        found = bound([system.block for system in systems], terms.need, clock=clock)
        solved += len(systems)
        exposed = [pair for pair in zip(systems, found, strict=True) if _is_exposed(pair[1])]
        if not exposed:
            break
        more = withhold | _to_withhold(exposed, ground, cluster if turn < _TURNS else None)
        if refused_by_share(whole, before | more, terms.rule):
            withhold[:] = True
            break
        if np.array_equal(more, withhold):  # so it would be at each turn but the last
            withhold |= _to_withhold(exposed, ground, None)
            break
        withhold = more
    return ExposedParts(withhold | _by_lot(ground, cluster), solved)


def _by_lot(ground: SharedGround, cluster: Integers | None) -> Flags:
    """Return the regions of the parts, or clusters, that a lot falls on."""
    several, _ = _of_several_pieces(ground)
    asked = np.flatnonzero(several & (ground.region[0] >= 0))
    region = ground.region[0, asked]
    unit = np.full(ground.releases[0].low.size, -1)
    unit[region] = ground.foreseen[asked] if cluster is None else cluster[region]
    units, at, cells = np.unique(unit, return_inverse=True, return_counts=True)
    drawn = lot.drawn(units.size) & (units >= 0) & (cells <= lot.MOST_CELLS)
    return np.asarray(drawn[at])


def refused_by_share(new: StoredRelease, withhold: Flags, rule: AudienceRule) -> bool:
    """Tell whether so much is withheld already that the map is refused, whatever is added.

    Then all of it is withheld, for what a check found that ended early is not all.
    """
    known = (new.low > 0) | (new.high < UNLIMITED)
    share = share_withheld((new.high == 0)[known], withhold[known])
    return share > rule.most_withheld


def _to_withhold(
    exposed: Sequence[tuple["_PartSystem", SystemBounds]],
    ground: SharedGround,
    cluster: Integers | None,
) -> Flags:
    """Return the regions to withhold: clusters that exposed counts rest on, or parts as a whole."""
    withhold = np.zeros(ground.releases[0].low.size, dtype=bool)
    for system, known in exposed:
        if cluster is not None:
            regions = system.resting(ground, known)
            withhold |= np.isin(cluster, cluster[regions])
            if regions.size:
                continue
        inside = np.isin(ground.foreseen, system.parts) & (ground.region[0] >= 0)
        withhold[ground.region[0, inside]] = True
    return withhold


def _nothing_to_add(ground: SharedGround, withheld: Flags, cluster: Integers | None) -> Integers:
    """Return the parts of the ground where a system can make nothing more be withheld.

    All its regions are withheld, and all of the clusters that they lie in: whatever such a system
    exposes, its readers knew before.
    """
    known = withheld
    if cluster is not None:
        known = (
            np.bincount(cluster, ~withheld, minlength=int(cluster.max(initial=0)) + 1)[cluster] == 0
        )
    open_ = np.unique(ground.foreseen[~known[ground.region[0]]])
    return np.setdiff1d(ground.foreseen, open_)


def _of_several_sizes(releases: Sequence[StoredRelease]) -> bool:
    """Tell whether releases speak of cells of more than one size."""
    return len({release.resolution for release in releases}) > 1


def _clusters(new: StoredRelease) -> Integers:
    """Return which larger cell each region of a map lies in, by the first of its cells.

    About seven cells are in one. They follow from the map's cells alone, whatever was counted.
    """
    cells = strings_to_cells(np.array(new.cells, dtype=object))
    larger = points_to_cells(*cells_to_points(cells), resolution=max(new.resolution - 1, 0))
    _, first = np.unique(new.region, return_index=True)
    return np.unique(larger[first], return_inverse=True)[1].astype(np.int64)


def _is_exposed(known: SystemBounds) -> bool:
    """Tell whether a system cannot be, or one of its counts is known too well."""
    return not known.possible or bool(known.exposed.any())


@dataclass(frozen=True, eq=False)
class _PartSystem:
    """One system of a map's ground, with the parts of the ground that it stands for."""

    block: Block
    limits: Sequence[Limit]
    pieces: Integers
    parts: Integers

    def resting(self, ground: SharedGround, known: SystemBounds) -> Integers:
        """Return the map's regions that exposed counts rest on; none where all of it is in doubt.

        Single pieces, which stand for others like them, are a region each.
        """
        if not known.possible:
            return np.zeros(0, dtype=np.int64)
        if all(limit.pieces.size == 1 for limit in self.limits):
            return np.unique(ground.region[0, self.pieces])
        targets = self.block.targets[np.flatnonzero(known.exposed)]
        rests = np.asarray((self.block.sums @ targets.T).sum(axis=1)).ravel() > 0
        bearing = zip(rests.tolist(), self.limits, strict=True)
        mine = [one.region for bears, one in bearing if bears and one.release == 0]
        return np.unique(np.array(mine, dtype=np.int64))


def _systems_of_parts(
    ground: SharedGround, need: TargetNeed, done: Integers, *, apart: int
) -> list[_PartSystem]:
    """Return the systems of ground that hangs together, each with the parts that it stands for.

    Single pieces of which the same is told are one system, and stand for the parts of all of them.

    Parameters
    ----------
    done
        Parts that no system need be made of.
    apart
        1 to keep the map's regions apart, for they may be withheld so; else 0.
    """
    low, high = (side[0] for side in ground.limits)
    told = (low > 0) | ((high >= 0) & (high < UNLIMITED))  # by the new map, and not withheld
    of_several, spoken = _of_several_pieces(ground)
    pieces = np.flatnonzero(of_several)
    _, group, size = np.unique(ground.group[pieces], return_inverse=True, return_counts=True)
    order = np.argsort(group, kind="stable")
    together = [
        one
        for one in np.split(pieces[order], np.cumsum(size)[:-1])
        if one.size > 1 and spoken[one].any()
    ]
    alone = pieces[(size[group] == 1) & spoken[pieces]]
    systems = []
    for stands, one in [*((one, one) for one in together), *_alike(ground, alone)]:
        if not told[one].any() or np.isin(ground.foreseen[stands], done).all():
            continue
        limits = limits_on(ground, one, apart=apart)
        block = block_of(limits, ground.cover, need) if limits else None  # none: all withheld
        if block is not None:
            systems.append(_PartSystem(block, limits, stands, np.unique(ground.foreseen[stands])))
    return systems


def _of_several_pieces(ground: SharedGround) -> tuple[Flags, Flags]:
    """Return the pieces of parts of several, and those that a new map and an earlier one speak of.

    The first are of parts that hold any of the second.
    """
    _, part, sizes = np.unique(ground.foreseen, return_inverse=True, return_counts=True)
    spoken = (ground.region[0] >= 0) & (ground.region[1:] >= 0).any(axis=0)
    return (sizes[part] > 1) & np.isin(part, part[spoken]), spoken


def _alike(ground: SharedGround, pieces: Integers) -> list[tuple[Integers, Integers]]:
    """Return single pieces by what is told of them: all of a kind, and the first of them."""
    if not pieces.size:
        return []
    told = np.concatenate(ground.limits)[:, pieces]
    _, kind, size = np.unique(told, axis=1, return_inverse=True, return_counts=True)
    order = np.argsort(kind.ravel(), kind="stable")
    return [(kind, kind[:1]) for kind in np.split(pieces[order], np.cumsum(size)[:-1])]
