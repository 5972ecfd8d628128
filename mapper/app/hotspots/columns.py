"""The figures of the list of hot spots: what each means, its words, and what it is sorted by.

How firm a place is stands in the list once somebody asked for it: it takes hundreds of runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mapper.app.shell.place_asked import ShownMap, firmness_known
from mapper.app.shell.traces import trace
from mapper.base.text import chance_in_brief
from mapper.disclosure.for_viewer import release_to
from mapper.disclosure.people import Viewer, may
from mapper.disclosure.release import Release
from mapper.outputs.tables import is_operational
from mapper.questions.proactivity import QUESTION as PROACTIVITY
from mapper.questions.robustness import QUESTION as ROBUSTNESS

Row = Mapping[str, Any]
_TRACED = "mapper_firmness_traced"
_NONE = "\u2013"


@dataclass(frozen=True)
class PlaceFigure:
    """One figure of each place: its title, what it means, its words and what sorts it."""

    title: str
    help: str
    value: Callable[[Row], float | None]
    words: Callable[[float], str]

    def cell(self, row: Row) -> tuple[str, float | None]:
        """Return what the list shows of a place, and by what it sorts."""
        value = self.value(row)
        return (_NONE if value is None else self.words(value)), value


def columns_of(viewer: Viewer, asked: ShownMap) -> list[PlaceFigure]:
    """Return the figures that a viewer's list of hot spots has."""
    shown = asked.shown
    incidents = PlaceFigure(
        "Incidents", "Recorded in the place and counted", lambda row: row["incidents"], _whole
    )
    times = PlaceFigure(
        "Times expected",
        "Incidents over what was expected there",
        lambda row: row.get("ratio"),
        lambda value: f"{value:,.1f}",
    )
    if not is_operational(shown):  # what was expected there is worked out of counts: not theirs
        return [incidents]
    chance = PlaceFigure(
        "Chance (q)",
        "Share of false finds expected among the places down to this one",
        lambda row: row["q"],
        chance_in_brief,
    )
    return [incidents, *_score(shown), times, chance, *_firmness(viewer, asked)]


def _score(shown: Release) -> list[PlaceFigure]:
    """Return the score of each place, where the definition weighs its incidents unequally."""
    cells = shown.cells
    if cells["score"].equals(cells["incidents"]):
        return []
    scores = cells.groupby("hotspot_id")["score"].sum()
    told = "Incidents times their weights in the definition"
    return [PlaceFigure("Score", told, lambda row: int(scores[row["hotspot_id"]]), _whole)]


def _firmness(viewer: Viewer, asked: ShownMap) -> list[PlaceFigure]:
    """Return how firm each place is, where it is known and the viewer sees everything."""
    answers = firmness_known(asked)
    if answers is None or not may(viewer, "see everything"):
        return []
    traced: set[str] = st.session_state.setdefault(_TRACED, set())
    known = {name: release_to(viewer, one) for name, one in answers.findings.items()}
    if asked.shown.digest not in traced:
        trace(viewer, "view", subject="Hot spots: how firm", digest=asked.shown.digest)
        traced.add(asked.shown.digest)
    columns = []
    for question, name, title, told in (
        (ROBUSTNESS.id, "share", "Stays", "Share of other settings under which it stays listed"),
        (
            PROACTIVITY.id,
            "police_generated",
            "Police-made",
            "Share of its incidents that police work itself made, such as stop and search",
        ),
    ):
        if question in known:
            table = known[question].table
            shares = dict(zip(table["hotspot_id"], table[name], strict=True))
            columns.append(
                PlaceFigure(title, told, _from(shares), lambda value: f"{value * 100:.0f} %")
            )
    return columns


def _from(shares: Mapping[str, float]) -> Callable[[Row], float | None]:
    """Return what reads the share of a place; none where it is not known."""

    def value(row: Row) -> float | None:
        share = shares.get(row["hotspot_id"])
        return None if share is None or share != share else float(share)  # noqa: PLR0124 - NaN

    return value


def _whole(value: float) -> str:
    return f"{value:,.0f}"
