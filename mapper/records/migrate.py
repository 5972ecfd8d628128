"""Tables brought up to this version of mapper: forward only, one process at a time, all or nothing.

The check and the steps are one writing transaction: whoever comes second waits and then finds the
work done; whoever is killed half way leaves the tables as they were.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from mapper.base.errors import RecordsError
from mapper.records.database import Database

_FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database, *, to: str = "head") -> None:
    """Run the migrations that a database has not had yet.

    Parameters
    ----------
    to
        The revision to stop at.

    Raises
    ------
    RecordsError
        When a newer version of mapper wrote the database, or it cannot be used.
    """
    scripts = ScriptDirectory(str(_FOLDER))
    with database.read() as connection:
        now = revision(connection)
    _refuse_newer(now, scripts, database.name)
    wanted = scripts.get_current_head() if to == "head" else to
    if now == wanted:
        return
    with database.write() as connection:
        if revision(connection) == wanted:
            return  # another process did it while this one waited
        config = Config()
        config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def revision(connection: Connection) -> str | None:
    """Return the revision that a database is at; none before its first table."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Return the newest revision that this version of mapper knows."""
    return ScriptDirectory(str(_FOLDER)).get_current_head()


def _refuse_newer(now: str | None, scripts: ScriptDirectory, name: str) -> None:
    """Refuse a database at a revision that is not known here."""
    known = {script.revision for script in scripts.walk_revisions()}
    if now is not None and now not in known:
        raise RecordsError(
            f"{name}: a newer version of mapper wrote this database (revision {now}; this one"
            f" knows up to {scripts.get_current_head()}). Update mapper. Nothing was changed."
        )
