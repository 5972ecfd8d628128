"""The background of the map: asked for on screen, warned of where it tells others, written down.

What may be chosen is the installation's setting (``MAPPER_BASEMAP``); nothing is on until somebody
turns it on, for their own session only. A file's tiles are served here, by ranges of bytes, to
whoever may use the app; every other background is fetched by the map's own frame, whose content
security policy then names that one host and no other.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from mapper.app.door.who import current_viewer
from mapper.app.shell.traces import trace
from mapper.app.shell.words import notice
from mapper.base.errors import MapperError
from mapper.base.settings import settings
from mapper.outputs.maps.basemap import Basemap, basemap_of

ADDRESS = "/basemap/tiles"
_ON = "mapper_basemap_on"
_NONE = "Plain ground"

WARNING = (
    "Tile requests leave this machine. Each one tells the server of these tiles, and whoever can"
    " read the way there, which streets are on your screen, at which moment, from which address."
    " Do not turn it on for a place under investigation."
)


def offered() -> Basemap | None:
    """Return the background that this installation offers.

    Raises
    ------
    InputError
        When the setting cannot be used.
    """
    return basemap_of(settings().basemap, credit=settings().basemap_credit)


def tiles_address() -> str | None:
    """Return where the page around a map reads tiles for it, if they lie in a file here."""
    under = current_basemap()
    return ADDRESS if under is not None and under.kind == "file" else None


def tile_reader() -> str:
    """Return the script that reads tiles for a map in its frame, to stand before a component's."""
    return (Path(__file__).parent / "tile_reader.js").read_text(encoding="utf-8")


def ask_basemap() -> None:
    """Ask for the background, if there is one to choose; a warned one needs a second yes."""
    try:
        found = offered()
    except MapperError as error:
        notice(str(error))
        return
    if found is None:
        return
    chosen = st.selectbox(
        "Background", [_NONE, found.title], key="basemap", persist_state="session"
    )
    wanted = chosen == found.title
    if wanted and found.kind != "file":
        notice(WARNING)
        wanted = st.checkbox(
            f"I have read this: ask {found.source} for tiles", key="basemap warned"
        )
    _turn(found, on=wanted)


def current_basemap() -> Basemap | None:
    """Return the background that this session has turned on."""
    return offered() if st.session_state.get(_ON) else None


def _turn(found: Basemap, *, on: bool) -> None:
    """Turn the background on or off, and write it down before anything is asked for."""
    if on == bool(st.session_state.get(_ON)):
        return
    detail = {"background": found.title, "source": found.source, "on": on}
    trace(current_viewer(), "settings", subject="Background of the map", detail=detail)
    st.session_state[_ON] = on


async def serve_tiles(request: Request) -> Response:
    """Answer with a part of the installation's own file of tiles; never with all of it."""
    try:
        found = offered()
    except MapperError as error:
        return PlainTextResponse(str(error), 404)
    if found is None or found.path is None:
        return PlainTextResponse("This installation has no file of tiles.", 404)
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return PlainTextResponse("Tiles are for this app's own pages.", 403)
    if not request.headers.get("range", "").startswith("bytes="):
        return PlainTextResponse("Ask for a range of bytes.", 416)
    return FileResponse(found.path, media_type="application/octet-stream")


ROUTE = Route(ADDRESS, serve_tiles, methods=["GET"])
