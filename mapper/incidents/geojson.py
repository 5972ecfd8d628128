"""GeoJSON and records in JSON to sheets, by Python's own parser, which follows no link."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from mapper.base.json_text import SMALL
from mapper.base.reference_systems import FULL_CIRCLE, NATIONAL_GRID, WEB_METRES
from mapper.incidents.coordinates import in_area, to_degrees
from mapper.incidents.encoding import to_utf8
from mapper.incidents.gather import IncidentFile
from mapper.incidents.geojson_child import DEGREES, table_of
from mapper.incidents.parquet import converted, located_sheet
from mapper.incidents.parquet_child import PLACES
from mapper.incidents.sheet import Sheet

_NEARLY = 0.9


def open_geojson(found: IncidentFile, data: bytes) -> Sheet:
    """Read a GeoJSON feature collection, or records in JSON: a large one in a child process.

    Raises
    ------
    InputError
        When it is not JSON, or not a collection of features.
    """
    text, encoding = to_utf8(data, name=found.name)
    if len(text) > SMALL:
        told, table = converted(text, by="geojson_child", name=found.name)
        header, crs = told["header"], told["crs"]
    else:
        header, table, crs = table_of(text, found.name)
    held = _metres(table) if crs == DEGREES else ""
    sheet = located_sheet(found, data, header, table, crs=held or crs, encoding=encoding)
    words = f"{found.name}: its places are metres, not degrees, and were read as {held}"
    return replace(sheet, notes=(*sheet.notes, words)) if held else sheet


def _metres(table: pa.Table) -> str:
    """Return the system in which nearly all places that should be degrees lie here as metres."""
    x, y = (table.column(one).to_numpy() for one in PLACES.names[:2])
    known = np.isfinite(x) & np.isfinite(y)
    far = known & (np.maximum(np.abs(x), np.abs(y)) > FULL_CIRCLE)
    if not far.any() or far.sum() < _NEARLY * known.sum():
        return ""
    systems = (NATIONAL_GRID, WEB_METRES)
    here = (in_area(*to_degrees(x[far], y[far], crs=one)).mean() for one in systems)
    return next((one for one, share in zip(systems, here, strict=True) if share > _NEARLY), "")
