"""The Audit page: who saw or did what, when; filters, the log as a file, and is it whole?"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pandas as pd
import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.frame import put_on_style, show_marking
from mapper.app.shell.taking import offer_file
from mapper.app.shell.waiting import shown_progress
from mapper.app.shell.words import notice, show_title
from mapper.base.errors import MapperError
from mapper.base.text import count
from mapper.disclosure.people import Viewer, require, role_of
from mapper.disclosure.release import MARKINGS
from mapper.records.audit import AuditEntry
from mapper.records.audit_check import Verdict, head_of, verify
from mapper.records.audit_query import (
    AuditFilter,
    count_entries,
    export_audit,
    find_entries,
    people_in_log,
)
from mapper.records.open import database

SHOWN = 200  # entries on screen; the file holds all
# What each kind of entry is called on screen, most looked for first.
KINDS = {
    "view": "Operational detail shown",
    "export": "File taken",
    "release": "Released",
    "release refused": "Not released",
    "refused": "Refused",
    "sign-in": "Signed in",
    "sign-in refused": "Sign-in refused",
    "sign-out": "Signed out",
    "import": "Data loaded",
    "save": "Record saved",
    "settings": "Settings changed",
    "role": "Role changed",
    "threshold": "Threshold changed",
    "deletion": "Deleted",
}


def show_page() -> None:
    """Show the log as the filters leave it, the file of it, and the check of its chain."""
    put_on_style()
    show_marking(MARKINGS["operational"], audience="administrators'")
    viewer = current_viewer()
    require(viewer, "read the audit log")
    show_title("Audit")
    try:
        with database().read() as connection:
            people = people_in_log(connection)
        wanted = _ask_filter(people)
        with database().read() as connection:
            entries = find_entries(connection, wanted, limit=SHOWN)
            number = count_entries(connection, wanted)
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    _show_entries(entries, number)
    _offer_file(viewer, wanted)
    _offer_check()


def _ask_filter(people: Sequence[str]) -> AuditFilter:
    """Ask which entries to show."""
    left, middle, right = st.columns([2, 2, 2])
    kinds = left.multiselect(
        "What happened", list(KINDS), format_func=KINDS.__getitem__, placeholder="Everything"
    )
    person = middle.selectbox("Who", list(people), index=None, placeholder="Everybody")
    days: Any = right.date_input(
        "Days", value=cast("Any", ()), format="DD/MM/YYYY", key="audit days"
    )
    words = st.text_input("Words in it", placeholder="A harm, an area, a file name", max_chars=200)
    chosen = list(days) if isinstance(days, tuple) else [days]
    return AuditFilter(
        kinds=tuple(kinds),
        person=person or "",
        words=words.strip(),
        first=chosen[0] if chosen else None,
        last=chosen[-1] if chosen else None,
    )


def _show_entries(entries: Sequence[AuditEntry], number: int) -> None:
    """Show the entries as a table, newest first."""
    if not entries:
        notice("No entry fits these filters.")
        return
    st.dataframe(
        entry_table(entries), hide_index=True, height=_height(len(entries)), key="audit entries"
    )
    more = f" The newest {len(entries):,} are shown." if number > len(entries) else ""
    st.caption(f"{count(number, 'entry', 'entries')}. Times are UTC.{more}")


def _height(rows: int) -> int:
    """Return the height of a table, in pixels: of its rows, as far as a screen holds them."""
    return min(420, 38 + 35 * rows)


def entry_table(entries: Sequence[AuditEntry]) -> pd.DataFrame:
    """Return entries for reading."""
    return pd.DataFrame(
        {
            "When": [f"{entry.at:.19}".replace("T", " ") for entry in entries],
            "Who": [entry.person for entry in entries],
            "Role": [entry.role for entry in entries],
            "What": [KINDS.get(entry.kind, entry.kind) for entry in entries],
            "Of what": [entry.subject for entry in entries],
            "More": [detail_in_words(entry.detail) for entry in entries],
            "Digest": [entry.digest[:12] for entry in entries],
            "Entry": [entry.number for entry in entries],
        }
    )


def detail_in_words(detail: str) -> str:
    """Return the detail of an entry on one line: area: Anfield; from: 2026-01-01."""
    told = json.loads(detail)
    parts = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in told.items()
        if value not in (None, "", [], {}) and name != "session"
    }
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in parts.items())


def _offer_file(viewer: Viewer, wanted: AuditFilter) -> None:
    """Offer what the filters leave as a file; taking it is an entry of its own."""

    def made() -> bytes:
        with database().write() as connection:
            return export_audit(connection, wanted, person=viewer.name, role=role_of(viewer))

    offer_file(
        "These entries (CSV)",
        made,
        file_name=f"audit-log-{datetime.now(UTC):%Y%m%d-%H%M%S}.csv",  # no two alike
        mime="text/csv",
        key="audit csv",
    )


def _offer_check() -> None:
    """Recompute the chain when asked, and say what came of it."""
    st.subheader("Is the log whole?", anchor=False)
    st.caption(
        "Each entry is chained to the one before it. The check works every link out again and"
        " finds any entry that was edited, removed or moved."
    )
    if st.button("Check every entry"):
        with shown_progress("Checking every entry"), database().read() as connection:
            verdict, head = verify(connection), head_of(connection)
        notice(verdict_in_words(verdict), kind="sound" if verdict.whole else "stop")
        if verdict.whole and verdict.entries:
            st.text("Keep this elsewhere: it shows later whether entries were cut off the end.")
            st.code(f"entry {head.number}  {head.hash}", language=None)


def verdict_in_words(verdict: Verdict) -> str:
    """Return what the check found."""
    if verdict.whole:
        return f"The log is whole: {count(verdict.entries, 'entry', 'entries')}, every link fits."
    faults = "\n".join(verdict.faults)
    return (
        f"The log is not whole. Of {count(verdict.entries, 'entry', 'entries')}:\n{faults}\n"
        "Keep the database as it is and tell whoever is responsible for its security."
    )
