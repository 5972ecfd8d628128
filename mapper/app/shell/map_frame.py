"""The map of a release alone, in its sandboxed frame: for pages without the list beside it."""

from functools import cache
from typing import Any

import streamlit as st

from mapper.app.shell.basemap import tile_reader, tiles_address
from mapper.app.shell.results import map_address
from mapper.base.palette import with_colours
from mapper.context.places import Places
from mapper.disclosure.release import Release, is_release

_HTML = '<iframe sandbox="allow-scripts" referrerpolicy="no-referrer"></iframe>'
FRAME_CSS = (
    "iframe { display: block; width: 100%; border: 1px solid var(--c-edge); border-radius: 6px;"
    " background: var(--c-sea); box-sizing: border-box; }"
)
# Shows what a frame is told to; gives back what clears up after it.
_KEEP_FRAME = """function keepFrame(frame, state, data) {
  if (state.tiles !== data.tiles) { state.tiles = data.tiles; state.file = undefined; }
  frame.title = data.title;
  frame.style.height = `${data.height}px`;
  if (frame.dataset.src !== data.src) { frame.dataset.src = data.src; showMap(frame, data.src); }
  return () => {
    if (frame.isConnected) { return; }
    window.removeEventListener("message", state.hear);
    frame.mapperState = undefined;
  };
}"""
_JS = """function start(frame) {
  const state = { frame, tiles: null };
  state.hear = (event) => {
    if (event.source !== frame.contentWindow || event.data?.mapper !== "tile") { return; }
    answerTile(state, event.data);
  };
  window.addEventListener("message", state.hear);
  return state;
}

export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector("iframe");
  const state = frame.mapperState ?? (frame.mapperState = start(frame));
  return keepFrame(frame, state, data);
}"""


def show_map(shown: Release, *, title: str, height: int, places: Places | None = None) -> None:
    """Draw the map of a release, so many pixels high.

    Parameters
    ----------
    places
        Of which stations and the like are drawn.
    """
    told = {"src": map_address(is_release(shown), places), "tiles": tiles_address()}
    _component()(key=f"map frame {height}", data={**told, "title": title, "height": height})


def _component() -> Any:
    """Return the component, registered with the app that runs now."""
    css = with_colours(FRAME_CSS, follows=True)
    script = f"{frame_script()}\n{_JS}"
    return st.components.v2.component("mapper_map_frame", html=_HTML, css=css, js=script)


@cache
def frame_script() -> str:
    """Return what a component with a map's frame needs: tiles for the map, and ``keepFrame``."""
    return f"{tile_reader()}\n{_KEEP_FRAME}"
