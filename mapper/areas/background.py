"""A background of streets for an area, made on this machine of files that anyone can download."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mapper.areas.stored import area_tables, kept_path
from mapper.areas.study_area import StudyArea
from mapper.base.errors import AreaError
from mapper.base.files import Progress, no_progress, open_regular
from mapper.base.sandbox import in_child

_SECONDS = 3600  # a file of a whole country is read through once for each of its layers
_MEMORY = 3 * 1024**3


@dataclass(frozen=True)
class Background:
    """What was made."""

    path: Path  # PMTiles of vector tiles
    size: int  # bytes
    held: dict[str, int]  # shapes by layer
    made_of: tuple[str, ...]  # what each file was taken for
    credit: str  # whom maps over it name


def background_path(name: str, *, to_write: bool = False) -> Path:
    """Return where the background of an area is kept, beside the area's own table."""
    return kept_path(name, to_write=to_write).with_suffix(".pmtiles")


def kept_backgrounds() -> list[Path]:
    """Return the backgrounds that are kept for the areas of this installation."""
    paths = (background_path(name) for name in area_tables())
    return [path for path in paths if path.is_file()]


def build_background(
    files: Sequence[Path],
    area: StudyArea,
    *,
    out: Path | None = None,
    credit: str = "",
    progress: Progress = no_progress,
) -> Background:
    """Make the background of an area: one PMTiles file, clipped to its cells.

    Parameters
    ----------
    files
        OS Open Zoomstack or OpenStreetMap extracts (GeoPackage, ``.osm.pbf``), vector tiles
        (MBTiles, PMTiles); each is told by its layers, and what several hold is put together.
    out
        Where to write it; kept for the installation if left out.
    credit
        Whom to name; what the kinds of file ask for if left out.

    Raises
    ------
    AreaError
        When a file is missing or no map that is known, or nothing of it lies in the area.
    """
    if not files:
        raise AreaError("No file was given. Name OS Open Zoomstack or an OpenStreetMap extract.")
    missing = [path.name for path in files if not path.exists()]
    if missing:
        raise AreaError(f"{', '.join(missing)}: no such file. Check the path.")
    for path in files:
        try:
            open_regular(path).close()  # before a library gets its path
        except OSError as error:
            raise AreaError(f"{path.name}: cannot be read ({error.strerror}).") from error
    target = out or background_path(area.name, to_write=True)
    answer = in_child(
        "mapper.areas.ground_child:build",
        {
            "files": [str(path.resolve()) for path in files],
            "cells": area.cells["cell"].tolist(),
            "out": str(target.resolve()),
            "title": area.title,
            "credit": credit,
        },
        name=", ".join(path.name for path in files),
        seconds=_SECONDS,
        memory=_MEMORY,
        progress=progress,
        kind=AreaError,
        advice="Cut it to your region first (docs/background-maps.md says how).",
    )
    return Background(
        path=target,
        size=target.stat().st_size,
        held=dict(answer["held"]),
        made_of=tuple(answer["titles"]),
        credit=str(answer["credit"]),
    )
