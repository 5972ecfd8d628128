"""The table of an answer on screen: numbers for reading, every row in the files."""

import re
from typing import Any

import pandas as pd
import streamlit as st

from mapper.app.shell.cell_names import cell_names
from mapper.app.shell.hints import HINTS
from mapper.app.shell.shares import in_percent, percent_column
from mapper.app.shell.words import plain
from mapper.base.text import count
from mapper.disclosure.release import FindingRelease
from mapper.statistics.global_measures import LEAST_P

ROWS = 2_000  # shown at once; the files hold them all
_ROW, _EDGE, _TALLEST = 33, 3, 420  # pixels of a row, of the frame, of the table
_CHANCE = 96  # pixels that a p of many noughts takes
_LONG = {"cell_list", "hot_in"}  # columns that only files need
_IDS = {"hotspot_id", "place_id", "region"}  # where places have names, files alone need these
_CHANCES = {"p", "q", "trend_p"}
_SHARES = ("share", "_share", "hit_rate", "hit_rate_low", "hit_rate_high")
_RING = re.compile(r"ring_(\d+)")  # a column of places so many cells away
_SPELT = {"signal": "sign", "signals": "signs", "pai": "PAI", "pei": "PEI", "km2": "km²"}
_PARTS = {"police_generated", "cells_hot_in_both", "kept", "jaccard"}
_STEPS = 100  # rows of a curve that are enough to read it

_FIGURES = {
    "morans_i": "Moran's I",
    "morans_i_expected": "Moran's I expected by chance",
    "morans_i_z": "z of Moran's I",
    "morans_i_p": "p of Moran's I",
    "mean_centre_lon": "Mean centre, longitude",
    "mean_centre_lat": "Mean centre, latitude",
    "median_centre_lon": "Median centre, longitude",
    "median_centre_lat": "Median centre, latitude",
    "standard_distance_m": "Standard distance, metres",
    "ellipse_major_m": "Ellipse, long half axis, metres",
    "ellipse_minor_m": "Ellipse, short half axis, metres",
    "ellipse_rotation": "Ellipse, turn, radians",
}


def show_table(shown: FindingRelease) -> None:
    """Show the table of an answer."""
    table = shown.table
    if table.empty:
        st.caption("The answer has no rows.")
        return
    first = rows_to_read(shown)
    st.dataframe(
        in_percent(first, [name for name in map(str, first) if is_share(first, name)]),
        hide_index=True,
        column_config={str(name): _column(first, str(name)) for name in first.columns},
        height=min(_EDGE + _ROW * (1 + len(first)), _TALLEST),
        key=f"table {shown.digest}",
        alt=f"Table of {count(len(first), 'row')}: {shown.title}",
    )
    which = ", the busiest first" if "incidents" in table else ""
    more = (
        f"; {len(first):,} of them are shown{which}; the files hold all"
        if len(first) < len(table)
        else ""
    )
    st.caption(f"{count(len(table), 'row')}{more}.")


def rows_to_read(shown: FindingRelease) -> pd.DataFrame:
    """Return the rows that the screen shows: the first, or enough of a curve to read it by."""
    table = _named_cells(shown)
    if list(table.columns) == ["figure", "value"]:
        return _figures(table)
    if shown.id == "concentration" and "share_of_incidents" in table and len(table) > _STEPS:
        step = (table["share_of_cells"] * _STEPS).round(9)
        whole = step.astype("int64")
        return table[whole.ne(whole.shift()).to_numpy() | (step == _STEPS).to_numpy()]
    hidden = _LONG | _IDS if "name" in table else _LONG
    if len(table) > ROWS and "incidents" in table:
        table = table.sort_values("incidents", ascending=False, kind="stable")
    return table.head(ROWS).drop(columns=[name for name in table.columns if name in hidden])


def _named_cells(shown: FindingRelease) -> pd.DataFrame:
    """Return the table with each cell called by ward and number, where it has no other name."""
    table = shown.table
    if "cell" not in table:
        return table
    if "name" in table:
        return table.drop(columns="cell")
    return table.assign(cell=cell_names(table["cell"].astype("str"), shown))


def _figures(table: pd.DataFrame) -> pd.DataFrame:
    """Return single figures with names and numbers for people."""
    pairs = zip(table["figure"].astype("str"), table["value"], strict=True)
    told = [(_FIGURES.get(name, words_of(name)), _number(name, value)) for name, value in pairs]
    return pd.DataFrame(told, columns=["Figure", "Value"])


def _number(name: str, value: Any) -> str:
    """Return one figure as text: as many digits as it is known to."""
    if not isinstance(value, int | float):
        return str(value)
    if pd.isna(value):
        return "not known"
    if name.endswith("_p") or name == "p":
        return f"under {LEAST_P:.4f}" if value < LEAST_P else f"{value:.4f}"
    if name.endswith(("_lon", "_lat")):
        return f"{value:.4f}"
    if float(value).is_integer() or name.endswith("_m"):
        return f"{value:,.0f}"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:,.2f}"


def words_of(name: str) -> str:
    """Return the name of a column or figure as people write it."""
    if far := _RING.fullmatch(name):
        return "In the place" if far[1] == "0" else f"{count(int(far[1]), 'cell')} away"
    words = " ".join(_SPELT.get(word, word) for word in name.split("_"))
    return words if len(words) == 1 else words[:1].upper() + words[1:]


def is_share(table: pd.DataFrame, name: str) -> bool:
    """Tell whether a column holds shares of a whole."""
    if not pd.api.types.is_float_dtype(table[name]):
        return False
    by_name = name.endswith(_SHARES) or name in _PARTS
    return bool(by_name or ("share" in name and table[name].max() <= 1))


def _column(table: pd.DataFrame, name: str) -> Any:
    """Return how one column is shown."""
    label, column, hint = plain(words_of(name)), table[name], HINTS.get(name.rpartition("_")[2])
    if not pd.api.types.is_float_dtype(column):
        return st.column_config.Column(label, help=hint)
    if name in _CHANCES:
        return st.column_config.NumberColumn(label, format="%.3g", width=_CHANCE, help=hint)
    if is_share(table, name):
        return percent_column(label)
    known = column.dropna()
    finite = known[known.abs() < float("inf")]
    if (finite == finite.round()).all():
        return st.column_config.NumberColumn(label, format="localized", step=1)
    return st.column_config.NumberColumn(label, format="%.2f", help=hint)
