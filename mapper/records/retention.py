"""Retention: how long datasets and releases are kept, and their real deletion when it is over.

An administrator sets a number of days for each kind, or a date for one item; when it is over,
:func:`apply_retention` deletes rows and files for good. SQLite overwrites deleted bytes and its
file is rewritten; PostgreSQL rewrites the tables. What stays is how many items and rows there
were, in the table of deletions and in the audit log, whose earlier entries also keep the title
under which something was imported or released. Backups and the disk's own copies are out of reach.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy import Connection, delete, insert, select

from mapper.base.errors import RecordsError
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.datasets import (
    KeptDataset,
    dataset_folder,
    drop_datasets,
    kept_datasets,
    remove_folder,
)
from mapper.records.lock import sole_writer
from mapper.records.releases import KeptRelease, drop_releases, kept_releases
from mapper.records.schema.trust import retention
from mapper.records.sessions import forget_sessions

Kind = Literal["dataset", "release"]

LONGEST_DAYS = 36_500
_SESSIONS_KEPT = timedelta(days=90)  # after their end; the log keeps sign-in and end itself


@dataclass(frozen=True)
class Due:
    """What is to be deleted on a day."""

    datasets: tuple[KeptDataset, ...]
    releases: tuple[KeptRelease, ...]

    def __bool__(self) -> bool:
        return bool(self.datasets or self.releases)


def retention_days(connection: Connection) -> Mapping[str, int]:
    """Return for how many days each kind is kept; a kind that is absent is kept for ever."""
    found = connection.execute(select(retention.c.kind, retention.c.days))
    return {row.kind: row.days for row in found}


def set_retention(
    connection: Connection, kind: Kind, days: int | None, *, person: str, role: str = ""
) -> None:
    """Set for how many days a kind is kept, nothing for ever; and record who did.

    Raises
    ------
    RecordsError
        When the kind is unknown or the number is none that can be kept to.
    """
    if kind not in get_args(Kind):
        raise RecordsError(f"“{kind}” has no retention: choose dataset or release.")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise RecordsError(
            f"{days} days cannot be kept to: give 1 to {LONGEST_DAYS:,}, or leave the number out"
            " to keep for ever."
        )
    before = retention_days(connection).get(kind)
    connection.execute(delete(retention).where(retention.c.kind == kind))
    if days is not None:
        row = {"kind": kind, "days": days, "set": datetime.now(UTC), "set_by": person}
        connection.execute(insert(retention), row)
    detail = {"kind": kind, "days": days, "before": before}
    append(connection, Event("settings", person, "retention", role, detail=detail))


def due(connection: Connection, *, today: date) -> Due:
    """Return what is over on a day: past its own date, or else past the rule's days."""
    days = retention_days(connection)
    return Due(
        datasets=tuple(
            one
            for one in kept_datasets(connection)
            if _is_over(one.expires, one.imported, days.get("dataset"), today)
        ),
        releases=tuple(
            one
            for one in kept_releases(connection)
            if _is_over(one.expires, one.made, days.get("release"), today)
        ),
    )


def apply_retention(
    database: Database, workspace: Path, *, today: date, person: str, role: str = ""
) -> Due:
    """Delete what is over, for good, and return what it was.

    Rows go first, with their counts and audit entry in one transaction; then files; then the
    bytes that the database still had of them.

    Raises
    ------
    RecordsError
        When another process is writing, or there is no room: run it again, nothing is half gone.
    """
    with sole_writer(workspace, doing="deleting what is past its retention", wait=30):
        with database.write() as connection:
            gone = due(connection, today=today)
            over = {"person": person, "role": role, "because": "expired"}
            drop_datasets(connection, list(gone.datasets), **over)
            drop_releases(connection, gone.releases, **over)
            midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
            forgotten = forget_sessions(connection, before=midnight - _SESSIONS_KEPT)
        for one in gone.datasets:
            remove_folder(dataset_folder(workspace, one.dataset))
        if gone or forgotten:
            scrub(database)
    return gone


def scrub(database: Database) -> None:
    """Rewrite the database without the bytes of what was deleted, its journal included."""
    if database.dialect == "postgresql":
        database.maintain("VACUUM FULL datasets", "VACUUM FULL releases", "VACUUM FULL sessions")
    else:
        database.maintain("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")


def expiry_of(own: date | None, made: datetime, days: int | None) -> date | None:
    """Return the first day on which an item is over: its own, or else by the rule; none: never."""
    if own is not None:
        return own
    return made.date() + timedelta(days=days) if days is not None else None


def _is_over(own: date | None, made: datetime, days: int | None, today: date) -> bool:
    """Tell whether an item's time is over on a day."""
    day = expiry_of(own, made, days)
    return day is not None and day <= today
