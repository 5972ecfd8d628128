"""The workspace folder at start-up: made for one person only, and cleared of what a crash left."""

import os
import shutil
import time
from pathlib import Path

from mapper.base.errors import RecordsError
from mapper.base.text import count
from mapper.records.database import Database
from mapper.records.datasets import FOLDER, HALF_DONE, kept_datasets
from mapper.records.lock import sole_writer

OWN_DATA = "own-data"  # folder of what people loaded for themselves alone, for a day
# A file that is written under a temporary name is done within minutes; one this old was left.
_LEFT_BEHIND = 3_600.0
_HEXADECIMAL = set("0123456789abcdef")


def prepare_workspace(workspace: Path) -> None:
    """Make the workspace folder, where there is none, so that nobody else can look into it.

    Raises
    ------
    RecordsError
        When it cannot be made, or is there and closed to the account that mapper runs under.
    """
    try:
        workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise RecordsError(
            f"{workspace}: the workspace cannot be made ({error.strerror})."
            " Choose another folder with MAPPER_WORKSPACE."
        ) from error
    if is_closed(workspace):
        raise RecordsError(closed_words(workspace))


def is_closed(workspace: Path) -> bool:
    """Tell whether a workspace is there and the account that mapper runs under cannot use it."""
    return workspace.is_dir() and not os.access(workspace, os.R_OK | os.W_OK | os.X_OK)


def closed_words(workspace: Path) -> str:
    """Return what is said of a workspace that is closed to the account."""
    return (
        f"{workspace}: the workspace belongs to another account than the one mapper runs under."
        " Run mapper under that account, give the folder to this one (chown -R), or choose"
        " another folder with MAPPER_WORKSPACE."
    )


def recover(database: Database, workspace: Path) -> tuple[str, ...]:
    """Remove what a crash left, and return in words what was found; nothing kept is touched.

    Datasets whose row is there stay; a folder without a row was never finished, or was deleted.
    While another process is writing there is nothing to recover: it is not a crash.
    """
    try:
        with sole_writer(workspace, doing="clearing up after a crash"):
            return (*_half_done(workspace), *_rowless(database, workspace), *_old(workspace))
    except RecordsError:
        return ()


def lost_datasets(database: Database, workspace: Path) -> list[str]:
    """Return the digests of datasets that have a row and no files: lost by something else."""
    with database.read() as connection:
        kept = kept_datasets(connection)
    return [one.dataset for one in kept if not (workspace / FOLDER / one.dataset).is_dir()]


def _half_done(workspace: Path) -> list[str]:
    """Remove folders that were being filled or emptied."""
    found = sorted((workspace / FOLDER).glob(f"{HALF_DONE}*"))
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return [f"Removed {len(found):,} half-written folders of a crash."] if found else []


def _rowless(database: Database, workspace: Path) -> list[str]:
    """Remove folders of datasets that the database does not know."""
    there = [path for path in (workspace / FOLDER).glob("*") if set(path.name) <= _HEXADECIMAL]
    if not there:
        return []
    with database.read() as connection:
        known = {one.dataset for one in kept_datasets(connection)}
    unknown = [path for path in there if path.name not in known]
    for folder in unknown:
        shutil.rmtree(folder, ignore_errors=True)
    if not unknown:
        return []
    return [f"Removed {len(unknown):,} folders of imports or deletions that were cut off."]


def _old(workspace: Path) -> list[str]:
    """Remove temporary files that nobody can still be writing."""
    before = time.time() - _LEFT_BEHIND
    found = [path for path in workspace.rglob(".*.tmp") if _age_of(path) < before]
    for path in found:
        path.unlink(missing_ok=True)
    return [f"Removed {count(len(found), 'temporary file')} of a crash."] if found else []


def _age_of(path: Path) -> float:
    """Return when a file was last written; one that is gone meanwhile counts as new."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
