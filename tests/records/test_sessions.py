"""A session ends when it should, and its id cannot be read from the database."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from mapper.base.errors import RecordsError
from mapper.disclosure.people import ROLES, Viewer
from mapper.records.audit_check import verify
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.known_people import known_people
from mapper.records.schema.trust import people, sessions
from mapper.records.sessions import (
    end_session,
    find_session,
    forget_sessions,
    open_session,
    open_sessions,
    session_key,
    session_state,
    touch_session,
)

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
IDLE = timedelta(minutes=15)
NUMBERS = count()


def after(minutes):
    return START + timedelta(minutes=minutes)


def opened(
    database,
    person="anna",
    hours=10,
    now=START,
    session_id=None,
    roles=("neighbourhood",),
    wards=("Speke", "Vauxhall"),
):
    """Open a session and return its id and itself."""
    session_id = session_id or f"the id of {next(NUMBERS)}"
    viewer = Viewer(person, frozenset(roles), frozenset(wards), session=session_id)
    with database.write() as connection:
        open_session(connection, viewer, expires=now + timedelta(hours=hours), now=now)
    return session_id, found(database, session_id)


def found(database, session_id):
    with database.read() as connection:
        return find_session(connection, session_id)


def kinds(database):
    with database.read() as connection:
        assert verify(connection).whole
        return [entry.kind for entry in find_entries(connection, AuditFilter())]


def test_a_session_is_found_by_its_id_alone(database):
    session_id, session = opened(database)
    assert session.key == session_key(session_id)
    assert (session.person, session.role) == ("anna", "neighbourhood")
    assert session.wards == ("Speke", "Vauxhall")
    assert session.viewer(session_id).wards == {"Speke", "Vauxhall"}
    assert found(database, session.key) is None
    assert found(database, "") is None
    assert found(database, "\ud800") is None


def test_the_id_is_not_in_the_database(database):
    session_id, _ = opened(database)
    with database.read() as connection:
        row = connection.execute(select(sessions)).one()
        logged = find_entries(connection, AuditFilter())
    assert session_id not in str(row)
    assert session_id not in str(logged)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(0, "open"), (14.99, "open"), (15, "idle"), (599, "idle"), (600, "expired")],
)
def test_states(database, minutes, state):
    _, session = opened(database)
    assert session_state(session, now=after(minutes), idle=IDLE) == state


def test_a_person_who_stays_is_not_idle_but_expires_all_the_same(database):
    session_id, _ = opened(database, hours=1)
    for minutes in range(10, 120, 10):
        with database.write() as connection:
            touch_session(connection, session_key(session_id), now=after(minutes))
    later = found(database, session_id)
    assert later.last_seen == after(50)
    assert session_state(later, now=after(59), idle=IDLE) == "open"
    assert session_state(later, now=after(60), idle=IDLE) == "expired"


def test_signing_out_ends_it_for_good(database):
    session_id, _ = opened(database)
    with database.write() as connection:
        assert end_session(connection, session_key(session_id), now=after(5), because="signed out")
        touch_session(connection, session_key(session_id), now=after(6))
        assert not end_session(connection, session_key(session_id), now=after(7), because="idle")
    session = found(database, session_id)
    assert (session.ended, session.ended_because) == (after(5), "signed out")
    assert session.last_seen == START
    assert session_state(session, now=after(6), idle=IDLE) == "ended"
    assert kinds(database) == ["sign-out", "sign-in"]


def test_an_administrator_ends_one_session_of_the_list(database):
    mine, session = opened(database)
    other, _ = opened(database, person="berta")
    told = {"now": after(1), "because": "ended by an administrator"}
    with database.write() as connection:
        assert end_session(connection, session.key, **told)
        assert not end_session(connection, session.key, **told)
    assert found(database, mine).ended_because == "ended by an administrator"
    with database.read() as connection:
        assert [one.person for one in open_sessions(connection)] == ["berta"]
    assert found(database, other).ended is None
    assert kinds(database).count("sign-out") == 1


def test_sessions_long_over_are_forgotten_and_stay_in_the_log(database):
    old, _ = opened(database, hours=1)
    new, _ = opened(database, now=after(600))
    with database.write() as connection:
        assert forget_sessions(connection, before=after(300)) == 1
    assert found(database, old) is None
    assert found(database, new) is not None
    assert kinds(database) == ["sign-in", "sign-in"]


def test_a_sign_in_is_not_replayed(database):
    """Whoever kept the provider's answer cannot open a second session with it, ended or not."""
    session_id, _ = opened(database, session_id="given")
    assert session_id == "given"
    with pytest.raises(RecordsError, match="used before"):
        opened(database, session_id="given")
    with database.write() as connection:
        end_session(connection, session_key("given"), now=after(1), because="idle")
    with pytest.raises(RecordsError, match="used before"):
        opened(database, session_id="given")
    assert kinds(database) == ["sign-out", "sign-in"]


def test_a_change_of_role_or_wards_leaves_an_entry(database):
    opened(database)
    opened(database, now=after(1))
    assert kinds(database) == ["sign-in", "sign-in"]
    opened(database, now=after(2), roles=["analyst"])
    opened(database, now=after(3), roles=["analyst"], wards=("Speke",))
    assert kinds(database) == ["sign-in", "role", "sign-in", "role", "sign-in", "sign-in"]
    with database.read() as connection:
        (person,) = connection.execute(select(people))
        changed = find_entries(connection, AuditFilter(kinds=("role",)))[-1]
    assert (person.role, person.wards, person.first_seen) == ("analyst", '["Speke"]', START)
    assert json.loads(changed.detail)["before"]["role"] == "neighbourhood"


def test_people_are_listed_as_they_were_at_their_last_sign_in(database):
    opened(database, person="bob", roles=("analyst", "administrator"), now=after(1))
    opened(database, now=after(2))
    opened(database, now=after(5), wards=("Speke",))
    with database.read() as connection:
        (first, second), number = known_people(connection)
        only, still = known_people(connection, most=1)
    assert (first.first_seen, first.last_seen) == (after(2), after(5))
    assert first.viewer.roles == {"neighbourhood"}
    assert first.viewer.wards == {"Speke"}
    assert second.viewer.roles == {"analyst", "administrator"}
    assert (number, only, still) == (2, (first,), 2)


def test_somebody_may_have_every_role(database):
    _, session = opened(database, roles=ROLES)
    assert session.role == ", ".join(sorted(ROLES))
    assert session.viewer("").roles == frozenset(ROLES)
    with database.read() as connection:
        ((person,), _) = known_people(connection)
    assert person.viewer.roles == frozenset(ROLES)
