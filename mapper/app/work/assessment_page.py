"""Assessments: what makes harm possible at a place, written by people, versioned and kept."""

import streamlit as st

from mapper.app.shell.dossier_view import offer_dossier_of
from mapper.app.work.phase_view import show_phase
from mapper.app.work.record_desk import Desk, seen_records
from mapper.app.work.record_page import show_records
from mapper.app.work.record_start import asked_place
from mapper.disclosure.people import Viewer

PLANS = "pages/places/plan.py"


def show_page() -> None:
    """Show the assessments, and the way on to a plan for the same place."""
    show_records("assessment", title="Location assessments", started=asked_place, below=_go_on)


def _go_on(viewer: Viewer, desk: Desk) -> None:
    """Take the decision on the prevention phase, and offer to go on to the plan of the place."""
    show_phase(viewer, desk)
    place = desk.content.get("hotspot_id")
    if not place:
        return
    offer_dossier_of(viewer, str(place))
    if not desk.based_on:
        return
    there = any(one.hotspot_id == place for one in seen_records(viewer, "plan"))
    label = "Open the plan for this place" if there else "Start a plan for this place"
    if st.button(label, key="to plan"):
        st.switch_page(PLANS, query_params={"after": desk.record})
