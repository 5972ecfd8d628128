"""Write a release to a folder: list, outlines, cells, map and manifest, all of them or none."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from mapper.base.errors import InputError
from mapper.base.files import replacing
from mapper.disclosure.release import AnyRelease, Release, is_release
from mapper.outputs.manifest import manifest
from mapper.outputs.maps import export_map
from mapper.outputs.tables import (
    cells_parquet,
    districts_csv,
    hotspots_csv,
    hotspots_geojson,
    is_operational,
)

MANIFEST = "manifest.json"


def write_outputs(
    release: Release, out: Path, *, beside: Mapping[str, bytes] | None = None
) -> tuple[Path, ...]:
    """Write the five files of a release into a folder, whole or not at all.

    Everything is on the disk under temporary names before anything is put in place. The old
    manifest goes first and the new one comes last, so that a folder without a manifest is not
    complete. Other files in the folder are left alone.

    Parameters
    ----------
    beside
        Content of further files by name, such as ``signals.csv``: made from releases, too.

    Returns
    -------
    tuple
        Paths of ``hotspots.csv``, ``hotspots.geojson``, ``cells.parquet``, ``map.html`` and
        ``manifest.json``.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    InputError
        When the folder cannot be written or the disk is full; the folder is then as it was.
    """
    return write_contents(release, out, {**_contents(is_release(release)), **(beside or {})})


def write_contents(
    release: AnyRelease, out: Path, contents: Mapping[str, bytes], *, name: str = MANIFEST
) -> tuple[Path, ...]:
    """Write chosen files of a release with their manifest, as :func:`write_outputs` does.

    Parameters
    ----------
    contents
        Content of each file by name; the manifest is added.
    name
        What the manifest is called.
    """
    said = manifest(release, outputs=contents, made_at=datetime.now(tz=UTC))
    return write_together(out, {**contents, name: said}, manifest=name)


def write_together(
    folder: Path, contents: Mapping[str, bytes], *, manifest: str
) -> tuple[Path, ...]:
    """Write files that belong together into a folder, all of them or none.

    Parameters
    ----------
    contents
        Content of each file by name, in the order they are put in place.
    manifest
        Name of the file among them that says what the others are: the old one goes first.

    Raises
    ------
    InputError
        When the folder cannot be written or the disk is full; the folder is then as it was.
    """
    _check_folder(folder, tuple(contents))
    new_folders = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        _place(folder, contents, manifest)
    except BaseException:
        _remove_empty(new_folders)
        raise
    return tuple(folder / name for name in contents)


def _contents(release: Release) -> dict[str, bytes]:
    """Return the content of every file but the manifest, in the order they are put in place."""
    contents = {
        "hotspots.csv": hotspots_csv(release),
        "hotspots.geojson": hotspots_geojson(release),
        "cells.parquet": cells_parquet(release),
        "map.html": export_map(release).encode(),
    }
    if not is_operational(release):
        contents["districts.csv"] = districts_csv(release)
    return contents


def _check_folder(out: Path, names: tuple[str, ...]) -> None:
    """Refuse a folder in which some file could not be put in place."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file, not a folder. Choose another folder.")
    taken = [name for name in names if (out / name).is_dir()]
    if taken:
        raise InputError(
            f"{out}: {', '.join(taken)} is a folder there. Rename it or choose another folder."
        )


def _place(out: Path, contents: Mapping[str, bytes], manifest: str) -> None:
    """Write all files under temporary names, then put them in place, the manifest last."""
    with ExitStack() as stack:
        # An exit stack leaves in reverse order: what is entered first is put in place last.
        temporaries = {
            name: stack.enter_context(replacing(out / name)) for name in reversed(list(contents))
        }
        for name, content in contents.items():
            with temporaries[name].open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        (out / manifest).unlink(missing_ok=True)


def _remove_empty(folders: list[Path]) -> None:
    """Remove the folders made for files that were then not written, innermost first."""
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
