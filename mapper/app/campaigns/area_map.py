"""The map through a campaign's lens, on which hot spots are chosen and areas drawn.

It is the map of the other pages in its sandboxed frame; the drawing is that of My patch
(:file:`mapper/outputs/maps/patch.js`). “Area in view” draws with no pointer at all.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mapper.app.patch.panel import corners_of
from mapper.app.shell.basemap import current_basemap, tiles_address
from mapper.app.shell.map_frame import FRAME_CSS, frame_script
from mapper.app.shell.once import map_address_once
from mapper.base.palette import with_colours
from mapper.disclosure.release import Release, is_release
from mapper.outputs.maps import embed_map

_HEIGHT = 460
_NO_MONTHS: dict[str, list[Any]] = {"names": [], "starts": [], "rings": [], "counts": []}
_DRAWING: dict[str, Any] = {"months": _NO_MONTHS, "places": [], "starts": None}
_HTML = """<div class="bar">
<button type="button" class="draw" aria-pressed="false">Draw an area</button>
<button type="button" class="view">Area in view</button><output></output></div>
<iframe sandbox="allow-scripts" referrerpolicy="no-referrer"></iframe>"""
_CSS = with_colours(
    f"{FRAME_CSS}"
    " .bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-bottom: 8px; }"
    " .bar button { min-height: 36px; padding: 4px 12px; border: 1px solid var(--c-edge);"
    " border-radius: 6px; background: var(--c-paper); color: var(--c-ink); font: inherit; }"
    ' .bar button[aria-pressed="true"] { outline: 2px solid var(--c-link); }'
    " .bar output { color: var(--c-soft); font-size: 14px; }",
    follows=True,
)
_JS = """function start(root) {
  const frame = root.querySelector("iframe"), draw = root.querySelector(".draw");
  const state = { frame, tiles: null, draw, told: root.querySelector("output"), on: false };
  const send = (message) => frame.contentWindow.postMessage(message, "*");
  const press = (on) => {
    state.on = on;
    draw.setAttribute("aria-pressed", String(on));
    state.told.textContent = on ?
      "Click the corners; double click, Enter or the first corner ends it. Escape leaves it." : "";
  };
  draw.addEventListener("click", () => {
    press(!state.on);
    send({ mapper: "draw", on: state.on });
  });
  root.querySelector(".view").addEventListener("click", () => {
    press(false);
    send({ mapper: "frame" });
  });
  state.hear = (event) => {
    const told = event.data;
    if (event.source !== frame.contentWindow || !told) { return; }
    if (told.mapper === "ready" && state.on) { send({ mapper: "draw", on: true }); }
    if (told.mapper === "tile") { answerTile(state, told); }
    if (told.mapper === "chosen") { state.say("chosen", { id: String(told.id) }); }
    if (told.mapper === "drawn") { press(false); state.say("drawn", { points: told.points }); }
  };
  window.addEventListener("message", state.hear);
  return state;
}

export default function ({ data, parentElement, setStateValue }) {
  const frame = parentElement.querySelector("iframe");
  const state = frame.mapperState ?? (frame.mapperState = start(parentElement));
  state.say = (name, more) => setStateValue(name, { release: data.release, ...more });
  return keepFrame(frame, state, data);
}"""


@dataclass(frozen=True)
class AreaChoice:
    """What the browser told: the chosen hot spot, and the corners of a drawn area."""

    chosen: str = ""
    corners: tuple[tuple[float, float], ...] = ()  # (lon, lat)


def show_area_map(shown: Release, *, key: str) -> AreaChoice:
    """Draw the map and return what was chosen and drawn on it."""
    told = {"src": _address(is_release(shown)), "tiles": tiles_address(), "release": shown.digest}
    found = _component()(
        key=key,
        data={**told, "title": f"Map: {shown.title}, {shown.period}", "height": _HEIGHT},
        on_chosen_change=lambda: None,
        on_drawn_change=lambda: None,
    )
    chosen, drawn = found.get("chosen") or {}, found.get("drawn") or {}
    id_ = str(chosen.get("id")) if chosen.get("release") == shown.digest else ""
    corners = corners_of(drawn.get("points")) if drawn.get("release") == shown.digest else ()
    return AreaChoice(id_ if id_ in set(shown.hotspots["hotspot_id"]) else "", corners)


def _address(shown: Release) -> str:
    """Return where this session finds the map; no other sign-in is served it."""
    under = current_basemap()
    told = hashlib.sha256(json.dumps(_DRAWING, sort_keys=True).encode()).hexdigest()
    key = f"{shown.digest} {told} {under.key if under else ''}"
    return map_address_once(key, lambda: embed_map(shown, patch=_DRAWING, basemap=under))


def _component() -> Any:
    """Return the component, registered with the app that runs now."""
    script = f"{frame_script()}\n{_JS}"
    return st.components.v2.component("mapper_area_map", html=_HTML, css=_CSS, js=script)
