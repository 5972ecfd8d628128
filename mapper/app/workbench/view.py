"""One answer on screen: sentence, plot, table, files; how it was made is one click deeper."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from mapper.app.shell.more_forms import show_export
from mapper.app.shell.waiting import shown_progress
from mapper.app.shell.what_is import what_are
from mapper.app.shell.words import bullets, plain
from mapper.app.workbench.answers import AnsweredQuestion
from mapper.app.workbench.plots import places_of, plot_of
from mapper.app.workbench.table import show_table
from mapper.app.workbench.words import sentence_of
from mapper.areas.load import load_study_area
from mapper.base.text import encode_text
from mapper.disclosure.release import FindingRelease
from mapper.outputs.pictures.cell_map import cell_map
from mapper.outputs.pictures.cluster_map import cluster_map

# The methods that the words of an answer come from, one click away.
_WHAT: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "signals": {
            "cluster": "What is a hot spot?",
            "single-place": "What is a single place?",
            "over-represented": "What is over-represented?",
            "per-resident": "What is per resident?",
        },
        "concentration": {"concentration": "What is concentration?"},
        "density": {"density": "What is this density?"},
        "where-next": {"where-next": "What is expected?"},
        "patterns": {"patterns": "What is a pattern?"},
        "change": {"change": "What is a clear change?"},
        "scan": {"scan": "What is a cluster of a scan?"},
        "scan-table": {"scan": "What is a cluster of a scan?"},
        "near-repeat": {"near-repeat": "What is a near repeat?"},
        "clock": {"clock": "What is a week clock?"},
        "shifts": {"clock": "What is a busy shift?"},
        "days": {"change": "What is clearly busier?"},
        "accuracy": {"accuracy": "What is accuracy?"},
        "robustness": {"robustness": "What is robustness?"},
        "proactivity": {"proactivity": "What is police-generated?"},
        "evaluate": {"evaluation": "What is this effect?"},
        "signature": {"signature": "What is a signature?"},
        "risk-terrain": {"risk-terrain": "What goes with what?"},
        "phases": {"patterns": "What is a pattern?"},
        "children": {"lens": "What is counted?"},
    }
)
# What is drawn on a map where rows are cells.
_MAPPED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "density": ("density", "ratio"),
        "where-next": ("expected",),
        "risk-terrain": ("residual",),
    }
)
_MAP = 430.0  # points that the map of a scan is drawn at: its numbers are read on half a page


def show_answer_of(answer: AnsweredQuestion, shown: FindingRelease) -> None:
    """Show an answer, plain sentence first."""
    st.html(
        f'<div class="m-headline m-answer"><h2>{encode_text(shown.title)}</h2>'
        f'<p class="m-question">{encode_text(sentence_of(shown))}</p>'
        f'<p class="m-over">{encode_text(_over(answer, shown))}</p></div>'
    )
    _show_plot(shown)
    show_table(shown)
    what_are(_WHAT.get(shown.id, {"lens": "What is counted?"}))
    show_export(shown)
    with st.expander("How this was made, and what it cannot show"):
        _show_method(shown)


def _over(answer: AnsweredQuestion, shown: FindingRelease) -> str:
    """Say what the answer is over."""
    seconds = f", {answer.run.seconds:.1f} s" if answer.run.seconds else ""
    return (
        f"{shown.lens_title}, {shown.area_title}, {shown.period};"
        f" {answer.asking.dataset.title}{seconds}."
    )


def _show_plot(shown: FindingRelease) -> None:
    """Draw the plot, beside the map for a scan; a map alone where each cell has a number."""
    column = next((name for name in _MAPPED.get(shown.id, ()) if name in shown.table), None)
    if column is not None and shown.unit == "cell" and len(shown.table):
        picture = cell_map(shown, column)
        st.image(picture.svg, alt=picture.alt, width="stretch")
    if shown.id == "scan" and len(shown.table):
        ground, times = st.columns([1, 1.1], gap="medium")
        with ground:
            _show_clusters(shown)
        with times:
            _draw(shown)
        return
    _draw(shown)


def _draw(shown: FindingRelease) -> None:
    """Draw the plot, of one place where each has its own."""
    names = places_of(shown)
    place = ""
    if len(names) > 1:
        place = st.selectbox("Drawn for", names, key=f"place {shown.digest}")
    plot = plot_of(shown, place=place)
    if plot is not None:
        key = f"plot {shown.digest} {place}"
        st.altair_chart(plot.chart, width="stretch", key=key, alt=plot.words)


def _show_clusters(shown: FindingRelease) -> None:
    """Show where the clusters of a scan lie."""
    request = _part(shown.record, "request")
    with shown_progress("Drawing the map") as progress:
        area = load_study_area(str(request["area"]), resolution=shown.resolution)
        progress("Drawing the map", 0.5)
        picture = cluster_map(shown, area, width=_MAP)
    st.image(picture.svg, alt=picture.alt, width="stretch")


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
    st.caption(plain(f"Number of this answer, as in its files: {shown.digest}"))


def _value(value: object) -> str:
    """Return one choice for reading."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "not set" if value is None or value == "" else str(value)


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return one mapping of a record, empty where there is none."""
    found = record.get(name, {})
    return found if isinstance(found, Mapping) else {}
