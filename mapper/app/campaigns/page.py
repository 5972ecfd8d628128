"""Campaigns: many places, one table of who does what where, and what was reached."""

from datetime import date, timedelta
from typing import Any

import streamlit as st

from mapper.app.campaigns.outreach import ask_outreach
from mapper.app.campaigns.overview import show_overview
from mapper.app.campaigns.picker import pick_places
from mapper.app.campaigns.tables import edit_rows, put_rows
from mapper.app.shell.day import today_here
from mapper.app.shell.words import notice
from mapper.app.work.evaluation_view import show_effect
from mapper.app.work.record_desk import Desk, desk_of, typed_on
from mapper.app.work.record_page import show_records
from mapper.base.text import count
from mapper.disclosure.people import Viewer
from mapper.records.campaigns import judged_by_reach, reach_in_words
from mapper.records.form import Content, Field
from mapper.records.templates import fill_down, proposed_name, template_of, templates

_OWN = "None: an empty campaign"


def show_page() -> None:
    """Show the campaigns."""
    tables = _Tables()
    show_records(
        "campaign",
        title="Campaigns",
        started=lambda: None,
        fresh=lambda _viewer: {"state": "draft"},
        above=_above,
        rows={"places": tables.places, "actions": tables.actions, "outreach": edit_rows},
        begin=_begin,
        below=_below,
    )


def _above(viewer: Viewer, desk: Desk) -> None:
    """Show how the campaign stands, and count a visit; its name follows its first day."""
    _rename(desk)
    show_overview(viewer, desk)
    ask_outreach(viewer, desk)


def _rename(desk: Desk) -> None:
    """Let the name that was proposed follow template and first day; one that was typed stays."""
    # Before the form is drawn: Streamlit takes no other words for a field that is drawn already.
    last = f"{desk.key} proposed"
    proposed = st.session_state.setdefault(last, proposed_name(desk.content))
    chosen = {field: st.session_state.get(f"{desk.key} {field}") for field in ("template", "first")}
    name = proposed_name({**chosen, "first": str(chosen["first"] or "")})
    if name and st.session_state.get(f"{desk.key} name") == proposed != name:
        st.session_state[last] = st.session_state[f"{desk.key} name"] = name


def _below(viewer: Viewer, desk: Desk) -> None:
    """Say what can be told of the campaign: by reach, or by harm at all its places."""
    if judged_by_reach(desk.content):
        st.subheader("What it did", anchor=False)
        notice(reach_in_words(desk.content))
        return
    show_effect(viewer, desk)


def _begin(_viewer: Viewer) -> Content | None:
    """Ask which template a campaign begins from, and when; return its first answers once.

    A link may name the template: ``?template=icon-outreach``.
    """
    known = {one.id: one for one in templates()}
    offered = [*known, ""]
    wanted = st.query_params.get("template", "")
    left, middle, right = st.columns([4, 1, 1], vertical_alignment="bottom")
    chosen = left.selectbox(
        "Begin from a template",
        offered,
        index=offered.index(wanted) if wanted in known else 0,
        format_func=lambda name: known[name].title if name else _OWN,
        key="campaign template",
    )
    today = today_here()
    monday = today + timedelta(days=7 - today.weekday())
    first = middle.date_input(
        "First day",
        monday,
        format="DD/MM/YYYY",
        disabled=not chosen,
        help="Its days, the days its actions are due and the month in its name follow from it.",
        key="campaign first day",
    )
    if not right.button("Start a campaign", type="primary", width="stretch"):
        return None
    return known[chosen].begin(first or monday) if chosen else {"state": "draft"}


class _Tables:
    """The tables of the open campaign, drawn in the order of the form in one run of the page."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    def places(self, field: Field, rows: list[Any], key: str) -> list[Any]:
        """Draw the places to tick and those taken."""
        self.taken = pick_places(field, rows, key, content=_typed())
        return self.taken

    def actions(self, field: Field, rows: list[Any], key: str) -> list[Any]:
        """Draw the table of actions, with the template to fill down over the places."""
        above = st.container()
        edited = edit_rows(field, rows, key)
        content = _typed()
        template = template_of(content)
        if template is None:
            return edited
        names = [row["place"] for row in self.taken if row.get("place")]
        with above:
            what, where = count(len(template.actions), "action"), count(len(names), "place")
            label = f"Fill the template's {what} down over {where}"
            if st.button(label, type="primary", disabled=not names, key=f"{key} fill"):
                first = date.fromisoformat(content.get("first") or today_here().isoformat())
                put_rows(fill_down(template, names, first=first, there=edited), key)
                st.rerun()
        return edited


def _typed() -> Content:
    """Return what the open campaign says, with what was typed up to the last run of the page."""
    desk = desk_of("campaign")
    return typed_on(desk) if desk else {}
