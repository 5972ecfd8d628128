"""Connections to SQLite and PostgreSQL, set so that a commit is on the disk when it returns."""

import os
import sqlite3
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from mapper.base.errors import RecordsError
from mapper.base.settings import RECORDS_FILE

WRITING = "mapper_writing"  # marks the connection of a writer
ALONE = "mapper_alone"  # marks a connection whose statements stand outside any transaction
BUSY_SECONDS = 30  # how long a writer waits for the one before it
_TRY_AGAIN_SECONDS = 0.05

_SQLITE_SETTINGS = (
    ("synchronous", "FULL"),  # a commit survives a power cut
    ("foreign_keys", "ON"),
    ("recursive_triggers", "ON"),  # INSERT OR REPLACE is a deletion too: the log's guard sees it
    ("secure_delete", "ON"),  # deleted bytes are overwritten
    ("trusted_schema", "OFF"),
)


def engine_of(url: str | None, *, workspace: Path) -> tuple[Engine, str]:
    """Return an engine and its name for messages, which never holds a password.

    Raises
    ------
    RecordsError
        When the URL names no SQLite file and no PostgreSQL database.
    """
    if not url:
        return _sqlite((workspace / RECORDS_FILE).absolute())
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _unusable("it is no URL") from None
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return _postgresql(parsed)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return _sqlite(Path(str(parsed.database)).absolute())
    raise _unusable(f"“{parsed.drivername}” is not supported, or names no file")


def _unusable(reason: str) -> RecordsError:
    """Return the refusal of a URL; the URL itself is not repeated, it may hold a password."""
    return RecordsError(
        f"MAPPER_DATABASE cannot be used: {reason}. Write postgresql://user@host/name or"
        " sqlite:///path, or leave it out to keep records in the workspace folder."
    )


def _sqlite(path: Path) -> tuple[Engine, str]:
    """Return an engine over a file that nobody else may read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise RecordsError(
            f"{path}: the database cannot be opened ({error.strerror})."
            " Choose another folder with MAPPER_WORKSPACE."
        ) from error
    made = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,  # an error's message never holds what people wrote
    )
    event.listen(made, "connect", _set_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made, str(path)


def _set_sqlite(connection: Any, _record: object) -> None:
    """Set a new SQLite connection; the driver no longer begins transactions by itself."""
    connection.isolation_level = None
    _write_ahead(connection)
    for name, value in _SQLITE_SETTINGS:
        connection.execute(f"PRAGMA {name}={value}")


def _write_ahead(connection: Any) -> None:
    """Keep a write-ahead log, so that readers never wait for the writer.

    Of several processes that open a new file at once, SQLite turns the later away without waiting.
    """
    end = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > end:
                raise
            sleep(_TRY_AGAIN_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Begin: a writer takes its turn at once, since a later one would fail half way."""
    options = connection.get_execution_options()
    if not options.get(ALONE):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITING) else "BEGIN")


def _postgresql(url: URL) -> tuple[Engine, str]:
    """Return an engine over a PostgreSQL database."""
    waits = f"-c lock_timeout={BUSY_SECONDS}s -c timezone=UTC"
    made = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,  # as above
        pool_pre_ping=True,  # a server that was restarted is met again, not reported
        connect_args={"options": waits, "connect_timeout": 10, "application_name": "mapper"},
    )
    where = url.host or url.query.get("host") or "this machine"
    return made, f"PostgreSQL {url.database} on {where}"
