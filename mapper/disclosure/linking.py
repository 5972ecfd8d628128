"""Which earlier releases can be combined with a new one to work something out.

Two releases can where they speak of the same days and ground and one lens holds the other. Three
or more can where lenses *together* hold another that none of them holds alone: domestic abuse and
all but domestic abuse say between them what all demand can be. More than that no linear reasoning
uses: to take a sum away from others, those others must hold all of it.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from mapper.base.types import Flags
from mapper.disclosure.lens_cover import covered
from mapper.disclosure.lens_pieces import MOST_LENSES, overlapping, related
from mapper.disclosure.register import StoredRelease
from mapper.grid.hexagons import Cells, cells_to_points, points_to_cells, strings_to_cells

Table = Flags  # one row and one column for each release


def linked_to(
    new: Sequence[StoredRelease], earlier: Sequence[StoredRelease]
) -> list[StoredRelease]:
    """Return the earlier releases that can be combined with new ones, however indirectly.

    Parameters
    ----------
    new
        One release, or the several parts of one that are given out together.
    earlier
        The audience's earlier releases.
    """
    known = [*new, *_each_once(earlier)]
    meets = _meeting(known)
    joined = _joined_by_lens(known, meets)
    linked, open_ = set(range(len(new))), list(range(len(new)))
    while open_:
        found = set(np.flatnonzero(joined[open_.pop()]).tolist()) - linked
        linked |= found
        open_ += found
    kept = {id(known[at]) for at in linked}
    return [other for other in earlier if id(other) in kept]


def _each_once(releases: Sequence[StoredRelease]) -> list[StoredRelease]:
    """Return releases without those that say again what an earlier one said."""
    said = {
        (
            *(one.told_of, one.parts),
            *(one.region.tobytes(), one.low.tobytes(), one.high.tobytes()),
        ): one
        for one in reversed(releases)
    }
    return list(reversed(said.values()))


def _meeting(known: Sequence[StoredRelease]) -> Table:
    """Tell which releases speak of a day, a piece of ground and a kind of incident in common."""
    meets = np.zeros((len(known), len(known)), dtype=bool)
    grounds = _Grounds()
    for at, to in combinations(range(len(known)), 2):
        one, other = known[at], known[to]
        if one.last < other.first or other.last < one.first:
            continue
        if overlapping(one.selection, other.selection) and grounds.share(one, other):
            meets[at, to] = meets[to, at] = True
    return meets


def _joined_by_lens(known: Sequence[StoredRelease], meets: Table) -> Table:
    """Tell which of the releases that meet have lenses that nest or hold one another together."""
    joined = np.zeros_like(meets)
    for at, to in np.argwhere(np.triu(meets)).tolist():
        joined[at, to] = joined[to, at] = related(known[at].selection, known[to].selection)
    for at, one in enumerate(known):
        others = np.flatnonzero(meets[at]).tolist()
        apart = [to for to in others if not covered(one.selection, (known[to].selection,))]
        lenses = tuple(dict.fromkeys(known[to].selection for to in apart))
        together = len(lenses) > 1 and (
            len(lenses) >= MOST_LENSES or covered(one.selection, lenses)
        )
        if together:
            joined[at, apart] = joined[apart, at] = True
    return joined


class _Grounds:
    """Which releases share ground; most are of the same cells, so each list is compared once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bool] = {}
        self._indexes: dict[int, Cells] = {}
        self._lists: dict[tuple[str, ...], int] = {}

    def share(self, one: StoredRelease, other: StoredRelease) -> bool:
        """Tell whether two releases share ground."""
        coarse, fine = sorted((one, other), key=lambda release: release.resolution)
        lists = [self._lists.setdefault(r.cells, len(self._lists)) for r in (coarse, fine)]
        for number, release in zip(lists, (coarse, fine), strict=True):
            if number not in self._indexes:
                self._indexes[number] = strings_to_cells(np.array(release.cells, dtype=object))
        key = (lists[0], lists[1])
        if key not in self._known:
            held = self._indexes[lists[1]]
            if coarse.resolution != fine.resolution:
                held = points_to_cells(*cells_to_points(held), resolution=coarse.resolution)
            self._known[key] = bool(np.isin(held, self._indexes[lists[0]]).any())
        return self._known[key]
