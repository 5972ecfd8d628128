"""The Release page's part on the release plan: what it hides, what was given, and giving more."""

from functools import partial

import streamlit as st

from mapper.app.briefing.results import register_of
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.words import attempt, bullets, notice, plain
from mapper.base.errors import MapperError
from mapper.base.text import count
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.plan_month import give_month, given_months
from mapper.disclosure.plan_preview import preview_plan, shares_in_words
from mapper.disclosure.release_plan import AUDIENCE, ReleasePlan, release_plan

NONE = (
    "No monthly plan is fixed. With one, partners get the same maps and tables every month and are"
    " refused none of them. An administrator fixes it: mapper release-plan fix plan.toml."
)


def show_plan(viewer: Viewer, dataset: Dataset) -> None:
    """Show how much the plan hides now and in the months to come; give the next month."""
    with st.expander("Monthly plan for partners"):
        try:
            plan = release_plan()
            if plan is None:
                st.caption(NONE)
            else:
                _show(plan, viewer, dataset)
        except MapperError as error:
            notice(str(error), kind="stop")


def _show(plan: ReleasePlan, viewer: Viewer, dataset: Dataset) -> None:
    """Show a plan, and ask for its next month."""
    register = register_of(viewer)
    given = given_months(plan, register.earlier(AUDIENCE))
    st.text(plan.words)
    st.text(f"Given: {count(len(given), 'month')} of {len(plan.months)}.")
    bullets(_shares(dataset.digest, repr(plan), _plan=plan, _dataset=dataset))
    left = [month for month in plan.months if month not in given]
    if left and may(viewer, "release"):
        give = partial(give_month, plan, dataset.incidents, left[0], register=register)
        if st.button(plain(f"Give {left[0]:%B %Y}"), key="give"):
            attempt(give)


@st.cache_resource(max_entries=8, show_spinner="Working out what the plan hides")
def _shares(digest: str, plan: str, *, _plan: ReleasePlan, _dataset: Dataset) -> list[str]:
    """Return what share of each lens is hidden; digest and plan are its key."""
    del digest, plan
    return shares_in_words(_plan, preview_plan(_plan, _dataset.incidents))
