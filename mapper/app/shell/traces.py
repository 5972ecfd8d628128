"""Every look leaves a trace: what the pages write to the audit log.

The entry is written before anything is shown or handed out; where it cannot be written, nothing
is. Sign-ins and their ends are kept with their entries in one transaction.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.disclosure.release import Release
from mapper.records.audit import Event, EventKind, append
from mapper.records.open import database
from mapper.records.sessions import (
    end_session,
    find_session,
    open_session,
    session_state,
    touch_session,
)

_BECAUSE = {
    "out": "signed out",
    "idle": "idle",
    "expired": "expired",
    "replaced": "signed in again",
    "administrator": "ended by an administrator",
}


def role_of(viewer: Viewer) -> str:
    """Return a viewer's roles as the log writes them."""
    return ", ".join(sorted(viewer.roles))


def trace_release(
    viewer: Viewer, shown: Release, *, subject: str, wards: Collection[str], data: str
) -> None:
    """Write down that somebody is shown a release.

    Parameters
    ----------
    wards
        Those that it is narrowed to; none where it is not.
    data
        Title of the data it was made from.
    """
    detail = {
        "lens": shown.title,
        "area": shown.area_title,
        "period": shown.period,
        "resolution": shown.resolution,
        "audience": shown.audience,
        "wards": sorted(wards),
        "data": data,
    }
    trace(viewer, "view", subject=subject, digest=shown.digest, detail=detail)


def trace(
    viewer: Viewer,
    kind: EventKind,
    *,
    subject: str,
    digest: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write down what a viewer saw or did.

    Raises
    ------
    RecordsError
        When it cannot be written; then it must not be shown or done either.
    """
    event = Event(
        kind,
        viewer.name,
        subject=subject,
        role=role_of(viewer),
        digest=digest,
        detail=detail or {},
    )
    with database().write() as connection:
        append(connection, event)


def keep_sign_in(viewer: Viewer, ends: float) -> None:
    """Keep a sign-in that was opened, with its entry."""
    with database().write() as connection:
        open_session(
            connection,
            person=viewer.name,
            name=viewer.name,
            role=role_of(viewer),
            wards=sorted(viewer.wards),
            expires=datetime.fromtimestamp(ends, UTC),
            now=datetime.now(UTC),
            session_id=viewer.session,
            agency=viewer.agency,
        )


def is_kept_open(viewer: Viewer) -> bool:
    """Tell whether a sign-in is still open in the database, and note that it is used."""
    now = datetime.now(UTC)
    with database().write() as connection:
        kept = find_session(connection, viewer.session)
        idle = timedelta(minutes=settings().idle_minutes)
        if kept is None or session_state(kept, now=now, idle=idle) != "open":
            return False
        touch_session(connection, viewer.session, now=now)
    return True


def end_sign_in(viewer: Viewer, why: str) -> None:
    """Keep that a sign-in is over, with its entry."""
    with database().write() as connection:
        end_session(
            connection, viewer.session, now=datetime.now(UTC), because=_BECAUSE.get(why, why)
        )


def refused_sign_in(name: str) -> None:
    """Keep that somebody known to the provider has no role here."""
    with database().write() as connection:
        append(connection, Event("sign-in refused", name or "unknown", subject="no role"))
