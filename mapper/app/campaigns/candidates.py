"""Places that a campaign may take, best first, each with the reason: hot spots, wards, venues."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.analysis.place_names import core_cells
from mapper.base.text import count
from mapper.context.distances import metres_between
from mapper.context.places import Places
from mapper.disclosure.release import Release
from mapper.grid.hexagons import (
    cells_to_discs,
    cells_to_points,
    cells_to_strings,
    points_to_cells,
    strings_to_cells,
)
from mapper.outputs.tables import hotspot_rows

if TYPE_CHECKING:
    import pandas as pd

WITHIN = 2_000  # metres from the nearest cell of a hot spot: half an hour with a pram
AROUND = 2  # rings of cells about a venue that count as its ground
_WARDS, _VENUES = 20, 40


@dataclass(frozen=True)
class Candidate:
    """One place that could be taken."""

    place: str
    kind: str  # hot spot, core, ward, venue, area
    ward: str
    why: str
    incidents: int | None
    cells: tuple[str, ...]
    hotspot_id: str = ""

    def row(self) -> dict[str, Any]:
        """Return it as a row of the campaign's places."""
        told = {"place": self.place, "kind": self.kind, "ward": self.ward, "why": self.why}
        more = {"hotspot_id": self.hotspot_id, "cells": list(self.cells)}
        return {**told, "incidents": self.incidents, **more}


def hot_spots(shown: Release) -> tuple[Candidate, ...]:
    """Return the hot spots of a release in its order."""
    cells = shown.cells.groupby("hotspot_id", observed=True)["cell"].agg(tuple)
    return tuple(
        Candidate(
            place=str(row["name"]),
            kind="hot spot",
            ward=_where(row),
            why=_reason(place, str(row.get("reason") or "")),
            incidents=row["incidents"],
            cells=cells.get(row["hotspot_id"], ()),
            hotspot_id=str(row["hotspot_id"]),
        )
        for place, row in enumerate(hotspot_rows(shown, on_screen=True), start=1)
    )


def cores(shown: Release) -> tuple[Candidate, ...]:
    """Return the core of each hot spot, its busiest cells, in the order of the hot spots."""
    ids = shown.hotspots["hotspot_id"].astype("str").tolist()
    at = {spot: number for number, spot in enumerate(ids)}
    group = np.array([at.get(spot, -1) for spot in shown.cells["hotspot_id"].astype("str")])
    table = core_cells(
        strings_to_cells(shown.cells["cell"].to_numpy(dtype=object)),
        shown.cells["incidents"].fillna(0).to_numpy(dtype=np.int64),
        group.astype(np.int64),
    )
    found = []
    for one in hot_spots(shown):
        core = table[table["place"] == at[one.hotspot_id]]
        held = int(core["n"].sum())
        why = f"{count(len(core), 'cell')} with {held:,} of its incidents"
        cells = tuple(map(str, core["cell"]))
        name = f"Core of {one.place}"
        found.append(Candidate(name, "core", one.ward, why, held, cells, one.hotspot_id))
    return tuple(one for one in found if one.cells)


def wards(shown: Release) -> tuple[Candidate, ...]:
    """Return the wards with most incidents under the lens, the most first."""
    cells = shown.cells[shown.cells["ward"].astype("str") != ""]
    grouped = cells.groupby(["ward", "district"], observed=True)
    table = grouped.agg(incidents=("incidents", "sum"), cells=("cell", tuple)).reset_index()
    table = table.sort_values("incidents", ascending=False, kind="stable").head(_WARDS)
    return tuple(
        Candidate(
            place=_where(row),
            kind="ward",
            ward=_where(row),
            why=f"{count(int(row['incidents']), 'incident')}, {place}. of the wards",
            incidents=int(row["incidents"]),
            cells=row["cells"],
        )
        for place, row in enumerate(table.to_dict("records"), start=1)
        if row["incidents"] > 0
    )


def venues(shown: Release, places: Places | None, *, kinds: Sequence[str]) -> tuple[Candidate, ...]:
    """Return named venues within reach of a hot spot: the nearest of each, then the second, ..."""
    inside = shown.cells[shown.cells["hotspot_id"] != ""]
    if places is None or inside.empty:
        return ()
    near = places.table[places.table["kind"].astype("str").isin(kinds)]
    if near.empty:
        return ()
    centres = cells_to_points(strings_to_cells(inside["cell"].to_numpy(dtype=object)))
    points = near[["lon", "lat"]].to_numpy(dtype=np.float64)
    metres = metres_between(points[:, :1], points[:, 1:], centres[0][None], centres[1][None])
    nearest = metres.argmin(axis=1)
    places_of = {str(spot): at for at, spot in enumerate(shown.hotspots["hotspot_id"])}
    rank = inside["hotspot_id"].astype("str").map(places_of).to_numpy(dtype=np.int64)[nearest]
    away = metres.min(axis=1)
    order = sorted(np.flatnonzero(away <= WITHIN).tolist(), key=lambda at: (rank[at], away[at]))
    turn = {at: sum(rank[other] == rank[at] for other in order[:n]) for n, at in enumerate(order)}
    order.sort(key=lambda at: (turn[at], rank[at]))
    names = shown.hotspots["name"].astype("str").tolist()
    return tuple(
        _venue(shown, near.iloc[at], f"{away[at]:,.0f} m from {names[rank[at]]}")
        for at in order[:_VENUES]
    )


def incidents_within(shown: Release, cells: Iterable[str]) -> int:
    """Return the incidents under the lens in some cells, each cell once."""
    inside = shown.cells["cell"].isin(set(cells))
    return int(shown.cells.loc[inside, "incidents"].sum())


def _venue(shown: Release, row: "pd.Series[Any]", why: str) -> Candidate:
    """Return one venue with the ground about it."""
    lon, lat = np.array([row["lon"]]), np.array([row["lat"]])
    centre = points_to_cells(lon, lat, resolution=shown.resolution)
    _, disc = cells_to_discs(centre, rings=AROUND)
    cells = tuple(str(cell) for cell in cells_to_strings(disc))
    home = shown.cells[shown.cells["cell"] == str(cells_to_strings(centre)[0])]
    ward = _where(home.iloc[0].to_dict()) if len(home) else ""
    number = incidents_within(shown, cells)
    kind = f"{row['kind']}, {why}"
    return Candidate(str(row["name"]), "venue", ward, kind, number, cells)


def _reason(place: int, reason: str) -> str:
    """Return why a hot spot is in the list: its number, and the first part of its reason."""
    first = reason.partition(";")[0]
    return f"number {place} of this harm" + (f", {first}" if first else "")


def _where(row: Any) -> str:
    """Return ward and district."""
    return ", ".join(str(row[name]) for name in ("ward", "district") if row[name])
