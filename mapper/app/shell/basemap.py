"""The background of the map: asked for on screen, warned of where it tells others, written down.

What may be chosen is the installation's setting (``MAPPER_BASEMAP``), else the streets that were
made for its area, else the demonstration's own where that is looked at. Streets in vector tiles
stand under every map until somebody takes them off; anything else is off until somebody turns it
on, for their own session only. A file's tiles are served here, by ranges of bytes, to whoever may
use the app; every other background is fetched by the map's own frame, whose content security policy
then names that one host and no other.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from mapper.app.door.who import current_viewer
from mapper.app.shell.data_in_use import current_dataset, data_is_at_hand
from mapper.app.shell.datasets import demonstration_ground
from mapper.app.shell.traces import trace
from mapper.app.shell.words import notice
from mapper.base.errors import MapperError
from mapper.outputs.maps.basemap import Basemap, basemap_of, installed_basemap

ADDRESS = "/basemap/tiles"
_DEMONSTRATION = "/basemap/demonstration"
_ON = "mapper_basemap_on"
_NONE = "Plain ground"

WARNING = (
    "Tile requests leave this machine. Each one tells the server of these tiles, and whoever can"
    " read the way there, which streets are on your screen, at which moment, from which address."
    " Do not turn it on for a place under investigation."
)


def offered() -> Basemap | None:
    """Return the background that is offered under what this session looks at.

    Raises
    ------
    MapperError
        When the setting or the file cannot be used.
    """
    return installed_basemap() or _demonstrated()


def _demonstrated() -> Basemap | None:
    """Return the invented streets, under the generated demonstration and nothing else."""
    if not data_is_at_hand() or not current_dataset().demonstration:
        return None
    ground = demonstration_ground()
    return basemap_of(str(ground)) if ground is not None else None


def tiles_address() -> str | None:
    """Return where the page around a map reads tiles for it, if they lie in a file here."""
    under = current_basemap()
    if under is None or under.kind != "file":
        return None
    return _DEMONSTRATION if under.path == demonstration_ground() else ADDRESS


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
        "Background",
        [_NONE, found.title],
        index=int(found.vector),
        key="basemap",
        persist_state="session",
    )
    wanted = chosen == found.title
    if wanted and found.kind != "file":
        notice(WARNING)
        wanted = st.checkbox(
            f"I have read this: ask {found.source} for tiles", key="basemap warned"
        )
    _turn(found, on=wanted)


def current_basemap() -> Basemap | None:
    """Return the background that is on in this session; one that cannot be used stops no map."""
    try:
        found = offered()
    except MapperError:
        return None  # what is wrong with it is said where a background is chosen
    return found if found is not None and _is_on(found) else None


def printed_ground() -> Path | None:
    """Return the vector tiles that printed maps of this session draw streets from, if any."""
    under = current_basemap()
    return under.path if under is not None and under.vector else None


def _is_on(found: Basemap) -> bool:
    """Tell whether a background is on: streets of vector tiles until they are taken off."""
    return bool(st.session_state.get(_ON, found.vector))


def _turn(found: Basemap, *, on: bool) -> None:
    """Turn the background on or off, and write it down before anything is asked for."""
    if on == _is_on(found):
        return
    detail = {"background": found.title, "source": found.source, "on": on}
    trace(current_viewer(), "settings", subject="Background of the map", detail=detail)
    st.session_state[_ON] = on


async def serve_tiles(request: Request) -> Response:
    """Answer with a part of a file of tiles of this machine; never with all of it."""
    try:
        path = _served(request.url.path)
    except MapperError as error:
        return PlainTextResponse(str(error), 404)
    if path is None:
        return PlainTextResponse("This installation has no file of tiles.", 404)
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return PlainTextResponse("Tiles are for this app's own pages.", 403)
    if not request.headers.get("range", "").startswith("bytes="):
        return PlainTextResponse("Ask for a range of bytes.", 416)
    return FileResponse(path, media_type="application/octet-stream")


def _served(address: str) -> Path | None:
    """Return the file that lies behind one of the two addresses of tiles."""
    if address == _DEMONSTRATION:
        return demonstration_ground()
    found = installed_basemap()
    return found.path if found is not None else None


ROUTES = [Route(at, serve_tiles, methods=["GET"]) for at in (ADDRESS, _DEMONSTRATION)]
