"""Which of the four signals a place carries, and the single places that no cluster test can see."""

import re
from collections.abc import Hashable, Mapping
from typing import Any

import streamlit as st

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import prepare
from mapper.app.door.who import current_viewer
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.once import result_once
from mapper.app.shell.traces import trace
from mapper.app.shell.waiting import shown_progress
from mapper.app.shell.what_is import what_is
from mapper.app.shell.words import bullets
from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress
from mapper.base.text import count
from mapper.disclosure.for_viewer import release_to
from mapper.disclosure.people import may
from mapper.disclosure.release import FindingRelease
from mapper.lenses.lens import Lens
from mapper.questions.finding import Finding
from mapper.questions.signal_places import SINGLE
from mapper.questions.signals import SignalsChoices, ask_signals

_SHOWN = {
    "name": "Place",
    "district": "District",
    "incidents": "Incidents",
    "signals": "Signs",
    "words": "In words",
}
_TRACED = "mapper_signals_traced"


def show_signals(dataset: Dataset, request: AnalysisRequest, lens: Lens, chosen: str) -> None:
    """Show the signals of the chosen hot spot, and on request the single places outside all.

    Only for those who see everything: a single place can be one address.
    """
    if not may(current_viewer(), "see everything"):
        return
    if chosen:
        table = _released(dataset, request, lens).table
        row = table[table["place_id"] == chosen]
        if len(row):
            st.html("<h3>Signs it carries</h3>")
            bullets(_sentences(row.to_dict("records")[0]))
            what_is("single-place", label="What is a single place?")
    if st.toggle(
        "Show single places outside the hot spots",
        key="single places",
        help="One busy block in quiet surroundings: no cluster test can see it.",
    ):
        _show_single(_released(dataset, request, lens))


def _sentences(row: Mapping[Hashable, Any]) -> list[str]:
    """Return what each carried signal says."""
    names = str(row["signals"]).split("; ") if row["signals"] else []
    if not names:
        return ["None of the four by itself: the place was found by the test of the map."]
    return [f"{', '.join(names)}.".capitalize(), *re.split(r"(?<=\?) ", str(row["words"]))]


def _show_single(shown: FindingRelease) -> None:
    """Show the single places that lie in no hot spot."""
    table = shown.table[shown.table["kind"] == SINGLE]
    if table.empty:
        st.text("No single place stands out from its surroundings here.")
        return
    st.text(f"{count(len(table), 'single place')} outside the hot spots, most excess first.")
    st.dataframe(
        table[list(_SHOWN)].rename(columns=_SHOWN),
        hide_index=True,
        width="stretch",
        column_config={"In words": st.column_config.TextColumn(width="large")},
    )


def _released(dataset: Dataset, request: AnalysisRequest, lens: Lens) -> FindingRelease:
    """Return the signals by place as the viewer may see them, and write down the look."""
    area = load_study_area(request.area, resolution=request.resolution)
    given = (dataset, request, lens, area)
    with shown_progress("Asking the four questions of every cell") as progress:
        finding = result_once("signals", *given, lambda: _signals(*given, progress))
    viewer = current_viewer()
    shown = release_to(viewer, finding)
    traced: set[str] = st.session_state.setdefault(_TRACED, set())
    if shown.digest not in traced:
        trace(viewer, "view", subject="Signals by place", digest=shown.digest)
        traced.add(shown.digest)
    return shown


def _signals(
    dataset: Dataset, request: AnalysisRequest, lens: Lens, area: StudyArea, progress: Progress
) -> Finding:
    """Return the signals of every place before disclosure control."""
    study = prepare(dataset.incidents, lens=lens, area=area, progress=progress, **request.choices)
    result = find_hotspots(study, progress=progress)
    return ask_signals(study, SignalsChoices(by="place"), result=result, progress=progress)
