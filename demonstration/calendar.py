"""When incidents happen: the demonstration year, its seasons, weeks and nights.

A rhythm is a weight for each hour of the week, times a weight for each day of the year. All times
are Europe/London wall-clock minutes counted from the first midnight.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from mapper.base.types import Floats, Integers

FIRST = np.datetime64("2021-09-01", "D")
LAST = np.datetime64("2022-08-31", "D")
DAYS = int((LAST - FIRST).astype(np.int64)) + 1
YEAR = DAYS * 1440  # minutes
YEAR_BEFORE = 52 * 7  # days: weekdays, and the night the clocks went forward, stay what they are
MONTH_STARTS: Integers = np.append(
    ((np.datetime64("2021-09") + np.arange(12)).astype("datetime64[D]") - FIRST).astype(np.int64),
    DAYS,
)
WEEKDAY: Integers = (2 + np.arange(DAYS)) % 7  # Monday is 0; the first day is a Wednesday

# The clocks went forward: 01:00 to 01:59 on that night never happened.
_GAP = int((np.datetime64("2022-03-27", "D") - FIRST).astype(np.int64)) * 1440 + 60


@dataclass(frozen=True)
class Rhythm:
    """Busy times of one kind of incident."""

    peaks: tuple[tuple[float, float, float], ...]  # hour, spread in hours, weight
    flat: float = 0.3  # weight that is there at any hour
    week: tuple[float, ...] = (1, 1, 1, 1, 1, 1, 1)  # Monday first
    weekend_nights: float = 1.0  # Friday 20:00 to Sunday 05:00 without the two daytimes
    summer: float = 0.0  # how much busier at midsummer, as a share; negative: at midwinter
    days: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


_BONFIRES = MappingProxyType({"2021-10-30": 2.2, "2021-10-31": 2.4, "2021-11-05": 2.8})
_CHRISTMAS = MappingProxyType({"2021-12-25": 1.5, "2021-12-26": 1.5, "2022-01-01": 1.8})

RHYTHMS: Mapping[str, Rhythm] = MappingProxyType(
    {
        "home": Rhythm(
            ((20, 3.5, 1.0), (12, 4, 0.35)),
            week=(0.95, 0.92, 0.92, 0.94, 1.0, 1.15, 1.15),
            weekend_nights=1.4,
            summer=0.08,
            days=_CHRISTMAS,
        ),
        "night out": Rhythm(
            ((0, 2.5, 1.0), (17, 4, 0.4)), flat=0.1, weekend_nights=2.6, summer=0.08
        ),
        "evening": Rhythm(
            ((19, 3, 1.0),),
            flat=0.15,
            week=(1, 1, 1, 1, 1.1, 1.1, 1),
            summer=0.3,
            days=_BONFIRES,
        ),
        "day": Rhythm(((13, 4, 1.0),), flat=0.15, week=(1.05, 1.05, 1.05, 1.05, 1.1, 0.9, 0.75)),
        "shops": Rhythm(((15, 2.8, 1.0),), flat=0.02, week=(1, 1, 1, 1, 1.1, 1.25, 0.8)),
        "commute": Rhythm(((8.5, 1.5, 1.0), (17, 2, 1.2)), week=(1, 1, 1, 1, 1.1, 0.85, 0.75)),
        "overnight": Rhythm(((22, 3, 1.0), (9, 3, 0.4)), flat=0.2, summer=-0.15),
        "after school": Rhythm(((16, 2, 1.0), (21, 3, 0.7)), flat=0.1, summer=0.05),
        "round the clock": Rhythm(((18, 5, 0.8),), flat=0.6),
    }
)


def draw_minutes(rng: np.random.Generator, rhythm: str, *, size: int) -> Integers:
    """Return ``size`` random minutes of the year that follow a rhythm."""
    chosen = RHYTHMS[rhythm]
    hours = (_season(chosen)[:, None] * _week(chosen)[WEEKDAY]).ravel()
    ladder = np.cumsum(hours)
    hour = np.searchsorted(ladder, rng.random(size) * ladder[-1], side="right")
    return skip_clock_change(hour * 60 + rng.integers(0, 60, size))


def draw_in_months(rng: np.random.Generator, rhythm: str, *, month: Integers) -> Integers:
    """Return one random minute in each of the given months (0 is the first of the year)."""
    length = np.diff(MONTH_STARTS)[month]
    day = MONTH_STARTS[month] + (rng.random(month.size) * length).astype(np.int64)
    ladder = np.cumsum(_week(RHYTHMS[rhythm]), axis=1)[WEEKDAY[day]]
    hour = (rng.random(month.size)[:, None] * ladder[:, -1:] > ladder).sum(axis=1)
    return skip_clock_change(day * 1440 + hour * 60 + rng.integers(0, 60, month.size))


def skip_clock_change(minutes: Integers) -> Integers:
    """Return minutes with those in the hour that never happened moved an hour on."""
    return np.where((minutes >= _GAP) & (minutes < _GAP + 60), minutes + 60, minutes)


def _week(rhythm: Rhythm) -> Floats:
    """Return the weight of each hour of the week, shape (7, 24)."""
    hour = np.arange(24)
    day = np.full(24, rhythm.flat)
    for peak, spread, weight in rhythm.peaks:
        away = np.minimum(np.abs(hour - peak), 24 - np.abs(hour - peak))
        day = day + weight * np.exp(-0.5 * (away / spread) ** 2)
    week = np.array(rhythm.week)[:, None] * day
    week[4:6, 20:] *= rhythm.weekend_nights
    week[5:7, :5] *= rhythm.weekend_nights
    return np.asarray(week, dtype=np.float64)


def _season(rhythm: Rhythm) -> Floats:
    """Return the weight of each day of the year, shape (days,)."""
    midsummer = int((np.datetime64("2022-07-01", "D") - FIRST).astype(np.int64))
    season = 1 + rhythm.summer * np.cos(2 * np.pi * (np.arange(DAYS) - midsummer) / 365)
    for day, weight in rhythm.days.items():
        season[int((np.datetime64(day, "D") - FIRST).astype(np.int64))] *= weight
    return season
