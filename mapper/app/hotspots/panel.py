"""Map and list side by side: what is chosen in one is chosen in the other.

The map is fetched by its frame from its own address (:mod:`mapper.app.shell.map_pages`) and the
choice is carried between frame and list in the browser, so neither a choice nor panning waits for
the server; only the details of the chosen hot spot are fetched, in a rerun of one fragment.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from mapper.app.hotspots.columns import PlaceFigure
from mapper.app.shell.basemap import tile_reader, tiles_address
from mapper.app.shell.listed import directions_of, rows_of
from mapper.app.shell.results import map_address
from mapper.base.palette import with_colours
from mapper.base.text import count
from mapper.context.places import Places
from mapper.disclosure.release import Release, is_release
from mapper.outputs.standard_words import nothing_words, places_words
from mapper.outputs.tables import busiest_words

_HERE = Path(__file__).parent
CHOSEN = "mapper_chosen"
_HEARD = "mapper_chosen_heard"  # what the browser said last: said again, it is no news


def show_panel(shown: Release, columns: Sequence[PlaceFigure], places: Places | None = None) -> str:
    """Draw map and list and return the id of the chosen hot spot, empty if none is.

    Parameters
    ----------
    columns
        Figures of each place, by :func:`mapper.app.hotspots.columns.columns_of`.
    places
        Of which landmarks are drawn and named.
    """
    rows = rows_of(is_release(shown))
    known = {row["hotspot_id"] for row in rows}
    chosen = st.session_state.get(CHOSEN, "")
    told = directions_of(shown, places)
    found = _component()(
        key="hotspot panel",
        data={
            "src": map_address(shown, places),
            "tiles": tiles_address(),
            "release": shown.digest,
            "rows": [
                _listed(row, told.get(row["hotspot_id"], ""), [one.cell(row) for one in columns])
                for row in rows
            ],
            "columns": [{"title": one.title, "help": one.help} for one in columns],
            "heading": count(len(rows), "hot spot") if rows else "No hot spot",
            "hint": _hint(shown),
            "chosen": chosen if chosen in known else None,
        },
        on_chosen_change=lambda: None,
    )
    told = found.get("chosen") or {}
    if told != st.session_state.get(_HEARD) and told.get("release") == shown.digest:
        st.session_state[_HEARD] = told
        chosen = st.session_state[CHOSEN] = str(told.get("id"))
    return chosen if chosen in known else ""


def _listed(
    row: dict[str, Any], direction: str, figures: Sequence[tuple[str, float | None]]
) -> dict[str, Any]:
    """Return what the list shows of a hot spot; the browser sets it as text."""
    return {
        "id": row["hotspot_id"],
        "rank": row.get("rank", row.get("number")),
        "name": row["name"],
        "where": ", ".join(part for part in (row["district"], direction) if part),
        "reason": row["reason"],
        "busiest": busiest_words(row),
        "figures": figures,
    }


def _hint(shown: Release) -> str:
    """Say how to use the list, or what its emptiness means."""
    if len(shown.hotspots):
        return f"{places_words(shown)}; largest excess first. Choose one for details."
    return (
        f"{nothing_words(shown)}. Choose a longer period, larger cells or another"
        " harm, or take it as the answer."
    )


def _component() -> Any:
    """Return the component, registered with the app that runs now."""
    html, css, js = _sources()
    return st.components.v2.component("mapper_hotspot_panel", html=html, css=css, js=js)


@cache
def _sources() -> tuple[str, ...]:
    """Return the component's own files."""
    html, css, js = (
        (_HERE / name).read_text(encoding="utf-8")
        for name in ("panel.html", "panel.css", "panel.js")
    )
    return html, with_colours(css, follows=True), f"{tile_reader()}\n{js}"
