"""Where each record happened: degrees of WGS 84 from whichever coordinates it has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mapper.base.text import count
from mapper.base.types import Flags, Floats
from mapper.incidents.columns import numbers, references
from mapper.incidents.coordinates import (
    EAST,
    NEARLY_ALL,
    exchanged,
    grid_to_degrees,
    in_area,
    to_degrees,
)
from mapper.incidents.faults import Faults
from mapper.incidents.layout import PAIRS, POSTCODE, Layout
from mapper.incidents.place_words import looks_degrees, looks_metres, two_numbers
from mapper.incidents.postcodes import load_postcodes
from mapper.incidents.sheet import Geometry


def find_places(
    texts: Mapping[str, pa.ChunkedArray],
    geometry: Geometry | None,
    layout: Layout,
    faults: Faults,
    *,
    repair_swapped: bool,
    file: str,
    postcodes: Path | None = None,
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return longitude and latitude of every record, and notes on repairs; faults are added.

    A record's geometry comes first, then its easting and northing, its longitude and latitude, and
    its x and y: the first pair with any value is the one that counts. A record that has only a
    postcode lies where the directory of postcodes puts it.
    """
    lon, lat = np.full(faults.size, np.nan), np.full(faults.size, np.nan)
    open_ = np.ones(faults.size, dtype=bool)  # records without a place so far
    notes: list[str] = []
    if geometry is not None:
        lon, lat, open_, turned = _from_geometry(geometry, faults, repair_swapped=repair_swapped)
        if turned:
            words = f"{count(turned, 'row')} with latitude and longitude swapped: repaired"
            notes.append(f"{file}: {words}")
    pairs = [pair for pair in PAIRS if set(pair) <= set(texts)]
    for pair in pairs:
        found, told_of = _pair(texts, pair, layout, faults, open_)
        held, said = _as_held(found, pair, layout)
        notes += [f"{file}: {told}" for told in (*told_of, said) if told]
        if swapped := _judge(found, held, layout, faults, repair_swapped=repair_swapped):
            both = "easting and northing" if held[0] == "easting" else "latitude and longitude"
            notes.append(f"{file}: {count(swapped, 'row')} with {both} swapped: repaired")
        if held == ("lon", "lat") and (words := _without_minus(found)):
            notes.append(f"{file}: {words}")
        lon[found.where], lat[found.where] = found.lon, found.lat
        open_[found.where] = False
    if POSTCODE in texts and open_.any():
        notes += _by_postcode(texts[POSTCODE], layout, faults, (lon, lat, open_), file, postcodes)
    names = [layout.names[field] for field in pairs[0]] if pairs else []
    faults.add("no coordinates", open_, " and ".join(names) or "geometry")
    return lon, lat, tuple(notes)


def _by_postcode(
    column: pa.ChunkedArray,
    layout: Layout,
    faults: Faults,
    places: tuple[Floats, Floats, Flags],
    file: str,
    postcodes: Path | None,
) -> list[str]:
    """Place records that have nothing finer than a postcode, and say how many."""
    lon, lat, open_ = places
    codes = references(column)
    where = open_ & codes.is_valid().to_numpy(zero_copy_only=False)
    number = int(where.sum())
    if not number:
        return []
    if postcodes is None:
        told = f"{file}: {count(number, 'row')} with a postcode and no other place"
        return [f"{told}: MAPPER_POSTCODES can name a directory of postcodes (data-standard.md)"]
    directory = load_postcodes(postcodes)
    at = np.flatnonzero(where)
    lon[at], lat[at] = directory.find(codes.take(pa.array(at)))
    unknown = where & np.isnan(lon)
    faults.add("postcode is not in the directory", unknown, layout.names[POSTCODE])
    open_[at] = False
    found = number - int(unknown.sum())
    return [f"{file}: {count(found, 'row')} placed by postcode alone, from {directory.name}"]


class _Pair:
    """The records that a pair of columns places, with their coordinates."""

    def __init__(self, where: npt.NDArray[np.intp], x: Floats, y: Floats, wrong: Flags) -> None:
        self.where = where  # positions in the records
        self.x = x
        self.y = y
        self.wrong = wrong  # x or y is missing or no number: already given a reason
        self.lon = x
        self.lat = y

    @property
    def numbers(self) -> tuple[Floats, Floats]:
        """Both coordinates of the records that have them."""
        if not self.wrong.any():
            return self.x, self.y
        return self.x[~self.wrong], self.y[~self.wrong]


def _pair(
    texts: Mapping[str, pa.ChunkedArray],
    pair: tuple[str, str],
    layout: Layout,
    faults: Faults,
    open_: Flags,
) -> tuple[_Pair, list[str]]:
    """Return the records without a place so far that a pair of columns places, and notes."""
    degrees = pair == ("lon", "lat") or (pair == ("x", "y") and layout.crs.upper() == "EPSG:4326")
    words: list[str] = []
    if layout.fills[pair[0]] == layout.fills[pair[1]]:
        held = references(texts[pair[0]])
        x, y, squares = two_numbers(held.to_pylist())
        no_x = no_y = held.is_null().to_numpy(zero_copy_only=False)
        bad_x = bad_y = np.isnan(x) & ~no_x
        if squares:
            words = [f"{count(squares, 'grid reference')} read as a square: its middle was taken"]
    else:
        x, no_x, bad_x = numbers(texts[pair[0]], degrees=degrees)
        y, no_y, bad_y = numbers(texts[pair[1]], degrees=degrees)
    given = open_ & ~(no_x & no_y)
    for missing, wrong, field in ((no_x, bad_x, pair[0]), (no_y, bad_y, pair[1])):
        faults.add("no coordinates", given & missing, layout.names[field])
        faults.add("coordinate is not a number", given & wrong, layout.names[field])
    where, wrong = np.flatnonzero(given), no_x | no_y | bad_x | bad_y
    if where.size < given.size:
        x, y, wrong = x[where], y[where], wrong[where]
    return _Pair(where, x, y, wrong), words


def _as_held(found: _Pair, pair: tuple[str, str], layout: Layout) -> tuple[tuple[str, str], str]:
    """Return the pair that the columns hold, and a note where their names say another.

    Metres without their thousands (``335.011``) are kilometres or have a point between groups:
    either way they mean the same metres.
    """
    x, y = found.numbers
    names = f"{layout.names[pair[0]]} and {layout.names[pair[1]]}"
    if pair == ("easting", "northing"):
        return _as_metres(found, pair, names)
    if pair == ("lon", "lat"):
        if looks_metres(x, y):
            return ("easting", "northing"), f"{names} hold National Grid metres and were read so"
        if looks_metres(y, x) and layout.fills[pair[0]] != layout.fills[pair[1]]:
            found.x, found.y = found.y, found.x
            return ("easting", "northing"), f"{names} hold northing and easting and were read so"
    return pair, ""


def _as_metres(found: _Pair, pair: tuple[str, str], names: str) -> tuple[tuple[str, str], str]:
    """Return what columns called easting and northing hold, and a note where it is not that."""
    x, y = found.numbers
    if looks_degrees(x, y):
        return ("lon", "lat"), f"{names} hold degrees and were read so"
    if looks_degrees(y, x):
        found.x, found.y = found.y, found.x
        return ("lon", "lat"), f"{names} hold latitude and longitude and were read so"
    if not looks_metres(x, y) and looks_metres(x * 1000, y * 1000):
        found.x, found.y = found.x * 1000, found.y * 1000
        return pair, f"{names} hold thousands of metres and were read so"
    return pair, _exchanged_words(found, pair, names)


def _exchanged_words(found: _Pair, pair: tuple[str, str], names: str) -> str:
    """Return what shows that easting and northing are exchanged, in all rows or in some."""
    x, y = found.numbers
    turned = exchanged(x, y)
    if not turned:
        return ""
    told = "lie elsewhere as they stand, and in your area once easting and northing are exchanged"
    if turned > NEARLY_ALL * x.size:
        return f"{names} {told}: if they are, name them the other way round"
    if _turned(found, found.wrong, pair, "").any():
        return ""  # each is rejected, and told
    return f"{names} of {turned:,} of {count(x.size, 'row')} {told}: if they are, mend those rows"


def _judge(
    found: _Pair, pair: tuple[str, str], layout: Layout, faults: Faults, *, repair_swapped: bool
) -> int:
    """Convert a pair to degrees and add its faults; return how many were repaired."""
    name = " and ".join(dict.fromkeys(layout.names[f] for f in pair if f in layout.names))
    found.lon, found.lat = _degrees(found.x, found.y, pair, layout.crs)
    inside = in_area(found.lon, found.lat)
    turned = _turned(found, inside, pair, layout.crs)
    if (inside | found.wrong).all() and not turned.any():
        return 0
    right = ~found.wrong & ~inside
    zero = right & ~turned & (found.y == 0)
    _add(faults, "zero coordinates", found.where[zero], name)
    _add(faults, _OUTSIDE, found.where[right & ~turned & ~zero], name)
    if not repair_swapped:
        easting = pair[0] == "easting"
        reason = "easting and northing swapped" if easting else "latitude and longitude swapped"
        _add(faults, reason, found.where[turned], name)
        return 0
    lon, lat = _degrees(found.y[turned], found.x[turned], pair, layout.crs)
    found.lon, found.lat = found.lon.copy(), found.lat.copy()
    found.lon[turned], found.lat[turned] = lon, lat
    return int(turned.sum())


def _without_minus(found: _Pair) -> str:
    """Return what shows that longitudes lost their minus: as given they lie beyond the east coast.

    The other way round they lie here. It is told, never mended.
    """
    lost = ~found.wrong & (found.lon > EAST) & ~in_area(found.lon, found.lat)
    lost &= in_area(-found.lon, found.lat)
    if not lost.any():
        return ""
    example = f"{found.lon[lost][0]:g}"
    return (
        f"{count(int(lost.sum()), 'row')} would lie in Great Britain or Northern Ireland with a"
        f" minus before the longitude (such as {example}): if it was lost, write it again"
    )


def _turned(found: _Pair, inside: Flags, pair: tuple[str, str], crs: str) -> Flags:
    """Return which places have their coordinates exchanged.

    Degrees can be told one by one. Metres exchanged mostly lie in Great Britain as well: they are
    told where the place as written lies far from the middle of all, and the exchanged one near it.
    """
    if _swaps(pair, crs):
        zero = (found.x == 0) & (found.y == 0)
        turned = ~found.wrong & ~inside & ~zero
        if turned.any():  # few are: the others need not be looked at the other way round
            turned[turned] = in_area(found.lat[turned], found.lon[turned])
        return np.asarray(turned)
    right = ~found.wrong & (found.x > 0) & (found.y > 0)
    if pair[0] != "easting" or right.sum() < _MANY:
        return np.zeros(right.size, dtype=bool)
    x, y = np.median(found.x[right]), np.median(found.y[right])
    far = np.hypot(found.x - x, found.y - y)
    near = np.hypot(found.y - x, found.x - y)
    width = max(float(np.quantile(far[right], 0.75)) * 3, _NEAR_METRES)
    return np.asarray(right & (near <= width) & (far > 2 * width) & (far > _FAR_METRES))


_MANY = 20  # places from which their middle is known
_NEAR_METRES, _FAR_METRES = 10_000.0, 40_000.0
_OUTSIDE = "coordinates outside Great Britain and Northern Ireland"


def _swaps(pair: tuple[str, str], crs: str) -> bool:
    """Return whether a pair is in degrees, where a swap can be told from a wrong place."""
    return pair == ("lon", "lat") or (pair == ("x", "y") and crs.upper() == "EPSG:4326")


def _degrees(x: Floats, y: Floats, pair: tuple[str, str], crs: str) -> tuple[Floats, Floats]:
    """Return a pair as degrees."""
    if pair == ("lon", "lat"):
        return x, y
    return grid_to_degrees(x, y) if pair[0] == "easting" else to_degrees(x, y, crs=crs)


def _from_geometry(
    geometry: Geometry, faults: Faults, *, repair_swapped: bool
) -> tuple[Floats, Floats, Flags, int]:
    """Return places given by a geometry column, which records have none, and how many turned."""
    faults.add("geometry is not a point", geometry.other, "geometry")
    lon, lat = geometry.lon.copy(), geometry.lat.copy()
    given = ~geometry.absent & ~geometry.other
    zero = given & (lon == 0) & (lat == 0)
    faults.add("zero coordinates", zero, "geometry")
    outside = given & ~zero & ~in_area(lon, lat)
    turned = outside & in_area(lat, lon)
    faults.add(_OUTSIDE, outside & ~turned, "geometry")
    if repair_swapped:
        lon[turned], lat[turned] = lat[turned], lon[turned]
        return lon, lat, geometry.absent.copy(), int(turned.sum())
    faults.add("latitude and longitude swapped", turned, "geometry")
    return lon, lat, geometry.absent.copy(), 0


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
        degrees = pair[0] == "found_lon"
        (x, no_x, _), (y, no_y, _) = (numbers(texts[field], degrees=degrees) for field in pair)
        mine = ~given & ~(no_x & no_y)
        plain = (pair[0].removeprefix("found_"), pair[1].removeprefix("found_"))
        found_lon, found_lat = _degrees(x[mine], y[mine], plain, layout.crs)
        lon[mine], lat[mine] = found_lon, found_lat
        given |= mine
    wrong = given & ~in_area(lon, lat)
    lon[wrong], lat[wrong] = np.nan, np.nan
    words = (
        f"{file}: {count(int(wrong.sum()), 'wrong place')} found, left out; the incidents were kept"
    )
    return {"found_lon": lon, "found_lat": lat}, (words,) if wrong.any() else ()
