"""Two windows of time inside the days of a study: one before, one after."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.text import count, day_in_words
from mapper.base.types import Integers
from mapper.base.weights import sums

_DAY = timedelta(days=1)
_LATEST = 14  # days before the last of the data that may not be recorded yet


@dataclass(frozen=True)
class Window:
    """Some days, first and last included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise RequestError(f"The window {self.first} to {self.last} ends before it starts.")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first.day} {self.first:%B %Y} to {self.last.day} {self.last:%B %Y}"


def window_of(text: str) -> Window:
    """Return a window written as ``2024-01-01:2024-03-31``.

    Raises
    ------
    RequestError
        When it is written otherwise.
    """
    try:
        first, last = (date.fromisoformat(part.strip()) for part in text.split(":"))
    except ValueError:
        raise RequestError(
            f"{text!r} is no window of days. Write its first and last day with a colon between"
            " them, such as 2024-01-01:2024-03-31."
        ) from None
    return Window(first, last)


def windows_since(study: Study, since: date) -> tuple[Window, Window]:
    """Return the days since a date, and as many days before it as the study covers.

    Raises
    ------
    RequestError
        When the date leaves no day on one side.
    """
    if not study.first < since <= study.last:
        raise RequestError(
            f"{since} is not inside {study.first} to {study.last}. Choose a day with incidents"
            " before and after it."
        )
    by_month = knows_months_only(study.dated.incidents.table)
    return _with_before(Window(since, study.last), study.first, by_month=by_month)


def windows_of_work(
    work: Window, bounds: tuple[date, date], *, by_month: bool
) -> tuple[Window, Window]:
    """Return the days of some work, as far as data goes, and as long before it as data goes back.

    Parameters
    ----------
    bounds
        First and last day of the data.
    by_month
        Whether the data knows only its months: the windows are then the whole months that begin
        during the work, or that hold it where none does.

    Raises
    ------
    RequestError
        When the data does not reach to both sides of the first day.
    """
    after = months_begun(work) if by_month else work
    if not bounds[0] < after.first <= bounds[1]:
        raise RequestError(
            f"The data runs from {day_in_words(bounds[0])} to {day_in_words(bounds[1])}: it must"
            " reach to both sides of the first day of the work. Give that day, or load other data."
        )
    return _with_before(
        Window(after.first, min(after.last, bounds[1])), bounds[0], by_month=by_month
    )


def months_begun(window: Window) -> Window:
    """Return the whole months whose first day lies in a window; those it touches where none."""
    first, last = (np.datetime64(day, "M") for day in (window.first, window.last))
    first = min(first + int(window.first.day > 1), last)
    end: date = ((last + 1).astype("datetime64[D]") - 1).astype(object)
    return Window(first.astype("datetime64[D]").astype(object), end)


def _with_before(after: Window, earliest: date, *, by_month: bool) -> tuple[Window, Window]:
    """Return a window, and the time before it that is as long, or as long as there is."""
    start = max(earliest, _as_long_before(after, by_month=by_month))
    return Window(start, after.first - _DAY), after


def _as_long_before(after: Window, *, by_month: bool) -> date:
    """Return the day from which it is as long to a window as the window is: in months, if need be.

    Data that knows only its months must not be cut inside one.
    """
    if not by_month:
        return after.first - timedelta(days=after.days)
    months = np.datetime64(after.last, "M") - np.datetime64(after.first, "M") + 1
    start: date = (np.datetime64(after.first, "M") - months).astype("datetime64[D]").astype(object)
    return start


def check_windows(study: Study, before: Window, after: Window) -> tuple[str, ...]:
    """Refuse windows that overlap or leave the study's days; return what else should be known."""
    faults = [
        f"the window {window} leaves the days with data, {study.first} to {study.last}"
        for window in (before, after)
        if window.first < study.first or window.last > study.last
    ]
    if before.last >= after.first:
        faults.append(f"the window {before} does not end before {after} starts")
    if knows_months_only(study.dated.incidents.table):
        faults += [
            f"the window {window} cuts a month, and the data knows months, not days"
            f" ({_whole_months(window)} would be whole)"
            for window in (before, after)
            if window.first.day != 1 or (window.last + _DAY).day != 1
        ]
    if faults:
        raise RequestError(f"No change can be told: {'; '.join(faults)}. Choose other windows.")
    days = [days_with_data(study, window) for window in (before, after)]
    if not all(days):
        raise RequestError("The files hold nothing at all for one of the windows. Choose others.")
    told = f"Before: {before} ({count(days[0], 'day')} with data). After: {after} ({days[1]})."
    late = study.late_words if _reaches_the_end(study, after) else ""
    return (told, late) if late else (told,)


def _reaches_the_end(study: Study, window: Window) -> bool:
    """Tell whether a window holds the last days of the data."""
    last = study.dated.incidents.table["start"].max().date()
    return bool(window.last > last - timedelta(days=_LATEST))


def _whole_months(window: Window) -> str:
    """Return the months that a window touches, as it would be written."""
    after = (window.last.replace(day=28) + 4 * _DAY).replace(day=1)
    return f"{window.first.replace(day=1)}:{after - _DAY}"


def knows_months_only(incidents: pd.DataFrame) -> bool:
    """Tell whether some of the incidents know no day."""
    return "month" in incidents["precision"].unique()


def refuse_months_only(study: Study) -> None:
    """Refuse to tell days or hours of incidents of which all are known to the month only."""
    vague = (study.incidents.table["precision"] == "month").to_numpy()
    if not (study.counted & ~vague).any():
        raise RequestError(
            "The data knows only the month of each incident, so no day or hour can be told."
            " Use a force extract with dates and times."
        )


def days_with_data(study: Study, window: Window) -> int:
    """Return how many days of a window lie in months for which the files hold anything at all.

    Counts of a month without a single row are missing, not zero: rates are over the other days.
    """
    study = study.dated
    start = study.incidents.table["start"].to_numpy()
    months = np.unique(start[study.within].astype("datetime64[M]"))
    days = np.arange(np.datetime64(window.first), np.datetime64(window.last) + 1)
    return int(np.isin(days.astype("datetime64[M]"), months).sum())


def counts_within(study: Study, window: Window) -> Integers:
    """Return the incidents that count in each cell in a window; shape (cells,)."""
    study = study.dated
    start = study.incidents.table["start"].to_numpy()
    inside = study.counted & (start >= np.datetime64(window.first))
    inside &= start < np.datetime64(window.last + _DAY)
    where, times = study.counts.position[inside], study.part(np.flatnonzero(inside))
    return sums(where, times, size=study.near.size)
