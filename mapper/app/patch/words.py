"""The sentences of a patch: what each card says."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

from mapper.base.text import count
from mapper.base.week import SHIFTS, WEEKDAYS
from mapper.disclosure.patch import Nearby, PatchPlace
from mapper.records.actions import PlannedAction

PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "new": "new in the last month",
        "consecutive": "hot lately, month after month",
        "intensifying": "hot for long and growing",
        "diminishing": "hot for long, falling",
        "persistent": "hot nearly every month",
        "historical": "hot for long, not last month",
        "oscillating": "up and down",
        "sporadic": "hot on and off",
    }
)
_NEAR = 3
_STREET = re.compile(r"(.+?) \([\d,]+\)")  # the first street, before its incidents
_CLEAR = 8  # incidents below which hours are not told


def pattern_words(place: PatchPlace) -> str:
    """Return what a place was like over the months, in words."""
    word = place.pattern.removesuffix(" hot spot")
    if word in PATTERNS:
        return PATTERNS[word]
    return "no pattern over the months" if place.pattern else ""


def peak_words(place: PatchPlace) -> str:
    """Return the shifts above all others: Friday night 23-07; or that none is, and the busiest.

    A shift that is busy on every day stands out on none of them, and is told.
    """
    if place.shifts.sum() < _CLEAR:
        return "Too few incidents with a time to tell hours"
    order = [int(at) for at in np.argsort(-place.shifts, kind="stable")]
    if not stands_out(place):
        busiest = f"no one day of it stands out; busiest: {shift_words(order[0])}"
        of_day = place.shifts.reshape(len(WEEKDAYS), -1).sum(axis=0)
        if of_day.max() > of_day.sum() / 2:
            return f"Mostly {clock_words(int(of_day.argmax()))}; {busiest}"
        return f"No shift stands out, and {busiest}"
    return ", ".join(shift_words(at) for at in order if place.peaks[at])


def stands_out(place: PatchPlace) -> bool:
    """Tell whether some shift of a place is above all others, beyond chance."""
    return bool(place.shifts.sum() >= _CLEAR and place.peaks.any())


def shift_words(at: int) -> str:
    """Return one shift of the week, Monday's early being 0: Friday night 23-07."""
    day, shift = divmod(at, len(SHIFTS))
    return f"{WEEKDAYS[day]} {clock_words(shift)}"


def clock_words(shift: int) -> str:
    """Return one shift of the day, early being 0: night 23-07."""
    names, starts = list(SHIFTS), [*SHIFTS.values(), next(iter(SHIFTS.values()))]
    return f"{names[shift]} {starts[shift]:02}-{starts[shift + 1]:02}"


def near_words(near: Sequence[Nearby], *, side: str) -> list[str]:
    """Return the nearest kinds of one side: 3 schools, the nearest 120 m away."""
    mine = [one for one in near if one.side == side][:_NEAR]
    return [
        f"{one.kind} {one.number:,}{'' if one.metres else ', one here'}"
        + (f", nearest {one.metres:,.0f} m" if one.metres else "")
        for one in mine
    ]


def action_words(action: PlannedAction, today: date) -> str:
    """Return an open action in one line."""
    owner = action.owner or action.agency or "no owner yet"
    late = action.days_late(today)
    if late:
        due = f"{count(late, 'day')} late"
    else:
        due = f"due {action.due.day} {action.due:%B}" if action.due else "no day set"
    return f"{action.action} ({owner}, {due})"


def short_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the first street and the ward of each hot spot, or its whole name.

    The whole name stays where the data name no street, and where two places would be called alike.
    """
    short = []
    for row in rows:
        street = _STREET.match(row["streets"])
        name = f"{street[1]}, {row['ward']}" if street and row["ward"] else row["name"]
        short.append(name)
    return [
        row["name"] if short.count(name) > 1 else name
        for row, name in zip(rows, short, strict=True)
    ]
