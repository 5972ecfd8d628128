"""Calendars of many moments at once: looked up by day, one by one they cost ten times as much."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mapper.base.types import Integers

Moments = np.ndarray[tuple[int], np.dtype[np.datetime64]]


def months_of(moment: "np.ndarray[Any, np.dtype[np.datetime64]]") -> Moments:
    """Return the month of each moment; shape (moments,), which must be known.

    Examples
    --------
    >>> months_of(np.array(["2024-02-29T10:00", "2024-03-01T00:00"], "datetime64[us]")).tolist()
    [datetime.date(2024, 2, 1), datetime.date(2024, 3, 1)]
    """
    return np.asarray(by_day(moment, lambda day: day.astype("datetime64[M]")))


def days_of_month(moment: "np.ndarray[Any, np.dtype[np.datetime64]]") -> Integers:
    """Return the day of the month of each moment, from 0; shape (moments,), which must be known.

    Examples
    --------
    >>> days_of_month(np.array(["2024-02-29T10:00", "2024-03-01T00:00"], "datetime64[us]")).tolist()
    [28, 0]
    """
    return np.asarray(by_day(moment, days_in), dtype=np.int64)


def days_in(day: "np.ndarray[Any, np.dtype[np.datetime64]]") -> Integers:
    """Return the day of the month of each day, from 0."""
    return np.asarray(day - day.astype("datetime64[M]"), dtype=np.int64)


def by_day(
    moment: "np.ndarray[Any, np.dtype[np.datetime64]]", calendar: Callable[[Any], Any]
) -> Any:
    """Return what a calendar says of the day of each moment, asked once for each day there is.

    Parameters
    ----------
    moment
        Known ones, shape (moments,).
    calendar
        From days to something of each, of the same shape.
    """
    day = moment.astype("datetime64[D]")
    if not day.size:
        return calendar(day)
    first = day.min()
    return calendar(np.arange(first, day.max() + 1))[(day - first).astype(np.int64)]
