"""The workbench: ask anything of the data in use, see how sure the answer is, keep the run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.door.who import current_viewer
from mapper.app.shell.address import asked_part, follow, say
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.choices import ask_lens, ask_rest, days_of
from mapper.app.shell.data_age import age_words
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.frame import name_tab, put_on_style, show_marking, show_synthetic
from mapper.app.shell.headline import with_titles
from mapper.app.shell.waiting import opened_dataset
from mapper.app.shell.words import notice, show_title
from mapper.app.workbench.answers import Asking, begin, current, lens_of, released
from mapper.app.workbench.compare import show_compare
from mapper.app.workbench.form import (
    FormSubject,
    ask_more_method,
    ask_question_and_values,
)
from mapper.app.workbench.places import ask_places
from mapper.app.workbench.progress import running, show_running
from mapper.app.workbench.saved import ASK, VIEW, offer_to_save, show_saved
from mapper.app.workbench.start import show_questions
from mapper.app.workbench.view import show_answer_of
from mapper.base.errors import MapperError
from mapper.base.palette import with_colours
from mapper.disclosure.people import require
from mapper.disclosure.release import MARKINGS

_STYLE = with_colours(
    (Path(__file__).parent / "workbench.css").read_text(encoding="utf-8"), follows=True
)
QUICK = 2.5  # seconds that a page waits before it shows progress instead


def show_page() -> None:
    """Show the form, what is under way, and the answer."""
    put_on_style()
    show_marking(MARKINGS["operational"])
    try:
        require(current_viewer(), "see everything")
        dataset = opened_dataset()
        show_synthetic(dataset.incidents.table)
        with st.sidebar:
            lens = ask_lens(dataset)
            request = ask_more_method(dataset, ask_rest(dataset, lens))
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    name_tab("Workbench", area_here().title)
    age = age_words(dataset.incidents.table)
    st.html(f"<style>{_STYLE}</style>")
    purpose = "Ask anything of this data, see how sure it is, keep the run."
    show_title("Workbench", f"{purpose} {age}.")
    views = {view.lower().replace(" ", "-"): view for view in (ASK, *_OTHERS)}
    if asked_part("question"):
        st.session_state[VIEW] = ASK
    follow("view", VIEW, views.get, ASK)
    st.session_state.setdefault(VIEW, ASK)  # a saved run that is opened changes it too
    view = st.segmented_control(
        "View",
        [ASK, *_OTHERS],
        required=True,
        key=VIEW,
        label_visibility="collapsed",
    )
    say({"view": "" if view == ASK else str(view).lower().replace(" ", "-")})
    if running() is not None and view != ASK:
        show_running()
    if view in _OTHERS:
        _show_other(str(view), dataset)
    else:
        _ask_and_answer(dataset, request)


def _show_other(view: str, dataset: Dataset) -> None:
    """Show one of the other views; a refusal is said in words."""
    try:
        _OTHERS[view](dataset)
    except MapperError as error:
        notice(str(error), kind="stop")


def _ask_and_answer(dataset: Dataset, request: AnalysisRequest) -> None:
    """Show the form, what is under way, and the answer."""
    seen = FormSubject(dataset, days_of(dataset.incidents.table), request)
    question, values = ask_question_and_values(seen)
    around = ask_places(dataset) if "places" in question.choices.known() else None
    if st.button("Ask", type="primary", disabled=running() is not None, key="ask"):
        lens = lens_of(request)
        begun = begin(Asking(dataset, request, lens, question.id, values, around))
        with st.spinner("Counting"):
            begun.run.ended.wait(QUICK)
        if not begun.run.over:
            st.rerun()  # the button is then shut, and what is under way is shown
    if running() is not None:
        show_running()
    _show_current()


def _show_current() -> None:
    """Show the answer that is there, a refusal, or what to do first."""
    answer = current()
    if answer is None:
        show_questions()
        return
    if not answer.run.over:
        return
    if answer.run.state == "cancelled":
        notice(f"{answer.asking.title}: cancelled. Nothing was kept. Ask again when you like.")
        return
    if answer.run.state == "refused":
        notice(with_titles(answer.run.refusal), kind="stop")
        return
    try:
        shown = released(answer)
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    show_answer_of(answer, shown)
    offer_to_save(answer)


_OTHERS: Mapping[str, Callable[[Dataset], None]] = MappingProxyType(
    {
        "Compare": lambda _dataset: show_compare(),
        "Saved runs": show_saved,
    }
)
