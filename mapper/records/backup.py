"""A whole installation in one file, and back: whole or not at all, on either database.

The file is a zip of one JSON-lines file a table, the files of the workspace (datasets that are
kept, areas, mappings, own rules and lenses) and a manifest with the SHA-256 of each. The audit log
goes along and is taken in as it was: the chain goes on where it ended, with an entry that says so.
Sign-ins stay behind, and so do what people loaded for themselves for a day and what can be made
again: the demonstration.

A restore writes the files first and the rows last, in one transaction; a mark stands in the
workspace until both are there. Killed in between, it is begun again and writes all anew.
"""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import Connection, Table, func, insert, select

from mapper.analysis.kept_tallies import FOLDER as COUNTED
from mapper.base.errors import RecordsError
from mapper.base.files import Progress, digest_of, no_progress, open_regular, replacing, write_whole
from mapper.base.json_text import json_of
from mapper.base.settings import RECORDS_FILE as DATABASE
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.lock import FILE_NAME as LOCK
from mapper.records.lock import sole_writer
from mapper.records.migrate import newest_revision
from mapper.records.rows import lines_of, row_of
from mapper.records.schema import every_table
from mapper.records.schema.trust import sessions
from mapper.records.workspace import OWN_DATA

FORMAT = "mapper backup 1"
MANIFEST = "manifest.json"
MARK = ".restoring"
_TABLES, _FILES = "tables", "files"
_BATCH = 500
_LONGEST = 64 * 1024**2  # bytes of a manifest or a row
_ROLE = "command line"


@dataclass(frozen=True)
class BackupFacts:
    """What a backup holds."""

    made: datetime
    rows: Mapping[str, int]  # by table
    files: int
    digest: str  # SHA-256 of the file


def backup(
    database: Database,
    workspace: Path,
    path: Path,
    *,
    person: str,
    progress: Progress = no_progress,
) -> BackupFacts:
    """Write everything that an installation keeps into one file, for its owner's eyes only.

    Raises
    ------
    RecordsError
        When the file would lie in the workspace itself, or another process is writing there.
    InputError
        When there is no room for the file; one that was there before is then untouched.
    """
    if path.absolute().is_relative_to(workspace.absolute()):
        raise RecordsError(
            f"{path}: lies in the workspace, and would be lost with it. Choose another folder,"
            " on another disk."
        )
    with sole_writer(workspace, doing="making a backup", wait=30), replacing(path) as temporary:
        temporary.chmod(0o600)
        with database.write() as connection:
            manifest = _pack(connection, workspace, temporary, progress)
            facts = _facts(manifest, digest_of(temporary))
            append(connection, _event("export", facts, person))
    path.chmod(0o600)
    return facts


def restore(
    database: Database,
    workspace: Path,
    path: Path,
    *,
    person: str,
    progress: Progress = no_progress,
) -> BackupFacts:
    """Put everything that a backup holds into an empty installation.

    Raises
    ------
    RecordsError
        When the file is no backup, is damaged or of a newer mapper, or there is something in the
        installation already: nothing is ever written over.
    """
    with _opened(path) as archive, sole_writer(workspace, doing="restoring a backup", wait=30):
        manifest = _checked(archive, progress)
        facts = _facts(manifest, digest_of(path))
        mark = workspace / MARK
        _refuse_what_is_there(database, workspace, begun=mark.exists())
        write_whole(mark, f"{path.name}\n")
        _put_files(archive, workspace)
        with database.write() as connection:
            for table in _kept_tables():
                _put_rows(connection, table, archive)
            append(connection, _event("import", facts, person))
        mark.unlink()
    return facts


def _pack(
    connection: Connection, workspace: Path, path: Path, progress: Progress
) -> dict[str, Any]:
    """Write tables, files and the manifest into a zip; return the manifest."""
    digests: dict[str, str] = {}
    rows: dict[str, int] = {}
    files = _kept_files(workspace)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for table in _kept_tables():
            name = f"{_TABLES}/{table.name}.jsonl"
            rows[table.name] = _add_lines(archive, name, lines_of(connection, table), digests)
        for number, file in enumerate(files, start=1):
            name = f"{_FILES}/{file.relative_to(workspace).as_posix()}"
            with file.open("rb") as stream:
                _add_lines(archive, name, iter(lambda: stream.read(1 << 20), b""), digests)
            progress(f"Packed {file.name}", number / len(files))
        manifest = {
            "format": FORMAT,
            "revision": newest_revision(),
            "mapper": version("mapper"),
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows": rows,
            "digests": digests,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
    return manifest


def _add_lines(
    archive: zipfile.ZipFile, name: str, parts: Iterator[bytes], digests: dict[str, str]
) -> int:
    """Write one file of the zip part by part; return how many parts it took."""
    digest, number = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member:
        for part in parts:
            digest.update(part)
            member.write(part)
            number += 1
    digests[name] = digest.hexdigest()
    return number


def _kept_tables() -> list[Table]:
    """Return the tables that go along, those that others point to first."""
    return [table for table in every_table().sorted_tables if table is not sessions]


def _kept_files(workspace: Path) -> list[Path]:
    """Return the files that go along: none of the database, none half-written or made again."""
    return sorted(
        path
        for path in workspace.rglob("*")
        if path.is_file() and not path.is_symlink() and _is_kept(path.relative_to(workspace))
    )


def _is_kept(path: Path) -> bool:
    """Tell whether a file of the workspace, by its path in it, goes along."""
    top = path.parts[0]
    own = top.startswith((DATABASE, LOCK, MARK, OWN_DATA, COUNTED, "demonstration-"))
    return not own and not any(part.startswith(".") for part in path.parts)


def _opened(path: Path) -> zipfile.ZipFile:
    """Open a backup."""
    try:
        open_regular(path).close()
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or "it is no zip file"
        raise _unusable(path.name, reason) from error


def _checked(archive: zipfile.ZipFile, progress: Progress) -> dict[str, Any]:
    """Return the manifest once every file of the zip is what it says."""
    name = Path(str(archive.filename)).name
    try:
        manifest: dict[str, Any] = json_of(_manifest_in(archive))
        _refuse_strange(manifest, name)
        digests: dict[str, str] = manifest["digests"]
        if set(digests) | {MANIFEST} != set(archive.namelist()):
            raise _unusable(name, "it does not hold just the files that its manifest names")
        for number, (member, expected) in enumerate(digests.items(), start=1):
            _refuse_climbing(member, name)
            with archive.open(member) as stream:
                if _digest_of_stream(stream) != expected:
                    raise _unusable(name, f"{member} is not what was packed")
            progress("Checked", number / len(digests))
        for table in _kept_tables():
            for _ in _rows_in(archive, table):  # before anything is written
                pass
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise _unusable(name, "its manifest or a file in it is damaged") from error
    return manifest


def _manifest_in(archive: zipfile.ZipFile) -> bytes:
    """Return the manifest's text, no longer than that of a very large workspace."""
    with archive.open(MANIFEST) as member:
        content = member.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise ValueError(MANIFEST)
    return content


def _refuse_strange(manifest: Mapping[str, Any], name: str) -> None:
    """Refuse what is no backup, or one of a later version."""
    if manifest["format"] != FORMAT:
        raise _unusable(name, "it is no backup")
    if str(manifest["revision"]) > str(newest_revision()):
        raise RecordsError(
            f"{name}: a newer version of mapper ({manifest['mapper']}) made this backup. Update"
            " mapper and restore it again. Nothing was changed."
        )


def _refuse_climbing(member: str, name: str) -> None:
    """Refuse a name that would lie outside its folder."""
    parts = PurePosixPath(member).parts
    if parts[0] not in {_TABLES, _FILES} or ".." in parts or "\\" in member or member[0] == "/":
        raise _unusable(name, "a file in it has a name that no backup gives")


def _digest_of_stream(stream: IO[bytes]) -> str:
    """Return the SHA-256 of what is left of a stream."""
    digest = hashlib.sha256()
    while part := stream.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


def _refuse_what_is_there(database: Database, workspace: Path, *, begun: bool) -> None:
    """Refuse an installation that holds anything but what a restore left that was cut off."""
    with database.read() as connection:
        for table in _kept_tables():
            if connection.scalar(select(func.count()).select_from(table)):
                raise RecordsError(
                    f"{database.name}: there are records already, and nothing is ever written"
                    " over. Restore into an empty workspace (MAPPER_WORKSPACE) and database."
                )
    if not begun and (there := _kept_files(workspace)):
        raise RecordsError(
            f"{workspace}: holds {len(there):,} files already, the first {there[0].name}, and"
            " nothing is ever written over. Restore into an empty workspace (MAPPER_WORKSPACE)."
        )


def _put_files(archive: zipfile.ZipFile, workspace: Path) -> None:
    """Write the files of a backup, each whole or not at all."""
    for member in archive.namelist():
        if not member.startswith(f"{_FILES}/"):
            continue
        to = workspace / PurePosixPath(member).relative_to(_FILES)
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            archive.open(member) as stream,
            replacing(to) as temporary,
            temporary.open("wb") as file,
        ):
            shutil.copyfileobj(stream, file, 1 << 20)
        to.chmod(0o600)


def _put_rows(connection: Connection, table: Table, archive: zipfile.ZipFile) -> None:
    """Insert the rows of a table."""
    rows = _rows_in(archive, table)
    while batch := list(islice(rows, _BATCH)):
        connection.execute(insert(table), batch)
    counted = table.autoincrement_column
    if counted is not None and connection.dialect.name == "postgresql":
        following = select(func.coalesce(func.max(counted), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, counted.name)
        connection.execute(select(func.setval(sequence, following, False)))


def _rows_in(archive: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table; one that an older backup does not know has none."""
    name = f"{_TABLES}/{table.name}.jsonl"
    if name not in archive.namelist():
        return
    with archive.open(name) as lines:
        while line := lines.readline(_LONGEST):  # no row is longer: what was cut is no JSON
            try:
                yield row_of(table, line)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                backup_name = Path(str(archive.filename)).name
                words = f"a row of {table.name} is damaged or endless"
                raise _unusable(backup_name, words) from error


def _facts(manifest: Mapping[str, Any], digest: str) -> BackupFacts:
    """Return what a backup holds."""
    files = sum(name.startswith(f"{_FILES}/") for name in manifest["digests"])
    made = datetime.fromisoformat(manifest["made"])
    return BackupFacts(made, dict(manifest["rows"]), files, digest)


def _event(kind: Any, facts: BackupFacts, person: str) -> Event:
    """Return the audit entry of a backup or a restore."""
    detail = {"made": facts.made.isoformat(), "rows": dict(facts.rows), "files": facts.files}
    return Event(kind, person, "backup", _ROLE, facts.digest, detail)


def _unusable(name: str, reason: str) -> RecordsError:
    """Return the refusal of a file."""
    return RecordsError(
        f"{name}: cannot be restored: {reason}. Take another backup. Nothing was changed."
    )
