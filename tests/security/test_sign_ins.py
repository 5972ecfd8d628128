"""The server's list of sign-ins, the settings of sign-in, and what the websocket lets through."""

import json
import os
import tempfile
from contextlib import contextmanager

import pytest
import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mapper.app.door import gate
from mapper.app.door import provider as module
from mapper.app.door.application import middleware
from mapper.app.door.frames import addresses_in, files_asked, go_to
from mapper.app.door.people_file import session_of
from mapper.app.door.security import Closed, ThisMachineOnly
from mapper.app.door.sign_in_cookie import tighten_cookies
from mapper.app.door.sign_in_page import sign_in_page
from mapper.app.door.sign_ins import LOOK_EVERY, SignIns
from mapper.base.errors import PeopleError, RecordsError
from mapper.base.settings import Settings, settings
from mapper.disclosure.people import Viewer
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.open import open_database
from mapper.records.sessions import find_session, session_key
from tests.app.loop import run_apart

SAM = Viewer("Sam", frozenset({"analyst"}), session="s")
PEOPLE = '[claims]\nname = "n"\nroles = "r"\n[roles]\nanalyst = ["a"]\n'


@pytest.fixture
def clock():
    class Clock:
        now = 1_000.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def records(tmp_path):
    """A new database, and a look at why each sign-in of it ended."""
    opened = open_database(workspace=tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def listed(clock, records):
    """The list as one process sees it."""
    return SignIns(clock=clock, records=lambda: records, later=at_once)


@pytest.fixture
def elsewhere(clock, records):
    """The list as another process sees it."""
    return SignIns(clock=clock, records=lambda: records, later=at_once)


def at_once(act):
    act()


def ended(records):
    """Who was signed out, and why, as the log has it."""
    with records.read() as connection:
        found = find_entries(connection, AuditFilter(kinds=("sign-out",)))
    return [(one.person, json.loads(one.detail)["because"]) for one in found]


@pytest.fixture
def set_up(monkeypatch, tmp_path):
    """A maker of installations with settings as given; the usual ones are whole."""
    (tmp_path / "people.toml").write_text(PEOPLE)
    whole = {
        "PROVIDER": "https://id.example/.well-known/openid-configuration",
        "CLIENT_ID": "mapper",
        "CLIENT_SECRET": "hush",
        "ADDRESS": "https://mapper.example",
        "PEOPLE": str(tmp_path / "people.toml"),
    }

    def make(**changes):
        for name, value in {**whole, **changes}.items():
            monkeypatch.setenv(f"MAPPER_{name}", value)
        forget()

    def forget():
        settings.cache_clear()
        module.provider.cache_clear()

    yield make
    forget()


def test_a_sign_in_ends_with_its_token(listed, clock, records):
    assert listed.open(SAM, expires=1_060)
    clock.now = 1_059.9
    assert listed.viewer("s", used=True) == SAM
    clock.now = 1_060
    assert listed.viewer("s", used=True) is None
    assert ended(records) == [("Sam", "expired")]
    clock.now = 1_010  # a clock turned back opens nothing again
    assert listed.viewer("s") is None


def test_a_token_that_ran_out_opens_nothing(listed):
    assert not listed.open(SAM, expires=1_000)
    assert not listed.open(Viewer("Sam", frozenset({"analyst"})), expires=2_000)
    assert listed.viewer("s") is None
    assert listed.viewer("") is None


def test_idleness_ends_a_sign_in_and_use_does_not(listed, clock, records):
    listed.open(SAM, expires=100_000)
    for _ in range(5):
        clock.now += 14 * 60
        assert listed.viewer("s", used=True)
    clock.now += 14 * 60
    assert listed.viewer("s")  # looking whether it lives is no use of it
    clock.now += 60
    assert listed.viewer("s", used=True) is None
    assert ended(records) == [("Sam", "idle")]


def test_a_use_counts_before_it_is_written_down(listed, clock, records):
    listed.open(SAM, expires=100_000)
    clock.now += 29  # too soon to be written down
    assert listed.viewer("s", used=True)
    clock.now += 14 * 60 + 50
    assert listed.viewer("s")
    clock.now += 10
    assert listed.viewer("s") is None
    assert ended(records) == [("Sam", "idle")]


def test_the_longest_session_holds_whatever_the_token_says(listed, clock):
    listed.open(SAM, expires=10**9)
    for _ in range(10 * 6 - 1):
        clock.now += 600
        assert listed.viewer("s", used=True)
    clock.now += 600
    assert listed.viewer("s", used=True) is None


def test_what_was_told_to_one_is_not_told_to_another(listed):
    other = Viewer("Bob", frozenset({"analyst"}), session="t")
    for viewer in (SAM, other):
        listed.open(viewer)
        assert listed.viewer(viewer.session) == viewer
    assert listed.tell("s", ["/media/1.csv"])
    assert listed.was_told("s", "/media/1.csv")
    assert not listed.was_told("t", "/media/1.csv")
    listed.end(session_key("s"), why="signed out")
    assert not listed.was_told("s", "/media/1.csv")
    assert not listed.tell("s", ["/media/2.csv"])
    assert not listed.was_told("s", "/media/2.csv")


def test_only_so_many_addresses_are_remembered(listed):
    listed.open(SAM)
    assert listed.viewer("s")
    listed.tell("s", [f"/media/{n}" for n in range(5_000)])
    assert listed.was_told("s", "/media/4999")
    assert not listed.was_told("s", "/media/0")


def test_what_was_told_outlives_each_look_and_ends_with_the_sign_in(listed, clock):
    listed.open(SAM)
    assert listed.viewer("s", used=True)
    listed.tell("s", ["/media/1.csv"])
    for _ in range(3):
        clock.now += 60
        assert listed.viewer("s", used=True)
    assert listed.was_told("s", "/media/1.csv")


def test_whom_nobody_looks_after_is_let_go(listed, clock):
    listed.open(SAM)
    assert listed.viewer("s")
    assert listed.count() == 1
    clock.now += 3 * 3_600  # the browser was closed, and nobody asked since
    assert listed.count() == 0
    listed.open(Viewer("Bob", frozenset({"analyst"}), session="t"))
    assert listed.viewer("t")
    assert len(listed._known) == 1


def test_a_sign_in_is_good_in_every_process(listed, elsewhere, clock):
    listed.open(SAM)
    assert elsewhere.viewer("s", used=True) == SAM
    listed.clear()  # as a process that is started anew
    assert listed.viewer("s") == SAM


def test_a_sign_in_ended_elsewhere_is_noticed(listed, elsewhere, clock, records):
    listed.open(SAM)
    assert listed.viewer("s", used=True)
    elsewhere.end(session_key("s"), why="signed out")
    assert listed.viewer("s", used=True)  # what was read holds for two seconds
    clock.now += LOOK_EVERY
    assert listed.viewer("s", used=True) is None
    assert not listed.tell("s", ["/media/1.csv"])
    assert ended(records) == [("Sam", "signed out")]


def test_use_elsewhere_keeps_a_sign_in_from_idleness(listed, elsewhere, clock):
    listed.open(SAM, expires=100_000)
    assert listed.viewer("s")
    for _ in range(60):
        clock.now += 60
        assert elsewhere.viewer("s", used=True)
    assert listed.viewer("s") == SAM


def test_a_read_that_an_end_overtakes_is_read_again(clock, records):
    """What one thread read before another ended it is not put back."""
    listed = SignIns(clock=clock, records=lambda: records, later=at_once)
    listed.open(SAM)

    class Overtaken:
        """A database that is asked, and before the answer is used the sign-in is ended."""

        asked = 0

        @contextmanager
        def read(self):
            with records.read() as connection:
                yield connection
            self.asked += 1
            if self.asked == 1:
                ending = SignIns(clock=clock, records=lambda: records, later=at_once)
                ending.end(session_key("s"), why="signed out")
                listed._forget(session_key("s"))

    slow = Overtaken()
    listed.records = lambda: slow
    assert listed.viewer("s") is None
    assert slow.asked == 2


def test_a_sign_in_that_cannot_be_kept_is_not_opened(listed, records):
    def full():
        raise RecordsError("The disk is full.")

    listed.records = full
    with pytest.raises(RecordsError):
        listed.open(SAM)
    with pytest.raises(RecordsError):
        listed.viewer("s")
    listed.records = lambda: records
    assert listed.viewer("s") is None


def test_a_use_is_written_down_later_and_nobody_waits_for_it(clock, records):
    left = []
    listed = SignIns(clock=clock, records=lambda: records, later=left.append)
    listed.open(SAM, expires=100_000)

    def last_seen():
        with records.read() as connection:
            return find_session(connection, "s").last_seen.timestamp()

    for _ in range(2):
        clock.now += 29
        assert listed.viewer("s", used=True)
    assert (last_seen(), len(left)) == (1_000, 1)  # not at each use, and not by who asks
    clock.now += LOOK_EVERY
    assert listed.viewer("s", used=True)  # reads it anew, before it was written down
    assert len(left) == 1
    left.pop()()
    assert last_seen() == 1_058


def test_a_use_that_cannot_be_written_down_ends_nobodys_work(listed, records, clock, caplog):
    listed.open(SAM)

    class Full:
        read = records.read

        def write(self):
            raise RecordsError("The disk is full.")

    listed.records = Full
    clock.now += 60
    assert listed.viewer("s", used=True) == SAM
    assert "not written down" in caplog.text


CLAIMS = {"n": "Sam", "r": "a", "nonce": "1", "is_logged_in": True}


@pytest.fixture
def at_the_door(monkeypatch, set_up, listed):
    """The gate with a browser before it that was signed in."""
    set_up()
    monkeypatch.setattr(gate, "sign_ins", listed)
    monkeypatch.setattr(gate, "claims_of", lambda _cookies: CLAIMS)
    assert listed.open(module.provider().people.viewer(CLAIMS))
    return gate.SignedInOnly(PlainTextResponse("inside"))


def answers(app, receive=None, **scope):
    """Return what an app sends to one request or window."""
    sent = []

    async def send(message):
        sent.append(message)

    whole = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    run_apart(app({**whole, **scope}, receive, send))
    return sent


def test_a_change_of_the_file_of_roles_ends_the_sign_ins_that_it_changes(
    at_the_door, set_up, tmp_path, records
):
    """A server that is started with another file gives nobody the roles of the old one."""
    assert answers(at_the_door)[0]["status"] == 200
    (tmp_path / "people.toml").write_text(f'{PEOPLE}partner = ["b"]\n')
    set_up()
    assert answers(at_the_door)[0]["status"] == 200  # nothing is another for Sam
    (tmp_path / "people.toml").write_text(PEOPLE.replace("analyst", "partner"))
    set_up()
    assert answers(at_the_door)[0]["status"] == 401
    assert ended(records) == [("Sam", "roles changed")]
    (tmp_path / "people.toml").write_text(PEOPLE)
    set_up()
    assert answers(at_the_door)[0]["status"] == 401  # it is over for good


def test_nobody_is_let_in_while_the_records_are_away(at_the_door, listed, records, clock):
    def away():
        raise RecordsError("The database cannot be reached.")

    async def receive():
        return {"type": "websocket.receive", "bytes": b""}

    listed.records = away
    start, body = answers(at_the_door)
    assert start["status"] == 503
    assert b"cannot be reached just now" in body["body"]
    assert answers(at_the_door, path="/auth/logout")[0]["status"] == 503
    (closed,) = answers(at_the_door, receive, type="websocket")
    assert (closed["type"], closed["code"]) == ("websocket.close", 1013)
    listed.records = lambda: records
    assert answers(at_the_door)[0]["status"] == 200  # and nobody's sign-in was lost


def test_an_open_window_is_closed_while_the_records_are_away_and_may_come_again(
    at_the_door, listed, records, clock
):
    """The browser knocks again by itself; it is not sent to the sign-in page."""

    def away():
        raise RecordsError("The database cannot be reached.")

    async def page(_scope, receive, _send):
        clock.now += LOOK_EVERY
        listed.records = away
        assert await receive() == {"type": "websocket.disconnect", "code": 1013}

    async def receive():
        return {"type": "websocket.receive", "bytes": BackMsg(stop_script=True).SerializeToString()}

    at_the_door.app = page
    (closed,) = answers(at_the_door, receive, type="websocket")
    assert (closed["type"], closed["code"]) == ("websocket.close", 1013)
    listed.records = lambda: records
    assert listed.viewer(session_of(CLAIMS))


def test_forged_messages_keep_no_sign_in_from_idleness_and_its_line_is_closed_once(
    at_the_door, listed, clock
):
    async def page(_scope, receive, _send):
        for _ in range(2):  # asked for more after the end, it is told the end again
            assert await receive() == {"type": "websocket.disconnect", "code": 1008}

    async def receive():
        clock.now += 5 * 60
        forged = BackMsg(clear_cache=True).SerializeToString()
        return {"type": "websocket.receive", "bytes": forged}

    at_the_door.app = page
    last, closed = answers(at_the_door, receive, type="websocket")
    assert (last["type"], closed["type"]) == ("websocket.send", "websocket.close")
    assert listed.viewer(session_of(CLAIMS)) is None


@pytest.mark.parametrize("name", ["CLIENT_ID", "CLIENT_SECRET", "ADDRESS", "PEOPLE"])
def test_half_a_set_up_is_refused_by_name(set_up, name):
    set_up(**{name: ""})
    with pytest.raises(PeopleError, match=f"MAPPER_{name} is missing|no such file"):
        module.provider()
    (only,) = middleware()
    assert only.cls is Closed


@pytest.mark.parametrize(
    "change",
    [
        {"ADDRESS": "http://mapper.example"},
        {"PROVIDER": "http://id.example/x"},
        {"PROVIDER": "file:///etc/passwd"},
        {"ADDRESS": "https://"},
        {"ADDRESS": "https://mapper.example/app"},
    ],
    ids=str,
)
def test_addresses_in_the_clear_are_refused(set_up, change):
    set_up(**change)
    with pytest.raises(PeopleError, match="set up in part"):
        module.provider()


def test_the_secret_may_stand_in_a_file(set_up, tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    set_up(CLIENT_SECRET="", CLIENT_SECRET_FILE=str(tmp_path / "secret"))
    assert module.provider().client_secret == "from a file"
    set_up(CLIENT_SECRET_FILE=str(tmp_path / "gone"))
    with pytest.raises(PeopleError, match="MAPPER_CLIENT_SECRET_FILE"):
        module.provider()


def test_what_streamlit_reads_is_given_in_memory_and_is_in_no_file_or_variable(
    set_up, monkeypatch, tmp_path
):
    for kept in ("_secrets", "_programmatic_secrets"):  # what the test gives goes with it
        monkeypatch.setattr(st.secrets, kept, None)
    monkeypatch.setattr("mapper.app.door.started._STARTED", ["mapper serve"])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    set_up()
    before = dict(os.environ)
    assert len(middleware()) > 1
    told = st.secrets["auth"]
    assert told["redirect_uri"] == "https://mapper.example/oauth2callback"
    assert told["client_secret"] == "hush"
    assert len(told["cookie_secret"]) >= 64
    assert dict(os.environ) == before
    assert {path.name for path in tmp_path.rglob("*")} == {"people.toml"}


def test_with_sign_in_set_up_streamlit_itself_starts_nothing(set_up, monkeypatch):
    monkeypatch.setattr("mapper.app.door.started._STARTED", [])
    set_up()
    (only,) = middleware()
    assert (only.cls, only.kwargs) == (
        Closed,
        {"words": "Sign-in is set up: start the app with mapper serve."},
    )


def test_the_key_of_cookies_is_one_for_an_installation_and_tells_not_its_secret(set_up):
    def key(**changes):
        set_up(**changes)
        return module.cookie_key(module.provider())

    assert key() == key()  # in each process, and after a restart
    others = [{"CLIENT_SECRET": "hush!"}, {"CLIENT_ID": "m"}, {"ADDRESS": "https://m.example"}]
    assert len({key(), *(key(**change) for change in others)}) == 4
    assert "hush" not in key()


def test_without_sign_in_the_app_stays_on_this_machine():
    module.check_alone(Settings(_env_file=None))
    for change in ({"bind": "0.0.0.0"}, {"hosts": ("localhost", "mapper.example")}):
        with pytest.raises(PeopleError, match="this machine only"):
            module.check_alone(Settings(**change))


@pytest.mark.parametrize(
    ("client", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("10.0.0.7", 403), ("", 403), ("128.0.0.1", 403)],
)
def test_another_machine_is_turned_away_without_sign_in(client, status):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": (client, 1)}
    run_apart(ThisMachineOnly(PlainTextResponse("inside"))(scope, None, send))
    assert sent[0]["status"] == status


def test_addresses_are_read_off_messages_wherever_they_stand():
    one, two, three = ForwardMsg(), ForwardMsg(), ForwardMsg()
    one.delta.new_element.download_button.url = "/media/1.csv"
    one.delta.new_element.download_button.deferred_file_id = "abc"
    two.file_urls_response.file_urls.add().upload_url = "/_stcore/upload_file/a/b"
    three.backend_operation_response.deferred_file.url = "/media/2.csv"
    frames = [message.SerializeToString() for message in (one, two, three)]
    assert [sorted(addresses_in(frame)) for frame in frames] == [
        ["/media/1.csv", "abc"],
        ["/_stcore/upload_file/a/b"],
        ["/media/2.csv"],
    ]
    assert addresses_in(b"\xff\xff") == []


def test_text_that_looks_like_an_address_tells_nothing():
    message = ForwardMsg()
    message.delta.new_element.text.body = "/media/1.csv"
    message.delta.new_element.text_input.value = "/media/1.csv"
    message.delta.new_element.markdown.body = "[x](/media/1.csv)"
    assert addresses_in(message.SerializeToString()) == []


def test_the_browser_may_ask_for_what_pages_offer_and_no_more():
    fine, file, bad = BackMsg(), BackMsg(), BackMsg()
    fine.rerun_script.query_string = ""
    file.backend_operation_request.deferred_file.file_id = "abc"
    file.backend_operation_request.session_id = "s"
    bad.backend_operation_request.install_skills.SetInParent()
    assert files_asked(fine.SerializeToString()) == []
    assert files_asked(file.SerializeToString()) == ["abc"]
    assert files_asked(bad.SerializeToString()) is None
    for name in ("clear_cache", "debug_shutdown_runtime", "debug_disconnect_websocket"):
        message = BackMsg()
        setattr(message, name, True)
        assert files_asked(message.SerializeToString()) is None
    assert files_asked(b"\xff") is None
    up = BackMsg()
    up.file_urls_request.file_names.append("x.csv")
    assert files_asked(up.SerializeToString()) == []
    assert files_asked(up.SerializeToString(), uploads=False) is None


def test_the_window_is_sent_to_a_page_of_the_app():
    message = ForwardMsg()
    message.ParseFromString(go_to("/?signed-out=over"))
    assert message.auth_redirect.url == "/?signed-out=over"


def test_cookies_go_out_no_looser_than_they_must():
    def sent(*cookies, secure=True, longest=36_000):
        headers = MutableHeaders(raw=[(b"set-cookie", one) for one in cookies] + [(b"x", b"f=g")])
        told = tighten_cookies(headers, secure=secure, longest=longest)
        assert headers["x"] == "f=g"
        return told, [one.encode() for one in headers.getlist("set-cookie")]

    set_by_streamlit = b"a=b; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax"
    tight = b"a=b; HttpOnly; Max-Age=36000; Path=/; SameSite=lax; Secure"
    assert sent(set_by_streamlit) == ({"a": "b"}, [tight])
    assert sent(tight, longest=99_999) == ({"a": "b"}, [tight])
    assert b"Secure" not in sent(set_by_streamlit, secure=False, longest=60)[1][0]
    told, cookies = sent(b'a="b c"; Path=/', b"d=e", b"gone=null; Max-Age=0", secure=False)
    assert told == {"a": "b c", "d": "e", "gone": "null"}
    assert cookies == [b'a="b c"; Path=/', b"d=e", b"gone=null; Max-Age=0"]


def test_the_sign_in_page_says_no_word_of_the_address():
    for word in ("<script>alert(1)</script>", "{sign_in}", "over "):
        assert sign_in_page(word) == sign_in_page()
    assert "You are signed out" in sign_in_page("over")
