"""Below the map of a patch, one click deeper: where most is expected next month."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import prepare
from mapper.app.door.who import current_viewer
from mapper.app.patch.results import TITLE
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.once import result_once
from mapper.app.shell.traces import trace
from mapper.app.shell.waiting import shown_progress
from mapper.app.shell.words import bullets, notice
from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.disclosure.patch import PatchRelease, release_outlook
from mapper.disclosure.release import FindingRelease, is_release
from mapper.lenses.lens import Lens
from mapper.outputs.tables import main_streets
from mapper.questions.where_next import QUESTION

SHOWN = 5


def show_next(dataset: Dataset, request: AnalysisRequest, lens: Lens, patch: PatchRelease) -> None:
    """Offer the short list of places expected to be busiest; worked out only when asked for."""
    if not st.toggle("Expected busiest next month", key="patch next"):
        return
    try:
        shown = _released(dataset, request, lens, patch)
    except MapperError as error:
        notice(str(error), kind="look")
        return
    st.dataframe(next_rows(shown, patch), hide_index=True, key=f"next {shown.digest[:12]}")
    bullets(shown.notes)


def next_rows(shown: FindingRelease, patch: PatchRelease) -> pd.DataFrame:
    """Return the few places of a patch that are expected to be busiest."""
    top = is_release(shown, FindingRelease).table.head(SHOWN)
    spot_of = dict(zip(patch.shown.cells["cell"], patch.shown.cells["hotspot_id"], strict=True))
    spots = patch.shown.hotspots
    names = dict(zip(spots["hotspot_id"], spots["name"], strict=True))
    streets = main_streets(patch.shown)
    spans = zip(top["low"], top["high"], strict=True)
    return pd.DataFrame(
        {
            "Place": [
                f"{ward}, {district}"
                for ward, district in zip(top["ward"], top["district"], strict=True)
            ],
            "Hot spot": [names.get(spot_of.get(cell), "") for cell in top["cell"]],
            "Expected": [f"{value:.1f}" for value in top["expected"]],
            "Likely between": [f"{low:.0f} and {high:.0f}" for low, high in spans],
            "Last twelve months": top["last_year"].to_numpy(),
            "Main street": [streets.get(cell, "") for cell in top["cell"]],
        }
    )


def _released(
    dataset: Dataset, request: AnalysisRequest, lens: Lens, patch: PatchRelease
) -> FindingRelease:
    """Return what is expected in the cells of a patch, foretold from all there is before its end.

    Raises
    ------
    MapperError
        When there are too few months or incidents to look ahead.
    """
    area = load_study_area(request.area, resolution=request.resolution)
    whole = replace(request, area=area.name, start=None)
    with shown_progress("Looking ahead from what there is") as progress:
        finding = result_once(
            "where-next",
            *(dataset, whole, lens, area),
            lambda: QUESTION.ask(
                prepare(
                    dataset.incidents, lens=lens, area=area, progress=progress, **whole.choices
                ),
                progress=progress,
            ),
        )
    viewer = current_viewer()
    shown = release_outlook(viewer, finding, patch)
    trace(viewer, "view", subject=f"{TITLE}: where next", digest=shown.digest)
    return shown
