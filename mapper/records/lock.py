"""One writer of a workspace's files at a time, and whoever waits is told who it is.

The lock belongs to the operating system: it ends with the process that holds it, however that
ends, so a lock left behind by a crash is free for the next one. The file's content only says who
holds it. (The database has its own turns: :meth:`mapper.records.database.Database.write`.)
"""

import errno
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mapper.base.errors import RecordsError
from mapper.base.json_file import read_json
from mapper.base.text import day_in_words

FILE_NAME = ".lock"
_LOOK_AGAIN = 0.05  # seconds
_BUSY = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}


@contextmanager
def sole_writer(workspace: Path, *, doing: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of a workspace for a while.

    Parameters
    ----------
    doing
        What for, in words for whoever comes second: ``importing extract.csv``.
    wait
        How many seconds to wait for another one to end.

    Raises
    ------
    RecordsError
        When another holds it, naming what it does, its process, machine and start.
    """
    handle = _open(workspace)
    try:
        _take(handle, workspace, until=time.monotonic() + wait)
        _say(handle, _words(doing))
        try:
            yield
        finally:
            _say(handle, b"")
    finally:
        os.close(handle)  # which frees the lock


def holder(workspace: Path) -> str:
    """Return in words who holds the lock, or held it last without letting go; else nothing."""
    try:
        told = read_json(workspace / FILE_NAME)
        since = datetime.fromisoformat(told["since"])
        return (
            f"{told['doing']} (process {told['process']} on {told['machine']}, since"
            f" {day_in_words(since)} {since:%H:%M} UTC)"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _open(workspace: Path) -> int:
    """Return a handle of the lock's file."""
    try:
        workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(workspace / FILE_NAME, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise RecordsError(
            f"{workspace}: the workspace cannot be written ({error.strerror})."
            " Check who owns it, or choose another with MAPPER_WORKSPACE."
        ) from error


def _take(handle: int, workspace: Path, *, until: float) -> None:
    """Take the lock, waiting as long as was asked."""
    while True:
        try:
            _lock(handle)
        except OSError as error:
            if error.errno not in _BUSY:
                raise RecordsError(
                    f"{workspace}: this disk keeps no locks ({error.strerror}). Put the workspace"
                    " on a disk of this machine."
                ) from error
            if time.monotonic() >= until:
                by = holder(workspace) or "another process"
                raise RecordsError(
                    f"{workspace}: the workspace is in use by {by}. Wait until it has ended;"
                    " nothing was changed."
                ) from None
            time.sleep(_LOOK_AGAIN)
        else:
            return


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        """Lock a byte far behind the words, so that others can read them."""
        os.lseek(handle, 1 << 30, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        """Lock the file, or raise at once."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _say(handle: int, words: bytes) -> None:
    """Write who holds the lock; a full disk takes the words away, never the lock."""
    try:
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, words)
    except OSError:
        return


def _words(doing: str) -> bytes:
    """Return who this is."""
    told = {
        "doing": doing,
        "process": os.getpid(),
        "machine": platform.node(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return json.dumps(told).encode()
