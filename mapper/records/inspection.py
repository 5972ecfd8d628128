"""What an inspector would ask of the records: who can read them, are they whole, is the log.

Nothing here changes anything: a database is looked at as it is, not brought up to date.
"""

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

from mapper.base.errors import MapperError
from mapper.base.settings import RECORDS_FILE
from mapper.base.text import count
from mapper.records.audit_check import Head, head_of, verify
from mapper.records.database import Database
from mapper.records.datasets import FOLDER, HALF_DONE, kept_datasets
from mapper.records.engine import engine_of
from mapper.records.lock import holder
from mapper.records.migrate import newest_revision, revision
from mapper.records.releases import kept_releases, register_faults
from mapper.records.retention import due, retention_days
from mapper.records.workspace import lost_datasets

_LEAST_FREE = 2**30  # bytes of room that work needs
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Inspection:
    """One answer: ``ok``, something to know (``note``), or something to mend (``wrong``)."""

    topic: str
    state: Literal["ok", "note", "wrong"]
    words: str


def inspect_records(
    workspace: Path, *, url: str | None = None, kept: Sequence[Head] = ()
) -> Iterator[Inspection]:
    """Yield what is found out about workspace, database, audit log, register and retention.

    Parameters
    ----------
    kept
        Heads of the audit log that were kept elsewhere.
    """
    yield from _files(workspace)
    if not url and not (workspace / RECORDS_FILE).is_file():
        yield Inspection("Database", "note", "There are no records yet; the first use makes them.")
        return
    try:
        engine, name = engine_of(url, workspace=workspace)
        opened = Database(engine=engine, name=name)
        try:
            yield from _database(opened)
            yield from _kept(opened, workspace, kept)
        finally:
            opened.close()
    except MapperError as error:
        yield Inspection("Database", "wrong", str(error))


def _files(workspace: Path) -> Iterator[Inspection]:
    """Yield who can read the workspace, what lies in it, how much room there is."""
    topic = "Workspace"
    if not workspace.is_dir():
        yield Inspection(topic, "note", f"{workspace} is not there yet; the first use makes it.")
        return
    open_to_others = [path for path in _private(workspace) if path.stat().st_mode & _OTHERS]
    if open_to_others:
        names = ", ".join(str(path) for path in open_to_others)
        words = f"Others on this machine may read {names}: run chmod -R go= {workspace}"
        yield Inspection(topic, "wrong", words)
    else:
        yield Inspection(topic, "ok", f"{workspace} is closed to others on this machine.")
    if hasattr(os, "getuid") and workspace.stat().st_uid != os.getuid():
        yield Inspection(
            topic, "wrong", "It belongs to another account than the one mapper runs under."
        )
    free = shutil.disk_usage(workspace).free
    state: Literal["ok", "wrong"] = "ok" if free >= _LEAST_FREE else "wrong"
    yield Inspection(topic, state, f"{free / 2**30:,.1f} GB of room on its disk.")
    half = len(list((workspace / FOLDER).glob(f"{HALF_DONE}*")))
    if half:
        words = f"{half:,} half-written folders of a crash; the next start removes them."
        yield Inspection(topic, "note", words)
    if by := holder(workspace):
        yield Inspection(topic, "note", f"In use, or last left without letting go, by {by}.")


def _private(workspace: Path) -> list[Path]:
    """Return what nobody else may look into."""
    found = [workspace, workspace / FOLDER, *workspace.glob(f"{RECORDS_FILE}*")]
    return [path for path in found if path.exists()]


def _database(database: Database) -> Iterator[Inspection]:
    """Yield the database's version, whether it keeps what it is given, and whether it is sound."""
    with database.read() as connection:
        now, newest = revision(connection), newest_revision()
        if database.dialect == "postgresql":
            yield from _postgresql(connection, database.name)
        else:
            yield from _sqlite(connection, database.name)
        guards = _guards(connection, database.dialect)
    if now == newest:
        yield Inspection("Database", "ok", f"Its tables are at revision {now}, the newest.")
    else:
        words = f"Its tables are at revision {now}; this mapper's are at {newest}. Start the app."
        yield Inspection("Database", "wrong", words)
    if guards:
        yield Inspection("Audit log", "ok", "The database refuses to change or delete its entries.")
    else:
        words = "The guards that keep its entries from being changed are gone: restore a backup."
        yield Inspection("Audit log", "wrong", words)


def _sqlite(connection: Connection, name: str) -> Iterator[Inspection]:
    """Yield the state of an SQLite file."""
    engine = connection.scalar(text("SELECT sqlite_version()"))
    journal = connection.scalar(text("PRAGMA journal_mode"))
    wal: Literal["ok", "wrong"] = "ok" if journal == "wal" else "wrong"
    yield Inspection("Database", wal, f"{name}: SQLite {engine}, journal mode {journal}.")
    found = list(connection.scalars(text("PRAGMA integrity_check(5)")))
    if found == ["ok"]:
        yield Inspection("Database", "ok", "Its integrity check finds nothing.")
    else:
        yield Inspection(
            "Database", "wrong", f"It is damaged: {'; '.join(found)}. Restore a backup."
        )
    orphans = len(connection.execute(text("PRAGMA foreign_key_check")).all())
    if orphans:
        yield Inspection(
            "Database",
            "wrong",
            f"{count(orphans, 'row points', 'rows point')} at rows that are not there.",
        )


def _postgresql(connection: Connection, name: str) -> Iterator[Inspection]:
    """Yield the state of a PostgreSQL server, as far as a client may ask."""
    server = connection.scalar(text("SHOW server_version"))
    yield Inspection("Database", "ok", f"{name}: PostgreSQL {server}.")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        value = str(connection.scalar(text(f"SHOW {setting}")))
        if value == "off":
            words = f"{setting} is off: a power cut loses what was saved. Turn it on."
            yield Inspection("Database", "wrong", words)
    if connection.scalar(text("SHOW data_checksums")) != "on":
        yield Inspection("Database", "note", "Its pages carry no checksums: damage may go unseen.")
    secure = connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    local = connection.scalar(text("SELECT inet_server_addr() IS NULL"))
    if not secure and not local:
        yield Inspection(
            "Database", "wrong", "The way to it is not encrypted: add ?sslmode=verify-full."
        )


def _guards(connection: Connection, dialect: str) -> bool:
    """Tell whether the audit log's triggers stand."""
    if not inspect(connection).has_table("audit"):
        return False
    if dialect == "sqlite":
        found = text(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        )
    else:
        found = text(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'audit'::regclass"
            " AND NOT tgisinternal AND tgenabled <> 'D'"
        )
    return (connection.scalar(found) or 0) >= 3  # noqa: PLR2004 - the three that revision 0001 makes


def _kept(database: Database, workspace: Path, kept: Sequence[Head]) -> Iterator[Inspection]:
    """Yield the state of the log, the register, the datasets and their retention."""
    with database.read() as connection:
        verdict, head = verify(connection, kept=kept), head_of(connection)
        yield from (Inspection("Audit log", "wrong", fault) for fault in verdict.faults)
        if verdict.whole:
            words = (
                f"Its chain is whole: {count(verdict.entries, 'entry', 'entries')}, head"
                f" {head.hash[:16]}…"
            )
            yield Inspection("Audit log", "ok", words)
        if not kept:
            words = "No head kept elsewhere was given, so a log cut short would not be seen."
            yield Inspection("Audit log", "note", words)
        faults = register_faults(connection)
        yield from (Inspection("Releases", "wrong", fault) for fault in faults)
        yield from _retention(connection)
    lost = lost_datasets(database, workspace)
    if lost:
        words = f"{len(lost):,} datasets have lost their files: restore them from a backup."
        yield Inspection("Datasets", "wrong", words)


def _retention(connection: Connection) -> Iterator[Inspection]:
    """Yield what is kept, for how long, and what should be gone."""
    days = retention_days(connection)
    for kind, found in (
        ("dataset", kept_datasets(connection)),
        ("release", kept_releases(connection)),
    ):
        rule = (
            f"for {count(days[kind], 'day')}" if kind in days else "until somebody sets otherwise"
        )
        words = f"{len(found):,} {kind}s are kept, {rule}."
        yield Inspection("Retention", "ok" if kind in days or kind == "release" else "note", words)
    over = due(connection, today=datetime.now(UTC).date())
    if over:
        late = len(over.datasets) + len(over.releases)
        words = f"{count(late, 'item is', 'items are')} past their time: run mapper retention apply"
        yield Inspection("Retention", "wrong", words)
