"""Late and due: the actions of every plan and campaign, by agency, and where they cross."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial

import pandas as pd
import streamlit as st

from mapper.app.campaigns.picker import release_through
from mapper.app.door.who import current_viewer
from mapper.app.oversight.bare_places import FEWEST, bare_places, one_of_each_family
from mapper.app.shell.day import today_here
from mapper.app.shell.frame import put_on_style, show_marking, show_synthetic
from mapper.app.shell.lens_offer import lenses_for
from mapper.app.shell.taking import handed_out, offer_file, require_live
from mapper.app.shell.waiting import opened_dataset, shown_progress
from mapper.app.shell.words import bullets, notice, plain, show_title
from mapper.app.work.record_desk import seen_records
from mapper.app.work.record_start import CAMPAIGNS, PLANS
from mapper.base.errors import MapperError
from mapper.base.files import no_progress
from mapper.base.text import count, day_in_words
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.release import MARKINGS
from mapper.outputs.reminders import mail_list, reminders
from mapper.records.actions import PlannedAction, overdue
from mapper.records.oversight import (
    Crossing,
    all_actions,
    by_agency,
    crossing_words,
    crossings,
    live,
    matrix,
    since_meeting,
)
from mapper.records.versions import Version

_ALL = "All agencies"
_FILES = {
    ".ics": ("Reminders (.ics)", "text/calendar"),
    ".txt": ("List to mail (text)", "text/plain"),
}
_PAGES = {"plan": "plans", "campaign": "campaigns"}


def show_page() -> None:
    """Show what is late and due, then the crossings."""
    put_on_style()
    show_marking(MARKINGS["operational"])
    show_title("Late and due")
    try:
        viewer = current_viewer()
        every = (*seen_records(viewer, "plan"), *seen_records(viewer, "campaign"))
        work = live(every)
        if work:
            _show_since(viewer, every)
            _show_actions(viewer, work)
            _show_crossings(crossings(work))
        else:
            notice("No plan or campaign is live. Start one under Plans or Campaigns.")
            with st.container(horizontal=True):
                for page, name in ((PLANS, "Plans"), (CAMPAIGNS, "Campaigns")):
                    icon = ":material/arrow_forward:"
                    st.page_link(page, label=f"Open {name}", icon=icon)
        _show_bare(viewer, work)
    except MapperError as error:
        notice(str(error), kind="stop")


def _show_since(viewer: Viewer, work: Sequence[Version]) -> None:
    """Show what was done and what became late since the last meeting, one click away."""
    found = since_meeting(seen_records(viewer, "meeting"), all_actions(work), today_here())
    if found is None:
        return
    with st.expander(plain(found.words)):
        told = (("Done", found.done), ("Newly late", found.late))
        lines = [f"{word}: {one.action} ({_whose(one)})" for word, some in told for one in some]
        bullets(lines or ["Nothing was finished, and nothing fell due."])


def _whose(action: PlannedAction) -> str:
    """Return place and agency of an action, and when it was due."""
    due = f"due {action.due.day} {action.due:%B}" if action.due else ""
    return ", ".join(part for part in (action.place, action.agency or "nobody", due) if part)


def _show_actions(viewer: Viewer, work: Sequence[Version]) -> None:
    """Show agencies, then the open actions of one or all of them, late first."""
    today, actions = today_here(), all_actions(work)
    st.dataframe(
        by_agency(actions, today).rename(columns=str.capitalize), hide_index=True, key="agencies"
    )
    agencies = sorted({one.agency for one in actions if one.is_open and one.agency})
    chosen = st.selectbox("Whose actions", [_ALL, *agencies], key="late agency")
    late_only = st.toggle("Only what is late", key="late only")
    mine = [one for one in actions if one.is_open and chosen in {_ALL, one.agency}]
    shown = [one for one in mine if one.days_late(today) or not late_only]
    late = len(overdue(mine, today))
    st.caption(
        plain(f"{count(len(mine), 'action')} open, {late or 'none'} late on {day_in_words(today)}.")
    )
    st.dataframe(
        open_table(shown, work, today),
        hide_index=True,
        width="stretch",
        column_config={
            "Open": st.column_config.LinkColumn(display_text=r"record=(.+)$"),
            "Due": st.column_config.DateColumn(format="D MMM YYYY"),
        },
        key="late actions",
    )
    if proposed := [one for one in actions if one.status == "proposed" and not one.ended]:
        st.subheader("Proposed by partners", anchor=False)
        st.dataframe(
            open_table(proposed, work, today)[["Agency", "Action", "Place", "Due", "Open"]],
            hide_index=True,
            width="stretch",
            column_config={"Open": st.column_config.LinkColumn(display_text=r"record=(.+)$")},
            key="proposed actions",
        )
        st.caption("Open the plan or campaign and set another state to agree, or drop it.")
    stem = f"due-{'all' if chosen == _ALL else chosen.replace(' ', '-')}"
    with st.container(horizontal=True):
        for form, (label, mime) in _FILES.items():
            name = f"{stem}{form}"
            offer_file(
                label,
                partial(_taken, viewer, shown, name, today),
                file_name=name,
                mime=mime,
                key=f"reminders {form}",
                help="mapper sends no mail: take it, and send it yourself.",
            )


def open_table(
    actions: Sequence[PlannedAction], work: Sequence[Version], today: date
) -> pd.DataFrame:
    """Return open actions, latest first, each with the way to its plan or campaign."""
    of = {one.record: one for one in work}
    order = sorted(actions, key=lambda one: (-one.days_late(today), one.due or date.max))
    return pd.DataFrame(
        {
            "Late by days": [one.days_late(today) for one in order],
            "Due": [one.due for one in order],
            "Open": [f"/{_PAGES[of[one.plan].kind]}?record={one.plan}" for one in order],
            "Agency": [one.agency for one in order],
            "Owner (role)": [one.owner for one in order],
            "Action": [one.action for one in order],
            "Place": [one.place or of[one.plan].title for one in order],
            "Plan or campaign": [of[one.plan].title for one in order],
        }
    )


def _show_crossings(found: Sequence[Crossing]) -> None:
    """Show places against agencies, and what is doubled."""
    st.subheader("Where plans and agencies cross", anchor=False)
    table = matrix(found).rename(columns=lambda name: name[:1].upper() + name[1:])
    st.dataframe(table, hide_index=True, width="stretch", key="crossings")
    bullets(crossing_words(found))
    st.caption(
        "Two pieces of work are at one place when half of the smaller one's cells lie in the other."
        " Numbers are actions, done ones included."
    )


def _show_bare(viewer: Viewer, work: Sequence[Version]) -> None:
    """Show, when asked, the places where three harms meet and nobody works."""
    st.subheader("Three harms, and nobody there", anchor=False)
    if not st.toggle("Look for places where three harms meet and nobody works", key="bare places"):
        return
    dataset = opened_dataset()
    show_synthetic(dataset.incidents.table)
    offer = lenses_for(dataset.digest, _dataset=dataset)
    lenses = one_of_each_family(offer.lenses[: offer.fitting])
    maps = []
    with shown_progress("Looking at each harm") as progress:
        for at, lens in enumerate(lenses, 1):
            progress(f"{lens.title}, {at} of {len(lenses)}", (at - 1) / len(lenses))
            with suppress(MapperError):  # too few incidents for a map: it meets no other there
                maps.append(release_through(lens, dataset, no_progress))
        found = bare_places(maps, work)
    told = ", ".join(one.title for one in maps)
    if len(maps) < FEWEST:
        notice(f"The data shows too few harms to set against each other: {told or 'none'}.")
        return
    bullets(one.bare_words for one in found)
    whose = " Looked for in your wards alone." if not may(viewer, "see everything") else ""
    st.caption(
        plain(
            f"{count(len(found), 'place')} in the hot spots of three or more of: {told};"
            f" {maps[0].period}; no live plan or campaign covers any of it.{whose}"
        )
    )


def _taken(viewer: Viewer, actions: Sequence[PlannedAction], name: str, today: date) -> bytes:
    """Return the calendar or list that somebody takes, once it is written down that they do."""
    require_live(viewer)
    if name.endswith(".ics"):
        content = reminders(actions, made_at=datetime.now(UTC))
    else:
        content = mail_list(actions, today=today)
    return handed_out(viewer, content, subject=name, detail={"actions": len(actions)})
