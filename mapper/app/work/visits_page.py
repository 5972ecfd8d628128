"""Visits: how much was done at each place of work, from a form or from positions. Never who."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.day import today_here
from mapper.app.shell.frame import put_on_style, show_marking
from mapper.app.shell.waiting import shown_progress
from mapper.app.shell.words import attempt, notice, plain, show_title
from mapper.app.work.record_desk import seen_records
from mapper.app.work.record_start import HOTSPOTS
from mapper.app.work.visit_form import LATELY, lately, offer_visit
from mapper.base.errors import MapperError
from mapper.base.files import digest_of
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.disclosure.people import Viewer, may, require
from mapper.disclosure.release import MARKINGS
from mapper.incidents.gather import TABLE_SUFFIXES
from mapper.records.open import database
from mapper.records.place_work import WorkGround, every_ground, grounds_of
from mapper.records.positions import Stays, read_positions, stays_at
from mapper.records.versions import Version
from mapper.records.visits import (
    KINDS,
    VISITED,
    WHOLE_VISIT,
    Visit,
    VisitKind,
    dosage,
    keep_visits,
    kept_to_plan,
    remove_visits,
    visits_of_file,
    visits_on,
)

_FOUND = "visits found"  # in a file, not yet kept
_NONE = (
    "No plan, campaign or intervention names a place yet. Choose a place on My patch or Hot spots,"
    " then “Assess this place”; visits are kept for places of work."
)


def show_page() -> None:
    """Show what was done where, then the two ways to add to it."""
    put_on_style()
    show_marking(MARKINGS["operational"])
    show_title("Visits")
    try:
        viewer = current_viewer()
        work = [one for kind in VISITED for one in seen_records(viewer, kind)]
        found, places = lately(today_here()), every_ground(work)
        if not (places or (found and may(viewer, "see everything"))):
            notice(_NONE)
            st.page_link(HOTSPOTS, label="Open Hot spots", icon=":material/arrow_forward:")
            return
        _show_visits(viewer, work, found)
        offer_visit(viewer, places, key="visits")
        if may(viewer, "load data"):
            _offer_positions(viewer, places)
    except MapperError as error:
        notice(str(error), kind="stop")


def visit_table(work: Sequence[Version], found: Sequence[Visit], today: date) -> pd.DataFrame:
    """Return how much was done lately at each place of each record, then at any other place."""
    first = today - timedelta(days=LATELY - 1)
    parts = [(place, one) for one in work for place in grounds_of(one) if place.cells]
    known = {place.cells for place, _ in parts}
    others = {one.cells: WorkGround(one.place, "", one.cells) for one in found}
    rows = []
    for place, one in [*parts, *((each, None) for each in others.values())]:
        if one is None and place.cells in known:
            continue
        told = dosage(place.cells, found, first=first, last=today)
        kept = kept_to_plan(one.content, found, first=first, last=today) if one else None
        rows.append(
            {
                "Place": place.name,
                "Record": one.record if one else "none",
                "Visits": told.visits,
                "Minutes": told.minutes,
                "Days with a visit": told.days,
                f"{WHOLE_VISIT} minutes or longer": told.whole,
                "Last": told.last,
                "Weeks as planned": f"{kept[0]} of {kept[1]}" if kept else "",
            }
        )
    return pd.DataFrame(rows).sort_values(["Visits", "Place"], ignore_index=True)


def _show_visits(viewer: Viewer, work: Sequence[Version], found: Sequence[Visit]) -> None:
    """Show the last weeks, places without a visit first."""
    today = today_here()
    if not may(viewer, "see everything"):  # visits elsewhere are others' to see
        mine = [each.cells for each in every_ground(work)]
        found = [one for one in found if any(visits_on(cells, [one]) for cells in mine)]
    table = visit_table(work, found, today)
    untouched = int((table["Visits"] == 0).sum())
    st.text(
        f"{LATELY} days to {today.day} {today:%B %Y}: {count(len(found), 'visit')},"
        f" {count(sum(one.minutes for one in found), 'minute')}."
        + (f" {untouched:,} of {count(len(table), 'place')} had no visit." if untouched else "")
    )
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        column_config={"Last": st.column_config.DateColumn(format="D MMM YYYY")},
        key="visits table",
    )
    st.caption(
        "Minutes say how much was done, not what came of it: that is told under Interventions."
        " “Weeks as planned” are those with as many visits as a plan or intervention asks for."
        " Outreach that is counted under a campaign is told there and is not among these visits."
    )


def _offer_positions(viewer: Viewer, places: Sequence[WorkGround]) -> None:
    """Take a file of positions, say what it came to, and keep that when asked."""
    with st.expander("Positions of vehicles or radios", icon=":material/route:"):
        st.caption(
            "A CSV or GPX file with times and places. Names, call signs and numbers in it are never"
            " read; positions away from the places above are forgotten."
        )
        kind = st.segmented_control(
            "What they were", KINDS, default=KINDS[0], required=True, key="positions kind"
        )
        given = st.file_uploader(
            "File of positions",
            type=[*TABLE_SUFFIXES],
            key="positions file",
            max_upload_size=settings().upload_mb,
        )
        if given is None:
            st.session_state.pop(_FOUND, None)
            return
        if st.session_state.get(_FOUND, ("", None))[0] != (given.file_id, kind):
            with shown_progress("Reading positions"):
                found = _found(given.name, given.getvalue(), places, kind or KINDS[0])
            st.session_state[_FOUND] = ((given.file_id, kind), *found)
        _, stays, digest = st.session_state[_FOUND]
        st.text(stays.words)
        if number := visits_of_file(database(), digest):
            _offer_back(viewer, digest, number)
            return
        label = f"Keep {count(len(stays.visits), 'visit')}"
        if stays.visits and st.button(plain(label), type="primary", key="positions keep"):
            require(viewer, "load data")
            attempt(lambda: keep_visits(database(), stays.visits, viewer=viewer, origin=digest))


def _offer_back(viewer: Viewer, digest: str, number: int) -> None:
    """Say that the visits of a file are kept, and take them back when asked."""
    kept = count(number, "visit")
    st.text(f"{kept} of this file {'is' if number == 1 else 'are'} kept already.")
    if not may(viewer, "see everything"):
        return
    if st.button(plain(f"Take {kept} back"), key="positions back"):
        attempt(lambda: remove_visits(database(), origin=digest, viewer=viewer))


def _found(
    name: str, data: bytes, places: Sequence[WorkGround], kind: VisitKind
) -> tuple[Stays, str]:
    """Return the stays in a file, and its digest; the file itself is not kept."""
    with TemporaryDirectory(prefix="mapper-") as folder:
        path = Path(folder, Path(name).name)
        path.write_bytes(data)
        positions, left_out = read_positions(path)
        return stays_at(positions, places, kind=kind, left_out=left_out), digest_of(path)
