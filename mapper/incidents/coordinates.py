"""Coordinates to degrees of WGS 84, and what is wrong with them: the only importer of convertbng.

British National Grid goes through OSTN15 (convertbng, a few centimetres from Ordnance Survey's own
figures); any other reference system through PROJ. Points are checked once, here: inside a box
around Great Britain and Northern Ireland, which also holds the Isle of Man and some sea, or round
the installation's own area, wherever that is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mapper.areas.load import home_box
from mapper.base.errors import MappingError
from mapper.base.lazy import Lazy
from mapper.base.reference_systems import NATIONAL_GRID
from mapper.base.weights import firsts

if TYPE_CHECKING:
    import pyproj
    from convertbng import cutil

    from mapper.base.types import Flags, Floats
else:
    pyproj = Lazy("pyproj")
    cutil = Lazy("convertbng.cutil")

WEST, EAST = -8.7, 1.8
SOUTH, NORTH = 49.8, 60.9
# Of a reference system: a file of parameters or grids, or an address. PROJ would open them; the
# grid @null is none, and names of the register at opengis.net are codes.
_POINTS_ELSEWHERE = re.compile(
    r"init\s*=|grids\s*=\s*(?!@null\b)|parameterfile|/vsi|file:|catalog\s*="
    r"|://(?!www\.opengis\.net/def/crs/)",
    re.IGNORECASE,
)
NEARLY_ALL, _FEWEST = 0.9, 5  # share of places, and places
_MANY = 100_000  # places
_DEGREES = {"EPSG:4326", "EPSG:4258", "OGC:CRS84", "CRS84", "URN:OGC:DEF:CRS:OGC:1.3:CRS84"}


def in_area(lon: Floats, lat: Floats) -> Flags:
    """Return which points lie round Great Britain and Northern Ireland, or the own area."""
    inside = (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)
    home = None if inside.all() else home_box()
    if home is None:
        return inside
    west, south, east, north = home
    return inside | ((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def exchanged(easting: Floats, northing: Floats) -> int:
    """Return how many metres lie elsewhere as given and round the own area the other way round.

    None where more lie elsewhere either way: they are of other places. That proves nothing:
    Staffordshire exchanged lies in Merseyside. It is told, never mended.
    """
    home = home_box(0.0)
    if home is None:
        return 0
    west, south, east, north = home

    def at_home(x: Floats, y: Floats) -> Flags:
        lon, lat = grid_to_degrees(x, y)
        return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)

    away = ~at_home(easting, northing)
    turned = int(at_home(northing[away], easting[away]).sum())
    many = turned >= _FEWEST or turned == away.size
    return turned if many and turned > NEARLY_ALL * away.sum() else 0


def grid_to_degrees(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude of National Grid metres; NaN outside the grid."""
    if not easting.size:
        return np.zeros(0), np.zeros(0)
    if easting.size > _MANY:  # incidents share addresses: to find them takes a tenth of the time
        of_x, of_y = (pd.factorize(each, use_na_sentinel=False)[0] for each in (easting, northing))
        at = pd.factorize(of_x * (int(of_y.max()) + 1) + of_y)[0]
        first = firsts(at)
        if first.size < easting.size / 2:
            lon, lat = _grid_to_degrees(easting[first], northing[first])
            return lon[at], lat[at]
    return _grid_to_degrees(easting, northing)


def _grid_to_degrees(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude of each place."""
    lon, lat = cutil.convert_lonlat(np.ascontiguousarray(easting), np.ascontiguousarray(northing))
    return np.asarray(lon), np.asarray(lat)


def degrees_to_grid(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return National Grid metres of longitude and latitude; NaN outside the grid."""
    if not lon.size:
        return np.zeros(0), np.zeros(0)
    east, north = cutil.convert_bng(np.ascontiguousarray(lon), np.ascontiguousarray(lat))
    return np.asarray(east), np.asarray(north)


def to_degrees(x: Floats, y: Floats, *, crs: str) -> tuple[Floats, Floats]:
    """Return longitude and latitude of points in a named reference system, x first.

    Parameters
    ----------
    crs
        A name such as ``EPSG:27700``, or well-known text. ``EPSG:4326`` is read longitude first.

    Raises
    ------
    MappingError
        When the name is unknown.
    """
    name = crs.strip().upper()
    if name in _DEGREES:
        return x, y
    if name == NATIONAL_GRID:
        return grid_to_degrees(x, y)
    system = named_crs(crs)
    if system.to_epsg() == int(NATIONAL_GRID[5:]):
        return grid_to_degrees(x, y)
    transformer = pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    lon, lat = transformer.transform(x, y)
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    outside = ~(np.isfinite(lon) & np.isfinite(lat))
    lon[outside], lat[outside] = np.nan, np.nan
    return lon, lat


def named_crs(crs: str) -> pyproj.CRS:
    """Return a reference system by name.

    Raises
    ------
    MappingError
        When the name is unknown.
    """
    if _POINTS_ELSEWHERE.search(crs):
        raise MappingError(
            f"The coordinate system {crs[:80]!r} points at a file or another machine, which is not"
            f' looked at. Name it by its EPSG code, as in crs = "{NATIONAL_GRID}".'
        )
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise MappingError(
            f"Unknown coordinate system {crs[:80]!r}. Name it by its EPSG code, as in"
            f' crs = "{NATIONAL_GRID}".'
        ) from error
