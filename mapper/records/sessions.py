"""Sessions kept on the server: a sign-in that logout, idleness and expiry really end.

The browser holds an opaque id; the database holds its SHA-256, so a stolen copy of the database
opens no session. Opening and ending write their audit entry in the same transaction.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from mapper.base.errors import RecordsError
from mapper.records.audit import Event, append
from mapper.records.known_people import note_person
from mapper.records.schema.trust import sessions

SessionState = Literal["open", "idle", "expired", "ended"]

_ID_BYTES = 32  # 256 bits: not to be guessed


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


def session_key(session_id: str) -> str:
    """Return what the database knows a session by."""
    return hashlib.sha256(session_id.encode("utf-8", "replace")).hexdigest()


def session_state(session: Session, *, now: datetime, idle: timedelta) -> SessionState:
    """Tell whether a session may still be used; anything but ``open`` shows nothing.

    Parameters
    ----------
    idle
        How long a person may do nothing.
    """
    if session.ended is not None:
        return "ended"
    if now >= session.expires:
        return "expired"
    return "idle" if now - session.last_seen >= idle else "open"


def open_session(  # noqa: PLR0913 - one argument a fact of the sign-in
    connection: Connection,
    *,
    person: str,
    name: str,
    role: str,
    wards: Sequence[str],
    expires: datetime,
    now: datetime,
    session_id: str | None = None,
    agency: str = "",
) -> tuple[str, Session]:
    """Open a session, record the sign-in, and any change of role since the last one.

    Parameters
    ----------
    expires
        When the provider's token does, or the installation's longest sign-in ends: the earlier.
    session_id
        An id that the sign-in itself brings; a new one unless given.

    Returns
    -------
    tuple
        The id, for the browser only, and the session.

    Raises
    ------
    RecordsError
        When the id given has stood for a session before: a sign-in is not to be replayed.
    """
    made = session_id or secrets.token_urlsafe(_ID_BYTES)
    session = Session(
        key=session_key(made),
        person=person,
        name=name,
        role=role,
        wards=tuple(wards),
        issued=now,
        expires=expires,
        last_seen=now,
        agency=agency,
    )
    if find_session(connection, made) is not None:
        raise RecordsError("This sign-in was used before and opens nothing again. Sign in anew.")
    connection.execute(
        insert(sessions), {**vars(session), "wards": json.dumps(list(session.wards))}
    )
    note_person(
        connection, person=person, name=name, role=role, wards=session.wards, agency=agency, now=now
    )
    detail = {
        "wards": list(session.wards),
        "expires": expires.isoformat(),
        "session": session.key,
        **({"agency": agency} if agency else {}),
    }
    append(connection, Event("sign-in", person, role=role, detail=detail), at=now)
    return made, session


def find_session(connection: Connection, session_id: str) -> Session | None:
    """Return the session of an id, in whatever state it is; nothing where there is none."""
    found = select(sessions).where(sessions.c.key == session_key(session_id))
    row = connection.execute(found).mappings().first()
    return _session(row) if row else None


def open_sessions(connection: Connection) -> list[Session]:
    """Return every session that nobody ended, newest first; some may be idle or expired."""
    found = select(sessions).where(sessions.c.ended.is_(None)).order_by(sessions.c.issued.desc())
    return [_session(row) for row in connection.execute(found).mappings()]


def touch_session(connection: Connection, session_id: str, *, now: datetime) -> None:
    """Record that a person is still there; an ended or expired session stays as it is."""
    connection.execute(
        update(sessions)
        .where(
            sessions.c.key == session_key(session_id),
            sessions.c.ended.is_(None),
            sessions.c.expires > now,
            sessions.c.last_seen < now,
        )
        .values(last_seen=now)
    )


def end_session(
    connection: Connection, session_id: str, *, now: datetime, because: str = "signed out"
) -> bool:
    """End a session and record it; tell whether there was one to end.

    Parameters
    ----------
    because
        ``signed out``, ``idle``, ``expired`` or ``ended by an administrator``.
    """
    return _end(connection, sessions.c.key == session_key(session_id), now, because) > 0


def end_session_of_key(connection: Connection, key: str, *, now: datetime, because: str) -> bool:
    """End a session as the list of sessions names it; tell whether there was one to end."""
    return _end(connection, sessions.c.key == key, now, because) > 0


def forget_sessions(connection: Connection, *, before: datetime) -> int:
    """Delete sessions that were over before a moment; the log keeps their sign-in and end."""
    over = delete(sessions).where((sessions.c.expires < before) | (sessions.c.ended < before))
    return connection.execute(over).rowcount


def _end(connection: Connection, which: ColumnElement[bool], now: datetime, because: str) -> int:
    """End the open sessions among those chosen."""
    chosen = select(sessions).where(which, sessions.c.ended.is_(None))
    found = [_session(row) for row in connection.execute(chosen).mappings()]
    for session in found:
        connection.execute(
            update(sessions)
            .where(sessions.c.key == session.key)
            .values(ended=now, ended_because=because)
        )
        detail = {"because": because, "session": session.key}
        append(
            connection, Event("sign-out", session.person, role=session.role, detail=detail), at=now
        )
    return len(found)


def _session(row: RowMapping) -> Session:
    """Return a row as a session."""
    return Session(**{**row, "wards": tuple(json.loads(row["wards"]))})
