"""Rows told twice under another reference or none: two extracts that overlap, or two systems.

Rows that share a reference are told apart as they are read (:mod:`mapper.incidents.identity`).
Where references are blank, or written another way, rows that agree in minute, point and type still
show it: in a week of which a fifth of all rows repeat an earlier one so, ten at least, or in all of
the data. Times that stand for a shift or for "not known" agree by themselves and are left out.
"""

import numpy as np
import pandas as pd

from mapper.base.text import day_in_words
from mapper.base.types import Flags
from mapper.incidents.doubt import FEWEST, Doubt

_SHARE = 0.2  # of the rows of a week
_SAME = ["start", "lon", "lat", "type"]


def repeated_rows(table: pd.DataFrame, timed: Flags) -> list[Doubt]:
    """Say when many rows agree with another in minute, point and type.

    Parameters
    ----------
    timed
        Which rows have a minute of the day that is their own, shape (incidents,).
    """
    known = table.loc[timed, _SAME]
    rows = np.flatnonzero(timed)[known.duplicated().to_numpy()]
    if rows.size < FEWEST:
        return []
    start = table["start"].to_numpy().astype("datetime64[D]")
    week = (start - start[timed].min()).astype(np.int64) // 7
    held, again = (np.bincount(week[each]) for each in (timed, rows))
    held = held[: again.size]
    many = (again >= FEWEST) & (again >= _SHARE * held)
    many[1:], many[:-1] = many[1:] | many[:-1], many[:-1] | many[1:]  # weeks it reaches into
    if again.sum() >= _SHARE * held.sum():
        many |= True
    rows = rows[many[week[rows]]]
    if not rows.size:
        return []
    since, until = (end.astype(object) for end in (start[rows].min(), start[rows].max()))
    words = (
        f"{rows.size:,} incidents from {day_in_words(since)} to {day_in_words(until)} agree with"
        " another in minute, point and type, under another reference or none: told twice, by two"
        " extracts or two systems."
    )
    return [
        Doubt(
            code="rows repeated",
            effect="veto",
            words=words,
            rows=rows,
            share=rows.size / len(table),
            kind="row",
            since=since,
            until=until,
            remedy="give one extract of each day, or leave the second of each two out",
        )
    ]
