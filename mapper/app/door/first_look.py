"""The browser of the person who started the app, opened once the app answers."""

import os
import sys
import time
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from threading import Thread

WAITS = 120  # seconds for the app to answer; the first start of all makes the demonstration later
_EVERY = 0.2
_OK = 200
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def open_when_it_answers(
    port: int, *, opener: Callable[[str], object] = webbrowser.open, waits: float = WAITS
) -> Thread | None:
    """Open the app in a browser as soon as it answers; nothing where there is no screen.

    Returns
    -------
    Thread or None
        The thread that waits.
    """
    if sys.platform.startswith("linux") and not any(map(os.environ.get, _SCREENS)):
        return None
    waiting = Thread(target=_open, args=(port, opener, waits), name="first look", daemon=True)
    waiting.start()
    return waiting


def _open(port: int, opener: Callable[[str], object], waits: float) -> None:
    """Ask until the app answers, then open it."""
    until = time.monotonic() + waits
    while time.monotonic() < until:
        if _answers(port):
            with suppress(webbrowser.Error, OSError):
                opener(f"http://localhost:{port}")
            return
        time.sleep(_EVERY)


def _answers(port: int) -> bool:
    """Tell whether the app answers on this machine."""
    ask = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        ask.request("GET", "/_stcore/health", headers={"Host": f"localhost:{port}"})
        return ask.getresponse().status == _OK
    except (OSError, HTTPException):
        return False
    finally:
        ask.close()
