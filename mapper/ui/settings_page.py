"""The Settings page: retention, releases, rules of audiences, and who is signed in."""

import streamlit as st

from mapper.disclosure.release import MARKINGS
from mapper.people import require
from mapper.ui.frame import put_on_style, show_marking
from mapper.ui.who import current_viewer


def show_page() -> None:
    """Show what an administrator may change, each with what it does."""
    put_on_style()
    show_marking(MARKINGS["operational"], audience="administrators'")
    viewer = current_viewer()
    require(viewer, "change settings")
    st.header("Settings", anchor=False)
