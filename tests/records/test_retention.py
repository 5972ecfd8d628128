"""Datasets are whole or absent, and what is past its time is gone for good: rows, files, bytes."""

import json
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from mapper.base.errors import RecordsError
from mapper.records.audit_check import verify
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.datasets import (
    dataset_folder,
    delete_dataset,
    find_dataset,
    keep_dataset,
    kept_datasets,
    set_dataset_expiry,
)
from mapper.records.releases import (
    DatabaseRegister,
    kept_releases,
    register_faults,
    set_release_expiry,
)
from mapper.records.retention import apply_retention, due, retention_days, set_retention
from mapper.records.schema.trust import deletions
from mapper.records.workspace import lost_datasets, recover
from tests.records.test_releases import stored

IMPORTED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SECRET = "7f-Grafton-Street-back-bedroom"


def kept(database, workspace, number=1, fill=None, title="extract.csv", **changes):
    def write(folder):
        (folder / "inner").mkdir()
        (folder / "incidents.parquet").write_bytes(b"x" * 1_000)
        (folder / "inner" / "rejected.parquet").write_bytes(b"y")

    facts = {"accepted": 100, "rejected": 7, "person": "anna", "role": "analyst", "now": IMPORTED}
    return keep_dataset(
        database,
        workspace,
        dataset=f"{number:064x}",
        title=title,
        fill=fill or write,
        **{**facts, **changes},
    )


def listed(database):
    with database.read() as connection:
        assert verify(connection).whole
        return [one.dataset for one in kept_datasets(connection)]


def log(database):
    with database.read() as connection:
        return [
            (entry.kind, entry.subject, json.loads(entry.detail))
            for entry in find_entries(connection, AuditFilter())
        ]


def folders(workspace):
    return sorted(path.name for path in (workspace / "datasets").iterdir())


def test_an_import_is_files_row_and_entry(database, tmp_path):
    one = kept(database, tmp_path)
    with database.read() as connection:
        assert find_dataset(connection, one.dataset) == one
    assert (
        dataset_folder(tmp_path, one.dataset) / "inner" / "rejected.parquet"
    ).read_bytes() == b"y"
    told = {"accepted": 100, "rejected": 7, "again": False}
    assert log(database) == [("import", "extract.csv", told)]


def test_the_same_import_again_changes_nothing_but_the_log(database, tmp_path):
    first = kept(database, tmp_path)
    again = kept(database, tmp_path, title="other.csv", person="berta")
    assert again == first
    assert listed(database) == [first.dataset]
    assert [detail["again"] for _, _, detail in log(database)] == [True, False]


def test_an_import_that_fails_leaves_nothing(database, tmp_path):
    def full(folder):
        (folder / "incidents.parquet").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(RecordsError, match=r"No space left.*Nothing was changed.*Make room"):
        kept(database, tmp_path, fill=full)
    assert folders(tmp_path) == listed(database) == log(database) == []


def test_an_import_that_the_database_refuses_leaves_no_files(database, tmp_path):
    with pytest.raises(StatementError, match="time zone") as refused:
        kept(database, tmp_path, now=datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused
    assert "extract.csv" not in str(refused.value)
    assert folders(tmp_path) == listed(database) == log(database) == []


@pytest.mark.parametrize("name", ["", "..", "../x", "/etc", "ABC", "a/b"])
def test_a_dataset_name_cannot_climb(tmp_path, name):
    with pytest.raises(ValueError, match="no digest"):
        dataset_folder(tmp_path, name)


def test_deletion_on_request(database, tmp_path):
    one, other = kept(database, tmp_path, 1), kept(database, tmp_path, 2)
    delete_dataset(database, tmp_path, one.dataset, person="ada", role="administrator")
    assert listed(database) == folders(tmp_path) == [other.dataset]
    assert log(database)[0] == (
        "deletion",
        "datasets",
        {"because": "asked", "items": 1, "rows": 107},
    )
    with pytest.raises(RecordsError, match="not kept any more"):
        delete_dataset(database, tmp_path, one.dataset, person="ada")


def test_recovery_finishes_what_was_cut_off_and_touches_nothing_else(database, tmp_path):
    whole = kept(database, tmp_path)
    (tmp_path / "datasets" / ".half-abc").mkdir()
    (tmp_path / "datasets" / ".half-abc" / "x").write_text("half")
    (tmp_path / "datasets" / ("f" * 64)).mkdir()
    (tmp_path / ".new.abc.tmp").write_text("someone may still write it")
    assert len(recover(database, tmp_path)) == 2
    assert folders(tmp_path) == [whole.dataset]
    assert (tmp_path / ".new.abc.tmp").exists()
    assert recover(database, tmp_path) == ()
    assert lost_datasets(database, tmp_path) == []
    (tmp_path / "datasets" / whole.dataset).rename(tmp_path / "elsewhere")
    assert lost_datasets(database, tmp_path) == [whole.dataset]


def test_days_are_set_by_an_administrator_and_logged(database):
    with database.write() as connection:
        set_retention(connection, "dataset", 30, person="ada", role="administrator")
        set_retention(connection, "dataset", 60, person="ada", role="administrator")
        set_retention(connection, "release", 90, person="ada")
        set_retention(connection, "release", None, person="ada")
        assert retention_days(connection) == {"dataset": 60}
    assert log(database)[2][2] == {"kind": "dataset", "days": 60, "before": 30}


@pytest.mark.parametrize(
    ("kind", "days"), [("dataset", 0), ("release", -1), ("audit", 5), ("dataset", 10**6)]
)
def test_days_that_cannot_be_kept_to(database, kind, days):
    with pytest.raises(RecordsError), database.write() as connection:
        set_retention(connection, kind, days, person="ada")
    assert log(database) == []


def test_what_is_due(database, tmp_path):
    """Imported on 1 January, kept for 30 days: gone on the 31st; a date of its own goes first."""
    one, early, late = (kept(database, tmp_path, number) for number in (1, 2, 3))
    with database.write() as connection:
        set_retention(connection, "dataset", 30, person="ada")
        set_dataset_expiry(connection, early.dataset, date(2026, 1, 5), person="ada")
        set_dataset_expiry(connection, late.dataset, date(2030, 1, 1), person="ada")

    def over(*day):
        with database.read() as connection:
            return {found.dataset for found in due(connection, today=date(*day)).datasets}

    assert over(2026, 1, 4) == set()
    assert over(2026, 1, 5) == over(2026, 1, 30) == {early.dataset}
    assert over(2026, 1, 31) == {early.dataset, one.dataset}
    assert over(2030, 1, 1) == {early.dataset, one.dataset, late.dataset}


def test_nothing_is_due_without_a_rule(database, tmp_path):
    kept(database, tmp_path)
    assert not apply_retention(database, tmp_path, today=date(2090, 1, 1), person="ada")
    assert len(listed(database)) == 1


def test_retention_deletes_rows_and_files_and_leaves_counts(database, tmp_path):
    one, other = kept(database, tmp_path, 1), kept(database, tmp_path, 2)
    register = DatabaseRegister(database, person="anna")
    register.add(stored(1))
    register.add(stored(2))
    with database.write() as connection:
        set_dataset_expiry(connection, one.dataset, date(2026, 2, 1), person="ada")
        set_release_expiry(connection, stored(1).digest, date(2026, 2, 1), person="ada")
    gone = apply_retention(database, tmp_path, today=date(2026, 2, 1), person="ada")
    assert [found.dataset for found in gone.datasets] == [one.dataset]
    assert listed(database) == folders(tmp_path) == [other.dataset]
    with database.read() as connection:
        assert [found.release for found in kept_releases(connection)] == [stored(2).digest]
        left = connection.execute(select(deletions).order_by(deletions.c.kind)).all()
        assert register_faults(connection) == []
    assert [(row.kind, row.because, row.items, row.rows) for row in left] == [
        ("dataset", "expired", 1, 107),
        ("release", "expired", 1, 37),
    ]
    assert {kind for kind, _, _ in log(database)[:2]} == {"deletion"}


def test_deleted_bytes_are_gone_from_the_database(database, database_url, tmp_path):
    """Looked for in the database's own files; the import's entry in the log stays."""
    kept(database, tmp_path, title=SECRET)

    def there():
        if database.dialect == "sqlite":
            folder = tmp_path / "records"
            return b"".join(path.read_bytes() for path in folder.iterdir()).count(SECRET.encode())
        with psycopg.connect(database_url) as connection:
            connection.execute("CHECKPOINT")
            path = "current_setting('data_directory') || '/' || pg_relation_filepath('datasets')"
            (raw,) = connection.execute(f"SELECT pg_read_binary_file({path})").fetchone()
            return raw.count(SECRET.encode())

    before = there()
    with database.write() as connection:
        set_retention(connection, "dataset", 1, person="ada")
    apply_retention(database, tmp_path, today=IMPORTED.date() + timedelta(days=1), person="ada")
    logged = 1 if database.dialect == "sqlite" else 0  # PostgreSQL keeps a table a file
    assert before > logged
    assert there() == logged
