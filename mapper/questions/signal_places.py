"""Signals by place: every hot spot, and every single place that lies in no hot spot."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from mapper.analysis.analyse import hotspot_inputs
from mapper.analysis.hotspots import describe_hotspots, even_spread
from mapper.analysis.place_doubts import place_words
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.types import Integers
from mapper.grid.hexagons import cells_to_strings, strings_to_cells
from mapper.questions.finding import Role, Where, where_named
from mapper.statistics.signals import TITLES, Signal, carried_signals

HOT_SPOT, SINGLE = "hot spot", "single place outside hot spots"
PLACE_ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "place_id": "key",
        "kind": "class",
        "name": "key",
        "district": "key",
        "ward": "key",
        "cells": "fact",
        "incidents": "count",
        "signals": "class",
        "single_places": "derived",  # cells in it that stand out from their own ring
        "busiest_cell": "derived",
        "words": "derived",
        "lon": "fact",
        "lat": "fact",
    }
)


def place_table(study: Study, signals: tuple[Signal, ...], result: AnalysisResult) -> pd.DataFrame:
    """Return one row for each hot spot, best rank first, then one for each other single place."""
    alpha = study.request.alpha
    single = next(signal for signal in signals if signal.name == "single_place")
    rows = pd.Index(result.hotspots["hotspot_id"]).get_indexer(result.cells["hotspot_id"])
    spots = _listed(study, result.hotspots, rows.astype(np.int64), signals, kind=HOT_SPOT)
    alone = np.flatnonzero(single.found(alpha=alpha) & (rows < 0))
    alone = alone[np.argsort(-single.excess[alone], kind="stable")]
    group = np.full(rows.shape, -1, dtype=np.int64)
    group[alone] = np.arange(alone.size)
    ids = [f"SP-{cell.strip('f')[1:].upper()}" for cell in cells_to_strings(study.cells[alone])]
    standard = even_spread(study.counts.total, rows.size, study.area.title)
    described = describe_hotspots(hotspot_inputs(study, group, single.q[alone], standard), ids)
    described = described.set_index("hotspot_id").loc[ids].reset_index()
    return pd.concat(
        [spots, _listed(study, described, group, signals, kind=SINGLE)], ignore_index=True
    )


def place_where(study: Study, table: pd.DataFrame, result: AnalysisResult) -> Where:
    """Return where the rows of :func:`place_table` lie: hot spots, and cells by themselves."""
    alone = table[table["kind"] == SINGLE]
    cells = strings_to_cells(alone["busiest_cell"].to_numpy(dtype=object))
    single = dict(zip(alone["place_id"], cells[:, None], strict=True))
    return where_named(study.cells, {**result.hotspot_cells, **single}, table["place_id"])


def _listed(
    study: Study,
    described: pd.DataFrame,
    group: Integers,
    signals: tuple[Signal, ...],
    *,
    kind: str,
) -> pd.DataFrame:
    """Return places with the signals that their cells carry, and a sentence about each."""
    alpha = study.request.alpha
    single = next(signal for signal in signals if signal.name == "single_place")
    carried = carried_signals(signals, group, alpha=alpha)
    carried += [()] * (len(described) - len(carried))
    busiest = _busiest(study, group, len(described))
    inside = single.found(alpha=alpha) & (group >= 0)
    table = described[["name", "district", "ward", "cells", "incidents", "lon", "lat"]].copy()
    table["place_id"] = described["hotspot_id"]
    table["kind"] = kind
    table["signals"] = ["; ".join(TITLES[name] for name in names) for names in carried]
    table["single_places"] = np.bincount(group[inside], minlength=len(described))
    table["busiest_cell"] = cells_to_strings(study.cells[busiest])
    words = _sentences(signals, group, len(described), alpha=alpha)
    beside = place_words(study, group, len(described))
    table["words"] = [f"{one}{more}".strip() for one, more in zip(words, beside, strict=True)]
    return table[list(PLACE_ROLES)]


def _sentences(
    signals: tuple[Signal, ...], group: Integers, number: int, *, alpha: float
) -> list[str]:
    """Return what each carried signal says of the cell with the largest excess, by place."""
    words = [""] * number
    for signal in signals:
        found = np.flatnonzero(signal.found(alpha=alpha) & (group >= 0))
        order = found[np.argsort(-signal.excess[found], kind="stable")]
        places, first = np.unique(group[order], return_index=True)
        for place, at in zip(places.tolist(), order[first].tolist(), strict=True):
            words[place] = f"{words[place]} {signal.sentence(at, alpha=alpha)}".strip()
    return words


def _busiest(study: Study, group: Integers, number: int) -> Integers:
    """Return the busiest cell of each place."""
    inside = np.flatnonzero(group >= 0)
    order = inside[np.argsort(-study.counts.incidents[inside], kind="stable")]
    found = np.zeros(number, dtype=np.int64)
    places, first = np.unique(group[order], return_index=True)
    found[places] = order[first]
    return found
