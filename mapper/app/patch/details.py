"""Below the map of a patch: a drawn area, the chosen place hour by hour, and all as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mapper.app.patch.area import figures_of
from mapper.app.patch.words import pattern_words, peak_words
from mapper.app.shell.listed import rows_of
from mapper.app.shell.words import notice
from mapper.base.text import count, encode_text
from mapper.disclosure.patch import PatchPlace, PatchRelease
from mapper.outputs.maps.patch_layer import month_words
from mapper.outputs.pictures.charts import week_clock


def show_area(patch: PatchRelease, corners: Sequence[tuple[float, float]]) -> None:
    """Show the figures of an area that was drawn, if one was."""
    if not corners:
        return
    found = figures_of(patch, corners)
    if not found.cells:
        notice(
            "No cell of your wards has its middle in this area. Draw a larger one, within the wards"
            " shown.",
            kind="look",
        )
        return
    spots = "; ".join(found.hotspots) or "none"
    facts = {
        "Incidents in these days": f"{found.incidents:,}",
        "Residents, about": found.residents,
        "Cells": f"{found.cells:,}",
        "Hot spots touched": f"{len(found.hotspots)}",
    }
    if found.by_month:
        facts["In the last whole month"] = f"{found.by_month[-1]:,}"
    items = "".join(
        f"<div><dt>{encode_text(name)}</dt><dd>{encode_text(value)}</dd></div>"
        for name, value in facts.items()
    )
    st.html(
        '<div class="m-place"><h2>The area you drew</h2>'
        f"<p>{encode_text(', '.join(found.wards))}. Hot spots: {encode_text(spots)}.</p></div>"
        f'<dl class="m-facts">{items}</dl>'
    )
    _quiet(
        "Sums over the cells whose middle lies in the area; what lies outside the wards shown is"
        " not counted."
    )


def _quiet(text: str) -> None:
    """Show what a reader should know of the figures above."""
    st.html(f'<p class="m-guidance" style="max-width:none">{encode_text(text)}</p>')


def show_place(patch: PatchRelease, chosen: str) -> None:
    """Show the hours of the chosen place, one click deeper."""
    place = next((one for one in patch.places if one.hotspot_id == chosen), None)
    if place is None or not place.hours.any():
        return
    names = dict(zip(patch.shown.hotspots["hotspot_id"], patch.shown.hotspots["name"], strict=True))
    name = str(names[chosen])
    with st.expander("Every hour of the week at this place"):
        drawn = week_clock(place.hours, title=name)
        st.image(drawn.svg, alt=drawn.alt, width=640)
        _quiet(
            f"{name}. Each incident is spread over the hours in which it can have happened; ringed"
            f" hours are the busiest. {patch.shown.period}, every hour of the week."
        )


def show_twin(patch: PatchRelease, cards: Sequence[Mapping[str, Any]]) -> None:
    """Show the cards and strips as one table, for reading without the map."""
    if not patch.places:
        return
    table = st.expander("All places as a table", key="patch twin", on_change="rerun")
    if not table.open:  # the browser's own part for tables is large: fetched by those who read one
        return
    with table:
        st.dataframe(twin(patch, cards), hide_index=True, key=f"twin {patch.shown.digest[:12]}")


def twin(patch: PatchRelease, cards: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row for each place: what the cards say, and its incidents by month."""
    rows = rows_of(patch.shown)
    return pd.DataFrame(
        [
            {
                "Rank": row["rank"],
                "Place": row["name"],
                "Incidents": row["incidents"],
                "Times expected": row["ratio"],
                "From a landmark": card["direction"],
                "Busiest cells": row["busiest"],
                "Pattern": pattern_words(place),
                "Peak hours": peak_words(place),
                "Phase": place.phase,
                "Near": _near(place),
                **{
                    month_words(month): number
                    for month, number in zip(patch.months, place.months, strict=True)
                },
            }
            for row, place, card in zip(rows, patch.places, cards, strict=True)
        ]
    )


def _near(place: PatchPlace) -> str:
    """Return what is near in one line."""
    return "; ".join(count(one.number, one.kind, one.kind) for one in place.near)
