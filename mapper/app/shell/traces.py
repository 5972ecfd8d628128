"""Every look leaves a trace: what the pages write to the audit log.

The entry is written before anything is shown or handed out; where it cannot be written, nothing
is.
"""

from collections.abc import Collection, Mapping

from mapper.disclosure.people import Viewer, role_of
from mapper.disclosure.release import Release
from mapper.records.audit import Event, EventKind, append
from mapper.records.open import database


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


def refused_sign_in(name: str) -> None:
    """Keep that somebody known to the provider has no role here."""
    with database().write() as connection:
        append(connection, Event("sign-in refused", name or "unknown", subject="no role"))
