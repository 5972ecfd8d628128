"""Children: domestic abuse with a child or a baby at the address, and where the missing are found.

Each viewer gets the table that their audience may see: who sees everything, all of it; a
neighbourhood team, the wards that are theirs; partner agencies, rounded counts by district or ward,
with small ones hidden, checked beside everything that partners were given before, and shares that
are made from those printed counts alone. Corridors between wards and travel hubs stay inside;
partner agencies see those between districts.
"""

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from mapper.app.briefing.results import first_choices
from mapper.app.door.who import current_viewer
from mapper.app.shell.choices import ask_days, days_of
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.frame import put_on_style, show_marking_for, show_synthetic
from mapper.app.shell.lens_offer import lenses_for
from mapper.app.shell.looks import noted_file
from mapper.app.shell.shares import in_percent, percent_column
from mapper.app.shell.taking import offer_file
from mapper.app.shell.traces import trace
from mapper.app.shell.waiting import opened_dataset, shown_progress
from mapper.app.shell.words import bullets, notice, plain, show_title
from mapper.app.work.children_asked import (
    LENS,
    Days,
    corridors_shown,
    counts_shown,
    shares_shown,
)
from mapper.base.errors import DisclosureError, MapperError
from mapper.disclosure.people import Viewer, may, scope_of
from mapper.disclosure.release import FindingRelease
from mapper.outputs.exports.answers import answer_csv
from mapper.outputs.exports.described import with_comments
from mapper.outputs.printed_shares import interval_words, with_child_shares
from mapper.questions.usual_choices import Rows
from mapper.records.templates import templates

_MAP, _CAMPAIGNS = "pages/hotspots/overview.py", "pages/places/campaigns.py"
_MAP_LENS = "domestic-abuse-children"
_LEVELS: Mapping[str, tuple[Rows, ...]] = {
    "everything": ("district", "ward", "hotspot"),
    "own wards": ("ward",),
    "partnership": ("district", "ward"),
}
_LEVEL_WORDS = {"district": "District", "ward": "Ward", "hotspot": "Hot spot"}
_COLUMNS = {
    "name": "Hot spot",
    "ward": "Ward",
    "district": "District",
    "incidents": "Incidents",
    "with_child": "With a child",
    "child_share": "Share with a child",
    "share_with_child": "Share with a child, in steps",
    "child_interval": "95 % interval",
    "with_child_a_month": "With a child, a month",
    "with_baby": "With a baby under one",
    "repeat_share": "Repeat victim",
    "repeat": "Repeat victims",
    "high_risk_share": "High risk, of those graded",
    "high_risk": "High risk",
    "from_district": "Missing from",
    "to_district": "Found in",
    "from_ward": "Missing from",
    "to_ward": "Found at",
    "reports": "Reports",
    "children": "Of them children",
    "metres": "Metres apart",
    "expected": "Expected by chance",
}
# Digits that people read; of shares those of a percentage with one.
_DIGITS: Mapping[str, int] = {
    "metres": 0,
    "expected": 1,
    "with_child_a_month": 1,
    **dict.fromkeys(("child_share", "repeat_share", "high_risk_share"), 3),
}
_SHARES = ("Share with a child", "Repeat victim", "High risk, of those graded")
_LOOKED = "mapper_children_looked"


def show_page() -> None:
    """Show both tables to whoever may see them."""
    put_on_style()
    try:
        viewer = current_viewer()
        show_marking_for(viewer)
        dataset = opened_dataset()
        show_synthetic(dataset.incidents.table)
        show_title("Children and domestic abuse")
        with st.sidebar:
            partner = scope_of(viewer) == "partnership"
            days = ask_days(dataset, first_choices(viewer, dataset).after if partner else None)
        _show_children(viewer, dataset, days)
        _show_ways_on(viewer, dataset, days)
        st.subheader("Missing: from where to where", anchor=False)
        _show_corridors(viewer, dataset, days)
    except MapperError as error:
        notice(str(error), kind="stop")


def _show_children(viewer: Viewer, dataset: Dataset, days: Days) -> None:
    """Show domestic abuse with children by district, ward or hot spot."""
    scope = scope_of(viewer)
    levels = _LEVELS[scope]
    if scope == "everything":
        _show_headline(counts_shown(viewer, dataset, "area", days))
    by = levels[0]
    if len(levels) > 1:
        chosen = st.segmented_control(
            "By", levels, default=levels[0], format_func=_LEVEL_WORDS.__getitem__, key="children by"
        )
        by = chosen or levels[0]
    if scope == "partnership":
        _show_partners_share(viewer, dataset, "ward" if by == "ward" else "district", days)
    try:
        with shown_progress("Counting, and checking it beside what was released before"):
            counts = counts_shown(viewer, dataset, by, days)
    except DisclosureError as error:  # beside what partners were given before
        notice(f"Counts: {error}", kind="look")
        return
    _show_table(viewer, counts, dataset)


def _show_partners_share(
    viewer: Viewer, dataset: Dataset, by: Literal["district", "ward"], days: Days
) -> None:
    """Show the share with a child in safe steps, whatever partners were given before."""
    with shown_progress("Checking it beside what was released before"):
        shown = shares_shown(viewer, dataset, by, days)
    _show_table(viewer, shown, dataset)


def _show_ways_on(viewer: Viewer, dataset: Dataset, days: Days) -> None:
    """Offer the map of the same harm and days, and a campaign for it."""
    first, last = days_of(dataset.incidents.table)
    asked = {"from": days[0] or first, "to": days[1] or last}
    fits = _MAP_LENS in {lens.id for lens in lenses_for(dataset.digest, _dataset=dataset).lenses}
    with st.container(horizontal=True):
        st.page_link(
            _MAP,
            label="Map of places with children",
            query_params={
                "lens": _MAP_LENS if fits else LENS,
                **{name: day.isoformat() for name, day in asked.items()},
            },
            icon=":material/map:",
        )
        if may(viewer, "plan"):
            meant = [one for one in templates() if one.lens == LENS]
            st.page_link(
                _CAMPAIGNS,
                label="Begin a campaign",
                query_params={"template": meant[0].id} if meant else {},
                icon=":material/campaign:",
            )


def _show_headline(whole: FindingRelease) -> None:
    """Say the figures of the whole area."""
    row = whole.table.iloc[0]
    incidents, with_child = int(row["incidents"]), int(row["with_child"])
    share, month = float(row["child_share"]), float(row["with_child_a_month"])
    between = interval_words(row["child_share_low"], row["child_share_high"])
    st.html(
        '<dl class="m-facts">'
        f"<div><dt>Incidents of domestic abuse</dt><dd>{incidents:,}</dd></div>"
        f"<div><dt>With a child at the address</dt><dd>{with_child:,}</dd></div>"
        f"<div><dt>Share, {between}</dt><dd>{100 * share:.0f} %</dd></div>"
        f"<div><dt>A month</dt><dd>{month:,.0f}</dd></div></dl>"
    )


def _show_corridors(viewer: Viewer, dataset: Dataset, days: Days) -> None:
    """Show where missing people went from and were found."""
    scope = scope_of(viewer)
    if scope == "own wards":
        st.caption("Corridors reach across wards that are not yours: ask an analyst.")
        return
    with shown_progress("Following the missing from where they went to where they were found"):
        shown = corridors_shown(viewer, dataset, days)
    _show_table(viewer, shown, dataset)


def _show_table(viewer: Viewer, shown: FindingRelease, dataset: Dataset) -> None:
    """Show a release of a finding as a table with its notes and its file."""
    looked: set[str] = st.session_state.setdefault(_LOOKED, set())
    if shown.digest not in looked:
        detail = {"data": dataset.title, "audience": shown.audience, "by": shown.unit}
        trace(viewer, "view", subject=shown.title, digest=shown.digest, detail=detail)
        looked.add(shown.digest)
    if shown.table.empty:
        notice("There is nothing that can be shown here.")
        return
    notice(shown.instead, kind="look")
    table = readable_table(shown)
    shares = [name for name in _SHARES if name in table and table[name].dtype.kind == "f"]
    st.dataframe(
        in_percent(table, shares),
        hide_index=True,
        column_config={
            str(name): percent_column() if name in shares else _number_column(column)
            for name, column in table.items()
            if column.dtype.kind in "fiu"
        },
        key=f"{shown.id} {shown.unit}",
    )
    st.caption(plain(f"{shown.title}, {shown.area_title}, {shown.period}. {shown.definition}"))
    with st.expander(plain(f"What is this? How to read: {shown.title}")):
        bullets(shown.notes)
    name = f"{shown.id}-{shown.unit}-{shown.digest[:12]}.csv"
    make = noted_file(lambda: with_comments(answer_csv(shown), shown), name=name)
    offer_file("Table (CSV)", make, file_name=name, mime="text/csv", key=name)


def _number_column(column: "pd.Series[float]") -> Any:
    """Return how a column of numbers is shown: with one decimal where some are not whole."""
    whole = bool((column.dropna() % 1 == 0).all())
    return st.column_config.NumberColumn(format="localized" if whole else "%.1f")


def readable_table(shown: FindingRelease) -> pd.DataFrame:
    """Return the columns that people read; a hidden count is a word."""
    told = with_child_shares(shown)
    names = [name for name in _COLUMNS if name in told]
    if {"repeat", "repeat_share"} <= set(names):
        names = [name for name in names if name not in {"repeat", "high_risk"}]
    table = told[names].copy()
    for name, digits in _DIGITS.items():
        if name in table:
            table[name] = table[name].round(digits)
    if shown.audience != "operational":
        counts = [name for name in names if shown.roles.get(name) == "count"]
        for name in counts:
            words = shown.table[f"{name}_shown"]
            table[name] = [
                word if pd.isna(value) else f"{value:,}"
                for value, word in zip(table[name], words, strict=True)
            ]
    return table.rename(columns=_COLUMNS)
