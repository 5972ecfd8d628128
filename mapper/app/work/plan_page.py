"""Plans: problem solving by stages, with actions whose overdue ones stand out."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.app.shell.day import today_here
from mapper.app.shell.words import bullets, notice
from mapper.app.work.record_desk import Desk, fill_in, typed_on
from mapper.app.work.record_page import show_records
from mapper.app.work.record_start import asked_place
from mapper.base.text import count
from mapper.disclosure.people import Viewer
from mapper.records.actions import actions_of, overdue, progress_in_words
from mapper.records.form import Content, Field
from mapper.records.templates import Template, fill_down, templates

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
    if not desk.based_on:
        _offer_template(desk)
    if not actions:
        return
    late = overdue(actions, today)
    notice(progress_in_words(actions, today), kind="look" if late else "note")
    bullets(
        f"{one.action}: {count(one.days_late(today), 'day')} overdue,"
        f" {one.owner or 'no owner'} ({one.agency or 'no agency'})"
        for one in late
    )


def _offer_template(desk: Desk) -> None:
    """Offer to fill strand, objective, lead and actions of a new plan in from a template."""
    known = {one.id: one for one in templates()}
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    chosen = left.selectbox(
        "Fill in from a template",
        list(known),
        index=None,
        format_func=lambda name: known[name].title,
        placeholder="Strand, objective and actions of a campaign's template",
        key=f"{desk.key} template",
    )
    if right.button("Fill in", disabled=chosen is None, width="stretch", key=f"{desk.key} fill"):
        template = known[str(chosen)]
        fill_in(desk, from_template(template, typed_on(desk), first=today_here()))
        st.rerun()


def from_template(template: Template, typed: Content, *, first: date) -> Content:
    """Return a plan's answers with those of a template wherever nothing was typed."""
    proposed = {
        "strand": template.answers["strand"],
        "objective": template.answers["purpose"],
        "lead": template.answers["lead"],
        "review": (first + timedelta(weeks=template.weeks)).isoformat(),
    }
    rows = fill_down(template, [""], first=first, there=())
    has = {(row.get("action"), row.get("agency")) for row in typed.get("actions", ())}
    more = [
        {name: value for name, value in row.items() if name != "place"}
        for row in rows
        if (row["action"], row["agency"]) not in has
    ]
    given = {name: value for name, value in typed.items() if value}
    return {**proposed, **given, "actions": [*typed.get("actions", ()), *more]}


def late_in_words(field: Field, row: Mapping[str, Any]) -> str:
    """Say that a saved action is overdue, nothing if it is not."""
    if field.id != "actions":
        return ""
    (action,) = actions_of({"actions": [row]})
    days = action.days_late(today_here())
    return f"Overdue by {days} day{'' if days == 1 else 's'}." if days else ""
