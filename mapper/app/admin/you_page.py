"""The page about oneself: name, roles, wards, what they open, and signing out."""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from mapper.app.door.provider import is_signed_in_to
from mapper.app.door.started import LACKS, is_by_serve
from mapper.app.door.who import current_viewer, ends_in_words
from mapper.app.shell.frame import put_on_style, show_marking_for
from mapper.app.shell.words import bullets, notice, show_title
from mapper.disclosure.people import ACTS, Act, Viewer, may

IN_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        "see everything": "See full counts of every ward",
        "see own wards": "See full counts of your own wards",
        "see partnership releases": "See what is released to partner agencies",
        "see hot spots": "Open the map of hot spots",
        "load data": "Load incidents and see how good they are",
        "release": "Release to partners and the public",
        "plan": "Write assessments and plans",
        "act for an agency": "Say how your own agency's actions stand, in what is shared with it",
        "read the audit log": "Read who saw what, and when",
        "change settings": "Change the settings of this installation",
    }
)
_ALONE = (
    "Nobody signs in to this installation. Whoever opens it on this machine is its one person,"
    " analyst and administrator at once, and no other machine can reach it. To share it, set up"
    " sign-in: docs/signing-in.md says how."
)


def show_page() -> None:
    """Say who looks and what they may; offer the way out."""
    put_on_style()
    viewer = current_viewer()
    show_marking_for(viewer)
    show_title("Your sign-in")
    _show_who(viewer)
    st.subheader("You may", anchor=False)
    bullets(IN_WORDS[act] for act in ACTS if may(viewer, act))
    if is_signed_in_to():
        if st.button("Sign out", type="primary"):
            st.logout()
        return
    notice(_ALONE)
    if not is_by_serve():
        notice(LACKS)


def _show_who(viewer: Viewer) -> None:
    """Show name, roles, wards and when the sign-in ends."""
    lines = [f"Signed in as {viewer.name}" if is_signed_in_to() else viewer.name.capitalize()]
    lines.append(f"Roles: {', '.join(sorted(viewer.roles))}")
    if viewer.wards:
        lines.append(f"Wards: {'; '.join(sorted(viewer.wards))}")
    if viewer.agency:
        lines.append(f"Agency: {viewer.agency}")
    ends = ends_in_words(viewer)
    if ends:
        lines.append(f"This sign-in ends at {ends} at the latest, or when nothing is done for long")
    for line in lines:
        st.text(line)
