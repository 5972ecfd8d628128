"""Corridors: from where to where people who went missing travelled, counted.

Both ends are put in a coarse H3 cell, or at a travel hub when they lie within its reach; the pair
is a corridor. Counted are reports, so one person who goes missing often counts each time. What one
would expect of each pair if ends had nothing to do with each other (row total times column total
over all) is given beside it.

What can mislead: where people are found is recorded for few, and at hubs more carefully; a small
count is never shown to an audience under its threshold, which disclosure control sees to.

Source: this project.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.base.errors import LensError
from mapper.base.types import Floats
from mapper.context.distances import metres_between
from mapper.grid.hexagons import cells_to_points, cells_to_strings, points_to_cells

NEEDED = ("missing", "found_lon", "found_lat")
RESOLUTION = 7  # about 5 km2 a cell
HUB_REACH = 300.0  # metres
HUB_KINDS = ("railway station", "bus or coach station", "ferry terminal", "airport", "services")
CORRIDOR_COLUMNS = (
    *("from_kind", "from", "to_kind", "to", "reports", "children", "metres", "expected"),
    *("from_lon", "from_lat", "to_lon", "to_lat"),
)
_MIDDLES = CORRIDOR_COLUMNS[-4:]


@dataclass(frozen=True, eq=False)
class Corridors:
    """Corridors and what could not be put in one."""

    table: pd.DataFrame  # CORRIDOR_COLUMNS, most reports first
    missing: int  # reports of a missing person
    placed: int  # of them with both ends known


def find_corridors(
    table: pd.DataFrame, hubs: pd.DataFrame | None = None, *, resolution: int = RESOLUTION
) -> Corridors:
    """Count the pairs of ends of missing reports.

    Parameters
    ----------
    table
        Incidents with the columns in ``NEEDED``; ``missing_child`` where there is one.
    hubs
        Places with ``name``, ``kind``, ``lon`` and ``lat``; those of ``HUB_KINDS`` are hubs.
    resolution
        Of the cells at the ends.

    Raises
    ------
    LensError
        When the data lacks a needed column.
    """
    refuse_lacking(table)
    gone = table[table["missing"].to_numpy(dtype=bool)]
    known = gone[gone["found_lon"].notna() & gone["found_lat"].notna()]
    stops = _hubs(hubs)
    start = _ends(known["lon"].to_numpy(), known["lat"].to_numpy(), stops, resolution)
    end = _ends(known["found_lon"].to_numpy(), known["found_lat"].to_numpy(), stops, resolution)
    child = known["missing_child"].to_numpy(dtype=bool) if "missing_child" in known else False
    pairs = pd.DataFrame(
        {
            "from_kind": start["kind"],
            "from": start["name"],
            "to_kind": end["kind"],
            "to": end["name"],
            "metres": metres_between(start["lon"], start["lat"], end["lon"], end["lat"]),
            **dict(
                zip(_MIDDLES, (start["lon"], start["lat"], end["lon"], end["lat"]), strict=True)
            ),
            "child": np.broadcast_to(child, len(known)).astype(np.int64),
        }
    )
    return Corridors(_counted(pairs), missing=len(gone), placed=len(known))


def refuse_lacking(table: pd.DataFrame) -> None:
    """Refuse data without the columns that corridors need.

    Raises
    ------
    LensError
        Naming each.
    """
    if lacking := [name for name in NEEDED if name not in table]:
        raise LensError(
            f"The data has no column for {', '.join(lacking)}, so corridors cannot be counted."
            " Add where people were found, or map those columns with {mapping}.",
            names=("mapping",),
        )


def _counted(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each pair of ends."""
    keys = ["from_kind", "from", "to_kind", "to"]
    grouped = pairs.groupby(keys, sort=False, observed=True)
    found = grouped.agg(
        reports=("child", "size"),
        children=("child", "sum"),
        **{name: (name, "first") for name in ("metres", *_MIDDLES)},
    ).reset_index()
    out = found.groupby(["from_kind", "from"])["reports"].transform("sum")
    into = found.groupby(["to_kind", "to"])["reports"].transform("sum")
    found["expected"] = out * into / max(len(pairs), 1)
    found = found.sort_values(["reports", *keys], ascending=[False, True, True, True, True])
    return found[list(CORRIDOR_COLUMNS)].reset_index(drop=True)


def _hubs(places: pd.DataFrame | None) -> pd.DataFrame:
    """Return the travel hubs among some places, each under a name of its own."""
    if places is None:
        return pd.DataFrame({"name": [], "lon": [], "lat": []})
    hubs = places[places["kind"].astype("str").isin(HUB_KINDS)].reset_index(drop=True)
    again = hubs.groupby(hubs["name"].astype("str")).cumcount()
    names = [f"{name} ({n + 1})" if n else str(name) for name, n in zip(hubs["name"], again)]  # noqa: B905 - one Series
    return hubs.assign(name=names)[["name", "lon", "lat"]]


def _ends(lon: Floats, lat: Floats, hubs: pd.DataFrame, resolution: int) -> pd.DataFrame:
    """Return the kind, name and middle of the cell or hub that each point belongs to."""
    cells = points_to_cells(lon, lat, resolution=resolution)
    middle_lon, middle_lat = cells_to_points(cells)
    ends = pd.DataFrame(
        {"kind": "cell", "name": cells_to_strings(cells), "lon": middle_lon, "lat": middle_lat}
    )
    if len(hubs) and len(lon):
        away = metres_between(
            lon[:, None], lat[:, None], hubs["lon"].to_numpy(), hubs["lat"].to_numpy()
        )
        nearest = away.argmin(axis=1)
        at_hub = np.flatnonzero(away[np.arange(lon.size), nearest] <= HUB_REACH)
        chosen = hubs.iloc[nearest[at_hub]]
        ends.loc[at_hub, "kind"] = "hub"
        for name in ("name", "lon", "lat"):
            ends.loc[at_hub, name] = chosen[name].to_numpy()
    return ends
