"""The door: with a provider set up, nothing but the sign-in page is answered without a sign-in.

Every request, the websocket's too, is refused unless it carries a sign-in that is live on the list
(:mod:`mapper.app.door.sign_ins`). A file, an upload and a map are given to the sign-in that was
told their address. An open websocket is closed as soon as its sign-in is over, its window cleared.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.user_info import generate_login_redirect_url

from mapper.app.door.frames import addresses_in, files_asked, go_to
from mapper.app.door.people_file import session_of
from mapper.app.door.provider import provider
from mapper.app.door.sign_in_cookie import claims_of, cookies_set_by, is_ready, tightened
from mapper.app.door.sign_in_page import SIGN_IN, sign_in_page
from mapper.app.door.sign_ins import LOOK_EVERY, sign_ins
from mapper.app.shell.map_pages import VIEWER
from mapper.app.shell.traces import refused_sign_in, trace
from mapper.base.errors import RecordsError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer, brings_files, may
from mapper.records.sessions import session_key

_CALLBACK, _LOGOUT = "/oauth2callback", "/auth/logout"
_OPEN = frozenset({"/_stcore/health", "/auth/login", _CALLBACK, _LOGOUT})
_UPLOAD = "/_stcore/upload_file/"
_TOLD_ONLY = ("/media/", _UPLOAD)
_PROGRAM = "/static/"  # Streamlit's own scripts, the same for everybody
_ASKING = ThreadPoolExecutor(8, "gate")
_AWAY = "The records cannot be reached just now, so nobody is let in. Try again in a minute."


class SignedInOnly(BaseHTTPMiddleware):
    """Answer the signed in; show others where to sign in."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a websocket live as long as its sign-in; requests are answered below."""
        if scope["type"] != "websocket":
            await super().__call__(scope, receive, send)
            return
        try:
            viewer, code = await _asked(partial(_viewer_of, HTTPConnection(scope))), 1008
        except RecordsError:
            viewer, code = None, 1013
        if viewer is None:
            await WebSocketClose(code=code)(scope, receive, send)
            return
        scope[VIEWER], line = viewer, _Line(viewer, receive, send)
        await self.app(scope, line.receive, line.send)

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Answer a request of the web."""
        path = request.scope["path"]
        try:
            viewer = await _asked(partial(_viewer_of, request))
            if path == _LOGOUT and viewer is not None:
                key = session_key(viewer.session)
                await asyncio.to_thread(sign_ins.end, key, why="signed out")
        except RecordsError:
            return PlainTextResponse(_AWAY, 503)
        refusal = None if path in _OPEN else _refusal(request, viewer)
        if refusal is not None and viewer is not None and refusal.status_code in {403, 404}:
            await asyncio.to_thread(trace, viewer, "refused", subject=path)
        request.scope[VIEWER] = viewer
        answer = refusal or await call_next(request)
        claims = claims_of(cookies_set_by(answer.raw_headers)) if path == _CALLBACK else None
        if claims is not None and not await asyncio.to_thread(_opened, claims, viewer):
            answer = RedirectResponse("/?signed-out=no-role", 302)
        return _tightened(answer, path)


class _Line:
    """A websocket and the sign-in that it belongs to."""

    def __init__(self, viewer: Viewer, receive: Receive, send: Send) -> None:
        self.viewer, self._receive, self._send = viewer, receive, send
        self._over = False

    async def receive(self) -> Message:
        """Return the next message that may pass; the end of the sign-in ends the line."""
        while True:
            message = None
            with suppress(TimeoutError):  # what comes later waits for the next turn
                async with asyncio.timeout(LOOK_EVERY):
                    message = await self._receive()
            used, may_pass = self._judged(message)
            try:
                live = await _asked(partial(sign_ins.viewer, self.viewer.session, used=used))
            except RecordsError:  # the browser knocks again by itself, and loses nothing
                return await self._end(message, go_on=True)
            if live is None:
                return await self._end(message)
            if not may_pass:
                await asyncio.to_thread(trace, self.viewer, "refused", subject="forged message")
            elif message is not None:
                return message

    async def send(self, message: Message) -> None:
        """Send a message on, remembering which addresses it tells."""
        frame = message.get("bytes") if message["type"] == "websocket.send" else None
        if self._over or (frame and not sign_ins.tell(self.viewer.session, addresses_in(frame))):
            return  # the reading side closes the line
        await self._send(message)

    def _judged(self, message: Message | None) -> tuple[bool, bool]:
        """Tell whether a message is a use of the app, and whether it may reach it."""
        frame = message.get("bytes") if message else None
        if not frame:
            return False, True
        files = files_asked(frame, uploads=brings_files(self.viewer))
        told = [sign_ins.was_told(self.viewer.session, one) for one in files or ()]
        return files is not None, files is not None and all(told)

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


def _opened(claims: Mapping[str, Any], replaced: Viewer | None) -> bool:
    """Put a sign-in on the list, in place of the one that this browser had."""
    viewer, expires = provider().people.viewer(claims), claims.get("exp")
    if viewer is None:
        refused_sign_in(str(claims.get("sub", "")))
    if replaced is not None:
        sign_ins.end(session_key(replaced.session), why="signed in again")
    if viewer is None or not isinstance(expires, int | float):
        return False
    return sign_ins.open(viewer, expires=float(expires))


def _viewer_of(connection: HTTPConnection) -> Viewer | None:
    """Return who asks, if their sign-in is live and the file of roles still gives them the same."""
    claims = claims_of(connection.cookies)
    viewer = sign_ins.viewer(session_of(claims), used=True) if claims else None
    if viewer is None or viewer == provider().people.viewer(claims or {}):
        return viewer
    sign_ins.end(session_key(viewer.session), why="roles changed")
    return None


def _refusal(request: Request, viewer: Viewer | None) -> Response | None:
    """Return why a request is not answered, or nothing if it is."""
    path = request.scope["path"]
    if not is_ready():
        return PlainTextResponse("Sign-in is set up: start the app with mapper serve.", 503)
    if path == SIGN_IN:  # the way to the provider is Streamlit's own
        return RedirectResponse(generate_login_redirect_url("default"), 302)
    return _where_to_sign_in(request) if viewer is None else _refused_to(viewer, path)


def _refused_to(viewer: Viewer, path: str) -> Response | None:
    """Return why somebody who is signed in is not answered, or nothing if they are."""
    if path == "/_stcore/metrics" and not may(viewer, "change settings"):
        return PlainTextResponse("Metrics are for administrators.", 403)
    if path.startswith(_UPLOAD) and not brings_files(viewer):
        return PlainTextResponse("Your sign-in does not let you bring files in.", 403)
    if path.startswith(_TOLD_ONLY) and not sign_ins.was_told(viewer.session, path):
        return PlainTextResponse("There is no such file for you.", 404)
    return None


def _where_to_sign_in(request: Request) -> Response:
    """Return the sign-in page to a person, and a plain refusal to anything else."""
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        page = sign_in_page(request.query_params.get("signed-out", ""))
        return HTMLResponse(page, 401, headers={"Cache-Control": "no-store"})
    return PlainTextResponse("Sign in first.", 401)


def _tightened(answer: Response, path: str) -> Response:
    """Return an answer that is kept nowhere, with cookies no looser than needed."""
    longest = int(settings().session_hours * 3600)
    tight = partial(tightened, secure=provider().is_secure, longest=longest)
    answer.raw_headers = [
        (name, tight(value) if name.lower() == b"set-cookie" else value)
        for name, value in answer.raw_headers
    ]
    if not path.startswith(_PROGRAM):  # neither the disk nor the button "back" brings it back
        answer.headers["cache-control"] = "no-store"
    return answer
