"""Who saw what, when: the log filtered for administrators, and exported as CSV.

Taking the log out is itself an export, so it leaves an entry with the file's digest.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, desc, func, or_, select

from mapper.base.text import count, spreadsheet_text
from mapper.records.audit import AuditEntry, Event, append
from mapper.records.schema.trust import audit

MARKING = "OFFICIAL-SENSITIVE"


@dataclass(frozen=True)
class AuditFilter:
    """Which entries to show; what is left empty filters nothing."""

    kinds: tuple[str, ...] = ()
    person: str = ""  # exactly
    words: str = ""  # anywhere in the subject or detail, capitals or not
    first: date | None = None  # days are UTC, as the log is
    last: date | None = None


def count_entries(connection: Connection, wanted: AuditFilter) -> int:
    """Return how many entries a filter leaves."""
    count = select(func.count()).select_from(audit).where(*_conditions(wanted))
    return connection.scalar(count) or 0


def find_entries(
    connection: Connection, wanted: AuditFilter, *, limit: int | None = 100, skip: int = 0
) -> list[AuditEntry]:
    """Return entries, newest first, a page at a time."""
    found = (
        select(audit)
        .where(*_conditions(wanted))
        .order_by(desc(audit.c.number))
        .limit(limit)
        .offset(skip)
    )
    return [AuditEntry(**row) for row in connection.execute(found).mappings()]


def people_in_log(connection: Connection) -> list[str]:
    """Return everyone the log speaks of, for a list to choose from."""
    return list(connection.scalars(select(audit.c.person).distinct().order_by(audit.c.person)))


def export_audit(
    connection: Connection, wanted: AuditFilter, *, person: str, role: str = ""
) -> bytes:
    """Return the entries of a filter as CSV, and leave an entry that they were taken.

    Parameters
    ----------
    connection
        From :meth:`Database.write`.
    person, role
        Who takes them.
    """
    entries = find_entries(connection, wanted, limit=None)
    content = audit_csv(entries)
    detail = {"entries": len(entries), "filter": {k: str(v) for k, v in asdict(wanted).items()}}
    event = Event(
        kind="export",
        person=person,
        role=role,
        subject="audit log",
        digest=hashlib.sha256(content).hexdigest(),
        detail=detail,
    )
    append(connection, event)
    return content


def audit_csv(entries: Sequence[AuditEntry]) -> bytes:
    """Return entries as marked CSV in which no text is a formula."""
    names = [field.name for field in fields(AuditEntry)]
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(
        [f"{MARKING}: audit log, {count(len(entries), 'entry', 'entries')}, newest first"]
    )
    writer.writerow(names)
    for entry in entries:
        cells = [getattr(entry, name) for name in names]
        writer.writerow([spreadsheet_text(c) if isinstance(c, str) else c for c in cells])
    return made.getvalue().encode("utf-8-sig")


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    """Return a filter as conditions on the log."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.kinds:
        conditions.append(audit.c.kind.in_(wanted.kinds))
    if wanted.person:
        conditions.append(audit.c.person == wanted.person)
    if wanted.words:
        inside = (audit.c.subject, audit.c.detail)
        found = (column.icontains(wanted.words, autoescape=True) for column in inside)
        conditions.append(or_(*found))
    if wanted.first:
        conditions.append(audit.c.at >= wanted.first.isoformat())
    if wanted.last:
        conditions.append(audit.c.at < (wanted.last + timedelta(days=1)).isoformat())
    return conditions
