"""Looks and files of pages that show operational detail without a release: the Data page."""

import hashlib
from collections.abc import Callable
from functools import partial

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.traces import trace
from mapper.disclosure.people import Viewer, require

_LOOKED = "mapper_looked"


def note_look(dataset: Dataset, *, subject: str) -> None:
    """Write down that somebody is shown the detail of a dataset, once a session.

    Raises
    ------
    RefusedError
        When they may not see it.
    RecordsError
        When it cannot be written down; then it must not be shown.
    """
    viewer = current_viewer()
    require(viewer, "load data")
    looked: set[tuple[str, str]] = st.session_state.setdefault(_LOOKED, set())
    if (dataset.digest, subject) not in looked:
        detail = {"data": dataset.title, "incidents": len(dataset.incidents.table)}
        trace(viewer, "view", subject=subject, digest=dataset.digest, detail=detail)
        looked.add((dataset.digest, subject))


def noted_import(dataset: Dataset) -> None:
    """Write down that somebody put data of their own to use."""
    detail: dict[str, object] = {
        "data": dataset.title,
        "accepted": len(dataset.incidents.table),
        "rejected": len(dataset.incidents.rejected),
    }
    trace(current_viewer(), "import", subject="Data", digest=dataset.digest, detail=detail)


def noted_file(make: Callable[[], bytes], *, name: str) -> Callable[[], bytes]:
    """Return a maker of a file that writes down who takes it, before they have it."""
    return partial(_taken, current_viewer(), make, name)


def _taken(viewer: Viewer, make: Callable[[], bytes], name: str) -> bytes:
    """Make a file and write down that it was taken."""
    content = make()
    trace(viewer, "export", subject=name, digest=hashlib.sha256(content).hexdigest())
    return content
