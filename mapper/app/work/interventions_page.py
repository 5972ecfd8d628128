"""Interventions: what was done, what it did as far as counts can tell, and the register."""

import pandas as pd
import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.address import asked_part
from mapper.app.shell.words import notice
from mapper.app.work.evaluation_view import show_effect
from mapper.app.work.record_desk import seen_records
from mapper.app.work.record_page import show_records
from mapper.app.work.record_start import asked_place
from mapper.base.errors import MapperError
from mapper.disclosure.people import Viewer
from mapper.records.evaluations import VERDICT_RULE, register
from mapper.records.form import Content
from mapper.records.versions import LETTERS


def show_page() -> None:
    """Show the interventions, each with its evaluation, and the register of all."""
    show_records("intervention", title="Interventions", started=_begun, below=show_effect)
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


def _show_register(viewer: Viewer) -> None:
    """Show what worked, what did not, and what could not be told."""
    done = (*seen_records(viewer, "intervention"), *seen_records(viewer, "campaign"))
    lines = register(done, seen_records(viewer, "evaluation"))
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
