"""The router: the menu, and the page that the visitor asked for."""

from pathlib import Path

import streamlit as st

from mapper.ui.guard import routed

PAGES = Path(__file__).parents[2] / "pages"


def run_app() -> None:
    """Run the page that was asked for; only from here can a page run."""
    st.set_page_config(
        page_title="Hot spots: OFFICIAL-SENSITIVE",
        layout="wide",
        initial_sidebar_state="auto",
        menu_items={"About": "mapper: hot spots of harm at places, found exactly, shared safely."},
    )
    page = st.navigation(
        [
            st.Page(
                PAGES / "hotspots" / "overview.py",
                title="Hot spots",
                url_path="hot-spots",
                default=True,
            ),
            st.Page(PAGES / "data" / "load.py", title="Data", url_path="data"),
        ],
        position="top",
    )
    with routed():
        page.run()
