"""A campaign at a glance: three figures, what is late, what is untouched, on a map and in files."""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

import pandas as pd
import streamlit as st

from mapper.app.campaigns.candidates import incidents_within
from mapper.app.campaigns.picker import lens_of, release_through
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.day import today_here
from mapper.app.shell.frame import show_synthetic
from mapper.app.shell.taking import handed_out, offer_file, require_live
from mapper.app.shell.waiting import opened_dataset
from mapper.app.shell.words import notice, plain
from mapper.app.work.record_desk import Desk, seen_records
from mapper.base.errors import MapperError
from mapper.base.text import count, encode_text
from mapper.disclosure.people import Viewer
from mapper.disclosure.release import Release
from mapper.outputs.campaign import FILES, campaign_file, coverage_picture
from mapper.outputs.campaign_print import agency_sheet, campaign_document
from mapper.outputs.documents.model import Document
from mapper.outputs.documents.pdf import document_pdf
from mapper.records.actions import actions_of, overdue
from mapper.records.campaigns import (
    action_table,
    cells_of,
    coverage,
    figures,
    has_begun,
    place_table,
    reach_of,
    untouched_in_words,
)
from mapper.records.form import Content
from mapper.records.open import database
from mapper.records.versions import Version, newest

_HEADS = {
    "place": "Place",
    "kind": "What it is",
    "ward": "Ward",
    "lead": "Lead agency here",
    "state": "State",
    "actions": "Actions",
    "done": "Done",
    "sessions": "Sessions held",
    "briefed": "Staff briefed",
    "contacts": "People reached",
    "leaflets": "Leaflets given",
    "action": "Action",
    "agency": "Agency",
    "owner": "Owner (role)",
    "due": "Due",
    "days_late": "Days late",
    "done_on": "Done on",
    "outcome": "What came of it",
}
_LATE = ("days_late", "due", "place", "action", "agency", "owner")  # all late, nothing of it done


def show_overview(viewer: Viewer, desk: Desk) -> None:
    """Show how the saved campaign stands."""
    saved = newest(database(), desk.record) if desk.based_on else None
    if saved is None:
        st.caption(
            "Take places, fill the actions down, and save: the campaign then tells how far it is."
        )
        return
    content, today = saved.content, today_here()
    facts = "".join(
        f"<div><dt>{encode_text(words)}</dt><dd>{encode_text(value)}</dd></div>"
        for value, words in figures(content, today)
    )
    st.html(f'<dl class="m-facts">{facts}</dl>')
    untouched = f"{untouched_in_words(content, today)}."
    if not has_begun(content, today):
        st.caption(plain(untouched))
    elif coverage(content).untouched:
        notice(untouched, kind="look")
    shown = _map_of(content)
    if shown is not None:
        _show_held(content, shown)
    if told := reach_of(content, area_here()).words:
        st.caption(plain(told))
    late = overdue(actions_of(content), today)
    if late:
        st.markdown(f"**{count(len(late), 'action')} late**")
        _show(action_table(late, today)[list(_LATE)], key=f"{desk.key} late")
    with st.expander("Coverage, place by place, on a map and as a table"):
        picture = coverage_picture(content, area_here())
        if picture is not None:
            st.image(picture.svg, alt=picture.alt, width=560)
        _show(place_table(content), key=f"{desk.key} places seen")
    _offer_files(viewer, saved, today)
    if shown is not None:
        _offer_print(viewer, saved, shown, today)


def _map_of(content: Content) -> Release | None:
    """Return the map through the campaign's lens; where there is none, it is said why."""
    try:
        dataset = opened_dataset()
        show_synthetic(dataset.incidents.table)
        return release_through(lens_of(content, dataset), dataset)
    except MapperError as error:
        st.caption(plain(f"What the places hold cannot be told: {error}"))
        return None


def _show_held(content: Content, shown: Release) -> None:
    """Say how many incidents the places hold, and the covered ones of them."""
    covered = coverage(content)
    every, visited = cells_of(content, covered.planned), cells_of(content, covered.visited)
    if not every:
        return
    st.caption(
        plain(
            f"Under {shown.title}, {shown.period}, its places hold"
            f" {count(incidents_within(shown, every), 'incident')}; the visited ones"
            f" {incidents_within(shown, visited):,}."
        )
    )


def _show(table: pd.DataFrame, *, key: str) -> None:
    """Show a table with columns as people read them."""
    day = st.column_config.DateColumn(format="D MMM YYYY")
    st.dataframe(
        table.rename(columns=_HEADS),
        hide_index=True,
        width="stretch",
        column_config={"Due": day, "Done on": day},
        key=key,
    )


def _offer_files(viewer: Viewer, saved: Version, today: date) -> None:
    """Offer the campaign as files, late actions first."""
    with st.container(horizontal=True):
        for form, (title, mime) in FILES.items():
            name = f"campaign-{saved.record}.{form}"
            offer_file(
                title,
                partial(_taken, viewer, saved, form, today, name),
                file_name=name,
                mime=mime,
                key=f"{saved.digest} {form}",
            )


def _offer_print(viewer: Viewer, saved: Version, shown: Release, today: date) -> None:
    """Offer the campaign on paper: two pages for the meeting, or a sheet for one agency."""
    named = {one.agency for one in actions_of(saved.content) if one.is_wanted and one.agency}
    evaluated = [
        one
        for one in seen_records(viewer, "evaluation")
        if one.content["intervention"] == saved.record
    ]
    area = area_here()  # a file is made on another thread, which knows of no session
    with st.container(horizontal=True, vertical_alignment="bottom"):
        whose = st.selectbox(
            "On paper",
            ["", *sorted(named)],
            format_func=lambda agency: f"Sheet for {agency}" if agency else "Whole campaign",
            key=f"{saved.digest} paper",
            width=280,
        )
        make: Callable[..., Document] = (
            partial(agency_sheet, saved, shown, whose, today=today)
            if whose
            else partial(
                campaign_document,
                saved,
                shown,
                area=area,
                today=today,
                evaluation=next(iter(evaluated), None),
            )
        )
        offer_file(
            "Print (PDF)",
            partial(_printed, viewer, saved, whose, make),
            file_name=f"campaign-{'-'.join([saved.record, *re.findall('[a-z]+', whose)])}.pdf",
            mime="application/pdf",
            key=f"{saved.digest} print {whose}",
        )


def _printed(viewer: Viewer, saved: Version, agency: str, make: Callable[..., Document]) -> bytes:
    """Return a campaign or an agency's sheet as PDF, once it is written down who takes it."""
    require_live(viewer)
    document = make(made_by=viewer.name, made_at=datetime.now().astimezone())
    detail = {"campaign": saved.record, "version": saved.number, "agency": agency}
    subject = f"campaign {saved.record} on paper"
    return handed_out(viewer, document_pdf(document), subject=subject, detail=detail)


def _taken(viewer: Viewer, saved: Version, form: str, today: date, name: str) -> bytes:
    """Return a file that somebody takes, once it is written down that they do."""
    require_live(viewer)
    content = campaign_file(saved, form, today)
    detail = {"campaign": saved.record, "version": saved.number}
    return handed_out(viewer, content, subject=name, detail=detail)
