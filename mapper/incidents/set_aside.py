"""Rows that a person sets aside: they join the rejected ones with a reason; none is lost."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from mapper.base.tables import FLAG_COLUMNS, REJECTED_COLUMNS
from mapper.base.text import count, day_in_words
from mapper.base.types import Flags, Integers
from mapper.incidents.exchanged_dates import files_turned_back
from mapper.incidents.faults import MISLEADING, ONE_REFERENCE, OTHER_DAYS
from mapper.incidents.seriousness import days_of_harm, rank_of_grade
from mapper.incidents.table import Incidents


def set_aside(
    incidents: Incidents, table: pd.DataFrame, out: Flags, *, reason: str, field: str
) -> Incidents:
    """Return incidents without some rows of their table, which join the rejected rows.

    Parameters
    ----------
    table
        The incidents' table, perhaps changed.
    out
        The rows to set aside, shape (incidents,).
    """
    gone = incidents.table[out]
    texts = gone.drop(columns=["source", "row"]).astype("str").fillna("")
    rejected = pd.DataFrame(
        {
            "source": gone["source"].astype("str").to_numpy(),
            "row": gone["row"].to_numpy(dtype=np.int64),
            "reason": [reason] * len(gone),
            "field": [field] * len(gone),
            "original": texts.agg(",".join, axis=1).to_numpy() if len(gone) else [],
        }
    ).astype(dict(REJECTED_COLUMNS))
    return replace(
        incidents,
        table=table[~out].reset_index(drop=True),
        rejected=pd.concat([incidents.rejected, rejected], ignore_index=True),
    )


def only_days(incidents: Incidents, first: date | None, last: date | None) -> Incidents:
    """Return the incidents of some days, the others set aside and noted."""
    day = incidents.table["start"].to_numpy().astype("datetime64[D]")
    out = np.zeros(day.size, dtype=bool)
    ends = []
    if first is not None:
        out |= day < np.datetime64(first)
        ends.append(f"from {day_in_words(first)}")
    if last is not None:
        out |= day > np.datetime64(last)
        ends.append(f"up to {day_in_words(last)}")
    left = set_aside(incidents, incidents.table, out, reason=OTHER_DAYS, field="start")
    words = f"Only days {' '.join(ends)} are used: {count(int(out.sum()), 'incident')} set aside"
    return replace(left, notes=(*incidents.notes, words))


def under_one_name(incidents: Incidents, column: str, old: str, new: str) -> Incidents:
    """Return incidents in which a value of a column is told under the name of another, noted."""
    held = incidents.table[column].cat
    codes, names = held.codes.to_numpy(), held.categories.tolist()
    mine = codes == names.index(old)
    given = np.where(mine, names.index(new), codes)
    joined = pd.Categorical.from_codes(given, held.categories).remove_unused_categories()
    words = f"{column}: “{old}” counts as “{new}”, as chosen ({count(int(mine.sum()), 'incident')})"
    table = incidents.table.assign(**{column: joined})
    return replace(incidents, table=table, notes=(*incidents.notes, words))


def left_out(incidents: Incidents, rows: Integers, what: str) -> Incidents:
    """Return incidents without some of their rows, which are set aside and noted."""
    out = np.zeros(len(incidents.table), dtype=bool)
    out[rows] = True
    left = set_aside(incidents, incidents.table, out, reason=MISLEADING, field="")
    words = f"{count(rows.size, 'incident')} set aside, as chosen ({what})"
    return replace(left, notes=(*incidents.notes, words))


def one_per_reference(incidents: Incidents) -> Incidents:
    """Return incidents of which those that share a reference are one, the others set aside.

    Kept is the row of the earliest time, with the most serious type (days of harm), the highest
    grade of risk and any yes.
    """
    table = incidents.table
    again = table[table["reference"].notna() & table["reference"].duplicated(keep=False)]
    again = again.sort_values("start", kind="stable")
    of = again.groupby("reference", sort=False).ngroup().to_numpy()
    keeper = again.index[~again["reference"].duplicated()].to_numpy()
    flags = [name for name in FLAG_COLUMNS if name in table]
    joined = table.copy()
    joined.loc[keeper, flags] = again[flags].groupby(of).any().to_numpy()
    for name, rank in (("type", days_of_harm), ("risk_grade", rank_of_grade)):
        if name in table:
            ranks = again[name].astype("str").fillna("").map(rank).groupby(of)
            known, best = ranks.max().to_numpy() > 0, ranks.idxmax().to_numpy()
            joined.loc[keeper[known], name] = again.loc[best[known], name].to_numpy()
    out = table.index.isin(again.index) & ~table.index.isin(keeper)
    left = set_aside(incidents, joined, out, reason=ONE_REFERENCE, field="reference")
    words = (
        f"{count(keeper.size, 'reference')} shared by {count(len(again), 'row')}: each counts as"
        " one incident, as chosen, with the earliest time, the most serious type and any yes"
    )
    return replace(left, notes=(*incidents.notes, words))


def exchanged_back(incidents: Incidents) -> Incidents:
    """Return incidents with day and month exchanged back, in each file and column that shows it."""
    table = files_turned_back(incidents.table)
    turned = int((table["start"] != incidents.table["start"]).sum())
    words = f"{count(turned, 'date')} up to the 12th with day and month exchanged back, as chosen"
    return replace(incidents, table=table, notes=(*incidents.notes, words))
