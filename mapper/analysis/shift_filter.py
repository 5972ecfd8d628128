"""Which incidents fall into chosen shifts and days of the week.

Shifts are those of :mod:`mapper.context.week`: early 07:00 to 15:00, late 15:00 to 23:00, night
23:00 to 07:00. A night belongs to the day on which it starts, so 02:00 on Saturday is Friday's
night; days are cut at 07:00 in the same way. An incident is placed by its start, the earliest that
it can have happened.

What can mislead: an incident known to its day only has no shift, and one known to its month only
has no day either: both are left out, and counted in the notes.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mapper.base.errors import RequestError
from mapper.base.types import Flags, Integers
from mapper.base.week import SHIFTS, WEEKDAYS

_MONDAY = 3  # 1 January 1970, day 0, was a Thursday


def in_shifts(
    table: pd.DataFrame,
    *,
    shifts: tuple[str, ...],
    weekdays: tuple[str, ...],
    hours: Mapping[str, int] = SHIFTS,
) -> Flags:
    """Tell which incidents fall into one of the shifts on one of the days; shape (incidents,).

    Parameters
    ----------
    shifts, weekdays
        Names; none stands for all of them.
    hours
        First hour of each shift, rising.

    Raises
    ------
    RequestError
        When no incident is known finely enough to be placed.
    """
    if not (shifts or weekdays):
        return np.ones(len(table), dtype=bool)
    placed = can_be_placed(table, shifts=shifts)
    if len(table) and not placed.any():
        raise RequestError(
            "The data knows only the"
            f" {'day' if known_to_the_day_only(table).any() else 'month'} of each incident, so no"
            f" {'shift' if shifts else 'day of the week'} can be chosen. Choose every day and every"
            " hour, or use a force extract with dates and times."
        )
    shift, day = _shift_and_day(table, hours)
    if shifts:
        names = list(hours)
        placed &= np.isin(shift, [names.index(one) for one in shifts])
    if weekdays:
        placed &= np.isin(day, [WEEKDAYS.index(one) for one in weekdays])
    return placed


def can_be_placed(table: pd.DataFrame, *, shifts: tuple[str, ...]) -> Flags:
    """Tell which incidents are known finely enough: to the minute for shifts, else to the day."""
    precision = table["precision"].astype("str").to_numpy()
    return np.asarray(precision == "minute" if shifts else precision != "month")


def known_to_the_day_only(table: pd.DataFrame) -> Flags:
    """Tell which incidents have a day and no time."""
    return np.asarray(table["precision"].astype("str").to_numpy() == "day")


def filter_in_words(
    *, shifts: tuple[str, ...], weekdays: tuple[str, ...], hours: Mapping[str, int] = SHIFTS
) -> str:
    """Return a choice of shifts and days in words: Friday and Saturday, late and night.

    Empty where nothing is left out.
    """
    parts = []
    if weekdays:
        parts.append(_joined([one for one in WEEKDAYS if one in weekdays]))
    if shifts:
        starts = list(hours.values())
        ends = dict(zip(hours, [*starts[1:], starts[0]], strict=True))
        parts.append(
            _joined(
                [
                    f"{one} ({hours[one]:02}:00 to {ends[one]:02}:00)"
                    for one in hours
                    if one in shifts
                ]
            )
        )
    return ", ".join(parts)


def _shift_and_day(table: pd.DataFrame, hours: Mapping[str, int]) -> tuple[Integers, Integers]:
    """Return the number of each incident's shift and of its day, Monday 0."""
    start = table["start"].to_numpy().astype("datetime64[h]")
    days = start.astype("datetime64[D]")
    hour = (start - days).astype(np.int64)
    shift = np.searchsorted(list(hours.values()), hour, side="right").astype(np.int64) - 1
    weekday = (days.astype(np.int64) + _MONDAY) % 7
    timed = ~known_to_the_day_only(table)
    before = (shift < 0) & timed  # the small hours belong to the night before
    return np.where(shift < 0, len(hours) - 1, shift), np.where(before, weekday - 1, weekday) % 7


def _joined(names: list[str]) -> str:
    """Return names as a list in words."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
