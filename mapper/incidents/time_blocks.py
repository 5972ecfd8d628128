"""Times that stand for a block of hours: shift starts alone, halves of the day, every fourth hour.

Two to twelve minutes of the day that each hold three times what the middle whole hour does, at
least two hours apart and about evenly spread round the clock, are the starts of blocks: what
carries one of them is known to its block and to no hour in it. Of two alone it is said where they
hold nine in ten times: noon and midnight among others stand for "not known"
(:mod:`mapper.incidents.column_doubts`). Midnight, noon or both may stand for that beside blocks.
"""

from itertools import product

import numpy as np
import numpy.typing as npt

from mapper.base.types import Flags, Integers
from mapper.incidents.doubt import FEWEST

MINUTES = 1440
HOUR = 60
MANY_TIMES = 3  # of what its like hold
LEAST_SHARE = 0.01
_MARKS = 2, 12  # fewest and most starts of a day
_APART = 2 * HOUR
_EVEN = 1.5  # longest block over shortest
_ALL = 0.9  # of times, where there are two starts
_MOST = 0.5  # of times, where all hours are written alike
_SEVERAL = 4  # hours that must be written so
_UNKNOWN = (0, 12 * HOUR)  # minutes that may stand for "not known" beside blocks

Times = npt.NDArray[np.datetime64]


def minute_of_day(start: Times) -> Integers:
    """Return the minute of the day of each time; shape (incidents,)."""
    found = (start - start.astype("datetime64[D]")) // np.timedelta64(1, "m")
    return np.asarray(found, dtype=np.int64)


def past_the_hour(held: Integers) -> int:
    """Return at which minute of each hour most times stand, whole hours unless others clearly do.

    A system that writes the middle or the end of each hour fills one such minute in every hour,
    one time that stands for "not known" fills it in one.

    Parameters
    ----------
    held
        Times at each minute of the day, shape (1440,).

    Examples
    --------
    >>> held = np.zeros(1440, dtype=np.int64)
    >>> held[15::60] = 20
    >>> past_the_hour(held)
    15
    """
    by_minute = held.reshape(-1, HOUR)
    most = int(by_minute.sum(axis=0).argmax())
    usual = np.sort(by_minute, axis=0)[-_SEVERAL]
    clear = by_minute[:, most].sum() > _MOST * held.sum() and usual[most] > MANY_TIMES * usual[0]
    return most if clear else 0


def block_starts(held: Integers) -> Integers:
    """Return the minutes of the day at which blocks start, rising; none where there are none.

    Parameters
    ----------
    held
        Times at each minute of the day, shape (1440,).

    Examples
    --------
    >>> held = np.ones(1440, dtype=np.int64)
    >>> held[[360, 840, 1320]] = 200  # 06:00, 14:00, 22:00
    >>> block_starts(held).tolist()
    [360, 840, 1320]
    """
    hours = np.sort(held[past_the_hour(held) :: HOUR])
    usual = hours[hours.size // 2 - 1]  # twelve blocks leave the other hours empty
    least = max(MANY_TIMES * usual, FEWEST, LEAST_SHARE * held.sum())
    marks = np.flatnonzero(held > least)
    for without in product((False, True), repeat=len(_UNKNOWN)):
        left = np.setdiff1d(marks, np.array(_UNKNOWN)[list(without)])
        if _are_blocks(left, held):
            return left
    return np.empty(0, dtype=np.int64)


def _are_blocks(marks: Integers, held: Integers) -> bool:
    """Tell whether minutes of the day are spread as the starts of blocks are."""
    if not _MARKS[0] <= marks.size <= _MARKS[1]:
        return False
    lengths = _lengths(marks)
    if lengths.min() < _APART or lengths.max() > _EVEN * lengths.min():
        return False
    return marks.size > _MARKS[0] or held[marks].sum() >= _ALL * held.sum()


def block_minutes(start: Times, fine: Flags) -> Integers:
    """Return how many minutes long the block of each time is, 0 where it stands for none.

    Parameters
    ----------
    start
        Shape (incidents,).
    fine
        Which of them are known to the minute, shape (incidents,).
    """
    found = np.zeros(start.size, dtype=np.int64)
    rows = np.flatnonzero(fine)
    minute = minute_of_day(start[rows])
    marks = block_starts(np.bincount(minute, minlength=MINUTES))
    if marks.size:
        of_minute = np.zeros(MINUTES, dtype=np.int64)
        of_minute[marks] = _lengths(marks)
        found[rows] = of_minute[minute]
    return found


def _lengths(marks: Integers) -> Integers:
    """Return the minutes from each start to the next, round the clock."""
    return np.asarray(np.diff(np.append(marks, marks[0] + MINUTES)), dtype=np.int64)
