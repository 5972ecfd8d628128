"""Days as a whole: what one value cannot show and all of them do.

| column | looked for | what is usual |
|---|---|---|
| day | one that holds four times the others' | 1 in 1,000 |
| day | a day of the month with three times the others' | 1 in 30 |
| day | no row at all where 20 and more were to be expected | Poisson, of half the usual rate |
| report, or an earlier extract | how long until 95 % of a day are recorded | hours |

All thresholds ask for ten rows at least, and none of them for a choice by the user. Minutes and
hours are looked at in :mod:`mapper.incidents.clock_doubts`.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from mapper.base.months import days_of_month, months_of
from mapper.base.text import day_in_words
from mapper.base.types import Flags, Integers
from mapper.incidents.clock_doubts import BATCH, clock_doubts
from mapper.incidents.doubt import FEWEST, Doubt, caveat
from mapper.incidents.exchanged_dates import exchanged_dates
from mapper.incidents.time_blocks import MANY_TIMES, Times
from mapper.incidents.value_doubts import value_doubts

_CROWDED, _FEWEST_DAYS = 4, 28  # times what days usually hold, among so many days
_EXPECTED = 20.0  # rows in a run of days of which none may be missing by chance
_COMPLETE = 0.95
_THIN, _BEFORE, _FALLEN, _DEVIATIONS = 4, 13, 0.7, 4.0  # of the last weeks
_SETTLED = 60  # days after which a day is taken to be recorded
_FEWEST_LATE = 60  # times of report


def column_doubts(table: pd.DataFrame) -> tuple[Doubt, ...]:
    """Return what the columns of a table of incidents show, each as a whole."""
    if len(table) < FEWEST:
        return ()
    start = table["start"].to_numpy()
    fine = (table["precision"] == "minute").to_numpy()
    exchanged = exchanged_dates(table)
    found = [*exchanged, *clock_doubts(start, fine)]
    if not exchanged and (table["precision"] != "month").any():
        dated = np.flatnonzero((table["precision"] != "month").to_numpy())
        own = dated[~_told(found, start.size)[dated]]
        found += [*_day_of_month(start, own), *_missing_days(start, dated)]
        found += _crowded_days(start, dated[~_told(found, start.size)[dated]])
    return (*found, *value_doubts(table))


def _told(found: list[Doubt], size: int) -> Flags:
    """Tell which rows stand for a day or moment that is told already."""
    flags = np.zeros(size, dtype=bool)
    for one in found:
        if one.code in {"batch entry", "days uneven"}:
            flags[one.rows] = True
    return flags


def _day_of_month(start: Times, rows: Integers) -> list[Doubt]:
    """Say when one day of the month holds far more than the others."""
    day = days_of_month(start[rows])
    months = np.unique(months_of(start[rows]).astype(np.int64)).size
    held = np.bincount(day, minlength=31)[:28]
    best = int(held.argmax())
    usual = float(np.median(held))
    few = not usual and held[best] * 2 < rows.size  # some days of each month alone
    if months < 2 or few or held[best] < max(MANY_TIMES * usual, FEWEST):  # noqa: PLR2004 - one month
        return []
    mine = rows[day == best]
    words = (
        f"{mine.size:,} incidents are dated day {best + 1} of the month where {usual:,.0f} are"
        " usual: that day may stand for a day not known."
    )
    remedy = "give the day where it is known, or leave these rows out"
    return [caveat("days uneven", words, mine, mine.size / rows.size, kind="day", remedy=remedy)]


def _crowded_days(start: Times, rows: Integers) -> list[Doubt]:
    """Name the day that holds far more than the others do."""
    day = start[rows].astype("datetime64[D]")
    held = _by_day(day)
    if np.count_nonzero(held) < _FEWEST_DAYS:
        return []
    best, usual = int(held.argmax()), float(np.median(held[held > 0]))
    if held[best] < max(_CROWDED * usual, BATCH + FEWEST):
        return []
    busiest = day.min() + best
    mine = rows[day == busiest]
    words = (
        f"{mine.size:,} incidents are dated {day_in_words(pd.Timestamp(busiest))} where"
        f" {usual:,.0f} a day are usual: a backlog entered that day, or a day that stood out."
    )
    return [
        Doubt(
            code="batch entry",
            effect="caveat",
            words=words,
            rows=mine,
            share=mine.size / rows.size,
            kind="day",
            part=str(busiest),
            remedy="give the day when each happened, or leave that day's rows out",
        )
    ]


def _by_day(day: Times) -> Integers:
    """Return how many there are of each day from the first on; shape (days,)."""
    return np.bincount((day - day.min()).astype(np.int64)) if day.size else np.zeros(0, np.int64)


def _missing_days(start: Times, rows: Integers) -> list[Doubt]:
    """Name the longest run of days without any row, where that cannot be chance.

    Months without a row are told elsewhere; the rate is half the usual one, for quiet times.
    """
    day = start[rows].astype("datetime64[D]")
    held = _by_day(day)
    days, span = day.min() + np.flatnonzero(held), held.size
    gaps = np.diff(days).astype(np.int64) - 1
    if not gaps.size or gaps.max() * rows.size / span / 2 < _EXPECTED:
        return []
    at = int(gaps.argmax())
    first, last = (days[at] + 1).astype(object), (days[at + 1] - 1).astype(object)
    expected = gaps[at] * rows.size / span
    words = (
        f"No row at all from {day_in_words(first)} to {day_in_words(last)}, where about"
        f" {expected:,.0f} are usual: missing, not none."
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
    if known.size < _FEWEST_LATE:
        return None
    end = reported[known].max()
    settled = known[start[known] < end - np.timedelta64(_SETTLED, "D")]
    if settled.size < _FEWEST_LATE:
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
        f"The days after {day_in_words(last)} are not all recorded yet: it takes {days} days until"
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
            remedy=f"choose {day_in_words(last)} as the last day",
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


def _latest(day: Times, weeks: int, share: float) -> Doubt:
    last = (day.max() - weeks * 7).astype(object)
    rows = np.flatnonzero(day > np.datetime64(last))
    return Doubt(
        code="days incomplete",
        effect="caveat",
        words=(
            f"The days after {day_in_words(last)} hold {share:.0%} of what the thirteen weeks"
            f" before them did ({rows.size:,} incidents): perhaps they are not all recorded yet."
        ),
        rows=rows,
        share=rows.size / day.size,
        kind="day",
        since=last + timedelta(days=1),
        remedy=f"choose {day_in_words(last)} as the last day",
        to_day=last,
    )
