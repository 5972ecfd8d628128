"""Versions: nothing is overwritten, a late saver loses nothing, every save leaves its trace."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from mapper.base.errors import RecordsError, RefusedError
from mapper.disclosure.people import Viewer
from mapper.records.content import as_json
from mapper.records.saving import StaleVersionError, Work, discard_draft, keep_draft, save
from mapper.records.schema.trust import audit
from mapper.records.schema.work import work_set_aside, work_versions
from mapper.records.versions import (
    draft,
    drafts_of,
    history,
    new_record,
    newest,
    records,
    set_aside,
    version,
)

ANNE = Viewer(name="anne", roles=frozenset({"analyst"}))
BEN = Viewer(name="ben", roles=frozenset({"neighbourhood"}), wards=frozenset({"Anfield"}))
HOSTILE = "a\0b \ud800 'x'); DROP TABLE work_versions;-- {{7*7}} \u202e <b> \r\n\t"


def work(record, *, based_on=0, kind="assessment", **content):
    return Work(record, kind, {"name": "The parade", **content}, based_on)


def entries(database):
    with database.read() as connection:
        return connection.execute(select(audit).order_by(audit.c.number)).all()


def test_each_save_is_a_version_with_author_time_and_reason(database):
    record = new_record("assessment")
    first = save(database, work(record, voice="One."), viewer=ANNE, reason="first look")
    second = save(
        database, work(record, based_on=1, voice="Two.", ward="Anfield"), viewer=BEN, reason="walk"
    )
    assert (first.number, second.number) == (1, 2)
    assert [
        (one.author, one.reason, one.content["voice"]) for one in history(database, record)
    ] == [
        ("anne", "first look", "One."),
        ("ben", "walk", "Two."),
    ]
    assert first.saved <= second.saved
    assert first.saved.tzinfo
    assert newest(database, record) == second == version(database, record, 2)
    assert second.ward == "Anfield"
    with pytest.raises(RecordsError, match="has no version 3"):
        version(database, record, 3)


def test_every_sign_comes_back_as_it_was_typed(database):
    record = new_record("assessment")
    save(database, work(record, voice=HOSTILE, name=HOSTILE), viewer=ANNE, reason=HOSTILE)
    found = newest(database, record)
    assert found.content["voice"] == found.content["name"] == HOSTILE
    assert "\0" not in found.title + found.reason


def test_who_saves_second_loses_nothing_sees_the_other_and_chooses(database):
    record = new_record("assessment")
    save(database, work(record, voice="Base."), viewer=ANNE, reason="first")
    save(database, work(record, based_on=1, voice="Anne's."), viewer=ANNE, reason="again")
    with pytest.raises(StaleVersionError, match="anne saved") as refusal:
        save(database, work(record, based_on=1, voice="Ben's."), viewer=BEN, reason="walk")
    assert refusal.value.newest.content["voice"] == "Anne's."
    (kept,) = set_aside(database, record)
    assert (kept.author, kept.content["voice"], kept.reason) == ("ben", "Ben's.", "walk")
    assert (kept.based_on, kept.behind) == (1, 2)
    assert draft(database, record, author="ben").content["voice"] == "Ben's."
    chosen = save(database, work(record, based_on=2, voice="Both."), viewer=BEN, reason="merged")
    assert chosen.number == 3
    assert draft(database, record, author="ben") is None
    assert set_aside(database, record) == (kept,)


def test_two_who_start_the_same_new_record_are_told_apart(database):
    record = new_record("plan")
    save(database, work(record, kind="plan", objective="A"), viewer=ANNE, reason="first")
    with pytest.raises(StaleVersionError):
        save(database, work(record, kind="plan", objective="B"), viewer=BEN, reason="first")
    assert [one.content["objective"] for one in set_aside(database, record)] == ["B"]


def test_saving_the_same_once_more_changes_nothing(database):
    record = new_record("assessment")
    first = save(database, work(record), viewer=ANNE, reason="first")
    assert save(database, work(record), viewer=ANNE, reason="again") == first
    assert len(history(database, record)) == len(entries(database)) == 1


def test_a_version_of_nothing_is_refused_and_its_text_kept(database):
    with pytest.raises(RecordsError, match="never saved"):
        save(database, work("A-NOWHERE", based_on=4), viewer=ANNE, reason="x")
    assert len(set_aside(database, "A-NOWHERE")) == 1


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        ({"name": " "}, "x", "“Name of the place” is empty"),
        ({"name": "a"}, "  ", "say in a few words why"),
        ({"name": "a", "review": "soon"}, "x", "“soon” is no date"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_words(database, content, reason, words):
    with pytest.raises(RecordsError, match=words):
        save(database, Work("A-1", "assessment", content), viewer=ANNE, reason=reason)
    assert newest(database, "A-1") is None
    assert not entries(database)


@pytest.mark.parametrize("role", ["partner", "administrator"])
def test_roles_without_planning_save_nothing(database, role):
    viewer = Viewer(name="p", roles=frozenset({role}))
    for act in (
        lambda: save(database, work("A-1"), viewer=viewer, reason="x"),
        lambda: keep_draft(database, work("A-1"), viewer=viewer),
    ):
        with pytest.raises(RefusedError, match="let you plan"):
            act()


def test_drafts_are_each_authors_own_and_outlast_the_process(database):
    record = new_record("assessment")
    keep_draft(database, work(record, voice="typ"), viewer=ANNE)
    keep_draft(database, work(record, voice="typing"), viewer=ANNE)
    keep_draft(database, work(record, voice="Ben types"), viewer=BEN)
    database.close()
    assert draft(database, record, author="anne").content["voice"] == "typing"
    assert [one.record for one in drafts_of(database, "ben", "assessment")] == [record]
    discard_draft(database, record, viewer=BEN)
    assert draft(database, record, author="ben") is None
    save(database, work(record, voice="done"), viewer=ANNE, reason="first")
    assert drafts_of(database, "anne", "assessment") == ()


def test_every_save_is_audited_in_its_transaction(database, monkeypatch):
    record = new_record("assessment")
    saved = save(database, work(record), viewer=ANNE, reason="first look")
    (entry,) = entries(database)
    assert (entry.kind, entry.person, entry.digest) == ("save", "anne", saved.digest)
    assert record in entry.subject
    monkeypatch.setattr("mapper.records.saving.append", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(database, work(record, based_on=1, voice="x"), viewer=ANNE, reason="lost")
    assert len(history(database, record)) == 1


def test_lists_show_what_each_record_says_now(database):
    here, there = new_record("plan"), new_record("plan")
    save(database, work(here, kind="plan", hotspot_id="HS-1"), viewer=ANNE, reason="x")
    save(database, work(there, kind="plan", hotspot_id="HS-1"), viewer=ANNE, reason="x")
    save(database, work(there, kind="plan", based_on=1, hotspot_id="HS-2"), viewer=ANNE, reason="y")
    assert [one.record for one in records(database, "plan")] == [there, here]
    assert [one.record for one in records(database, "plan", hotspot_id="HS-1")] == [here]
    assert records(database, "assessment") == ()


@pytest.mark.parametrize("table", [work_versions, work_set_aside])
def test_the_database_itself_refuses_to_change_what_was_saved(database, table):
    save(database, work("A-1"), viewer=ANNE, reason="x")
    with pytest.raises(StaleVersionError):
        save(database, work("A-1", voice="late"), viewer=ANNE, reason="x")
    for statement in (update(table).values(content="{}"), delete(table)):
        with pytest.raises(DBAPIError, match="never"), database.write() as connection:
            connection.execute(statement)
    assert len(set_aside(database, "A-1")) == len(history(database, "A-1")) == 1


def test_a_text_changed_past_the_guards_is_told_not_shown(database):
    save(database, work("A-1"), viewer=ANNE, reason="x")
    drop = "DROP TRIGGER work_versions_no_" + (
        "update" if database.dialect == "sqlite" else "change ON work_versions"
    )
    with database.write() as connection:
        connection.exec_driver_sql(drop)
        connection.execute(update(work_versions).values(content=as_json({"name": "Other"})))
    with pytest.raises(RecordsError, match="is not what was saved"):
        newest(database, "A-1")


def test_ids_can_be_read_aloud():
    made = {new_record("meeting") for _ in range(500)}
    assert len(made) == 500
    assert all(one.startswith("M-") and not set(one[2:]) & set("01IO") for one in made)
