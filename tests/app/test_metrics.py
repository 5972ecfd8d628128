"""What monitoring is given: counts, to this machine or by the token; nothing of what was asked."""

import pytest
from starlette.responses import PlainTextResponse

from mapper.app.door.metered import PATH, Metered
from mapper.app.door.sign_ins import sign_ins
from mapper.base.errors import MapperError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.records.open import open_database
from mapper.records.sessions import session_key
from tests.app.loop import run_apart

TOKEN = "a token of twenty-four or more"


async def app(scope, receive, send):
    """An app of pages, of which the lost are none, and a window that looks at the counts."""
    if scope["type"] == "websocket":
        scope["meanwhile"]()
    else:
        status = 404 if "lost" in scope["path"] else 200
        await PlainTextResponse("a page", status)(scope, receive, send)


class Client:
    """A browser, or a monitoring, before the app."""

    def __init__(self, *, signs_in):
        self.metered = Metered(app, signs_in=signs_in)

    def get(self, path, **headers):
        """Return the answer's text and its kind."""
        start, body = self._sent(type="http", method="GET", path=path, headers=raw(headers))
        return body["body"].decode(), dict(start["headers"])[b"content-type"].decode()

    def connect(self, meanwhile):
        """Open a window, and do something before it is closed."""
        self._sent(type="websocket", path="/_stcore/stream", headers=[], meanwhile=meanwhile)

    def _sent(self, **scope):
        sent = []

        async def receive():
            return {"type": f"{scope['type']}.request"}

        async def send(message):
            sent.append(message)

        run_apart(self.metered({"query_string": b"", **scope}, receive, send))
        return sent


def raw(headers):
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.delenv("MAPPER_METRICS_TOKEN", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()
    sign_ins.clear()


def values(text):
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_requests_and_windows_are_counted_by_kind_and_never_by_what_was_asked():
    asked = Client(signs_in=False)
    before, told = values(asked.get(PATH)[0]), []
    asked.get("/Anfield")
    asked.get("/lost/Anfield")
    asked.get("/maps/c0ffee")
    asked.connect(lambda: told.append(asked.get(PATH)[0]))
    after = values(told[0])

    def more(kind, status):
        name = f'mapper_requests_total{{kind="{kind}",status="{status}"}}'
        return after.get(name, 0) - before.get(name, 0)

    assert (more("page", "2xx"), more("page", "4xx"), more("map", "2xx")) == (1, 1, 1)
    assert after["mapper_windows"] == 1
    assert values(asked.get(PATH)[0])["mapper_windows"] == 0
    assert after["process_resident_memory_bytes"] > 1e6
    for word in ("Anfield", "c0ffee"):
        assert word not in told[0]


def test_where_people_sign_in_the_token_alone_opens_it(monkeypatch):
    assert Client(signs_in=True).get(PATH)[0] == "a page"  # what the gate answers
    monkeypatch.setenv("MAPPER_METRICS_TOKEN", TOKEN)
    settings.cache_clear()
    for signs_in in (True, False):
        asked = Client(signs_in=signs_in)
        for told in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
            assert asked.get(PATH, **told)[0] == "a page"
        counts, kind = asked.get(PATH, Authorization=f"Bearer {TOKEN}")
        assert kind.startswith("text/plain; version=")
        assert "mapper_windows" in values(counts)


def test_live_sign_ins_are_counted(monkeypatch, tmp_path):
    opened = open_database(workspace=tmp_path)
    monkeypatch.setattr(sign_ins, "records", lambda: opened)
    asked = Client(signs_in=False)
    assert values(asked.get(PATH)[0])["mapper_signed_in"] == 0
    sign_ins.open(Viewer("Sam", session="one"))
    assert sign_ins.viewer("one")
    assert values(asked.get(PATH)[0])["mapper_signed_in"] == 1
    sign_ins.end(session_key("one"), why="signed out")
    assert values(asked.get(PATH)[0])["mapper_signed_in"] == 0
    opened.close()


def test_a_token_that_could_be_tried_out_is_refused(monkeypatch):
    monkeypatch.setenv("MAPPER_METRICS_TOKEN", "secret")
    settings.cache_clear()
    with pytest.raises(MapperError, match=r"METRICS_TOKEN.*24 characters or more"):
        settings()
