"""Rows of a release laid out for a drawing: the name of each place, ratios an axis can show."""

from typing import Any

import pandas as pd

MOST = 25  # rows that a plot of intervals or periods shows; the table has them all
BARS = 15  # bars that are read at once
CLEAR = 0.05  # the usual threshold of p
Drawn = tuple[Any, str] | None  # a drawing and its words

_LEAST, _MOST = 0.02, 50.0  # the ends of an axis of ratios


def place_names(table: pd.DataFrame) -> pd.Series:
    """Return the name of each row's place; two of one name are told apart by id."""
    for name in ("name", "ward", "district", "area", "cells"):
        if name in table:
            own = table[name].astype("str")
            return own if "hotspot_id" not in table else _told_apart(own, table["hotspot_id"])
    return pd.Series("All", index=table.index)


def _told_apart(names: pd.Series, ids: pd.Series) -> pd.Series:
    """Return names, with the id where two hot spots share one."""
    pairs = pd.DataFrame({"name": names, "id": ids.astype("str")})
    shared = pairs.drop_duplicates().groupby("name")["id"].size()
    twice = names.map(shared).gt(1)
    return names.where(~twice, names + " (" + pairs["id"] + ")")


def ratio_rows(
    rows: pd.DataFrame, *, none_before: str = "none elsewhere", none_now: str = "none here"
) -> pd.DataFrame:
    """Return the rows a logarithmic axis can show, with what lies beyond its ends in words.

    Parameters
    ----------
    rows
        Columns ``name``, ``value``, ``low``, ``high``, ``sure``.
    none_before, none_now
        What a ratio without end, and a ratio of nothing, mean here.
    """
    known = rows[rows["value"].notna()].copy()
    endless, nothing = known["value"] > _MOST, known["value"] < _LEAST
    known["beyond"] = ""
    known.loc[endless, "beyond"] = f"{none_before} ▸"
    known.loc[nothing, "beyond"] = f"◂ {none_now}"
    for name in ("value", "low", "high"):
        known[name] = known[name].clip(_LEAST, _MOST)
    return known[["name", "value", "low", "high", "sure", "beyond"]]
