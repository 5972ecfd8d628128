"""Sessions kept on the server: a sign-in that logout, idleness and expiry really end.

The browser holds what the id is made of; the database holds the id's SHA-256, so a stolen copy of
the database opens no session. Opening and ending write their audit entry in the same transaction.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from mapper.base.errors import RecordsError
from mapper.disclosure.people import Viewer, role_of
from mapper.records.audit import Event, append
from mapper.records.known_people import note_person, viewer_as_kept
from mapper.records.schema.trust import sessions

SessionState = Literal["open", "idle", "expired", "ended"]
Why = Literal[
    "signed out", "idle", "expired", "signed in again", "roles changed", "ended by an administrator"
]


@dataclass(frozen=True)
class Session:
    """One sign-in of one person; its id is known to the browser only."""

    key: str  # SHA-256 of the id
    person: str
    name: str
    role: str
    wards: tuple[str, ...]
    issued: datetime
    expires: datetime
    last_seen: datetime
    agency: str = ""
    ended: datetime | None = None
    ended_because: str | None = None

    def viewer(self, session_id: str) -> Viewer:
        """Return who signed in, as the id's holder."""
        own = self.name, self.role, self.wards, self.agency
        return viewer_as_kept(*own, session=session_id)


def session_key(session_id: str) -> str:
    """Return what the database knows a session by."""
    return hashlib.sha256(session_id.encode("utf-8", "replace")).hexdigest()


def session_state(session: Session, *, now: datetime, idle: timedelta) -> SessionState:
    """Tell whether a session may still be used, by somebody who may be idle for so long."""
    if session.ended is not None:
        return "ended"
    if now >= session.expires:
        return "expired"
    return "idle" if now - session.last_seen >= idle else "open"


def open_session(
    connection: Connection, viewer: Viewer, *, expires: datetime, now: datetime
) -> None:
    """Open a session, record the sign-in, and any change of role since the last one.

    Raises
    ------
    RecordsError
        When the id has stood for a session before: a sign-in is not to be replayed.
    """
    if find_session(connection, viewer.session) is not None:
        raise RecordsError("This sign-in was used before and opens nothing again. Sign in anew.")
    key, wards = session_key(viewer.session), sorted(viewer.wards)
    told = {"name": viewer.name, "role": role_of(viewer), "agency": viewer.agency}
    times = {"issued": now, "expires": expires, "last_seen": now}
    row = {"key": key, "person": viewer.name, "wards": json.dumps(wards), **told, **times}
    connection.execute(insert(sessions), row)
    note_person(connection, person=viewer.name, wards=wards, now=now, **told)
    detail = {"wards": wards, "expires": expires.isoformat(), "session": key}
    if viewer.agency:
        detail["agency"] = viewer.agency
    event = Event("sign-in", viewer.name, role=role_of(viewer), detail=detail)
    append(connection, event, at=now)


def find_session(connection: Connection, session_id: str) -> Session | None:
    """Return the session of an id, in whatever state it is; nothing where there is none."""
    found = select(sessions).where(sessions.c.key == session_key(session_id))
    row = connection.execute(found).mappings().first()
    return _session(row) if row else None


def open_sessions(connection: Connection) -> list[Session]:
    """Return every session that nobody ended, newest first; some may be idle or expired."""
    found = select(sessions).where(sessions.c.ended.is_(None)).order_by(sessions.c.issued.desc())
    return [_session(row) for row in connection.execute(found).mappings()]


def touch_session(connection: Connection, key: str, *, now: datetime) -> None:
    """Record that a person is still there; an ended or expired session stays as it is."""
    live = (sessions.c.key == key) & sessions.c.ended.is_(None) & (sessions.c.expires > now)
    seen = update(sessions).where(live, sessions.c.last_seen < now).values(last_seen=now)
    connection.execute(seen)


def end_session(connection: Connection, key: str, *, now: datetime, because: Why) -> bool:
    """End a session and record it; tell whether there was one to end."""
    open_one = (sessions.c.key == key) & sessions.c.ended.is_(None)
    ended = update(sessions).where(open_one).values(ended=now, ended_because=because)
    row = connection.execute(ended.returning(sessions.c.person, sessions.c.role)).first()
    if row is None:
        return False
    detail = {"because": because, "session": key}
    append(connection, Event("sign-out", row.person, role=row.role, detail=detail), at=now)
    return True


def forget_sessions(connection: Connection, *, before: datetime) -> int:
    """Delete sessions that were over before a moment; the log keeps their sign-in and end."""
    over = delete(sessions).where((sessions.c.expires < before) | (sessions.c.ended < before))
    return connection.execute(over).rowcount


def _session(row: RowMapping) -> Session:
    """Return a row as a session."""
    return Session(**{**row, "wards": tuple(json.loads(row["wards"]))})
