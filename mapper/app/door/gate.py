"""The door: with a provider set up, nothing but the sign-in page is answered without a sign-in.

Every request, the websocket's too, is refused unless it carries a sign-in that is live on the list
(:mod:`mapper.app.door.sign_ins`). Starlette's threads ask the list; what is written waits on other
threads, so that nobody stands at the door for whoever writes for long. A file, an upload and a map
are given to the sign-in that was told their address. An open websocket is closed as soon as its
sign-in is over, its window cleared.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send
from streamlit.auth_util import encode_provider_token

from mapper.app.door.frames import addresses_in, files_asked, go_to
from mapper.app.door.people_file import session_of
from mapper.app.door.provider import provider
from mapper.app.door.security import AWAY, Door
from mapper.app.door.sign_in_cookie import claims_of, tighten_cookies
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
_NOTHING_YET = "nothing yet"
_AWAY = "The records cannot be reached just now, so nobody is let in. Try again in a minute."


class SignedInOnly(Door):
    """Answer the signed in; show others where to sign in."""

    async def refusal(self, asked: HTTPConnection) -> Response | None:
        """Refuse who is not signed in, and what a sign-in does not open."""
        path = asked.scope["path"]
        if path == SIGN_IN:  # the way to the provider is Streamlit's own
            return RedirectResponse(f"/auth/login?provider={encode_provider_token('default')}", 302)
        try:
            viewer = asked.scope[VIEWER] = await run_in_threadpool(_viewer_of, asked)
        except RecordsError:
            return PlainTextResponse(_AWAY, AWAY)
        if viewer is None:
            return _where_to_sign_in(asked)
        refused = _refusal_to(viewer, path)
        if refused is not None:
            await asyncio.to_thread(trace, viewer, "refused", subject=path)
        return refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let a websocket live as long as its sign-in."""
        if scope["type"] == "http":
            send = partial(_send, scope, send)
        elif scope["type"] == "websocket":
            line = _Line(scope, receive, send)
            receive, send = line.hear, line.tell
        await super().__call__(scope, receive, send)


@dataclass(eq=False)
class _Line:
    """A websocket and the sign-in that it belongs to."""

    scope: Scope
    receive: Receive
    send: Send
    over: bool = False

    async def hear(self) -> Message:
        """Return the next message that may pass; the end of the sign-in ends the line."""
        viewer: Viewer = self.scope[VIEWER]
        while True:
            message: Message = {"type": _NOTHING_YET}
            with suppress(TimeoutError):  # what comes later waits for the next turn
                async with asyncio.timeout(LOOK_EVERY):
                    message = await self.receive()
            if message["type"] == "websocket.disconnect":
                return message
            frame = message.get("bytes")
            files = files_asked(frame, uploads=brings_files(viewer)) if frame else []
            used = bool(frame) and files is not None  # what no page sends is no use of the app
            try:
                if not await run_in_threadpool(sign_ins.viewer, viewer.session, used=used):
                    return await self._end(1008, "Signed out", go_to("/?signed-out=over"))
            except RecordsError:  # the browser knocks again by itself, and loses nothing
                return await self._end(1013, "Try again")
            if files is None or not all(sign_ins.was_told(viewer.session, one) for one in files):
                await asyncio.to_thread(trace, viewer, "refused", subject="forged message")
            elif message["type"] != _NOTHING_YET:
                return message

    async def tell(self, message: Message) -> None:
        """Send a message on, remembering which addresses it tells."""
        frame = message.get("bytes")
        if frame and not sign_ins.tell(self.scope[VIEWER].session, addresses_in(frame)):
            return  # the reading side closes the line
        if not self.over:
            await self.send(message)

    async def _end(self, code: int, reason: str, *last: bytes) -> Message:
        """Say what is left to say, and close the line, once."""
        if not self.over:
            self.over = True
            for frame in last:
                await self.send({"type": "websocket.send", "bytes": frame})
            await self.send({"type": "websocket.close", "code": code, "reason": reason})
        return {"type": "websocket.disconnect", "code": code}


def _viewer_of(asked: HTTPConnection) -> Viewer | None:
    """Return who asks, if their sign-in is live, goes on and has the roles that the file gives."""
    claims = claims_of(asked.cookies)
    viewer = sign_ins.viewer(session_of(claims), used=True) if claims else None
    if viewer is None or claims is None:
        return None
    changed = viewer != provider().people.viewer(claims)
    if not changed and asked.scope["path"] != _LOGOUT:
        return viewer
    sign_ins.end(session_key(viewer.session), why="roles changed" if changed else "signed out")
    return None


def _where_to_sign_in(asked: HTTPConnection) -> Response | None:
    """Return the sign-in page to a person, a plain refusal to others, nothing for what is open."""
    if asked.scope["type"] == "http" and asked.scope["path"] in _OPEN:
        return None
    if asked.scope.get("method") == "GET" and "text/html" in asked.headers.get("accept", ""):
        return HTMLResponse(sign_in_page(asked.query_params.get("signed-out", "")), 401)
    return PlainTextResponse("Sign in first.", 401)


def _refusal_to(viewer: Viewer, path: str) -> Response | None:
    """Return why somebody who is signed in is not answered, or nothing if they are."""
    if path == "/_stcore/metrics" and not may(viewer, "change settings"):
        return PlainTextResponse("Metrics are for administrators.", 403)
    if path.startswith(_UPLOAD) and not brings_files(viewer):
        return PlainTextResponse("Your sign-in does not let you bring files in.", 403)
    if path.startswith(_TOLD_ONLY) and not sign_ins.was_told(viewer.session, path):
        return PlainTextResponse("There is no such file for you.", 404)
    return None


async def _send(scope: Scope, send: Send, message: Message) -> None:
    """Send an answer that is kept nowhere; the provider's own puts a sign-in on the list."""
    path = scope["path"]
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        longest = int(settings().session_hours * 3600)
        told = tighten_cookies(headers, secure=provider().is_secure, longest=longest)
        claims = claims_of(told) if path == _CALLBACK else None
        if claims is not None and not await asyncio.to_thread(_opened, claims, scope[VIEWER]):
            del headers["set-cookie"]
            headers["location"] = "/?signed-out=no-role"
        if not path.startswith(_PROGRAM):  # neither the disk nor the button "back" brings it back
            headers["cache-control"] = "no-store"
    await send(message)


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
