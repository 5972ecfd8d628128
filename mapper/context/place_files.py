"""Read places from official files and from any table with a type column.

Which file to download for each kind, and its licence, is told in ``docs/context-places.md``. A file
is known by its columns:

- schools: the establishment extract of Get Information About Schools (``URN``, ...), open ones;
- stations and stops: NaPTAN stops (``ATCOCode``, ...), active ones;
- food businesses with a licence or late trade: the Food Standards Agency's hygiene ratings;
- parks: OS Open Greenspace sites, by a point inside each;
- anything else: a table with a type column, or with one kind for the whole file.

Rows without a point in Great Britain or Northern Ireland are left out and counted.
"""

import io
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pyarrow as pa

from mapper.base.errors import ContextError
from mapper.base.files import open_regular
from mapper.base.sandbox import in_child
from mapper.base.tables import MOST_COLUMNS, is_too_wide
from mapper.base.text import count, place_name
from mapper.base.types import Floats
from mapper.context.places import KINDS, SIDES, Places, join_places, places_table
from mapper.incidents.coordinates import grid_to_degrees, in_area
from mapper.incidents.encoding import check_lines, pieces, to_utf8
from mapper.lenses.part import closest, quoted

SYNTHETIC_SOURCE = "synthetic"  # in a column `source`: these places are invented
_LARGEST = 1_000_000_000  # bytes
_STOPS = {
    "RLY": "railway station", "RSE": "railway station", "BCE": "bus or coach station",
    "BST": "bus or coach station", "BCT": "bus stop", "TMU": "tram or metro stop",
    "MET": "tram or metro stop", "FER": "ferry terminal", "FTD": "ferry terminal",
    "GAT": "airport", "AIR": "airport", "TXR": "taxi rank", "STR": "taxi rank",
}  # fmt: skip
_FOOD = {
    "Pub/bar/nightclub": "licensed premises",
    "Takeaway/sandwich shop": "takeaway",
}
_GREEN = {
    "Public Park Or Garden": "park",
    "Play Space": "park",
    "Playing Field": "playing field",
    "Religious Grounds": "place of worship",
}
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "stationname", "title", "site name", "premises name"),
    "kind": ("kind", "type", "category"),
    "side": ("side",),
    "lon": ("lon", "long", "longitude", "lng"),
    "lat": ("lat", "latitude"),
    "easting": ("easting", "eastings"),
    "northing": ("northing", "northings"),
    "source": ("source",),
}


@dataclass(frozen=True)
class PlaceFormat:
    """One official file: how it is known and read."""

    title: str
    columns: tuple[str, ...]  # by which it is known
    read: Callable[[pd.DataFrame], pd.DataFrame]  # name, kind, and either pair of coordinates


def read_places(path: Path, *, kind: str | None = None) -> Places:
    """Read one file of places.

    Parameters
    ----------
    kind
        What every row is, for a table without a type column.

    Raises
    ------
    ContextError
        When the file cannot be read, or its columns do not tell what and where its places are.
    """
    table = _READERS.get(path.suffix.lower(), _text)(path)
    form = next((form for form in FORMS if set(form.columns) <= set(table.columns)), None)
    rows = form.read(table) if form else _own(table, path, kind)
    lon, lat = _degrees(rows)
    good = in_area(lon, lat)
    kept = rows[good]
    what = form.title if form else "a table of places"
    notes = [f"{path.name}: {count(int(good.sum()), 'place')}, read as {what}."]
    if skipped := len(table) - len(rows):
        notes.append(
            f"{path.name}: {count(skipped, 'row')} closed, inactive or of another kind left out."
        )
    if lost := int((~good).sum()):
        notes.append(f"{path.name}: {count(lost, 'row')} without a point in the country left out.")
    found = places_table(
        name=[place_name(str(name)) for name in kept["name"]],
        kind=[str(one) for one in kept["kind"]],
        lon=lon[good],
        lat=lat[good],
        source=path.name,
        side=[str(one) for one in kept["side"]] if "side" in kept else None,
    )
    synthetic = "source" in kept and bool(kept["source"].eq(SYNTHETIC_SOURCE).any())
    return Places(found, tuple(notes), synthetic)


def read_all_places(paths: list[Path]) -> Places:
    """Read several files of places."""
    return join_places([read_places(path) for path in paths])


def _bytes(path: Path) -> bytes:
    """Return the content of a file."""
    with _opened(path) as file:
        return file.read(os.fstat(file.fileno()).st_size)


def _opened(path: Path) -> BinaryIO:
    """Open a regular file of a sane size."""
    try:
        file = open_regular(path)
    except OSError as error:
        raise ContextError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    if os.fstat(file.fileno()).st_size > _LARGEST:
        file.close()
        raise ContextError(f"{path}: over {_LARGEST:,} bytes. Cut it to your area first.")
    return file


def _xml(path: Path) -> pd.DataFrame:
    """Return the establishments of a hygiene-ratings file as text columns."""
    content = _bytes(path)
    fault = f"{path}: is no file of food hygiene ratings. Download it again."
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ContextError(fault)
    try:
        whole = ET.fromstring(content)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as error:
        raise ContextError(fault) from error
    names = ("FHRSID", "BusinessName", "BusinessType")
    places = {"Longitude": "Geocode/Longitude", "Latitude": "Geocode/Latitude"}
    fields = {**{name: name for name in names}, **places}
    rows = [
        {name: (one.findtext(where) or "").strip() for name, where in fields.items()}
        for one in whole.iter("EstablishmentDetail")
    ]
    return pd.DataFrame(rows, columns=list(fields), dtype="str")


def _text(path: Path) -> pd.DataFrame:
    """Return a delimited file as text columns."""
    data = _bytes(path)
    for _ in check_lines(pieces(io.BytesIO(data)), name=path.name):
        pass
    text, _ = to_utf8(data, name=path.name)
    if is_too_wide(text):
        raise ContextError(f"{path}: has over {MOST_COLUMNS:,} columns. Is it a table of places?")
    try:
        return pd.read_csv(io.BytesIO(text), dtype="str", keep_default_na=False)
    except ValueError as error:
        raise ContextError(
            f"{path}: is no table ({str(error).strip()}). Save it as CSV with one header line."
        ) from error


def _geographic(path: Path) -> pd.DataFrame:
    """Return a file of shapes as a table of text with a point inside each, in degrees."""
    _opened(path).close()  # before a library gets its path
    with tempfile.TemporaryDirectory(prefix="mapper-") as folder:
        target = Path(folder, "points.arrow")
        in_child(
            "mapper.context.place_child:points",
            {"source": str(path.resolve()), "name": str(path), "target": str(target)},
            name=str(path),
            size=path.stat().st_size,
            kind=ContextError,
            advice="Cut it to your area, or give the places as CSV.",
        )
        table: pd.DataFrame = pa.ipc.open_file(target.read_bytes()).read_all().to_pandas()
        return table


_READERS: Mapping[str, Callable[[Path], pd.DataFrame]] = {
    ".xml": _xml,
    ".gpkg": _geographic,
    ".shp": _geographic,
    ".geojson": _geographic,
}


def _schools(table: pd.DataFrame) -> pd.DataFrame:
    """Return open schools and colleges of the extract."""
    status = table["EstablishmentStatus (name)"].str.strip().str.casefold()
    rows = table[status.str.startswith("open")]
    phase = rows["PhaseOfEducation (name)"].str.casefold()
    return pd.DataFrame(
        {
            "name": rows["EstablishmentName"],
            "kind": np.where(phase.str.contains("16 plus"), "college", "school"),
            "easting": rows["Easting"],
            "northing": rows["Northing"],
        }
    )


def _stops(table: pd.DataFrame) -> pd.DataFrame:
    """Return active stations and stops, a station of several entrances once."""
    active = table["Status"].str.strip().str.casefold().isin(["active", "act", ""])
    rows = table[active & table["StopType"].isin(list(_STOPS))]
    found = pd.DataFrame(
        {
            "name": rows["CommonName"],
            "kind": rows["StopType"].map(_STOPS),
            "lon": rows["Longitude"],
            "lat": rows["Latitude"],
        }
    )
    for name, other in (("easting", "Easting"), ("northing", "Northing")):
        if other in rows:
            found[name] = rows[other]
    many = (found["kind"] != "bus stop").to_numpy()
    locality = rows["LocalityName"] if "LocalityName" in rows else rows["StopType"]
    twice = found.assign(at=locality).duplicated(["name", "kind", "at"]).to_numpy()
    once: pd.DataFrame = found[~(many & twice)]
    return once


def _food(table: pd.DataFrame) -> pd.DataFrame:
    """Return pubs, bars, nightclubs and takeaways."""
    rows = table[table["BusinessType"].isin(list(_FOOD))]
    return pd.DataFrame(
        {
            "name": rows["BusinessName"],
            "kind": rows["BusinessType"].map(_FOOD),
            "lon": rows["Longitude"],
            "lat": rows["Latitude"],
        }
    )


def _green(table: pd.DataFrame) -> pd.DataFrame:
    """Return parks, playing fields and grounds of worship."""
    rows = table[table["function"].isin(list(_GREEN))]
    named = [name for name in ("distinctive_name_1", "distName1") if name in rows]
    names = rows[named[0]].fillna("") if named else rows["function"]
    return pd.DataFrame(
        {
            "name": names.where(names != "", rows["function"]),
            "kind": rows["function"].map(_GREEN),
            "lon": rows["lon"],
            "lat": rows["lat"],
        }
    )


FORMS = (
    PlaceFormat(
        "the schools of Get Information About Schools",
        (
            *("URN", "EstablishmentName", "EstablishmentStatus (name)"),
            *("PhaseOfEducation (name)", "Easting", "Northing"),
        ),
        _schools,
    ),
    PlaceFormat(
        "the stations and stops of NaPTAN",
        ("ATCOCode", "CommonName", "StopType", "Longitude", "Latitude", "Status"),
        _stops,
    ),
    PlaceFormat(
        "the food businesses of the Food Standards Agency",
        ("FHRSID", "BusinessName", "BusinessType", "Longitude", "Latitude"),
        _food,
    ),
    PlaceFormat("the sites of OS Open Greenspace", ("function", "lon", "lat"), _green),
)


def _own(table: pd.DataFrame, path: Path, kind: str | None) -> pd.DataFrame:
    """Return the places of any table, by what its columns are called."""
    plain = {str(name).strip().casefold().replace("_", " "): name for name in table.columns}
    found = {
        field: table[plain[word]].str.strip()
        for field, words in _SYNONYMS.items()
        for word in words[::-1]
        if word in plain
    }
    faults = []
    if not ({"lon", "lat"} <= set(found) or {"easting", "northing"} <= set(found)):
        faults.append("no longitude and latitude, nor easting and northing")
    if "kind" not in found and kind is None:
        faults.append("no type column")
    faults += _unknown_words(found)
    if faults:
        raise ContextError(
            f"{path}: {'; '.join(faults)}. Name the columns as docs/context-places.md does, and"
            " say what one kind of file holds with a column `type`."
        )
    if kind is not None:
        found["kind"] = pd.Series([kind] * len(table), index=table.index)
    found.setdefault("name", found["kind"])
    return pd.DataFrame(found)


def _unknown_words(found: Mapping[str, "pd.Series"]) -> list[str]:
    """Return what is wrong with the words of a table: blank types, unknown sides."""
    faults = []
    if "kind" in found and (blank := int(found["kind"].eq("").sum())):
        faults.append(
            f"{count(blank, 'row has', 'rows have')} no type (known ones are {', '.join(KINDS)})"
        )
    sides = set(found["side"]) - set(SIDES) if "side" in found else set()
    faults += [f"the side {quoted(one)}{closest(one, SIDES)}" for one in sorted(sides)]
    return faults


def _degrees(rows: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return longitude and latitude, from the National Grid where degrees are not given."""
    values = {
        name: pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=np.float64)
        for name in ("lon", "lat", "easting", "northing")
        if name in rows
    }
    lon = values.get("lon", np.full(len(rows), np.nan)).copy()
    lat = values.get("lat", np.full(len(rows), np.nan)).copy()
    if {"easting", "northing"} <= set(values):
        open_ = (np.isnan(lon) | np.isnan(lat)) & ~np.isnan(values["easting"])
        open_ &= ~np.isnan(values["northing"])
        lon[open_], lat[open_] = grid_to_degrees(
            values["easting"][open_], values["northing"][open_]
        )
    return lon, lat
