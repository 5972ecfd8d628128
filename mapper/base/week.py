"""The police week: three shifts a day, and a night belongs to the day on which it starts."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args

Shift = Literal["early", "late", "night"]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

# First hour of each shift; it lasts until the next one starts.
SHIFTS: Mapping[str, int] = MappingProxyType({"early": 7, "late": 15, "night": 23})
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def day_and_shift(moment: datetime) -> tuple[date, Shift]:
    """Return the day and the shift that a moment belongs to."""
    names: tuple[Shift, ...] = get_args(Shift)
    at = bisect_right(list(SHIFTS.values()), moment.hour) - 1
    return (moment - timedelta(days=at < 0)).date(), names[at]
