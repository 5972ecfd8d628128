"""The Settings page's part on sign-ins: who is in, since when, and the door."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st

from mapper.app.admin.you_page import IN_WORDS
from mapper.app.door.provider import is_signed_in_to
from mapper.app.door.sign_ins import sign_ins
from mapper.app.shell.traces import trace
from mapper.app.shell.words import attempt
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.disclosure.people import ACTS, Viewer, may, require, role_of
from mapper.records.audit import Event, append
from mapper.records.known_people import KnownPerson, known_people
from mapper.records.open import database
from mapper.records.sessions import Session, open_sessions, session_state

_LOOKED = "mapper_everybody_looked_at"


def show_people(viewer: Viewer) -> None:
    """Show who is signed in, and offer to end one sign-in."""
    st.subheader("Who is signed in", anchor=False)
    if not is_signed_in_to():
        st.caption("Nobody signs in to this installation: one person uses it, on this machine.")
        return
    if st.toggle("Everybody who has signed in, and what they may see", key="everybody"):
        _show_everybody(viewer)
    found = live_sessions()
    st.dataframe(session_table(found), hide_index=True, key="sessions")
    others = {one.key: one for one in found}
    chosen = st.selectbox(
        "End a sign-in",
        list(others),
        format_func=lambda key: f"{others[key].name}, since {others[key].issued:%d/%m/%Y %H:%M}",
        index=None,
        placeholder="Whose?",
        key="session",
    )
    if chosen is None:
        return
    st.caption("Their screen is cleared within five seconds. They can sign in again.")
    if st.button("End this sign-in", type="primary"):
        attempt(lambda: end_sign_in_of(others[chosen], viewer=viewer))


def _show_everybody(viewer: Viewer) -> None:
    """Show who has ever signed in, and write down, once a session, that it was looked at."""
    found, number = everybody(viewer, noted=bool(st.session_state.get(_LOOKED)))
    st.session_state[_LOOKED] = True
    st.dataframe(people_table(found), hide_index=True, key="known-people")
    fewer = f"The {len(found):,} seen last of " if len(found) < number else ""
    st.caption(
        f"{fewer}{count(number, 'person', 'people')}, with the roles and wards of their last"
        " sign-in. The identity provider gives both; the audit log has every change of them."
    )


def everybody(viewer: Viewer, *, noted: bool = False) -> tuple[tuple[KnownPerson, ...], int]:
    """Return who has signed in, and how many; an entry says who looked unless it was noted.

    Raises
    ------
    RefusedError
        When the viewer may not change settings.
    RecordsError
        When it cannot be written down; then nobody is shown.
    """
    require(viewer, "change settings")
    with database().read() as connection:
        found, number = known_people(connection)
    if not noted:
        detail = {"people": number, "shown": len(found)}
        trace(viewer, "view", subject="Who has signed in", detail=detail)
    return found, number


def people_table(found: Sequence[KnownPerson]) -> pd.DataFrame:
    """Return people for reading: what each may see is what their roles open."""
    return pd.DataFrame(
        {
            "Who": [one.viewer.name for one in found],
            "Role": [role_of(one.viewer) for one in found],
            "Wards": [", ".join(sorted(one.viewer.wards)) for one in found],
            "Agency": [one.viewer.agency for one in found],
            "May": ["; ".join(IN_WORDS[a] for a in ACTS if may(one.viewer, a)) for one in found],
            "First sign-in": [f"{one.first_seen:%d/%m/%Y %H:%M}" for one in found],
            "Last sign-in": [f"{one.last_seen:%d/%m/%Y %H:%M}" for one in found],
        }
    )


def live_sessions() -> tuple[Session, ...]:
    """Return the sign-ins that open something now."""
    idle = timedelta(minutes=settings().idle_minutes)
    with database().read() as connection:
        found = open_sessions(connection)
    now = datetime.now(UTC)
    return tuple(one for one in found if session_state(one, now=now, idle=idle) == "open")


def session_table(found: Sequence[Session]) -> pd.DataFrame:
    """Return sign-ins for reading."""
    return pd.DataFrame(
        {
            "Who": [one.name for one in found],
            "Role": [one.role for one in found],
            "Wards": [", ".join(one.wards) for one in found],
            "Agency": [one.agency for one in found],
            "Since": [f"{one.issued:%d/%m/%Y %H:%M}" for one in found],
            "Last seen": [f"{one.last_seen:%H:%M}" for one in found],
            "Ends at the latest": [f"{one.expires:%d/%m/%Y %H:%M}" for one in found],
        }
    )


def end_sign_in_of(session: Session, *, viewer: Viewer) -> None:
    """End somebody's sign-in, and record who did.

    Raises
    ------
    RefusedError
        When the viewer may not change settings.
    """
    require(viewer, "change settings")
    with database().write() as connection:
        detail = {"of": session.person, "session": session.key}
        append(
            connection,
            Event("settings", viewer.name, "sign-in ended", role_of(viewer), detail=detail),
        )
    sign_ins.end(session.key, why="ended by an administrator")
