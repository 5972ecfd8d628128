"""Plans: problem solving by stages, with actions whose overdue ones stand out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.app.shell.day import today_here
from mapper.app.shell.words import bullets, notice
from mapper.app.work.record_desk import Desk
from mapper.app.work.record_page import show_records
from mapper.app.work.record_start import asked_place
from mapper.base.text import count
from mapper.disclosure.people import Viewer
from mapper.records.actions import actions_of, overdue, progress_in_words
from mapper.records.form import Content, Field

_DRAFT: Content = MappingProxyType({"state": "draft"})
INTERVENTIONS = "pages/places/interventions.py"


def show_page() -> None:
    """Show the plans."""
    show_records(
        "plan",
        title="Plans",
        started=_begun,
        fresh=lambda _viewer: _DRAFT,
        above=_show_progress,
        below=_go_on,
        row_note=late_in_words,
    )


def _begun() -> Content | None:
    """Return the first answers for the place that the visitor came from, if from one."""
    place = asked_place()
    return {**place, **_DRAFT} if place is not None else None


def _go_on(_viewer: Viewer, desk: Desk) -> None:
    """Offer to record what was done at the plan's place."""
    if desk.based_on and st.button("Record what was done here", key="to intervention"):
        st.switch_page(INTERVENTIONS, query_params={"after": desk.record})


def _show_progress(_viewer: Viewer, desk: Desk) -> None:
    """Say how far the saved plan is, overdue actions first."""
    today = today_here()
    actions = actions_of(desk.content)
    if not actions:
        return
    late = overdue(actions, today)
    notice(progress_in_words(actions, today), kind="look" if late else "note")
    bullets(
        f"{one.action}: {count(one.days_late(today), 'day')} overdue,"
        f" {one.owner or 'no owner'} ({one.agency or 'no agency'})"
        for one in late
    )


def late_in_words(field: Field, row: Mapping[str, Any]) -> str:
    """Say that a saved action is overdue, nothing if it is not."""
    if field.id != "actions":
        return ""
    (action,) = actions_of({"actions": [row]})
    days = action.days_late(today_here())
    return f"Overdue by {days} day{'' if days == 1 else 's'}." if days else ""
