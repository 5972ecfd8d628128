"""Figures of an area that somebody drew: sums over the cells of the release whose middle is in it.

Nothing outside the release is looked at, so an area that reaches beyond the wards shown counts its
own part of them alone, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mapper.areas.study_area import residents_in_words
from mapper.base.types import Flags, Floats
from mapper.disclosure.patch import PatchRelease
from mapper.grid.hexagons import cells_to_points, strings_to_cells


@dataclass(frozen=True)
class AreaFigures:
    """What lies in a drawn area."""

    cells: int
    incidents: int  # of the period
    by_month: tuple[int, ...]  # incidents in each month of the release
    residents: str  # in words: unknown is never 0
    hotspots: tuple[str, ...]  # names, best rank first
    wards: tuple[str, ...]


def figures_of(patch: PatchRelease, corners: Sequence[tuple[float, float]]) -> AreaFigures:
    """Return the figures of an area.

    Parameters
    ----------
    corners
        (lon, lat) of each, three or more.
    """
    shown = patch.shown
    lon, lat = cells_to_points(strings_to_cells(shown.cells["cell"].to_numpy(dtype=object)))
    inside = is_inside(np.asarray(corners, dtype=np.float64), lon, lat)
    cells = shown.cells[inside]
    touched = set(cells["hotspot_id"]) - {""}
    spots = shown.hotspots[shown.hotspots["hotspot_id"].isin(touched)]
    months = patch.counts[inside].sum(axis=0) if patch.counts.size else np.zeros(0, dtype=np.int64)
    return AreaFigures(
        cells=len(cells),
        incidents=int(patch.incidents[inside].sum()),
        by_month=tuple(int(one) for one in months),
        residents=residents_in_words(cells).replace(" residents", ""),
        hotspots=tuple(str(name) for name in spots["name"]),
        wards=tuple(sorted({str(name) for name in cells["ward"] if str(name)})),
    )


def is_inside(corners: Floats, x: Floats, y: Floats) -> Flags:
    """Tell which points lie in a polygon, by the crossings of a ray to the east."""
    inside = np.zeros(x.shape, dtype=bool)
    before = corners[-1]
    for corner in corners:
        (x0, y0), (x1, y1) = before, corner
        crosses = (y0 > y) != (y1 > y)
        if crosses.any():
            at = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
            inside ^= crosses & (x < at)
        before = corner
    return inside
