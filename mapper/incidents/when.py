"""When each record happened: start, end, precision and time of report."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from mapper.incidents.columns import Distinct
from mapper.incidents.faults import Faults
from mapper.incidents.layout import Layout
from mapper.incidents.times import (
    DAY,
    MINUTE,
    Moments,
    Times,
    as_days,
    parse_times,
    period_end,
    settle_order,
)

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
    moments: dict[str, tuple[Moments, npt.NDArray[np.int8]]] = {}
    for field in _COLUMNS:
        if field in coded:
            moments[field] = _column(field, coded[field], layout, faults, file, today, notes)
    start, precision = _start(moments, faults, layout, file, notes)
    end = period_end(start, precision)
    if "end" in moments:
        last, fineness = moments["end"]
        given = ~np.isnat(last)
        end = np.where(given, period_end(last, fineness), end)
        faults.add("end before start", given & (end < start), layout.names["end"])
        precision = np.where(given, np.maximum(precision, fineness), precision)
    end = np.where(end > start, end, _NONE)
    found: dict[str, Any] = {"start": start, "end": end, "precision": precision}
    if "reported" in moments:
        found["reported"] = moments["reported"][0]
    return found, tuple(notes)


def _column(
    field: str,
    held: Distinct,
    layout: Layout,
    faults: Faults,
    file: str,
    today: date,
    notes: list[str],
) -> tuple[Moments, npt.NDArray[np.int8]]:
    """Return the moments of one column, its faults added."""
    name = layout.names[field]
    order = layout.date_order or settle_order(held.values, file=file, column=name)
    if order == "month-first" and not layout.date_order:
        notes.append(f"{file}: dates in {name} are month-first, as the column itself proves")
    times = parse_times(held.values, order=order)
    if as_days(times):
        days = np.where(times.precision == MINUTE, np.int8(DAY), times.precision)
        times = Times(times.moment, days)
        notes.append(f"{file}: every time in {name} is midnight and was read as a day")
    wrong = np.isnat(times.moment)
    tomorrow = np.datetime64(today + timedelta(days=1), "us")
    faults.add("bad date", held.among(wrong), name)
    faults.add("future date", held.among(~wrong & (times.moment >= tomorrow)), name)
    moment = np.append(times.moment, [_NONE])[held.codes]
    return moment, np.append(times.precision, [np.int8(MINUTE)])[held.codes]


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
                f"{file}: {int(instead.sum())} rows without an earliest time were given the time"
                " they were reported"
            )
    faults.add("no date", np.isnat(start) & (faults.reason == 0), _time_name(layout))
    return start, precision


def _time_name(layout: Layout) -> str:
    """Return the column that should have held the time."""
    return layout.names.get("start", layout.names.get("reported", ""))
