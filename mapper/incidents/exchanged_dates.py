"""Days and months exchanged in part, as a spreadsheet does that reads dates in another order.

A spreadsheet exchanges day and month of every date up to the 12th and leaves the others. Where
dates are then written alike, two things still show it:

- dates up to the 12th lie more than a month outside all months in which a later day lies, and
  with day and month exchanged they would not;
- incidents were reported more than a day before they happened, and exchanged they would not be.

Columns whose texts show it are asked about as they are read (:mod:`mapper.incidents.date_order`);
here the dates themselves are looked at, of any form and of a part of the rows. Years that are whole
and without a time of report show nothing.
"""

import numpy as np
import pandas as pd

from mapper.base.months import by_day, days_in, days_of_month, months_of
from mapper.base.types import Flags
from mapper.incidents.doubt import FEWEST, Doubt
from mapper.incidents.time_blocks import Times

IN_PART = "some rows"  # so that exchanging all of a file back would exchange others
_TURN = (
    ", or exchange days up to the 12th of these files back, as a mapping with"
    ' date_order = "part-swapped" does'
)
_LAST = 12  # day that can be a month
_DAY = np.timedelta64(1, "D")
_LEAST_SHARE = 0.01  # of rows
_BACK = 0.98  # of stray dates lie inside once exchanged


def exchanged_dates(table: pd.DataFrame) -> list[Doubt]:
    """Say when some dates have day and month exchanged."""
    if (table["precision"] == "month").any():
        return []  # months cannot be exchanged
    found = exchanged(table, "start")
    if not found.any():
        return []
    rows = np.flatnonzero(found)
    start = table["start"]
    example = start.iloc[rows[0]]
    whole = not exchanged(files_turned_back(table), "start").any()
    words = (
        f"{rows.size:,} dates up to the 12th lie where no later day of their month does, or after"
        f" their report, such as {example.day} {example:%B %Y}, and would not with day and month"
        " exchanged: a spreadsheet has exchanged them, and others where it does not show."
    )
    return [
        Doubt(
            code="dates exchanged",
            effect="veto",
            words=words,
            rows=rows,
            share=rows.size / len(table),
            kind="day",
            since=start.min().date(),
            until=start.max().date(),
            part="" if whole else IN_PART,
            remedy="export the dates anew" + (_TURN if whole else ""),
        )
    ]


def exchanged(table: pd.DataFrame, column: str) -> Flags:
    """Return which dates of a column show that day and month are exchanged; shape (incidents,)."""
    moment = table[column].to_numpy()
    turned = turned_back(moment)
    stray = _stray(moment, turned)
    if column == "start" and "reported" in table:
        reported = table["reported"].to_numpy()
        before = (reported < moment - _DAY) & (turned <= reported) & (turned != moment)
        if before.sum() >= max(FEWEST, _LEAST_SHARE * moment.size):
            stray |= before
    return stray


def files_turned_back(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with day and month exchanged in each file and column that shows it."""
    found = table.copy(deep=False)
    for column in ("start", "end", "reported"):
        if column in table:
            files = table["source"][exchanged(table, column)].unique()
            mine = table["source"].isin(files).to_numpy()
            moment = table[column].to_numpy()
            found[column] = np.where(mine, turned_back(moment), moment).astype(moment.dtype)
    return found


def turned_back(moment: Times) -> Times:
    """Return times with day and month exchanged where the day is no more than the 12th."""
    found, known = moment.copy(), np.flatnonzero(~np.isnat(moment))
    clock = moment[known] - moment[known].astype("datetime64[D]")
    found[known] = by_day(moment[known], _turned) + clock
    return found


def _turned(day: Times) -> Times:
    """Return days with day and month exchanged where the day is no more than the 12th."""
    month, of_month = day.astype("datetime64[M]"), days_in(day)
    year = month.astype("datetime64[Y]").astype("datetime64[M]")
    exchanged = (year + of_month).astype("datetime64[D]") + (month - year).astype(np.int64)
    return np.where(of_month < _LAST, exchanged, day)


def _stray(moment: Times, turned: Times) -> Flags:
    """Return which early dates lie outside the months of later days, and would not exchanged."""
    stray = np.zeros(moment.size, dtype=bool)
    known = np.flatnonzero(~np.isnat(moment))
    month, late = months_of(moment[known]), days_of_month(moment[known]) >= _LAST
    if not late.any():
        return stray
    low, high = month[late].min() - 1, month[late].max() + 1
    out = known[~late & ((month < low) | (month > high))]
    back = months_of(turned[out])
    if out.size >= FEWEST and ((back >= low) & (back <= high)).mean() >= _BACK:
        stray[out] = True
    return stray
