"""The head of a patch: whose it is, of which days, the sheet to print; the cards answer."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from mapper.analysis.shift_filter import filter_in_words
from mapper.app.patch.choice import PatchChoice
from mapper.app.patch.sheet import offer_sheet
from mapper.base.of_table import of_table
from mapper.base.text import count, encode_text
from mapper.context.places import Places
from mapper.disclosure.patch import PatchRelease
from mapper.disclosure.people import Viewer
from mapper.records.actions import PlannedAction

# On a phone the choices are a part of their own, behind a tab of the panel below them; beside the
# map and the choices the head is a title alone.
_STYLE = (
    "<style>@media (max-width: 700px) { [data-patch-tab]:not([data-patch-tab='choose'])"
    " .st-key-patch-choices, [data-patch-tab]:not([data-patch-tab='places']) :is(.m-headline p,"
    " .st-key-patch-acts) { display: none; } }</style>"
)
_NAMED = 3  # wards named in the headline


def show_head(
    viewer: Viewer,
    patch: PatchRelease,
    actions: Mapping[str, Sequence[PlannedAction]],
    *,
    choice: PatchChoice,
    places: Places | None,
    today: date,
    age: str,
) -> None:
    """Show the head of the page."""
    wards = wards_in_words(patch, choice)
    words, acts = st.columns([9, 2.4], vertical_alignment="top")
    with words:
        st.html(
            f'{_STYLE}<div class="m-headline"><h1>My patch <span>{encode_text(wards)}</span></h1>'
            f'<p class="m-over">{encode_text(_over(patch, choice))}'
            f" <span>{encode_text(age)}.</span></p></div>"
        )
    with acts, st.container(horizontal=True, horizontal_alignment="right", key="patch acts"):
        offer_sheet(viewer, patch, actions, wards=wards, today=today, places=places)


def wards_in_words(patch: PatchRelease, choice: PatchChoice) -> str:
    """Return whose patch is shown: Anfield and Everton, or how many wards."""
    names = list(_ward_names(patch.shown.cells))
    if choice.wards and len(choice.wards) <= _NAMED:
        names = [ward.split(",")[0] for ward in choice.wards]
    if len(names) <= _NAMED:
        return " and ".join([", ".join(names[:-1]), names[-1]]) if names[1:] else "".join(names)
    return f"{patch.shown.area_title}, {count(len(names), 'ward')}"


@of_table
def _ward_names(cells: pd.DataFrame) -> tuple[str, ...]:
    """Return the names of the wards of some cells, in order."""
    wards = cells["ward"].drop_duplicates().astype("str")
    return tuple(sorted({ward for ward in wards if ward}))


def _over(patch: PatchRelease, choice: PatchChoice) -> str:
    """Say which harm and how many were counted, in which hours and days; how old follows."""
    numbers = patch.shown.record["numbers"]
    assert isinstance(numbers, dict)  # noqa: S101 - narrows the record's type
    hours = filter_in_words(shifts=choice.shifts, weekdays=choice.weekdays)
    counted = count(numbers["incidents_counted"], "incident")
    within = f" {hours}" if hours else ""
    return f"{patch.shown.title}: {counted}{within}, {patch.shown.period},"
