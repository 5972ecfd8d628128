"""What a map on paper is drawn over and named by: vector tiles, and files of places near.

Both are files of this machine, so that a manifest can name them and the picture be made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mapper.base.settings import settings
from mapper.context.place_files import read_all_places
from mapper.context.places import Places

_SUFFIXES = (".csv", ".txt", ".gpkg", ".geojson", ".shp", ".parquet", ".zip", ".xml")


@dataclass(frozen=True)
class Surroundings:
    """The files around a map."""

    ground: Path | None = None  # vector tiles made by mapper area background
    place_files: tuple[Path, ...] = ()

    @cached_property
    def places(self) -> Places | None:
        """The places of the files, read once; none where there is no file."""
        return read_all_places(list(self.place_files)) if self.place_files else None


NOTHING_AROUND = Surroundings()


def surroundings_of(ground: Path | None, place_files: Sequence[Path] | None = None) -> Surroundings:
    """Return what a map is drawn over, named by the files given or else the installation's own.

    Raises
    ------
    ContextError
        When a file of places cannot be used.
    """
    found = Surroundings(ground, tuple(place_files or installed_place_files()))
    _ = found.places  # a file at fault is told before any work is done
    return found


def installed_place_files() -> tuple[Path, ...]:
    """Return the files of places that ``MAPPER_PLACES`` names: one, or those of a folder."""
    given = settings().places
    if given is None or not given.is_dir():
        return (given,) if given is not None else ()
    return tuple(
        path
        for path in sorted(given.iterdir())
        if path.suffix.lower() in _SUFFIXES and path.is_file()
    )
