"""Open the database: its tables brought up to this version, and cleared of what a crash left."""

import logging
from functools import cache
from pathlib import Path

from mapper.base.settings import settings
from mapper.records.database import Database
from mapper.records.engine import engine_of
from mapper.records.migrate import migrate
from mapper.records.workspace import recover

_LOG = logging.getLogger(__name__)


def open_database(*, workspace: Path, url: str | None = None) -> Database:
    """Open a database and bring its tables up to this version.

    Parameters
    ----------
    workspace
        Folder whose ``mapper.sqlite`` is the database when no URL is given.
    url
        ``postgresql://user@host/name``, or another SQLite file as ``sqlite:///path``.

    Raises
    ------
    RecordsError
        When the URL cannot be used, the database cannot be reached, or a newer mapper wrote it.
    """
    engine, name = engine_of(url, workspace=workspace)
    opened = Database(engine=engine, name=name)
    try:
        migrate(opened)
    except BaseException:
        opened.close()
        raise
    return opened


@cache
def database() -> Database:
    """Return this installation's database, opened once in a process.

    What a crash left in the workspace is cleared up on the way.
    """
    now = settings()
    url = now.database.get_secret_value() if now.database else None
    opened = open_database(workspace=now.workspace, url=url)
    for words in recover(opened, now.workspace):
        _LOG.warning("%s", words)
    return opened
