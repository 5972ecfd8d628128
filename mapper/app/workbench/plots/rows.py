"""Rows of a release laid out for a drawing: the name of each place, ratios an axis can show."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

MOST = 25  # rows that a plot of intervals or periods shows; the table has them all
BARS = 15  # bars that are read at once
CLEAR = 0.05  # the usual threshold of p
Drawn = tuple[Any, str] | None  # a drawing and its words

_LEAST, _MOST = 0.02, 50.0  # the ends of an axis of ratios


def place_names(table: pd.DataFrame) -> pd.Series:
    """Return the name of each row's place; two of one name are numbered."""
    ids = next((name for name in ("place_id", "hotspot_id", "cell") if name in table), None)
    for name in ("name", "ward", "district", "area", "cells"):
        if name in table:
            own = table[name].astype("str")
            return own if ids is None else told_apart(own, table[ids])
    return pd.Series("All", index=table.index)


def told_apart(names: pd.Series, ids: pd.Series) -> pd.Series:
    """Return names, numbered where two things share one: bars of one name would be added up."""
    pairs = pd.DataFrame({"name": names, "id": ids.astype("str")})
    each = pairs.drop_duplicates()
    number = (each.groupby("name").cumcount() + 1).set_axis(pd.MultiIndex.from_frame(each))
    mine = pd.Series(number.loc[pd.MultiIndex.from_frame(pairs)].to_numpy(), index=names.index)
    return names.where(mine == 1, names + " (" + mine.astype("str") + ")")


def ratio_rows(
    rows: pd.DataFrame, *, clear: Iterable[bool], none_else: str, none_here: str
) -> pd.DataFrame:
    """Return the rows a logarithmic axis can show, with what lies beyond its ends in words.

    Parameters
    ----------
    rows
        Columns ``name``, ``value``, ``low``, ``high``.
    clear
        Of each row, whether its ratio is clearly not 1.
    none_else, none_here
        What a ratio without end, and a ratio of nothing, mean here.

    Returns
    -------
    pandas.DataFrame
        Also ``sure`` (clear, or not clear), ``beyond`` (empty inside the axis) and ``told`` (the
        ratio in words, never one cut to fit the axis).
    """
    sure = ["clear" if flag else "not clear" for flag in clear]
    known = rows.assign(sure=sure)[rows["value"].notna()].copy()
    known["told"] = [_times(value, none_else, none_here) for value in known["value"]]
    large, small = known["value"] > _MOST, known["value"] < _LEAST
    known["beyond"] = ""
    known.loc[large, "beyond"] = known["told"] + " ▸"
    known.loc[small, "beyond"] = "◂ " + known["told"]
    for name in ("value", "low", "high"):
        known[name] = known[name].clip(_LEAST, _MOST)
    return known[["name", "value", "low", "high", "sure", "beyond", "told"]]


def _times(value: float, none_else: str, none_here: str) -> str:
    """Return a ratio in words."""
    if value == 0:
        return none_here
    if value == float("inf"):
        return none_else
    return f"{value:.2g} times" if value < _LEAST else f"{value:,.2f} times"


def in_words(rows: pd.DataFrame) -> str:
    """Return the ratios of such rows as one sentence."""
    return "; ".join(
        f"{name}: {told}" for name, told in zip(rows["name"], rows["told"], strict=True)
    )
