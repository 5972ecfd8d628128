"""What in the data as a whole may mislead, on the Data page, with a report to send back."""

from dataclasses import replace

import streamlit as st

from mapper.analysis.mend import IN_THE_FILES, act_words, acts_of, mended
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.datasets import Dataset, dataset_of
from mapper.app.shell.doubts import doubts_of
from mapper.app.shell.looks import noted_file
from mapper.app.shell.taking import offer_file
from mapper.app.shell.words import notice, plain
from mapper.areas.study_area import StudyArea
from mapper.incidents.doubt import Doubt
from mapper.incidents.duplicates import References
from mapper.outputs.data_quality import EFFECTS, doubts_csv, doubts_html

_KINDS = {"veto": "look", "left out": "note", "caveat": "note"}


def show_doubts(dataset: Dataset) -> None:
    """Show each doubt with what it does to answers and what to do, and offer the report."""
    st.subheader("What may mislead")
    found = doubts_of(dataset)
    if not found:
        notice("Nothing in the data as a whole speaks against an answer.", kind="sound")
        return
    for one in found:
        notice(f"{one.words} {EFFECTS[one.effect]}", kind=_KINDS[one.effect])
        if one.remedy:
            why = f" Only there: {IN_THE_FILES[one.code]}." if one.code in IN_THE_FILES else ""
            st.caption(plain(f"{one.mending}{why}"))
    st.caption(
        "The report names files, rows, days and counts, and no free text: for the people"
        " who keep the records."
    )
    area = area_here()
    with st.container(horizontal=True):
        _offer(dataset, area, found, "html")
        _offer(dataset, area, found, "csv")


def ask_remedies(dataset: Dataset, *, read_anew: bool = False) -> Dataset | None:
    """Offer what mends a doubt at a click; return the data so mended, if something was chosen.

    Parameters
    ----------
    read_anew
        Whether the files are at hand, so that rows which share a reference are read anew
        (:func:`ask_references`).
    """
    for one in doubts_of(dataset):
        acts = [act for act in acts_of(one) if not (act == "one per reference" and read_anew)]
        if acts:
            st.text(one.words)
        for act in acts:
            words = act_words(one, act)
            if st.button(plain(words), key=f"{act} {one.kind} {one.name}"):
                made = mended(dataset.incidents, one, act)
                title = f"{dataset.title}, {words[0].lower()}{words[1:]}"
                changed = dataset_of(made, title=title, choices=f"{dataset.digest} {words}")
                return replace(changed, demonstration=dataset.demonstration)
    return None


def ask_references(dataset: Dataset, read: References) -> References | None:
    """Offer to read the loaded files anew, the rows of a reference as one incident or each as one.

    Parameters
    ----------
    read
        How they were read.
    """
    if read == "one per reference":
        st.caption("Rows that share a reference are read as one incident.")
        if st.button("Keep every row", key="references all"):
            return "all"
    for one in doubts_of(dataset):
        if one.code == "references shared" and st.button(
            "Read the rows of each reference as one incident",
            key="references joined",
            help=plain(f"{one.words} One keeps the earliest time, most serious type, any yes."),
        ):
            return "one per reference"
    return None


def _offer(dataset: Dataset, area: StudyArea, found: tuple[Doubt, ...], form: str) -> None:
    """Offer the report in one form."""
    make = doubts_html if form == "html" else doubts_csv
    name = f"may-mislead-{dataset.digest[:12]}.{form}"
    offer_file(
        f"What may mislead ({form.upper()})",
        noted_file(lambda: make(dataset.incidents, area, found), name=name),
        file_name=name,
        mime=f"text/{form}",
    )
