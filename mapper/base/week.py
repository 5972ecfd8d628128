"""The police week: three shifts a day, and a night belongs to the day on which it starts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Shift = Literal["early", "late", "night"]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

# First hour of each shift; it lasts until the next one starts.
SHIFTS: Mapping[str, int] = MappingProxyType({"early": 7, "late": 15, "night": 23})
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
