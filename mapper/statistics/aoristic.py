"""Aoristic week clock: at which of the 168 hours of the week did incidents probably happen?

A burglary found on return from holiday is known only to an interval. Each incident has a weight
of 1, spread over the hours of the week in proportion to how much of its interval lies in each:

    weight(hour) = sum over occurrences of that hour of |interval and hour| / |interval|

- No end, an end equal to the start, or one before it: weight 1 at the start's hour.
- Longer than 168 hours: 1/168 in each hour, for it says nothing about the week.
- Known to the month only: it cannot say; it is left out and counted, never spread.

Hour 0 is Monday 00:00 to 01:00, hour 167 Sunday 23:00 to 24:00. Times are wall-clock times: where
an interval holds a change of the clocks, the hour that is skipped or repeated is counted as the
wall clock shows it, so that such an interval is off by at most one hour.

What can mislead: the weights say when incidents can have happened. Long intervals overnight paint
the night even where all happened at dusk.

References
----------
Ratcliffe (2002), Journal of Quantitative Criminology 18:23.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags, Floats, Integers

Times = npt.NDArray[np.datetime64]

WEEK_HOURS = 168
_HOUR = 3_600_000_000  # microseconds
_THURSDAY = 72  # hours from Monday 00:00 to the day of the epoch, 1970-01-01
_MISSING = np.iinfo(np.int64).min  # how numpy writes NaT


@dataclass(frozen=True, eq=False)
class WeekClocks:
    """One week clock for each group of incidents."""

    weights: Floats  # shape (groups, 168); a row sums to the group's incidents
    incidents: Integers  # incidents spread, shape (groups,)
    unknown: Integers  # incidents known to the month only, left out; shape (groups,)


def week_clock(start: Times, end: Times) -> Floats:
    """Return the weight of each hour of the week, Monday 00:00 first; shape (168,).

    Parameters
    ----------
    start
        When each incident happened, or the earliest it can have; shape (incidents,).
    end
        The latest (exclusive), missing where one moment is known; shape (incidents,).

    Raises
    ------
    ValueError
        When a start is missing or the lengths differ.

    Examples
    --------
    Monday 5 January 2026, 09:30 to 11:00: a third in the hour from 9, two thirds in that from 10.

    >>> start = np.array(["2026-01-05T09:30"], dtype="datetime64[us]")
    >>> end = np.array(["2026-01-05T11:00"], dtype="datetime64[us]")
    >>> week_clock(start, end)[8:12].round(3).tolist()
    [0.0, 0.333, 0.667, 0.0]
    """
    everyone = np.zeros(len(start), dtype=np.int64)
    clock: Floats = week_clocks(start, end, group=everyone, groups=1).weights[0]
    return clock


def week_clocks(
    start: Times,
    end: Times,
    *,
    group: Integers,
    groups: int,
    month_only: Flags | None = None,
) -> WeekClocks:
    """Return a week clock for each group, such as a cell or a hot spot.

    Parameters
    ----------
    start, end
        As for :func:`week_clock`.
    group
        Number of each incident's group from 0; below 0 for incidents in no group, which are left
        out; shape (incidents,).
    groups
        Number of groups; a group without incidents has a row of zeros.
    month_only
        True where an incident is known to the month only; shape (incidents,).

    Raises
    ------
    ValueError
        When a start is missing, a group is out of range or the lengths differ.
    """
    first, last = _microseconds(start), _microseconds(end)
    vague = np.zeros(first.size, dtype=bool) if month_only is None else month_only
    if not first.size == last.size == group.size == vague.size:
        raise ValueError("start, end, group and month_only differ in length")
    if bool((group >= groups).any()):
        raise ValueError(f"a group is not below {groups}")
    if bool(((first == _MISSING) & (group >= 0) & ~vague).any()):
        raise ValueError("an incident without a start cannot be placed in the week")
    known = (group >= 0) & ~vague
    weights = _spread(first[known], last[known], group[known], groups)
    return WeekClocks(
        weights=weights,
        incidents=np.bincount(group[known], minlength=groups).astype(np.int64),
        unknown=np.bincount(group[(group >= 0) & vague], minlength=groups).astype(np.int64),
    )


def _microseconds(times: Times) -> Integers:
    """Return times as whole microseconds, so that every overlap is exact."""
    microseconds: npt.NDArray[Any] = np.asarray(times).astype("datetime64[us]")
    return microseconds.astype(np.int64)


def _spread(first: Integers, last: Integers, group: Integers, groups: int) -> Floats:
    """Add up every incident's weights; shape (groups, 168)."""
    moment = (last == _MISSING) | (last <= first)
    length = np.where(moment, 0, last - first)
    long = length > WEEK_HOURS * _HOUR
    flat = np.zeros(groups * WEEK_HOURS)
    _add(flat, group[moment], first[moment] // _HOUR, np.ones(int(moment.sum())))
    between = ~moment & ~long
    _add_intervals(flat, first[between], last[between], group[between])
    weights = flat.reshape(groups, WEEK_HOURS)
    weights += np.bincount(group[long], minlength=groups)[:, np.newaxis] / WEEK_HOURS
    # A quarter of a million additions drift by parts in 10^15: put the sum back to whole incidents.
    sums = weights.sum(axis=1, keepdims=True)
    whole = np.bincount(group, minlength=groups)[:, np.newaxis]
    return np.asarray(weights * np.divide(whole, sums, out=np.ones_like(sums), where=sums > 0))


def _add_intervals(flat: Floats, first: Integers, last: Integers, group: Integers) -> None:
    """Add intervals hour by hour; each pass holds only those that reach so far.

    Weights are only ever added, so an hour that nothing touches stays exactly 0.
    """
    hours = (last - 1) // _HOUR - first // _HOUR
    order = np.argsort(-hours, kind="stable")
    first, last, group, hours = first[order], last[order], group[order], hours[order]
    length = (last - first).astype(np.float64)
    hour = first // _HOUR
    for step in range(int(hours.max(initial=-1)) + 1):
        reach = int(np.searchsorted(-hours, -step, side="right"))
        opens = (hour[:reach] + step) * _HOUR
        inside = np.minimum(last[:reach], opens + _HOUR) - np.maximum(first[:reach], opens)
        _add(flat, group[:reach], hour[:reach] + step, inside / length[:reach])


def _add(flat: Floats, group: Integers, hour: Integers, weight: Floats) -> None:
    """Add weights at hours since the epoch to their group's hour of the week."""
    np.add.at(flat, group * WEEK_HOURS + (hour + _THURSDAY) % WEEK_HOURS, weight)
