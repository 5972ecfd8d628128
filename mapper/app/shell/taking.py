"""Files that leave: only to somebody still signed in, and never without an entry in the log."""

import hashlib
from collections.abc import Mapping

from mapper.app.door.who import is_live
from mapper.app.shell.traces import trace
from mapper.base.errors import RefusedError
from mapper.disclosure.people import Viewer


def require_live(viewer: Viewer) -> None:
    """Refuse a file offered to somebody who was signed out since.

    Raises
    ------
    RefusedError
        When they were.
    """
    if not is_live(viewer):
        raise RefusedError("You are signed out. Load the page again and sign in.")


def handed_out(
    viewer: Viewer, content: bytes, *, subject: str, detail: Mapping[str, object]
) -> bytes:
    """Return a file once it is written down who takes it.

    Raises
    ------
    RecordsError
        When it cannot be written down; then the file must not leave.
    """
    digest = hashlib.sha256(content).hexdigest()
    trace(viewer, "export", subject=subject, digest=digest, detail=detail)
    return content
