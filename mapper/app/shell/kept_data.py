"""Datasets kept in the workspace: put there, opened again, deleted, shown to everybody.

Each act asks for the viewer's role first and is written down with what it did.
"""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import streamlit as st

from mapper.app.shell.datasets import Dataset
from mapper.app.shell.incident_store import store_incidents, stored_incidents
from mapper.app.shell.map_pages import map_pages
from mapper.app.shell.this_run import look_again, once_a_run
from mapper.base.errors import RecordsError, RefusedError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer, may, require, role_of
from mapper.records.current_data import find_current_data, set_current_data
from mapper.records.datasets import (
    KeptDataset,
    dataset_folder,
    delete_dataset,
    find_dataset,
    keep_dataset,
    kept_datasets,
    last_deletion,
)
from mapper.records.open import database
from mapper.records.retention import retention_days

_STAMP = "kept 1"  # of the form on disk: another one is not opened
_OPENED_KEPT = 3  # datasets in memory, shared by every session
_LOCK = Lock()
_OPENED: OrderedDict[str, Dataset] = OrderedDict()
_LAST_DELETION: list[int] = []  # that this process knows of


@dataclass(frozen=True)
class Shelf:
    """What is kept, newest first, and which of it everybody sees."""

    kept: tuple[KeptDataset, ...]
    current: str  # digest; empty where everybody sees the demonstration
    days: int | None  # how long datasets without a date of their own are kept; none: for ever


def shelf() -> Shelf:
    """Return what is kept."""
    with database().read() as connection:
        now = find_current_data(connection)
        kept = tuple(kept_datasets(connection))
        days = retention_days(connection).get("dataset")
    return Shelf(kept=kept, current=now.dataset if now else "", days=days)


def keep(dataset: Dataset, *, viewer: Viewer) -> KeptDataset:
    """Keep a dataset in the workspace, with its entry.

    Raises
    ------
    RefusedError
        When the viewer may not load data.
    RecordsError
        When another process is writing, or the disk is full: nothing is then kept.
    """
    require(viewer, "load data")

    def fill(folder: Path) -> None:
        store_incidents(dataset.incidents, folder, stamp=_STAMP)

    kept = keep_dataset(
        database(),
        settings().workspace,
        dataset=dataset.digest,
        title=dataset.title,
        accepted=len(dataset.incidents.table),
        rejected=len(dataset.incidents.rejected),
        person=viewer.name,
        role=role_of(viewer),
        fill=fill,
    )
    look_again()
    return kept


def open_kept(digest: str) -> Dataset:
    """Return a dataset that is kept, read once in a server.

    Raises
    ------
    RecordsError
        When it is not kept any more, or its files are gone or damaged.
    """
    with _LOCK:
        with database().read() as connection:
            kept = find_dataset(connection, digest)
        if kept is None:
            _OPENED.pop(digest, None)
            raise RecordsError("That dataset is not kept any more. Look at the list again.")
        if digest not in _OPENED:
            _OPENED[digest] = _read(kept)
        _OPENED.move_to_end(digest)
        while len(_OPENED) > _OPENED_KEPT:
            _OPENED.popitem(last=False)
        return _OPENED[digest]


def everybodys() -> Dataset | None:
    """Return the data that everybody sees, nothing where that is the demonstration.

    Raises
    ------
    RecordsError
        As :func:`open_kept`.
    """
    digest = everybodys_digest()
    return once_a_run("everybody's data", lambda: open_kept(digest)) if digest else None


def everybodys_digest() -> str:
    """Return the digest of the data that everybody sees, empty where that is the demonstration."""
    return once_a_run("everybody's digest", _everybodys_digest)


def _everybodys_digest() -> str:
    """Look it up."""
    with database().read() as connection:
        chosen = find_current_data(connection)
    return chosen.dataset if chosen else ""


def kept_beginning(name: str) -> Dataset | None:
    """Return the kept dataset whose digest begins with a name, if one does."""
    with database().read() as connection:
        known = [one.dataset for one in kept_datasets(connection)]
    found = [digest for digest in known if name and digest.startswith(name)]
    return open_kept(found[0]) if found else None


def is_kept(digest: str) -> bool:
    """Tell whether a dataset is kept in the workspace."""

    def look_up() -> bool:
        with database().read() as connection:
            return find_dataset(connection, digest) is not None

    return once_a_run(("kept", digest), look_up)


def show_everybody(digest: str | None, *, viewer: Viewer) -> None:
    """Choose what everybody sees; nothing stands for the demonstration.

    Raises
    ------
    RefusedError
        When the viewer may not load data.
    RecordsError
        When it is not kept, or its files cannot be opened.
    """
    require(viewer, "load data")
    if digest is not None:
        open_kept(digest)  # what cannot be opened is not given to everybody
    with database().write() as connection:
        set_current_data(connection, digest, person=viewer.name, role=role_of(viewer))
    look_again()


def may_delete(viewer: Viewer, kept: KeptDataset) -> bool:
    """Tell whether a viewer may delete a dataset: their own, or any as an administrator."""
    own = may(viewer, "load data") and kept.imported_by == viewer.name
    return own or may(viewer, "change settings")


def delete(kept: KeptDataset, *, viewer: Viewer) -> None:
    """Delete a dataset for good: rows, files, and what this server holds of it in memory.

    Raises
    ------
    RefusedError
        When it is another person's and the viewer is no administrator.
    RecordsError
        When it is not kept any more, or another process is writing.
    """
    if not may_delete(viewer, kept):
        raise RefusedError(
            f"{kept.title} was kept by {kept.imported_by}: they or an administrator delete it."
        )
    delete_dataset(
        database(), settings().workspace, kept.dataset, person=viewer.name, role=role_of(viewer)
    )
    forget_deleted()


def forget_deleted() -> None:
    """Let go of everything that this server holds in memory of data that may be deleted."""
    with _LOCK:
        _OPENED.clear()
    look_again()
    map_pages.clear()
    st.cache_resource.clear()


def follow_deletions() -> None:
    """Let go of what was deleted since the last look: by any process, or the command line."""
    with database().read() as connection:
        last = last_deletion(connection)
    with _LOCK:
        before = _LAST_DELETION[:]
        _LAST_DELETION[:] = [last]
    if before not in ([], [last]):  # at the first look nothing is held yet
        forget_deleted()


def _read(kept: KeptDataset) -> Dataset:
    """Return a kept dataset from its files."""
    folder = dataset_folder(settings().workspace, kept.dataset)
    incidents = stored_incidents(folder, stamp=_STAMP)
    if incidents is None or len(incidents.table) != kept.accepted:
        raise RecordsError(
            f"The files of “{kept.title}” in the workspace are gone or damaged. Load them again,"
            " or put them back from a backup."
        )
    return Dataset(title=kept.title, incidents=incidents, digest=kept.dataset, kept=True)
