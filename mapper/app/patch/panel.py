"""Maps and cards of a patch side by side, in step in the browser; see :file:`panel.js`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from mapper.app.shell.basemap import tile_reader, tiles_address
from mapper.base.palette import with_colours

_HERE = Path(__file__).parent
_MOST_CORNERS = 400
_HEARD = "patch spot heard"  # what the browser said last: said again, it is no news


@dataclass(frozen=True)
class PanelChoice:
    """What the browser told: the chosen hot spot, and the corners of a drawn area."""

    chosen: str = ""
    corners: tuple[tuple[float, float], ...] = ()  # (lon, lat)


def show_patch_panel(data: Mapping[str, Any]) -> PanelChoice:
    """Draw the panel and return what was chosen and drawn on it."""
    steady = {name: value for name, value in data.items() if name not in {"chosen", "found"}}
    digest = hashlib.sha256(json.dumps(steady, sort_keys=True).encode()).hexdigest()
    found = _component()(
        key="patch panel",
        data={**data, "digest": digest, "tiles": tiles_address()},
        on_chosen_change=lambda: None,
        on_drawn_change=lambda: None,
    )
    known = {card["id"] for card in data["cards"]}
    chosen, drawn = found.get("chosen") or {}, found.get("drawn") or {}
    id_ = data["chosen"]
    if chosen != st.session_state.get(_HEARD) and chosen.get("release") == data["release"]:
        st.session_state[_HEARD] = chosen
        id_ = str(chosen.get("id"))
    corners = corners_of(drawn.get("points")) if drawn.get("release") == data["release"] else ()
    return PanelChoice(chosen=id_ if id_ in known else "", corners=corners)


def corners_of(points: object) -> tuple[tuple[float, float], ...]:
    """Return the corners of an area as the browser sent them; nothing where they are none."""
    if not isinstance(points, list) or not 3 <= len(points) <= _MOST_CORNERS:  # noqa: PLR2004 - fewer corners hold no area
        return ()
    found = []
    for point in points:
        if not (isinstance(point, list) and len(point) == 2):  # noqa: PLR2004 - longitude, latitude
            return ()
        lon, lat = point
        if not all(isinstance(one, int | float) and abs(one) <= 180 for one in (lon, lat)):  # noqa: PLR2004 - degrees
            return ()
        found.append((float(lon), float(lat)))
    return tuple(found)


def _component() -> Any:
    """Return the component, registered with the app that runs now."""
    html, css, js = _sources()
    return st.components.v2.component("mapper_patch_panel", html=html, css=css, js=js)


@cache
def _sources() -> tuple[str, ...]:
    """Return the component's own files."""
    html, css, js = (
        (_HERE / f"panel.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    return html, with_colours(css, follows=True), f"{tile_reader()}\n{js}"
