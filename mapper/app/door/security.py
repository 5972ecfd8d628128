"""What the app answers at all, and what a browser may do with the answer.

Streamlit checks hosts on its websocket only, and looks up this machine's public address on the
internet when an unknown origin knocks. This layer stands in front of everything: requests for
another host or from another origin are turned away, and every answer forbids the browser to fetch
anything from elsewhere.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

POLICY = (
    "default-src 'self'; script-src 'self' blob: 'unsafe-inline' 'wasm-unsafe-eval';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; worker-src 'self' blob:; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_ONLY_SECURE = {"Strict-Transport-Security": "max-age=31536000"}  # where the app has TLS
AWAY = 503
_PINGS = ("/_stcore/health", "/_stcore/host-config")
_THIS_MACHINE = ("127.", "::1", "::ffff:127.")
# A name or address and a port, and not a character more: what a lenient reading of
# "localhost:8501.evil.example" takes for a port is the rest of somebody else's name
_HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)


@dataclass(eq=False)
class Door(ABC):
    """A layer in front of the app: it answers what it refuses, and hands on the rest."""

    app: ASGIApp

    @abstractmethod
    async def refusal(self, asked: HTTPConnection) -> Response | None:
        """Return why a request or a websocket is not let in, or nothing if it is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or open one websocket."""
        asked = scope["type"] in {"http", "websocket"}
        answer = await self.refusal(HTTPConnection(scope)) if asked else None
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        else:  # it is told to try again, or closed for good
            code = 1013 if answer.status_code == AWAY else 1008
            await WebSocketClose(code=code)(scope, receive, send)


@dataclass(eq=False)
class Closed(Door):
    """Answer nothing but why: what an installation whose sign-in is set up in part does."""

    words: str

    async def refusal(self, asked: HTTPConnection) -> Response:
        """Refuse everything."""
        del asked
        return PlainTextResponse(self.words, AWAY)


class ThisMachineOnly(Door):
    """Turn away other machines: nobody signs in here, so whoever asks is the one person."""

    async def refusal(self, asked: HTTPConnection) -> Response | None:
        """Refuse whoever is not on this machine."""
        if asked.client and asked.client.host.startswith(_THIS_MACHINE):
            return None
        return PlainTextResponse("Without sign-in this app serves its own machine only.", 403)


class OwnDoorsOnly(Door):
    """Shut the doors of Streamlit that the app does not use, and answer pings below a page.

    Streamlit can be driven by programs without a browser, where an option or a variable of the
    machine turns that on: nothing here is made or tested for it. And a page that is opened by its
    own address is looked for below it first; a status that is neither a find nor a fault sends the
    browser on to the root without an error in its console.
    """

    async def refusal(self, asked: HTTPConnection) -> Response | None:
        """Refuse what nobody's browser asks for, and a ping that is not for the root."""
        path = asked.scope["path"]
        if "/_stcore/agent" in path:
            return PlainTextResponse("This app is for people with a browser.", 404)
        if path.endswith(_PINGS) and path not in _PINGS:
            return PlainTextResponse("The app is at the root.", 300)
        return None


@dataclass(eq=False)
class OwnHostsOnly(Door):
    """Turn away requests for other hosts or from other origins, and add the headers above."""

    hosts: Sequence[str]
    secure: bool = False

    async def refusal(self, asked: HTTPConnection) -> Response | None:
        """Refuse a host or an origin that is not this app's own."""
        host, origin = asked.headers.get("host", ""), asked.headers.get("origin")
        own = f"{'https' if self.secure else 'http'}://{host}".lower()
        parts, names = _HOST.fullmatch(host), {one.lower().strip("[]") for one in self.hosts}
        is_own = parts is not None and parts["name"].lower().strip("[]") in names
        if is_own and (origin is None or origin.lower() == own):
            return None
        return PlainTextResponse("This app answers on its own address only.", 421)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the headers, whatever the answer is."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (_HEADERS | (_ONLY_SECURE if self.secure else {})).items():
                    headers.setdefault(name, value)
            await send(message)

        await super().__call__(scope, receive, send_with_headers)
