"""Large totals that leave all they add up as it was: told without solving what hangs together.

A total of all demand in a district is the sum of thousands of counts, of which lenses given before
limit some. Part of it no earlier number limits: demand that no other lens takes. Where that part
has room enough, whatever the counts below can be, the total can be as well:

- hold all other ground at counts that satisfy what was given, with as few incidents as can be,
  and whole ones: of halves fewer can do;
- then the counts that hang together in one place, a cell or a ward, may take any values that what
  was given before leaves them, as long as all of them together stay within the total;
- what is missing to the total is demand that no other number limits.

Where some lenses were told of larger cells, all ground is one such place. Then lenses are looked at
by family (:mod:`mapper.disclosure.lens_families`): what hangs together through the numbers of one
family alone is far smaller. Take any solution of what was given. On one piece of ground keep it as
it is; for each family, on the rest of its place there, let its counts be of incidents that only
this family takes; where those replace what is held, an incident of several families comes apart
into one for each of the others. That satisfies what was given, with the counts of that piece and of
each family's place at any values they can have. It needs at most what is held, what comes apart,
and the most that each family's numbers in one place allow. So that much room is enough as well.

So the total narrows no count. It is large, and larger than each number inside it by a large count,
so it gives none away by itself either; a number of more days or lenses is inside it, too, where
numbers of 0 rule out what is beyond the total. Only where all of this is shown is it left
out of the check; of other totals nothing is said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
from mapper.disclosure.held_counts import HeldCounts, Kinds
from mapper.disclosure.lens_families import lens_families
from mapper.disclosure.programmes import TimeSpentError, solve
from mapper.disclosure.register import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scipy import sparse
    from scipy.sparse import csgraph

    from mapper.base.types import Flags, Floats, Integers
    from mapper.disclosure.limits import TargetNeed
    from mapper.disclosure.programmes import Clock
    from mapper.disclosure.systems import SharedGround
else:
    sparse = Lazy("scipy.sparse")
    csgraph = Lazy("scipy.sparse.csgraph")

_EPSILON = 1e-6
_BREAKING = 1e4  # what one incident outside a limit costs, in incidents


def narrows_nothing(
    ground: SharedGround, pieces: Integers, *, new: int, need: TargetNeed, clock: Clock
) -> bool:
    """Tell whether the new totals of some ground leave every count below them as it was.

    Parameters
    ----------
    ground
        Releases, the new ones first, over the ground that they share.
    pieces
        Of the ground: those that hang together.
    new
        How many of the releases are new.
    need
        What a count must keep.
    clock
        Of the check; where its time is spent, nothing is shown.
    """
    if pieces.size == 1:  # where a total has no room of its own
        return False
    totals = _Totals(ground, pieces, new)
    if not (totals.told and totals.are_large(need) and totals.have_room_of_their_own):
        return False
    try:
        held = totals.fewest_below(clock)
    except TimeSpentError:
        return False
    return held is not None and (
        totals.leave_room(held, need) or totals.leave_families_room(held, need)
    )


@dataclass(frozen=True, eq=False)
class _Totals:
    """New totals of ground that hangs together, and the earlier numbers below them."""

    ground: SharedGround
    pieces: Integers
    new: int

    @cached_property
    def region(self) -> Integers:
        """The region of each release on each piece, -1 where it says nothing of it."""
        region = self.ground.region[:, self.pieces]
        low, high = (side[:, self.pieces] for side in self.ground.limits)
        return np.where((region >= 0) & ((high < UNLIMITED) | (low > 0)), region, -1)

    @property
    def told(self) -> bool:
        """Whether a new total is printed here, and every number on the ground has two ends."""
        speaking = np.flatnonzero((self.region >= 0).any(axis=1))
        releases = self.ground.releases
        return bool((speaking < self.new).any()) and not any(
            releases[at].parts or (self._ends(at)[1] >= UNLIMITED).any() for at in speaking.tolist()
        )

    def _ends(self, at: int) -> tuple[Integers, Integers]:
        """Return the limits of a release's regions on this ground."""
        mine = np.unique(self.region[at][self.region[at] >= 0])
        release = self.ground.releases[at]
        return release.low[mine], release.high[mine]

    @property
    def earlier(self) -> list[int]:
        """The earlier releases that say something of this ground."""
        told = np.asarray((self.region >= 0).any(axis=1))
        return [at for at in range(self.new, told.size) if told[at]]

    @property
    def rows(self) -> Iterator[tuple[int, int, Flags]]:
        """Each new total: its release, its region, and which pieces it adds up."""
        for at in range(self.new):
            for region in np.unique(self.region[at][self.region[at] >= 0]).tolist():
                yield at, region, self.region[at] == region

    def are_large(self, need: TargetNeed) -> bool:
        """Tell whether each total is large, and larger by that than each number inside it."""
        beyond = {at: self._beyond(at) for at in {at for at, _, _ in self.rows}}
        for at, region, on in self.rows:
            most = 0
            for other, open_ in beyond[at].items():
                mine = self.region[other, on]
                inside = np.setdiff1d(mine[mine >= 0], mine[open_[on]])
                most = max(most, int(self.ground.releases[other].high[inside].max(initial=0)))
            if self.ground.releases[at].low[region] - most < need.below:
                return False
        return True

    def _beyond(self, at: int) -> dict[int, Flags]:
        """Return where other releases may count what a total does not, of those that share a kind.

        Where nothing beyond the total can be, for numbers of 0 rule it out, all they count is in
        it: the rest of the total could be taken from the two.
        """
        cover = self.ground.cover
        others = [one for one in range(cover.shape[0]) if one != at]
        return {
            other: self._may_be(cover[other] & ~cover[at])
            for other in others
            if (cover[other] & cover[at]).any()
        }

    def _may_be(self, kinds: Flags) -> Flags:
        """Tell for each piece whether incidents of some kinds are ruled out by no number of 0."""
        patterns, which = self._patterns
        ruled_out = (patterns == 0).T.astype(np.float32)
        taken = np.unique(self.ground.cover[self.earlier][:, kinds], axis=1)
        return np.asarray((ruled_out @ taken == 0).any(axis=1))[which]

    @property
    def have_room_of_their_own(self) -> bool:
        """Whether each total adds up, on two pieces or more, what no other number limits."""
        cover = self.ground.cover
        told = np.flatnonzero((self.region >= 0).any(axis=1))
        return all(
            int(on.sum()) > 1 and bool((cover[at] & ~cover[told[told != at]].any(axis=0)).any())
            for at, _, on in self.rows
        )

    def places(self, told: list[int]) -> Integers:
        """Return what each piece hangs together with by some numbers: a cell, or a ward."""
        first = self.pieces.size
        nothing = np.zeros(0, dtype=np.int64)
        ends = [(nothing, nothing)]
        for at in told:
            on = np.flatnonzero(self.region[at] >= 0)
            on = on[self.ground.releases[at].high[self.region[at, on]] > 0]
            ends.append((on, first + self.region[at, on]))
            first += self.ground.releases[at].low.size
        rows, columns = (np.concatenate(side) for side in zip(*ends, strict=True))
        graph = sparse.coo_array((np.ones(rows.size), (rows, columns)), shape=(first, first))
        return csgraph.connected_components(graph, directed=False)[1][: self.pieces.size].astype(
            np.int64
        )

    def most_of(self, told: list[int], place: Integers, on: Flags) -> Floats:
        """Return the most incidents on some pieces that each place can have by some numbers.

        Parameters
        ----------
        told
            The releases whose numbers they are.
        place
            Of each piece.
        on
            Which pieces: numbers of none of them are left out.
        """
        most = np.zeros(int(place.max(initial=-1)) + 1)
        for at in told:
            region, first = np.unique(self.region[at, on], return_index=True)
            told_of = region >= 0
            around = self._around(at, told, on)[first[told_of]]
            high = self.ground.releases[at].high[region[told_of]]
            np.add.at(most, place[on][first[told_of]], np.where(around, 0, high))
        return most

    def _around(self, at: int, told: list[int], on: Flags) -> Flags:
        """Tell for which pieces a number lies wholly inside others, all it counts among theirs."""
        cover, mine = self.ground.cover, self.region[at, on]
        found = np.zeros(mine.size, dtype=bool)
        for other in told:
            wider = not (cover[at] & ~cover[other]).any() and (cover[other] & ~cover[at]).any()
            if wider:
                silent = np.unique(mine[self.region[other, on] < 0])
                found |= ~np.isin(mine, silent)
        return found

    def fewest_below(self, clock: Clock) -> HeldCounts | None:
        """Return whole incidents that satisfy earlier numbers, about as few as can be.

        Only those that are in some new total count, of kinds that an earlier number limits. Not
        every kind is tried, so nothing is given back where those tried do not do.
        """
        kinds = Kinds(self.ground.cover, self.new)
        column_of: dict[tuple[int, int], int] = {}
        patterns, which = self._patterns
        for at, signs in enumerate(patterns.T):
            chosen = kinds.for_signs(signs, self.earlier)
            for piece in np.flatnonzero(which == at).tolist():
                for kind in chosen:
                    column_of[piece, kind] = len(column_of)
        if not column_of:
            nothing = np.zeros(0, dtype=np.int64)
            return HeldCounts(nothing, nothing, np.zeros(0), np.zeros(0, dtype=bool))
        piece, kind = np.array(list(column_of)).T
        sums, low, high = self._limits(piece, kind)
        counted = kinds.in_total[kind]
        slack = sparse.eye_array(sums.shape[0], format="csr")
        found = solve(
            np.concatenate([counted.astype(float), np.full(2 * sums.shape[0], _BREAKING)]),
            sparse.csr_array(sparse.hstack([sums, slack, -slack])),
            low,
            high,
            most=np.inf,
            clock=clock,
        )
        whole, broken = np.round(found[: kind.size]), found[kind.size :].sum()
        if max(broken, np.abs(found[: kind.size] - whole).max()) > _EPSILON:
            return None
        return HeldCounts(piece, kind, whole, counted)

    @cached_property
    def _patterns(self) -> tuple[Integers, Integers]:
        """What earlier releases say of pieces, each once, and which of these each piece has.

        Of each release: -1 nothing, 0 none, 1 some.
        """
        signs = np.full((len(self.earlier), self.pieces.size), -1)
        for row, at in enumerate(self.earlier):
            on = self.region[at] >= 0
            signs[row, on] = self.ground.releases[at].high[self.region[at, on]] > 0
        patterns, which = np.unique(signs, axis=1, return_inverse=True)
        return patterns, which.ravel()

    def _limits(self, piece: Integers, kind: Integers) -> tuple[sparse.csr_array, Floats, Floats]:
        """Return the sums that earlier numbers limit, of unknowns on some pieces and of kinds."""
        rows: list[Integers] = []
        columns: list[Integers] = []
        ends: list[tuple[Integers, Integers]] = []
        first = 0
        for at in self.earlier:
            region, row = np.unique(self.region[at], return_inverse=True)
            row = row.ravel()[piece]
            inside = np.flatnonzero((self.region[at, piece] >= 0) & self.ground.cover[at, kind])
            silent = int(region[0] < 0)
            rows.append(first - silent + row[inside])
            columns.append(inside)
            ends.append(self._ends(at))
            first += ends[-1][0].size
        flat = np.concatenate(rows), np.concatenate(columns)
        sums = sparse.csr_array((np.ones(flat[0].size), flat), shape=(first, piece.size))
        low, high = (np.concatenate(side) for side in zip(*ends, strict=True))
        return sums, low.astype(np.float64), high.astype(np.float64)

    def leave_room(self, held: HeldCounts, need: TargetNeed) -> bool:
        """Tell whether each place can have its most while all others have their fewest."""
        fewest, place = held.below(self.pieces.size), self.places(self.earlier)
        for at, region, on in self.rows:
            here = np.bincount(place[on], fewest[on], minlength=int(place.max(initial=-1)) + 1)
            most = self.most_of(self.earlier, place, np.ones_like(on))
            more = (most - here)[np.unique(place[on])]
            if self._room(at, region, on, fewest) < max(float(more.max()), need.values - 1):
                return False
        return True

    def leave_families_room(self, held: HeldCounts, need: TargetNeed) -> bool:
        """Tell whether each family of lenses can have its most in one of its places."""
        cover = self.ground.cover[self.earlier]
        families = [[self.earlier[one] for one in family] for family in lens_families(cover)]
        takes = np.zeros((len(families), self.ground.cover.shape[1]), dtype=np.int64)
        for family, mine in zip(families, takes, strict=True):
            mine[:] = self.ground.cover[family].any(axis=0)
        fewest = held.below(self.pieces.size)
        apart = held.incidents * np.maximum(takes.sum(axis=0)[held.kind] - 1 - held.counted, 0)
        places = [self.places(family) for family in families]
        for at, region, on in self.rows:
            more = 0.0
            for family, place, mine in zip(families, places, takes[:, held.kind], strict=True):
                most = self.most_of(family, place, on)
                coming = held.on_pieces(apart * mine, self.pieces.size)
                most += np.bincount(place[on], coming[on], minlength=most.size)
                more += float(most.max(initial=0))
            if self._room(at, region, on, fewest) < max(more, need.values - 1):
                return False
        return True

    def _room(self, at: int, region: int, on: Flags, fewest: Floats) -> float:
        """Return how many incidents a total holds beside the fewest."""
        return float(self.ground.releases[at].high[region]) - float(fewest[on].sum()) + _EPSILON
