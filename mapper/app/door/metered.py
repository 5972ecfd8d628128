"""Counts of requests and windows, and the page where an operator's monitoring fetches them.

An app for one person gives them to its own machine, like everything. Where people sign in they
are given to whoever holds the token of ``MAPPER_METRICS_TOKEN``; without one, to nobody.
"""

import secrets

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mapper.app.door.sign_ins import sign_ins
from mapper.app.shell.map_pages import ADDRESS
from mapper.app.shell.metrics import REGISTRY, REQUESTS, SIGNED_IN, WINDOWS
from mapper.base.settings import settings

PATH = "/metrics"
_KINDS = {
    ADDRESS: "map",
    "/media/": "file",
    "/_stcore/upload_file/": "upload",
    "/_stcore/": "streamlit",
    "/static/": "streamlit",
    "/auth/": "sign-in",
    "/oauth2callback": "sign-in",
}


class Metered:
    """Count what is asked and answered; give the counts to whoever may have them."""

    def __init__(self, app: ASGIApp, *, signs_in: bool) -> None:
        self.app = app
        self.signs_in = signs_in
        SIGNED_IN.set_function(sign_ins.count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            with WINDOWS.track_inprogress():
                await self.app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH and self._may(scope):
            counts = Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
            await counts(scope, receive, send)
        elif scope["type"] == "http":
            await self.app(scope, receive, _counting(scope["path"], send))
        else:
            await self.app(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        """Tell whether whoever asks is given the counts."""
        token = settings().metrics_token.get_secret_value()
        told = Headers(scope=scope).get("authorization", "")
        if token:
            return secrets.compare_digest(told.encode(), f"Bearer {token}".encode())
        return not self.signs_in


def _counting(path: str, send: Send) -> Send:
    """Return a sender that counts the answer."""
    kind = next((kind for start, kind in _KINDS.items() if path.startswith(start)), "page")

    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            REQUESTS.labels(kind, f"{message['status'] // 100}xx").inc()
        await send(message)

    return counted
