"""A record begun from a hot spot on the map, or from another record of the same place.

What the map or the other record knows of the place is filled in.
"""

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.address import asked_part
from mapper.app.shell.area_in_use import area_here
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.release import Release
from mapper.records.access import own_wards, readable
from mapper.records.form import Content
from mapper.records.open import database
from mapper.records.versions import newest

HOTSPOTS = "pages/hotspots/overview.py"
ASSESSMENTS = "pages/places/assessment.py"
PLANS = "pages/places/plan.py"
CAMPAIGNS = "pages/places/campaigns.py"

_WAYS_ON = (
    (ASSESSMENTS, "Assess this place", ":material/edit_note:"),
    (PLANS, "Plan for this place", ":material/checklist:"),
)
_OF_A_PLACE = ("name", "hotspot_id", "ward", "cells")
_RELEASES = "mapper_releases"  # mapper.app.shell.results keeps the releases of a session there


def asked_place() -> Content | None:
    """Return the first answers for the hot spot or record named in the address, if one is."""
    before = asked_part("after")
    if before:
        return place_of_record(current_viewer(), before[:64])
    hotspot_id = asked_part("hotspot")
    return place_of(hotspot_id[:64]) if hotspot_id else None


def place_of_record(viewer: Viewer, record: str) -> Content | None:
    """Return what a record that the viewer may read says of its place."""
    one = newest(database(), record)
    if one is None or not readable(viewer, (one,), own=own_wards(viewer, area_here().cells)):
        return None
    return {name: one.content[name] for name in _OF_A_PLACE if one.content.get(name)}


def place_of(hotspot_id: str) -> Content:
    """Return name, ward and cells of a hot spot as this session last saw it; its id at least."""
    for shown in reversed(shown_releases()):
        rows = shown.hotspots[shown.hotspots["hotspot_id"] == hotspot_id]
        if len(rows):
            row = rows.iloc[0]
            cells = shown.cells.loc[shown.cells["hotspot_id"] == hotspot_id, "cell"]
            return {
                "name": str(row["name"]),
                "hotspot_id": hotspot_id,
                "ward": f"{row['ward']}, {row['district']}",
                "cells": cells.tolist(),
            }
    return {"hotspot_id": hotspot_id}


def offer_assessment(hotspot_id: str) -> None:
    """Offer the way from a hot spot to its assessment and plan, to whoever may write them."""
    if hotspot_id and may(current_viewer(), "plan"):
        with st.container(horizontal=True):
            for page, label, icon in _WAYS_ON:
                st.page_link(page, label=label, query_params={"hotspot": hotspot_id}, icon=icon)


def shown_releases() -> list[Release]:
    """Return the releases that this session has been shown, the latest last."""
    return list(st.session_state.get(_RELEASES, {}).values())
