"""Times as a whole: what one value cannot show and all of them do.

| column | looked for | what is usual |
|---|---|---|
| time | a minute of the day that holds at least three times any other whole hour's | 1 in 1,440 |
| time | whole hours | 1 in 60, in practice up to a third |
| time | one moment of one day that many rows carry | repeats of one incident |
| day | one that holds four times the others' | 1 in 1,000 |
| day | a day of the month with three times the others' | 1 in 30 |
| day | no row at all where 20 and more were to be expected | Poisson, of half the usual rate |
| report, or an earlier extract | how long until 95 % of a day are recorded | hours |

All thresholds ask for ten rows at least, and none of them for a choice by the user.
"""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.types import Flags, Integers
from mapper.incidents.doubt import FEWEST, Doubt, caveat
from mapper.incidents.value_doubts import value_doubts

_MANY_TIMES = 3  # of what its like hold
_LEAST_SHARE = 0.01
_ROUNDED = 0.5  # share of whole hours from which times are taken for rounded
_BATCH = 20  # rows of one moment
_CROWDED, _FEWEST_DAYS = 4, 28  # times what days usually hold, among so many days
_MINUTES = 1440
_HOUR = 60
_EXPECTED = 20.0  # rows in a run of days of which none may be missing by chance
_COMPLETE = 0.95
_THIN, _BEFORE, _FALLEN, _DEVIATIONS = 4, 13, 0.7, 4.0  # of the last weeks
_SETTLED = 60  # days after which a day is taken to be recorded

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
        found += _crowded_days(start, dated[~_told(found, start.size)[dated]])
    return (*found, *value_doubts(table))


def _told(found: list[Doubt], size: int) -> Flags:
    """Tell which rows stand for a day or moment that is told already."""
    flags = np.zeros(size, dtype=bool)
    for one in found:
        if one.code in {"batch entry", "days uneven"}:
            flags[one.rows] = True
    return flags


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
    return [caveat("times rounded", words, whole, share, kind="time")]


def _batches(start: Days, rows: Integers) -> list[Doubt]:
    """Name the minutes of one day that many rows carry."""
    minutes = start[rows].astype("datetime64[m]")
    values, of, number = np.unique(minutes, return_inverse=True, return_counts=True)
    many = number >= max(_BATCH, _LEAST_SHARE * rows.size / 10)
    if not many.any():
        return []
    mine = rows[many[of]]
    largest = int(number.argmax())
    more = f", and {int(many.sum()) - 1} more such moments" if many.sum() > 1 else ""
    words = (
        f"{number[largest]:,} incidents carry one and the same moment,"
        f" {pd.Timestamp(values[largest]):%d %B %Y at %H:%M}{more}: perhaps entered together,"
        " later. They are left out wherever hours count."
    )
    return [
        Doubt(
            code="batch entry",
            effect="left out",
            words=words,
            rows=mine,
            share=mine.size / rows.size,
            kind="time",
            part=str(values[largest]),
            remedy="give the time when each happened, or leave it blank",
        )
    ]


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
    return [caveat("days uneven", words, mine, mine.size / rows.size, kind="day")]


def _crowded_days(start: Days, rows: Integers) -> list[Doubt]:
    """Name the day that holds far more than the others do."""
    day, of, held = np.unique(
        start[rows].astype("datetime64[D]"), return_inverse=True, return_counts=True
    )
    if day.size < _FEWEST_DAYS:
        return []
    best, usual = int(held.argmax()), float(np.median(held))
    if held[best] < max(_CROWDED * usual, _BATCH + FEWEST):
        return []
    mine = rows[of == best]
    words = (
        f"{mine.size:,} incidents are dated {pd.Timestamp(day[best]):%d %B %Y} where {usual:,.0f} a"
        " day are usual: a backlog entered that day, or a day that stood out."
    )
    remedy = "give the day when each happened, or choose days without that one"
    share = mine.size / rows.size
    return [caveat("batch entry", words, mine, share, kind="day", remedy=remedy)]


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
            from_day=last + timedelta(days=1),
            remedy="add the file of those days, or choose days on one side of them",
        )
    ]


def days_late(table: pd.DataFrame) -> int | None:
    """Return in how many days 95 % of a day are in, by settled days; none where it is unknown."""
    if "reported" not in table:
        return None
    start, reported = table["start"].to_numpy(), table["reported"].to_numpy()
    known = np.flatnonzero(~np.isnat(reported) & (reported >= start))
    if known.size < _HOUR:
        return None
    end = reported[known].max()
    settled = known[start[known] < end - np.timedelta64(_SETTLED, "D")]
    if settled.size < _HOUR:
        return None
    took = (reported[settled] - start[settled]).astype("timedelta64[h]").astype(np.int64)
    return int(np.quantile(took, _COMPLETE)) // 24


def incomplete_days(table: pd.DataFrame, days: int | None) -> list[Doubt]:
    """Say up to which day 95 % are recorded, if days take some time."""
    if not days:
        return []
    start = table["start"].to_numpy()
    ends = [table[name].max() for name in ("start", "reported") if name in table]
    last = (max(ends) - pd.Timedelta(days=days)).date()
    late = np.flatnonzero(start >= np.datetime64(last + timedelta(days=1)))
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
            since=last + timedelta(days=1),
            remedy=f"choose {last:%d %B %Y} as the last day",
            to_day=last,
        )
    ]


def thin_end(table: pd.DataFrame) -> list[Doubt]:
    """Say when the last weeks hold far less than those before: perhaps not recorded yet.

    Weeks count back from the last day. The last one to four are set against the thirteen before;
    told is a fall by three tenths or more, four deviations of those thirteen weeks at least.
    """
    if table.empty or (table["precision"] == "month").any():
        return []
    day = table["start"].to_numpy().astype("datetime64[D]")
    back = (day.max() - day).astype(np.int64) // 7
    held = np.bincount(back, minlength=_THIN + _BEFORE)
    for weeks in range(_THIN, 0, -1):
        usual = held[weeks : weeks + _BEFORE]
        if back.max() < weeks + _BEFORE or not (held[:weeks] < _FALLEN * np.median(usual)).all():
            continue
        spread = max(float(usual.std(ddof=1)), float(np.sqrt(usual.mean()))) * np.sqrt(weeks)
        lacking = weeks * float(np.median(usual)) - float(held[:weeks].sum())
        if lacking < _DEVIATIONS * spread:
            continue
        return [_latest(day, weeks, held[:weeks].sum() / (weeks * np.median(usual)))]
    return []


def _latest(day: Days, weeks: int, share: float) -> Doubt:
    last = (day.max() - weeks * 7).astype(object)
    rows = np.flatnonzero(day > np.datetime64(last))
    return Doubt(
        code="days incomplete",
        effect="caveat",
        words=(
            f"The days after {last:%d %B %Y} hold {share:.0%} of what the thirteen weeks before"
            f" them did ({rows.size:,} incidents): perhaps they are not all recorded yet."
        ),
        rows=rows,
        share=rows.size / day.size,
        kind="day",
        since=last + timedelta(days=1),
        remedy=f"choose {last:%d %B %Y} as the last day",
        to_day=last,
    )
