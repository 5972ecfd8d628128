"""A person's decision on the prevention phase, beside what the rules suggest from the map."""

from typing import Any, get_args

import streamlit as st

from mapper.app.shell.words import bullets
from mapper.app.work.phase_view import decided_in_words, suggestion_of
from mapper.app.work.record_desk import seen_records
from mapper.context.phases import Phase
from mapper.disclosure.people import Viewer
from mapper.disclosure.place_findings import PlaceFindings
from mapper.records.open import database
from mapper.records.phase_decisions import decision
from mapper.records.saving import NEW, Work, save
from mapper.records.versions import new_record

_PHASES: tuple[Phase, ...] = get_args(Phase)


def show_decision(viewer: Viewer, found: PlaceFindings, row: Any) -> None:
    """Show what was decided for a hot spot, and take a decision.

    Parameters
    ----------
    row
        The hot spot's row among the suggestions.
    """
    spot = found.hotspot_id
    kept = next((one for one in seen_records(viewer, "phase") if one.hotspot_id == spot), None)
    if kept:
        bullets(decided_in_words(kept))
    suggestion = suggestion_of(row)
    if suggestion.phase is None:
        return
    with st.form(f"phase {spot} {kept.number if kept else NEW}", border=True):
        left, right = st.columns([1, 2])
        decided = left.selectbox("Your decision", _PHASES, index=None, placeholder="Choose")
        who = right.text_input("Decided by (role and agency)")
        why = st.text_input("Why, agreeing or not")
        if not st.form_submit_button("Record the decision") or decided is None:
            return
    place = {
        "name": str(found.row["name"]),
        "hotspot_id": spot,
        "ward": f"{found.row['ward']}, {found.row['district']}",
    }
    content = decision(place, suggestion, decided=decided, why=why or "", who=who or "")
    record, number = (kept.record, kept.number) if kept else (new_record("phase"), NEW)
    work = Work(record, "phase", content, number)
    save(database(), work, viewer=viewer, reason=f"decided {decided}")
    st.rerun()
