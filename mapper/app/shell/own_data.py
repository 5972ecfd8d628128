"""What a person loaded for themselves alone, kept until a while after they last used it.

A reload, a lost connection or a restart of the server loses nothing. Each dataset is a folder of
the workspace, closed to others on the machine, under a digest of the name of its person; only under
that name, and only to whoever may load data, is it given back. It is deleted when its time is over,
or when the person goes back to what everybody sees.
"""

import hashlib
import json
import shutil
import time
from contextlib import suppress
from pathlib import Path

from mapper.app.shell.datasets import Dataset
from mapper.app.shell.incident_store import store_incidents, stored_incidents
from mapper.base.errors import MapperError
from mapper.base.files import write_whole
from mapper.base.json_file import read_json
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer, may
from mapper.records.workspace import OWN_DATA, prepare_workspace

HOURS = 24  # after which what nobody used is deleted
_MOST = 3  # datasets of one person
_TITLE = "title.json"
_STAMP = "own 1"  # of the form on disk: another one is not opened
_SHORTEST = 8  # signs of a digest


def park(viewer: Viewer, dataset: Dataset) -> bool:
    """Keep a dataset for one person; tell whether it could be written."""
    sweep()
    folder = _folder(viewer) / dataset.digest
    try:
        prepare_workspace(settings().workspace)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / _TITLE).is_file():
            store_incidents(dataset.incidents, folder, stamp=_STAMP)
            write_whole(folder / _TITLE, json.dumps({"title": dataset.title}))
        (folder / _TITLE).touch()
    except (OSError, MapperError):
        shutil.rmtree(folder, ignore_errors=True)
        return False
    for oldest in _latest_first(_folder(viewer))[_MOST:]:
        shutil.rmtree(oldest, ignore_errors=True)
    return True


def parked(viewer: Viewer, name: str = "") -> Dataset | None:
    """Return what a person loaded last, or the one whose digest begins with a name.

    Nothing is returned to who may not load data, nor what is damaged or whose time is over.
    """
    if not may(viewer, "load data") or (name and len(name) < _SHORTEST):
        return None
    sweep()
    for folder in _latest_first(_folder(viewer)):
        if not folder.name.startswith(name):
            continue
        incidents = stored_incidents(folder, stamp=_STAMP)
        with suppress(OSError, ValueError, KeyError):
            title = str(read_json(folder / _TITLE)["title"])
            if incidents is not None:
                (folder / _TITLE).touch()
                return Dataset(title=title, incidents=incidents, digest=folder.name)
    return None


def let_go(viewer: Viewer) -> None:
    """Delete everything that a person loaded for themselves alone."""
    shutil.rmtree(_folder(viewer), ignore_errors=True)


def sweep() -> None:
    """Delete what nobody used for a while."""
    for folder in (settings().workspace / OWN_DATA).glob("*/*"):
        if time.time() - _used(folder) > HOURS * 3600:
            shutil.rmtree(folder, ignore_errors=True)


def _latest_first(folder: Path) -> list[Path]:
    """Return the datasets of a person, the one used last first."""
    return sorted((one for one in folder.glob("*") if one.is_dir()), key=_used, reverse=True)


def _used(folder: Path) -> float:
    """Return when a dataset was last used, in seconds; one without a title is being written."""
    for one in (folder / _TITLE, folder):
        with suppress(OSError):
            return one.stat().st_mtime
    return time.time()


def _folder(viewer: Viewer) -> Path:
    """Return the folder of a person."""
    name = hashlib.sha256(viewer.name.encode()).hexdigest()[:32]
    return settings().workspace / OWN_DATA / name
