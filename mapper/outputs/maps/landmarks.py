"""What people find their way by: marks on a map with no streets, and directions in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mapper.base.text import encode_text
from mapper.context.directions import from_landmark
from mapper.context.places import Places
from mapper.disclosure.release import Release, is_release
from mapper.grid.hexagons import cells_to_points, strings_to_cells

LANDMARKS = ("railway station", "bus or coach station", "police station", "hospital")
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
    near = table["kind"].isin(LANDMARKS)
    near &= table["lon"].between(lon.min() - AROUND, lon.max() + AROUND)
    near &= table["lat"].between(lat.min() - AROUND, lat.max() + AROUND)
    columns = (table.loc[near, name].tolist() for name in ("lon", "lat", "kind", "name"))
    found = [
        [round(x, 5), round(y, 5), encode_text(kind), encode_text(name)]
        for x, y, kind, name in zip(*columns, strict=True)
    ]
    return found[:_MOST]


def directions(release: Release, places: Places | None) -> Mapping[str, str]:
    """Say where each hot spot lies, by id: 120 m north-east of Elm school.

    To the operational audience alone: a landmark and metres would find a place again that is shown
    coarsely on purpose. Nothing is told of a place with no landmark near.
    """
    spots = is_release(release).hotspots
    if places is None or release.audience != "operational":
        return MappingProxyType({})
    middles = zip(spots["hotspot_id"], spots["lon"], spots["lat"], strict=True)
    return MappingProxyType(
        {str(spot): from_landmark(places.table, lon, lat) for spot, lon, lat in middles}
    )
