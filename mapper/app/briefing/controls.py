"""The choices of a briefing: which lens the map has, and which days are compared."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from mapper.app.shell.address import follow, say
from mapper.app.shell.choices import day_within
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.lens_offer import lenses_for
from mapper.base.errors import RequestError
from mapper.outputs.briefing.choices import (
    MONTHS,
    BriefingChoices,
    days_of_data,
    period_of,
    windows_of_period,
    windows_since,
)
from mapper.questions.windows import Window

SINCE = "since the last meeting"
RELEASED = "as released to partners"


def ask_choices(
    dataset: Dataset,
    start: BriefingChoices,
    *,
    released: BriefingChoices | None,
    meetings: tuple[date, ...],
) -> BriefingChoices:
    """Ask for lens and days of the briefing.

    Parameters
    ----------
    start
        What is shown where nothing is chosen.
    released
        What partners were given last, if anything.
    meetings
        Days on which meetings were held, latest first.

    Raises
    ------
    RequestError
        When the choices do not fit together or into the data.
    """
    lens = _ask_lens(dataset, start.lens)
    before, after = _ask_days(dataset, start, released, meetings)
    return replace(start, lens=lens, before=before, after=after)


def _ask_lens(dataset: Dataset, first: str) -> str:
    """Ask for the lens of the map, of those that the data can be seen through."""
    offer = lenses_for(dataset.digest, _dataset=dataset)
    titles = {lens.id: lens.title for lens in offer.lenses[: offer.fitting]}
    key, usual = f"briefing lens {dataset.digest[:12]}", first if first in titles else None
    follow("lens", key, {name: name for name in titles}.get, usual or next(iter(titles)))
    chosen = st.selectbox(
        "Harm on the map",
        list(titles),
        index=list(titles).index(usual) if usual else 0,
        format_func=titles.__getitem__,
        key=key,
        persist_state="session",
    )
    say({"lens": chosen})
    return chosen


def _ask_days(
    dataset: Dataset,
    start: BriefingChoices,
    released: BriefingChoices | None,
    meetings: tuple[date, ...],
) -> tuple[Window, Window]:
    """Ask which days are compared with which."""
    kept = [RELEASED] if released is not None else []
    usual = "quarter" if start.after.days > 31 else "month"  # noqa: PLR2004 - a month's days
    options = [*kept, *MONTHS, SINCE]
    key, first_one = f"briefing period {dataset.digest[:12]}", kept[0] if kept else usual
    follow("period", key, {_in_address(name): name for name in options}.get, first_one)
    period = st.selectbox(
        "Period",
        options,
        index=options.index(first_one),
        format_func=lambda name: str(_PERIODS.get(name, name)).capitalize(),
        key=key,
        persist_state="session",
    )
    say({"period": _in_address(period), "from": ""})
    if released is not None and period == RELEASED:
        return released.before, released.after
    first, last = days_of_data(dataset.incidents.table)
    if period == SINCE:
        return windows_since(first, last, _ask_meeting(dataset, first, last, meetings))
    return windows_of_period(first, last, period_of(period))


def _in_address(period: str) -> str:
    """Return how an address names a period."""
    return str(period).replace(" ", "-")


_PERIODS = {name: f"latest {name}" for name in MONTHS}


def _ask_meeting(dataset: Dataset, first: date, last: date, meetings: tuple[date, ...]) -> date:
    """Ask for the day of the last meeting: the latest on record inside the data, or by hand."""
    inside = [day for day in meetings if first < day <= last]
    middle = first + (last - first) / 2
    key, usual = f"briefing since {dataset.digest[:12]}", inside[0] if inside else middle
    follow("from", key, partial(day_within, (first, last)), usual)
    chosen: Any = st.date_input(
        "Day of the last meeting",
        usual,
        min_value=first,
        max_value=last,
        format="DD/MM/YYYY",
        key=key,
        persist_state="session",
        help="From the meeting records where one lies inside the data; change it by hand.",
    )
    if not isinstance(chosen, date):
        raise RequestError("Choose the day of the last meeting.")
    say({"from": chosen.isoformat()})
    return chosen
