"""Saved runs on screen: keep what is shown, open one again, say when its data is another."""

from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.door.who import current_viewer
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.words import notice
from mapper.app.workbench.answers import AnsweredQuestion, Asking, begin, released
from mapper.app.workbench.places import PlacesAround, places_at_hand
from mapper.base.errors import MapperError, RequestError
from mapper.base.text import day_in_words
from mapper.lenses.load import load_lens
from mapper.questions.registry import QUESTIONS
from mapper.records.open import database
from mapper.records.saved_runs import LONGEST_TITLE, SavedRun, delete_run, list_runs, save_run

VIEW, ASK = "workbench view", "Ask"
_TOLD = "mapper_workbench_told"
_QUICK = 2.0  # seconds that a page waits before it shows progress instead


def offer_to_save(answer: AnsweredQuestion) -> None:
    """Offer to keep what was asked under a name."""
    with st.popover("Save this run"):
        name = st.text_input(
            "Name", answer.asking.title, max_chars=LONGEST_TITLE, key=f"name {answer.run.key}"
        )
        if st.button("Save", type="primary", key=f"save {answer.run.key}"):
            _save(answer, name)


def _save(answer: AnsweredQuestion, name: str) -> None:
    """Keep what was asked; a refusal is said in words."""
    asking = answer.asking
    try:
        save_run(
            database(),
            title=name,
            asked=asking.told(),
            data=(asking.dataset.digest, asking.dataset.title),
            release=released(answer).digest,
            viewer=current_viewer(),
        )
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    notice("Saved: find it under Saved runs.", kind="good")


def show_saved(dataset: Dataset) -> None:
    """List the saved runs, each with a way to open it again."""
    kept = list_runs(database())
    if not kept:
        notice("No run is saved yet. Ask a question, then press Save this run under its answer.")
        return
    saved = [one.saved.astimezone() for one in kept]
    st.dataframe(
        {
            "Name": [one.title for one in kept],
            "Question": [_title_of(one.question) for one in kept],
            "Data": [one.data_title for one in kept],
            "Same data": ["yes" if one.data == dataset.digest else "no" for one in kept],
            "Saved by": [one.saved_by for one in kept],
            "Saved": [f"{day_in_words(at)}, {at:%H:%M}" for at in saved],
        },
        hide_index=True,
        key="saved runs",
        alt=f"{len(kept)} saved runs",
    )
    names = {one.run: one for one in kept}
    run = names[
        st.selectbox(
            "Saved run",
            list(names),
            format_func=lambda name: names[name].title,
            key="saved run",
        )
    ]
    if note := warning_of(run, dataset):
        notice(note, kind="look")
    with st.container(horizontal=True):
        st.button(
            "Open and ask again", type="primary", on_click=partial(_open, run, dataset), key="open"
        )
        st.button("Remove", on_click=partial(_remove, run), key="remove")
    if told := st.session_state.pop(_TOLD, ""):
        notice(told, kind="stop")


def _title_of(question: str) -> str:
    """Return what people call a question."""
    return QUESTIONS[question].title if question in QUESTIONS else question


def warning_of(run: SavedRun, dataset: Dataset) -> str:
    """Say when a saved run was asked of other data, or through a lens that reads otherwise now."""
    told = []
    if run.data != dataset.digest:
        told.append(
            f"This run was asked of other data ({run.data_title}) than what is in use now"
            f" ({dataset.title}): its answer may differ."
        )
    try:
        lens = load_lens(str(run.asked["request"]["lens"]))
    except MapperError as error:
        return " ".join([*told, f"Its kind of harm cannot be used: {error}"])
    if lens.sha256 != run.asked["lens_sha256"]:
        told.append(f"What counts as “{lens.title}” was changed since.")
    return " ".join(told)


def asking_of(run: SavedRun, dataset: Dataset, around: PlacesAround | None = None) -> Asking:
    """Return what a saved run asks, of the data in use now.

    Raises
    ------
    MapperError
        When its lens or a choice cannot be used any longer.
    """
    if run.question not in QUESTIONS:
        raise RequestError(
            f"The question “{run.question}” is no longer asked by that name. Ask it anew."
        )
    told = dict(run.asked["request"])
    request = AnalysisRequest(**{name: _back(name, value) for name, value in told.items()})
    lens = load_lens(request.lens)
    wanted = around if around and around.digest == run.asked["places"] else None
    return Asking(dataset, request, lens, run.question, run.asked["values"], wanted)


def _back(name: str, value: Any) -> Any:
    """Return one choice of a request as it was before it became JSON."""
    if name in {"start", "end"}:
        return date.fromisoformat(value) if value else None
    return tuple(value) if isinstance(value, list) else value


def _open(run: SavedRun, dataset: Dataset) -> None:
    """Ask a saved run again and show its answer."""
    try:
        begin(asking_of(run, dataset, places_at_hand())).run.ended.wait(_QUICK)
    except MapperError as error:
        st.session_state[_TOLD] = str(error)
        return
    st.session_state[VIEW] = ASK


def _remove(run: SavedRun) -> None:
    """Remove a saved run."""
    try:
        delete_run(database(), run.run, viewer=current_viewer())
    except MapperError as error:
        st.session_state[_TOLD] = str(error)
