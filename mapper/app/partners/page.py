"""Our actions: the plans and campaigns shared with an agency, and how its own actions stand."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, get_args

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.day import today_here
from mapper.app.shell.frame import put_on_style, show_marking_for
from mapper.app.shell.traces import trace
from mapper.app.shell.words import bullets, notice, plain, show_title
from mapper.app.work.record_page import known_places
from mapper.base.errors import MapperError
from mapper.base.text import count, day_in_words
from mapper.disclosure.people import Viewer
from mapper.records.actions import (
    PlannedAction,
    Status,
    actions_of,
    doors_of,
    overdue,
    state_of,
)
from mapper.records.agency_acts import (
    Proposal,
    Standing,
    own_actions,
    propose,
    say_standing,
    shared_work,
)
from mapper.records.campaigns import action_table
from mapper.records.form import load_form
from mapper.records.open import database
from mapper.records.person_scan import scan_fields
from mapper.records.versions import Version

_STATES = tuple(one for one in get_args(Status) if one != "proposed")
_PROPOSED = ("proposed", "dropped")  # it can be withdrawn; others agree to it
_LOOKED = "mapper_actions_looked"
_TOLD = "mapper_standing_told"


def show_page() -> None:
    """Show what is shared, own actions first, late ones of them before the others."""
    put_on_style()
    try:
        viewer = current_viewer()
        show_marking_for(viewer)
        show_title("Our actions")
        work = shared_work(database(), viewer)
        _show_told()
        _show_how_many(viewer, work)
        for one in sorted(work, key=lambda one: not own_actions(one, viewer)):
            _show_record(viewer, one)
    except MapperError as error:
        notice(str(error), kind="stop")


def _show_told() -> None:
    """Say once what came of the last save."""
    told = st.session_state.pop(_TOLD, None)
    if told:
        notice(told[0], kind=told[1])


def _show_how_many(viewer: Viewer, work: Sequence[Version]) -> None:
    """Say whose actions these are, and how many are open and late."""
    if not viewer.agency:
        notice(
            "Your sign-in names no agency, so you can read what is shared and change nothing. Ask"
            " your administrator to add your agency.",
            kind="look",
        )
        return
    actions = [action for one in work for action in own_actions(one, viewer)]
    opened = [one for one in actions if one.is_open]
    late = len(overdue(opened, today_here()))
    st.text(f"{viewer.agency}: {count(len(opened), 'action')} open, {late or 'none'} late.")
    if not work:
        notice(
            "Nothing is shared with partner agencies now. A plan or campaign comes here once"
            " whoever leads it shares it with partners: ask the chair of your meeting."
        )


def _show_record(viewer: Viewer, one: Version) -> None:
    """Show one plan or campaign: the own actions to answer, the others' to read."""
    form = load_form(one.kind)
    _note_look(viewer, one)
    st.subheader(plain(f"{form.title}: {one.title}"), anchor=False)
    st.caption(plain(f"{one.record}, {state_of(one.content)}, {one.content.get('strand', '')}"))
    if purpose := one.content.get("purpose") or one.content.get("objective"):
        st.text(purpose)
    own = own_actions(one, viewer)
    today = today_here()
    for action in sorted(own, key=lambda a: (not a.is_open, a.due or date.max)):
        _ask_standing(viewer, one, action, today)
    _ask_proposal(viewer, one)
    rest = [a for a in actions_of(one.content) if a.row not in {b.row for b in own}]
    if rest:
        with st.expander(plain(f"What other agencies do: {count(len(rest), 'action')}")):
            st.dataframe(
                action_table(rest, today),
                hide_index=True,
                key=f"{one.digest} rest",
                width="stretch",
            )


def _ask_standing(viewer: Viewer, one: Version, action: PlannedAction, today: date) -> None:
    """Ask how one action stands, and keep what is said."""
    late = action.days_late(today)
    due = f"due {day_in_words(action.due)}" if action.due else "no day set"
    words = f"{action.action} ({action.place or one.title}, {due})"
    state = f"{count(late, 'day')} late" if late else action.status
    key = f"{one.record} {action.row} {one.number}"
    with st.expander(plain(f"{state}: {words}")):
        if action.door:
            st.caption(plain(doors_of([action])))
        left, right = st.columns(2)
        states = _PROPOSED if action.status == "proposed" else _STATES
        status = left.selectbox(
            "How it stands", states, index=states.index(action.status), key=f"{key} status"
        )
        day: Any = right.date_input(
            "Done or dropped on", action.done_on, format="DD/MM/YYYY", key=f"{key} day"
        )
        note = st.text_input("What came of it", action.note, key=f"{key} note") or ""
        looked = _looked_at(viewer, {"What came of it": note}, key)
        if st.button("Save how it stands", key=f"{key} save", type="primary"):
            if not looked:
                notice("Not saved: read the warning first, then tick the box.", kind="stop")
                return
            told = day.isoformat() if isinstance(day, date) else ""
            if status in {"done", "dropped"} and not told:
                told = today.isoformat()
            standing = Standing(one.record, one.number, action.row, status, told, note)
            _save(lambda: say_standing(database(), standing, viewer=viewer))


def _ask_proposal(viewer: Viewer, one: Version) -> None:
    """Ask for an action that the viewer's agency would take on."""
    if not viewer.agency:
        return
    key = f"{one.record} {one.number} propose"
    with st.expander("Propose an action of ours"):
        action = st.text_input("What we would do", key=f"{key} action") or ""
        left, right = st.columns(2)
        names = [row["place"] for row in one.content.get("places", ())]
        place = left.selectbox("Where", ["", *names], key=f"{key} place") if names else ""
        day: Any = right.date_input("By", None, format="DD/MM/YYYY", key=f"{key} day")
        looked = _looked_at(viewer, {"What we would do": action}, key)
        if st.button("Propose it", key=key):
            if not looked:
                notice("Not proposed: read the warning first, then tick the box.", kind="stop")
                return
            due = day.isoformat() if isinstance(day, date) else ""
            told = Proposal(one.record, action, place or "", due)
            _save(lambda: propose(database(), told, viewer=viewer))


def _looked_at(viewer: Viewer, texts: dict[str, str], key: str) -> bool:
    """Warn of what may tell of a person; return whether somebody looked at it."""
    found = scan_fields(texts, places=known_places(area_here(viewer)))
    if not found:
        return True
    bullets(likely.warning for some in found.values() for likely in some)
    return st.checkbox("I have looked: none of these tells of a person", key=f"{key} ok")


def _save(keep: Callable[[], Version]) -> None:
    """Save what a partner says; what came of it is said when the page is drawn anew."""
    try:
        saved = keep()
    except MapperError as error:
        st.session_state[_TOLD] = (str(error), "stop")
    else:
        st.session_state[_TOLD] = (f"Saved in {saved.record}, version {saved.number}.", "good")
    st.rerun()


def _note_look(viewer: Viewer, one: Version) -> None:
    """Write down, once a session, that somebody read a version."""
    looked: set[str] = st.session_state.setdefault(_LOOKED, set())
    if one.digest not in looked:
        subject = f"{one.kind} {one.record} version {one.number}"
        trace(viewer, "view", subject=subject, digest=one.digest)
        looked.add(one.digest)
