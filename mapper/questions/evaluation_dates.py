"""The three windows of an action and of earlier dates, counted so that choice and judgement part.

The history is every day of the study before the window before. Where there is none, or less than
half as long as that window, the time up to the action is halved instead. Earlier dates are the same
two windows, moved back by whole months (data of days: by whole weeks) as long as enough history is
left.

Placebo places are chosen by every other week (data of months: month) of history and window before
and judged by the rest. Dispersion is measured in the judged weeks too, or in whole months where the
windows are long.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from mapper.analysis.study import Study
from mapper.base.types import Integers
from mapper.grid.counts import count_by_period
from mapper.questions.action import Action
from mapper.questions.windows import (
    Window,
    counts_within,
    days_with_data,
    knows_months_only,
    months_begun,
)
from mapper.statistics.placebo_evaluation import CellPeriods, CellWindows

_DAY = timedelta(days=1)
_MOST_DATES = 3  # the action's own included
_FARTHEST = 36  # months back
ENOUGH_HISTORY = 0.5  # of the window before
_HISTORY_LEFT = 0.375  # of the history of the action itself, at an earlier date
_SHORTEST_HISTORY = 21  # days
_COVERED = 0.8  # of the days of a window, at an earlier date
_LONG = 200  # days from which months rather than weeks show the dispersion
Days = npt.NDArray[np.datetime64]
_YEAR = 12  # months
_MONTH = 30.4375  # days


@dataclass(frozen=True)
class Around:
    """The three windows round one date."""

    history: Window
    before: Window
    after: Window


def windows_around(study: Study, action: Action) -> tuple[Around, ...]:
    """Return the windows of the action and of earlier dates; none without any history."""
    first = _with_history(study, action)
    if first is None:
        return ()
    found, by_month = [first], knows_months_only(study.incidents.table)
    for months in range(1, _FARTHEST):
        if len(found) == _MOST_DATES:
            break
        before, after = (
            _moved(each, months, by_month=by_month) for each in (first.before, first.after)
        )
        if before.first <= study.first:
            break
        earlier = Around(Window(study.first, before.first - _DAY), before, after)
        if _is_enough(study, earlier, first):
            found.append(earlier)
    return tuple(found)


def whole_counts_of(study: Study, around: Around) -> CellWindows:
    """Return all incidents of the three windows in each cell; nothing is kept for a choice."""
    history, before, after = (
        counts_within(study, each) for each in (around.history, around.before, around.after)
    )
    same = same_months(study, around)
    return CellWindows(
        np.zeros_like(after), history, before, after, counts_within(study, same) if same else None
    )


def parted_counts(study: Study, around: Around) -> CellWindows:
    """Return the counts to choose placebo places by, and the others to judge them by."""
    history, before = (_halves(study, each) for each in (around.history, around.before))
    same = same_months(study, around)
    choice = np.zeros(study.near.size, dtype=np.int64)
    for half in (history, before):
        choice += half[0] if half else 0
    if not (history or before):  # two single months: the later one chooses
        choice = counts_within(study, around.before)
    return CellWindows(
        choice,
        history[1] if history else counts_within(study, around.history),
        before[1] if before else counts_within(study, around.before),
        counts_within(study, around.after),
        _judged_part(study, around.history, same) if same else None,
    )


def same_months(study: Study, around: Around) -> Window | None:
    """Return the window after a year earlier; none where it does not lie in the history."""
    by_month = knows_months_only(study.incidents.table)
    same = year_before(around.after, around.history, by_month=by_month)
    enough = _COVERED * days_with_data(study, around.after)
    return same if same and days_with_data(study, same) >= enough else None


def year_before(after: Window, history: Window, *, by_month: bool) -> Window | None:
    """Return the same weeks a year before a window; none where they do not lie in the history.

    Parameters
    ----------
    by_month
        Whether the data knows only its months.
    """
    same = _moved(after, _YEAR, by_month=by_month)
    inside = history.first <= same.first and same.last <= history.last
    return same if inside else None


def judged_periods(study: Study, around: Around) -> CellPeriods:
    """Return the counts of months or weeks from which the dispersion is measured."""
    counts, group = [], []
    for number, window in enumerate((around.history, around.before)):
        by_month = knows_months_only(study.incidents.table) or window.days > _LONG
        table, _ = _by_period(study, window, by_month=by_month)
        whole = by_month and not knows_months_only(study.incidents.table)
        judged = table if whole or table.shape[1] < 4 else table[:, 1::2]  # noqa: PLR2004 (two a half)
        counts.append(judged)
        group.extend([number] * judged.shape[1])
    return CellPeriods(np.hstack(counts), np.array(group, dtype=np.int64))


def _with_history(study: Study, action: Action) -> Around | None:
    """Return the windows of the action, the time before it halved where no history is left."""
    before, after = action.before, action.after
    if knows_months_only(study.incidents.table):
        before, after = months_begun(before), months_begun(after)
    if before.first > study.first:
        history = Window(study.first, before.first - _DAY)
        days = days_with_data(study, history)
        if days >= ENOUGH_HISTORY * days_with_data(study, before):
            return Around(history, before, after)
    whole = Window(study.first, before.last)
    middle = _middle(study, whole)
    if not whole.first < middle <= whole.last:
        return None
    halves = Window(whole.first, middle - _DAY), Window(middle, whole.last)
    return Around(*halves, after) if all(days_with_data(study, each) for each in halves) else None


def _middle(study: Study, window: Window) -> date:
    """Return the first day of the later half of a window."""
    if not knows_months_only(study.incidents.table):
        return window.first + timedelta(days=window.days // 2)
    first = np.datetime64(window.first, "M")
    months = int((np.datetime64(window.last, "M") - first).astype(np.int64)) + 1
    middle: date = (first + months // 2).astype("datetime64[D]").astype(object)
    return middle


def _last_day(first: np.datetime64, last: np.datetime64) -> date:
    day: date = ((max(first, last) + 1).astype("datetime64[D]") - 1).astype(object)
    return day


def _moved(window: Window, months: int, *, by_month: bool) -> Window:
    """Return a window moved back: by months where it is made of months, else by whole weeks."""
    whole = window.first.day == 1 and (window.last + _DAY).day == 1
    if whole or by_month:
        first, last = (np.datetime64(day, "M") - months for day in (window.first, window.last))
        return Window(first.astype("datetime64[D]").astype(object), _last_day(first, last))
    days = timedelta(days=7 * round(_MONTH * months / 7))
    return Window(window.first - days, window.last - days)


def _is_enough(study: Study, earlier: Around, first: Around) -> bool:
    """Tell whether an earlier date has enough history and whole windows."""
    history = days_with_data(study, earlier.history)
    wanted = max(_SHORTEST_HISTORY, _HISTORY_LEFT * days_with_data(study, first.history))
    return history >= wanted and all(
        days_with_data(study, one) >= _COVERED * days_with_data(study, other)
        for one, other in ((earlier.before, first.before), (earlier.after, first.after))
    )


def _halves(study: Study, window: Window) -> tuple[Integers, Integers] | None:
    """Return every other week or month of a window and the rest; none where there is but one."""
    table, _ = _by_period(study, window, by_month=knows_months_only(study.incidents.table))
    if table.shape[1] <= 1:
        return None
    return table[:, ::2].sum(axis=1), table[:, 1::2].sum(axis=1)


def _judged_part(study: Study, history: Window, part: Window) -> Integers | None:
    """Return the judged weeks or months of a history that begin in a part of it; none if none."""
    table, starts = _by_period(study, history, by_month=knows_months_only(study.incidents.table))
    inside = (starts >= np.datetime64(part.first)) & (starts <= np.datetime64(part.last))
    if starts.size > 1:
        inside[::2] = False
    return table[:, inside].sum(axis=1) if inside.any() else None


def _by_period(study: Study, window: Window, *, by_month: bool) -> tuple[Integers, Days]:
    """Return the counts of the months or whole weeks of a window that hold any row of the files.

    Beside them stands the first day of each.
    """
    start = study.incidents.table["start"].to_numpy()
    inside = (start >= np.datetime64(window.first)) & (start < np.datetime64(window.last + _DAY))
    if by_month:
        first = np.datetime64(window.first, "M")
        number = (start.astype("datetime64[M]") - first).astype(np.int64)
        size = int(number[inside].max(initial=0)) + 1
        starts = (first + np.arange(size)).astype("datetime64[D]")
    else:
        days = (start.astype("datetime64[D]") - np.datetime64(window.first)).astype(np.int64)
        number, size = days // 7, window.days // 7
        starts = np.datetime64(window.first, "D") + 7 * np.arange(size)
    number = np.where(inside & (number < size), number, -1)
    held = np.bincount(number[study.within & (number >= 0)], minlength=size) > 0
    counts = count_by_period(
        study.counts.position,
        study.counted.astype(np.int64),
        number,
        size=study.near.size,
        periods=size,
    )
    return counts[:, held], starts[held]
