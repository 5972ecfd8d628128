"""Find a place on a patch: ward, street label, postcode, H3 cell id or National Grid reference.

A reference names a square: SJ 35 90 is a square of a kilometre, and its middle is shown.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from mapper.base.errors import InputError
from mapper.base.settings import settings
from mapper.disclosure.release import Release
from mapper.grid.area_weighting import name_key
from mapper.grid.hexagons import cells_to_points, points_to_cells, strings_to_cells
from mapper.incidents.coordinates import grid_to_degrees
from mapper.incidents.postcodes import POSTCODE, load_postcodes

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # the grid has no I
_REFERENCE = re.compile(r"([A-HJ-Z])([A-HJ-Z])\s*(\d{1,5})\s+(\d{1,5})|([A-HJ-Z])([A-HJ-Z])(\d+)")
_METRES = re.compile(r"(\d{5,6})(?:\.\d+)?[\s,]+(\d{5,7})(?:\.\d+)?")
_CELL = re.compile(r"8[0-9a-f]{14}")
_FIGURES = 5  # metres
_LONGEST = 80


@dataclass(frozen=True)
class PlaceMatch:
    """Where something is, in words and on the map."""

    words: str
    lon: float
    lat: float
    box: tuple[float, float, float, float] | None = None  # west, south, east, north


def find_place(asked: str, shown: Release) -> PlaceMatch | str:
    """Return where something lies on the patch shown, or in words why it is not there."""
    text = " ".join(asked.split())[:_LONGEST]
    point = grid_point(text)
    if point is not None:
        return _on_patch(f"Grid reference {text.upper()}", point, shown)
    if _CELL.fullmatch(text.lower()):
        return _cell(text.lower(), shown)
    if POSTCODE.fullmatch(text):
        return _postcode(text.upper(), shown)
    ward = _ward(text, shown)
    if ward is not None:
        return ward
    street = _street(text, shown)
    return street or (
        f"“{text}” is not on this patch. Write a ward, a street as the map names it, or a"
        " grid reference such as SJ 357 903."
    )


def grid_point(text: str) -> tuple[float, float] | None:
    """Return the middle of a National Grid reference in degrees, nothing if it is none."""
    metres = _grid_metres(text.upper().strip())
    if metres is None:
        return None
    lon, lat = grid_to_degrees(np.array([metres[0]]), np.array([metres[1]]))
    return None if np.isnan(lon[0]) else (float(lon[0]), float(lat[0]))


def _grid_metres(text: str) -> tuple[float, float] | None:
    """Return easting and northing of a reference in letters and figures, or in metres."""
    plain = _METRES.fullmatch(text)
    if plain:
        return float(plain[1]), float(plain[2])
    lettered = _REFERENCE.fullmatch(text)
    if not lettered:
        return None
    first, second = (lettered[1] or lettered[5]), (lettered[2] or lettered[6])
    figures = lettered[7] or ""
    east, north = lettered[3], lettered[4]
    if figures:
        if len(figures) % 2 or len(figures) > 2 * _FIGURES:
            return None
        east, north = figures[: len(figures) // 2], figures[len(figures) // 2 :]
    if len(east) != len(north):
        return None
    big, small = divmod(_LETTERS.index(first), 5), divmod(_LETTERS.index(second), 5)
    column = (big[1] - 2) * 5 + small[1]
    row = (3 - big[0]) * 5 + 4 - small[0]
    if column < 0 or row < 0:
        return None
    step = 10.0 ** (_FIGURES - len(east))
    metres = [
        at * 100_000 + (int(part) + 0.5) * step for at, part in ((column, east), (row, north))
    ]
    return metres[0], metres[1]


def _cell(cell: str, shown: Release) -> PlaceMatch | str:
    """Return a cell of the patch; one of another size is shown by its middle."""
    try:
        index = strings_to_cells([cell])
        lon, lat = cells_to_points(index)
    except (ValueError, TypeError):
        return f"{cell} is no cell. Copy its id from the map: 15 signs, starting with 8."
    return _on_patch(f"Cell {cell}", (float(lon[0]), float(lat[0])), shown)


def _postcode(text: str, shown: Release) -> PlaceMatch | str:
    """Return where the installation's directory of postcodes puts one."""
    directory = settings().postcodes
    if directory is None:
        return (
            f"{text} is a postcode, and this installation has no directory of them: whoever looks"
            " after it names one in MAPPER_POSTCODES. Write a ward or a street."
        )
    try:
        lon, lat = load_postcodes(directory).find(pa.array([text]))
    except InputError as error:
        return str(error)
    if np.isnan(lon[0]):
        return f"{text} is not in the directory of postcodes ({directory.name}). Write a street."
    return _on_patch(f"Postcode {text}", (float(lon[0]), float(lat[0])), shown)


def _on_patch(words: str, point: tuple[float, float], shown: Release) -> PlaceMatch | str:
    """Return a point, if it lies on the patch."""
    at = points_to_cells(np.array([point[0]]), np.array([point[1]]), resolution=shown.resolution)
    cells = strings_to_cells(shown.cells["cell"].to_numpy(dtype=object))
    where = np.flatnonzero(cells == at[0])
    if not where.size:
        return f"{words} lies outside the wards shown. Choose its ward, if it is one of yours."
    row = shown.cells.iloc[int(where[0])]
    return PlaceMatch(f"{words}, {row['ward']}", *point)


def _ward(text: str, shown: Release) -> PlaceMatch | None:
    """Return a ward of the patch."""
    cells = shown.cells
    bare, key = cells["ward"].astype("str"), name_key(text)
    both = bare + ", " + cells["district"].astype("str")
    keys = {name: {name_key(name), name_key(name.split(",")[0])} for name in both.unique()}
    mine = both.isin([name for name, known in keys.items() if key and key in known])
    if not mine.any():
        return None
    lon, lat = cells_to_points(strings_to_cells(cells.loc[mine, "cell"].to_numpy(dtype=object)))
    box = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    return PlaceMatch(str(both[mine].iloc[0]), float(lon.mean()), float(lat.mean()), box)


def _street(text: str, shown: Release) -> PlaceMatch | None:
    """Return a street whose name holds the words asked for: the shortest, where it is busiest."""
    streets = shown.streets
    if streets is None or streets.empty or not name_key(text):
        return None
    keys = pd.Series([name_key(name) for name in streets["street"]], index=streets.index)
    fits = streets[keys.str.contains(name_key(text), regex=False)]
    if fits.empty:
        return None
    best = fits.loc[fits["street"].str.len().sort_values(kind="stable").index[0]]
    ward = shown.cells.loc[shown.cells["cell"] == best["cell"], "ward"].iloc[0]
    return PlaceMatch(f"{best['street']}, {ward}", float(best["lon"]), float(best["lat"]))
