"""What the data shows against answers, for every page: looked for once, the strongest said."""

from contextlib import nullcontext
from typing import TYPE_CHECKING

import streamlit as st

from mapper.analysis.examine import examine
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.words import notice
from mapper.areas.study_area import StudyArea
from mapper.base.text import count
from mapper.disclosure.release import Release
from mapper.incidents.doubt import Doubt

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def doubts_of(dataset: Dataset) -> tuple[Doubt, ...]:
    """Return what speaks against answers from a dataset over the area in use, strongest first."""
    area = area_here()
    return _doubts(dataset.digest, area.sha256, area.name, _dataset=dataset, _area=area)


@st.cache_resource(max_entries=8, show_spinner=False)
def _doubts(
    digest: str, area_digest: str, name: str, *, _dataset: Dataset, _area: StudyArea
) -> tuple[Doubt, ...]:
    del digest, area_digest, name
    return examine(_dataset.incidents, _area)


def show_strongest(
    dataset: Dataset, shown: Release, *, beside: "DeltaGenerator | None" = None
) -> None:
    """Say the strongest doubt that a map tells among its cautions, and how many more there are.

    Parameters
    ----------
    beside
        Where it is said if it forbids a verdict: beside the answer. Others, and all where there is
        no such place, are said where the page is.
    """
    told = [one for one in doubts_of(dataset) if one.note.words in shown.caveats]
    if not told:
        return
    more = (
        f" {count(len(told) - 1, 'more caution')} under “What this map cannot show”."
        if told[1:]
        else ""
    )
    with beside if beside and told[0].effect == "veto" else nullcontext():
        notice(f"May mislead: {told[0].words}{more}", kind="look")
