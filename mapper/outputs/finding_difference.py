"""Two answers to one question beside each other: what is new, what is gone, what moved.

Rows are matched by what they are about: a hot spot, a cell, a cluster's centre, or all columns that
name the row. Both answers must be releases to the same audience, so nothing is shown that either
would hide.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mapper.base.errors import OutputError
from mapper.disclosure.release import FindingRelease, is_release

STATES = ("new", "gone", "moved", "changed", "same")
# What alone names a row, the first that is there.
_NAMES = ("place_id", "hotspot_id", "cell", "centre_cell")


def difference(first: FindingRelease, second: FindingRelease) -> pd.DataFrame:
    """Return one row for each thing that either answer has.

    Returns
    -------
    pandas.DataFrame
        ``state`` (new: in the second only; gone: in the first only; moved: another place in the
        order; changed: the figure alone differs; same), the columns that name the row,
        ``place_first``, ``place_second`` and, where there is a figure, that of each and the change.

    Raises
    ------
    OutputError
        When the two do not answer the same question for the same audience.
    """
    refuse_unlike(first, second)
    keys = _keys(first, second)
    figure = figure_of(first)
    sides = [_side(each, keys, figure) for each in (first, second)]
    both = sides[0].merge(
        sides[1], on=keys, how="outer", suffixes=("_first", "_second"), indicator=True
    )
    states = [_state(row, figure) for row in both.to_dict("records")]
    table = both.drop(columns="_merge")
    table.insert(0, "state", states)
    if figure:
        table["change"] = table[f"{figure}_second"] - table[f"{figure}_first"]
    order = pd.Categorical(table["state"], STATES, ordered=True)
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def refuse_unlike(first: FindingRelease, second: FindingRelease) -> None:
    """Refuse two answers that cannot stand beside each other.

    Raises
    ------
    OutputError
        Saying in what they differ.
    """
    one, other = is_release(first, FindingRelease), is_release(second, FindingRelease)
    if one.id != other.id or list(one.roles) != list(other.roles):
        raise OutputError(
            f"“{one.title}” and “{other.title}” have different columns. Compare two answers to the"
            " same question with the same rows."
        )
    if one.resolution != other.resolution and any(name in one.table for name in _NAMES):
        raise OutputError(
            f"“{one.title}” was asked for cells of different sizes (resolutions {one.resolution}"
            f" and {other.resolution}): no place of one is a place of the other. Ask both with the"
            " same size of cells."
        )
    if one.audience != other.audience:
        raise OutputError("The two answers are for different audiences and are not compared.")


def figure_of(release: FindingRelease) -> str:
    """Return the column that is compared: the first count, else the first derived number."""
    for role in ("count", "derived"):
        for name, own in release.roles.items():
            if (
                own == role
                and pd.api.types.is_numeric_dtype(release.table[name])
                and name != "rank"
            ):
                return name
    return ""


def counted(table: pd.DataFrame) -> dict[str, int]:
    """Return how many rows are in each state."""
    return {state: int((table["state"] == state).sum()) for state in STATES}


def _keys(first: FindingRelease, second: FindingRelease) -> list[str]:
    """Return the columns by which rows are matched, unique in both answers."""
    own = [name for name in _NAMES if name in first.table]
    every = [name for name, role in first.roles.items() if role == "key"]
    for keys in ([own[0]] if own else every, every):
        tables = (first.table, second.table)
        if keys and not any(table.duplicated(keys).any() for table in tables):
            return keys
    raise OutputError("The rows of this answer have no names of their own to match them by.")


def _side(release: FindingRelease, keys: list[str], figure: str) -> pd.DataFrame:
    """Return what is compared of one answer."""
    table = release.table
    names = [name for name in ("name", "ward", "district") if name in table and name not in keys]
    # Names are the same on both sides and only those of one are kept, as plain text.
    own = table[[*keys, *([figure] if figure else [])]].copy()
    for key in keys:
        own[key] = own[key].astype("str")
    own["place"] = range(1, len(own) + 1)
    own["called"] = table[names[0]].astype("str") if names else ""
    return own


def _state(row: Mapping[Any, Any], figure: str) -> str:
    """Return what became of one row."""
    if row["_merge"] != "both":
        return "new" if row["_merge"] == "right_only" else "gone"
    if row["place_first"] != row["place_second"]:
        return "moved"
    if figure and row[f"{figure}_first"] != row[f"{figure}_second"]:
        return "changed"
    return "same"
