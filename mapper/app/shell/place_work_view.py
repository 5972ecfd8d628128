"""The records about a place, on the map's page: to open, or for partner agencies to read."""

from collections.abc import Sequence

import streamlit as st

from mapper.app.shell.place_asked import wards_about, work_of
from mapper.app.shell.traces import trace
from mapper.app.shell.words import bullets, plain
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.place_findings import PlaceFindings
from mapper.records.actions import has_ended, state_of
from mapper.records.content import in_words
from mapper.records.form import RecordKind, load_form
from mapper.records.place_work import PlaceWork, WorkGround, grounds_of, leads_of
from mapper.records.versions import Version

_PAGES: dict[RecordKind, str] = {
    "assessment": "pages/places/assessment.py",
    "plan": "pages/places/plan.py",
    "campaign": "pages/places/campaigns.py",
    "intervention": "pages/places/interventions.py",
}
_LEFT_OUT = ("name", "hotspot_id", "cells", "controls", "shared")
_LOOKED = "mapper_records_read"


def show_work(viewer: Viewer, found: PlaceFindings) -> None:
    """Show what people recorded about a place: links to it, or its words."""
    work = work_of(viewer, found)
    every = (
        *(*work.assessments, *work.phases, *work.plans, *work.campaigns),
        *work.interventions,
    )
    if not every:
        st.text(
            "Nothing is recorded about this place yet."
            if may(viewer, "plan")
            else "Nothing about this place has been shared with partner agencies yet."
        )
    wards = wards_about(viewer, found)
    for one in every:
        if may(viewer, "plan") and one.kind in _PAGES:
            st.page_link(
                _PAGES[one.kind],
                label=plain(_label(one, work, found, wards)),
                query_params={"record": one.record},
                icon=":material/description:",
            )
        else:
            _show_words(viewer, one)
    for meeting in work.meetings:
        st.text(f"Shown on {meeting.held} at “{meeting.name}”, number {meeting.rank} of its list.")


def _label(one: Version, work: PlaceWork, found: PlaceFindings, wards: frozenset[str]) -> str:
    """Return what a record is, how it stands, and how much of the place it covers."""
    cells = frozenset(found.cells)
    here = [part for part in grounds_of(one) if part.meets(found.hotspot_id, cells, wards)]
    told = [f"{load_form(one.kind).title} {one.record}: {one.title}"]
    if one.kind in {"plan", "campaign"}:
        told.append(state_of(one.content))
        told += [f"lead agency {lead}" for lead in _leads(one, here)]
    if one.kind == "intervention" or has_ended(one.content):
        told.append(_outcome(one, work))
    covered = max((part.share_of(cells) for part in here), default=0.0)
    if covered:
        told.append(f"covers {covered:.0%} of this place")
    elif any(part.ward in wards for part in here):
        told.append("for the whole ward")
    return ", ".join(part for part in told if part)


def _leads(one: Version, here: Sequence[WorkGround]) -> list[str]:
    """Return the lead agencies that a plan or campaign names for a place, each once."""
    named = leads_of(one)
    leads = (named.get(part.name, "") for part in here)
    return list(dict.fromkeys(lead for lead in leads if lead))


def _outcome(one: Version, work: PlaceWork) -> str:
    """Return what came of a record: people's judgement, then what counts tell."""
    judged = str(one.content.get("judgement", ""))
    evaluation = work.evaluations.get(one.record)
    counted = evaluation.content["result"]["verdict"] if evaluation else ""
    return "; ".join(
        part
        for part in (
            f"judged: {judged}" if judged else "",
            f"as far as counts tell: {counted}" if counted else "",
        )
        if part
    )


def _show_words(viewer: Viewer, one: Version) -> None:
    """Show a record's words, once it is written down that they are read."""
    form = load_form(one.kind)
    looked: set[str] = st.session_state.setdefault(_LOOKED, set())
    if one.digest not in looked:
        subject = f"{one.kind} {one.record} version {one.number}"
        trace(viewer, "view", subject=subject, digest=one.digest)
        looked.add(one.digest)
    with st.expander(plain(f"{form.title} {one.record}: {one.title}")):
        for field in form.fields:
            words = in_words(field, one.content.get(field.id))
            if words and field.id not in _LEFT_OUT and field.kind != "data":
                st.markdown(f"**{plain(field.label)}**")
                bullets(words.splitlines())
