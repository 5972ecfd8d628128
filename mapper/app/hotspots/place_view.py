"""One place in its context, on screen: why here, when, what is near, which phase, what is done.

Nothing is worked out before somebody asks for it, so that choosing a hot spot stays quick.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd
import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.defence_view import DEFEND, may_defend, show_defence
from mapper.app.shell.dossier_view import offer_dossier
from mapper.app.shell.place_asked import ShownMap, findings_about
from mapper.app.shell.place_work_view import show_work
from mapper.app.shell.traces import trace
from mapper.app.shell.waiting import shown_progress
from mapper.app.shell.what_is import what_are
from mapper.app.shell.words import bullets, notice
from mapper.app.work.phase_decision import show_decision
from mapper.base.errors import MapperError
from mapper.base.week import SHIFTS, WEEKDAYS
from mapper.context.near import side_by_side
from mapper.context.signature import CLEAR
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.place_findings import PlaceFindings
from mapper.outputs.dossier.place import (
    days_in_words,
    drivers_in_words,
    needs_met_words,
    peaks_in_words,
    suggestion_in_words,
)
from mapper.questions.context import QUESTION as CONTEXT
from mapper.questions.days import QUESTION as DAYS
from mapper.questions.phases import QUESTION as PHASES
from mapper.questions.shifts import QUESTION as SHIFT
from mapper.questions.signature import QUESTION as SIGNATURE

ABOUT = "about this place"  # key of the control
_LOOKED = "mapper_places_looked"


def show_place(asked: ShownMap, hotspot_id: str) -> str:
    """Offer the sections about the chosen hot spot, its dossier, and draw the one returned."""
    if not hotspot_id:
        return ""
    viewer = current_viewer()
    chosen = st.segmented_control(
        "About this place", sections_for(viewer, asked), key=ABOUT, persist_state="session"
    )
    offer_dossier(viewer, asked, hotspot_id)
    if chosen is None:
        return ""
    try:
        if chosen == DEFEND:
            show_defence(viewer, asked, hotspot_id)
            return DEFEND
        questions, draw = SECTIONS[str(chosen)]
        with shown_progress("Asking about this place") as progress:
            found = findings_about(viewer, asked, hotspot_id, only=questions, progress=progress)
        _note_look(viewer, found, str(chosen))
        draw(viewer, found)
    except MapperError as error:
        notice(str(error), kind="stop")
        return str(chosen)
    if chosen in _ABOUT:
        what_are(_ABOUT[str(chosen)])
    return str(chosen)


def sections_for(viewer: Viewer, asked: ShownMap) -> list[str]:
    """Return the sections about a place that a viewer may open on a map."""
    return [*SECTIONS, *([DEFEND] if may_defend(viewer, asked) else [])]


def _why(_viewer: Viewer, found: PlaceFindings) -> None:
    """Show which indicators drive the place."""
    signature = found.findings.get(SIGNATURE.id)
    if signature is None or signature.table.empty:
        _say_why_not(found, SIGNATURE.id)
        return
    table = signature.table
    if met := needs_met_words(signature):
        st.text(met)
    st.text(drivers_in_words(table))
    bullets(table.loc[table["sure"] == CLEAR, "words"])
    with st.expander("What does not stand out"):
        bullets(table.loc[table["sure"] != CLEAR, "words"])
    _notes(signature.notes[:1])


def _when(_viewer: Viewer, found: PlaceFindings) -> None:
    """Show the week by shifts, school days and pay days."""
    week = found.findings.get(SHIFT.id)
    if week is None or week.table.empty:
        _say_why_not(found, SHIFT.id)
        return
    st.text(peaks_in_words(week))
    if "weight" in week.table and week.audience == "operational":
        st.dataframe(shift_table(week.table), hide_index=True, key=f"shifts {found.hotspot_id}")
    days = found.findings.get(DAYS.id)
    if days is not None and days.audience == "operational":
        bullets(days_in_words(days))
    _notes(week.notes[:1])


def shift_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return incidents by day and shift; peaks carry the word."""
    words = table["weight"].round().astype("int64").astype("str") + table["peak"].map(
        lambda peak: f" {peak}" if peak else ""
    )
    wide = table.assign(words=words).pivot_table(
        index="day", columns="shift", values="words", aggfunc="first", observed=True
    )
    ordered = wide.loc[[*map(str, WEEKDAYS)], list(SHIFTS)].reset_index()
    hours = dict(zip(table["shift"], table["hours"], strict=True))
    names = [f"{shift.capitalize()}, {hours[shift]}" for shift in SHIFTS]
    return ordered.set_axis(["Day", *names], axis="columns")


def _near(_viewer: Viewer, found: PlaceFindings) -> None:
    """Show risks and protective assets side by side."""
    near = found.findings.get(CONTEXT.id)
    if near is None or near.table.empty:
        _say_why_not(found, CONTEXT.id)
        return
    beside = side_by_side(near.table)
    beside.columns = pd.Index(["May make harm possible", "May protect"])
    st.dataframe(beside, hide_index=True, key=f"near {found.hotspot_id}")
    _notes(near.notes)


def _phase(viewer: Viewer, found: PlaceFindings) -> None:
    """Show the suggested phase with its rule, and a person's decision beside it."""
    phases = found.findings.get(PHASES.id)
    if phases is None or phases.table.empty:
        _say_why_not(found, PHASES.id)
        return
    bullets(suggestion_in_words(phases.table))
    if may(viewer, "plan") and "rule" in phases.table:
        show_decision(viewer, found, phases.table.iloc[0])
    _notes(phases.notes[:1])


_Draw = Callable[[Viewer, PlaceFindings], None]
SECTIONS: Mapping[str, tuple[tuple[str, ...], _Draw]] = MappingProxyType(
    {
        "Why here": ((SIGNATURE.id,), _why),
        "When": ((SHIFT.id, DAYS.id), _when),
        "Nearby": ((CONTEXT.id,), _near),
        "Phase": ((PHASES.id,), _phase),
        "Work here": ((), show_work),
    }
)


_ABOUT: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Why here": {"signature": "What is a signature?"},
        "When": {"clock": "What are busy shifts?"},
        "Phase": {"patterns": "What is a pattern?"},
    }
)


def _say_why_not(found: PlaceFindings, question: str) -> None:
    """Say why there is no answer."""
    notice(found.unanswered.get(question, "There is nothing to tell of this place."))


def _notes(notes: tuple[str, ...]) -> None:
    """Show what a reader should know."""
    with st.expander("How to read this"):
        bullets(notes)


def _note_look(viewer: Viewer, found: PlaceFindings, section: str) -> None:
    """Write down, once a session, that somebody is shown a section about a place."""
    looked: set[tuple[str, ...]] = st.session_state.setdefault(_LOOKED, set())
    key = (viewer.session, found.release.digest, found.hotspot_id, section)
    if key not in looked:
        subject = f"Hot spot {found.hotspot_id}: {section}"
        trace(viewer, "view", subject=subject, digest=found.release.digest)
        looked.add(key)
