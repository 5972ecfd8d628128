"""A visit recorded in three taps: the place is chosen, how long, keep. Never who."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import get_args

import streamlit as st

from mapper.app.shell.day import today_here
from mapper.app.shell.words import notice, plain
from mapper.base.errors import MapperError
from mapper.base.text import count
from mapper.base.week import Shift, day_and_shift
from mapper.disclosure.people import Viewer, may
from mapper.records.open import database
from mapper.records.place_work import WorkGround
from mapper.records.visits import KINDS, LONGEST, Visit, VisitKind, keep_visits, visits_between

LATELY = 28  # days that a card and the page of visits look back
_USUAL = (15, 30, 60)  # minutes
_OTHER = 0


def lately(today: date) -> tuple[Visit, ...]:
    """Return the visits of the last days, today's among them.

    Raises
    ------
    RecordsError
        When the records cannot be read.
    """
    return visits_between(database(), today - timedelta(days=LATELY - 1), today)


def offer_visit(viewer: Viewer, places: Sequence[WorkGround], *, key: str) -> None:
    """Ask for a visit to one of some places, and keep it at once."""
    if not places or not may(viewer, "plan"):
        return
    with st.expander("Record a visit", icon=":material/add_location:"):
        place = places[0]
        if len(places) > 1:
            place = st.selectbox(
                "Place visited", places, format_func=lambda one: one.name, key=f"{key} place"
            )
        chosen = st.pills(
            "How long",
            (*_USUAL, _OTHER),
            format_func=lambda one: f"{one} minutes" if one else "Other",
            required=True,
            default=_USUAL[0],
            key=f"{key} usual",
        )
        minutes = chosen or int(st.number_input("Minutes", 1, LONGEST, 20, key=f"{key} minutes"))
        visit = Visit(*_ask_when(key), minutes, place.name, place.cells, _ask_kind(key))
        st.button(
            "Keep this visit",
            type="primary",
            key=f"{key} keep",
            on_click=_keep,
            args=(viewer, visit, key),
        )
        if told := st.session_state.pop(f"{key} told", None):
            notice(told[0], kind=told[1])


def _ask_when(key: str) -> tuple[date, Shift]:
    """Ask for day and shift: today's, as the clock has it."""
    now: Shift = day_and_shift(datetime.now())[1]  # noqa: DTZ005 - the wall clock where people are
    left, right = st.columns(2)
    day = left.date_input("Day", today_here(), format="DD/MM/YYYY", key=f"{key} day")
    shift = right.segmented_control(
        "Shift", get_args(Shift), default=now, required=True, key=f"{key} shift"
    )
    return day if isinstance(day, date) else today_here(), shift or now


def _ask_kind(key: str) -> VisitKind:
    """Ask who went: police or partners, no more than that."""
    return (
        st.segmented_control(
            "What it was", KINDS, default=KINDS[0], required=True, key=f"{key} kind"
        )
        or KINDS[0]
    )


def _keep(viewer: Viewer, visit: Visit, key: str) -> None:
    """Keep a visit before the page is drawn anew, and leave word of it."""
    try:
        keep_visits(database(), [visit], viewer=viewer)
    except MapperError as error:
        st.session_state[f"{key} told"] = (str(error), "stop")
        return
    words = f"Kept: {count(visit.minutes, 'minute')} at {visit.place}."
    st.session_state[f"{key} told"] = (words, "good")
    st.toast(plain(words), icon=":material/check:")  # on a phone the words lie below the screen
