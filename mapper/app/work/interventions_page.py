"""Interventions: what was done, what it did as far as counts can tell, and the register."""

import pandas as pd
import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.address import asked_part
from mapper.app.shell.words import notice
from mapper.app.work.evaluation_view import ask_evaluation, show_evaluation
from mapper.app.work.record_desk import Desk, seen_records
from mapper.app.work.record_page import show_records
from mapper.app.work.record_start import asked_place
from mapper.base.errors import MapperError
from mapper.disclosure.people import Viewer, may
from mapper.records.evaluations import VERDICT_RULE, register
from mapper.records.form import Content
from mapper.records.versions import LETTERS


def show_page() -> None:
    """Show the interventions, each with its evaluation, and the register of all."""
    show_records("intervention", title="Interventions", started=_begun, below=_show_effect)
    try:
        _show_register(current_viewer())
    except MapperError as error:
        notice(str(error), kind="stop")


def _begun() -> Content | None:
    """Return the first answers: of a hot spot, or of the plan that it belongs to."""
    plan = asked_part("after")
    place = asked_place()
    belongs = place is not None and plan.startswith(LETTERS["plan"])
    return {**place, "plan": plan} if place is not None and belongs else place


def _show_effect(viewer: Viewer, desk: Desk) -> None:
    """Show what the intervention did, and work it out when asked."""
    st.subheader("What it did", anchor=False)
    if not desk.based_on:
        st.caption("Save the intervention first: only what is saved can be evaluated.")
        return
    found = [
        one
        for one in seen_records(viewer, "evaluation")
        if one.content["intervention"] == desk.record
    ]
    if found:
        show_evaluation(viewer, found[0])
    if may(viewer, "see everything"):
        with st.expander("Evaluate" if not found else "Evaluate anew", expanded=not found):
            ask_evaluation(viewer, desk, found[0] if found else None)
    elif not found:
        st.caption("Not evaluated yet. An analyst can do it here.")


def _show_register(viewer: Viewer) -> None:
    """Show what worked, what did not, and what could not be told."""
    lines = register(seen_records(viewer, "intervention"), seen_records(viewer, "evaluation"))
    if not lines:
        return
    st.subheader("Register: what worked, what did not, what could not be told", anchor=False)
    table = pd.DataFrame(
        {
            "Intervention": [one.name for one in lines],
            "From": [one.first for one in lines],
            "To": [one.last or "still going" for one in lines],
            "As far as counts tell": [one.verdict for one in lines],
            "Partners' judgement": [one.judgement for one in lines],
            "In words": [one.words for one in lines],
            "Record": [one.intervention for one in lines],
        }
    )
    st.dataframe(table, hide_index=True, key="register")
    st.caption(VERDICT_RULE)
