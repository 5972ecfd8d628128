"""A backup and a restore that are killed, or whose disk is full: nothing is lost, words are clear.

A kill is SIGKILL, at moments spread over all that the act takes. A disk is made full by a limit on
the size of files, which the system enforces at the byte; under PostgreSQL, whose files are another
process's, by the server's own refusal of a row.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from contextlib import closing

import pytest
from sqlalchemy import text

from mapper.base.errors import RecordsError
from mapper.records.audit_check import verify
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.backup import MARK, backup, restore
from mapper.records.datasets import kept_datasets
from mapper.records.open import open_database
from tests.records.crashes import empty
from tests.records.installation import assert_restored, files_of, furnish
from tests.records.test_disk_full import in_a_child

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:This process.*fork"),
]


@pytest.fixture
def source(tmp_path):
    """An installation on SQLite with something of each kind, and its backup."""
    workspace = tmp_path / "here"
    opened = open_database(workspace=workspace)
    furnish(opened, workspace)
    path = tmp_path / "kept" / "backup.zip"
    backup(opened, workspace, path, person="anne")
    yield (opened, workspace), path
    opened.close()


def killed(act, after):
    """Do an act in a process that is killed so many seconds later."""
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def seconds_of(act):
    """How long an act takes in a process of its own."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        act()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    return time.monotonic() - began


def kill_restores(source, url, workspace, kills):
    """Kill restores at many moments; each is begun again until all is there, once."""
    old, path = source
    told = Counter()

    def act():
        with closing(open_database(workspace=workspace, url=url)) as opened:
            restore(opened, workspace, path, person="anne")

    def whole():
        opened = open_database(workspace=workspace, url=url)
        with opened.read() as connection:
            assert verify(connection).whole
            there = bool(kept_datasets(connection))
        if there:
            assert_restored(old, (opened, workspace))
        opened.close()
        return there

    def clear():
        empty(url, workspace)
        shutil.rmtree(workspace)

    longest = seconds_of(act)
    assert whole()
    clear()
    for number in range(kills):
        killed(act, longest * number / kills)
        told["half done"] += (workspace / MARK).exists()
        if whole():
            told["done"] += 1
            clear()
        else:
            told["begun again"] += 1
    if not whole():
        act()
    assert whole()
    sys.stdout.write(f"{json.dumps(told)}\n")
    return told


def test_a_restore_killed_is_begun_again_on_either_database(source, database_url, tmp_path):
    told = kill_restores(source, database_url, tmp_path / "there", 5)
    assert told["begun again"] > 0


@pytest.mark.soak
def test_three_hundred_restores_killed(source, database_url, tmp_path):
    told = kill_restores(source, database_url, tmp_path / "there", 300)
    assert told["half done"] > 30
    assert told["begun again"] > 100


def kill_backups(url, tmp_path, kills):
    """Kill backups at many moments: the earlier file or a whole new one is there, no more."""
    workspace, path = tmp_path / "here", tmp_path / "kept" / "backup.zip"
    opened = open_database(workspace=workspace, url=url)
    furnish(opened, workspace)
    backup(opened, workspace, path, person="anne")
    opened.close()
    told, files = Counter(), files_of(workspace)

    def act():
        with closing(open_database(workspace=workspace, url=url)) as database:
            backup(database, workspace, path, person="anne")

    longest = seconds_of(act)
    before = path.read_bytes()
    for number in range(kills):
        killed(act, longest * number / kills)
        told["half done"] += len(list(path.parent.iterdir())) > 1
        told["new"] += path.read_bytes() != before
        before = path.read_bytes()
    act()
    assert list(path.parent.iterdir()) == [path]  # what was begun is cleared up
    assert files_of(workspace) == files
    there = tmp_path / "there"
    old, new = open_database(workspace=workspace, url=url), open_database(workspace=there)
    restore(new, there, path, person="anne")
    assert_restored((old, workspace), (new, there))
    with old.read() as connection:
        entries = find_entries(connection, AuditFilter(kinds=("export",)), limit=None)
        assert len(entries) >= told["new"] + 3  # no file without its entry
    old.close()
    new.close()
    sys.stdout.write(f"{json.dumps(told)}\n")
    return told


def test_a_backup_killed_leaves_the_earlier_one(database_url, tmp_path):
    assert kill_backups(database_url, tmp_path, 4)["new"] < 4  # the first is killed as it begins


@pytest.mark.soak
def test_three_hundred_backups_killed(database_url, tmp_path):
    assert kill_backups(database_url, tmp_path, 300)["half done"] > 30


@pytest.mark.parametrize("limit", [0, 1_000, 60_000])
def test_a_backup_onto_a_full_disk_leaves_the_earlier_one(database, tmp_path, limit):
    workspace, path = tmp_path / "here", tmp_path / "kept" / "backup.zip"
    furnish(database, workspace)
    path.parent.mkdir()
    path.write_bytes(b"the earlier one")
    said = in_a_child(limit, lambda: backup(database, workspace, path, person="anne"))
    assert said.startswith(("InputError: ", "RecordsError: ")), said
    assert "backup.zip" in said or "room" in said
    assert "Nothing was changed" in said
    assert len(said) < 400
    assert path.read_bytes() == b"the earlier one"
    assert list(path.parent.iterdir()) == [path]
    with database.read() as connection:
        assert verify(connection).whole
        assert find_entries(connection, AuditFilter(kinds=("export",)), limit=None) == []


@pytest.mark.parametrize("limit", [0, 30_000, 60_000])
def test_a_restore_onto_a_full_disk_is_begun_again_with_room(source, database_url, tmp_path, limit):
    (old, path), there = source, tmp_path / "there"
    open_database(workspace=there, url=database_url).close()

    def act():
        with closing(open_database(workspace=there, url=database_url)) as database:
            restore(database, there, path, person="anne")

    said = in_a_child(limit, act)
    if database_url.startswith("postgresql") and limit == 60_000:
        assert said == "done"  # no file of the workspace is larger; the rows are the server's
        return
    assert said.startswith(("InputError: ", "RecordsError: ")), said
    assert "Nothing was changed" in said
    assert len(said) < 400
    new = open_database(workspace=there, url=database_url)
    with new.read() as connection:
        assert kept_datasets(connection) == []
    restore(new, there, path, person="anne")
    assert_restored(old, (new, there))
    new.close()


def test_a_server_whose_disk_is_full_takes_no_row_of_a_restore(source, postgresql_url, tmp_path):
    (old, path), there = source, tmp_path / "there"
    new = open_database(workspace=there, url=postgresql_url)
    refuse = """
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left' USING ERRCODE = '53100'; END $$
    """
    with new.write() as connection:
        connection.execute(text(refuse))
        connection.execute(
            text("CREATE TRIGGER full_disk BEFORE INSERT ON deletions EXECUTE FUNCTION full_disk()")
        )
    with pytest.raises(RecordsError, match=r"disk is full.*Nothing was changed.*room"):
        restore(new, there, path, person="anne")
    with new.read() as connection:
        assert kept_datasets(connection) == []
        assert verify(connection).entries == 0
    with new.write() as connection:
        connection.execute(text("DROP TRIGGER full_disk ON deletions"))
    restore(new, there, path, person="anne")
    assert_restored(old, (new, there))
    new.close()
