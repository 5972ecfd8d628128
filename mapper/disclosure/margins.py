"""A large system by its margins: what each place holds, and what places hold together of each kind.

The unknowns of a system are counts, of a kind (some days, some kinds of incident) at a place.

Places in the same larger places, with no number of their own, are told of together alone: they are
one place, and a count at one of them is anything from 0 to that of all. So are the kinds of a place
of which a single number speaks.

Places in the same larger places, whose own numbers tell the same kinds apart, can exchange
incidents one for one: no printed number notices. So every printed number is a sum of margins: how
much a place holds of kinds that its own numbers tell together, and how much such places hold
together of one kind. Margins with the same total are those of some table of counts, so the system
of margins says the same as the whole one, with far fewer unknowns. A single count can be what its
two margins leave it, ``max(0, held + kind - total)`` to ``min(held, kind)`` (Fréchet 1951).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.base.lazy import Lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from mapper.base.types import Flags, Floats, Integers
else:
    sparse = Lazy("scipy.sparse")

_NONE = -1
_Said = tuple[int, bytes, bytes]  # a sum, -1 for one of this place alone; its kinds; how often each


@dataclass(frozen=True, eq=False)
class Tables:
    """Which place and which kind each unknown of a system is the count of."""

    place: Integers
    kind: Integers


@dataclass(frozen=True, eq=False)
class Crossed:
    """Targets that are one count where two margins cross, by the unknowns that these are."""

    target: Integers
    held: Integers  # by the place
    kind: Integers  # of the kind, by all places that exchange it
    total: Integers  # of all its kinds, by all these places
    part: Flags  # it is one of several places told of together, and can be 0

    @classmethod
    def none(cls) -> Crossed:
        """Return no target at all."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, nothing, nothing, nothing > 0)

    @classmethod
    def together(cls, parts: Sequence[Crossed]) -> Crossed:
        """Return those of several systems."""
        names = ("target", "held", "kind", "total", "part")
        fields = {name: np.concatenate([getattr(one, name) for one in parts]) for name in names}
        return cls(**fields)

    def margins(self) -> Integers:
        """Return the unknowns that are margins of any."""
        return np.unique(np.concatenate([self.held, self.kind, self.total]))

    def shifted(self, targets: int, unknowns: int) -> Crossed:
        """Return the same in a larger system, so many targets and unknowns further on."""
        further = (self.held + unknowns, self.kind + unknowns, self.total + unknowns)
        return Crossed(self.target + targets, *further, self.part)

    def among(self, targets: Integers) -> Crossed:
        """Return those of some targets."""
        at = np.flatnonzero(np.isin(self.target, targets))
        return Crossed(self.target[at], self.held[at], self.kind[at], self.total[at], self.part[at])

    def ends(self, least: Floats, most: Floats) -> tuple[Floats, Floats]:
        """Return what each can be where the margins are between two ends."""
        low = least[self.held] + least[self.kind] - most[self.total]
        low = np.where(self.part, 0.0, np.maximum(low, 0.0))
        return low, np.minimum(most[self.held], most[self.kind])

    def limits(self, unknowns: int) -> sparse.csr_array:
        """Return sums that are at most 0, with the counts themselves as further unknowns."""
        size = self.target.size
        held, kind, total = (
            sparse.csr_array((np.ones(size), (np.arange(size), at)), shape=(size, unknowns))
            for at in (self.held, self.kind, self.total)
        )
        count = sparse.eye_array(size, format="csr")
        whole = np.flatnonzero(~self.part)
        return sparse.block_array(
            [
                [-held, count],
                [-kind, count],
                [(held + kind - total)[whole], -count[whole]],
            ],
            format="csr",
        )


@dataclass(frozen=True, eq=False)
class Margins:
    """A system of margins."""

    sums: sparse.csr_array  # those of the whole system, then balances that are 0
    balances: int
    targets: sparse.csr_array  # empty where a target is crossed
    crossed: Crossed


def margins_of(
    sums: sparse.csr_array, targets: sparse.csr_array, made: sparse.csr_array, tables: Tables
) -> Margins | None:
    """Return a system by its margins; nothing where no places can exchange anything.

    Parameters
    ----------
    sums, targets
        Of the whole system, shape (limits, unknowns) and (targets, unknowns).
    made
        Which sums added up make a target, shape (targets, limits); a target of which no sum is
        said has unknowns of its own.
    tables
        What the unknowns are counts of.
    """
    entries, tables, column, part = _told_once(sums.tocoo(), tables)
    many = _of_several_places(entries, tables)
    pool, apart = _pools(entries, tables, many)
    pooled = pool >= 0
    if not (pooled.any() or part.any()):
        return None
    held, kind, total, unknowns = _numbers(pool, tables)
    at = np.where(many[entries.row], kind[entries.col], held[entries.col])
    at = np.where(pooled[entries.col], at, apart[entries.col])
    short = _each_once(entries.row, at, entries.data, (sums.shape[0], unknowns))
    balances = _balances(held[pooled], kind[pooled], total[pooled], unknowns)
    margins = tuple(np.where(pooled, one, apart)[column] for one in (held, kind, total))
    crossed, own = _own_targets(targets, made, pooled[column] | part, (*margins, part), unknowns)
    return Margins(
        sparse.csr_array(sparse.vstack([short, balances], format="csr")),
        balances.shape[0],
        sparse.csr_array(made @ short + own),
        crossed,
    )


def _told_once(
    entries: sparse.coo_array, tables: Tables
) -> tuple[sparse.coo_array, Tables, Integers, Flags]:
    """Return a system in which places that are only told of together are one.

    Given back too: the new unknown of each old one, and whether it is a part of that.
    """
    alike: defaultdict[tuple[_Said, ...], list[int]] = defaultdict(list)
    many = _of_several_places(entries, tables)
    for place, said in _spoken_of(entries, tables, many).items():
        if all(sum_ != _NONE for sum_, *_ in said):
            alike[tuple(sorted(said))].append(place)
    first = np.arange(int(tables.place.max()) + 1)
    for places in alike.values():
        first[places] = places[0]
    kind = np.where(_told_in_one_sum(entries, tables)[tables.place], 0, tables.kind)
    pairs = np.column_stack([first[tables.place], kind])
    names, column = np.unique(pairs, axis=0, return_inverse=True)
    column = column.ravel()
    shape = (entries.shape[0], len(names))
    once = _each_once(entries.row, column[entries.col], entries.data, shape)
    part = np.bincount(column)[column] > 1
    return once.tocoo(), Tables(names[:, 0], names[:, 1]), column, np.asarray(part, dtype=bool)


def _told_in_one_sum(entries: sparse.coo_array, tables: Tables) -> Flags:
    """Tell of each place whether a single sum speaks of it."""
    pairs = np.unique(np.column_stack([tables.place[entries.col], entries.row]), axis=0)
    sums_of = np.bincount(pairs[:, 0], minlength=int(tables.place.max()) + 1)
    return np.asarray(sums_of == 1)


def _of_several_places(entries: sparse.coo_array, tables: Tables) -> Flags:
    """Tell which sums are over more than one place of which other sums speak too."""
    shared = ~_told_in_one_sum(entries, tables)[tables.place[entries.col]]
    entries = sparse.coo_array(
        (entries.data[shared], (entries.row[shared], entries.col[shared])), shape=entries.shape
    )
    place = tables.place[entries.col]
    first = np.full(entries.shape[0], np.iinfo(np.int64).max)
    last = np.full(entries.shape[0], _NONE)
    np.minimum.at(first, entries.row, place)
    np.maximum.at(last, entries.row, place)
    return np.asarray(first < last)


def _pools(entries: sparse.coo_array, tables: Tables, many: Flags) -> tuple[Integers, Integers]:
    """Return the pool in which each unknown can be exchanged, -1 for none, and its number if none.

    A pool is of places with the same sums over several places and the same kinds in sums of their
    own, and of kinds that the same of these own sums hold.
    """
    spoken = _spoken_of(entries, tables, many)
    alike: defaultdict[tuple[_Said, ...], list[int]] = defaultdict(list)
    for place, said in spoken.items():
        alike[tuple(sorted(said))].append(place)
    group = np.full(int(tables.place.max()) + 1, _NONE)
    kinds = np.zeros((len(alike) + 1, int(tables.kind.max()) + 1), dtype=np.int64)
    for number, (same, places) in enumerate(alike.items()):
        if len(places) > 1:
            group[places] = number
            kinds[number] = _told_together(same, kinds.shape[1])
    of = group[tables.place]
    together = np.where(of >= 0, of * kinds.shape[1] + kinds[of, tables.kind], _NONE)
    _, pool = np.unique(together, return_inverse=True)
    pair = np.unique(np.column_stack([pool, tables.kind]), axis=0)[:, 0]
    several = np.bincount(pair, minlength=pool.max() + 1) > 1
    pool = np.where((of >= 0) & several[pool], pool, _NONE)
    return pool, np.cumsum(pool < 0) - 1


def _spoken_of(entries: sparse.coo_array, tables: Tables, many: Flags) -> dict[int, list[_Said]]:
    """Return what is said of each place: the sum, where it is over several, and of which kinds."""
    place, kind = tables.place[entries.col], tables.kind[entries.col]
    order = np.lexsort((kind, entries.row, place))
    place, row, kind, data = place[order], entries.row[order], kind[order], entries.data[order]
    starts = np.flatnonzero(np.diff(place, prepend=_NONE) | np.diff(row, prepend=_NONE))
    name = np.where(many[row], row, _NONE)
    said: dict[int, list[_Said]] = {}
    for first, after in pairwise([*starts.tolist(), place.size]):
        words = (int(name[first]), kind[first:after].tobytes(), data[first:after].tobytes())
        said.setdefault(int(place[first]), []).append(words)
    return said


def _told_together(said: tuple[_Said, ...], kinds: int) -> Integers:
    """Return a number for each kind, the same for kinds that a place's own sums tell together."""
    own = [(held, by) for sum_, held, by in said if sum_ == _NONE]
    told = np.zeros((len(own), kinds))
    for at, (held, by) in enumerate(own):
        told[at, np.frombuffer(held, dtype=np.int64)] = np.frombuffer(by)
    return np.unique(told, axis=1, return_inverse=True)[1].ravel() if own else np.zeros(kinds, int)


def _numbers(pool: Integers, tables: Tables) -> tuple[Integers, Integers, Integers, int]:
    """Return the three margins of each unknown of a pool, numbered after those of none."""
    pooled = pool >= 0
    after = int((~pooled).sum())
    found = []
    for other in (tables.place, tables.kind, np.zeros_like(pool)):
        number = np.full(pool.size, _NONE)
        pairs = np.column_stack([pool[pooled], other[pooled]])
        names, inverse = np.unique(pairs, axis=0, return_inverse=True)
        number[pooled] = after + inverse.ravel()
        after += len(names)
        found.append(number)
    held, kind, total = found
    return held, kind, total, after


def _each_once(
    row: NDArray[np.signedinteger[Any]], column: Integers, data: Floats, shape: tuple[int, int]
) -> sparse.csr_array:
    """Return a matrix in which entries told several times stand once."""
    _, first = np.unique(row.astype(np.int64) * shape[1] + column, return_index=True)
    return sparse.csr_array((data[first], (row[first], column[first])), shape=shape)


def _balances(held: Integers, kind: Integers, total: Integers, unknowns: int) -> sparse.csr_array:
    """Return each total less what its places hold, and less what is of its kinds."""
    totals, row = np.unique(total, return_inverse=True)
    each = np.arange(totals.size)
    parts = []
    for margin in (held, kind):
        minus = _each_once(row, margin, -np.ones(row.size), (totals.size, unknowns))
        plus = sparse.csr_array((np.ones(totals.size), (each, totals)), shape=minus.shape)
        parts.append(plus + minus)
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def _own_targets(
    targets: sparse.csr_array,
    made: sparse.csr_array,
    crossing: Flags,
    numbers: tuple[Any, ...],
    unknowns: int,
) -> tuple[Crossed, sparse.csr_array]:
    """Return targets that no sums make: where margins cross, and those of a single unknown."""
    entries = targets.tocoo()
    own = (np.diff(made.indptr) == 0)[entries.row]
    row, col = entries.row[own].astype(np.int64), entries.col[own]
    crossed = crossing[col]
    held, *_ = numbers
    return (
        Crossed(row[crossed], *(one[col[crossed]] for one in numbers)),
        sparse.csr_array(
            (entries.data[own][~crossed], (row[~crossed], held[col[~crossed]])),
            shape=(targets.shape[0], unknowns),
        ),
    )
