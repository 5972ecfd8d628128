"""A change of an installation's own rules of audiences: the file and its audit entry together."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mapper.base.files import digest_of, write_whole
from mapper.disclosure.own_rules import own_rules_file, tightened
from mapper.disclosure.people import Viewer, require, role_of
from mapper.disclosure.rules import Rules
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.lock import sole_writer


def change_rules(
    database: Database,
    workspace: Path,
    *,
    now: Rules,
    audience: str,
    changes: Mapping[str, Any],
    viewer: Viewer,
) -> Path:
    """Make an audience's rules stricter, and record who did; the file is written or nothing is.

    Raises
    ------
    RefusedError
        When the viewer may not change settings.
    DisclosureError
        When a value is looser than the shipped one, or does not fit.
    RecordsError
        When another process is writing, or the change cannot be recorded.
    """
    require(viewer, "change settings")
    text = tightened(now, audience, changes, at=datetime.now(UTC))
    before = now.audiences[audience]
    told = {
        name: f"{getattr(before, name)} to {value}"
        for name, value in changes.items()
        if value != getattr(before, name)
    }
    path = own_rules_file(workspace)
    old = path.read_bytes() if path.is_file() else None
    role = role_of(viewer)
    with sole_writer(workspace, doing="changing the rules of audiences", wait=30):
        try:
            with database.write() as connection:
                write_whole(path, text)
                event = Event("threshold", viewer.name, audience, role, digest_of(path), told)
                append(connection, event)
        except BaseException:
            _put_back(path, old)
            raise
    return path


def _put_back(path: Path, old: bytes | None) -> None:
    """Leave the rules as they were."""
    if old is None:
        path.unlink(missing_ok=True)
    else:
        write_whole(path, old)
