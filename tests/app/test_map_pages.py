"""Finished maps are found by whoever was given their address, and by nobody else."""

import gzip

import pytest
from starlette.requests import Request

from mapper.app.shell import map_pages as module
from mapper.app.shell.map_pages import MapPages, compress, serve_map
from tests.app.loop import run_apart


@pytest.fixture
def ask():
    """Ask for an address and return status, headers and body."""

    def asked(address, **headers):
        scope = {
            "type": "http",
            "method": "GET",
            "path_params": {"name": address.removeprefix(module.ADDRESS)},
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
        }
        answer = run_apart(serve_map(Request(scope)))
        return answer.status_code, answer.headers, answer.body

    return asked


def test_a_map_is_served_whole_and_in_a_sandbox(ask):
    address = module.map_pages.put(compress("<p>map</p>"), session="one", digest="d")
    status, headers, body = ask(address, sec_fetch_site="same-origin")
    assert status == 200
    assert gzip.decompress(body) == b"<p>map</p>"
    assert "sandbox allow-scripts;" in headers["content-security-policy"]
    assert "allow-same-origin" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_another_site_and_a_guess_get_nothing(ask):
    address = module.map_pages.put(compress("<p>map</p>"), session="one", digest="d")
    assert ask(address, sec_fetch_site="cross-site")[0] == 404
    assert ask(f"{address[:-1]}x")[0] == 404


def test_addresses_differ_by_session_release_and_start():
    pages = MapPages()
    one = pages.put(b"x", session="one", digest="d")
    assert pages.put(b"x", session="one", digest="d") == one
    others = [
        pages.put(b"x", session="two", digest="d"),
        pages.put(b"x", session="one", digest="e"),
        MapPages().put(b"x", session="one", digest="d"),
    ]
    assert len({one, *others}) == 4


def test_only_so_many_are_kept():
    pages = MapPages()
    addresses = [pages.put(b"x", session=str(n), digest="d") for n in range(module._KEPT + 3)]
    kept = [pages.get(address.removeprefix(module.ADDRESS)) for address in addresses]
    assert kept == [None] * 3 + [b"x"] * module._KEPT
