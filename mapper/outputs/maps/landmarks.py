"""What people find their way by on a map with no streets: stations, hospitals, police stations."""

from typing import Any

from mapper.base.text import encode_text
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
