"""The door: with a provider set up, nothing but the sign-in page is answered without a sign-in.

Every request is refused unless it carries a sign-in that is live on the list
(:mod:`mapper.app.door.sign_ins`): pages, their scripts, media, uploads, maps, metrics and the
websocket alike. A file, an upload and a map are given to the sign-in that was told their address
and to no other. An open websocket is closed as soon as its sign-in is over, and its window is
cleared.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.user_info import generate_login_redirect_url

from mapper.app.door.frames import addresses_in, files_asked, go_to
from mapper.app.door.people_file import session_of
from mapper.app.door.provider import provider
from mapper.app.door.sign_in_cookie import claims_of, cookies_set_by, is_ready, tightened
from mapper.app.door.sign_in_page import SIGN_IN, sign_in_page
from mapper.app.door.sign_ins import LOOK_EVERY, Why, sign_ins
from mapper.app.shell.map_pages import VIEWER
from mapper.app.shell.traces import refused_sign_in, trace
from mapper.base.errors import RecordsError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer, brings_files, may
from mapper.records.sessions import session_key

_HEALTH, _CALLBACK, _LOGOUT = "/_stcore/health", "/oauth2callback", "/auth/logout"
_OPEN = frozenset({_HEALTH, "/auth/login", _CALLBACK, _LOGOUT})
_METRICS = "/_stcore/metrics"
_UPLOAD = "/_stcore/upload_file/"
_TOLD_ONLY = ("/media/", _UPLOAD)
_PROGRAM = "/static/"  # Streamlit's own scripts, the same for everybody
_TRACED = frozenset({403, 404})
_ASKING = ThreadPoolExecutor(8, "gate")
_AWAY = "The records cannot be reached just now, so nobody is let in. Try again in a minute."


class SignedInOnly:
    """Answer the signed in; show others where to sign in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let a websocket live as long as its sign-in."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        is_request = scope["type"] == "http"
        try:
            viewer = await _asked(partial(_viewer_of, HTTPConnection(scope)))
            if is_request and scope["path"] == _LOGOUT and viewer is not None:
                await asyncio.to_thread(_sign_out, viewer, "signed out")
        except RecordsError:
            away = PlainTextResponse(_AWAY, 503) if is_request else WebSocketClose(code=1013)
            await away(scope, receive, send)
            return
        answer = self._request if is_request else self._websocket
        await answer(scope, receive, send, viewer)

    async def _request(
        self, scope: Scope, receive: Receive, send: Send, viewer: Viewer | None
    ) -> None:
        """Answer a request of the web."""
        path = scope["path"]
        send = _tightening(send, path)
        if path == _CALLBACK:
            await self.app(scope, receive, _opening(send, replaced=viewer))
            return
        refusal = None if path in _OPEN else _refusal(HTTPConnection(scope), viewer)
        if refusal is not None:
            if viewer is not None and refusal.status_code in _TRACED:
                await asyncio.to_thread(trace, viewer, "refused", subject=path)
            await refusal(scope, receive, send)
            return
        scope[VIEWER] = viewer
        await self.app(scope, receive, send)

    async def _websocket(
        self, scope: Scope, receive: Receive, send: Send, viewer: Viewer | None
    ) -> None:
        """Let messages through while the sign-in lives."""
        if viewer is None:
            await WebSocketClose(code=1008)(scope, receive, send)
            return
        line = _Line(viewer, receive, send)
        scope[VIEWER] = viewer
        try:
            await self.app(scope, line.receive, line.send)
        finally:
            line.close()


class _Line:
    """A websocket and the sign-in that it belongs to."""

    def __init__(self, viewer: Viewer, receive: Receive, send: Send) -> None:
        self.viewer, self.session = viewer, viewer.session
        self._receive, self._send = receive, send
        self._next: asyncio.Future[Message] | None = None
        self._over = False

    async def receive(self) -> Message:
        """Return the next message that may pass; the end of the sign-in ends the line."""
        while True:
            if self._next is None:
                self._next = asyncio.ensure_future(self._receive())
            done, _ = await asyncio.wait({self._next}, timeout=LOOK_EVERY)
            message = self._next.result() if done else None
            if done:
                self._next = None
            asked = _asks(message, self.viewer)
            try:
                live = await _asked(partial(sign_ins.viewer, self.session, used=asked is not None))
            except RecordsError:  # the browser knocks again by itself, and loses nothing
                return await self._end(message, go_on=True)
            if live is None:
                return await self._end(message)
            if message is None:
                continue
            if self._may_pass(message, asked):
                return message
            await asyncio.to_thread(trace, self.viewer, "refused", subject="forged message")

    async def send(self, message: Message) -> None:
        """Send a message on, remembering which addresses it tells."""
        if self._over:
            return
        frame = message.get("bytes") if message["type"] == "websocket.send" else None
        if frame and not sign_ins.tell(self.session, addresses_in(frame)):
            return  # the reading side closes the line
        await self._send(message)

    def close(self) -> None:
        """Stop waiting for messages."""
        if self._next is not None:
            self._next.cancel()

    def _may_pass(self, message: Message, asked: list[str] | None) -> bool:
        """Tell whether a message may reach the app."""
        if message["type"] != "websocket.receive" or not message.get("bytes"):
            return True
        return asked is not None and all(sign_ins.was_told(self.session, one) for one in asked)

    async def _end(self, message: Message | None, *, go_on: bool = False) -> Message:
        """Close the line; where the sign-in is over, send the window to the sign-in page."""
        gone = message is not None and message["type"] == "websocket.disconnect"
        code, reason = (1013, "Try again") if go_on else (1008, "Signed out")
        if not gone and not self._over:
            self._over = True
            if not go_on:
                await self._send({"type": "websocket.send", "bytes": go_to("/?signed-out=over")})
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        return {"type": "websocket.disconnect", "code": code}


async def _asked(act: Callable[[], Viewer | None]) -> Viewer | None:
    """Return who is signed in, from a thread that whoever writes for long does not hold."""
    return await asyncio.get_running_loop().run_in_executor(_ASKING, act)


def _opening(send: Send, *, replaced: Viewer | None) -> Send:
    """Return a sender of the provider's return: it puts the sign-in on the list, or refuses it."""
    refused = False

    async def opening(message: Message) -> None:
        nonlocal refused
        if message["type"] == "http.response.start":
            claims = claims_of(cookies_set_by(message["headers"]))
            refused = claims is not None and not await asyncio.to_thread(_opened, claims, replaced)
            if refused:
                headers = [(b"location", b"/?signed-out=no-role")]
                message = {**message, "status": 302, "headers": headers}
        elif refused:
            message = {**message, "body": b""}
        await send(message)

    return opening


def _opened(claims: Mapping[str, Any], replaced: Viewer | None) -> bool:
    """Put a sign-in on the list, in place of the one that this browser had."""
    viewer, expires = provider().people.viewer(claims), claims.get("exp")
    if viewer is None:
        refused_sign_in(str(claims.get("sub", "")))
    if replaced is not None:
        _sign_out(replaced, "signed in again")
    if viewer is None or not isinstance(expires, int | float):
        return False
    return sign_ins.open(viewer, expires=float(expires))


def _asks(message: Message | None, viewer: Viewer) -> list[str] | None:
    """Return the files that a message asks for, or nothing where it is none of the browser's."""
    if message is None or message["type"] != "websocket.receive":
        return None
    frame = message.get("bytes")
    return files_asked(frame, uploads=brings_files(viewer)) if frame else None


def _viewer_of(connection: HTTPConnection) -> Viewer | None:
    """Return who asks, if their sign-in is live and the file of roles still gives them the same."""
    claims = claims_of(connection.cookies)
    viewer = sign_ins.viewer(session_of(claims), used=True) if claims else None
    if viewer is None or viewer == provider().people.viewer(claims or {}):
        return viewer
    _sign_out(viewer, "roles changed")
    return None


def _sign_out(viewer: Viewer, why: Why) -> None:
    """End a sign-in."""
    sign_ins.end(session_key(viewer.session), why=why)


def _refusal(connection: HTTPConnection, viewer: Viewer | None) -> Response | None:
    """Return why a request is not answered, or nothing if it is."""
    path = connection.scope["path"]
    if not is_ready():
        return PlainTextResponse("Sign-in is set up: start the app with mapper serve.", 503)
    if path == SIGN_IN:  # the way to the provider is Streamlit's own
        return RedirectResponse(generate_login_redirect_url("default"), 302)
    if viewer is None:
        return _where_to_sign_in(connection)
    return _refused_to(viewer, path)


def _refused_to(viewer: Viewer, path: str) -> Response | None:
    """Return why somebody who is signed in is not answered, or nothing if they are."""
    if path == _METRICS and not may(viewer, "change settings"):
        return PlainTextResponse("Metrics are for administrators.", 403)
    if path.startswith(_UPLOAD) and not brings_files(viewer):
        return PlainTextResponse("Your sign-in does not let you bring files in.", 403)
    if path.startswith(_TOLD_ONLY) and not sign_ins.was_told(viewer.session, path):
        return PlainTextResponse("There is no such file for you.", 404)
    return None


def _where_to_sign_in(connection: HTTPConnection) -> Response:
    """Return the sign-in page to a person, and a plain refusal to anything else."""
    wants_page = "text/html" in connection.headers.get("accept", "")
    if connection.scope["method"] == "GET" and wants_page:
        page = sign_in_page(connection.query_params.get("signed-out", ""))
        return HTMLResponse(page, 401, headers={"Cache-Control": "no-store"})
    return PlainTextResponse("Sign in first.", 401)


def _tightening(send: Send, path: str) -> Send:
    """Return a sender of answers that are kept nowhere, with cookies no looser than needed."""
    secure, longest = provider().is_secure, int(settings().session_hours * 3600)
    kept = path.startswith(_PROGRAM)

    async def tight(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [
                (name, tightened(value, secure=secure, longest=longest))
                if name.lower() == b"set-cookie"
                else (name, value)
                for name, value in message["headers"]
                if kept or name.lower() != b"cache-control"
            ]
            if not kept:  # neither the disk nor the button "back" brings it to light again
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        await send(message)

    return tight
