"""When each record happened: start, end, precision and time of report."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mapper.base.text import count
from mapper.base.types import Flags
from mapper.incidents.columns import Distinct
from mapper.incidents.date_order import settle_order, swapped_in_part
from mapper.incidents.faults import Faults
from mapper.incidents.layout import POLICE_UK, Layout
from mapper.incidents.time_ranges import split_ranges
from mapper.incidents.time_words import first_days
from mapper.incidents.times import (
    DAY,
    MINUTE,
    Moments,
    as_days,
    parse_times,
    period_end,
)

Moment = tuple[Moments, npt.NDArray[np.int8]]
_HOUR, _DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")
_COLUMNS = ("start", "end", "reported")
_NONE = np.datetime64("NaT", "us")


def find_times(
    coded: Mapping[str, Distinct], layout: Layout, faults: Faults, *, file: str, today: date
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the times of every record and notes on choices made; faults are added.

    Where the earliest time is blank the time of report stands in and is counted in a note.
    A moment's end is missing; days and months end, exclusively, where the next begins.
    """
    notes: list[str] = []
    moments: dict[str, Moment] = {}
    past_midnight = np.zeros(faults.size, dtype=bool)
    if "end" in coded and coded["end"].is_blank.all():
        coded = {field: held for field, held in coded.items() if field != "end"}
    if "start" in coded and "end" not in coded:
        coded, layout, past_midnight = _ranges(coded, layout)
    for field in _COLUMNS:
        if field in coded:
            moments[field] = _column(field, coded[field], layout, faults, file, today, notes)
    start, precision = _start(moments, faults, layout, file, notes)
    end = period_end(start, precision)
    if "end" in moments:
        last, fineness = moments["end"]
        given = ~np.isnat(last)
        if _share_a_day(layout):  # of a day alone the clock is blank, before the start: the next
            given &= (fineness == MINUTE) | (precision != MINUTE)
            past_midnight |= given
        end = np.where(given, period_end(last, fineness), end)
        end = np.where(past_midnight & (end < start), end + _DAY, end)
        end = np.where(given, _past_the_clock(start, end), end)
        faults.add("end before start", given & (end < start), layout.names["end"])
        precision = np.where(given, np.maximum(precision, fineness), precision)
    end = np.where(end > start, end, _NONE)
    found: dict[str, Any] = {"start": start, "end": end, "precision": precision}
    if "reported" in moments:
        found["reported"] = moments["reported"][0]
    return found, tuple(notes)


def _share_a_day(layout: Layout) -> bool:
    """Return whether the earliest and the latest time are clocks of one column of dates."""
    first, last = layout.fills.get("start", ()), layout.fills.get("end", ())
    return bool(first and last) and first != last and first[0] == last[0]


def _ranges(
    coded: Mapping[str, Distinct], layout: Layout
) -> tuple[Mapping[str, Distinct], Layout, Flags]:
    """Return columns in which a column of ranges has become two, and which may pass midnight."""
    held = coded["start"]
    found = split_ranges(held.values)
    if found is None:
        return coded, layout, np.zeros(held.codes.size, dtype=bool)
    told = np.asarray(pc.not_equal(found.last, ""))
    ends = np.where(held.among(told), held.codes, np.int32(-1))
    both = {"start": Distinct(held.codes, found.first), "end": Distinct(ends, found.last)}
    names = {**layout.names, "end": layout.names["start"]}
    return {**coded, **both}, replace(layout, names=names), held.among(found.same_day)


def _column(
    field: str,
    held: Distinct,
    layout: Layout,
    faults: Faults,
    file: str,
    today: date,
    notes: list[str],
) -> Moment:
    """Return the moments of one column, its faults added."""
    name = layout.names[field]
    if layout.format == POLICE_UK:
        held = replace(held, values=first_days(held.values))
    order = layout.date_order or settle_order(held.values, file=file, column=name)
    if order == "month-first" and not layout.date_order:
        notes.append(f"{file}: dates in {name} are month-first, as the column itself proves")
    times = parse_times(held.values, order=order)
    if as_days(times):
        days = np.where(times.precision == MINUTE, np.int8(DAY), times.precision)
        times = replace(times, precision=days)
        notes.append(f"{file}: every time in {name} is midnight and was read as a day")
    if times.from_1970:
        notes.append(
            f"{file}: numbers in {name}, such as {held.example!r}, were read as days since"
            " 1 January 1970"
        )
    if worded := int(held.among(times.worded).sum()):
        example = held.values.filter(pa.array(times.worded))[0].as_py()  # noqa: PD011 - no table's
        notes.append(
            f"{file}: {count(worded, 'row')} with words for the time of day in {name}, such as"
            f" {example!r}: read as the whole day"
        )
    skipped = (times.precision == MINUTE) & _skipped_hour(times.moment)
    if rows := int(held.among(skipped).sum()):
        example = held.values.filter(pa.array(skipped))[0].as_py()  # noqa: PD011 - no table's
        notes.append(
            f"{file}: in {name} {count(rows, 'time falls', 'times fall')} into the hour that clocks"
            f" skip in March, such as {example!r}: kept as written. A system that keeps UTC writes"
            " such times, and all of its summer times are then an hour early"
        )
    wrong = np.isnat(times.moment)
    if wrong.size and wrong.all():
        notes.append(
            f"{file}: no value of {name} can be read as a time, such as"
            f" {held.example!r}; is it the right column?"
        )
    elif layout.date_order not in ("", "part-swapped") and (words := swapped_in_part(held.values)):
        notes.append(f"{file}: {name} {words}; it was read {layout.date_order}, as asked")
    tomorrow = np.datetime64(today + timedelta(days=1), "us")
    faults.add("bad date", held.among(wrong), name)
    faults.add("future date", held.among(~wrong & (times.moment >= tomorrow)), name)
    moment = np.append(times.moment, [_NONE])[held.codes]
    precision = np.append(times.precision, [np.int8(MINUTE)])[held.codes]
    return moment, precision


def _past_the_clock(start: Moments, end: Moments) -> Moments:
    """Return ends with those that are right in elapsed time put as long after the start.

    When summer time ends, the hour from 01:00 comes twice: 01:50 to 01:10 is then 20 minutes, and
    any end before the start within that hour lies in its second coming.
    """
    back = np.flatnonzero((end < start) & (end + _HOUR >= start))
    if not back.size:
        return end
    found = end.copy()
    found[back[_repeated_hour(start[back]) & _repeated_hour(end[back])]] += _HOUR
    return found


def _repeated_hour(moment: Moments) -> Flags:
    """Return which London times stand twice on the clock."""
    zoned = pd.DatetimeIndex(moment).tz_localize(
        "Europe/London", ambiguous="NaT", nonexistent="shift_forward"
    )
    return np.asarray(zoned.isna(), dtype=bool)


def _skipped_hour(moment: Moments) -> Flags:
    """Return which times London's clocks never show: those of one hour of a night in March."""
    clock = moment - moment.astype("datetime64[D]")
    at = np.flatnonzero((clock >= _HOUR) & (clock < 2 * _HOUR))
    zoned = pd.DatetimeIndex(moment[at]).tz_localize(
        "Europe/London", ambiguous=np.zeros(at.size, dtype=bool), nonexistent="NaT"
    )
    found = np.zeros(moment.size, dtype=bool)
    found[at] = zoned.isna()
    return found


def _start(
    moments: Mapping[str, tuple[Moments, npt.NDArray[np.int8]]],
    faults: Faults,
    layout: Layout,
    file: str,
    notes: list[str],
) -> tuple[Moments, npt.NDArray[np.int8]]:
    """Return the earliest time of each record, the time of report where there is none."""
    size = faults.size
    nothing = np.full(size, _NONE), np.zeros(size, dtype=np.int8)
    start, precision = moments.get("start", nothing)
    if "reported" in moments:
        reported, fineness = moments["reported"]
        instead = np.isnat(start) & ~np.isnat(reported) & (faults.reason == 0)
        start = np.where(instead, reported, start)
        precision = np.where(instead, fineness, precision)
        if instead.any():
            notes.append(
                f"{file}: {count(int(instead.sum()), 'row')} without an earliest time, given the"
                " time of the report"
            )
    faults.add("no date", np.isnat(start) & (faults.reason == 0), _time_name(layout))
    return start, precision


def _time_name(layout: Layout) -> str:
    """Return the column that should have held the time."""
    return layout.names.get("start", layout.names.get("reported", ""))
