"""What is under way in this session: how far it is, and a button that stops it.

Only this fragment runs again while the work goes on, so the rest of the page can be used; when the
work is over the page runs once more and shows what came of it.
"""

import streamlit as st

from mapper.app.shell.words import plain
from mapper.app.workbench.answers import AnsweredQuestion, answers

_EVERY = 0.7  # seconds between looks


def running() -> AnsweredQuestion | None:
    """Return the answer that is being worked out in this session, if any."""
    return next((each for each in answers().values() if not each.run.over), None)


@st.fragment(run_every=_EVERY)
def show_running() -> None:
    """Show how far the work is, until it is over."""
    answer = running()
    if answer is None:
        st.rerun()
        return
    run = answer.run
    with st.container(border=True):
        words = f"{plain(run.title)}: {plain(run.words)}"
        st.progress(run.share, text="Stopping ..." if run.stop.is_set() else words)
        st.button("Cancel this run", on_click=run.cancel, disabled=run.stop.is_set(), key="cancel")
