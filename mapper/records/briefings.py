"""Which briefing partners are shown: the latest that somebody released to them.

The choice is kept as an entry of the audit log, and nowhere else: who released what, when, cannot
be changed afterwards, and the newest entry is what counts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import desc, select

from mapper.disclosure.people import Viewer, require, role_of
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.schema.trust import audit

SUBJECT = "Briefing for partners"


@dataclass(frozen=True)
class ReleasedBriefing:
    """A briefing that partners were given."""

    release: str  # digest of its map
    person: str
    made: str  # 2026-11-23T09:30:00.000000Z
    choices: Mapping[str, Any]  # as JSON has them


def release_briefing(
    database: Database, viewer: Viewer, *, release: str, choices: Mapping[str, Any]
) -> None:
    """Make a briefing the one that partners are shown.

    Parameters
    ----------
    release
        Digest of the released map.

    Raises
    ------
    RefusedError
        When the viewer may not release.
    RecordsError
        When it cannot be written down.
    """
    require(viewer, "release")
    role = role_of(viewer)
    event = Event("release", viewer.name, SUBJECT, role, release, {"briefing": dict(choices)})
    with database.write() as connection:
        append(connection, event)


def released_briefing(database: Database) -> ReleasedBriefing | None:
    """Return the latest briefing that was released to partners, if any was."""
    query = (
        select(audit.c.digest, audit.c.person, audit.c.at, audit.c.detail)
        .where(audit.c.kind == "release", audit.c.subject == SUBJECT)
        .order_by(desc(audit.c.number))
        .limit(1)
    )
    with database.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    told = json.loads(row.detail).get("briefing", {})
    return ReleasedBriefing(row.digest, row.person, row.at, told)
