"""The gate: other hosts and origins are turned away, every answer carries the headers."""

import pytest
from starlette.responses import PlainTextResponse

from mapper.app.door.security import POLICY, OwnDoorsOnly, OwnHostsOnly
from mapper.base.settings import LOOPBACK_HOSTS
from tests.app.loop import run_apart


def ask(*, kind="http", **headers):
    """Send one request through the gate and return what was sent back."""
    sent = []

    async def receive():
        return {"type": f"{kind}.request"}

    async def send(message):
        sent.append(message)

    gate = OwnHostsOnly(PlainTextResponse("inside"), hosts=LOOPBACK_HOSTS)
    scope = {
        "type": kind,
        "method": "GET",
        "path": "/",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    run_apart(gate(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "LOCALHOST"])
def test_its_own_hosts_are_answered_with_the_headers(host):
    start, body = ask(host=host)
    headers = dict(start["headers"])
    assert start["status"] == 200
    assert body["body"] == b"inside"
    assert headers[b"content-security-policy"].decode() == POLICY
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"no-referrer"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "example.org"},
        {"host": "localhost.example.org"},
        {"host": "example.org@localhost"},
        {"host": "[::1"},
        {"host": "localhost:8501.example.org"},
        {"host": "localhost:"},
        {"host": "localhost:8501", "origin": "https://localhost:8501"},
        {"host": "localhost:8501", "origin": "http://localhost:8501.example.org"},
        {},
        {"host": "localhost:8501", "origin": "https://example.org"},
        {"host": "localhost:8501", "origin": "http://localhost:9999"},
        {"host": "localhost:8501", "origin": "null"},
    ],
    ids=str,
)
def test_others_are_turned_away(headers):
    assert ask(**headers)[0]["status"] == 421
    assert ask(kind="websocket", **headers) == [
        {"type": "websocket.close", "code": 1008, "reason": ""}
    ]


def test_the_policy_lets_a_browser_fetch_from_here_only():
    for rule in POLICY.split(";"):
        name, *sources = rule.split()
        assert not [s for s in sources if s.startswith(("http", "*", "ws"))], name


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        ("/workbench/_stcore/health", 300),
        ("/workbench/_stcore/host-config", 300),
        ("/_stcore/agent/interact", 404),
        ("/_stcore/agent/mcp", 404),
        ("/_stcore/agent/openapi.json", 404),
        ("/workbench/_stcore/agent/interact", 404),
    ],
)
def test_doors_that_the_app_does_not_use_are_shut(path, status):
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    run_apart(OwnDoorsOnly(PlainTextResponse("inside"))(scope, receive, send))
    assert sent[0]["status"] == status
