"""The tour: find what is planted in the demonstration, step by step, on the pages themselves."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.help.tour_steps import TOURS, Step, tour_steps
from mapper.app.shell.datasets import truth_file
from mapper.app.shell.frame import put_on_style, show_marking_for
from mapper.app.shell.waiting import opened_dataset
from mapper.app.shell.words import notice, show_title
from mapper.base.errors import MapperError
from mapper.base.json_file import read_json
from mapper.base.settings import settings
from mapper.base.text import encode_text
from mapper.disclosure.people import Viewer, may


def show_page() -> None:
    """Show the steps that the viewer's role allows, by audience."""
    put_on_style()
    viewer = current_viewer()
    show_marking_for(viewer)
    planted = "Things are planted in the demonstration: see whether mapper finds them"
    show_title("Tour", beside=planted)
    try:
        dataset, truth = opened_dataset(), truth_of(truth_file())
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    if not dataset.demonstration or truth is None:
        notice(
            f"The data in use is {dataset.title}, in which nothing is planted. The tour goes with"
            " mapper's own demonstration: start the app without data of your own to take it."
        )
        return
    steps = [step for step in tour_steps(truth) if may(viewer, step.act)]
    tours = [tour for tour in TOURS if any(step.tour == tour for step in steps)]
    chosen = st.segmented_control(
        "For",
        tours,
        default=_first(viewer, tours),
        required=True,
        key="tour",
        persist_state="session",
    )
    for number, step in enumerate((one for one in steps if one.tour == chosen), start=1):
        _show(step, number)


def _first(viewer: Viewer, tours: list[str]) -> str:
    """Return the tour of the viewer's own audience."""
    return tours[-1] if may(viewer, "see everything") else tours[0]


def _show(step: Step, number: int) -> None:
    """Show one step with the way to its page."""
    with st.container(border=True):
        lines = [
            ("Planted", step.planted),
            ("Do", step.do),
            ("You should see", step.see),
        ]
        told = "".join(
            f"<dt>{name}</dt><dd>{encode_text(words)}</dd>" for name, words in lines if words
        )
        st.html(f'<h2 class="m-step">{number}. {encode_text(step.title)}</h2>')
        st.html(f'<dl class="m-tour">{told}</dl>')
        if step.paste:
            with st.expander("Cells to paste"):
                st.code(step.paste, language=None)
        st.page_link(
            f"pages/{step.page}",
            label="Open this step",
            icon=":material/arrow_forward:",
            query_params=dict(step.asked),
        )


def truth_of(path: Path) -> dict[str, Any] | None:
    """Return what is planted in the demonstration; nothing where another file is shown."""
    if settings().demonstration_file is not None or not path.is_file():
        return None
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, stamp: int) -> dict[str, Any]:
    del stamp
    found: dict[str, Any] = read_json(path)
    return found
