"""What leaves by the command line is written down, where this installation keeps records."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mapper.base.files import write_whole
from mapper.base.settings import settings
from mapper.cli.saying import STDOUT, put_out

if TYPE_CHECKING:
    from mapper.disclosure.release import AnyRelease


def keep_export(out: Path, *, digest: str, detail: Mapping[str, object]) -> None:
    """Write an export down before it leaves; what cannot be written down does not leave.

    Where no records were ever kept none are begun: files are then read and written by whoever
    holds them, and there is no log to be whole.

    Parameters
    ----------
    out
        Where it goes, of which the log holds the last name alone.
    digest
        SHA-256 of the file, or the digest of the release that a folder is made of.

    Raises
    ------
    RecordsError
        When it cannot be written down.
    """
    if settings().keeps_records:
        from mapper.cli.work import keep_event

        subject = "standard output" if out == STDOUT else out.name
        keep_event("export", subject, digest=digest, detail=detail)


def keep_release(out: Path, shown: "AnyRelease") -> None:
    """Write down that a release leaves."""
    detail = {"title": shown.title, "area": shown.area_title, "audience": shown.audience}
    keep_export(out, digest=shown.digest, detail=detail)


def write_out(out: Path, content: bytes, *, what: str) -> None:
    """Write a file, or to standard output, once it is written down."""
    keep_export(out, digest=hashlib.sha256(content).hexdigest(), detail={"holds": what})
    if out == STDOUT:
        put_out(content)
    else:
        write_whole(out, content)
