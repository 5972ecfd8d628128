"""What the map of a patch holds beside hot spots: counts by month, stations and places.

The months are sent once and played in the browser. A month's cells are drawn like the map's own:
five classes, from the counts of all months together, so that months can be compared.
"""

from typing import Any

import numpy as np
import pandas as pd

from mapper.base.text import encode_text
from mapper.context.places import Places
from mapper.disclosure.patch import PatchRelease
from mapper.grid.hexagons import cells_to_corners, cells_to_points, strings_to_cells
from mapper.outputs.maps.drawing import count_classes, known_counts, pack_polygons
from mapper.outputs.maps.landmarks import AROUND, LANDMARKS

_MOST_PLACES = 4_000


def patch_drawing(
    patch: PatchRelease, places: Places | None, *, like: PatchRelease | None = None
) -> dict[str, Any]:
    """Return what the patch's script draws, free text encoded.

    Parameters
    ----------
    like
        The patch beside which this one is shown, whose classes of counts it takes.
    """
    starts = count_classes(known_counts(like.shown)) if like else None
    return {"months": _months(patch), "places": _places(patch, places), "starts": starts or None}


def month_words(name: str) -> str:
    """Return a month for reading: March 2024 for 2024-03."""
    return f"{pd.Timestamp(f'{name}-01'):%B %Y}"


def _months(patch: PatchRelease) -> dict[str, Any]:
    """Return the counts of each month by cell, leaving out cells that never have any."""
    held = patch.counts.any(axis=1) if patch.counts.size else np.zeros(0, dtype=bool)
    cells = strings_to_cells(patch.shown.cells["cell"].to_numpy(dtype=object))
    corners = cells_to_corners(cells[held]) if held.any() else np.zeros((0, 7, 2))
    return {
        "names": [month_words(name) for name in patch.months],
        "starts": count_classes(patch.counts.ravel()),
        "rings": [pack_polygons([[ring.tolist()]])[0] for ring in corners],
        "counts": patch.counts[held].tolist() if held.any() else [],
    }


def _places(patch: PatchRelease, places: Places | None) -> list[list[Any]]:
    """Return places in and around the wards shown: lon, lat, side, kind, name, named or not."""
    if places is None or patch.shown.cells.empty:
        return []
    lon, lat = cells_to_points(strings_to_cells(patch.shown.cells["cell"].to_numpy(dtype=object)))
    table = places.table
    near = table["lon"].between(lon.min() - AROUND, lon.max() + AROUND)
    near &= table["lat"].between(lat.min() - AROUND, lat.max() + AROUND)
    columns = ("lon", "lat", "side", "kind", "name")
    rows = zip(*(table.loc[near, name].tolist() for name in columns), strict=True)
    found = [
        [
            round(x, 5),
            round(y, 5),
            str(side),
            encode_text(kind),
            encode_text(name),
            kind in LANDMARKS,
        ]
        for x, y, side, kind, name in rows
    ]
    return sorted(found, key=lambda one: not one[5])[:_MOST_PLACES]
