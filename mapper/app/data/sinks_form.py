"""Geocode sinks on the Data page: listed before any map, decided by people, applied everywhere.

A choice makes another dataset of the incidents, with a digest of its own: every page and every
cache then speaks of the incidents as decided. The choices are written into the workspace as the
file that the command line takes (``--sinks``), and into the log.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast, get_args

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.datasets import Dataset, dataset_of
from mapper.app.shell.traces import trace
from mapper.app.shell.words import notice, plain
from mapper.base.errors import MapperError
from mapper.base.files import write_whole
from mapper.base.settings import settings
from mapper.base.text import count
from mapper.context.sink_choices import (
    Choice,
    SinkChoice,
    SinkChoices,
    apply_sink_choices,
    read_sink_choices,
    text_of_choices,
)
from mapper.context.sinks import Sink, find_sinks
from mapper.disclosure.people import require

FOLDER = "sinks"
MOST = 20  # listed; the command line lists them all
_BASES = "mapper_sinks_bases"  # data as it was before choices, by the digest after them
_WORDS: dict[Choice, str] = {
    "keep": "Keep them there",
    "move out": "Move them out",
    "map": "Map them to the true place",
}


@st.cache_resource(max_entries=16, show_spinner=False)
def sinks_of(digest: str, *, _dataset: Dataset) -> tuple[Sink, ...]:
    """Return the sinks of a dataset, found once."""
    del digest
    return find_sinks(_dataset.incidents.table)


def decided(dataset: Dataset, choices: SinkChoices) -> Dataset:
    """Return a dataset with choices applied, under a title and a digest of its own.

    Raises
    ------
    ContextError
        When a choice fits no incident.
    """
    incidents = apply_sink_choices(dataset.incidents, choices)
    title = f"{dataset.title}, {count(len(choices.choices), 'default point')} decided"
    made = dataset_of(incidents, title=title, choices=f"{dataset.digest}{text_of_choices(choices)}")
    return replace(made, demonstration=dataset.demonstration)


def choices_path(dataset: Dataset) -> Path:
    """Return where the choices about a dataset are kept."""
    return settings().workspace / FOLDER / f"{dataset.digest[:24]}.toml"


def ask_sinks(dataset: Dataset) -> Dataset | None:
    """List the sinks and ask what to do with each; return the data to use instead, if any."""
    base = _bases().get(dataset.digest)
    if base is not None:
        st.text(f"Default points were decided on: {dataset.title}.")
        return base if st.button("Undo the choices about default points") else None
    found = sinks_of(dataset.digest, _dataset=dataset)
    if not found:
        st.caption("No default points: no single point holds far more incidents than the others.")
        return None
    with st.expander(f"{count(len(found), 'point')} may be default points: decide before mapping"):
        st.text(
            "Records often get the point of a desk (a police station, a hospital) in place of the"
            " place. Each point below holds far more incidents than points do."
        )
        if (kept := choices_path(dataset)).is_file() and st.button("Use the choices kept for it"):
            return _apply_kept(dataset, kept)
        asked = [_ask_one(sink, number) for number, sink in enumerate(found[:MOST])]
        by = st.text_input("Decided by (a role, not a name)", max_chars=100, key="sinks decided by")
        if st.button("Apply these choices", type="primary", key="apply sinks"):
            return _apply(dataset, asked, by)
    return None


def _bases() -> dict[str, Dataset]:
    """Return this session's data before choices, by the digest after them."""
    kept: dict[str, Dataset] = st.session_state.setdefault(_BASES, {})
    return kept


def _ask_one(sink: Sink, number: int) -> SinkChoice:
    """Ask what to do with one sink."""
    st.text(f"{sink.label or 'No label'} at {sink.lon:.5f}, {sink.lat:.5f}: {sink.reason}.")
    left, right = st.columns([2, 3])
    with left:
        choice = st.selectbox(
            plain(f"What to do with {sink.label or 'this point'}"),
            list(get_args(Choice)),
            format_func=lambda name: _WORDS[name],
            key=f"sink {number}",
            label_visibility="collapsed",
        )
    with right:
        reason = st.text_input(
            "Why",
            max_chars=500,
            placeholder="Why",
            key=f"sink reason {number}",
            label_visibility="collapsed",
        )
    to = _ask_place(sink, number) if choice == "map" else None
    return SinkChoice(
        lon=sink.lon,
        lat=sink.lat,
        choice=cast("Choice", choice),
        reason=reason.strip(),
        decided_by="",
        decided_on=date.min,
        label=sink.label,
        to=to,
    )


def _ask_place(sink: Sink, number: int) -> tuple[float, float]:
    """Ask for the true place."""
    left, right = st.columns(2)
    limits = {"lon": (-9.0, 2.0), "lat": (49.0, 61.0)}
    with left:
        lon = st.number_input(
            "True longitude", *limits["lon"], sink.lon, format="%.6f", key=f"sink lon {number}"
        )
    with right:
        lat = st.number_input(
            "True latitude", *limits["lat"], sink.lat, format="%.6f", key=f"sink lat {number}"
        )
    return float(lon), float(lat)


def _apply(dataset: Dataset, asked: list[SinkChoice], by: str) -> Dataset | None:
    """Apply what was chosen, with who and why; say what is missing."""
    unsaid = [one for one in asked if one.choice != "keep" and not one.reason]
    if not by.strip() or unsaid:
        notice("Say who decided, and why for every point that is moved or mapped.", kind="stop")
        return None
    today = datetime.now(UTC).date()
    told = tuple(
        replace(one, reason=one.reason or "Kept.", decided_by=by.strip(), decided_on=today)
        for one in asked
    )
    return _done(dataset, SinkChoices(told, "the Data page"))


def _apply_kept(dataset: Dataset, path: Path) -> Dataset | None:
    """Apply the choices that were kept for this data."""
    try:
        return _done(dataset, read_sink_choices(path))
    except MapperError as error:
        notice(str(error), kind="stop")
        return None


def _done(dataset: Dataset, choices: SinkChoices) -> Dataset | None:
    """Apply choices, write them down, and return the data as decided."""
    viewer = current_viewer()
    try:
        require(viewer, "load data")
        made = decided(dataset, choices)
        write_whole(choices_path(dataset), text_of_choices(choices))
        detail = {"data": dataset.title, "choices": Counter(one.choice for one in choices.choices)}
        trace(viewer, "settings", subject="geocode sinks", digest=made.digest, detail=detail)
    except MapperError as error:
        notice(str(error), kind="stop")
        return None
    _bases()[made.digest] = dataset
    return made
