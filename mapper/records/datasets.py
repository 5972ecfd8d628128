"""Datasets that were imported: a folder of files and a row that says it is whole.

The folder is filled under a temporary name, flushed, renamed, and only then given its row and its
audit entry, in one transaction; deletion takes the row first. So a folder without a row is what a
crash left, and :func:`mapper.records.workspace.recover` removes it.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from mapper.base.errors import RecordsError
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.lock import sole_writer
from mapper.records.schema.trust import current_data, datasets, deletions

FOLDER = "datasets"
HALF_DONE = ".half-"  # how the name of a folder begins while it is filled or emptied
_HEXADECIMAL = set("0123456789abcdef")


@dataclass(frozen=True)
class KeptDataset:
    """One imported dataset."""

    dataset: str  # digest of what was imported: 64 hexadecimal digits
    title: str
    accepted: int  # incidents
    rejected: int  # rows
    imported: datetime
    imported_by: str
    expires: date | None = None  # a date of its own; none leaves it to the rule for datasets


def dataset_folder(workspace: Path, dataset: str) -> Path:
    """Return the folder of a dataset.

    Raises
    ------
    ValueError
        When the name is no digest: it could climb out of the workspace.
    """
    if not dataset or not set(dataset) <= _HEXADECIMAL:
        raise ValueError(f"“{dataset}” is no digest")
    return workspace / FOLDER / dataset


def keep_dataset(  # noqa: PLR0913 - one argument a fact of the import
    database: Database,
    workspace: Path,
    *,
    dataset: str,
    title: str,
    accepted: int,
    rejected: int,
    person: str,
    role: str = "",
    fill: Callable[[Path], None],
    now: datetime | None = None,
) -> KeptDataset:
    """Keep a dataset whole or not at all; one that is kept already stays as it is.

    Parameters
    ----------
    dataset
        Digest that stands for the content.
    fill
        Writes the files into the folder it is given.

    Raises
    ------
    RecordsError
        When another process is writing, or the disk is full: nothing is then changed.
    """
    made = KeptDataset(dataset, title, accepted, rejected, now or datetime.now(UTC), person)
    folder = dataset_folder(workspace, dataset)
    with sole_writer(workspace, doing=f"importing {title}", wait=30):
        with database.read() as connection:
            there = find_dataset(connection, dataset)
        if there is None:
            _fill_whole(folder, fill)
        try:
            with database.write() as connection:
                if there is None:
                    connection.execute(insert(datasets), vars(made))
                append(connection, _imported(made, role, again=there is not None))
        except BaseException:
            if there is None:
                remove_folder(folder)
            raise
    return there or made


def find_dataset(connection: Connection, dataset: str) -> KeptDataset | None:
    """Return what is known of a dataset, or nothing where it is not kept."""
    found = select(datasets).where(datasets.c.dataset == dataset)
    row = connection.execute(found).mappings().first()
    return _dataset(row) if row else None


def kept_datasets(connection: Connection) -> list[KeptDataset]:
    """Return every dataset, newest first."""
    found = select(datasets).order_by(datasets.c.imported.desc(), datasets.c.dataset)
    return [_dataset(row) for row in connection.execute(found).mappings()]


def set_dataset_expiry(
    connection: Connection, dataset: str, expires: date | None, *, person: str, role: str = ""
) -> None:
    """Give a dataset a date of its own, or leave it to the rule again; and record who did.

    Raises
    ------
    RecordsError
        When no such dataset is kept.
    """
    changed = update(datasets).where(datasets.c.dataset == dataset).values(expires=expires)
    if connection.execute(changed).rowcount == 0:
        raise RecordsError("That dataset is not kept any more. Look at the list again.")
    detail = {"expires": expires.isoformat() if expires else "by the rule"}
    append(connection, Event("settings", person, "dataset expiry", role, dataset, detail))


def delete_dataset(
    database: Database, workspace: Path, dataset: str, *, person: str, role: str = ""
) -> None:
    """Delete a dataset for good, rows first, then files; what stays is how many rows it had.

    Raises
    ------
    RecordsError
        When it is not kept, or another process is writing.
    """
    with sole_writer(workspace, doing="deleting a dataset", wait=30):
        with database.write() as connection:
            kept = find_dataset(connection, dataset)
            if kept is None:
                raise RecordsError("That dataset is not kept any more. Look at the list again.")
            drop_datasets(connection, [kept], person=person, role=role, because="asked")
        remove_folder(dataset_folder(workspace, dataset))


def drop_datasets(
    connection: Connection, gone: list[KeptDataset], *, person: str, role: str, because: str
) -> None:
    """Delete the rows of datasets, leaving counts and an audit entry; files are the caller's."""
    if not gone:
        return
    rows = sum(one.accepted + one.rejected for one in gone)
    digests = [one.dataset for one in gone]
    connection.execute(delete(current_data).where(current_data.c.dataset.in_(digests)))
    connection.execute(delete(datasets).where(datasets.c.dataset.in_(digests)))
    left = {"kind": "dataset", "by": person, "because": because, "items": len(gone), "rows": rows}
    connection.execute(insert(deletions), {**left, "at": datetime.now(UTC)})
    detail = {"because": because, "items": len(gone), "rows": rows}
    append(connection, Event("deletion", person, "datasets", role, detail=detail))


def last_deletion(connection: Connection) -> int:
    """Return the number of the last deletion, of datasets or releases; 0 where there was none."""
    return connection.scalar(select(func.max(deletions.c.number))) or 0


def remove_folder(folder: Path) -> None:
    """Remove a folder with all it holds; under another name first, so it is never half there."""
    if not folder.exists():
        return
    going = Path(tempfile.mkdtemp(prefix=HALF_DONE, dir=folder.parent))
    folder.rename(going / "going")
    shutil.rmtree(going)


def _fill_whole(folder: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder under another name, flush it, and give it its name."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = Path(tempfile.mkdtemp(prefix=HALF_DONE, dir=folder.parent))
        try:
            fill(half)
            for path in [*half.rglob("*"), half]:
                path.chmod(0o700 if path.is_dir() else 0o600)  # for one user of the machine
                _flush(path)
            remove_folder(folder)  # what a crash left there has no row
            half.rename(folder)
            _flush(folder.parent)
        finally:
            shutil.rmtree(half, ignore_errors=True)
    except OSError as error:
        raise RecordsError(
            f"The dataset was not kept ({error.strerror}). Nothing was changed."
            " Make room on the disk of the workspace and do it again."
        ) from error


def _flush(path: Path) -> None:
    """Make the disk hold what was written."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _imported(made: KeptDataset, role: str, *, again: bool) -> Event:
    """Return the audit event of an import."""
    detail = {"accepted": made.accepted, "rejected": made.rejected, "again": again}
    return Event("import", made.imported_by, made.title, role, made.dataset, detail)


def _dataset(row: RowMapping) -> KeptDataset:
    """Return a row as a dataset."""
    return KeptDataset(**row)
