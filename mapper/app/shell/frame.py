"""What every page wears: look, marking at top and bottom, and the synthetic notice."""

from pathlib import Path

import pandas as pd
import streamlit as st

from mapper.app.door.who import current_viewer, who_in_words
from mapper.base.errors import RefusedError
from mapper.base.palette import with_colours
from mapper.base.text import encode_text
from mapper.disclosure.people import Viewer, scope_of
from mapper.disclosure.release import MARKINGS
from mapper.disclosure.rules import rules
from mapper.incidents.synthetic import SYNTHETIC_NOTICE, is_synthetic

_STYLE = with_colours(
    (Path(__file__).parent / "frame.css").read_text(encoding="utf-8"), follows=True
)


def put_on_style() -> None:
    """Send the app's own style; first thing on each page."""
    st.html(f"<style>{_STYLE}</style>")


def tab_title(page: str, place: str = "") -> str:
    """Return the title of a browser's tab: page, place, marking."""
    return f"{page}{f', {place}' if place else ''}: {MARKINGS['operational']}"


def name_tab(page: str, place: str) -> None:
    """Say in the browser's tab which place a page shows."""
    st.set_page_config(page_title=tab_title(page, place))


def show_marking(marking: str, *, audience: str = "operational") -> None:
    """Show the protective marking at the top and at the bottom of the window, and who looks."""
    who = who_in_words(current_viewer())
    told = f"for {encode_text(audience)} use · {encode_text(who)}"
    words = f"{encode_text(marking.upper())} <span>{told}</span>"
    st.html(
        f'<p class="m-marking m-head">{words}</p><p class="m-marking m-foot" aria-hidden="true">'
        f"{words}</p>"
    )


def show_marking_for(viewer: Viewer) -> None:
    """Show the marking of what a viewer is shown: operational detail, or partnership releases."""
    if _sees_releases_alone(viewer):
        show_marking(rules().audiences["partnership"].marking, audience="partnership")
    else:
        show_marking(MARKINGS["operational"])


def _sees_releases_alone(viewer: Viewer) -> bool:
    """Tell whether a viewer is shown partnership releases, and nothing operational."""
    try:
        return scope_of(viewer) == "partnership"
    except RefusedError:  # shown no hot spots: each page that has some refuses them in words
        return False


def show_synthetic(incidents: pd.DataFrame) -> None:
    """Say on the page that its data is invented, where it is."""
    if is_synthetic(incidents):
        st.html(f'<p class="m-synthetic" role="note">{encode_text(SYNTHETIC_NOTICE)}</p>')
    else:
        st.empty()  # what stands below keeps its place
