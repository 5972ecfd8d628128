"""The plot of each answer, drawn from its release alone, and the words that stand for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from mapper.app.workbench.plots import sure, when, where
from mapper.app.workbench.plots.rows import Drawn, place_names
from mapper.disclosure.release import FindingRelease, is_release


@dataclass(frozen=True, eq=False)
class Plot:
    """One drawing and what it says in words."""

    chart: Any
    words: str


def plot_of(shown: FindingRelease, *, place: str = "") -> Plot | None:
    """Return the plot of an answer, nothing where a table says it better.

    Parameters
    ----------
    place
        The place drawn, of those :func:`places_of` names; the first if not given.
    """
    draw = _PLOTS.get(is_release(shown, FindingRelease).id)
    if draw is None or shown.table.empty:
        return None
    names = places_of(shown)
    table, of = shown.table, ""
    if names:
        chosen = place if place in names else names[0]
        table, of = table[place_names(table) == chosen], f"{chosen}, "
    found = draw(table, shown)
    if found is None:
        return None
    words = f"{shown.title}, {of}{shown.lens_title}, {shown.area_title}, {shown.period}. {found[1]}"
    return Plot(found[0], words)


def places_of(shown: FindingRelease) -> list[str]:
    """Return the places whose plots are drawn one at a time."""
    if shown.id not in _ONE_AT_A_TIME:
        return []
    return list(dict.fromkeys(place_names(shown.table)))


_ONE_AT_A_TIME = frozenset({"clock", "shifts", "days", "signature", "context"})
_PLOTS: Mapping[str, Callable[[pd.DataFrame, FindingRelease], Drawn]] = MappingProxyType(
    {
        "signals": where.counted("incidents", "Incidents", kind="signals"),
        "concentration": where.concentration,
        "where-next": where.where_next,
        "patterns": when.patterns,
        "change": when.change,
        "scan": when.scan,
        "near-repeat": when.near_repeat,
        "clock": when.clock,
        "shifts": when.shifts,
        "days": when.days,
        "accuracy": sure.accuracy,
        "robustness": sure.robustness,
        "proactivity": sure.proactivity,
        "evaluate": sure.evaluate,
        "signature": sure.signature,
        "context": where.near,
        "risk-terrain": where.risk_terrain,
        "phases": where.counted("incidents", "Incidents", kind="phase"),
        "children": where.children,
        "corridors": where.corridors,
        "corridors-by-district": where.corridor_totals,
    }
)
