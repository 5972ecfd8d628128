"""A finding's table as a file: CSV or Parquet by its suffix, with a manifest beside it.

``change.csv`` comes with ``change.manifest.json``: the question, its definition and source, every
choice, the SHA-256 of each input and of the table, marking and audience. The two are written whole
or not at all, and the same input gives the same bytes apart from the time of the run.
"""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from mapper.base.errors import InputError
from mapper.base.text import spreadsheet_text
from mapper.disclosure.finding_release import FindingRelease, is_finding_release
from mapper.outputs.manifest import fingerprint, plain_json
from mapper.outputs.tables import parquet_bytes
from mapper.outputs.write import write_together

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
    is_finding_release(release)
    check_finding_path(path)
    as_csv = path.suffix.lower() == ".csv"
    table = finding_csv(release) if as_csv else finding_parquet(release)
    contents = {path.name: table}
    name = f"{path.stem}.manifest.json"
    contents[name] = finding_manifest(release, outputs=contents, made_at=datetime.now(tz=UTC))
    return write_together(path.parent, contents, manifest=name)


def finding_csv(release: FindingRelease) -> bytes:
    r"""Return a finding's table as CSV: UTF-8, lines ending in ``\n``, missing left empty.

    Numbers keep their full precision. Text that a spreadsheet would read as a formula is prefixed
    with a quote.
    """
    table = is_finding_release(release).table
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([spreadsheet_text(str(name)) for name in table.columns])
    columns = [_cells(table[name]) for name in table.columns]
    writer.writerows(zip(*columns, strict=True))
    return file.getvalue().encode()


def finding_parquet(release: FindingRelease) -> bytes:
    """Return a finding's table as Parquet, with its words in the metadata under ``mapper``."""
    return parquet_bytes(is_finding_release(release).table, said=said_of_finding(release))


def finding_manifest(
    release: FindingRelease, *, outputs: dict[str, bytes], made_at: datetime
) -> bytes:
    """Return the manifest of a finding's table as JSON."""
    content = {
        **plain_json(is_finding_release(release).record),
        **said_of_finding(release),
        "outputs": {name: fingerprint(content) for name, content in sorted(outputs.items())},
        "made_at": made_at.isoformat(timespec="seconds"),
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()


def said_of_finding(release: FindingRelease) -> dict[str, Any]:
    """Return what a file says of itself: marking, audience, question, definition, notes."""
    names = (
        *("marking", "audience", "id", "title", "question", "definition", "source", "unit"),
        *("period", "lens_title", "area_title", "resolution", "synthetic", "licence"),
    )
    return {
        **{name: getattr(release, name) for name in names},
        "notes": list(release.notes),
        "choices": plain_json(release.choices),
        "columns": plain_json(release.roles),
        "rows": len(release.table),
        "release": release.digest,
    }


def _cells(column: pd.Series) -> list[Any]:
    """Return the values of one column as the CSV writer takes them."""
    missing = column.isna().tolist()
    pairs = zip(column.tolist(), missing, strict=True)
    return ["" if gone else _cell(value) for value, gone in pairs]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return spreadsheet_text(value) if isinstance(value, str) else value
