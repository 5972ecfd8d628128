"""The register of releases: what each audience has been given before, as the numbers it can use.

A new release is checked against all earlier ones of its audience (:mod:`mapper.disclosure.
differencing`), because people put together what they were given at different times. Kept is what
an audience was told and nothing else: no true count is ever stored here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from threading import RLock
from types import MappingProxyType
from typing import Any, Protocol, TypeVar, cast

import numpy as np

from mapper.base.types import Flags, Integers
from mapper.disclosure.rules import READ_BY, AudienceRule, readers_of, rules
from mapper.lenses.lens import Clauses, Condition

Made = TypeVar("Made")
_OVERTAKEN = 3  # checks that others may overtake; the next one holds the register
UNLIMITED = 1_000_000_000  # an upper limit that says nothing


@dataclass(frozen=True)
class Selection:
    """Which incidents a lens takes, as far as it can be compared with another lens."""

    include: Clauses  # an incident counts when it meets one of these
    exclude: Clauses = ()  # and none of these


@dataclass(frozen=True, eq=False)
class StoredRelease:
    """What one release told its audience: an interval for the count of each region.

    A region is one or more cells of one resolution; most are a single cell. ``low`` and ``high``
    are what the audience can conclude from what is printed: 0 and 0 for a zero, 1 and 4 for
    "fewer than 5", 8 and 12 for a 10, 0 and ``UNLIMITED`` for a withheld count.
    """

    digest: str  # of the release; its key
    audience: str
    title: str  # the lens's title, for people
    area_title: str
    first: date  # first and last day, both included
    last: date
    resolution: int
    selection: Selection
    cells: tuple[str, ...]  # H3 strings
    region: Integers  # number of the region of each cell, shape (cells,)
    low: Integers  # of each region
    high: Integers
    filters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # for people
    # Region, least and most of each number that a region's count was parted into (its shifts).
    parts: tuple[tuple[int, float, float], ...] = ()
    parts_whole: bool = True  # the parts add up to the count; otherwise to no more than it

    def withholding(self, withheld: Flags) -> "StoredRelease":
        """Return the same with some of its numbers left out."""
        return replace(
            self,
            low=np.where(withheld, 0, self.low),
            high=np.where(withheld, UNLIMITED, self.high),
            parts=tuple(part for part in self.parts if not withheld[part[0]]),
        )

    @property
    def told_of(self) -> tuple[object, ...]:
        """What it speaks of, whatever it says: days, size of cells, kind of incident, ground."""
        return self.first, self.last, self.resolution, self.selection, self.cells

    def __post_init__(self) -> None:
        sound = (
            len(self.cells) == self.region.size
            and self.low.shape == self.high.shape
            and bool((self.low <= self.high).all())
            and (self.region.size == 0 or 0 <= self.region.min() <= self.region.max())
            and self.region.max(initial=-1) < self.low.size
            and self.first <= self.last
            and all(0 <= at < self.low.size and low <= high for at, low, high in self.parts)
        )
        if not sound:
            raise ValueError(f"stored release {self.digest[:12]}: parts that do not fit together")


class Register(Protocol):
    """Where releases are kept; in memory here, in the database for an installation."""

    def earlier(self, audience: str) -> Sequence[StoredRelease]:
        """Return the releases of an audience that still count, oldest first."""
        ...

    def add(self, stored: StoredRelease) -> None:
        """Keep a release; the same digest twice is kept once."""
        ...

    def stamp(self) -> object:
        """Return what changes whenever a release of any audience is kept or forgotten."""
        ...

    def turn(self) -> AbstractContextManager[object]:
        """Wait until no other check of this program is under way; others may write meanwhile."""
        ...

    def hold(self) -> AbstractContextManager[None]:
        """Keep others from adding between the check of a release and its :meth:`add`."""
        ...


@dataclass(frozen=True, eq=False)
class AudienceHoldings:
    """What one audience holds before something new is given: all that it may read."""

    reader: AudienceRule
    releases: tuple[StoredRelease, ...]


def held_by_readers(register: Register, audience: str) -> tuple[AudienceHoldings, ...]:
    """Return what each audience holds that will read a new release, its own audience first.

    A partner reads what is published, so releases to the public stand beside those to partners,
    and a new one to the public is checked beside all that partners hold.
    """
    known = rules().audiences
    return tuple(
        AudienceHoldings(
            known[reader],
            tuple(one for read in READ_BY[reader] for one in register.earlier(read)),
        )
        for reader in readers_of(audience)
    )


def checked_and_kept(
    register: Register, check: Callable[[], tuple[Made, Sequence[StoredRelease]]]
) -> Made:
    """Return what a check makes, kept in the register beside just what it was checked beside.

    A check may take minutes, and who holds the register keeps every other writer out, of the log
    as well. So it is made beside the register as it stands, and kept in one transaction with the
    proof that this is still all there is. Where it is not, it is made anew; at last while the
    register is held, so that it comes to an end.

    Parameters
    ----------
    check
        Makes something and tells what is to be kept of it, or refuses.
    """

    def kept() -> Made:
        for part in new:
            register.add(part)
        return made

    with register.turn():
        for _ in range(_OVERTAKEN):
            beside = register.stamp()
            made, new = check()
            with register.hold():
                if register.stamp() == beside:
                    return kept()
        with register.hold():
            made, new = check()
            return kept()


class MemoryRegister:
    """A register that lives as long as the program."""

    def __init__(self, releases: Sequence[StoredRelease] = ()) -> None:
        self._kept: dict[str, StoredRelease] = {one.digest: one for one in releases}
        self._lock = RLock()

    def earlier(self, audience: str) -> Sequence[StoredRelease]:
        """Return the releases of an audience, oldest first."""
        with self._lock:
            return tuple(one for one in self._kept.values() if one.audience == audience)

    def add(self, stored: StoredRelease) -> None:
        """Keep a release; the same digest twice is kept once."""
        with self._lock:
            self._kept.setdefault(stored.digest, stored)

    def stamp(self) -> object:
        """Return what changes whenever a release is kept."""
        with self._lock:
            return tuple(self._kept)

    def turn(self) -> AbstractContextManager[object]:
        """Keep other threads out for a while: there is nobody else here to wait for."""
        return self.hold()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep other threads out for a while."""
        with self._lock:
            yield


def to_document(stored: StoredRelease) -> dict[str, Any]:
    """Return a stored release in the types of JSON."""
    return {
        "digest": stored.digest,
        "audience": stored.audience,
        "title": stored.title,
        "area_title": stored.area_title,
        "first": stored.first.isoformat(),
        "last": stored.last.isoformat(),
        "resolution": stored.resolution,
        "include": _listed(stored.selection.include),
        "exclude": _listed(stored.selection.exclude),
        "cells": list(stored.cells),
        "region": stored.region.tolist(),
        "low": stored.low.tolist(),
        "high": stored.high.tolist(),
        "filters": dict(stored.filters),
        "parts": [list(part) for part in stored.parts],
        "parts_whole": stored.parts_whole,
    }


def from_document(document: Mapping[str, Any]) -> StoredRelease:
    """Return the stored release that :func:`to_document` made this of.

    Raises
    ------
    ValueError, KeyError, TypeError
        When it was not.
    """
    return StoredRelease(
        digest=document["digest"],
        audience=document["audience"],
        title=document["title"],
        area_title=document["area_title"],
        first=date.fromisoformat(document["first"]),
        last=date.fromisoformat(document["last"]),
        resolution=int(document["resolution"]),
        selection=Selection(_clauses(document["include"]), _clauses(document["exclude"])),
        cells=tuple(map(str, document["cells"])),
        region=np.array(document["region"], dtype=np.int64),
        low=np.array(document["low"], dtype=np.int64),
        high=np.array(document["high"], dtype=np.int64),
        filters=MappingProxyType(dict(document["filters"])),
        parts=tuple(
            (int(at), float(low), float(high)) for at, low, high in document.get("parts", ())
        ),
        parts_whole=bool(document.get("parts_whole", True)),
    )


def _listed(clauses: Clauses) -> list[Any]:
    """Return clauses as nested lists."""
    return [
        [[c, test, list(value) if isinstance(value, tuple) else value] for c, test, value in clause]
        for clause in clauses
    ]


def _clauses(listed: Sequence[Any]) -> Clauses:
    """Return clauses out of nested lists."""
    return tuple(
        tuple(
            cast("Condition", (c, test, tuple(value) if isinstance(value, list) else value))
            for c, test, value in clause
        )
        for clause in listed
    )
