"""Transactions are whole on both engines, migrations run forward, and faults are said in words."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from mapper.base.errors import RecordsError
from mapper.records.faults import in_words
from mapper.records.migrate import migrate, newest_revision, revision
from mapper.records.open import open_database
from mapper.records.schema import every_table
from mapper.records.schema.trust import people

NOW = datetime(2026, 11, 23, 9, 30, 0, 123456, tzinfo=UTC)


def person(name, **changes):
    row = {"person": name, "name": name, "role": "analyst", "wards": "[]"}
    return {**row, "first_seen": NOW, "last_seen": NOW, **changes}


def names(database):
    with database.read() as connection:
        return list(connection.scalars(select(people.c.person).order_by(people.c.person)))


def test_a_write_is_kept_and_a_failed_one_leaves_nothing(database):
    with database.write() as connection:
        connection.execute(insert(people), [person("a"), person("b")])

    def fail_half_way():
        with database.write() as connection:
            connection.execute(insert(people), person("c"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert names(database) == ["a", "b"]


def test_moments_come_back_to_the_microsecond_in_utc(database):
    there = NOW.astimezone(timezone(timedelta(hours=5)))
    with database.write() as connection:
        connection.execute(insert(people), person("a", first_seen=there))
    with database.read() as connection:
        found = connection.scalar(select(people.c.first_seen))
    assert found == NOW
    assert found.tzinfo is UTC


def test_a_moment_without_zone_is_refused(database):
    with pytest.raises(Exception, match="time zone"), database.write() as connection:
        connection.execute(insert(people), person("a", first_seen=datetime(2026, 1, 1)))  # noqa: DTZ001 - what is refused


def test_a_reader_sees_one_moment_while_others_write(database):
    with database.read() as connection:
        before = connection.scalar(text("SELECT count(*) FROM people"))
        with database.write() as other:
            other.execute(insert(people), person("a"))
        assert connection.scalar(text("SELECT count(*) FROM people")) == before == 0
    assert names(database) == ["a"]


def test_writers_take_turns(database):
    """Read, then write what was read plus one: without turns some of 40 would be lost."""

    def add():
        for _ in range(10):
            with database.write() as connection:
                seen = connection.scalar(text("SELECT count(*) FROM people"))
                connection.execute(insert(people), person(f"p{seen:03d}"))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(database) == [f"p{number:03d}" for number in range(40)]


def test_migrated_tables_are_those_the_code_speaks_of(database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), every_table()) == []
        assert revision(connection) == newest_revision()


def test_processes_that_open_at_once_migrate_once(database_url, tmp_path):
    code = (
        "from pathlib import Path; from mapper.records.open import open_database;"
        f"open_database(workspace=Path({str(tmp_path)!r}), url={database_url!r}).close()"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)
    ]
    assert [(run.communicate()[1], run.returncode) for run in started] == [(b"", 0)] * 3


def test_a_migration_that_fails_half_way_leaves_the_old_tables(database_url, tmp_path, monkeypatch):
    from mapper.records import migrate as module

    def failing(config, _to):
        config.attributes["connection"].exec_driver_sql("CREATE TABLE half (number integer)")
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(module.command, "upgrade", failing)
        with pytest.raises(ZeroDivisionError):
            open_database(workspace=tmp_path, url=database_url)
    opened = open_database(workspace=tmp_path, url=database_url)
    assert "half" not in inspect(opened.engine).get_table_names()
    opened.close()


def test_a_database_of_a_newer_mapper_is_refused_in_words(database, tmp_path):
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match=r"newer version of mapper.*9999.*Update mapper"):
        migrate(database)


@pytest.mark.parametrize(
    "url", ["mysql://u:secret@h/d", "not a url", "sqlite://", "sqlite:///:memory:"]
)
def test_urls_that_cannot_be_used(url, tmp_path):
    with pytest.raises(RecordsError, match="MAPPER_DATABASE") as refused:
        open_database(workspace=tmp_path, url=url)
    assert "secret" not in str(refused.value)


def test_a_server_that_is_away_is_said_without_the_password(tmp_path):
    with pytest.raises(RecordsError, match="cannot be reached") as refused:
        open_database(workspace=tmp_path, url="postgresql://u:secret@127.0.0.1:1/d")
    assert "secret" not in str(refused.value)


def driver_error(kind=psycopg.OperationalError, *, broke=False, **codes):
    """An error of a driver, as SQLAlchemy hands it on; what it says is none of what decides."""
    told = kind("the server says this in its own language")
    for name, code in codes.items():
        setattr(told, name, code)
    return sqlalchemy.exc.OperationalError("SELECT 1", {}, told, connection_invalidated=broke)


class Refused(psycopg.OperationalError):
    """An error with a state of its own choice."""

    sqlstate = "00000"


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (driver_error(), "cannot be reached"),  # nobody was there to give a code
        (driver_error(broke=True), "was lost"),
        (driver_error(Refused, sqlstate="57P01"), "was lost"),
        (driver_error(Refused, sqlstate="57P03"), "cannot be reached"),
        (driver_error(Refused, sqlstate="28P01"), "cannot be reached"),
        (driver_error(Refused, sqlstate="53100"), "disk is full"),
        (driver_error(Refused, sqlstate="55P03"), "busy"),
        (driver_error(Refused, sqlstate="42501"), "may not be written"),
        (driver_error(Refused, sqlstate="XX001"), "damaged"),
        (driver_error(sqlite3.OperationalError, sqlite_errorcode=13), "disk is full"),
        (driver_error(sqlite3.OperationalError, sqlite_errorcode=778), "would not take it"),
        (driver_error(sqlite3.OperationalError, sqlite_errorcode=517), "busy"),
        (driver_error(sqlite3.DatabaseError, sqlite_errorcode=267), "damaged"),
    ],
    ids=str,
)
def test_a_drivers_error_is_told_by_its_code(error, meaning):
    said = in_words(error, "PostgreSQL d on h")
    assert isinstance(said, RecordsError)
    assert meaning in str(said)
    assert "language" not in str(said)


@pytest.mark.parametrize(
    "error",
    [driver_error(Refused, sqlstate="42601"), driver_error(sqlite3.Error, sqlite_errorcode=1)],
    ids=str,
)
def test_a_fault_of_the_program_stays_one(error):
    assert in_words(error, "x") is None


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "mapper.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(RecordsError, match="damaged"):
        open_database(workspace=tmp_path)


def test_a_busy_database_says_so(database, monkeypatch):
    with database.engine.connect() as held:
        if database.dialect == "postgresql":
            held.execute(text(f"SELECT pg_advisory_lock({0x6D61_7070_6572})"))
            statement = "SET lock_timeout = '100ms'"
        else:
            held.exec_driver_sql("COMMIT")
            held.exec_driver_sql("BEGIN IMMEDIATE")
            statement = "PRAGMA busy_timeout = 100"
        with database.engine.connect() as waiting:  # goes back to the pool with its short patience
            waiting.exec_driver_sql(statement)
            waiting.commit()
        with pytest.raises(RecordsError, match=r"busy.*Nothing was changed"), database.write():
            pass


def test_the_workspace_and_its_database_are_for_one_person(tmp_path):
    before = os.umask(0)
    try:
        opened = open_database(workspace=tmp_path / "deep" / "workspace")
        with opened.write() as connection:
            connection.execute(insert(people), person("a"))
        folder = tmp_path / "deep" / "workspace"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
        opened.close()
    finally:
        os.umask(before)


def test_sqlite_is_set_to_survive_a_power_cut(tmp_path):
    opened = open_database(workspace=tmp_path)
    with opened.read() as connection:
        found = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    opened.close()


def test_a_connection_that_is_cut_is_said_and_the_next_one_works(database, database_url):
    if database.dialect == "sqlite":
        return  # it has no connection that another could cut

    def cut_off():
        with database.write() as connection:
            connection.execute(insert(people), person("a"))
            own = connection.scalar(text("SELECT pg_backend_pid()"))
            with database.engine.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({own})"))
            connection.execute(insert(people), person("b"))

    with pytest.raises(RecordsError, match="connection to the database was lost"):
        cut_off()
    with database.write() as connection:
        connection.execute(insert(people), person("c"))
    assert names(database) == ["c"]


def test_a_fault_of_the_program_is_no_cause_of_itself(database):
    with pytest.raises(DBAPIError) as caught, database.read() as connection:
        connection.exec_driver_sql("SELECT nothing FROM nowhere")
    assert caught.value.__cause__ is not caught.value
