"""Migrations run forward from every earlier revision with data in place."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from mapper.disclosure.people import Viewer
from mapper.records import migrate as migrate_module
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.engine import engine_of
from mapper.records.migrate import migrate, newest_revision, revision
from mapper.records.open import open_database
from mapper.records.saving import StaleVersionError, Work, keep_draft, save
from mapper.records.versions import draft, history, set_aside

ANNE = Viewer(name="anne", roles=frozenset({"analyst"}))
REVISIONS = [
    script.revision for script in ScriptDirectory(str(migrate_module._FOLDER)).walk_revisions()
][::-1]


def fill(database, at):
    """Put a row into the tables that revision has."""
    with database.write() as connection:
        append(connection, Event(kind="settings", person="anne", subject="before"))
    if at < "0002":
        return
    save(database, Work("A-1", "assessment", {"name": "Old"}), viewer=ANNE, reason="x")
    with pytest.raises(StaleVersionError):
        save(database, Work("A-1", "assessment", {"name": "Late"}), viewer=ANNE, reason="x")
    keep_draft(database, Work("P-1", "plan", {"name": "Draft"}), viewer=ANNE)


@pytest.mark.parametrize("start", REVISIONS)
def test_data_of_every_earlier_revision_is_carried_forward(database_url, tmp_path, start):
    engine, name = engine_of(database_url, workspace=tmp_path)
    early = Database(engine=engine, name=name)
    migrate(early, to=start)
    fill(early, start)
    early.close()
    now = open_database(workspace=tmp_path, url=database_url)
    with now.read() as connection:
        assert revision(connection) == newest_revision()
        assert connection.scalar(text("SELECT subject FROM audit WHERE number = 1")) == "before"
    if start >= "0002":
        assert history(now, "A-1")[0].content["name"] == "Old"
        assert set_aside(now, "A-1")[0].content["name"] == "Late"
        assert draft(now, "P-1", author="anne").content["name"] == "Draft"
    else:
        fill(now, "0002")
        assert len(history(now, "A-1")) == 1
    now.close()


def test_each_revision_follows_the_one_before():
    assert REVISIONS == ["0001", "0002", "0003", "0004", "0005", "0006", "0007"]
