"""A finding's table as a file: CSV or Parquet by its suffix, with a manifest beside it.

``change.csv`` comes with ``change.manifest.json``: the question, its definition and source, every
choice, the SHA-256 of each input and of the table, marking and audience. The two are written whole
or not at all, and the same input gives the same bytes apart from the time of the run.
"""

from pathlib import Path

from mapper.base.errors import InputError
from mapper.disclosure.release import FindingRelease, is_release
from mapper.outputs.manifest import said_of
from mapper.outputs.tables import csv_bytes, parquet_bytes
from mapper.outputs.write import write_contents

SUFFIXES = (".csv", ".parquet")


def check_finding_path(path: Path) -> Path:
    """Return the path of a table to write; called before any work is done.

    Raises
    ------
    InputError
        When the suffix is neither ``.csv`` nor ``.parquet``, or the path is a folder.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: a table is written as {' or '.join(SUFFIXES)}. Name it so.")
    if path.is_dir():
        raise InputError(f"{path} is a folder. Give the table a file name of its own.")
    return path


def write_finding(release: FindingRelease, path: Path) -> tuple[Path, ...]:
    """Write a finding's table and its manifest; return the path of each.

    Raises
    ------
    DisclosureError
        When given anything but a release of a finding.
    InputError
        When the path cannot be used or written; nothing is changed then.
    """
    is_release(release, FindingRelease)
    check_finding_path(path)
    make = finding_csv if path.suffix.lower() == ".csv" else finding_parquet
    name = f"{path.stem}.manifest.json"
    return write_contents(
        release, path.parent, {path.name: make(release)}, name=name, named=[path.name]
    )


def finding_csv(release: FindingRelease) -> bytes:
    """Return a finding's table as CSV, numbers at their full precision, missing left empty."""
    table = is_release(release, FindingRelease).table
    columns = [
        ["" if gone else value for value, gone in zip(column.tolist(), column.isna(), strict=True)]
        for _, column in table.items()
    ]
    return csv_bytes(table.columns, zip(*columns, strict=True))


def finding_parquet(release: FindingRelease) -> bytes:
    """Return a finding's table as Parquet, with its words in the metadata under ``mapper``."""
    return parquet_bytes(is_release(release, FindingRelease).table, said=said_of(release))
