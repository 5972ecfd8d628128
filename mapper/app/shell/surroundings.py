"""The places near that every map of this installation knows.

They are the files that ``MAPPER_PLACES`` names. Without it the demonstration data has its own
invented places, and other data none: invented places never stand around real incidents.
"""

from functools import lru_cache
from pathlib import Path

from mapper.app.shell.datasets import Dataset
from mapper.base.errors import ContextError
from mapper.base.settings import settings
from mapper.context.place_files import read_all_places
from mapper.context.places import Places
from mapper.outputs.surroundings import installed_place_files


def places_near(dataset: Dataset) -> Places | None:
    """Return the places around some data; none where no file of them is known.

    Raises
    ------
    ContextError
        When a file cannot be read.
    """
    files = place_files(dataset)
    return _read(tuple((path, path.stat().st_mtime_ns) for path in files)) if files else None


def places_key(dataset: Dataset) -> str:
    """Return what stands for the files of places around some data, as they were last written."""
    return repr([(str(path), path.stat().st_mtime_ns) for path in place_files(dataset)])


def landmarks_near(dataset: Dataset) -> Places | None:
    """Return the places around some data; none also where a file of them cannot be read.

    A map is drawn all the same: what is wrong with the file is said where places are asked for.
    """
    try:
        return places_near(dataset)
    except ContextError:
        return None


def place_files(dataset: Dataset) -> tuple[Path, ...]:
    """Return the files of the places around some data."""
    now = settings()
    if now.places is not None:
        return installed_place_files()
    if not dataset.demonstration:
        return ()
    made = now.workspace / f"demonstration-{now.demonstration_seed}"
    folder = now.demonstration_file.parent if now.demonstration_file else made
    return tuple(path for path in (folder / "places.csv",) if path.is_file())


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int], ...]) -> Places:
    """Read files as they were last written."""
    return read_all_places([path for path, _ in files])
