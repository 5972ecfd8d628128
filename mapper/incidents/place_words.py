"""How people and systems write coordinates that are not plain: to numbers.

Thousands separators (``335,011``, ``335 011``), decimal commas (``53,413``), units and compass
letters (``335011 m``, ``2.98 W``), degrees, minutes and seconds, and both coordinates in one column
(``53.41, -2.98``, ``POINT (-2.98 53.41)`` in letters or in bytes, ``SJ 35011 91150``). A grid
reference of fewer than ten figures is a square: its middle is taken.
"""

import re
import struct
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.types import Floats
from mapper.incidents.coordinates import EAST, NORTH, SOUTH, WEST

_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_GROUPS = re.compile(r"[0-9]{1,3}(?:[,' ][0-9]{3})+(?:\.[0-9]+)?")
_POINT_GROUPS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){1,2},[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2}")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_UNIT = re.compile(r"(?i)^(?:[EN]:?\s*)?(.*[0-9])\s*(?:m|metres)?\s*[EN]?$")
_COMPASS = re.compile(r"(?i)^([NSEW]?)\s*([+-]?[0-9.,]+)\s*(?:°|deg)?\s*([NSEW-]?)$")
_SEXAGESIMAL = re.compile(
    r"(?i)^([NSEW]?)\s*([+-]?)([0-9]{1,3})\s*[°d:\s]\s*([0-9]{1,2})\s*['\u2032\u2019m:\s]\s*([0-9.]+)\s*"
    r"(?:[\"\u2033\u201ds]|'')?\s*([NSEW]?)$"
)
_MINUTES = re.compile(
    r"(?i)^([NSEW]?)\s*([+-]?)([0-9]{1,3})\s*(?:°|deg|d)\s*([0-9]{1,2}(?:[.,][0-9]+)?)\s*"
    r"(?:['\u2032\u2019m])?\s*([NSEW]?)$"
)
_TWO_SIDES = re.compile(
    r"(?i)^([^NSEW]+[NSEW])[\s,;/]*([^NSEW]+[NSEW])$|^([NSEW][^NSEW]+?)[\s,;/]*([NSEW][^NSEW]+)$"
    r"|^([^,;]*°[^,;]*)\s*[,;]\s*([^,;]*°[^,;]*)$"
)
_LETTERS = re.compile(r"(?i)^\s*([A-HJ-Z])([A-HJ-Z])[\s,/:.-]*([0-9][0-9\s,/:.-]*)$")
_SQUARE_LETTERS = re.compile(r"(?i)^\s*[HNOST][A-HJ-Z][^A-Z0-9]*[0-9]")
_JOINED = re.compile(r"^\s*([0-9]{6})([0-9]{6})\s*$")
_POINT = re.compile(  # a list of one point is its point
    r"(?i)^(?:SRID=[0-9]+;)?\s*(?:POINT\s*(?:ZM?|M)?\s*\(([^)]*)\)"
    r"|MULTIPOINT\s*(?:ZM?|M)?\s*\(\(?([^(),]*)\)?\))$"
)
_BINARY = re.compile(r"0[01](?:[0-9A-Fa-f]{2}){20,}")
_HAS_SYSTEM, _IS_POINT = 0x20000000, 1  # in the kind of extended well-known binary
_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_TWO = re.compile(
    rf"(?i)^[^0-9+-]*?({_NUMBER})\s*°?\s*([NSEW]?)[^0-9+-]+({_NUMBER})\s*°?\s*([NSEW]?)[^0-9]*$"
    rf"|^\s*({_NUMBER})([+-][0-9]+(?:\.[0-9]+)?)/?\s*$"
)
_TWO_GROUPS = re.compile(r"^[^0-9]*([0-9]{3},[0-9]{3})[^0-9]+([0-9]{3},[0-9]{3})[^0-9]*$")
_TWO_COMMAS = re.compile(r"[+-]?[0-9]+,[0-9]+\s*[;/\s]\s*[+-]?[0-9]+,[0-9]+")
_DASHES = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
_SQUARE = 100_000  # metres of a lettered square
_FIGURES = 5  # of each coordinate that gives the metre


def parse_numbers(texts: pa.Array, *, degrees: bool) -> Floats:
    """Return trimmed texts as numbers; NaN for nulls and what is no number.

    Parameters
    ----------
    degrees
        A comma is then a decimal one; in metres three figures after it make it a thousands one.
    """
    plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN), fill_value=False)
    kept = pc.if_else(plain, texts, pa.scalar(None, texts.type))
    found: Floats = kept.cast(pa.float64()).to_numpy(zero_copy_only=False).copy()
    others = np.flatnonzero(
        ~plain.to_numpy(zero_copy_only=False) & texts.is_valid().to_numpy(zero_copy_only=False)
    )
    read = _degrees if degrees else _metres
    found[others] = [
        read(text.translate(_DASHES)) for text in texts.take(pa.array(others)).to_pylist()
    ]
    return found


def _metres(text: str) -> float:
    """Return metres, NaN where a text is no number."""
    unit = _UNIT.match(text)
    body = unit.group(1) if unit else text
    if _GROUPS.fullmatch(body):
        return float(re.sub(r"[,' ]", "", body))
    if _POINT_GROUPS.fullmatch(body):
        return float(body.replace(".", "").replace(",", "."))
    return _decimal(body)


def _decimal(text: str) -> float:
    """Return a number with a decimal comma or none, NaN for other texts."""
    plain = text.replace(",", ".") if _COMMA.fullmatch(text) else text
    return float(plain) if re.match(_PLAIN, plain) else np.nan


def _degrees(text: str) -> float:
    """Return degrees, west and south negative; NaN where a text is none."""
    if told := _SEXAGESIMAL.match(text):
        before, sign, whole, minutes, seconds, after = told.groups()
        value = float(whole) + float(minutes) / 60 + _decimal(seconds) / 3600
        return -value if sign == "-" or (before or after).upper() in ("S", "W") else value
    if told := _MINUTES.match(text):
        before, sign, whole, minutes, after = told.groups()
        value = float(whole) + _decimal(minutes) / 60
        return -value if sign == "-" or (before or after).upper() in ("S", "W") else value
    told = _COMPASS.match(text)
    if told is None:
        return np.nan
    value, side = _decimal(told.group(2)), (told.group(1) or told.group(3)).upper()
    return -abs(value) if side in ("S", "W", "-") else value


def two_numbers(texts: Sequence[str | None]) -> tuple[Floats, Floats, int]:
    """Return x and y of texts that hold both coordinates, and how many are squares of a grid.

    Degrees come out longitude first whichever way they were written: in Great Britain and Northern
    Ireland the two cannot be taken for each other. NaN where a text holds no two numbers.
    """
    found = [_pair(text) if text else (np.nan, np.nan, False) for text in texts]
    x, y, square = zip(*found, strict=True) if found else ((), (), ())
    return np.array(x, dtype=float), np.array(y, dtype=float), sum(square)


def are_points(texts: Sequence[str]) -> bool:
    """Return whether texts are the points of a database, in letters or in bytes."""
    return bool(texts) and all(_BINARY.fullmatch(text) or _POINT.match(text) for text in texts)


def _pair(text: str) -> tuple[float, float, bool]:
    """Return x, y, and whether they are the middle of a square."""
    text = text.translate(_DASHES).strip()
    if told := _LETTERS.match(text):
        return _from_letters(*told.groups())
    if _SQUARE_LETTERS.match(text):
        return np.nan, np.nan, False
    if _BINARY.fullmatch(text):
        return *_from_binary(bytes.fromhex(text)), False
    if told := _POINT.match(text):
        text = " ".join((told.group(1) or told.group(2) or "").split()[:2])
    elif told := _JOINED.match(text):
        text = " ".join(told.groups())
    if "°" in text and (sides := _TWO_SIDES.match(text)):
        one_side, other_side = (_degrees(part.strip()) for part in sides.groups() if part)
        return *_longitude_first(one_side, other_side), False
    if _TWO_GROUPS.match(text):
        text = re.sub(r"([0-9]{3}),([0-9]{3})", r"\1\2", text)
    elif _TWO_COMMAS.search(text):
        text = re.sub(r"([0-9]),([0-9])", r"\1.\2", text)
    told = _TWO.match(text)
    if told is None:
        return np.nan, np.nan, False
    one, side, two, other, first, second = told.groups()
    a, b = (float(first), float(second)) if first else (float(one), float(two))
    a = -abs(a) if (side or "").upper() in ("S", "W") else a
    b = -abs(b) if (other or "").upper() in ("S", "W") else b
    return *_longitude_first(a, b), False


def _longitude_first(a: float, b: float) -> tuple[float, float]:
    """Return two numbers the other way round where only the first can be a latitude here."""
    return (b, a) if SOUTH <= a <= NORTH and not SOUTH <= b <= NORTH else (a, b)


def _from_binary(data: bytes) -> tuple[float, float]:
    """Return x and y of a point of well-known binary, as databases write it; NaN of others."""
    order = "<" if data[0] else ">"
    (kind,) = struct.unpack_from(f"{order}I", data, 1)
    if (kind & 0xFFFF) % 1000 != _IS_POINT:
        return np.nan, np.nan
    first = 9 if kind & _HAS_SYSTEM else 5
    if len(data) < first + struct.calcsize("2d"):
        return np.nan, np.nan
    x, y = struct.unpack_from(f"{order}2d", data, first)
    return float(x), float(y)


def _from_letters(one: str, two: str, digits: str) -> tuple[float, float, bool]:
    """Return the easting and northing of a National Grid reference."""
    parts = re.split(r"[\s,/:.-]+", digits.strip(" ,/:.-"))
    if len(parts) == 1:
        half = len(parts[0]) // 2
        parts = [parts[0][:half], parts[0][half:]]
    if len(parts) != 2 or len(parts[0]) != len(parts[1]) or not 0 < len(parts[0]) <= _FIGURES:  # noqa: PLR2004 - two coordinates
        return np.nan, np.nan, False
    big, small = (ord(c.upper()) - ord("A") - (c.upper() > "I") for c in (one, two))
    # Letters run in rows of five from the north-west; S begins the grid.
    east = ((big - 2) % 5) * 5 + small % 5
    north = 19 - (big // 5) * 5 - small // 5
    unit = 10 ** (_FIGURES - len(parts[0]))
    middle = unit / 2 if unit > 1 else 0.0
    x, y = (
        square * _SQUARE + int(part) * unit + middle
        for square, part in zip((east, north), parts, strict=True)
    )
    return x, y, unit > 1


def looks_degrees(x: Floats, y: Floats) -> bool:
    """Return whether nearly all pairs are degrees of Great Britain and Northern Ireland."""
    inside = (x >= WEST) & (x <= EAST) & (y >= SOUTH) & (y <= NORTH)
    return bool(inside.size) and float(inside.mean()) > _NEARLY


def looks_metres(x: Floats, y: Floats) -> bool:
    """Return whether nearly all pairs are metres of the National Grid."""
    inside = (x > _LEAST_METRES) & (x < 700_000) & (y > _LEAST_METRES) & (y < 1_300_000)  # noqa: PLR2004 - the grid ends there
    return bool(inside.size) and float(inside.mean()) > _NEARLY


_NEARLY = 0.9
_LEAST_METRES = 1_000.0
