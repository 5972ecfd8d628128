"""GeoJSON to records, by Python's own parser: no driver that could follow a link is involved.

Each feature is a record; its number is its place in the list, plus one for the header that a
spreadsheet would show. Longitude and latitude unless the file names another system (old GeoJSON).
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from mapper.base.errors import InputError
from mapper.incidents import limits
from mapper.incidents.encoding import to_utf8
from mapper.incidents.gather import IncidentFile
from mapper.incidents.geometry import from_xy
from mapper.incidents.sheet import Geometry, Sheet, from_table

_DEGREES = "OGC:CRS84"
_XY = 2
# Categories of the API whose name in street files is not their words; data.police.uk lists them.
_CATEGORIES = {
    "anti-social-behaviour": "Anti-social behaviour",
    "criminal-damage-arson": "Criminal damage and arson",
    "violent-crime": "Violence and sexual offences",
}


def open_geojson(found: IncidentFile, data: bytes) -> Sheet:
    """Read a GeoJSON feature collection, or records in JSON.

    Raises
    ------
    InputError
        When it is not JSON, or not a collection of features.
    """
    sha256, size = found.digest(data)
    text, encoding = to_utf8(data, name=found.name)
    told = _loaded(text, found.name)
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list):
        raise InputError(
            f"{found.name}: is JSON but not a GeoJSON collection of features. Export it as GeoJSON,"
            " CSV or GeoPackage."
        )
    rows = [_properties(feature) for feature in features]
    header = tuple(dict.fromkeys(name for row in rows for name in row))
    if len(header) > limits.MAX_COLUMNS:
        raise InputError(f"{found.name}: more than {limits.MAX_COLUMNS} properties. Is it a table?")
    columns = [pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in header]
    table = pa.table(columns, names=[f"c{i}" for i in range(len(header))])
    if not header:
        raise InputError(
            f"{found.name}: its features have no properties, so no time can be read. Add them."
        )
    geometry = _points(features, _crs_of(told), found.name)

    def sample() -> list[list[str]]:
        return [[_text(r.get(n)) or "" for n in header] for r in rows[: limits.SAMPLE_RECORDS]]

    return Sheet(
        name=found.name,
        sha256=sha256,
        size=size,
        header=header,
        sample=sample,
        read=from_table(table, geometry=geometry),
        encoding=encoding,
        located=True,
    )


def _loaded(text: bytes, name: str) -> Any:
    """Return a collection of features: as it stands, or of a list of plain records.

    A list may be all there is, the one list of an answer (``{"results": [...]}``), or have a
    record on each line.
    """
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        try:
            told = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
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
        return _DEGREES


def _points(features: Sequence[object], crs: str, name: str) -> Geometry:
    """Return the point of each feature."""
    size = len(features)
    x, y = np.full(size, np.nan), np.full(size, np.nan)
    absent, other = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for i, feature in enumerate(features):
        shape = feature.get("geometry") if isinstance(feature, dict) else None
        place = shape.get("coordinates") if isinstance(shape, dict) else None
        if not isinstance(shape, dict) or place == [] or place is None:
            absent[i] = shape is None or place == []
            other[i] = not absent[i]
        elif shape.get("type") != "Point" or not _is_place(place):
            other[i] = True
        else:
            x[i], y[i] = float(place[0]), float(place[1])
    return from_xy(x, y, absent=absent, other=other, crs=crs, name=name)


def _is_place(place: object) -> bool:
    """Return whether coordinates are two or more finite numbers."""
    return (
        isinstance(place, list)
        and len(place) >= _XY
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in place)
        and all(abs(v) < 1e300 and math.isfinite(v) for v in place)  # noqa: PLR2004 - whole numbers of any length
    )
