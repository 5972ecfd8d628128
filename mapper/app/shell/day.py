"""The day that lateness is told from."""

from datetime import date

import streamlit as st

from mapper.app.shell.choices import days_of
from mapper.app.shell.data_in_use import current_dataset, data_is_at_hand
from mapper.app.shell.datasets import Dataset
from mapper.incidents.synthetic import is_synthetic


def today_here() -> date:
    """Return the day on this machine's clock; beside invented incidents, the last of their days.

    What was planned in a demonstration's own year is not years late.
    """
    invented = None
    if data_is_at_hand():
        dataset = current_dataset()
        invented = _last_invented_day(dataset.digest, _dataset=dataset)
    return invented or date.today()  # noqa: DTZ011 - due dates are days where the people are


@st.cache_data(show_spinner=False)
def _last_invented_day(digest: str, *, _dataset: Dataset) -> date | None:
    """Return the last day of invented incidents; nothing for real ones."""
    del digest
    table = _dataset.incidents.table
    return days_of(table)[1] if is_synthetic(table) else None
