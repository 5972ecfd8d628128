"""Shares in tables on screen: per cent, all with one decimal.

Streamlit's own form leaves noughts out: 35 % stands above 31.8 %, and the points do not line up.
"""

from collections.abc import Collection
from typing import Any

import pandas as pd
import streamlit as st


def in_percent(table: pd.DataFrame, shares: Collection[str]) -> pd.DataFrame:
    """Return a table with some columns of shares, from 0 to 1, as per cent."""
    return table.assign(**{name: 100 * table[name] for name in shares})


def percent_column(label: str | None = None, *, hint: str | None = None) -> Any:
    """Return how a column of per cent is shown."""
    return st.column_config.NumberColumn(label, format="%.1f %%", help=hint)
