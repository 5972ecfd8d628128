"""Periods: months, weeks or any number of days, over the days that a study covers.

Weeks start on Monday; periods of so many days are counted back from the last day, so that the
newest is whole. A period at either end of which under nine tenths of the days are covered is left
out, for half a month would look like a fall.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.text import count, period_in_words
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.counts import count_by_period

Days = npt.NDArray[np.datetime64]

_COVERED = 0.9
_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Periods:
    """Periods in order of time, none left out between the first and the last."""

    starts: Days  # first day of each, and the day after the last; shape (periods + 1,)
    number: Integers  # period of each row of the dated study, -1 for none; shape (rows,)
    every: str

    @property
    def size(self) -> int:
        """Number of periods."""
        return self.starts.size - 1

    @property
    def names(self) -> list[str]:
        """A month as 2024-03, other periods by their first day."""
        unit = "M" if self.every == "month" else "D"
        return [str(day) for day in self.starts[:-1].astype(f"datetime64[{unit}]")]

    @property
    def held(self) -> Flags:
        """Tell which periods the files hold any row of: the others are missing, not zero."""
        return np.bincount(self.number[self.number >= 0], minlength=self.size) > 0

    @property
    def gaps(self) -> str:
        """The periods without data in words: 2024-04, 2024-06 to 2024-09."""
        missing = np.flatnonzero(~self.held)
        runs = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1) if missing.size else []
        names = [(self.names[run[0]], self.names[run[-1]]) for run in runs]
        return ", ".join(one if one == other else f"{one} to {other}" for one, other in names)

    @property
    def unbroken(self) -> Flags:
        """Tell which periods follow each other up to the newest: those after the last gap."""
        gap = np.flatnonzero(~self.held)
        return np.arange(self.size) > (gap[-1] if gap.size else -1)

    @property
    def lengths(self) -> Floats:
        """Days in each period, none in those without data."""
        return np.where(self.held, np.diff(self.starts).astype(np.float64), 0.0)


def split_periods(study: Study, *, every: str, fewest: int = 2) -> Periods:
    """Split the days of a study into periods.

    Parameters
    ----------
    every
        ``month``, ``week`` or a number of days.
    fewest
        How many periods the question needs.

    Raises
    ------
    RequestError
        When the periods are of another kind, too few, or finer than the data's months.
    """
    study = study.dated
    starts = _starts(every, study.first, study.last)
    if every != "month" and "month" in study.incidents.table["precision"].unique():
        raise RequestError(
            f"The data knows months, not days, so periods of {_in_words(every)} cannot be told"
            " apart. Choose periods of a month."
        )
    starts = _whole(starts, study.first, study.last)
    if starts.size - 1 < fewest:
        raise RequestError(
            f"{period_in_words(study.first, study.last)} holds {max(starts.size - 1, 0)} whole"
            f" periods of {_in_words(every)}, and {fewest} are needed. Choose other dates or"
            " shorter periods."
        )
    days = study.incidents.table["start"].to_numpy().astype("datetime64[D]")
    number = np.searchsorted(starts, days, side="right").astype(np.int64) - 1
    number[(number >= starts.size - 1) | ~study.within] = -1
    return Periods(starts=starts, number=number, every=every)


def counts_by_period(study: Study, periods: Periods, *, weighted: bool = False) -> Integers:
    """Return the incidents (or their weights) of every cell and period."""
    study = study.dated
    weights = study.weights
    if not weighted:
        weights = np.where(weights > 0, study.part(np.arange(weights.size)), 0)
    size = {"size": study.near.size, "periods": periods.size}
    return count_by_period(study.counts.position, weights, periods.number, **size)


def unbroken_periods(study: Study, *, every: str, fewest: int = 2) -> Periods:
    """Split the days after the last gap in the data: months years apart are no neighbours.

    Raises
    ------
    RequestError
        As :func:`split_periods`, and when too few periods follow the last gap.
    """
    periods = split_periods(study, every=every, fewest=fewest)
    number = int(periods.unbroken.sum())
    if number < fewest:
        raise RequestError(
            f"The files hold nothing in {periods.gaps}, and only {number} of these periods after"
            f" that: {fewest} that follow each other are needed. Choose dates before the gap, or"
            " add the files that are missing."
        )
    return periods


def left_out(study: Study, periods: Periods) -> tuple[str, ...]:
    """Say how many incidents lie in no whole period, and which periods have no data."""
    told, dated = [], study.dated
    if number := dated.held(dated.counted & (periods.number < 0)):
        told.append(f"Left out: {count(number, 'incident')} at either end, in no whole period.")
    if periods.gaps:
        told.append(f"No data at all in {periods.gaps}: missing, not zero, and left out.")
    return tuple(told)


def _starts(every: str, first: date, last: date) -> Days:
    """Return the first day of each period that touches the days, and the day after the last."""
    after = last + _DAY
    if every == "month":
        months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 2)
        return months.astype("datetime64[D]")
    if every == "week":
        start, step = first - timedelta(days=first.weekday()), 7
    elif every.isdecimal() and int(every) > 0:
        step = int(every)
        periods = -(-(after - first).days // step)
        start = after - timedelta(days=periods * step)
    else:
        raise RequestError(f"Periods of {every!r} are not offered: month, week or a whole number.")
    return np.arange(np.datetime64(start), np.datetime64(after) + step, step)


def _whole(starts: Days, first: date, last: date) -> Days:
    """Leave out a first and a last period that the days cover only in part."""
    opens, closes = np.datetime64(first), np.datetime64(last) + 1
    covered = np.minimum(starts[1:], closes) - np.maximum(starts[:-1], opens)
    share = covered.astype(np.float64) / np.diff(starts).astype(np.float64)
    kept = np.flatnonzero(share >= _COVERED)
    return starts[kept[0] : kept[-1] + 2] if kept.size else starts[:0]


def _in_words(every: str) -> str:
    return f"{every} days" if every.isdecimal() else f"a {every}"
