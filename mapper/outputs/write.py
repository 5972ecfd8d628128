"""Write a release to a folder: list, outlines, cells, map and manifest, all of them or none."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from mapper.disclosure.release import AnyRelease, Release, is_release
from mapper.outputs.folder import replace_set
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

    They take the place of the set that an earlier run wrote there; other files in the folder are
    left alone (:mod:`mapper.outputs.folder`).

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
    release: AnyRelease,
    out: Path,
    contents: Mapping[str, bytes],
    *,
    name: str = MANIFEST,
    named: Collection[str] = (),
) -> tuple[Path, ...]:
    """Write chosen files of a release with their manifest, as :func:`write_outputs` does.

    Parameters
    ----------
    contents
        Content of each file by name; the manifest is added.
    name
        What the manifest is called; a folder where it has a name of its own is never exchanged.
    named
        Files that the user named: replaced whoever wrote them.
    """
    said = manifest(release, outputs=contents, made_at=datetime.now(tz=UTC))
    made = {**contents, name: said}
    replace_set(out, made, manifest=name, named=named, shared=name != MANIFEST)
    return tuple(out / file for file in made)


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
