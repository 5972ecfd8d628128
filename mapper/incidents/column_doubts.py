"""Columns as a whole: what one value cannot show and all of them do.

| column | looked for | what is usual |
|---|---|---|
| time | a minute of the day that holds at least three times any other whole hour's | 1 in 1,440 |
| time | whole hours | 1 in 60, in practice up to a third |
| time | one moment of one day that many rows carry | repeats of one incident |
| day | a day of the month with three times the others' | 1 in 30 |
| day | no row at all where 20 and more were to be expected | Poisson, of half the usual rate |
| report | how long until 95 % of a day are recorded | hours |
| reference | numbers that end in 000 | 1 in 1,000 |
| coordinates | degrees of three decimals or fewer among finer ones | 1 in 100 |

All thresholds ask for ten rows at least, and none of them for a choice by the user.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.types import Flags, Integers
from mapper.incidents.doubt import Doubt

FEWEST = 10  # rows below which a column as a whole says nothing
_MANY_TIMES = 3  # of what its like hold
_LEAST_SHARE = 0.01
_ROUNDED = 0.5  # share of whole hours from which times are taken for rounded
_BATCH = 20  # rows of one moment
_MINUTES = 1440
_HOUR = 60
_EXPECTED = 20.0  # rows in a run of days of which none may be missing by chance
_COMPLETE = 0.95
_SETTLED = 60  # days after which a day is taken to be recorded
_ROUND_REFERENCES = 0.2
_LOOKED_AT = 2_000  # references, before all of them are
_COARSE = (0.01, 0.9)  # least and most share of coarse coordinates among fine ones
_DIGITS = 3  # decimals of a degree: squares of about 70 by 110 m

Days = npt.NDArray[np.datetime64]


def column_doubts(table: pd.DataFrame) -> tuple[Doubt, ...]:
    """Return what the columns of a table of incidents show, each as a whole."""
    if len(table) < FEWEST:
        return ()
    start = table["start"].to_numpy()
    fine = (table["precision"] == "minute").to_numpy()
    found = [*clock_doubts(start, fine)]
    if (table["precision"] != "month").any():
        dated = np.flatnonzero((table["precision"] != "month").to_numpy())
        found += [*_day_of_month(start, dated), *_missing_days(start, dated)]
    if "reported" in table:
        found += _incomplete_days(start, table["reported"].to_numpy())
    found += _round_references(table["reference"])
    return (*found, *_coarse_places(table))


def clock_doubts(start: Days, fine: Flags) -> list[Doubt]:
    """Return what the minutes of the day show, of rows known to the minute."""
    rows = np.flatnonzero(fine)
    if rows.size < FEWEST:
        return []
    minute = (start[rows] - start[rows].astype("datetime64[D]")) // np.timedelta64(1, "m")
    of_day = minute.astype(np.int64)
    held = np.bincount(of_day, minlength=_MINUTES)
    found, known = [], np.ones(rows.size, dtype=bool)
    for one in _standing_for_unknown(held):
        mine = of_day == one
        if np.unique(start[rows[mine]], return_counts=True)[1].max() * 2 > mine.sum():
            continue  # one day's entries, told below
        known &= ~mine
        found.append(_unknown_times(rows[mine], one, rows.size))
    found += _rounded(rows[known], of_day[known])
    return found + _batches(start, rows[known])


def _standing_for_unknown(held: Integers) -> list[int]:
    """Return the minutes of the day that hold far more than any whole hour does."""
    total = held.sum()
    usual = np.sort(held[::_HOUR])[-4]  # three whole hours may stand for unknown: 00, 12 and 09
    least = max(_MANY_TIMES * usual, FEWEST, _LEAST_SHARE * total, _MANY_TIMES * total / _MINUTES)
    return np.flatnonzero(held > least).tolist()


def _unknown_times(rows: Integers, minute: int, timed: int) -> Doubt:
    clock = f"{minute // _HOUR:02}:{minute % _HOUR:02}"
    share = rows.size / timed
    return Doubt(
        code="times unknown",
        effect="left out",
        words=(
            f"{rows.size:,} of {timed:,} times ({share:.0%}) are {clock}, far more than any other"
            " minute of the day: they stand for “not known” and are left out wherever hours count."
        ),
        rows=rows,
        share=share,
        kind="time",
        part=clock,
        remedy="leave unknown times blank in the file, or give the earliest and latest time",
    )


def _rounded(rows: Integers, of_day: Integers) -> list[Doubt]:
    """Say when most times are whole hours."""
    whole = rows[of_day % _HOUR == 0]
    if rows.size < FEWEST or whole.size <= _ROUNDED * rows.size:
        return []
    share = whole.size / rows.size
    words = f"{share:.0%} of times are whole hours: hours are known to within one or so."
    return [_caveat("times rounded", words, whole, share, kind="time")]


def _batches(start: Days, rows: Integers) -> list[Doubt]:
    """Name the moment that most rows carry, where that is many."""
    values, number = np.unique(start[rows], return_counts=True)
    if not number.size or number.max() < max(_BATCH, _LEAST_SHARE * rows.size / 10):
        return []
    at = values[number.argmax()]
    mine = rows[start[rows] == at]
    words = (
        f"{mine.size:,} incidents carry one and the same moment,"
        f" {pd.Timestamp(at):%d %B %Y at %H:%M}: perhaps entered together, later."
    )
    return [_caveat("batch entry", words, mine, mine.size / rows.size, kind="time")]


def _day_of_month(start: Days, rows: Integers) -> list[Doubt]:
    """Say when one day of the month holds far more than the others."""
    month = start[rows].astype("datetime64[M]")
    day = (start[rows].astype("datetime64[D]") - month).astype(np.int64)
    months = np.unique(month).size
    held = np.bincount(day, minlength=31)[:28]
    best = int(held.argmax())
    usual = float(np.median(held))
    if months < 2 or held[best] < max(_MANY_TIMES * usual, FEWEST):  # noqa: PLR2004 - one month
        return []
    mine = rows[day == best]
    words = (
        f"{mine.size:,} incidents are dated day {best + 1} of the month where {usual:,.0f} are"
        " usual: that day may stand for a day not known."
    )
    return [_caveat("days uneven", words, mine, mine.size / rows.size, kind="day")]


def _missing_days(start: Days, rows: Integers) -> list[Doubt]:
    """Name the longest run of days without any row, where that cannot be chance.

    Months without a row are told elsewhere; the rate is half the usual one, for quiet times.
    """
    days = np.unique(start[rows].astype("datetime64[D]"))
    span = int((days[-1] - days[0]).astype(np.int64)) + 1
    gaps = np.diff(days).astype(np.int64) - 1
    if not gaps.size or gaps.max() * rows.size / span / 2 < _EXPECTED:
        return []
    at = int(gaps.argmax())
    first, last = (days[at] + 1).astype(object), (days[at + 1] - 1).astype(object)
    expected = gaps[at] * rows.size / span
    words = (
        f"No row at all from {first:%d %B %Y} to {last:%d %B %Y}, where about {expected:,.0f} are"
        " usual: missing, not none."
    )
    return [
        Doubt(
            code="days missing",
            effect="veto",
            words=words,
            rows=np.empty(0, dtype=np.int64),
            share=float(gaps[at]) / span,
            kind="day",
            since=first,
            until=last,
            remedy="add the file of those days, or choose days on one side of them",
        )
    ]


def _incomplete_days(start: Days, reported: Days) -> list[Doubt]:
    """Say up to which day 95 % are recorded, by how long records of settled days took."""
    known = np.flatnonzero(~np.isnat(reported) & (reported >= start))
    if known.size < _HOUR:
        return []
    end = reported[known].max()
    settled = known[start[known] < end - np.timedelta64(_SETTLED, "D")]
    if settled.size < _HOUR:
        return []
    took = (reported[settled] - start[settled]).astype("timedelta64[h]").astype(np.int64)
    days = int(np.quantile(took, _COMPLETE)) // 24
    if days < 1:
        return []
    last = (end.astype("datetime64[D]") - days).astype(object)
    late = np.flatnonzero(start > np.datetime64(last))
    if not late.size:
        return []
    words = (
        f"The days after {last:%d %B %Y} are not all recorded yet: it takes {days} days until"
        f" 95 % of a day's incidents are in. {late.size:,} incidents lie there."
    )
    return [
        Doubt(
            code="days incomplete",
            effect="caveat",
            words=words,
            rows=late,
            share=late.size / start.size,
            kind="reported",
            since=last,
            remedy=f"choose {last:%d %B %Y} as the last day",
            to_day=last,
        )
    ]


def _round_references(references: "pd.Series[Any]") -> list[Doubt]:
    """Say when many numbers end in 000: a spreadsheet kept their first digits alone."""
    some = references.iloc[:: max(len(references) // _LOOKED_AT, 1)]
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
    return [_caveat("references rounded", words, rows, rows.size / numbers, kind="reference")]


def _coarse_places(table: pd.DataFrame) -> list[Doubt]:
    """Say when some coordinates are rounded far more than the others."""
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    coarse = (np.round(lon, _DIGITS) == lon) & (np.round(lat, _DIGITS) == lat)
    share = float(coarse.mean())
    rows = np.flatnonzero(coarse)
    places = np.unique(lon[rows] + 1j * lat[rows]).size  # one round point is another fault
    if not _COARSE[0] <= share <= _COARSE[1] or places < FEWEST:
        return []
    words = (
        f"{rows.size:,} incidents ({share:.0%}) have coordinates rounded to {_DIGITS} decimals,"
        " about 100 m, and the others finer ones: fine cells mix the two."
    )
    return [_caveat("coordinates coarse", words, rows, share, kind="coordinates")]


def _caveat(code: Any, words: str, rows: Integers, share: float, *, kind: str) -> Doubt:
    return Doubt(code=code, effect="caveat", words=words, rows=rows, share=share, kind=kind)
