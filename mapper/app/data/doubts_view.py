"""What in the data as a whole may mislead, on the Data page, with a report to send back."""

import streamlit as st

from mapper.analysis.examine import examine
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.looks import noted_file
from mapper.app.shell.words import notice, plain
from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.incidents.doubt import Doubt
from mapper.outputs.data_quality import EFFECTS, doubts_csv, doubts_html

_KINDS = {"veto": "look", "left out": "note", "caveat": "note"}


@st.cache_resource(max_entries=8, show_spinner=False)
def doubts_of(digest: str, *, _dataset: Dataset) -> tuple[Doubt, ...]:
    """Return what speaks against answers from a dataset, looked for once."""
    del digest
    return examine(_dataset.incidents, load_study_area())


def show_doubts(dataset: Dataset) -> None:
    """Show each doubt with what it does to answers and what to do, and offer the report."""
    st.subheader("What may mislead")
    found = doubts_of(dataset.digest, _dataset=dataset)
    if not found:
        notice("Nothing in the data as a whole speaks against an answer.", kind="good")
        return
    for one in found:
        notice(f"{one.words} {EFFECTS[one.effect]}", kind=_KINDS[one.effect])
        if one.remedy:
            st.caption(plain(one.mending))
    st.caption(
        "The report names files, rows, days and counts, and no free text: for the people"
        " who keep the records."
    )
    area = load_study_area()
    with st.container(horizontal=True):
        _offer(dataset, area, found, "html")
        _offer(dataset, area, found, "csv")


def _offer(dataset: Dataset, area: StudyArea, found: tuple[Doubt, ...], form: str) -> None:
    """Offer the report in one form."""
    make = doubts_html if form == "html" else doubts_csv
    name = f"may-mislead-{dataset.digest[:12]}.{form}"
    st.download_button(
        f"What may mislead ({form.upper()})",
        noted_file(lambda: make(dataset.incidents, area, found), name=name),
        file_name=name,
        mime=f"text/{form}",
        on_click="ignore",
    )
