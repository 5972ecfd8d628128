"""Geometries of spatial files to points in degrees of WGS 84; anything but a point is told."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from mapper.base.errors import InputError, MappingError
from mapper.base.types import Flags, Floats
from mapper.incidents.coordinates import to_degrees
from mapper.incidents.sheet import Geometry
from mapper.incidents.wkb import points_of


def from_wkb(wkb: npt.NDArray[np.object_], *, crs: object, name: str) -> Geometry:
    """Return points from well-known binary.

    Parameters
    ----------
    crs
        A name, well-known text or PROJ JSON; None where the file says none.

    Raises
    ------
    InputError
        When a geometry is damaged or the reference system is missing or unknown.
    """
    x, y, absent, other = points_of(wkb, name=name)
    return from_xy(x, y, absent=absent, other=other, crs=crs, name=name)


def from_xy(
    x: Floats,
    y: Floats,
    *,
    absent: Flags,
    other: Flags,
    crs: object,
    name: str,
) -> Geometry:
    """Return points in degrees from points in a file's own reference system.

    Raises
    ------
    InputError
        When the reference system is missing or unknown.
    """
    if crs is None:
        raise InputError(
            f"{name}: does not say its coordinate system. Save it again with one, such as"
            " EPSG:27700 (British National Grid) or EPSG:4326 (longitude and latitude)."
        )
    try:
        lon, lat = to_degrees(x, y, crs=crs_name(crs))
    except MappingError as error:
        raise InputError(f"{name}: {error}") from error
    return Geometry(lon, lat, absent, other)


def crs_name(crs: Any) -> str:
    """Return a reference system as one text: its code where it has one."""
    if isinstance(crs, dict):
        code = crs.get("id", {})
        if isinstance(code, dict) and {"authority", "code"} <= set(code):
            return f"{code['authority']}:{code['code']}"
        return json.dumps(crs)
    return str(crs)
