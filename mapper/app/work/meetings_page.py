"""Meetings: what was shown, what was decided, and what changed since the last one."""

from collections.abc import Iterable
from datetime import date

import streamlit as st

from mapper.app.shell.day import today_here
from mapper.app.shell.words import bullets, notice, plain
from mapper.app.work.record_desk import Desk, seen_records
from mapper.app.work.record_page import show_records
from mapper.app.work.record_start import shown_releases
from mapper.base.text import count
from mapper.disclosure.people import Viewer
from mapper.records.actions import PlannedAction, actions_of
from mapper.records.form import Content
from mapper.records.meetings import Changes, Movement, shown_list, what_changed
from mapper.records.oversight import all_actions
from mapper.records.versions import Version


def show_page() -> None:
    """Show the meetings; a new one starts with the map that this session was shown last."""
    show_records(
        "meeting",
        title="Meetings",
        started=lambda: None,
        fresh=first_answers,
        above=_show_changes,
    )


def first_answers(viewer: Viewer) -> Content:
    """Return what a new meeting record starts with: day, release shown, plans with open actions."""
    plans = (*seen_records(viewer, "plan"), *seen_records(viewer, "campaign"))
    carried = [one for one in plans if any(a.is_open for a in actions_of(one.content))]
    start: dict[str, object] = {
        "held": today_here().isoformat(),
        "carried": [f"{one.record}: {one.title}" for one in carried],
    }
    releases = shown_releases()
    if releases:
        start |= {"release": releases[-1].digest, "shown": shown_list(releases[-1])}
    return start


def _show_changes(viewer: Viewer, desk: Desk) -> None:
    """Show what changed since the last meeting."""
    shown = desk.content.get("shown")
    if shown is None:
        notice("No map was shown in this session: open the Hot spots page, then start a new one.")
        return
    st.caption(plain(f"Shown: {shown['title']}, {shown['area']}, {shown['period']}."))
    last = last_meeting(seen_records(viewer, "meeting"), desk)
    changes = what_changed(
        last.content.get("shown") if last else None,
        shown,
        actions=_all_actions(viewer),
        since=date.fromisoformat(last.content["held"]) if last else None,
        today=today_here(),
    )
    since = f" on {last.content['held']}" if last else ""
    with st.expander(f"What changed since the last meeting{since}", expanded=True):
        show_changes(changes)


def last_meeting(meetings: Iterable[Version], desk: Desk) -> Version | None:
    """Return the latest meeting held before this one, if there is one."""
    held = desk.content.get("held", "9999")
    before = [
        one
        for one in meetings
        if one.record != desk.record and one.content.get("held", "9999") <= held
    ]
    return max(before, key=lambda one: (one.content["held"], one.saved), default=None)


def show_changes(changes: Changes) -> None:
    """Show changes as plain sentences, late actions first."""
    if changes.why_not:
        st.text(changes.why_not)
    lines = [f"Late: {one.action} ({_who(one)}, due {one.due})" for one in changes.late]
    lines += [f"Done: {one.action} ({_who(one)})" for one in changes.done]
    if changes.comparable:
        lines += [f"New hot spot: {name}" for _, name in changes.new]
        lines += [f"No longer a hot spot: {name}" for _, name in changes.gone]
        lines += [f"Grown: {_moved(one)}" for one in changes.grown]
        lines += [f"Fallen: {_moved(one)}" for one in changes.shrunk]
        if changes.hidden:
            lines.append(f"{count(changes.hidden, 'place')} with counts that may not be shown")
        if not lines:
            lines.append("Nothing that is large enough to tell.")
    bullets(lines)


def _moved(one: Movement) -> str:
    """Return one place that grew or fell."""
    doubt = {
        "clear": "clearly more than chance",
        "may be chance": "may be chance",
        "periods overlap": "not tested, the periods overlap",
    }
    return f"{one.name}, {one.before:,} before, {one.now:,} now ({doubt[one.certainty]})"


def _who(action: PlannedAction) -> str:
    """Return who has an action."""
    return (
        ", ".join(part for part in (action.owner, action.agency, action.plan) if part) or "nobody"
    )


def _all_actions(viewer: Viewer) -> tuple[PlannedAction, ...]:
    """Return the actions of every plan and campaign that the viewer may read."""
    return all_actions((*seen_records(viewer, "plan"), *seen_records(viewer, "campaign")))
