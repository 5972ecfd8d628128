"""Domestic abuse with children: how many incidents, and in how many homes with a child or a baby.

Counted are incidents flagged as domestic abuse, one each, crime or not. A child at the address is
one under 18, a baby one under 1; a baby is a child where only the narrower flag was set. Babies
matter for the ICON messages (coping with a baby's crying). High risk is a share of the incidents
that were graded.

What can mislead: whether a child lives there is often not asked or not written down, so true
numbers are higher; one family with many calls counts each time.

Source: this project; exact intervals by Clopper & Pearson (1934).
"""

import numpy as np
import pandas as pd

from mapper.base.errors import LensError
from mapper.base.types import Flags, Floats, Integers
from mapper.statistics.intervals import binomial_interval

NEEDED = ("domestic_abuse", "child_at_address")
HIGH = ("high", "high risk")  # risk grades, in small letters


def count_children(
    table: pd.DataFrame, group: Integers, *, size: int, months: float
) -> pd.DataFrame:
    """Return domestic abuse and the children in it, one row for each group.

    Parameters
    ----------
    table
        Incidents with the columns in ``NEEDED``; babies, repeat victims and risk where there are.
    group
        Number of each incident's place from 0, below 0 for none; shape (incidents,).
    size
        Number of places.
    months
        Months that the incidents cover.

    Returns
    -------
    pandas.DataFrame
        ``incidents``, ``with_child``, ``child_share`` with its exact 95 % interval, monthly means,
        and ``with_baby``, ``repeat``, ``graded``, ``high_risk`` with their shares; a count whose
        column the data lacks is missing, as its shares are.

    Raises
    ------
    LensError
        When the data lacks a needed column.
    """
    abuse, child = child_flags(table)
    abuse, child = abuse & (group >= 0), child & (group >= 0)
    incidents, with_child = _count(group, abuse, size), _count(group, child, size)
    low, high = binomial_interval(with_child, incidents)
    counts = pd.DataFrame(
        {
            "incidents": incidents,
            "incidents_a_month": incidents / months,
            "with_child": with_child,
            "child_share": _share(with_child, incidents),
            "child_share_low": low,
            "child_share_high": high,
            "with_child_a_month": with_child / months,
        }
    )
    return pd.concat([counts, _others(table, group, abuse, incidents)], axis=1)


def child_flags(table: pd.DataFrame) -> tuple[Flags, Flags]:
    """Return which incidents are domestic abuse, and which of them with a child at the address.

    Raises
    ------
    LensError
        When the data lacks a needed column.
    """
    if missing := [name for name in NEEDED if name not in table]:
        raise LensError(
            f"The data has no column for {' and '.join(missing)}, so children in domestic abuse"
            " cannot be counted. Add the column, or map it with {mapping}.",
            names=("mapping",),
        )
    abuse = table["domestic_abuse"].to_numpy(dtype=bool)
    return abuse, abuse & (_flag(table, "child_at_address") | _flag(table, "baby_at_address"))


def _others(
    table: pd.DataFrame, group: Integers, abuse: Flags, incidents: Integers
) -> pd.DataFrame:
    """Return what is counted where the data carries it: babies, repeats, risk."""
    columns = pd.DataFrame(index=pd.RangeIndex(incidents.size))
    for name, flag in (("with_baby", "baby_at_address"), ("repeat", "repeat_victim")):
        known = flag in table
        number = _count(group, abuse & _flag(table, flag), incidents.size)
        columns[name] = pd.array(number if known else [pd.NA] * incidents.size, dtype="Int64")
        columns[f"{name}_share"] = _share(number, incidents if known else incidents * 0)
    known = "risk_grade" in table
    grade = table["risk_grade"] if known else pd.Series([pd.NA] * len(table), dtype="category")
    graded = abuse & grade.notna().to_numpy()
    high = graded & grade.astype("str").str.strip().str.casefold().isin(HIGH).to_numpy()
    for name, flags in (("graded", graded), ("high_risk", high)):
        number = _count(group, flags, incidents.size)
        columns[name] = pd.array(number if known else [pd.NA] * incidents.size, dtype="Int64")
    columns["high_risk_share"] = _share(
        _count(group, high, incidents.size), _count(group, graded, incidents.size)
    )
    return columns


def _flag(table: pd.DataFrame, name: str) -> Flags:
    """Return a flag, no everywhere where the data lacks it."""
    return table[name].to_numpy(dtype=bool) if name in table else np.zeros(len(table), dtype=bool)


def _count(group: Integers, flags: Flags, size: int) -> Integers:
    return np.bincount(group[flags], minlength=size).astype(np.int64)


def _share(some: Integers, of: Integers) -> Floats:
    """Return shares, missing where there is nothing to share."""
    shares: Floats = np.full(of.size, np.nan)
    np.divide(some, of, out=shares, where=of > 0)
    return shares
