"""Start the app, whatever folder one is in: for one person here, or for those who sign in."""

import socket
from collections.abc import Callable, Mapping
from functools import wraps

from streamlit.web.cli import main_run
from streamlit.web.server.starlette import starlette_server

from mapper.app.door import started
from mapper.app.door.first_look import open_when_it_answers
from mapper.app.door.provider import check_alone, is_signed_in_to, provider
from mapper.base.errors import InputError, RequestError
from mapper.base.settings import LOOPBACK_HOSTS, settings
from mapper.base.top_level import top_level
from mapper.records.workspace import prepare_workspace

ENTRY = top_level("streamlit_app.py")
USUAL_PORT = 8501
_TRIES = 50


def serve(
    *, port: int | None = None, browser: bool = True, say: Callable[[str], object] = str
) -> None:
    """Serve the app until it is stopped: on the loopback address, unless people sign in to it.

    Parameters
    ----------
    port
        8501, or the next free one, if not given.
    browser
        Open the app in a browser once it answers.
    say
        Takes the line that tells where the app is.

    Raises
    ------
    InputError
        When the app's files were not installed.
    RequestError
        When the port is taken or is none.
    PeopleError
        When sign-in is set up in part only, or is missing where others are to reach the app.
    RecordsError
        When the workspace cannot be made.
    """
    if not ENTRY.is_file():
        raise InputError(
            f"{ENTRY} is missing, so there is no app to start. Install mapper again, from its wheel"
            " or its repository (make install)."
        )
    prepare_workspace(settings().workspace)
    chosen = _free_port() if port is None else _checked(port)
    line = [str(ENTRY), *options(port=chosen, more=_sign_in_options())]
    started.by_serve()
    _send_at_once()
    say(_welcome(chosen))
    if browser and not is_signed_in_to():
        open_when_it_answers(chosen)
    main_run.main(line, prog_name="mapper serve", standalone_mode=False)


def _send_at_once() -> None:
    """Let the server's socket, and every connection that it accepts, send without waiting.

    Streamlit binds it without naming TCP, so asyncio does not take it for such and leaves Nagle's
    rule on. The body of an answer then waits until the browser has acknowledged its head, about
    40 ms each: half a second for the scripts of a first visit, and some of every click.
    """
    bind = starlette_server._bind_socket  # noqa: SLF001 - there is no setting for it

    @wraps(bind)
    def bind_at_once(address: str, port: int, backlog: int) -> socket.socket:
        bound = bind(address, port, backlog)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # those accepted inherit it
        return bound

    starlette_server._bind_socket = bind_at_once  # noqa: SLF001 - as above


def _welcome(port: int) -> str:
    """Return what a person reads while the app starts."""
    if is_signed_in_to():
        return f"mapper serves {provider().host}, for those who sign in. Ctrl+C stops it."
    return f"mapper is at http://localhost:{port}, for this machine only. Ctrl+C stops it."


def _sign_in_options() -> dict[str, object]:
    """Return the options that sign-in adds; without it, none, and this machine only."""
    if not is_signed_in_to():
        check_alone(settings())
        return {}
    host = provider().host
    return {
        "server.address": settings().bind,
        "server.allowedHosts": (*LOOPBACK_HOSTS[:2], "[::1]", host),
        "browser.serverAddress": host,
    }


def options(*, port: int, more: Mapping[str, object] | None = None) -> list[str]:
    """Return Streamlit's options; given here they outrank every file and variable."""
    chosen: dict[str, object] = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": True,  # the browser is opened here, once the app answers
        "server.showEmailPrompt": False,
        "server.fileWatcherType": "none",
        "server.maxUploadSize": settings().upload_mb,
        "server.enableXsrfProtection": True,
        "server.enableAgentApi": False,
        # Streamlit would walk all that is kept after every click: seconds, where much is kept
        "runner.postScriptGC": False,
        "browser.serverAddress": "localhost",
        "browser.gatherUsageStats": False,
        "logger.hideWelcomeMessage": True,  # and what Streamlit offers to those who write apps
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        "client.disableDataExport": True,
        **(more or {}),
    }
    return [
        f"--{name}={str(one).lower() if isinstance(one, bool) else one}"
        for name, value in chosen.items()
        for one in (value if isinstance(value, tuple) else (value,))
    ]


def _checked(port: int) -> int:
    """Return a port that can be used."""
    if not 1 <= port <= 65_535:  # noqa: PLR2004 - the ports there are
        raise RequestError(f"Port {port} is none. Choose 1 to 65535, such as {USUAL_PORT}.")
    if not _is_free(port):
        raise RequestError(f"Port {port} is taken. Choose another {{port}}.", names=("port",))
    return port


def _free_port() -> int:
    """Return the usual port or the next free one."""
    for port in range(USUAL_PORT, USUAL_PORT + _TRIES):
        if _is_free(port):
            return port
    raise RequestError(
        f"Ports {USUAL_PORT} to {USUAL_PORT + _TRIES - 1} are taken. Choose another {{port}}.",
        names=("port",),
    )


def _is_free(port: int) -> bool:
    """Tell whether a port of this machine can be bound."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
