"""How the app is started: on this machine alone, with nothing sent anywhere."""

import socket
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from streamlit.web.server.starlette import starlette_server

from mapper.app.door import first_look
from mapper.app.door import serve as module
from mapper.base.errors import InputError, MapperError, RequestError
from mapper.base.settings import settings


@pytest.fixture
def started(monkeypatch):
    """The command line that Streamlit would have been started with."""
    from streamlit.web import cli

    lines = []
    monkeypatch.setattr("mapper.app.door.started._STARTED", [])  # what the test notes goes with it
    monkeypatch.setattr(cli.main_run, "main", lambda line, **_: lines.append(line))
    monkeypatch.setattr(starlette_server, "_bind_socket", starlette_server._bind_socket)
    return lines


@pytest.fixture(autouse=True)
def fresh_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_what_matters_for_safety_outranks_every_file(started):
    module.serve(port=None, browser=False)
    (line,) = started
    assert line[0] == str(module.ENTRY)
    options = dict(option.removeprefix("--").split("=") for option in line[1:])
    assert options["server.address"] == "127.0.0.1"
    assert options["server.headless"] == "true"
    assert options["browser.gatherUsageStats"] == "false"
    assert options["client.showErrorDetails"] == "none"
    assert options["client.disableDataExport"] == "true"
    assert options["client.toolbarMode"] == "minimal"
    assert options["server.maxUploadSize"] == "200"


def test_what_the_server_accepts_sends_at_once(monkeypatch):
    """Else the body of an answer waits until the browser has acknowledged its head."""
    monkeypatch.setattr(starlette_server, "_bind_socket", starlette_server._bind_socket)
    module._send_at_once()
    with starlette_server._bind_socket("127.0.0.1", 0, 1) as bound:
        bound.setblocking(True)
        with socket.create_connection(bound.getsockname()), bound.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_one_line_says_where_the_app_is(started):
    said = []
    module.serve(port=None, browser=False, say=said.append)
    (line,) = said
    port = next(one for one in started[0] if one.startswith("--server.port=")).split("=")[1]
    assert f"http://localhost:{port}," in line


def test_the_file_for_streamlit_run_says_the_same():
    told = tomllib.loads((module.ENTRY.parent / ".streamlit" / "config.toml").read_text())
    for option in module.options(port=8501):
        name, value = option.removeprefix("--").split("=")
        if name in {"server.port", "server.showEmailPrompt"}:
            continue
        section, key = name.split(".")
        assert str(told[section][key]).lower() == value, name


def test_no_font_or_page_of_the_theme_comes_from_elsewhere():
    text = (module.ENTRY.parent / ".streamlit" / "config.toml").read_text()
    assert "://" not in text


def test_a_port_that_is_taken_is_refused_and_passed_over(started):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RequestError, match=f"Port {port} is taken"):
            module.serve(port=port, browser=False)
    for none in (0, 70_000):
        with pytest.raises(RequestError, match=r"is none\. Choose 1 to 65535"):
            module.serve(port=none, browser=False)
    assert started == []


def test_an_installation_without_the_app_is_said(started, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "ENTRY", tmp_path / "streamlit_app.py")
    with pytest.raises(InputError, match=r"streamlit_app\.py is missing.*make install"):
        module.serve()


def test_a_setting_that_cannot_be_used_is_named(monkeypatch):
    monkeypatch.setenv("MAPPER_UPLOAD_MB", "many")
    with pytest.raises(MapperError, match="MAPPER_UPLOAD_MB"):
        settings()


def test_the_workspace_is_for_one_user_of_the_machine_from_the_start(started, tmp_path):
    module.serve(port=None, browser=False)
    assert (tmp_path / "workspace").stat().st_mode & 0o777 == 0o700


def test_a_workspace_that_cannot_be_made_is_told_before_anything_starts(
    started, tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "file" / "workspace"))
    settings.cache_clear()
    with pytest.raises(MapperError, match="MAPPER_WORKSPACE"):
        module.serve(port=None, browser=False)
    assert started == []


@pytest.fixture
def answering():
    """A port on which something says that it is well, from the second question on."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Host"]))
            self.send_response(200 if len(asked) > 1 else 503)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, asked
        server.shutdown()


def test_the_browser_is_opened_once_the_app_answers(answering, monkeypatch):
    port, asked = answering
    monkeypatch.setenv("DISPLAY", ":0")
    opened = []
    first_look.open_when_it_answers(port, opener=opened.append).join(20)
    assert opened == [f"http://localhost:{port}"]
    assert len(asked) == 2
    assert set(asked) == {("/_stcore/health", f"localhost:{port}")}


def test_without_a_screen_or_an_answer_nothing_is_opened(monkeypatch):
    opened = []
    monkeypatch.setattr(first_look.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert first_look.open_when_it_answers(1, opener=opened.append) is None
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    first_look.open_when_it_answers(1, opener=opened.append, waits=0.5).join(20)
    assert opened == []


def test_the_app_is_opened_for_the_one_person_who_asked_for_it(started, monkeypatch):
    looks = []
    monkeypatch.setattr(module, "open_when_it_answers", looks.append)
    module.serve(port=None, browser=False)
    assert looks == []
    module.serve(port=None, browser=True)
    assert f"--server.port={looks[0]}" in started[-1]
