"""Incidents outside the study area: how many, where they lie, and when that means the wrong area.

More than half outside a whole area stops an analysis: the data is another place's. A part of an
area, or a boundary drawn by hand, may well leave most of a force's incidents out; there it stops
only what would be said of next to none.
"""

from contextlib import suppress

import numpy as np
import pandas as pd

from mapper.areas.load import known_tables, load_study_area
from mapper.areas.study_area import StudyArea
from mapper.base.errors import AreaError
from mapper.base.text import percent
from mapper.base.types import Flags, Floats, Integers
from mapper.base.weights import median_of, sums
from mapper.grid.counts import locate
from mapper.grid.hexagons import cells_to_points
from mapper.incidents.coordinates import degrees_to_grid, grid_to_degrees

MOST_OUTSIDE = 0.5
_EARTH_KM = 6371.0
_WITHIN_KM = 1.0  # of a known cell: in its district, not away from it
_LOOKED_AT = 5_000  # points, to tell in which district most incidents lie


def refuse_elsewhere(table: pd.DataFrame, outside: Flags, area: StudyArea, *, few: bool) -> None:
    """Stop when incidents lie in another place than the study area.

    Parameters
    ----------
    table
        Incidents, with ``lon`` and ``lat``.
    outside
        Which lie outside; shape (incidents,).
    few
        Too few count inside for anything to be said.

    Raises
    ------
    AreaError
        Saying how many, where, and what to give instead.
    """
    if outside.size and outside.mean() > MOST_OUTSIDE and (few or not area.part):
        words = outside_in_words(table, outside, area)
        make = "(“mapper area build” or the page Your area makes one)."
        if _inside_exchanged(table[outside], area):
            make += " If easting and northing are exchanged in the data, most lie in it: mend that."
        raise AreaError(f"{words}; give another {{area}} {make}", names=("area",))


def _inside_exchanged(table: pd.DataFrame, area: StudyArea) -> bool:
    """Tell whether most incidents would lie in an area, were easting and northing exchanged."""
    east, north = degrees_to_grid(table["lon"].to_numpy(), table["lat"].to_numpy())
    lon, lat = grid_to_degrees(north, east)
    known = pd.DataFrame({"lon": lon, "lat": lat}).dropna()
    return bool(len(known)) and outside_of(known, area).sum() < len(table) * (1 - MOST_OUTSIDE)


def outside_in_words(table: pd.DataFrame, outside: Flags, area: StudyArea) -> str:
    """Say how many incidents lie outside an area, and where."""
    count, all_ = int(outside.sum()), len(outside)
    where = whereabouts(*(table[name].to_numpy()[outside] for name in ("lon", "lat")))
    if count == all_:
        return f"All {all_:,} incidents lie outside {area.title}, {where}"
    share = percent(count / all_)
    return f"{share} ({count:,} of {all_:,} incidents) lie outside {area.title}, {where}"


def outside_of(table: pd.DataFrame, area: StudyArea) -> Flags:
    """Return which incidents lie in no cell of an area; shape (incidents,)."""
    lon, lat = (table[name].to_numpy() for name in ("lon", "lat"))
    cells = area.cells["cell"].to_numpy()
    return locate(lon, lat, cells=cells, resolution=area.resolution) < 0


def whereabouts(lon: Floats, lat: Floats, times: Integers | None = None) -> str:
    """Say where most of some points lie: in a known district, else round their middle.

    Parameters
    ----------
    lon, lat
        Degrees, shape (points,), one at least.
    times
        How many incidents each point stands for; one where not given.
    """
    middle = median_of(lon, times), median_of(lat, times)
    point = (
        f"{abs(middle[1]):.1f} {'N' if middle[1] >= 0 else 'S'}"
        f" {abs(middle[0]):.1f} {'E' if middle[0] >= 0 else 'W'}"
    )
    busiest = _busiest(lon, lat, times)
    nearest: tuple[float, str] = (np.inf, "")
    with suppress(AreaError):
        for path in known_tables():
            with suppress(AreaError):
                area = load_study_area(str(path))
                if held := _district_of_most(busiest, area):
                    return f"round {point}, most in {held} ({area.title})"
                nearest = min(nearest, _nearest_district(middle, area))
    if not nearest[1]:
        return f"round {point}"
    if nearest[0] < _WITHIN_KM:
        return f"round {point}, in several districts with {nearest[1]} in their middle"
    return f"round {point}, {nearest[0]:,.0f} km from {nearest[1]}, the nearest known district"


def _busiest(lon: Floats, lat: Floats, times: Integers | None) -> pd.DataFrame:
    """Return the distinct points that hold most incidents, with how many."""
    every = pd.DataFrame({"lon": lon, "lat": lat, "n": 1 if times is None else times})
    held = every.groupby(["lon", "lat"])["n"].sum().reset_index()
    return held.sort_values("n", ascending=False, kind="stable").head(_LOOKED_AT)


def _district_of_most(points: pd.DataFrame, area: StudyArea) -> str:
    """Return the district of an area that holds most incidents at some points, if one does."""
    lon, lat, number = (points[name].to_numpy() for name in ("lon", "lat", "n"))
    position = locate(lon, lat, cells=area.cells["cell"].to_numpy(), resolution=area.resolution)
    inside = position >= 0
    code = area.cells["district"].cat.codes.to_numpy()[position[inside]].astype(np.int64)
    held = sums(code + 1, number[inside])[1:]  # the first has no district
    if not held.size or held.max() <= number.sum() / 2:
        return ""
    return str(area.cells["district"].cat.categories[int(held.argmax())])


def _nearest_district(point: tuple[float, float], area: StudyArea) -> tuple[float, str]:
    """Return how far away the cell of an area nearest to a point is in km, and its district."""
    lon, lat = (np.radians(each) for each in cells_to_points(area.cells["cell"].to_numpy()))
    east, north = np.radians(point)
    east = (lon - east) * np.cos((lat + north) / 2)
    far = _EARTH_KM * np.hypot(east, lat - north)
    at = int(far.argmin())
    return float(far[at]), str(area.cells["district"].iloc[at])
