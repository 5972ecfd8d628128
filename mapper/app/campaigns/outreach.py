"""Outreach counted by place and day: how many, never who."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from mapper.app.shell.day import today_here
from mapper.app.work.record_desk import Desk, count_on
from mapper.disclosure.people import Viewer
from mapper.records.campaigns import COUNTED, coverage
from mapper.records.learning import themes
from mapper.records.open import database
from mapper.records.saving import amend
from mapper.records.versions import Version

_TAPPED = 12  # places that fit beside each other


def ask_outreach(viewer: Viewer, desk: Desk) -> None:
    """Ask for one count at one place on one day, and keep it at once."""
    covered = coverage(desk.content)
    names = [*covered.untouched, *covered.visited]  # so that the next one is chosen already
    if not names or not desk.based_on:
        return
    with (
        st.expander("Count a visit", icon=":material/add_location:"),
        st.form(f"{desk.record} visit", clear_on_submit=True, border=False),
    ):
        key = f"{desk.record} visit"
        if len(names) <= _TAPPED:  # one tap, where a list would take two
            place = st.pills(
                "Place visited", names, default=names[0], required=True, key=f"{key} tap"
            )
        else:
            place = st.selectbox("Place visited", names, key=f"{key} place")
        left, middle, right = st.columns(3)
        with left:
            day = _ask_day(desk, key=f"{key} day")
        team = middle.text_input("Team briefed", key=f"{key} team", placeholder="If staff were")
        theme = right.selectbox("Theme of the briefing", ["", *themes()], key=f"{key} theme")
        across = st.columns(len(COUNTED))
        told = {
            name: int(
                column.number_input(
                    words, 0, 10_000, int(name == "sessions"), key=f"{desk.record} visit {name}"
                )
            )
            for column, (name, words) in zip(across, COUNTED.items(), strict=True)
        }
        if st.form_submit_button("Keep this count", type="primary"):
            row = {"place": place, "day": str(day), **told}
            row |= {name: text for name, text in (("team", team), ("theme", theme)) if text}
            _keep(viewer, desk, row)
            st.rerun()


def _ask_day(desk: Desk, *, key: str) -> date:
    """Ask when it was: from the campaign's first day, where it has one, to today."""
    today, told = today_here(), desk.content.get("first")
    first = min(date.fromisoformat(str(told)), today) if told else None
    asked = st.date_input(
        "Day", today, min_value=first, max_value=today, format="DD/MM/YYYY", key=key
    )
    return asked if isinstance(asked, date) else today


def _keep(viewer: Viewer, desk: Desk, row: Mapping[str, Any]) -> None:
    """Add a count to the campaign as it is now; what is being typed elsewhere stays."""

    def added(now: Version) -> Mapping[str, Any]:
        return {**now.content, "outreach": [*now.content.get("outreach", ()), dict(row)]}

    saved = amend(
        database(),
        desk.record,
        viewer=viewer,
        act="plan",
        change=added,
        reason=f"counted at {row['place']}",
    )
    count_on(viewer, desk, saved, field="outreach")
