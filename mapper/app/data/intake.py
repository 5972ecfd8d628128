"""From uploaded files to a dataset: read in a folder that is gone when reading is done.

A guarded child process reads them: the one that serves people never parses an upload itself.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from mapper.app.data.intake_child import STAMP
from mapper.app.shell.datasets import Dataset, dataset_of
from mapper.app.shell.incident_store import stored_incidents
from mapper.areas.stored import installed_table
from mapper.base.errors import InputError, MapperError, MappingError
from mapper.base.files import Progress, no_progress
from mapper.base.sandbox import in_child
from mapper.base.settings import settings
from mapper.incidents.mapping import ColumnMapping, load_mapping, mapping_text, save_mapping

SECONDS = 300  # for all files of one loading together
_WORK = 20 * 1024**2  # bytes: what the checks of a file of any size may use stands for so many
_NAMED = 3  # files named in a refusal
LONGEST_NAME = 120


class Upload(Protocol):
    """What is needed of an uploaded file."""

    @property
    def name(self) -> str:
        """Name as the sender's machine had it."""

    def getvalue(self) -> bytes:
        """Return the content."""


@dataclass(frozen=True)
class UnknownForm:
    """A table that is neither a police.uk file nor an extract, with what a mapping needs."""

    name: str
    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    located: bool  # the file has a geometry column


@dataclass(frozen=True, eq=False)
class Intake:
    """What came of reading uploads: a dataset, or why not and what would help."""

    dataset: Dataset | None = None
    refusal: str = ""
    unknown: UnknownForm | None = None  # a column mapping would help
    ambiguous: bool = False  # saying the order of day and month would help


def read_mapping(upload: Upload) -> ColumnMapping:
    """Return the mapping of an uploaded TOML file.

    Raises
    ------
    MappingError
        When it cannot be read or says something that is not understood.
    """
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        path = _saved([upload], Path(folder))[0]
        try:
            return load_mapping(path)
        except MappingError as error:  # where this server put the file is nothing to the sender
            raise MappingError(str(error).replace(f"{path.parent}{os.sep}", "")) from error


def take_in(
    uploads: Sequence[Upload],
    *,
    mapping: ColumnMapping | None = None,
    repair: bool = False,
    progress: Progress = no_progress,
) -> Intake:
    """Read uploaded files; a refusal is returned with what would help, never raised."""
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        try:
            found = _read(uploads, Path(folder), mapping, repair=repair, progress=progress)
        except MapperError as error:
            return Intake(refusal=str(error))
        if "refusal" in found:
            unknown = found.get("unknown")
            return Intake(
                refusal=found["refusal"],
                unknown=_unknown(unknown) if unknown else None,
                ambiguous=bool(found.get("ambiguous")),
            )
        incidents = stored_incidents(Path(folder), stamp=STAMP)
    if incidents is None:
        return Intake(refusal="The files were read but could not be kept. Load them again.")
    title = (
        incidents.files[0].name if len(incidents.files) == 1 else f"{len(incidents.files)} files"
    )
    choices = f"{mapping_text(mapping) if mapping else ''}\0{repair}"
    return Intake(dataset=dataset_of(incidents, title=title, choices=choices))


def _read(
    uploads: Sequence[Upload],
    folder: Path,
    mapping: ColumnMapping | None,
    *,
    repair: bool,
    progress: Progress,
) -> dict[str, Any]:
    """Have uploads read in a child process; what they hold is then stored in the folder."""
    paths = _saved(uploads, folder)
    rules = folder / "mapping.toml"
    if mapping:
        save_mapping(mapping, rules)
    told = {
        "paths": [str(path) for path in paths],
        "folder": str(folder),
        "mapping": str(rules) if mapping else "",
        "repair": repair,
        "postcodes": str(settings().postcodes or ""),
    }
    names = ", ".join(path.name for path in paths[:_NAMED])
    return in_child(
        "mapper.app.data.intake_child:read",
        told,
        name=names if len(paths) <= _NAMED else f"{names} and {len(paths) - _NAMED} more",
        size=_WORK + sum(map(_size, [*paths, *_read_beside()])),
        seconds=SECONDS,
        progress=progress,
        advice="Load fewer or smaller files, or export them as CSV.",
    )


def _read_beside() -> Iterator[Path]:
    """Yield the installation's own files that are read with every upload."""
    with suppress(MapperError):
        yield installed_table()
    if (postcodes := settings().postcodes) is not None:
        yield postcodes


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files of a folder."""
    parts = path.rglob("*") if path.is_dir() else [path]
    return sum(part.stat().st_size for part in parts if part.is_file())


def _saved(uploads: Sequence[Upload], folder: Path) -> list[Path]:
    """Write uploads to disk, each in a folder of its own so that equal names do not meet.

    Raises
    ------
    InputError
        When the disk has no room for them.
    """
    paths = []
    try:
        for number, upload in enumerate(uploads):
            path = folder / str(number) / safe_name(upload.name)
            path.parent.mkdir()
            path.write_bytes(upload.getvalue())
            paths.append(path)
    except OSError as error:
        raise InputError(
            f"The {len(uploads)} files could not be taken in ({error.strerror}). Nothing was"
            " changed. Make room on the disk, then load them again."
        ) from error
    return paths


def safe_name(name: str) -> str:
    """Return a file name that names no folder and that every disk takes."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = PurePosixPath("".join(sign for sign in last if sign.isprintable()).strip(" .") or "file")
    stem, suffix = kept.stem, kept.suffix[:LONGEST_NAME]
    while len(stem.encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}{suffix}"


def _unknown(told: dict[str, Any]) -> UnknownForm:
    """Return a table of unknown form as the child process tells of it."""
    return UnknownForm(
        name=told["name"],
        header=tuple(told["header"]),
        sample=tuple(tuple(record) for record in told["sample"]),
        located=told["located"],
    )
