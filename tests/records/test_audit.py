"""The log refuses to be rewritten, and a rewritten one is found, on both engines."""

import csv
import hashlib
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from mapper.base.errors import RecordsError
from mapper.records.audit import NOTHING_BEFORE, Event, append, chained
from mapper.records.audit_check import Head, head_of, read_head, verify
from mapper.records.audit_query import (
    AuditFilter,
    count_entries,
    export_audit,
    find_entries,
    people_in_log,
)
from mapper.records.schema.trust import audit

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TABLE_GUARDS = {
    "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
    "postgresql": ["ALTER TABLE audit DISABLE TRIGGER ALL"],
}


def fill(database, entries=10):
    with database.write() as connection:
        for number in range(entries):
            event = Event(
                "view", f"person {number % 3}", subject=f"hot spot {number}", role="analyst"
            )
            append(connection, event, at=START + timedelta(minutes=number))


def unguarded(database):
    """Undo the guards, as someone with the database in hand can."""
    with database.write() as connection:
        for statement in TABLE_GUARDS[database.dialect]:
            connection.execute(text(statement))


def verdict(database, **kept):
    with database.read() as connection:
        return verify(connection, **kept)


def head(database):
    with database.read() as connection:
        return head_of(connection)


def test_the_chain_by_hand(database):
    """The hash is that of the previous hash followed by sorted JSON: worked out here again."""
    fill(database, 2)
    with database.read() as connection:
        first, second = connection.execute(select(audit).order_by(audit.c.number)).mappings()
    assert first["previous"] == "0" * 64
    assert second["previous"] == first["hash"]
    written = (
        '{"at":"2026-11-23T09:31:00.000000Z","detail":"{}","digest":"","kind":"view","number":2,'
        '"person":"person 1","role":"analyst","subject":"hot spot 1"}'
    )
    assert second["hash"] == hashlib.sha256((first["hash"] + written).encode()).hexdigest()


def test_a_whole_log(database):
    assert verdict(database).entries == 0
    fill(database)
    found = verdict(database, kept=[head(database)])
    assert found.whole
    assert found.entries == 10


@pytest.mark.parametrize(
    "statement",
    [
        update(audit).where(audit.c.number == 4).values(person="nobody"),
        delete(audit).where(audit.c.number == 10),
        delete(audit),
    ],
    ids=["update", "delete the last", "delete all"],
)
def test_the_database_refuses_to_rewrite_the_log(database, statement):
    fill(database)
    with pytest.raises(DBAPIError, match="audit log is never"), database.write() as connection:
        connection.execute(statement)
    assert verdict(database, kept=[head(database)]).entries == 10


@pytest.mark.parametrize("number", [4, 12])
def test_the_database_refuses_entries_out_of_order(database, number):
    fill(database)
    row = {"number": number, "at": "", "kind": "", "person": "", "role": "", "subject": ""}
    row |= {"digest": "", "detail": "", "previous": "", "hash": "x"}
    with pytest.raises(DBAPIError, match="at its end only"), database.write() as connection:
        connection.execute(insert(audit), row)


def test_sqlite_refuses_insert_or_replace(tmp_path):
    from mapper.records.open import open_database

    opened = open_database(workspace=tmp_path)
    fill(opened)
    statement = text("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 4")
    with pytest.raises(DBAPIError, match="audit log"), opened.write() as connection:
        connection.execute(statement)
    opened.close()


def test_postgresql_refuses_truncate(database):
    if database.dialect == "sqlite":
        return  # it has no TRUNCATE: deleting all is refused above
    fill(database)
    with pytest.raises(DBAPIError, match="audit log"), database.write() as connection:
        connection.execute(text("TRUNCATE audit"))


@pytest.mark.parametrize("column", ["at", "kind", "person", "role", "subject", "digest", "detail"])
def test_an_edit_of_any_column_is_found(database, column):
    fill(database)
    unguarded(database)
    with database.write() as connection:
        connection.execute(update(audit).where(audit.c.number == 4).values({column: "other"}))
    assert verdict(database).faults == ("Entry 4 was edited: its hash does not fit what it says.",)


def test_an_edit_with_its_own_hash_made_anew_is_found(database):
    fill(database)
    unguarded(database)
    with database.write() as connection:
        row = dict(connection.execute(select(audit).where(audit.c.number == 4)).mappings().one())
        told = {k: v for k, v in row.items() if k not in {"previous", "hash"}} | {"person": "x"}
        made = {"person": "x", "hash": chained(row["previous"], told)}
        connection.execute(update(audit).where(audit.c.number == 4).values(made))
    assert verdict(database).faults == ("Entry 5 does not follow the entry before it.",)


def test_a_deletion_is_found(database):
    fill(database)
    unguarded(database)
    with database.write() as connection:
        connection.execute(delete(audit).where(audit.c.number.in_([4, 5])))
    assert verdict(database).faults == (
        "Entry 4 to 5 are missing.",
        "Entry 6 does not follow the entry before it.",
    )


def test_a_deletion_closed_up_by_renumbering_is_found(database):
    fill(database)
    unguarded(database)
    with database.write() as connection:
        connection.execute(delete(audit).where(audit.c.number == 4))
        for number in range(5, 11):
            moved = update(audit).where(audit.c.number == number).values(number=number - 1)
            connection.execute(moved)
    assert "Entry 4 does not follow the entry before it." in verdict(database).faults


def test_two_entries_exchanged_are_found(database):
    fill(database)
    unguarded(database)
    with database.write() as connection:
        for old, new in [(4, 99), (5, 4), (99, 5)]:
            connection.execute(update(audit).where(audit.c.number == old).values(number=new))
    faults = verdict(database).faults
    assert "Entry 4 does not follow the entry before it." in faults
    assert "Entry 4 was edited: its hash does not fit what it says." in faults


def test_a_log_cut_short_is_found_by_its_kept_head_only(database):
    fill(database)
    kept = head(database)
    unguarded(database)
    with database.write() as connection:
        connection.execute(delete(audit).where(audit.c.number > 7))
    assert verdict(database).whole
    assert verdict(database, kept=[kept]).faults == (
        "Entry 10, whose head was kept elsewhere, is gone: the log has been cut.",
    )


def test_a_log_rewritten_to_its_end_is_found_by_its_kept_head_only(database):
    fill(database)
    kept = head(database)
    unguarded(database)
    with database.write() as connection:
        rows = list(connection.execute(select(audit).order_by(audit.c.number)).mappings())
        connection.execute(delete(audit).where(audit.c.number >= 4))
        previous = rows[2]["hash"]
        for row in rows[3:]:
            told = {k: v for k, v in row.items() if k not in {"previous", "hash"}} | {"role": "x"}
            made = {**told, "previous": previous, "hash": chained(previous, told)}
            connection.execute(insert(audit), made)
            previous = made["hash"]
    assert verdict(database).whole
    assert verdict(database, kept=[kept]).faults == (
        "Entry 10 is not the one whose head was kept elsewhere.",
    )


def test_many_faults_are_told_in_few_words(database):
    fill(database, 60)
    unguarded(database)
    with database.write() as connection:
        connection.execute(update(audit).values(person="x"))
    assert verdict(database).faults[20:] == ("And 40 more.",)


def test_a_head_goes_to_a_file_and_back(database, tmp_path):
    assert head(database) == Head(0, NOTHING_BEFORE, "")
    fill(database)
    (tmp_path / "head.json").write_text(head(database).to_json())
    assert read_head(tmp_path / "head.json") == head(database)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"mapper_audit_head": {"number": "x"}}'])
def test_a_file_that_is_no_head(tmp_path, content):
    (tmp_path / "head.json").write_text(content)
    with pytest.raises(RecordsError, match="not the head of an audit log"):
        read_head(tmp_path / "head.json")


def test_an_entry_holds_nothing_that_a_terminal_obeys(database):
    with database.write() as connection:
        entry = append(connection, Event("view", "anne\x1b[2J", subject="a\nb\u202ec"))
    assert (entry.person, entry.subject) == ("anne\\x1b[2J", "a\\nb\\u202ec")


def test_the_entry_goes_with_its_act(database):
    """What fails after the entry takes the entry with it."""

    def fail():
        with database.write() as connection:
            append(connection, Event("import", "a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert head(database).number == 0


def test_an_entry_needs_a_writer(database):
    with database.read() as connection, pytest.raises(ValueError, match=r"database\.write"):
        append(connection, Event("view", "a"))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="no kind of audit event"):
        Event("peek", "a")


@pytest.mark.parametrize(
    "hostile",
    [
        "\0",
        "\ud800",
        "'; DROP TABLE audit; --",
        "=1+1",
        "{{7*7}}",
        "é\u202e\U0001f600",
        "x" * 9_000,
    ],
)
def test_any_text_can_be_logged(database, hostile):
    with database.write() as connection:
        event = Event(
            "view", hostile, subject=hostile, role=hostile, detail={hostile: [hostile, 1.5]}
        )
        append(connection, event)
    assert verdict(database).whole
    with database.read() as connection:
        (entry,) = find_entries(connection, AuditFilter())
    assert json.loads(entry.detail) == {hostile: [hostile, 1.5]}
    assert len(entry.subject) <= 2_000


def test_filters(database):
    fill(database)
    with database.write() as connection:
        event = Event("export", "anna", subject="100% of_it", digest="d" * 64)
        append(connection, event, at=START + timedelta(days=2))

    def found(**wanted):
        with database.read() as connection:
            kept = AuditFilter(**wanted)
            entries = find_entries(connection, kept, limit=None)
            assert count_entries(connection, kept) == len(entries)
        return [entry.number for entry in entries]

    assert found() == list(range(11, 0, -1))
    assert found(kinds=("export",)) == [11]
    assert found(person="person 1") == [8, 5, 2]
    assert found(words="HOT SPOT 7") == [8]
    assert found(words="100%") == [11]
    assert found(words="_") == [11]
    assert found(last=date(2026, 11, 22)) == []
    assert found(first=START.date(), last=START.date(), kinds=("view",)) == list(range(10, 0, -1))
    assert found(first=START.date() + timedelta(days=1), kinds=("view",)) == []
    with database.read() as connection:
        assert [e.number for e in find_entries(connection, AuditFilter(), limit=3, skip=2)] == [
            9,
            8,
            7,
        ]
        assert people_in_log(connection) == ["anna", "person 0", "person 1", "person 2"]


def test_taking_the_log_out_leaves_an_entry_with_its_digest(database):
    with database.write() as connection:
        append(connection, Event("view", "=HYPERLINK(1)", subject='@x, "y"'))
        content = export_audit(connection, AuditFilter(), person="anna", role="administrator")
    marked, names, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert marked[0].startswith("OFFICIAL-SENSITIVE")
    assert dict(zip(names, row, strict=True))["person"] == "'=HYPERLINK(1)"
    assert dict(zip(names, row, strict=True))["subject"] == '\'@x, "y"'
    with database.read() as connection:
        taken = find_entries(connection, AuditFilter(kinds=("export",)))
    assert taken[0].digest == hashlib.sha256(content).hexdigest()
    assert json.loads(taken[0].detail)["entries"] == 1
