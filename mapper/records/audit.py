"""The audit log: who did or saw what, when, as a chain that shows every change made to it.

Each entry's hash is the SHA-256 of the hash before it and of the entry in one canonical form. An
entry is written in the same transaction as the act it tells of: both are kept, or neither. The
database itself refuses to change or delete an entry; someone with the database in hand can undo
that guard, and is then found by :mod:`mapper.records.audit_check`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, desc, insert, select

from mapper.base.text import line_text
from mapper.records.database import is_writing
from mapper.records.schema.trust import audit

EventKind = Literal[
    "sign-in",
    "sign-in refused",
    "sign-out",
    "refused",  # a page, file or call that a role does not show
    "view",  # operational detail was shown
    "release",
    "release refused",
    "export",  # a file left: its digest is the entry's
    "settings",
    "role",
    "threshold",
    "import",
    "save",  # a version of an assessment, plan, intervention or meeting
    "deletion",
]

NOTHING_BEFORE = "0" * 64  # what the first entry has as the hash before it
_LONGEST = 2_000  # characters of a subject or a person
_LONGEST_DETAIL = 100_000


@dataclass(frozen=True)
class Event:
    """Something that leaves a trace.

    ``subject`` names what was seen or done to, in words or by id; ``digest`` is the SHA-256 of
    what left or was kept; ``detail`` is whatever else JSON can say.
    """

    kind: EventKind
    person: str
    subject: str = ""
    role: str = ""
    digest: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in get_args(EventKind):
            raise ValueError(f"“{self.kind}” is no kind of audit event")


@dataclass(frozen=True)
class AuditEntry:
    """One entry of the log, as it is kept."""

    number: int  # 1, 2, 3 and so on, without gaps
    at: str  # 2026-11-23T09:30:00.000000Z
    kind: str
    person: str
    role: str
    subject: str
    digest: str
    detail: str  # JSON
    previous: str
    hash: str


def append(connection: Connection, event: Event, *, at: datetime | None = None) -> AuditEntry:
    """Add an entry at the end of the log, within the transaction of the act itself.

    Parameters
    ----------
    connection
        From :meth:`Database.write`: one writer at a time keeps the chain without gaps.
    at
        The moment; now unless given.

    Raises
    ------
    ValueError
        When the connection is no writer's, or the detail is no JSON: faults of this program.
    """
    if not is_writing(connection):
        raise ValueError("an audit entry needs the connection of database.write()")
    last = connection.execute(
        select(audit.c.number, audit.c.hash).order_by(desc(audit.c.number)).limit(1)
    ).first()
    told: dict[str, Any] = {
        "number": last.number + 1 if last else 1,
        "at": _moment(at or datetime.now(UTC)),
        "kind": event.kind,
        "person": _text(event.person),
        "role": _text(event.role),
        "subject": _text(event.subject),
        "digest": event.digest,
        "detail": _detail(event.detail),
    }
    previous = last.hash if last else NOTHING_BEFORE
    entry = AuditEntry(**told, previous=previous, hash=chained(previous, told))
    connection.execute(insert(audit), asdict(entry))
    return entry


def chained(previous: str, told: Mapping[str, object]) -> str:
    """Return the hash of an entry: of the hash before it and of all that it tells."""
    return hashlib.sha256(previous.encode() + canonical(told).encode()).hexdigest()


def canonical(value: object) -> str:
    """Return JSON in its one form: sorted, without spaces, in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _moment(at: datetime) -> str:
    """Return a moment as text of one length, so that text order is time order."""
    if at.tzinfo is None:
        raise ValueError("an audit entry's moment needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _text(given: str) -> str:
    """Return text that every database keeps to the letter, cut where it is endless."""
    whole = line_text(given)
    return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 1]}…"


def _detail(given: Mapping[str, object]) -> str:
    """Return the detail as canonical JSON."""
    told = canonical(dict(given))
    if len(told) > _LONGEST_DETAIL:
        raise ValueError(f"an audit entry's detail has {len(told):,} characters: too many")
    return told
