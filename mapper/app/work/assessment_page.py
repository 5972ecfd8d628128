"""Assessments: what makes harm possible at a place, written by people, versioned and kept."""

from collections.abc import Sequence

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.dossier_view import offer_dossier_of
from mapper.app.shell.words import bullets, notice
from mapper.app.work.phase_view import show_phase
from mapper.app.work.record_desk import Desk, seen_records
from mapper.app.work.record_page import show_records
from mapper.app.work.record_start import asked_place
from mapper.base.errors import MapperError
from mapper.disclosure.people import Viewer
from mapper.records.learning import briefings_held, by_district, learning, requests
from mapper.records.versions import Version

_ALL = "Everywhere"
PLANS = "pages/places/plan.py"


def show_page() -> None:
    """Show the assessments, and the way on to a plan for the same place."""
    show_records("assessment", title="Location assessments", started=asked_place, below=_go_on)
    try:
        viewer = current_viewer()
        _show_learning(seen_records(viewer, "assessment"))
        _show_briefings(seen_records(viewer, "campaign"))
    except MapperError as error:
        notice(str(error), kind="stop")


def _show_learning(assessments: Sequence[Version]) -> None:
    """Show the themes of serious case reviews over all assessments, in counts."""
    if not learning(assessments):
        return
    st.subheader("Learning: themes of serious case reviews", anchor=False)
    areas = {_ALL: tuple(assessments), **by_district(assessments)}
    if len(areas) > 1:
        assessments = areas[st.selectbox("Assessments of", list(areas), key="learning of")]
    found = learning(assessments)
    bullets(f"{one.theme}: {one.theme_words}" for one in found)
    st.text(requests(assessments).request_words)
    st.caption(
        "Counts of answers alone: what is written stays in each assessment. An open question is"
        " work to do, not a failing of whoever wrote."
    )


def _show_briefings(campaigns: Sequence[Version]) -> None:
    """Show which teams were briefed on which theme."""
    held = briefings_held(campaigns)
    if held.empty:
        return
    st.subheader("Workforce: briefings held by team and theme", anchor=False)
    heads = {"briefings": "Briefings", "staff": "Staff briefed", "team": "Team", "theme": "Theme"}
    st.dataframe(held.rename(columns=heads), hide_index=True, width="stretch", key="briefings")
    st.caption("From the outreach of campaigns: how many were briefed, never who.")


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
