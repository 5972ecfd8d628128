"""References, places and columns of words as a whole: what was cut, rounded or no longer recorded.

| column | looked for | what is usual |
|---|---|---|
| reference | numbers that end in 000 | 1 in 1,000 |
| reference | one in ten stands on rows that differ, and in where they are: cut short | none |
| coordinates | degrees of three decimals or hundreds of metres among finer ones | 1 in 100 |
| any | one value alone from a date on, which mere chance would not give once in 10⁹ | none |
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mapper.base.text import day_in_words
from mapper.base.types import Flags, Floats, Integers
from mapper.incidents.coordinates import degrees_to_grid
from mapper.incidents.doubt import FEWEST, Doubt, caveat

if TYPE_CHECKING:
    from mapper.base.note import NoteCode

_ROUND_REFERENCES = 0.2
_LOOKED_AT = 2_000  # rows, before all of them are
_BLOCKS, _BLOCK = 20, 100
_COARSE = (0.01, 0.9)  # least and most share of coarse coordinates among fine ones
_DIGITS = 3  # decimals of a degree: squares of about 70 by 110 m
_METRES, _OFF = 100.0, 0.6  # of the National Grid, and how near to them counts as on them
_SHARED = 0.1  # of references, on rows that differ
_MOSTLY = 0.5  # of references that rows share
_IMPROBABLE = np.log(1e-9)
_TEXTS = ("type", "channel", "risk_grade", "location_type", "crime_code", "location")


def value_doubts(table: pd.DataFrame) -> list[Doubt]:
    """Return what references, places and words show, each column as a whole."""
    if len(table) < FEWEST:
        return []
    references = table["reference"]
    found = _round_references(references) or _shared_references(table)
    return [*found, *_coarse_places(table), *_constants(table)]


def _round_references(references: "pd.Series[Any]") -> list[Doubt]:
    """Say when many numbers end in 000: a spreadsheet kept their first digits alone."""
    step = max(len(references) // _BLOCKS, _BLOCK)  # blocks of rows: single ones are slow to take
    some = pd.concat([references.iloc[at : at + _BLOCK] for at in range(0, len(references), step)])
    if not some.str.endswith("000", na=False).mean() > _ROUND_REFERENCES / 2:
        return []
    ends = references.str.slice(-3)
    long = references.str.len() > 6  # noqa: PLR2004 - shorter ones may be counted in thousands
    digits = long & references.str.slice(-6).str.isdigit()
    numbers = int(digits.sum())
    rows = np.flatnonzero((digits & (ends == "000")).to_numpy(dtype=bool, na_value=False))
    if rows.size < FEWEST or rows.size <= _ROUND_REFERENCES * numbers:
        return []
    words = (
        f"{rows.size:,} of {numbers:,} references end in 000: a spreadsheet has rounded them, so"
        " rows of one incident cannot be told from others."
    )
    return [caveat("references rounded", words, rows, rows.size / numbers, kind="reference")]


def _shared_references(table: pd.DataFrame) -> list[Doubt]:
    """Say when many references stand on rows that differ: cut short, or one row a person."""
    references = table["reference"]
    block = references.iloc[:_LOOKED_AT]
    if block.duplicated().sum() <= max(_SHARED * len(block) / 2, block.isna().sum()):
        return []
    shared_ = references[references.notna() & references.duplicated(keep=False)]
    if len(shared_) < FEWEST or len(shared_) <= _SHARED * int(references.notna().sum()):
        return []
    rows = np.flatnonzero(table.index.isin(shared_.index))
    codes = pd.factorize(shared_)[0]
    places = table["lon"].to_numpy()[rows] + 1j * table["lat"].to_numpy()[rows]
    each = pd.DataFrame({"code": codes, "place": places}).drop_duplicates()["code"]
    number = np.bincount(each)
    many = f"{rows.size:,} rows share {number.size:,} references and differ"
    share = rows.size / len(table)
    if (number > 1).mean() > _MOSTLY:
        words = (
            f"{many}, most of them in where they are: references were cut short, or begin again"
            " each day. They name no incident; each row counts."
        )
        return [_of_references("references cut", words, rows, share, "export references whole")]
    words = f"{many}: perhaps a row for each person or offence. Each row counts."
    remedy = (
        "where each reference is one incident, say so as the files are read:"
        ' references = "one per reference"'
    )
    return [_of_references("references shared", words, rows, share, remedy)]


def _of_references(
    code: "NoteCode", words: str, rows: Integers, share: float, remedy: str
) -> Doubt:
    return caveat(code, words, rows, share, kind="reference", remedy=remedy)


def _coarse_places(table: pd.DataFrame) -> list[Doubt]:
    """Say when some coordinates are rounded far more than the others, in degrees or metres."""
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    degrees = (np.round(lon, _DIGITS) == lon) & (np.round(lat, _DIGITS) == lat)
    found = _mixed(lon, lat, degrees, f"to {_DIGITS} decimals of a degree")
    some = slice(None, None, max(len(table) // _LOOKED_AT, 1))
    if not found and _on_hundreds(lon[some], lat[some]).mean() > _COARSE[0] / 2:
        found = _mixed(lon, lat, _on_hundreds(lon, lat), f"to {_METRES:.0f} m")
    return found


def may_be_coarse(points: pd.DataFrame, times: Integers) -> bool:
    """Tell whether enough incidents lie at coarse coordinates for a doubt, by distinct points.

    Parameters
    ----------
    points, times
        Points with ``lon`` and ``lat``, and how many incidents each stands for.
    """
    lon, lat = (points[name].to_numpy() for name in ("lon", "lat"))
    degrees = (np.round(lon, _DIGITS) == lon) & (np.round(lat, _DIGITS) == lat)
    least = _COARSE[0] * times.sum()
    return any(times[flags].sum() >= least for flags in (degrees, _on_hundreds(lon, lat)))


def _mixed(lon: Floats, lat: Floats, coarse: Flags, how: str) -> list[Doubt]:
    """Say when some coordinates are rounded and the others are not."""
    share, rows = float(coarse.mean()), np.flatnonzero(coarse)
    places = np.unique(lon[rows] + 1j * lat[rows]).size  # one round point is another fault
    if not _COARSE[0] <= share <= _COARSE[1] or places < FEWEST:
        return []
    words = (
        f"{rows.size:,} incidents ({share:.0%}) have coordinates rounded {how}, and the others"
        " finer ones: fine cells mix the two."
    )
    remedy = (
        "choose cells of resolution 8 or coarser, give the finer coordinates, or leave them out"
    )
    return [caveat("coordinates coarse", words, rows, share, kind="coordinates", remedy=remedy)]


def _on_hundreds(lon: Floats, lat: Floats) -> Flags:
    """Return which points lie on whole hundreds of metres of the National Grid."""
    found = np.ones(lon.size, dtype=bool)
    for metres in degrees_to_grid(lon, lat):
        off = np.abs(metres - _METRES * np.round(metres / _METRES))
        found &= off < _OFF  # not a number is on none
    return found


def _constants(table: pd.DataFrame) -> list[Doubt]:
    """Name each column that holds one value alone from a date on, and others before."""
    start = table["start"].to_numpy()
    points = table["lon"].to_numpy() + 1j * table["lat"].to_numpy()
    columns = {name: table[name].cat.codes.to_numpy() for name in _TEXTS if name in table}
    found = []
    for name, values in {**columns, "coordinates": points}.items():
        last = values[start.argmax()]
        other = values != last
        if not other.any():
            continue
        until = start[other].max()
        rows = np.flatnonzero(start > until)
        before = max(float((~other).sum() - rows.size), 0.5) / (start.size - rows.size)
        if rows.size < FEWEST or rows.size * np.log(before) > _IMPROBABLE:
            continue
        if np.unique(values[other]).size == 1:
            continue  # of two values one stops: a part (mapper.analysis.part_doubts)
        value = "one and the same"  # of a place nothing is said: it may be free text
        if name != "coordinates" and last < 0:
            value = "blank"
        elif name not in {"coordinates", "location"}:
            value = f"“{table[name].iloc[rows[0]]}”"
        found.append(_constant(name, value, start[rows].min(), rows, start.size))
    return found


def _constant(name: str, value: str, at: np.datetime64, rows: Integers, size: int) -> Doubt:
    since = pd.Timestamp(at).date()
    return Doubt(
        code="column constant",
        effect="veto",
        words=(
            f"From {day_in_words(since)} on, {name.replace('_', ' ')} is {value} in all"
            f" {rows.size:,} rows, and others before: it is no longer recorded."
        ),
        rows=rows,
        share=rows.size / size,
        kind=name,
        part=value,
        since=since,
        remedy=f"load these rows anew with their {name.replace('_', ' ')}, or choose days before",
        to_day=since - timedelta(days=1),
    )
