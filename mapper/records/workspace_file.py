"""All of people's work in one file, and back: checked by digest at both ends.

The file is a zip of one JSON-lines file a table and a manifest with the SHA-256 of each. The
tables of people's work are taken in again; the audit log travels along to be read, but is never
taken in, because a log tells of its own installation. Sessions stay where they are.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from mapper.base.errors import RecordsError
from mapper.base.json_text import json_of
from mapper.disclosure.people import Viewer, require, role_of
from mapper.records.audit import Event, append
from mapper.records.content import digest_of_text
from mapper.records.database import Database
from mapper.records.migrate import newest_revision
from mapper.records.rows import lines_of, row_of
from mapper.records.schema.trust import audit
from mapper.records.schema.visits import visits
from mapper.records.schema.work import work_drafts, work_set_aside, work_versions

FORMAT = "mapper workspace 1"
MANIFEST = "manifest.json"
LARGEST = 1 << 30  # bytes of one table when unpacked
TAKEN_IN = (work_versions, work_set_aside, work_drafts, visits)
_SINCE = {visits.name: "0006"}  # revision; files from before it lack the table
_TRAVELLING = (*TAKEN_IN, audit)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # so that the same rows make the same bytes
_BATCH = 500


@dataclass(frozen=True)
class ImportSummary:
    """What an import took in."""

    rows: Mapping[str, int]  # by table
    digest: str  # SHA-256 of the file


def export_workspace(database: Database, *, viewer: Viewer) -> bytes:
    """Return all of people's work as one file; the same work gives the same bytes.

    Raises
    ------
    RefusedError
        When the viewer may not see everything.
    """
    require(viewer, "see everything")
    with database.write() as connection:
        content = _packed(connection)
        digest = hashlib.sha256(content).hexdigest()
        _tell(connection, viewer, "export", digest, {"bytes": len(content)})
    return content


def import_workspace(database: Database, content: bytes, *, viewer: Viewer) -> ImportSummary:
    """Take in a file made by :func:`export_workspace`, whole or not at all.

    Raises
    ------
    RefusedError
        When the viewer may not see everything.
    RecordsError
        When the file is damaged, changed or of a newer mapper, or there is work here already.
    """
    require(viewer, "see everything")
    require(viewer, "load data")
    tables = _unpacked(content)
    with database.write() as connection:
        for table in TAKEN_IN:
            if connection.scalar(select(func.count()).select_from(table)):
                raise RecordsError(
                    "There is work in this workspace already, and nothing is ever written over."
                    " Import into an empty workspace (MAPPER_WORKSPACE)."
                )
        for table in TAKEN_IN:
            rows = tables[table.name]
            for start in range(0, len(rows), _BATCH):
                connection.execute(insert(table), rows[start : start + _BATCH])
        taken = ImportSummary(
            {table.name: len(tables[table.name]) for table in TAKEN_IN},
            hashlib.sha256(content).hexdigest(),
        )
        _tell(connection, viewer, "import", taken.digest, dict(taken.rows))
    return taken


def _packed(connection: Connection) -> bytes:
    """Return the tables as a zip with its manifest."""
    parts = {f"{table.name}.jsonl": b"".join(lines_of(connection, table)) for table in _TRAVELLING}
    manifest = {
        "format": FORMAT,
        "revision": newest_revision(),
        "mapper": version("mapper"),
        "files": {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()},
    }
    parts[MANIFEST] = json.dumps(manifest, indent=1, sort_keys=True).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _unpacked(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the tables to take in, every digest checked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifest = json_of(_part(archive, MANIFEST))
            _refuse_strange(manifest)
            files = {name: _part(archive, name) for name in manifest["files"]}
        for name, digest in manifest["files"].items():
            if hashlib.sha256(files[name]).hexdigest() != digest:
                raise _damaged(f"{name} is not what was exported")
        held = [one for one in TAKEN_IN if manifest["revision"] >= _SINCE.get(one.name, "")]
        found = {table.name: _rows(table, files[f"{table.name}.jsonl"]) for table in held}
        return {table.name: found.get(table.name, []) for table in TAKEN_IN}
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise _damaged("it is no whole workspace file") from error


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return one file of the zip, if it is of a size that an export has."""
    if archive.getinfo(name).file_size > LARGEST:
        raise _damaged(f"{name} unpacks to more than {LARGEST >> 20:,} MB")
    return archive.read(name)


def _refuse_strange(manifest: Mapping[str, Any]) -> None:
    """Refuse what this version cannot read."""
    if manifest["format"] != FORMAT:
        raise _damaged("it is no workspace file")
    if str(manifest["revision"]) > str(newest_revision()):
        raise RecordsError(
            f"A newer version of mapper ({manifest['mapper']}) made this file. Update mapper and"
            " import it again. Nothing was taken in."
        )


def _rows(table: Table, lines: bytes) -> list[dict[str, Any]]:
    """Return the rows of a table, each text checked against its own digest."""
    rows = [row_of(table, line) for line in lines.splitlines()]
    for row in rows:
        if "content" in row and digest_of_text(row["content"]) != row["digest"]:
            raise _damaged(f"{row['record']} holds a text that is not what was saved")
    return rows


def _damaged(reason: str) -> RecordsError:
    """Return the refusal of a file."""
    return RecordsError(
        f"This file cannot be imported: {reason}. Export it again and compare its digest. Nothing"
        " was taken in."
    )


def _tell(
    connection: Connection,
    viewer: Viewer,
    kind: Any,
    digest: str,
    detail: Mapping[str, object],
) -> None:
    """Write the audit entry of an export or import."""
    append(
        connection,
        Event(
            kind=kind,
            person=viewer.name,
            role=role_of(viewer),
            subject="workspace",
            digest=digest,
            detail=detail,
        ),
    )
