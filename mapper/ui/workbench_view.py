"""One answer on screen: sentence, plot, table, files; how it was made is one click deeper."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from mapper.disclosure.finding_release import FindingRelease
from mapper.outputs.text import encode_text
from mapper.study_area import load_study_area
from mapper.ui.waiting import shown_progress
from mapper.ui.words import bullets, count, plain
from mapper.ui.workbench_answers import Answer
from mapper.ui.workbench_downloads import show_downloads
from mapper.ui.workbench_plots import places_of, plot_of
from mapper.ui.workbench_words import sentence_of

ROWS = 2_000  # shown at once; the files hold them all
_LONG = {"cell_list", "hot_in"}  # columns that only files need
_CHANCES = {"p", "q", "gumbel_p", "trend_p"}
_SHARES = ("share", "_share", "hit_rate")


def show_answer_of(answer: Answer, shown: FindingRelease) -> None:
    """Show an answer, plain sentence first."""
    st.html(
        f'<div class="m-headline m-answer"><h2>{encode_text(shown.title)}</h2>'
        f'<p class="m-question">{encode_text(sentence_of(shown))}</p>'
        f'<p class="m-over">{encode_text(_over(answer, shown))}</p></div>'
    )
    _show_plot(shown)
    _show_table(shown)
    show_downloads(shown)
    with st.expander("How this was made, and what it cannot show"):
        _show_method(shown)


def _over(answer: Answer, shown: FindingRelease) -> str:
    """Say what the answer is over."""
    seconds = f", {answer.run.seconds:.1f} s" if answer.run.seconds else ""
    return (
        f"{shown.lens_title}, {shown.area_title}, {shown.period};"
        f" {answer.asking.dataset.title}{seconds}."
    )


def _show_plot(shown: FindingRelease) -> None:
    """Draw the plot, and for a scan the map."""
    if shown.id == "scan" and len(shown.table):
        _show_clusters(shown)
    names = places_of(shown)
    place = ""
    if len(names) > 1:
        place = st.selectbox("Drawn for", names, format_func=plain, key=f"place {shown.digest}")
    plot = plot_of(shown, place=place)
    if plot is not None:
        key = f"plot {shown.digest} {place}"
        st.altair_chart(plot.chart, width="stretch", key=key, alt=plot.words)


def _show_clusters(shown: FindingRelease) -> None:
    """Show where the clusters of a scan lie."""
    from mapper.outputs.pictures.cluster_map import cluster_map

    request = _part(shown.record, "request")
    with shown_progress("Drawing the map") as progress:
        area = load_study_area(str(request["area"]), resolution=shown.resolution)
        progress("Drawing the map", 0.5)
        picture = cluster_map(shown, area)
    st.image(picture.svg, alt=picture.alt, width="stretch")


def _show_table(shown: FindingRelease) -> None:
    """Show the table, numbers for reading."""
    table = shown.table
    if table.empty:
        st.caption("The answer has no rows.")
        return
    first = table.head(ROWS).drop(columns=[n for n in table.columns if n in _LONG])
    more = f"; the first {ROWS:,} are shown, the files hold all" if len(table) > ROWS else ""
    st.dataframe(
        first,
        hide_index=True,
        column_config={name: _column(first, name) for name in first.columns},
        height=min(38 + 35 * len(first), 420),
        key=f"table {shown.digest}",
        alt=f"Table of {count(len(first), 'row')}: {shown.title}",
    )
    st.caption(f"{count(len(table), 'row')}{more}.")


def _column(table: pd.DataFrame, name: str) -> Any:
    """Return how one column is shown."""
    label = plain(str(name).replace("_", " ").capitalize() if len(str(name)) > 1 else str(name))
    if not pd.api.types.is_float_dtype(table[name]):
        return st.column_config.Column(label)
    if name in _CHANCES:
        return st.column_config.NumberColumn(label, format="%.3g")
    if str(name).endswith(_SHARES) or ("share" in str(name) and table[name].max() <= 1):
        return st.column_config.NumberColumn(label, format="percent")
    return st.column_config.NumberColumn(label, format="%.2f")


def _show_method(shown: FindingRelease) -> None:
    """Say how the numbers are made, by whom first, with what caveats, from which choices."""
    st.text(f"Question: {shown.question}\nHow: {shown.definition}\nSource: {shown.source}")
    bullets(shown.notes)
    request, numbers = _part(shown.record, "request"), _part(shown.record, "numbers")
    told = {**request, **shown.choices}
    words = "; ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in told.items())
    st.text(f"Choices: {words}")
    rows = "; ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in numbers.items())
    st.text(f"Numbers: {rows}")
    st.caption(plain(f"Release {shown.digest}"))


def _value(value: object) -> str:
    """Return one choice for reading."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "not set" if value is None or value == "" else str(value)


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return one mapping of a record, empty where there is none."""
    found = record.get(name, {})
    return found if isinstance(found, Mapping) else {}
