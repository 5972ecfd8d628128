"""Saved versions, texts set aside and drafts: what they are, and how they are read back.

A record is the run of its versions, 1, 2, 3 and so on; the newest is what it says now. Reading
checks each content against its digest, so that damage is told and never shown as somebody's text.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from mapper.base.errors import RecordsError
from mapper.records.content import digest_of_text
from mapper.records.database import Database
from mapper.records.form import Content, RecordKind
from mapper.records.schema.work import work_drafts, work_set_aside, work_versions

LETTERS: Mapping[RecordKind, str] = MappingProxyType(
    {
        "assessment": "A",
        "plan": "P",
        "campaign": "C",
        "intervention": "I",
        "evaluation": "E",
        "meeting": "M",
        "phase": "F",
    }
)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no sign is taken for another when read aloud
_SIGNS = 8  # 32**8: among 10,000 records two meet once in 20,000 installations


@dataclass(frozen=True)
class Version:
    """What somebody saved."""

    record: str
    number: int
    kind: RecordKind
    content: Content
    digest: str
    author: str
    saved: datetime
    reason: str
    title: str
    hotspot_id: str
    ward: str
    form: int


@dataclass(frozen=True)
class SetAside:
    """What somebody meant to save when another had been faster."""

    record: str
    number: int
    kind: RecordKind
    content: Content
    digest: str
    author: str
    saved: datetime
    reason: str
    based_on: int
    behind: int


@dataclass(frozen=True)
class Draft:
    """What somebody typed and has not saved."""

    record: str
    kind: RecordKind
    author: str
    based_on: int  # number of the version they started from, 0 for a new record
    content: Content
    digest: str
    saved: datetime


def new_record(kind: RecordKind) -> str:
    """Return the id of a record that is yet to be saved: A-7K2M9QXB."""
    return f"{LETTERS[kind]}-{''.join(secrets.choice(_ALPHABET) for _ in range(_SIGNS))}"


def newest(database: Database, record: str) -> Version | None:
    """Return what a record says now; nothing where it was never saved."""
    with database.read() as connection:
        return newest_in(connection, record)


def newest_in(connection: Connection, record: str) -> Version | None:
    """Return what a record says now, within a transaction."""
    query = (
        select(work_versions)
        .where(work_versions.c.record == record)
        .order_by(work_versions.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return _version(row) if row else None


def version(database: Database, record: str, number: int) -> Version:
    """Return one version of a record.

    Raises
    ------
    RecordsError
        When there is none of that number.
    """
    for one in history(database, record):
        if one.number == number:
            return one
    raise RecordsError(f"{record} has no version {number}. Choose one from its history.")


def history(database: Database, record: str) -> tuple[Version, ...]:
    """Return every version of a record, the first one first."""
    query = select(work_versions).where(work_versions.c.record == record)
    with database.read() as connection:
        rows = connection.execute(query.order_by(work_versions.c.number)).all()
    return tuple(_version(row) for row in rows)


def set_aside(database: Database, record: str) -> tuple[SetAside, ...]:
    """Return the texts of a record that were set aside, oldest first."""
    query = select(work_set_aside).where(work_set_aside.c.record == record)
    with database.read() as connection:
        rows = connection.execute(query.order_by(work_set_aside.c.number)).all()
    return tuple(SetAside(**_read(row)) for row in rows)


def records(
    database: Database, kind: RecordKind, *, hotspot_id: str | None = None
) -> tuple[Version, ...]:
    """Return the newest version of every record of a kind, last saved first.

    Parameters
    ----------
    hotspot_id
        Only those that now speak of this hot spot.
    """
    query = _newest_of_each(kind)
    if hotspot_id is not None:
        query = query.where(work_versions.c.hotspot_id == hotspot_id)
    order = (work_versions.c.saved.desc(), work_versions.c.record)
    with database.read() as connection:
        rows = connection.execute(query.order_by(*order)).all()
    return tuple(_version(row) for row in rows)


def draft(database: Database, record: str, *, author: str) -> Draft | None:
    """Return what somebody typed into a record and has not saved, if anything."""
    query = select(work_drafts).where(
        work_drafts.c.record == record, work_drafts.c.author == author
    )
    with database.read() as connection:
        row = connection.execute(query).first()
    return Draft(**_read(row)) if row else None


def drafts_of(database: Database, author: str, kind: RecordKind) -> tuple[Draft, ...]:
    """Return the drafts of an author, last typed first."""
    query = select(work_drafts).where(work_drafts.c.author == author, work_drafts.c.kind == kind)
    with database.read() as connection:
        rows = connection.execute(query.order_by(work_drafts.c.saved.desc())).all()
    return tuple(Draft(**_read(row)) for row in rows)


def _newest_of_each(kind: RecordKind) -> Select[Any]:
    """Return the query for the newest version of every record of a kind."""
    last = (
        select(work_versions.c.record, func.max(work_versions.c.number).label("number"))
        .where(work_versions.c.kind == kind)
        .group_by(work_versions.c.record)
        .subquery()
    )
    same = and_(last.c.record == work_versions.c.record, last.c.number == work_versions.c.number)
    return select(work_versions).join(last, same)


def _version(row: Row[Any]) -> Version:
    """Return a row as a version."""
    return Version(**_read(row))


def _read(row: Row[Any]) -> dict[str, Any]:
    """Return a row with its content checked and read."""
    found = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
    if digest_of_text(found["content"]) != found["digest"]:
        raise RecordsError(
            f"{found['record']}: a saved text is not what was saved; the database was changed from"
            " outside or is damaged. Keep a copy of it and restore the last backup."
        )
    found["content"] = MappingProxyType(json.loads(found["content"]))
    return found
