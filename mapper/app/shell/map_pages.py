"""Finished maps, served to the frame that shows them.

A map is made once for each release and kept compressed. It goes to the browser as a page of its
own, not through Streamlit's messages: a rerun of the app sends none of it again. Its address is
a keyed digest of session and release, so it can be neither guessed nor used after a restart; the
page runs in a sandbox, with no access to the app around it.
"""

import gzip
import hashlib
import secrets
from collections import OrderedDict
from threading import Lock

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

ADDRESS = "/maps/"
VIEWER = "mapper.viewer"  # where the gate writes who asks
_KEPT = 256  # addresses; sessions that look at the same release share its page


class MapPages:
    """The pages that can be asked for, by address."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._pages: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._lock = Lock()

    def put(self, page: bytes, *, session: str, digest: str, owner: str = "") -> str:
        """Keep a compressed page for a session and return its address.

        Parameters
        ----------
        owner
            The sign-in that may fetch it; empty where nobody signs in.
        """
        told = f"{session}\0{owner}\0{digest}".encode()
        name = hashlib.blake2b(told, key=self._secret, digest_size=24).hexdigest()
        with self._lock:
            self._pages[name] = (page, owner)
            self._pages.move_to_end(name)
            while len(self._pages) > _KEPT:
                self._pages.popitem(last=False)
        return f"{ADDRESS}{name}"

    def get(self, name: str, *, owner: str = "") -> bytes | None:
        """Return the compressed page of an address, if it is kept for this sign-in."""
        with self._lock:
            page, kept_for = self._pages.get(name, (None, ""))
        return page if kept_for == owner else None

    def clear(self) -> None:
        """Let go of every page; one that is looked at is put here again when its own page runs."""
        with self._lock:
            self._pages.clear()


map_pages = MapPages()


def compress(page: str) -> bytes:
    """Return a page as it is kept and sent; the same page gives the same bytes."""
    return gzip.compress(page.encode(), compresslevel=5, mtime=0)


async def serve_map(request: Request) -> Response:
    """Answer with a map, to a frame of this app only."""
    viewer = request.scope.get(VIEWER)
    owner = viewer.session if viewer is not None else ""
    page = map_pages.get(request.path_params["name"], owner=owner)
    if page is None or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return PlainTextResponse("This map is no longer kept. Load the page again.", 404)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Encoding": "gzip",
        "Content-Security-Policy": "sandbox allow-scripts; frame-ancestors 'self'",
        "Cache-Control": "no-store",
    }
    return Response(page, headers=headers)


ROUTE = Route(ADDRESS + "{name}", serve_map, methods=["GET"])
