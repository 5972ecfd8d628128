"""A result narrowed to a viewer's own wards, before it is released to them.

Only cells of those wards stay. What is left must not give the neighbours' counts away: the ring of
a cell at the edge reaches into other wards, so its sums are made of own cells only and its z, p
and q, from which the rest could be worked out, are left out. A hot spot that crosses the edge is
listed with its own part alone.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.hotspots import Standard
from mapper.analysis.place_names import busiest_cells
from mapper.base.errors import RefusedError
from mapper.base.note import Note
from mapper.base.tables import HOTSPOT_COLUMNS, check_columns
from mapper.base.text import count
from mapper.base.types import Flags
from mapper.disclosure.people import in_wards
from mapper.grid.hexagons import cells_to_points, strings_to_cells
from mapper.grid.neighbours import Neighbours, find_band


def narrowed(result: AnalysisResult, wards: Iterable[str]) -> AnalysisResult:
    """Return what a result says of some wards.

    Raises
    ------
    RefusedError
        When none of the wards lies in the area asked for.
    """
    wards = sorted(wards)
    own = in_wards(result.cells, wards).to_numpy()
    if not own.any():
        raise RefusedError(
            "None of your wards lies in this area. Choose the whole area, or ask your"
            " administrator to check the names of your wards."
        )
    near = _near(result)
    cells = _own_cells(result.cells, near, own)
    hotspots = _own_parts(result, cells, own)
    incidents = result.incidents[own]
    numbers = {
        "accepted": result.numbers.get("accepted", 0),
        "incidents_counted": int(incidents.sum()),
        "cells": int(own.sum()),
        "cells_hot": int(cells["hot"].sum()),
        "hotspots": len(hotspots),
    }
    words = (
        f"Only your wards are shown: {', '.join(wards)}. At their edge, sums count your wards alone"
        " and z, p and q are left out."
    )
    return replace(
        result,
        area=replace(result.area, cells=result.area.cells[own].reset_index(drop=True)),
        cells=cells,
        hotspots=hotspots,
        numbers=MappingProxyType(numbers),
        facts=MappingProxyType(_facts(result, cells)),
        notes=(Note("own wards", words), *result.notes),
        incidents=incidents,
        standard=replace(result.standard, expected=result.standard.expected[own]),
        streets=result.streets[result.streets["cell"].isin(cells["cell"])].reset_index(drop=True),
    )


def _near(result: AnalysisResult) -> Neighbours:
    """Return which cells the result's sums were made of."""
    cells, asked = result.area.cells["cell"].to_numpy(), result.request
    return find_band(cells, inner=asked.inner, outer=asked.rings)


def _own_cells(cells: pd.DataFrame, near: Neighbours, own: Flags) -> pd.DataFrame:
    """Return the own cells, with nothing in their sums but own cells."""
    incidents, score = (np.where(own, cells[name].to_numpy(), 0) for name in ("incidents", "score"))
    beside = near.ring_sums(own.astype(np.int64))
    inside = own & (beside == near.degree)
    edge = own & ~inside
    table = cells.assign(
        disc_incidents=incidents + near.ring_sums(incidents),
        disc_score=score + near.ring_sums(score),
        neighbours=beside,
    )
    table.loc[edge, ["z", "p", "q"]] = np.nan
    table = table[own].reset_index(drop=True)
    for name in ("district", "ward"):
        table[name] = table[name].cat.remove_unused_categories()
    whole = ("neighbours", "disc_incidents", "disc_score")
    return table.astype(dict.fromkeys(whole, "int64"))


def _own_parts(result: AnalysisResult, cells: pd.DataFrame, own: Flags) -> pd.DataFrame:
    """Return the hot spots of the own wards; of one that crosses the edge, the own part alone."""
    known = result.area.cells[own]
    lon, lat = cells_to_points(known["cell"].to_numpy())
    expected = np.nan_to_num(result.standard.expected[own])
    part = cells.assign(area_km2=known["area_km2"].to_numpy(), lon=lon, lat=lat, expected=expected)
    whole = result.cells.groupby("hotspot_id")["cell"].size()
    rows = []
    for row in result.hotspots.to_dict("records"):
        mine = part[part["hotspot_id"] == row["hotspot_id"]]
        if len(mine):
            cut = len(mine) < whole[row["hotspot_id"]]
            edge = bool(mine["z"].isna().any())  # p and q reach beyond the own wards there
            told = _cut(row, mine, result.standard) if cut else row
            rows.append({**told, "q": float("nan") if edge else row["q"]})
    table = pd.DataFrame(rows, columns=list(HOTSPOT_COLUMNS)).astype(dict(HOTSPOT_COLUMNS))
    table["region_places"] = table.groupby("region")["rank"].transform("size").astype("int64")
    km2 = part.groupby("region")["area_km2"].sum()
    table["region_km2"] = table["region"].map(km2).astype("float64")
    table = table.sort_values(
        ["excess", "hotspot_id"], ascending=[False, True], ignore_index=True
    ).assign(rank=np.arange(1, len(table) + 1, dtype=np.int64))
    return check_columns(table, HOTSPOT_COLUMNS, name="hot spots")


def _cut(
    row: Mapping[Hashable, Any], mine: pd.DataFrame, standard: Standard
) -> dict[Hashable, Any]:
    """Return a hot spot's row for the part that lies in the own wards."""
    expected = max(float(mine["expected"].sum()), standard.least)
    incidents = int(mine["incidents"].sum())
    ward, district = (str(mine[name].mode().iloc[0]) for name in ("ward", "district"))
    cells = strings_to_cells(mine["cell"].to_numpy(dtype=object))
    whole = np.zeros(len(mine), dtype=np.int64)
    return {
        **row,
        "name": f"{ward}: part of a hot spot that reaches into another ward",
        "district": district,
        "ward": ward,
        "streets": "",  # they are of the whole
        "cells": len(mine),
        "area_km2": float(mine["area_km2"].sum()),
        "incidents": incidents,
        "expected": expected,
        "excess": incidents - expected,
        "ratio": incidents / expected,
        "busiest": busiest_cells(cells, mine["incidents"].to_numpy(), whole)[0],
        "lon": float(mine["lon"].mean()),
        "lat": float(mine["lat"].mean()),
        "reason": (
            f"{incidents:,} in {count(len(mine), 'cell')} of your wards,"
            f" {standard.comparison_words(incidents, expected)}; the hot spot reaches further."
        ),
    }


def _facts(result: AnalysisResult, cells: pd.DataFrame) -> dict[str, float]:
    """Return what the numbers are judged by, of the own cells alone."""
    mean = float(cells["incidents"].mean())
    variance = float(cells["incidents"].var(ddof=0))
    facts = {"mean_per_cell": mean, "variance_to_mean": variance / mean if mean else float("nan")}
    if "cap" in result.facts:
        facts["cap"] = result.facts["cap"]
    return facts
