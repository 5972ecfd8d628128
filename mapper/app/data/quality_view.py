"""The quality report on screen: what was turned away and why, and how far to trust the rest."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mapper.analysis.examine import late_words
from mapper.analysis.outside import MOST_OUTSIDE, outside_in_words, outside_of
from mapper.app.data.doubts_view import show_doubts
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.choices import days_of
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.looks import note_look, noted_file
from mapper.app.shell.taking import offer_file
from mapper.app.shell.words import bullets, notice, plain
from mapper.base.errors import MapperError
from mapper.base.palette import COLOURS
from mapper.base.text import count, encode_text, spreadsheet_text
from mapper.incidents.quality import Quality, quality_report
from mapper.lenses.load import shipped_lenses
from mapper.lenses.named_values import unnamed_words

ROWS_SHOWN = 1_000
BLUE = COLOURS["blue-4"]


@st.cache_resource(max_entries=8, show_spinner=False)
def quality_of(digest: str, *, _dataset: Dataset) -> Quality:
    """Return the quality report of a dataset, made once."""
    del digest
    return quality_report(_dataset.incidents)


def show_quality(dataset: Dataset) -> None:
    """Show the report, its reasons first, once it is written down that somebody sees it."""
    try:
        note_look(dataset, subject="Quality of the data")
    except MapperError as error:
        notice(str(error), kind="stop")
        return
    quality = quality_of(dataset.digest, _dataset=dataset)
    show_counts(dataset)
    _show_outside(dataset)
    show_doubts(dataset)
    if quality.notes:
        bullets(quality.notes)
    if quality.rejected:
        show_rejected(dataset, quality)
    else:
        notice("Every row was accepted.", kind="sound")
    st.subheader("How far the data can be trusted")
    table = dataset.incidents.table
    told = (unnamed_words(table, shipped_lenses()), late_words(dataset.incidents))
    bullets([*_cautions(quality), *filter(None, told)])
    _show_spread(quality)


def _show_outside(dataset: Dataset) -> None:
    """Say how many incidents lie outside the area in use, and where, where any do."""
    table, area = dataset.incidents.table, area_here()
    outside = outside_of(table, area)
    if not outside.any():
        return
    words = f"{outside_in_words(table, outside, area)}."
    if outside.mean() > MOST_OUTSIDE:
        words += " Choose their own area before you look at a map, or make it on Your area."
    notice(words, kind="stop" if outside.mean() > MOST_OUTSIDE else "look")


def _cautions(quality: Quality) -> list[str]:
    """Return what limits how far the data can be trusted, one sentence each."""
    finest = f"Finest cells the data supports: resolution {quality.finest_resolution}."
    busiest = f"the {len(quality.busiest)} busiest hold {quality.busiest_share:.1%} of incidents."
    sinks = [
        f"{share:.1%} of incidents lie at points labelled {kind}: perhaps recorded there rather"
        " than happened there."
        for kind, share in quality.sinks.items()
    ]
    return [
        f"{finest} {quality.resolution_reason}",
        f"{count(quality.points, 'distinct point')}; {busiest}",
        *sinks,
        *(
            f"{share:.1%} of incidents say that {flag} is not known: counted as no."
            for flag, share in quality.unknown.items()
        ),
        quality.snap_points_reason,
    ]


_WORDS = (
    "Rows read: every row of every file, the header apart.",
    "Accepted: rows with a date and a place that can be right. They are what maps count.",
    "Rejected: rows that no map can use, each below with its reason. None is lost.",
    "First and last day: of the accepted rows. Where a file knows months only, whole months.",
)


def show_counts(dataset: Dataset) -> None:
    """Show rows read, accepted and rejected, and the days covered."""
    incidents = dataset.incidents
    first, last = days_of(incidents.table)
    facts = {
        "Rows read": f"{incidents.rows_read:,}",
        "Accepted": f"{len(incidents.table):,}",
        "Rejected": f"{len(incidents.rejected):,}",
        "First day": f"{first.day} {first:%B %Y}",
        "Last day": f"{last.day} {last:%B %Y}",
        "Files": f"{len(incidents.files):,}",
    }
    items = "".join(
        f"<div><dt>{encode_text(name)}</dt><dd>{encode_text(value)}</dd></div>"
        for name, value in facts.items()
    )
    st.html(f'<dl class="m-facts m-small">{items}</dl>')
    with st.popover("What is this?"):
        bullets(_WORDS)


def show_rejected(dataset: Dataset, quality: Quality) -> None:
    """Show rejected rows with their reasons, and offer all of them as a file."""
    rejected = dataset.incidents.rejected
    st.subheader("Rejected rows")
    left, right = st.columns([2, 5])
    reasons = _as_table(quality.by_reason, "Reason", "Rows")
    left.dataframe(reasons, hide_index=True, height=260, key="reasons")
    shown = rejected.head(ROWS_SHOWN)
    table = shown.rename(columns=str.capitalize)
    right.dataframe(table, hide_index=True, height=260, key="rejected rows")
    if len(rejected) > len(shown):
        st.caption(f"The first {len(shown):,} of {len(rejected):,}; the file holds all.")
    name = f"rejected-{dataset.digest[:12]}.csv"
    offer_file(
        "Rejected rows (CSV)",
        noted_file(lambda: rejected_csv(rejected), name=name),
        file_name=name,
        mime="text/csv",
    )


def rejected_csv(rejected: pd.DataFrame) -> bytes:
    """Return rejected rows as CSV, nothing in it a formula."""
    safe = rejected.assign(
        **{
            name: [spreadsheet_text(str(text)) for text in rejected[name]]
            for name in ("source", "reason", "field", "original")
        }
    )
    return safe.to_csv(index=False, lineterminator="\n").encode()


def _show_spread(quality: Quality) -> None:
    """Show incidents by month and type, and the busiest points."""
    left, right = st.columns(2)
    with left:
        st.caption("Incidents by month")
        st.altair_chart(_bars(quality.by_month))
    with right:
        st.caption("Incidents by type")
        types = _as_table(quality.by_type, "Type", "Incidents")
        st.dataframe(types, hide_index=True, height=230, key="types")
    with st.expander(plain(f"The {len(quality.busiest)} busiest points")):
        st.dataframe(
            pd.DataFrame(
                {
                    "Incidents": [point.incidents for point in quality.busiest],
                    "Share": [f"{point.share:.2%}" for point in quality.busiest],
                    "Label": [point.label for point in quality.busiest],
                    "Kind of place": [point.kind for point in quality.busiest],
                    "Longitude": [point.lon for point in quality.busiest],
                    "Latitude": [point.lat for point in quality.busiest],
                }
            ),
            hide_index=True,
            key="busiest points",
        )


def _bars(by_month: Mapping[str, int]) -> Any:
    """Return incidents by month as a chart."""
    chart = alt.Chart(_as_table(by_month, "Month", "Incidents"), height=230).mark_bar(color=BLUE)
    return chart.encode(x=alt.X("Month:O", title=None), y=alt.Y("Incidents:Q", title=None))


def _as_table(counts: Mapping[str, int], name: str, number: str) -> pd.DataFrame:
    """Return counts as a table of two columns."""
    return pd.DataFrame({name: list(counts), number: list(counts.values())})
