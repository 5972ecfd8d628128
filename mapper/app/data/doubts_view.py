"""What in the data as a whole may mislead, on the Data page, with a report to send back."""

from dataclasses import replace

import streamlit as st

from mapper.analysis.examine import examine
from mapper.app.shell.datasets import Dataset, dataset_of
from mapper.app.shell.looks import noted_file
from mapper.app.shell.words import notice, plain
from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.incidents.doubt import Doubt
from mapper.incidents.set_aside import only_days
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


def ask_days(dataset: Dataset) -> Dataset | None:
    """Offer the days that a doubt leaves whole; return the data of them, if chosen."""
    for one in doubts_of(dataset.digest, _dataset=dataset):
        day = one.from_day or one.to_day
        if day is None or not one.remedy:
            continue
        side = "from" if one.from_day else "up to"
        words = f"Use the days {side} {day.day} {day:%B %Y} alone"
        if st.button(words, key=f"days {one.code} {one.kind} {one.part}", help=plain(one.words)):
            incidents = only_days(dataset.incidents, one.from_day, one.to_day)
            title = f"{dataset.title}, {side} {day.day} {day:%B %Y}"
            made = dataset_of(incidents, title=title, choices=f"{dataset.digest} {side} {day}")
            return replace(made, demonstration=dataset.demonstration)
    return None


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
