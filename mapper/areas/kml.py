"""Polygons out of KML, read as plain XML: the general library would open whatever a file names.

Degrees are longitude first and WGS 84, as the format says (OGC 12-007r2). A placemark's name, its
``SimpleData`` and its ``Data`` become columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np

from mapper.base.errors import AreaError
from mapper.base.files import read_regular
from mapper.base.lazy import Lazy

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas
    import shapely
else:
    geopandas = Lazy("geopandas")
    shapely = Lazy("shapely")


def read_kml(path: Path, *, at_most: int) -> geopandas.GeoDataFrame:
    """Return a row for each placemark with polygons.

    Raises
    ------
    AreaError
        When the file is no KML, names entities, or holds no polygon.
    """
    raw = read_regular(path, at_most=at_most)
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise AreaError(f"{path.name}: declares entities, which KML has no use for. Export again.")
    root = ET.fromstring(raw)  # noqa: S314 - no entity is declared, and a child reads it
    if _local(root) != "kml":
        raise AreaError(f"{path.name}: is XML but no KML. Export the boundaries as KML.")
    rows = [row for mark in root.iter() if _local(mark) == "Placemark" and (row := _row(mark))]
    if not rows:
        raise AreaError(f"{path.name}: holds no polygon. Choose a file of boundaries.")
    return geopandas.GeoDataFrame(rows, geometry="geometry", crs=4326)


def _row(mark: ET.Element) -> dict[str, Any] | None:
    """Return the polygons and columns of a placemark, or nothing where it has no polygon."""
    polygons = [_polygon(each) for each in mark.iter() if _local(each) == "Polygon"]
    if not polygons:
        return None
    row: dict[str, Any] = {"geometry": shapely.multipolygons(polygons)}
    for each in mark.iter():
        kind, name = _local(each), each.get("name", "")
        if kind == "name" and "name" not in row:
            row["name"] = (each.text or "").strip()
        elif kind == "SimpleData" and name:
            row[name] = (each.text or "").strip()
        elif kind == "Data" and name:
            row[name] = "".join(v.text or "" for v in each if _local(v) == "value").strip()
    return row


def _polygon(element: ET.Element) -> Any:
    """Return a polygon with its holes."""
    shell, *_ = [_ring(e) for e in element.iter() if _local(e) == "outerBoundaryIs"]
    holes = [_ring(e) for e in element.iter() if _local(e) == "innerBoundaryIs"]
    return shapely.Polygon(shell, holes)


def _ring(boundary: ET.Element) -> Any:
    """Return the corners of a ring, shape (corners, 2)."""
    text = next((e.text or "" for e in boundary.iter() if _local(e) == "coordinates"), "")
    return np.asarray([[float(part) for part in point.split(",")[:2]] for point in text.split()])


def _local(element: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]
