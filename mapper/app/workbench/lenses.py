"""Lenses in the workbench: a copy edited, checked as typed, saved under an id of its own."""

import pandas as pd
import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.choices import lenses_for
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.traces import trace
from mapper.app.shell.words import count, notice
from mapper.base.errors import MapperError
from mapper.disclosure.people import require
from mapper.lenses.classify import classify
from mapper.lenses.fit import refuse_unfit
from mapper.lenses.lens import Lens
from mapper.lenses.lens_file import lens_of_text
from mapper.lenses.own import copy_of_lens, save_lens


def show_lenses(dataset: Dataset) -> None:
    """Show the editor: the lens copied, its text, what it would count, and how to save it.

    Raises
    ------
    MapperError
        When a lens file is wrong.
    """
    offer = {one.id: one for one in lenses_for(dataset.digest, _dataset=dataset).lenses}
    chosen = st.selectbox(
        "Start from a copy of",
        list(offer),
        format_func=lambda name: offer[name].title,
        key="lens to copy",
    )
    text = st.text_area(
        "The lens as TOML",
        copy_of_lens(chosen),
        height=420,
        key=f"lens text {chosen}",
        help="Give it an id of its own. Leave the box to have it checked.",
    )
    try:
        lens = lens_of_text(text)
        before, after = effect(dataset.incidents.table, offer[chosen], lens)
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    st.text(effect_in_words(offer[chosen].title, before, after))
    if st.button("Save as a new lens", type="primary", key="save lens"):
        _save(text, lens, dataset)


def effect(table: pd.DataFrame, first: Lens, second: Lens) -> tuple[pd.Series, pd.Series]:
    """Return which incidents count under each of two lenses.

    Raises
    ------
    LensError
        When the second asks for columns that the data does not carry.
    """
    refuse_unfit(table, second)
    return tuple(pd.Series(_counted(table, lens)) for lens in (first, second))  # type: ignore[return-value] # two of them


def _counted(table: pd.DataFrame, lens: Lens) -> "pd.Series[bool]":
    """Return which incidents count; none where the lens does not fit the data."""
    try:
        return pd.Series(classify(table, lens) > 0)
    except MapperError:
        return pd.Series(data=False, index=range(len(table)))


def effect_in_words(title: str, before: "pd.Series[bool]", after: "pd.Series[bool]") -> str:
    """Say what an edited lens would change."""
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    return (
        f"{count(int(after.sum()), 'incident')} would count; under “{title}” it is"
        f" {int(before.sum()):,}. {gained:,} come in and {lost:,} drop out."
    )


def _save(text: str, lens: Lens, dataset: Dataset) -> None:
    """Save the lens, with an entry in the log."""
    viewer = current_viewer()
    try:
        require(viewer, "see everything")
        path = save_lens(text)
        detail = {"lens": lens.id, "file": path.name, "data": dataset.title}
        trace(viewer, "settings", subject=f"lens {lens.id}", digest=lens.sha256, detail=detail)
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    lenses_for.clear()
    notice(f"Saved as {path.name}: it is now among the lenses.", kind="good")
