"""A whole installation leaves in one file and comes back the same, whole or not at all."""

import hashlib
import json
import zipfile

import pytest
from sqlalchemy import select

from mapper.base.errors import RecordsError
from mapper.records.audit_check import verify
from mapper.records.backup import MANIFEST, MARK, backup, restore
from mapper.records.datasets import dataset_folder, delete_dataset
from mapper.records.open import open_database
from mapper.records.schema.trust import deletions
from tests.records.crashes import FILES, content, digest, do_import, do_save
from tests.records.installation import NOT_KEPT, OWN, assert_restored, files_of, furnish


@pytest.fixture
def installation(database, tmp_path):
    """A database and its workspace with something of each kind in them."""
    workspace = tmp_path / "here"
    furnish(database, workspace)
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


def test_everything_comes_back_the_same_across_engines(installation, other, packed):
    path, facts = packed
    assert path.stat().st_mode & 0o077 == 0
    taken = restore(*other, path, person="anne")
    assert taken == facts
    assert_restored(installation, other)
    database, (back, there) = installation[0], other
    assert set(OWN) <= set(files_of(there))
    assert not [name for name in NOT_KEPT if (there / name).exists()]
    with database.read() as old, back.read() as new:
        assert verify(new).entries == verify(old).entries  # one says backup, the other restored
    assert (dataset_folder(there, digest(2)) / FILES[0]).read_bytes() == content(2, FILES[0])
    assert not (there / MARK).exists()


def test_counts_of_large_files_stay_behind(installation, other, tmp_path):
    counted = installation[1] / "counted-slices"
    counted.mkdir()
    (counted / f"{'0' * 64}.tally").write_bytes(b"counts")
    backup(*installation, tmp_path / "backup.zip", person="anne")
    restore(*other, tmp_path / "backup.zip", person="anne")
    assert not (other[1] / "counted-slices").exists()


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
    for how in ("cut", "changed", "added", "climbing", "newer", "no backup", "deep", "row"):
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
        if how == "row":
            row = b'{"person": ' + b"[" * 200_000 + b"\n"
            parts["tables/people.jsonl"] = row
            manifest["digests"]["tables/people.jsonl"] = hashlib.sha256(row).hexdigest()
        if how == "no backup":
            manifest["format"] = "something else"
        parts[MANIFEST] = b"[" * 200_000 if how == "deep" else json.dumps(manifest).encode()
        for name, part in parts.items():
            new.writestr(name, part)
