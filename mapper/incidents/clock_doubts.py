"""Minutes and hours of the day as a whole: what one time cannot show and all of them do.

| looked for | what is usual |
|---|---|
| a minute of the day that holds at least three times any other whole hour's | 1 in 1,440 |
| whole hours, or the same minute of each | 1 in 60, in practice up to a third |
| starts of blocks of two hours and more (:mod:`mapper.incidents.time_blocks`) | none |
| one moment of one day that many rows carry | repeats of one incident |
"""

import numpy as np
import pandas as pd

from mapper.base.text import count, day_in_words
from mapper.base.types import Flags, Integers
from mapper.incidents.doubt import FEWEST, Doubt, caveat
from mapper.incidents.time_blocks import (
    HOUR,
    LEAST_SHARE,
    MANY_TIMES,
    MINUTES,
    Times,
    block_starts,
    minute_of_day,
    past_the_hour,
)

BATCH = 20  # rows of one moment
_OF_A_MOMENT = 4  # times what moments usually hold
_ROUNDED = 0.5  # share of whole hours from which times are taken for rounded


def clock_doubts(start: Times, fine: Flags) -> list[Doubt]:
    """Return what the minutes of the day show, of rows known to the minute."""
    rows = np.flatnonzero(fine)
    if rows.size < FEWEST:
        return []
    of_day = minute_of_day(start[rows])
    held = np.bincount(of_day, minlength=MINUTES)
    blocks = block_starts(held)
    held[blocks] = 0
    found, known = [], ~np.isin(of_day, blocks)
    if blocks.size:
        found.append(_in_blocks(rows[~known], blocks, rows.size))
    for one in _standing_for_unknown(held):
        mine = of_day == one
        if np.unique(start[rows[mine]], return_counts=True)[1].max() * 2 > mine.sum():
            continue  # one day's entries, told below
        known &= ~mine
        found.append(_unknown_times(rows[mine], one, rows.size))
    found += _rounded(rows[known], of_day[known])
    return found + _batches(start, rows[known])


def _in_blocks(rows: Integers, blocks: Integers, timed: int) -> Doubt:
    """Say when times are the starts of blocks of hours."""
    share = rows.size / timed
    clocks = [f"{one // HOUR:02}:{one % HOUR:02}" for one in blocks.tolist()]
    words = (
        f"{rows.size:,} of {timed:,} times ({share:.0%}) are {', '.join(clocks[:-1])} or"
        f" {clocks[-1]}: the starts of shifts or blocks of hours. The block is known and no hour in"
        " it: week clocks and shifts spread each over its block."
    )
    remedy = "give times to the minute, or the earliest and latest time of each, in the file"
    return caveat("times rounded", words, rows, share, kind="time", remedy=remedy)


def _standing_for_unknown(held: Integers) -> list[int]:
    """Return the minutes of the day that hold far more than any whole hour does."""
    total = held.sum()
    hours = np.sort(held[past_the_hour(held) :: HOUR])
    usual = hours[-4]  # three whole hours may stand for unknown: 00, 12 and 09
    least = max(MANY_TIMES * usual, FEWEST, LEAST_SHARE * total, MANY_TIMES * total / MINUTES)
    return np.flatnonzero(held > least).tolist()


def _unknown_times(rows: Integers, minute: int, timed: int) -> Doubt:
    clock = f"{minute // HOUR:02}:{minute % HOUR:02}"
    share = rows.size / timed
    return Doubt(
        code="times unknown",
        effect="left out",
        words=(
            f"{rows.size:,} of {timed:,} times ({share:.0%}) are {clock}, far more than any other"
            " minute of the day: they stand for “not known” and are left out wherever hours count."
        ),
        rows=rows,
        share=share,
        kind="time",
        part=clock,
        remedy="leave unknown times blank in the file, or give the earliest and latest time",
    )


def _rounded(rows: Integers, of_day: Integers) -> list[Doubt]:
    """Say when most times are whole hours, or one minute of each hour."""
    minute = past_the_hour(np.bincount(of_day, minlength=MINUTES))
    whole = rows[of_day % HOUR == minute]
    if rows.size < FEWEST or whole.size <= _ROUNDED * rows.size:
        return []
    share = whole.size / rows.size
    which = f"{count(minute, 'minute')} past an hour" if minute else "whole hours"
    words = f"{share:.0%} of times are {which}: hours are known to within one or so."
    remedy = "give times to the minute in the file, where the record system holds them"
    return [caveat("times rounded", words, whole, share, kind="time", remedy=remedy)]


def _batches(start: Times, rows: Integers) -> list[Doubt]:
    """Name the minutes of one day that many rows carry."""
    minutes = start[rows].astype("datetime64[m]")
    values, of, number = np.unique(minutes, return_inverse=True, return_counts=True)
    if not rows.size:
        return []
    usual = _OF_A_MOMENT * float(np.median(number))
    many = number >= max(BATCH, LEAST_SHARE * rows.size / 10, usual)
    if not many.any():
        return []
    mine = rows[many[of]]
    largest = int(number.argmax())
    more = f", and {int(many.sum()) - 1} more such moments" if many.sum() > 1 else ""
    moment = pd.Timestamp(values[largest])
    words = (
        f"{number[largest]:,} incidents carry one and the same moment,"
        f" {day_in_words(moment)} at {moment:%H:%M}{more}: perhaps entered together,"
        " later. They are left out wherever hours count."
    )
    return [
        Doubt(
            code="batch entry",
            effect="left out",
            words=words,
            rows=mine,
            share=mine.size / rows.size,
            kind="time",
            part=f"{pd.Timestamp(values[largest]):%Y-%m-%d %H:%M}",
            remedy="give the time when each happened, leave it blank, or leave these rows out",
        )
    ]
