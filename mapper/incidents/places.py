"""Where each record happened: degrees of WGS 84 from whichever coordinates it has."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mapper.base.types import Flags, Floats
from mapper.incidents.columns import numbers
from mapper.incidents.coordinates import grid_to_degrees, in_area, to_degrees
from mapper.incidents.faults import Faults
from mapper.incidents.layout import PAIRS, Layout
from mapper.incidents.sheet import Geometry


def find_places(
    texts: Mapping[str, pa.ChunkedArray],
    geometry: Geometry | None,
    layout: Layout,
    faults: Faults,
    *,
    repair_swapped: bool,
    file: str,
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return longitude and latitude of every record, and notes on repairs; faults are added.

    A record's geometry comes first, then its easting and northing, its longitude and latitude, and
    its x and y: the first pair with any value is the one that counts.
    """
    lon, lat = np.full(faults.size, np.nan), np.full(faults.size, np.nan)
    open_ = np.ones(faults.size, dtype=bool)  # records without a place so far
    notes: list[str] = []
    if geometry is not None:
        lon, lat, open_ = _from_geometry(geometry, faults)
    pairs = [pair for pair in PAIRS if set(pair) <= set(texts)]
    for pair in pairs:
        found = _pair(texts, pair, layout, faults, open_)
        swapped = _judge(found, pair, layout, faults, repair_swapped=repair_swapped)
        if swapped:
            words = f"{swapped} rows with latitude and longitude swapped were repaired"
            notes.append(f"{file}: {words}")
        lon[found.where], lat[found.where] = found.lon, found.lat
        open_[found.where] = False
    names = [layout.names[field] for field in pairs[0]] if pairs else []
    faults.add("no coordinates", open_, " and ".join(names) or "geometry")
    return lon, lat, tuple(notes)


class _Pair:
    """The records that a pair of columns places, with their coordinates."""

    def __init__(self, where: npt.NDArray[np.intp], x: Floats, y: Floats, wrong: Flags) -> None:
        self.where = where  # positions in the records
        self.x = x
        self.y = y
        self.wrong = wrong  # x or y is missing or no number: already given a reason
        self.lon = x
        self.lat = y


def _pair(
    texts: Mapping[str, pa.ChunkedArray],
    pair: tuple[str, str],
    layout: Layout,
    faults: Faults,
    open_: Flags,
) -> _Pair:
    """Return the records without a place so far that a pair of columns places."""
    (x, no_x, bad_x), (y, no_y, bad_y) = numbers(texts[pair[0]]), numbers(texts[pair[1]])
    given = open_ & ~(no_x & no_y)
    for missing, wrong, field in ((no_x, bad_x, pair[0]), (no_y, bad_y, pair[1])):
        faults.add("no coordinates", given & missing, layout.names[field])
        faults.add("coordinate is not a number", given & wrong, layout.names[field])
    where = np.flatnonzero(given)
    return _Pair(where, x[where], y[where], (no_x | no_y | bad_x | bad_y)[where])


def _judge(
    found: _Pair, pair: tuple[str, str], layout: Layout, faults: Faults, *, repair_swapped: bool
) -> int:
    """Convert a pair to degrees and add its faults; return how many were repaired."""
    name = f"{layout.names[pair[0]]} and {layout.names[pair[1]]}"
    found.lon, found.lat = _degrees(found.x, found.y, pair, layout.crs)
    inside = in_area(found.lon, found.lat)
    if (inside | found.wrong).all():
        return 0
    right = ~found.wrong & ~inside
    zero = right & (found.x == 0) & (found.y == 0)
    turned = right & ~zero & _swaps(pair, layout.crs) & in_area(found.lat, found.lon)
    zero |= right & ~turned & (found.y == 0)
    _add(faults, "zero coordinates", found.where[zero], name)
    _add(faults, _OUTSIDE, found.where[right & ~turned & ~zero], name)
    if not repair_swapped:
        _add(faults, "latitude and longitude swapped", found.where[turned], name)
        return 0
    found.lon = np.where(turned, found.y, found.lon)
    found.lat = np.where(turned, found.x, found.lat)
    return int(turned.sum())


_OUTSIDE = "coordinates outside Great Britain and Northern Ireland"


def _swaps(pair: tuple[str, str], crs: str) -> bool:
    """Return whether a pair is in degrees, where a swap can be told from a wrong place."""
    return pair == ("lon", "lat") or (pair == ("x", "y") and crs.upper() == "EPSG:4326")


def _degrees(x: Floats, y: Floats, pair: tuple[str, str], crs: str) -> tuple[Floats, Floats]:
    """Return a pair as degrees."""
    if pair == ("lon", "lat"):
        return x, y
    return grid_to_degrees(x, y) if pair[0] == "easting" else to_degrees(x, y, crs=crs)


def _from_geometry(geometry: Geometry, faults: Faults) -> tuple[Floats, Floats, Flags]:
    """Return places given by a geometry column, and which records have none."""
    faults.add("geometry is not a point", geometry.other, "geometry")
    given = ~geometry.absent & ~geometry.other
    zero = given & (geometry.lon == 0) & (geometry.lat == 0)
    faults.add("zero coordinates", zero, "geometry")
    inside = in_area(geometry.lon, geometry.lat)
    faults.add(_OUTSIDE, given & ~zero & ~inside, "geometry")
    return geometry.lon.copy(), geometry.lat.copy(), geometry.absent.copy()


def _add(faults: Faults, reason: str, positions: npt.NDArray[np.intp], name: str) -> None:
    """Give a reason to records by position."""
    where = np.zeros(faults.size, dtype=bool)
    where[positions] = True
    faults.add(reason, where, name)


def found_places(
    texts: Mapping[str, pa.ChunkedArray], layout: Layout, *, file: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return where missing people were found, in degrees.

    A wrong place found does not make the incident wrong: it is left out and counted in a note.
    """
    pairs = [("found_easting", "found_northing"), ("found_lon", "found_lat")]
    pairs = [pair for pair in pairs if set(pair) <= set(texts)]
    if not pairs:
        return {}, ()
    size = len(texts[pairs[0][0]])
    lon, lat, given = np.full(size, np.nan), np.full(size, np.nan), np.zeros(size, dtype=bool)
    for pair in pairs:
        (x, no_x, _), (y, no_y, _) = numbers(texts[pair[0]]), numbers(texts[pair[1]])
        mine = ~given & ~(no_x & no_y)
        plain = (pair[0].removeprefix("found_"), pair[1].removeprefix("found_"))
        found_lon, found_lat = _degrees(x[mine], y[mine], plain, layout.crs)
        lon[mine], lat[mine] = found_lon, found_lat
        given |= mine
    wrong = given & ~in_area(lon, lat)
    lon[wrong], lat[wrong] = np.nan, np.nan
    words = f"{file}: {int(wrong.sum())} wrong places found were left out; the incidents were kept"
    return {"found_lon": lon, "found_lat": lat}, (words,) if wrong.any() else ()
