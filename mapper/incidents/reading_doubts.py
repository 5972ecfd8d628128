"""What reading itself leaves in doubt: rows that could not be read, and how old the data is.

| looked for | told when |
|---|---|
| rows that could not be read | they are a tenth of all rows, and ten at least |
| references like 1.2E+12 | they are one in a hundred, and ten at least |
| old data | its last day lies more than 60 days back; of a demonstration this is never told |
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from mapper.incidents.doubt import Doubt, caveat
from mapper.incidents.faults import UNREAD
from mapper.incidents.synthetic import is_synthetic
from mapper.incidents.table import Incidents

UNREAD_SHARE = 0.1  # of all rows
OLD = 60  # days
_FEWEST = 10
_SHORTENED = 0.01  # of all rows
_SHOWN = 3  # reasons
_NONE = np.empty(0, dtype=np.int64)


def unread_words(reasons: "pd.Series[int]", rows_read: int) -> str:
    """Say how many rows could not be read, and why; reasons with their rows, most first."""
    told = ", ".join(f"{name} {number:,}" for name, number in reasons.head(_SHOWN).items())
    return f"{reasons.sum():,} of {rows_read:,} rows could not be read ({told})."


def reading_doubts(incidents: Incidents) -> list[Doubt]:
    """Return what reading leaves in doubt but for age."""
    return [*_unread(incidents), *_shortened(incidents)]


def _shortened(incidents: Incidents) -> list[Doubt]:
    """Say when a spreadsheet has shown long references as powers of ten."""
    share = incidents.shortened / max(incidents.rows_read, 1)
    if incidents.shortened < _FEWEST or share < _SHORTENED:
        return []
    words = (
        f"{incidents.shortened:,} references stand as numbers like 1.2E+12: a spreadsheet has"
        " shortened them, so rows of one incident cannot be told from others."
    )
    remedy = "export the references as text, and do not save them from a spreadsheet"
    return [caveat("references rounded", words, _NONE, share, kind="reference", remedy=remedy)]


def _unread(incidents: Incidents) -> list[Doubt]:
    """Say when many rows were rejected for what stands in them."""
    reasons = incidents.rejected["reason"].value_counts()
    unread = reasons[reasons.index.isin(UNREAD)]
    share = float(unread.sum()) / max(incidents.rows_read, 1)
    if unread.sum() < _FEWEST or share < UNREAD_SHARE:
        return []
    words = f"{unread_words(unread, incidents.rows_read)} No answer counts them."
    remedy = "mend these rows in the file, or say how it is written in a column mapping"
    return [caveat("rows unread", words, _NONE, share, kind="reading", remedy=remedy)]


def last_day(table: pd.DataFrame) -> date | None:
    """Return the last day that incidents speak of; none of a demonstration, which is of no year."""
    if table.empty or is_synthetic(table):
        return None
    at = int(table["start"].to_numpy().argmax())
    last = table["start"].iloc[at]
    if table["precision"].iloc[at] == "month":
        last += pd.offsets.MonthEnd(0)
    day: date = last.date()
    return day


def old_data(last: date | None, today: date) -> list[Doubt]:
    """Say when the last day of some data lies long ago."""
    if last is None or today - last <= timedelta(days=OLD):
        return []
    words = (
        f"The data ends on {last.day} {last:%B %Y}, more than {OLD} days ago: it says nothing of"
        " what is so now."
    )
    remedy = "load files that reach further before acting on a place"
    return [caveat("data old", words, _NONE, 1.0, kind="day", remedy=remedy)]
