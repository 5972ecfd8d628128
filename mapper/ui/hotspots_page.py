"""The Hot spots page: controls at the side, map and list, details, files."""

import streamlit as st

from mapper.disclosure.release import MARKINGS, Release
from mapper.errors import MapperError
from mapper.ui.choices import ask_choices
from mapper.ui.datasets import Dataset, current_dataset, demonstration_is_at_hand
from mapper.ui.details import show_details
from mapper.ui.downloads import show_downloads
from mapper.ui.frame import put_on_style, show_marking
from mapper.ui.headline import show_cautions, show_headline
from mapper.ui.panel import show_panel
from mapper.ui.results import released
from mapper.ui.waiting import shown_progress
from mapper.ui.words import notice


def show_page() -> None:
    """Ask, work out, draw; what cannot be answered is said in words."""
    put_on_style()
    show_marking(MARKINGS["operational"])
    try:
        dataset = _dataset()
        with st.sidebar:
            request, lens = ask_choices(dataset)
        shown = released(dataset, request, lens)
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    show_headline(shown, data=dataset.title)
    _explore(shown)


@st.fragment
def _explore(shown: Release) -> None:
    """Draw map, list and what belongs to the choice; a choice runs this part alone again."""
    chosen = show_panel(shown)
    show_details(shown, chosen)
    show_cautions(shown)
    show_downloads(shown)


def _dataset() -> Dataset:
    """Return the data in use; only the first start of all has to wait for it."""
    if demonstration_is_at_hand():
        return current_dataset()
    with shown_progress("Making the demonstration data, once") as progress:
        return current_dataset(progress)
