"""A whole installation leaves in one file and comes back the same, whole or not at all."""

import json
import os
import signal
import time
import zipfile

import pytest
from sqlalchemy import select

from mapper.base.errors import RecordsError
from mapper.records import backup as module
from mapper.records.audit_check import verify
from mapper.records.backup import MANIFEST, MARK, backup, restore
from mapper.records.datasets import dataset_folder, delete_dataset, kept_datasets
from mapper.records.open import open_database
from mapper.records.saving import Work, save
from mapper.records.schema.trust import deletions, releases
from mapper.records.versions import history
from mapper.records.workspace import lost_datasets, recover
from tests.records.crashes import ANNE, FILES, content, digest, do_import, do_release, do_save

OWN = {"areas/lancashire.parquet": b"PAR1", "lenses/own.toml": b"id = 'own'"}
NOT_KEPT = ("demonstration-1/truth.json", ".half-1/x", "mapper.sqlite-journal", "areas/.x.tmp")


@pytest.fixture
def installation(database, tmp_path):
    """A database and its workspace with something of each kind in them."""
    workspace = tmp_path / "here"
    for name, inside in {**OWN, **dict.fromkeys(NOT_KEPT, b"no")}.items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_bytes(inside)
    for number in (1, 2):
        do_import(database, workspace, number)
    delete_dataset(database, workspace, digest(1), person="anne")
    work = Work("A-1", "assessment", {"name": "Parade", "voice": "a\0b \ud800 é\u2028\r\n"})
    save(database, work, viewer=ANNE, reason="first")
    do_release(database, 3)
    return database, workspace


@pytest.fixture
def other(tmp_path):
    """An empty installation, on SQLite."""
    workspace = tmp_path / "there"
    opened = open_database(workspace=workspace)
    yield opened, workspace
    opened.close()


@pytest.fixture
def packed(installation, tmp_path):
    path = tmp_path / "kept" / "backup.zip"
    facts = backup(*installation, path, person="anne")
    return path, facts


def files_of(workspace):
    return {
        path.relative_to(workspace).as_posix(): path.read_bytes()
        for path in module._kept_files(workspace)
    }


def test_everything_comes_back_the_same_across_engines(installation, other, packed):
    path, facts = packed
    assert path.stat().st_mode & 0o077 == 0
    taken = restore(*other, path, person="anne")
    assert taken == facts
    (database, workspace), (back, there) = installation, other
    assert files_of(there) == files_of(workspace)
    assert set(OWN) <= set(files_of(there))
    assert not [name for name in NOT_KEPT if (there / name).exists()]
    assert history(back, "A-1") == history(database, "A-1")
    with database.read() as old, back.read() as new:
        assert kept_datasets(new) == kept_datasets(old)
        for table in (deletions, releases):
            assert new.execute(select(table)).all() == old.execute(select(table)).all()
        assert verify(new).whole
        assert verify(new).entries == verify(old).entries  # one says backup, the other restored
    assert (dataset_folder(there, digest(2)) / FILES[0]).read_bytes() == content(2, FILES[0])
    assert not (there / MARK).exists()
    assert lost_datasets(back, there) == []
    assert recover(back, there) == ()


def test_work_goes_on_after_a_restore(database, tmp_path, other, packed):
    """On PostgreSQL too: what numbers itself begins behind what was taken in."""
    restore(*other, packed[0], person="anne")
    again = tmp_path / "again.zip"
    backup(*other, again, person="anne")
    back, workspace = other
    do_import(back, workspace, 7)
    delete_dataset(back, workspace, digest(7), person="anne")
    do_save(back, 8)
    with back.read() as connection:
        assert verify(connection).whole
        assert len(connection.execute(select(deletions)).all()) == 2


def test_from_sqlite_into_postgresql(postgresql_url, tmp_path):
    source = open_database(workspace=tmp_path / "here")
    do_import(source, tmp_path / "here", 1)
    delete_dataset(source, tmp_path / "here", digest(1), person="anne")
    backup(source, tmp_path / "here", tmp_path / "b.zip", person="anne")
    source.close()
    target = open_database(workspace=tmp_path / "there", url=postgresql_url)
    restore(target, tmp_path / "there", tmp_path / "b.zip", person="anne")
    do_import(target, tmp_path / "there", 2)
    delete_dataset(target, tmp_path / "there", digest(2), person="anne")
    with target.read() as connection:
        assert connection.execute(select(deletions.c.number)).scalars().all() == [1, 2]
        assert verify(connection).whole
    target.close()


def test_nothing_is_written_over(installation, packed, other):
    with pytest.raises(RecordsError, match="there are records already"):
        restore(*installation, packed[0], person="anne")
    back, there = other
    (there / "areas").mkdir(parents=True)
    (there / "areas" / "mine.parquet").write_bytes(b"mine")
    with pytest.raises(RecordsError, match=r"holds 1 files already, the first mine\.parquet"):
        restore(back, there, packed[0], person="anne")
    assert files_of(there) == {"areas/mine.parquet": b"mine"}


def test_a_backup_in_the_workspace_is_refused(installation):
    database, workspace = installation
    with pytest.raises(RecordsError, match="lies in the workspace"):
        backup(database, workspace, workspace / "b.zip", person="anne")


def test_a_damaged_file_is_refused_and_changes_nothing(packed, other, tmp_path):
    path = tmp_path / "bad.zip"
    for how in ("cut", "changed", "added", "climbing", "newer", "no backup"):
        if how == "cut":
            path.write_bytes(packed[0].read_bytes()[:-100])
        else:
            _copy(packed[0], path, how)
        with pytest.raises(RecordsError, match=r"bad\.zip: .*Nothing was changed"):
            restore(*other, path, person="anne")
        assert files_of(other[1]) == {}
        assert not (other[1] / MARK).exists()


def _copy(source, target, how):
    """Write a backup again with one thing wrong in it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        parts = {name: old.read(name) for name in old.namelist()}
        manifest = json.loads(parts[MANIFEST])
        if how == "changed":
            parts["files/lenses/own.toml"] = b"id = 'evil'"
        if how == "added":
            parts["files/x"] = b"x"
        if how == "climbing":
            parts["files/../../x"] = parts.pop("files/lenses/own.toml")
            digests = manifest["digests"]
            digests["files/../../x"] = digests.pop("files/lenses/own.toml")
        if how == "newer":
            manifest["revision"] = "9999"
        if how == "no backup":
            manifest["format"] = "something else"
        parts[MANIFEST] = json.dumps(manifest).encode()
        for name, part in parts.items():
            new.writestr(name, part)


def test_a_restore_killed_half_way_is_begun_again(installation, packed, tmp_path):
    _kill_restores(packed[0], installation, tmp_path, kills=6)


@pytest.mark.soak
def test_a_hundred_restores_killed(installation, packed, tmp_path):
    _kill_restores(packed[0], installation, tmp_path, kills=100)


def _kill_restores(path, installation, tmp_path, *, kills):
    """Kill a restore at many moments, then let one end: all is there once, and nothing besides."""
    there, wait = tmp_path / "there", 0.0
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            opened = open_database(workspace=there)
            restore(opened, there, path, person="anne")
            os._exit(0)
        time.sleep(wait := wait + 0.4 / kills)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        opened = open_database(workspace=there)
        with opened.read() as connection:
            rows = kept_datasets(connection)
            assert verify(connection).whole
        opened.close()
        if rows:  # the kill came too late
            break
    opened = open_database(workspace=there)
    if not rows:
        restore(opened, there, path, person="anne")
    database, workspace = installation
    assert files_of(there) == files_of(workspace)
    with opened.read() as new, database.read() as old:
        assert kept_datasets(new) == kept_datasets(old)
        assert verify(new).whole
    assert lost_datasets(opened, there) == []
    opened.close()
