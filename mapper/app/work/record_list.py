"""The records of a kind in one list, and what to do while there is none."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.app.shell.day import today_here
from mapper.app.work.record_start import ASSESSMENTS, HOTSPOTS, PLANS
from mapper.base.text import count, encode_text
from mapper.records.actions import actions_of, next_due, overdue, state_of
from mapper.records.form import RecordKind, load_form
from mapper.records.versions import Version

_HOTSPOTS = "Open Hot spots, choose a place on the map or in the list, and press"
# How a person comes to a first record of each kind.
_BEGIN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "assessment": (
            f"{_HOTSPOTS} Assess this place: its name, ward and cells are filled in.",
            "Weigh each context and write what you know of the place; what you type is kept.",
            "Save with a reason. The assessment then leads on to a plan for the same place.",
        ),
        "plan": (
            "Open the assessment of a place and press Start a plan for this place.",
            "Say what is to change and why; give each action an owner and a day.",
            "Save. Overdue actions stand out here, on My patch and in the Briefing.",
        ),
        "campaign": (
            "Choose a template, or none, and press Start a campaign.",
            "Tick the places that rank first, and fill the template's actions over them.",
            "Save. Outreach is counted by place and day; what is untouched stands out.",
        ),
        "intervention": (
            "Open a plan and press Record what was done here.",
            "Give the place and the first and last day of what was done.",
            "Save, then work out the effect beside places left alone.",
        ),
        "meeting": (
            "Open Hot spots, then start one here: the list shown and open plans are filled in.",
            "Write what was decided and why, and which plans the meeting carries on.",
            "Save. The next meeting opens with what changed since this one.",
        ),
    }
)
# The page where the first step is taken, where it is another.
_FIRST: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "assessment": (HOTSPOTS, "Hot spots"),
        "plan": (ASSESSMENTS, "Assessments"),
        "intervention": (PLANS, "Plans"),
        "meeting": (HOTSPOTS, "Hot spots"),
    }
)


def show_list(kind: RecordKind, listed: Sequence[Version]) -> str | None:
    """Show the records, or the first steps where there are none; return the one pressed."""
    form = load_form(kind)
    st.caption(form.purpose)
    if not listed:
        steps = "".join(f"<li>{encode_text(step)}</li>" for step in _BEGIN.get(kind, ()))
        st.html(f'<ol class="m-steps">{steps}</ol>')
        if kind in _FIRST:
            page, name = _FIRST[kind]
            st.page_link(page, label=f"Open {name}", icon=":material/arrow_forward:")
        return None
    chosen = st.dataframe(
        {
            "Record": [one.record for one in listed],
            "Title": [one.title for one in listed],
            **(standing(listed, today_here()) if kind in {"plan", "campaign"} else {}),
            "Ward": [one.ward for one in listed],
            "Version": [one.number for one in listed],
            "Saved by": [one.author for one in listed],
            "Saved": [one.saved for one in listed],
        },
        hide_index=True,
        column_config={
            "Title": st.column_config.TextColumn(width="large"),
            "Saved": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Due": st.column_config.DateColumn(format="D MMM YYYY"),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"list {kind}",
        alt=f"{count(len(listed), 'record')}: choose one above to open it",
    )
    st.caption("Choose one above by name, or tick its row here, to open it.")
    rows = chosen["selection"]["rows"]
    return listed[rows[0]].record if rows else None


def standing(listed: Sequence[Version], today: date) -> dict[str, list[Any]]:
    """Return how plans or campaigns stand: state, strand, next day due, actions late."""
    actions = [actions_of(one.content) for one in listed]
    return {
        "State": [state_of(one.content) for one in listed],
        "Strand": [one.content.get("strand", "") for one in listed],
        "Due": [next_due(some) for some in actions],
        "Late": [len(overdue(some, today)) for some in actions],
    }
