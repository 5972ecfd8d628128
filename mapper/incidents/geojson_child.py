"""GeoJSON to columns of text and points, in a child process where the file is large.

Each feature is a record; its number is its place in the list, plus one for the header that a
spreadsheet would show. Longitude and latitude unless the file names another system (old GeoJSON).
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.files import Progress, read_regular
from mapper.base.json_text import json_of
from mapper.base.types import Flags, Floats
from mapper.incidents import limits
from mapper.incidents.parquet_child import PLACES

DEGREES = "OGC:CRS84"
_CELLS = 10_000_000  # features times properties, however small the file
_XY = 2
# Categories of the API whose name in street files is not their words; data.police.uk lists them.
_CATEGORIES = {
    "anti-social-behaviour": "Anti-social behaviour",
    "criminal-damage-arson": "Criminal damage and arson",
    "violent-crime": "Violence and sexual offences",
}


def convert(told: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Write the table of ``source`` into ``target``; return its ``header`` and ``crs``.

    Raises
    ------
    InputError
        As :func:`table_of`.
    """
    text = read_regular(Path(told["source"]), at_most=limits.MAX_FILE_BYTES)
    header, table, crs = table_of(text, told["name"])
    with pa.OSFile(told["target"], "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return {"header": header, "crs": crs}


def table_of(text: bytes, name: str) -> tuple[list[str], pa.Table, str]:
    """Return the properties of all features as columns of text, then their places.

    Returns
    -------
    tuple
        Names of the properties; the table, its columns ``c0``, ``c1``, ... and those of
        :data:`~mapper.incidents.parquet_child.PLACES`; the reference system.

    Raises
    ------
    InputError
        When it is not JSON, or not a collection of features with properties.
    """
    told = _loaded(text, name)
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list):
        raise InputError(
            f"{name}: is JSON but not a GeoJSON collection of features. Export it as GeoJSON,"
            " CSV or GeoPackage."
        )
    rows = [_properties(feature) for feature in features]
    header = list(dict.fromkeys(one for row in rows for one in row))
    if len(header) > limits.MAX_COLUMNS:
        raise InputError(f"{name}: more than {limits.MAX_COLUMNS} properties. Is it a table?")
    if len(header) * len(rows) > max(_CELLS, len(text)):  # few have what one names
        raise InputError(f"{name}: its features have too few properties in common. Is it a table?")
    if not header and any(isinstance(one, dict) and "attributes" in one for one in features):
        raise InputError(
            f"{name}: is JSON as ArcGIS writes it, not GeoJSON. Ask the service for f=geojson in"
            " place of f=json, or export it as GeoJSON or CSV."
        )
    if not header:
        raise InputError(
            f"{name}: its features have no properties, so no time can be read. Add them."
        )
    columns = [pa.array([_text(row.get(one)) for row in rows], pa.string()) for one in header]
    names = [f"c{at}" for at in range(len(header))]
    places = map(pa.array, _points(features))
    return header, pa.table([*columns, *places], names=[*names, *PLACES.names]), _crs_of(told)


def _loaded(text: bytes, name: str) -> Any:
    """Return a collection of features: as it stands, or of a list of plain records.

    A list may be all there is, the one list of an answer (``{"results": [...]}``), or have a
    record on each line.
    """
    try:
        told = json_of(text)
    except ValueError as error:
        try:
            told = [json_of(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            raise InputError(
                f"{name}: is not valid JSON ({str(error)[:200]}). Export it again."
            ) from error
    if isinstance(told, dict) and "features" not in told:
        lists = [one for one in told.values() if isinstance(one, list) and one]
        told = lists[0] if len(lists) == 1 and isinstance(lists[0][0], dict) else told
    if isinstance(told, list) and told and all(map(_is_feature, told)):
        return {"features": told}
    return _collection(told) if isinstance(told, list) else told


def _is_feature(record: object) -> bool:
    """Return whether a record is a feature of GeoJSON, as a line of GeoJSONSeq is."""
    return isinstance(record, dict) and record.get("type") == "Feature"


def _collection(records: list[Any]) -> dict[str, Any]:
    """Return a list of plain records, or of street crimes as data.police.uk answers, as features.

    https://data.police.uk/docs/method/crime-street/
    """
    return {
        "features": [
            {"properties": _flat(record), "geometry": _place(record)}
            for record in records
            if isinstance(record, dict)
        ]
    }


def _flat(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record with the names of a police.uk street file where it is one of its crimes."""
    place = record.get("location")
    if not isinstance(place, dict) or "category" not in record or "month" not in record:
        return record
    street, outcome = place.get("street"), record.get("outcome_status")
    category = str(record["category"])
    kind = _CATEGORIES.get(category, category.replace("-", " ").capitalize())
    return {
        "Crime ID": record.get("persistent_id"),
        "Month": record["month"],
        "Location": street.get("name") if isinstance(street, dict) else None,
        "Crime type": kind,
        "Last outcome category": outcome.get("category") if isinstance(outcome, dict) else None,
        "Context": record.get("context"),
    }


def _place(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the point of a street crime, or nothing for another record."""
    place = record.get("location")
    try:
        x, y = float(place["longitude"]), float(place["latitude"])  # type: ignore[index] # told below
    except (TypeError, KeyError, ValueError):
        return None
    return {"type": "Point", "coordinates": [x, y]}


def _properties(feature: object) -> Mapping[str, Any]:
    """Return the properties of a feature; none where it has none."""
    told = feature.get("properties") if isinstance(feature, dict) else None
    return told if isinstance(told, dict) else {}


def _text(value: object) -> str | None:
    """Return a property as text."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode(errors="replace").decode()  # JSON can spell half of a character
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and math.isfinite(value):
        return str(int(value))
    return str(value) if isinstance(value, (int, float)) else json.dumps(value)


def _crs_of(told: Mapping[str, Any]) -> str:
    """Return the reference system that an old GeoJSON file names."""
    try:
        return str(told["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        return DEGREES


def _points(features: Sequence[object]) -> tuple[Floats, Floats, Flags, Flags]:
    """Return x and y of each feature, whether it has no geometry, and whether it is no point."""
    size = len(features)
    x, y = np.full(size, np.nan), np.full(size, np.nan)
    absent, other = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for i, feature in enumerate(features):
        shape = feature.get("geometry") if isinstance(feature, dict) else None
        place = shape.get("coordinates") if isinstance(shape, dict) else None
        kind = shape.get("type") if isinstance(shape, dict) else None
        if kind == "MultiPoint" and isinstance(place, list) and len(place) == 1:
            kind, place = "Point", place[0]  # a list of one, as GIS programs export points
        if not isinstance(shape, dict) or place == [] or place is None:
            absent[i] = shape is None or place == []
            other[i] = not absent[i]
        elif kind != "Point" or not _is_place(place):
            other[i] = True
        else:
            x[i], y[i] = float(place[0]), float(place[1])
    return x, y, absent, other


def _is_place(place: object) -> bool:
    """Return whether coordinates are two or more finite numbers."""
    return (
        isinstance(place, list)
        and len(place) >= _XY
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in place)
        and all(abs(v) < 1e300 and math.isfinite(v) for v in place)  # noqa: PLR2004 - whole numbers of any length
    )
