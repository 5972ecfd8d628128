"""A dataset as the pages hold it, and the one there is before any is loaded: the demonstration.

The demonstration is generated once into the workspace and kept there; within a running app it is
read once and shared. Which data is in use: :mod:`mapper.app.shell.data_in_use`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from mapper.app.shell.incident_store import store_incidents, stored_incidents
from mapper.base.files import Progress, no_progress
from mapper.base.settings import settings
from mapper.incidents.read import read_incidents
from mapper.incidents.synthetic import demonstration_writer
from mapper.incidents.table import Incidents
from mapper.records.workspace import prepare_workspace

_VERSION = version("mapper")  # another one may read the same file differently
_LOCK = Lock()
_KEPT: dict[str, "Dataset"] = {}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Incidents under a name, and the digest that stands for them in every cache."""

    title: str
    incidents: Incidents
    digest: str
    demonstration: bool = False
    kept: bool = False  # in the workspace; one deleted there is shown no more


def dataset_of(incidents: Incidents, *, title: str, choices: str = "") -> Dataset:
    """Return incidents as a dataset.

    Parameters
    ----------
    choices
        Whatever else decided how the files were read: mapping, repairs.
    """
    told = [
        choices,
        _VERSION,
        [asdict(file) for file in incidents.files],
        [len(incidents.table), len(incidents.rejected)],
        list(incidents.notes),
    ]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return Dataset(title=title, incidents=incidents, digest=digest)


def demonstration_is_at_hand() -> bool:
    """Tell whether the demonstration opens without being generated first."""
    if settings().demonstration_file is not None or _KEPT:
        return True
    return (_folder() / "incidents.csv").is_file()


def demonstration(progress: Progress = no_progress) -> Dataset:
    """Return the demonstration data, generating it when it is asked for the first time.

    Raises
    ------
    MapperError
        When the workspace cannot be written, or the file set in its place cannot be read.
    """
    given = settings().demonstration_file
    key = str(given or _folder())
    with _LOCK:  # whoever comes second waits for the first and then finds it done
        if key not in _KEPT:
            _KEPT[key] = _given(given, progress) if given else _generated(progress)
        return _KEPT[key]


def _given(path: Path, progress: Progress) -> Dataset:
    """Return the file that the settings put in place of the generated demonstration."""
    found = dataset_of(read_incidents([path], progress=progress), title=path.name)
    return Dataset(found.title, found.incidents, found.digest, demonstration=True)


def _generated(progress: Progress) -> Dataset:
    """Return the generated demonstration from the workspace, made or read where needed."""
    prepare_workspace(settings().workspace)
    folder = _folder()
    extract = folder / "incidents.csv"
    if not extract.is_file():
        demonstration_writer()(
            folder,
            seed=settings().demonstration_seed,
            background=True,
            progress=lambda words, share: progress(words, 0.6 * share),
        )
    state = extract.stat()
    stamp = f"{_VERSION} {state.st_size} {state.st_mtime_ns}"
    incidents = stored_incidents(folder, stamp=stamp)
    if incidents is None:
        progress("Reading and checking the demonstration", 0.6)
        incidents = read_incidents([extract])
        store_incidents(incidents, folder, stamp=stamp)
    progress("Done", 1.0)
    found = dataset_of(incidents, title="Demonstration data")
    return Dataset(found.title, found.incidents, found.digest, demonstration=True)


def truth_file() -> Path:
    """Return where the generated demonstration says what is planted in it."""
    return _folder() / "truth.json"


def demonstration_ground() -> Path | None:
    """Return the invented streets of the generated demonstration, where it is the one in use."""
    path = _folder() / "background.pmtiles"
    return path if settings().demonstration_file is None and path.is_file() else None


def _folder() -> Path:
    """Return the workspace folder of the demonstration."""
    now = settings()
    return now.workspace / f"demonstration-{now.demonstration_seed}"
