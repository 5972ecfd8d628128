"""Tables that people fill in across the page: places, actions, outreach of a campaign.

A table is drawn from rows that stay the same until something is put into it by a button, so that
what was typed is never drawn over.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from mapper.records.form import Field, FieldColumn

_KINDS: Mapping[str, str] = {"date": "datetime64[ns]", "number": "Int64", "cells": "str"}


def edit_rows(field: Field, rows: Sequence[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """Draw rows as a table to type into, paste into and fill down; return what it holds."""
    number, base = st.session_state.setdefault(_place(key), (0, [dict(row) for row in rows]))
    shown = st.data_editor(
        table_of(field, base),
        key=f"{key} table {number}",
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={column.id: _shown(column) for column in field.columns},
        placeholder="",
    )
    return rows_of(field, shown)


def _shown(column: FieldColumn) -> Any:
    """Return how a column is drawn; ids and cells go along unseen."""
    unseen = column.kind == "cells" or column.id == "hotspot_id"
    return None if unseen else _configured(column)


def put_rows(rows: Sequence[Mapping[str, Any]], key: str) -> None:
    """Put other rows in place of a table's."""
    number, _ = st.session_state.get(_place(key), (0, ()))
    st.session_state[_place(key)] = (number + 1, [dict(row) for row in rows])


def table_of(field: Field, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table with a column for each of the field's."""
    return pd.DataFrame(
        {
            column.id: pd.Series(
                [_out(column, row.get(column.id)) for row in rows],
                dtype=_KINDS.get(column.kind, "str"),
            )
            for column in field.columns
        }
    )


def rows_of(field: Field, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table's rows as a record keeps them; what is empty is left out."""
    told = [
        {
            column.id: _in(column, value)
            for column in field.columns
            if (value := row.get(column.id)) is not None and not _is_missing(value)
        }
        for row in table.to_dict("records")
    ]
    return [row for row in told if row]


def _place(key: str) -> str:
    """Return where the rows of a table are kept."""
    return f"{key} base"


def _out(column: FieldColumn, value: Any) -> Any:
    """Return an answer as the table shows it."""
    if column.kind == "cells":
        return " ".join(value or ())
    return column.earlier.get(value, value) if column.kind == "choice" else value


def _in(column: FieldColumn, value: Any) -> Any:
    """Return what a table holds as an answer."""
    if column.kind == "cells":
        return str(value).split()
    if column.kind == "date":
        return pd.Timestamp(value).date().isoformat()
    return int(value) if column.kind == "number" else str(value)


def _is_missing(value: Any) -> bool:
    """Tell whether a cell of a table is empty."""
    return bool(pd.isna(value)) or value == ""


def _configured(column: FieldColumn) -> Any:
    """Return how a column is shown and typed into; cells are kept and not shown."""
    if column.kind == "cells" or column.id == "hotspot_id":
        return None
    if column.kind == "choice":
        return st.column_config.SelectboxColumn(
            column.label, options=list(column.options), required=False
        )
    if column.kind == "date":
        return st.column_config.DateColumn(
            column.label, format="D MMM YYYY", min_value=date(2000, 1, 1)
        )
    if column.kind == "number":
        return st.column_config.NumberColumn(column.label, min_value=0, step=1)
    return st.column_config.TextColumn(
        column.label, width="large" if column.id in {"action", "why"} else None
    )
