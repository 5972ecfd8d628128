"""What people find their way by: marks on a map with no streets, and directions in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mapper.base.text import encode_text
from mapper.context.directions import (
    WELL_KNOWN,
    from_landmark,
    nearest_landmark,
)
from mapper.context.places import Places
from mapper.disclosure.backdrop import backdrop_of
from mapper.disclosure.release import Release, is_release
from mapper.grid.hexagons import cells_to_points, strings_to_cells

if TYPE_CHECKING:
    import pandas as pd

LANDMARKS = WELL_KNOWN
AROUND = 0.01  # degrees around the cells shown in which places are drawn, about a kilometre
_MOST = 600


def landmarks_of(release: Release, places: Places | None) -> list[list[Any]]:
    """Return the landmarks in and around the cells shown, free text encoded.

    Returns
    -------
    list
        ``[lon, lat, kind, name]`` each, in degrees.
    """
    cells = is_release(release).cells
    if places is None or cells.empty:
        return []
    lon, lat = cells_to_points(strings_to_cells(cells["cell"].to_numpy(dtype=object)))
    table = places.table
    near = table["kind"].isin(set(LANDMARKS) & set(backdrop_of(release).landmarks))
    near &= table["lon"].between(lon.min() - AROUND, lon.max() + AROUND)
    near &= table["lat"].between(lat.min() - AROUND, lat.max() + AROUND)
    columns = (table.loc[near, name].tolist() for name in ("lon", "lat", "kind", "name"))
    found = [
        [round(x, 5), round(y, 5), encode_text(kind), encode_text(name)]
        for x, y, kind, name in zip(*columns, strict=True)
    ]
    return found[:_MOST]


def landmark_points(release: Release, places: Places) -> set[tuple[float, float]]:
    """Return the well-known landmark next to each hot spot, as (lon, lat): few on any map."""
    allowed = [kind for kind in LANDMARKS if kind in backdrop_of(release).landmarks]
    cells = release.cells[release.cells["hotspot_id"] != ""]
    found = set()
    for _, mine in cells.groupby("hotspot_id", observed=True)["cell"]:
        mark = nearest_landmark(places.table, *_middle(mine), kinds=allowed)
        if mark:
            found.add((round(mark.lon, 5), round(mark.lat, 5)))
    return found


def where_lies(release: Release, cells: "pd.Series[str]", places: Places | None) -> str:
    """Say which landmark some cells of a release lie by, as finely as its audience may know.

    Parameters
    ----------
    cells
        Ids of cells that the release shows.
    """
    if places is None or cells.empty:
        return ""
    return _seen_from(release, places, *_middle(cells))


def directions(release: Release, places: Places | None) -> Mapping[str, str]:
    """Say where each hot spot lies, by id, as finely as its audience may know.

    Nothing is told of a place with no landmark near.
    """
    spots = is_release(release).hotspots
    if places is None:
        return MappingProxyType({})
    middles = zip(spots["hotspot_id"], spots["lon"], spots["lat"], strict=True)
    told = {str(spot): _seen_from(release, places, lon, lat) for spot, lon, lat in middles}
    return MappingProxyType({spot: words for spot, words in told.items() if words})


def _seen_from(release: Release, places: Places, lon: float, lat: float) -> str:
    """Say where a point lies, seen from a landmark, as finely as an audience may know."""
    seen = backdrop_of(release)
    return from_landmark(places.table, lon, lat, kinds=seen.landmarks, step=seen.step)


def _middle(cells: "pd.Series[str]") -> tuple[float, float]:
    """Return the middle of some cells, (lon, lat)."""
    lon, lat = cells_to_points(strings_to_cells(cells.to_numpy(dtype=object)))
    return float(lon.mean()), float(lat.mean())
