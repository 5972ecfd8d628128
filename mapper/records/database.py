"""The database: one transaction at a time through :meth:`Database.write`, whole or not at all.

SQLite in the workspace folder (WAL, ``BEGIN IMMEDIATE``, every commit flushed to the disk) or
PostgreSQL by URL. On both there is one writer at a time and a reader sees one moment, so what is
true of a transaction on the one is true on the other. Tables come from migrations, run forward
when the database is opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from mapper.records.engine import ALONE, WRITING
from mapper.records.faults import in_words

# One number for all writers of a PostgreSQL database: holding it is what BEGIN IMMEDIATE is there.
_WRITERS = 0x6D61_7070_6572


@dataclass(frozen=True, eq=False)
class Database:
    """An opened database; it is made by :func:`open_database` or :func:`database`."""

    engine: Engine
    name: str  # file or host and database, without any password: for messages

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the one writing transaction; it is committed at the end, or undone by any error.

        Raises
        ------
        RecordsError
            When the database is busy for too long, full, damaged or away; nothing was changed.
        """
        with self._transaction({WRITING: True}) as connection:
            if self.dialect == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITERS})"))
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a reading transaction that sees the database at one moment and changes nothing.

        Raises
        ------
        RecordsError
            When the database is damaged or away.
        """
        one_moment = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._transaction(one_moment if self.dialect == "postgresql" else {}) as connection:
            yield connection

    def maintain(self, *statements: str) -> None:
        """Run statements that no transaction may hold: rewriting a table, checking a file.

        Raises
        ------
        RecordsError
            When there is no room, or the database is busy for too long.
        """
        alone = {"isolation_level": "AUTOCOMMIT"} if self.dialect == "postgresql" else {ALONE: True}
        with self._in_words(), self.engine.connect() as connected:
            connection = connected.execution_options(**alone)
            for statement in statements:
                connection.exec_driver_sql(statement)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    def close(self) -> None:
        """Close every connection; the database opens again when it is next used."""
        self.engine.dispose()

    @contextmanager
    def _transaction(self, options: dict[str, Any]) -> Iterator[Connection]:
        """Give a transaction."""
        with self._in_words(), self.engine.connect() as connected:
            connection = connected.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Turn what the driver says into one sentence a person can act on."""
        try:
            yield
        except DBAPIError as error:
            told = in_words(error, self.name)
            if told is None:  # a fault of this program stays what it is
                raise
            raise told from error


def is_writing(connection: Connection) -> bool:
    """Tell whether a connection comes from :meth:`Database.write`."""
    return bool(connection.get_execution_options().get(WRITING))
