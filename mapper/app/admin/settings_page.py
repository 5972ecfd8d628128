"""The Settings page: retention, releases, rules of audiences, and who is signed in."""

import streamlit as st

from mapper.app.admin.area_page import show_own
from mapper.app.admin.settings_kept import show_datasets, show_releases, show_retention
from mapper.app.admin.settings_people import show_people
from mapper.app.admin.settings_rules import show_rules
from mapper.app.door.who import current_viewer
from mapper.app.shell.frame import put_on_style, show_marking
from mapper.app.shell.words import notice, show_title
from mapper.base.errors import MapperError
from mapper.disclosure.people import require
from mapper.disclosure.release import MARKINGS


def show_page() -> None:
    """Show what an administrator may change, each with what it does."""
    put_on_style()
    show_marking(MARKINGS["operational"], audience="administrators'")
    viewer = current_viewer()
    require(viewer, "change settings")
    show_title("Settings")
    st.caption("Every change is written to the audit log with your name.")
    for part in (show_own, show_retention, show_datasets, show_releases, show_rules, show_people):
        try:
            part(viewer)
        except MapperError as error:
            notice(str(error), kind="stop")
