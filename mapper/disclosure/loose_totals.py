"""Large totals that leave all they add up as it was: told without solving what hangs together.

A total of all demand in a district is the sum of thousands of counts, of which lenses given before
limit some. Part of it no earlier number limits: demand that no other lens takes. Where that part
has room enough, whatever the counts below can be, the total can be as well:

- hold all other ground at counts that satisfy what was given, with as few incidents as can be;
- then the counts that hang together in one place, a cell or a ward, may take any values that what
  was given before leaves them, as long as all of them together stay within the total;
- what is missing to the total is demand that no other number limits.

So the total narrows no count. It is large, and larger than each number inside it by a large count,
so it gives none away by itself either. Only where all of this is shown is it left out of the
check; of other totals nothing is said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy
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
    totals = _Totals(ground, pieces, new)
    if not (totals.told and totals.are_large(need) and totals.have_room_of_their_own):
        return False
    try:
        fewest = totals.fewest_below(clock)
    except TimeSpentError:
        return False
    return fewest is not None and totals.leave_room(fewest, need)


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
        cover, releases = self.ground.cover, self.ground.releases
        for at, region, on in self.rows:
            inside = [
                other
                for other in range(len(releases))
                if other != at and not (cover[other] & ~cover[at]).any()
            ]
            most = [
                int(releases[one].high[mine[mine >= 0]].max(initial=0))
                for one in inside
                for mine in [self.region[one, on]]
            ]
            if releases[at].low[region] - max(most, default=0) < need.below:
                return False
        return True

    @property
    def have_room_of_their_own(self) -> bool:
        """Whether each total adds up, on two pieces or more, what no other number limits."""
        cover = self.ground.cover
        told = np.flatnonzero((self.region >= 0).any(axis=1))
        return all(
            int(on.sum()) > 1 and bool((cover[at] & ~cover[told[told != at]].any(axis=0)).any())
            for at, _, on in self.rows
        )

    @cached_property
    def place(self) -> Integers:
        """What each piece hangs together with by earlier numbers: a cell, or a ward."""
        first = self.pieces.size
        nothing = np.zeros(0, dtype=np.int64)
        ends = [(nothing, nothing)]
        for at in self.earlier:
            on = np.flatnonzero(self.region[at] >= 0)
            on = on[self.ground.releases[at].high[self.region[at, on]] > 0]
            ends.append((on, first + self.region[at, on]))
            first += self.ground.releases[at].low.size
        rows, columns = (np.concatenate(side) for side in zip(*ends, strict=True))
        graph = sparse.coo_array((np.ones(rows.size), (rows, columns)), shape=(first, first))
        return csgraph.connected_components(graph, directed=False)[1][: self.pieces.size].astype(
            np.int64
        )

    def most_below(self) -> Floats:
        """Return the most incidents that each place can have of what earlier numbers limit."""
        most = np.zeros(int(self.place.max(initial=-1)) + 1)
        for at in self.earlier:
            region, first = np.unique(self.region[at], return_index=True)
            first = first[region >= 0]
            np.add.at(most, self.place[first], self.ground.releases[at].high[region[region >= 0]])
        return most

    def fewest_below(self, clock: Clock) -> Floats | None:
        """Return incidents on each piece that satisfy earlier numbers, about as few as can be.

        Only those that are in some new total count, of kinds that an earlier number limits. Not
        every kind is tried, so nothing is given back where those tried do not do.
        """
        kinds = _Kinds(self.ground.cover, self.new)
        column_of: dict[tuple[int, int], int] = {}
        patterns, which = np.unique(self._signs(), axis=1, return_inverse=True)
        for at, signs in enumerate(patterns.T):
            chosen = kinds.for_signs(signs, self.earlier)
            for piece in np.flatnonzero(which.ravel() == at).tolist():
                for kind in chosen:
                    column_of[piece, kind] = len(column_of)
        if not column_of:
            return np.zeros(self.pieces.size)
        piece, kind = np.array(list(column_of)).T
        sums, low, high = self._limits(piece, kind)
        counted = np.asarray(self.ground.cover[: self.new].any(axis=0))[kind]
        slack = sparse.eye_array(sums.shape[0], format="csr")
        found = solve(
            np.concatenate([counted.astype(float), np.full(2 * sums.shape[0], _BREAKING)]),
            sparse.csr_array(sparse.hstack([sums, slack, -slack])),
            low,
            high,
            most=np.inf,
            clock=clock,
        )
        if found[kind.size :].sum() > _EPSILON:
            return None
        below = np.bincount(piece, found[: kind.size] * counted, minlength=self.pieces.size)
        return below.astype(np.float64)

    def _signs(self) -> Integers:
        """Return what each earlier release says of each piece: -1 nothing, 0 none, 1 some."""
        signs = np.full((len(self.earlier), self.pieces.size), -1)
        for row, at in enumerate(self.earlier):
            on = self.region[at] >= 0
            signs[row, on] = self.ground.releases[at].high[self.region[at, on]] > 0
        return signs

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

    def leave_room(self, fewest: Floats, need: TargetNeed) -> bool:
        """Tell whether each place can have its most while all others have their fewest."""
        most = self.most_below()
        for at, region, on in self.rows:
            room = float(self.ground.releases[at].high[region]) - float(fewest[on].sum())
            here = np.bincount(self.place[on], fewest[on], minlength=most.size)
            more = (most - here)[np.unique(self.place[on])]
            if room + _EPSILON < max(float(more.max()), need.values - 1):
                return False
        return True


class _Kinds:
    """Which kinds of incident are tried to satisfy earlier numbers, by what they say of a piece."""

    def __init__(self, cover: Flags, new: int) -> None:
        self.cover = cover
        self.in_total = cover[:new].any(axis=0)
        self.known: dict[bytes, list[int]] = {}

    def for_signs(self, signs: Integers, earlier: list[int]) -> list[int]:
        """Return for each number that is not 0 the kind that fewest others take, in and outside."""
        key = signs.tobytes()
        if key not in self.known:
            taken = self.cover[earlier]
            free = ~taken[signs == 0].any(axis=0)
            shared = taken[signs > 0].sum(axis=0)
            best: set[int] = set()
            for row in np.flatnonzero(signs > 0):
                for side in (self.in_total, ~self.in_total):
                    able = np.flatnonzero(taken[row] & free & side)
                    if able.size:
                        best.add(int(able[np.argmin(shared[able])]))
            self.known[key] = sorted(best)
        return self.known[key]
