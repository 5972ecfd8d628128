"""Visits: minutes that patrols and partners spent at a place, by day and shift. Never who.

A visit is kept with the cells of its place. It counts for another ground (a hot spot of another
lens or year, a plan, an intervention) where each covers at least half of the other's smaller one.
Two records of one stay are two visits: minutes counted by hand and from positions should not both
be kept for the same days. Dosage says how much was done at a place; what it did is for an
evaluation to tell.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import Connection, delete, func, insert, select

from mapper.base.errors import RecordsError
from mapper.base.text import count, day_in_words
from mapper.base.week import Shift
from mapper.disclosure.people import Viewer, require, role_of
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.form import Content, RecordKind
from mapper.records.place_work import WorkGround
from mapper.records.schema.visits import visits

VisitKind = Literal["patrol", "partner visit"]
KINDS: tuple[VisitKind, ...] = get_args(VisitKind)
VISITED: tuple[RecordKind, ...] = ("plan", "campaign", "intervention")  # whose places are
WHOLE_VISIT = 15  # minutes from which a stay is held to last in its effect (Koper, 1995)
LONGEST = 24 * 60
_SAME_GROUND = 0.5
_WEEK = 7


@dataclass(frozen=True)
class Visit:
    """One stay at a place."""

    day: date  # a night's is that on which it starts
    shift: Shift
    minutes: int
    place: str
    cells: frozenset[str]
    kind: VisitKind = "patrol"

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= LONGEST:
            raise RecordsError(
                f"A visit of {self.minutes:,} minutes cannot be kept: give 1 to {LONGEST:,}."
            )
        if not self.cells or self.kind not in KINDS:
            raise RecordsError(
                "The visit was not kept: choose a place with cells, and what it was."
            )


@dataclass(frozen=True)
class Dosage:
    """How much was done on some ground between two days."""

    visits: int
    minutes: int
    days: int  # with a visit
    of_days: int
    whole: int  # visits that lasted long enough
    last: date | None

    @property
    def words(self) -> str:
        """Return the dosage in a sentence."""
        if not self.visits:
            return f"No visit is recorded in {count(self.of_days, 'day')}."
        return (
            f"{count(self.visits, 'visit')}, {count(self.minutes, 'minute')} in all, on"
            f" {self.days} of {count(self.of_days, 'day')}; {self.whole:,} lasted {WHOLE_VISIT}"
            f" minutes or longer; last on {day_in_words(self.last)}."
        )


def keep_visits(
    database: Database, found: Iterable[Visit], *, viewer: Viewer, origin: str = ""
) -> int:
    """Keep visits, all or none, with one audit entry; return how many.

    Parameters
    ----------
    origin
        SHA-256 of the file they come from; visits of one file are kept once.

    Raises
    ------
    RefusedError
        When the viewer's roles do not plan work on places.
    RecordsError
        When the file was taken in before, or the database cannot be written.
    """
    require(viewer, "plan")
    every, now = tuple(found), datetime.now(UTC)
    with database.write() as connection:
        if origin and _number_of(connection, origin):
            raise RecordsError(
                "Visits of this file were kept before, so none were added. Take those back first,"
                " or choose another file."
            )
        rows = [_row(one, origin, now) for one in every]
        if rows:
            connection.execute(insert(visits), rows)
        append(connection, _event("save", viewer, f"{count(len(every), 'visit')} kept", origin))
    return len(every)


def visits_of_file(database: Database, origin: str) -> int:
    """Return how many visits of a file, told by its SHA-256, are kept."""
    with database.read() as connection:
        return _number_of(connection, origin)


def _number_of(connection: Connection, origin: str) -> int:
    every = select(func.count()).select_from(visits).where(visits.c.origin == origin)
    return int(connection.execute(every).scalar_one())


def remove_visits(database: Database, *, origin: str, viewer: Viewer) -> int:
    """Remove the visits of one file, with an audit entry; return how many there were.

    Raises
    ------
    RefusedError
        When the viewer does not see everything.
    """
    require(viewer, "see everything")
    with database.write() as connection:
        gone = connection.execute(delete(visits).where(visits.c.origin == origin)).rowcount
        append(connection, _event("deletion", viewer, f"{count(gone, 'visit')} removed", origin))
    return gone


def visits_between(database: Database, first: date, last: date) -> tuple[Visit, ...]:
    """Return every visit of some days, first to last, by day."""
    wanted = select(visits).where(visits.c.day.between(first.isoformat(), last.isoformat()))
    with database.read() as connection:
        rows = connection.execute(wanted.order_by(visits.c.day, visits.c.visit)).mappings()
        return tuple(
            Visit(
                day=date.fromisoformat(row["day"]),
                shift=row["shift"],
                minutes=row["minutes"],
                place=row["place"],
                cells=frozenset(row["cells"].split()),
                kind=row["kind"],
            )
            for row in rows
        )


def visits_on(cells: frozenset[str], found: Iterable[Visit]) -> tuple[Visit, ...]:
    """Return the visits that count for some ground."""
    ground = WorkGround("", "", cells)
    return tuple(
        one
        for one in found
        if one.cells == cells
        or max(ground.share_of(one.cells), WorkGround("", "", one.cells).share_of(cells))
        >= _SAME_GROUND
    )


def dosage(cells: frozenset[str], found: Iterable[Visit], *, first: date, last: date) -> Dosage:
    """Return how much was done on some ground between two days, both counted."""
    mine = [one for one in visits_on(cells, found) if first <= one.day <= last]
    return Dosage(
        visits=len(mine),
        minutes=sum(one.minutes for one in mine),
        days=len({one.day for one in mine}),
        of_days=(last - first).days + 1,
        whole=sum(one.minutes >= WHOLE_VISIT for one in mine),
        last=max((one.day for one in mine), default=None),
    )


def kept_to_plan(
    content: Content, found: Iterable[Visit], *, first: date, last: date
) -> tuple[int, int] | None:
    """Return in how many whole weeks the visits that a record asks for were made, and of how many.

    Nothing where a record asks for none, has no cells, or no whole week has passed. Weeks are
    counted back from the last day.
    """
    wanted: Mapping[str, Any] = next(iter(content.get("visits", ())), {})
    cells = frozenset(content.get("cells", ()))
    number, least = int(wanted.get("a_week") or 0), int(wanted.get("minutes") or WHOLE_VISIT)
    weeks = ((last - first).days + 1) // _WEEK
    if not (number and cells and weeks):
        return None
    long_enough = [one for one in visits_on(cells, found) if one.minutes >= least]
    kept = 0
    for week in range(weeks):
        end = last - timedelta(days=_WEEK * week)
        made = sum(end - timedelta(days=_WEEK) < one.day <= end for one in long_enough)
        kept += made >= number
    return kept, weeks


def _row(one: Visit, origin: str, now: datetime) -> dict[str, Any]:
    """Return a visit as the table keeps it."""
    return {
        "visit": f"V-{secrets.token_hex(8)}",
        "day": one.day.isoformat(),
        "shift": one.shift,
        "minutes": one.minutes,
        "kind": one.kind,
        "place": one.place,
        "cells": " ".join(sorted(one.cells)),
        "origin": origin,
        "saved": now,
    }


def _event(kind: Any, viewer: Viewer, words: str, origin: str) -> Event:
    """Return the audit entry of what happened to visits."""
    return Event(kind, viewer.name, subject=words, role=role_of(viewer), digest=origin)
