"""The Release page: what partners would see beside what is known, and the release itself."""

from typing import Any

import pandas as pd
import streamlit as st

from mapper.analysis.analyse import analyse
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.app.briefing.controls import ask_choices
from mapper.app.briefing.plan_view import show_plan
from mapper.app.briefing.results import (
    PreviewRegister,
    first_choices,
    last_release,
    register_of,
    release_to_partners,
    released_choices,
    shared_for,
)
from mapper.app.door.who import current_viewer
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.frame import put_on_style, show_marking_for, show_synthetic
from mapper.app.shell.looks import note_look
from mapper.app.shell.waiting import opened_dataset, shown_progress
from mapper.app.shell.what_is import what_are
from mapper.app.shell.words import notice, plain, show_title
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError, MapperError
from mapper.base.files import Progress
from mapper.base.text import count, period_in_words
from mapper.disclosure.nearest import nearest_in_words
from mapper.disclosure.people import Viewer
from mapper.disclosure.preview import ReleasePreview, hidden_in_words, preview
from mapper.disclosure.register import Register
from mapper.lenses.load import load_lens
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.records.briefings import ReleasedBriefing

BRIEFING = "pages/meeting/briefing.py"


def show_page() -> None:
    """Choose, look at what is hidden and why, release."""
    put_on_style()
    viewer = current_viewer()
    show_marking_for(viewer)
    show_title(
        "Release to partners",
        "See what the briefing hides and why, beside what is known. Then release it: partners are"
        " shown the latest.",
    )
    try:
        dataset = opened_dataset()
        show_synthetic(dataset.incidents.table)
        note_look(dataset, subject="Release to partners")
        show_plan(viewer, dataset)
        with st.sidebar:
            choices = _ask(viewer, dataset)
        with shown_progress("Making the map") as progress:
            result = _result(dataset, choices, progress)
            progress("Checking it beside what was released before", 1.0)
            register = register_of(viewer)
            seen = preview(result, audience=choices.audience, register=PreviewRegister(register))
            instead = _instead(dataset, choices, result, register) if seen.refusal else ""
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    _show_last(last_release())
    _show_preview(result, seen, instead)
    _ask_release(viewer, dataset, choices, allowed=bool(instead or not seen.refusal))


def _ask(viewer: Viewer, dataset: Dataset) -> BriefingChoices:
    """Ask for lens and days."""
    return ask_choices(
        dataset,
        first_choices(viewer, dataset),
        released=released_choices(dataset),
        meetings=shared_for(viewer).meetings,
    )


def _result(dataset: Dataset, choices: BriefingChoices, progress: Progress) -> AnalysisResult:
    """Return the result that the briefing's map is released from."""
    area = load_study_area(choices.area, resolution=choices.resolution)
    lens = load_lens(choices.lens)
    first, last = choices.after.first, choices.after.last
    return analyse(
        dataset.incidents, lens=lens, area=area, start=first, end=last, progress=progress
    )


def _instead(
    dataset: Dataset, choices: BriefingChoices, result: AnalysisResult, register: Register
) -> str:
    """Say what partners would be given instead of a map that they may not be shown; if anything."""

    def again(request: AnalysisRequest) -> AnalysisResult:
        area = load_study_area(choices.area, resolution=request.resolution)
        return analyse(dataset.incidents, lens=result.lens, area=area, **request.choices)

    try:
        return nearest_in_words(result, audience=choices.audience, register=register, make=again)
    except DisclosureError:
        return ""


def _show_last(last: ReleasedBriefing | None) -> None:
    """Say what partners were given last."""
    if last is None:
        notice("Nothing has been released to partners by hand yet.")
        return
    notice(f"Last released {last.made[:10]} at {last.made[11:16]} UTC by {last.person}.")


def _show_preview(result: AnalysisResult, seen: ReleasePreview, instead: str) -> None:
    """Show what is known and what partners would see, side by side.

    Parameters
    ----------
    instead
        What they would be given where they may not see the map that is asked for.
    """
    if seen.refusal:
        notice(seen.refusal, kind="look" if instead else "stop")
    if instead:
        notice(f"Released as it is, partners are shown another map. {instead}", kind="look")
    st.caption(
        plain(f"{result.lens.title}, {period_in_words(result.first, result.last)}; {seen.marking}")
    )
    st.text(hidden_in_words(seen))
    what_are({"disclosure": "What is hidden, and why?"})
    left, right = st.columns([58, 42])
    with left:
        st.markdown("**Known: operational, not released**")
        _table(_known(seen), key="known")
        st.caption("Ranks by full counts. Partners' map ranks what it shows, by rounded counts.")
    with right:
        st.markdown("**Partners would see**")
        _table(_shown(seen), key="shown")
        st.markdown("**What is hidden, and why**")
        _table(_why(seen), key="why")
    if seen.linked:
        st.caption(plain(f"Checked against what was released before: {'; '.join(seen.linked)}."))


def _table(table: pd.DataFrame, *, key: str) -> None:
    """Show a table, names no wider than leaves room for its counts, and counts with commas."""
    columns: dict[str, Any] = {
        str(name): st.column_config.NumberColumn(format="localized")
        for name, column in table.items()
        if column.dtype.kind in "iu"
    }
    if "Hot spot" in table:
        columns["Hot spot"] = st.column_config.TextColumn(width=330)
    st.dataframe(table, hide_index=True, key=key, column_config=columns)


def _known(seen: ReleasePreview) -> pd.DataFrame:
    """Return the operational hot spots, and whether partners see one there."""
    table = seen.hotspots
    return pd.DataFrame(
        {
            "Rank": table["rank"],
            "Hot spot": table["name"],
            "Incidents": table["incidents"],
            "Seen by partners": table["seen"].map({True: "yes", False: "no"}),
        }
    )


def _shown(seen: ReleasePreview) -> pd.DataFrame:
    """Return the counts by district: as known, and as partners would see them."""
    cells = seen.cells.assign(district=seen.cells["district"].astype("str"))
    known = cells.groupby("district")["incidents"].sum()
    printed = cells["printed"].fillna(0).groupby(cells["district"]).sum()
    unsaid = cells["printed"].isna().groupby(cells["district"]).sum()
    return pd.DataFrame(
        {
            "District": known.index,
            "Known": known.to_numpy(),
            "Partners see": printed.to_numpy(dtype="int64"),
            "Cells without a count": unsaid.to_numpy(),
        }
    )


def _why(seen: ReleasePreview) -> pd.DataFrame:
    """Return how many cells are not shown as they are, by reason."""
    changed = seen.cells[seen.cells["why"] != ""]
    groups = changed.groupby("why")["incidents"].agg(["size", "sum"])
    return pd.DataFrame(
        {
            "Why": groups.index,
            "Cells": groups["size"].to_numpy(),
            "Incidents": groups["sum"].to_numpy(),
        }
    )


def _ask_release(
    viewer: Viewer, dataset: Dataset, choices: BriefingChoices, *, allowed: bool
) -> None:
    """Release when asked to, and say what became of it."""
    if st.button("Release to partners", key="release", type="primary", disabled=not allowed):
        try:
            with shown_progress("Releasing") as progress:
                made = release_to_partners(viewer, dataset, choices, progress)
        except MapperError as error:
            notice(str(error), kind="stop")
            return
        shown = count(len(made.map.hotspots), "hot spot")
        notice(
            f"Released, marked {made.map.marking} and registered: {shown} on the map,"
            f" release {made.map.digest[:12]}. Partners now see it on the Briefing page.",
            kind="good",
        )
    st.page_link(BRIEFING, label="To the Briefing", icon=":material/co_present:")
