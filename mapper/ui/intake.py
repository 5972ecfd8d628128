"""From uploaded files to a dataset: read in a folder that is gone when reading is done."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from mapper.errors import AmbiguousDatesError, InputError, MapperError, MappingError
from mapper.files import Progress, no_progress
from mapper.incidents.formats import open_sheet
from mapper.incidents.gather import gather
from mapper.incidents.layout import layout_of
from mapper.incidents.mapping import ColumnMapping, load_mapping, mapping_text
from mapper.incidents.read import read_incidents
from mapper.ui.datasets import Dataset, dataset_of

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
        return load_mapping(_saved([upload], Path(folder))[0])


def take_in(
    uploads: Sequence[Upload],
    *,
    mapping: ColumnMapping | None = None,
    repair: bool = False,
    progress: Progress = no_progress,
) -> Intake:
    """Read uploaded files; a refusal is returned with what would help, never raised."""
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        paths = _saved(uploads, Path(folder))
        try:
            incidents = read_incidents(
                paths, mapping=mapping, repair_swapped=repair, progress=progress
            )
        except AmbiguousDatesError as error:
            return Intake(refusal=str(error), ambiguous=True)
        except (InputError, MappingError) as error:
            return Intake(refusal=str(error), unknown=_unknown_form(paths, mapping))
        except MapperError as error:
            return Intake(refusal=str(error))
    title = (
        incidents.files[0].name if len(incidents.files) == 1 else f"{len(incidents.files)} files"
    )
    choices = f"{mapping_text(mapping) if mapping else ''}\0{repair}"
    return Intake(dataset=dataset_of(incidents, title=title, choices=choices))


def _saved(uploads: Sequence[Upload], folder: Path) -> list[Path]:
    """Write uploads to disk, each in a folder of its own so that equal names do not meet."""
    paths = []
    for number, upload in enumerate(uploads):
        path = folder / str(number) / safe_name(upload.name)
        path.parent.mkdir()
        path.write_bytes(upload.getvalue())
        paths.append(path)
    return paths


def safe_name(name: str) -> str:
    """Return a file name that names no folder and that every disk takes."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = PurePosixPath("".join(sign for sign in last if sign.isprintable()).strip(" .") or "file")
    stem, suffix = kept.stem, kept.suffix[:LONGEST_NAME]
    while len(stem.encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}{suffix}"


def _unknown_form(paths: Sequence[Path], mapping: ColumnMapping | None) -> UnknownForm | None:
    """Return the first table of unknown form, if that is what stopped the reading."""
    try:
        with gather(paths) as gathering:
            for found in gathering.files:
                sheet = open_sheet(found, mapping)
                try:
                    layout_of(sheet, mapping)
                except MapperError:
                    return UnknownForm(
                        name=sheet.name,
                        header=sheet.header,
                        sample=tuple(tuple(record) for record in sheet.sample()),
                        located=sheet.located,
                    )
    except MapperError:
        pass  # the file cannot be opened at all: the refusal says so, and no mapping helps
    return None
