"""What the app answers at all, and what a browser may do with the answer.

Streamlit checks hosts on its websocket only, and looks up this machine's public address on the
internet when an unknown origin knocks. This layer stands in front of everything: requests for
another host or from another origin are turned away, and every answer forbids the browser to fetch
anything from elsewhere.
"""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
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


_PINGS = ("/_stcore/health", "/_stcore/host-config")
_THIS_MACHINE = ("127.", "::1", "::ffff:127.")
# A name or address and a port, and not a character more: what a lenient reading of
# "localhost:8501.evil.example" takes for a port is the rest of somebody else's name
_HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)


class Closed:
    """Answer nothing but why: what an installation whose sign-in is set up in part does."""

    def __init__(self, app: ASGIApp, *, words: str) -> None:
        self.app = app
        self.words = words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse one request."""
        if scope["type"] == "http":
            await PlainTextResponse(self.words, 503)(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class ThisMachineOnly:
    """Turn away other machines: nobody signs in here, so whoever asks is the one person."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        client = scope.get("client") or ("", 0)
        if scope["type"] not in {"http", "websocket"} or client[0].startswith(_THIS_MACHINE):
            await self.app(scope, receive, send)
            return
        refusal = PlainTextResponse("Without sign-in this app serves its own machine only.", 403)
        closed = WebSocketClose(code=1008)
        await (refusal if scope["type"] == "http" else closed)(scope, receive, send)


class OwnDoorsOnly:
    """Shut the doors of Streamlit that the app does not use, and answer pings below a page.

    Streamlit can be driven by programs without a browser, where an option or a variable of the
    machine turns that on: nothing here is made or tested for it. And a page that is opened by its
    own address is looked for below it first; a status that is neither a find nor a fault sends the
    browser on to the root without an error in its console.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] == "http" and "/_stcore/agent" in path:
            await PlainTextResponse("This app is for people with a browser.", 404)(
                scope, receive, send
            )
        elif scope["type"] == "http" and path.endswith(_PINGS) and path not in _PINGS:
            await PlainTextResponse("The app is at the root.", 300)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class OwnHostsOnly:
    """Turn away requests for other hosts or from other origins, and add the headers above."""

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], secure: bool = False) -> None:
        self.app = app
        self.hosts = frozenset(host.lower().strip("[]") for host in hosts)
        self.scheme = "https" if secure else "http"
        self.headers = {**_HEADERS, **(_ONLY_SECURE if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        if not self._is_own(Headers(scope=scope)):
            refusal = PlainTextResponse("This app answers on its own address only.", 421)
            closed = WebSocketClose(code=1008)
            await (refusal if scope["type"] == "http" else closed)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _is_own(self, headers: Headers) -> bool:
        """Tell whether host and origin are this app's own."""
        host = headers.get("host", "")
        parts = _HOST.fullmatch(host)
        if parts is None or parts["name"].lower().strip("[]") not in self.hosts:
            return False
        origin = headers.get("origin")
        return origin is None or origin.lower() == f"{self.scheme}://{host}".lower()
