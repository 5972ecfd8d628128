"""Incidents that were read once, kept so that they open again in a fraction of a second.

One GeoParquet file for the accepted incidents and one Parquet file for the rejected rows; what was
read, and the notes made on the way, travel in the metadata of the first.
"""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mapper.base.files import replacing
from mapper.incidents.table import Incidents, SourceFile

_TABLE, _REJECTED = "incidents.parquet", "rejected.parquet"
_TOLD = b"mapper_incidents"
_PLACE = "geometry"  # of points, for other programs; here longitude and latitude say it
_GEO = {
    "version": "1.1.0",
    "primary_column": _PLACE,
    "columns": {_PLACE: {"encoding": "WKB", "geometry_types": ["Point"]}},  # WGS 84
}
_WKB_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])


def store_incidents(incidents: Incidents, folder: Path, *, stamp: str) -> None:
    """Write incidents into a folder; the table comes last, so what is there is whole.

    Parameters
    ----------
    stamp
        What the reading depended on; a later look with another stamp finds nothing.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    told = {
        "stamp": stamp,
        "files": [asdict(file) for file in incidents.files],
        "notes": list(incidents.notes),
        "unknown": dict(incidents.unknown),
        "shortened": incidents.shortened,
        "days_late": incidents.days_late,
    }
    table = pa.Table.from_pandas(incidents.table, preserve_index=False)
    told_of = {_TOLD: json.dumps(told).encode(), b"geo": json.dumps(_GEO).encode()}
    metadata = {**(table.schema.metadata or {}), **told_of}
    table = table.append_column(_PLACE, _points(incidents.table))
    rejected = pa.Table.from_pandas(incidents.rejected, preserve_index=False)
    with replacing(folder / _TABLE) as kept, replacing(folder / _REJECTED) as turned_away:
        pq.write_table(table.replace_schema_metadata(metadata), kept, compression="lz4")
        pq.write_table(rejected, turned_away, compression="lz4")


def stored_incidents(folder: Path, *, stamp: str) -> Incidents | None:
    """Return the incidents of a folder, or nothing where they are absent, damaged or stale."""
    try:
        table = pq.read_table(folder / _TABLE)
        table = table.drop_columns([_PLACE])
        told = json.loads((table.schema.metadata or {})[_TOLD])
        if told["stamp"] != stamp:
            return None
        return Incidents(
            table=_as_read(table.to_pandas()),
            rejected=pq.read_table(folder / _REJECTED).to_pandas(),
            files=tuple(SourceFile(**file) for file in told["files"]),
            notes=tuple(told["notes"]),
            unknown=told.get("unknown", {}),
            shortened=told.get("shortened", 0),
            days_late=told.get("days_late"),
        )
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None


def _points(table: pd.DataFrame) -> pa.Array:
    """Return incidents' places as well-known binary, the form that GeoParquet takes."""
    points = np.empty(len(table), dtype=_WKB_POINT)
    points["order"], points["kind"] = 1, 1  # little-endian; a point
    points["lon"], points["lat"] = table["lon"], table["lat"]
    offsets = np.arange(len(table) + 1, dtype=np.int32) * _WKB_POINT.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(points)]
    return pa.Array.from_buffers(pa.binary(), len(table), buffers)


def _as_read(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns without any value are text again: Parquet forgets their type."""
    for name, column in table.items():
        if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.categories.empty:
            table[name] = column.cat.set_categories(pd.Index([], dtype="str"))
    return table
