"""What people chose to do with geocode sinks, recorded in a TOML file and applied exactly.

For each sink one of three: **keep** it where it is, **move out** its incidents (they join the
rejected rows under a reason of their own, so that none is lost), or **map** them to the true place.
Every choice leaves a note with exact counts on the incidents, and so on every output.

A file looks like this; ``choices_text`` writes one from a list of sinks, to be edited::

    [[sink]]
    lon = -2.981
    lat = 53.413
    label = "Police Station"      # leave out to take every incident there
    choice = "map"                # keep, move out or map
    to_lon = -2.9790              # with map only
    to_lat = 53.4101
    reason = "Arrests are recorded at the desk; this is the street they come from."
    decided_by = "Analysis lead"  # a role, not a name
    decided_on = 2026-01-31
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal, cast, get_args

import numpy as np
import pandas as pd
import tomli_w

from mapper.base.errors import ContextError
from mapper.base.text import count, day_in_words
from mapper.base.types import Integers
from mapper.context.distances import around
from mapper.context.sinks import REACH, Sink
from mapper.context.toml_file import read_whole, refuse_faults
from mapper.incidents.coordinates import in_area
from mapper.incidents.faults import MOVED_OUT
from mapper.incidents.set_aside import set_aside
from mapper.incidents.table import Incidents
from mapper.lenses.part import Part, closest, parts_of, quoted

Choice = Literal["keep", "move out", "map"]
_KEYS = (
    *("lon", "lat", "label", "metres", "choice", "to_lon", "to_lat"),
    *("reason", "decided_by", "decided_on"),
)


@dataclass(frozen=True)
class SinkChoice:
    """What to do with the incidents at one point."""

    lon: float
    lat: float
    choice: Choice
    reason: str
    decided_by: str
    decided_on: date
    label: str = ""  # only incidents with this location text; empty for all there
    metres: float = REACH  # how near the point an incident must lie
    to: tuple[float, float] | None = None  # longitude and latitude, with map


@dataclass(frozen=True)
class SinkChoices:
    """Every choice of one file, in its order; an incident follows the first that fits it."""

    choices: tuple[SinkChoice, ...]
    source: str  # file name


def read_sink_choices(path: Path) -> SinkChoices:
    """Read a file of choices.

    Raises
    ------
    ContextError
        Naming the file, and for each fault its line and what to write instead.
    """
    whole = read_whole(path, what="a file of sink choices")
    whole.refuse_unknown_keys(("sink",))
    choices = tuple(_choice(part) for part in parts_of(whole, "sink"))
    refuse_faults(path, whole)
    return SinkChoices(choices, path.name)


def choices_text(sinks: Iterable[Sink], *, on: date) -> str:
    """Return a file of choices that keeps every sink, for a person to edit."""
    lines = [
        "# Geocode sinks: choose keep, move out or map for each, and say why.",
        "# With map, add to_lon and to_lat: the longitude and latitude of the true place.",
    ]
    for sink in sinks:
        lines += [
            "",
            "[[sink]]  # " + sink.reason,
            f"lon = {sink.lon!r}",
            f"lat = {sink.lat!r}",
            *([f"label = {json.dumps(sink.label, ensure_ascii=False)}"] if sink.label else []),
            'choice = "keep"',
            'reason = "Not decided yet."',
            'decided_by = "Nobody yet"',
            f"decided_on = {on.isoformat()}",
        ]
    return "\n".join(lines) + "\n"


def text_of_choices(choices: SinkChoices) -> str:
    """Return choices as the file that :func:`read_sink_choices` reads."""
    entries = []
    for one in choices.choices:
        to = {} if one.to is None else {"to_lon": one.to[0], "to_lat": one.to[1]}
        entry = {
            "lon": one.lon,
            "lat": one.lat,
            **({"label": one.label} if one.label else {}),
            "metres": one.metres,
            "choice": one.choice,
            **to,
            "reason": one.reason,
            "decided_by": one.decided_by,
            "decided_on": one.decided_on,
        }
        entries.append(entry)
    return tomli_w.dumps({"sink": entries})


def apply_sink_choices(incidents: Incidents, choices: SinkChoices) -> Incidents:
    """Return the incidents with every choice applied and noted; the given ones stay as they are.

    Raises
    ------
    ContextError
        When a choice fits no incident: the point or label is then another than was meant.
    """
    table = incidents.table
    rule = _first_fitting(table, choices)
    counts = np.bincount(rule[rule >= 0], minlength=len(choices.choices))
    _refuse_idle(choices, counts)
    moved = rule.copy()
    lon, lat = (table[name].to_numpy(copy=True) for name in ("lon", "lat"))
    for number, one in enumerate(choices.choices):
        if one.choice != "move out":
            moved[rule == number] = -1
        if one.to is not None:
            lon[rule == number], lat[rule == number] = one.to
    out = moved >= 0
    changed = table.assign(lon=lon, lat=lat)
    notes = tuple(_note(one, int(n)) for one, n in zip(choices.choices, counts, strict=True))
    field = "location" if "location" in table else "lon and lat"
    left = set_aside(incidents, changed, out, reason=MOVED_OUT, field=field)
    return replace(left, notes=(*incidents.notes, *notes))


def _first_fitting(table: pd.DataFrame, choices: SinkChoices) -> Integers:
    """Return the number of the choice that each incident follows, -1 for none."""
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    rule = np.full(len(table), -1, dtype=np.int64)
    for number, one in enumerate(choices.choices):
        fits = around(lon, lat, centre=(one.lon, one.lat), metres=one.metres)
        if one.label:
            known = "location" in table
            fits &= (table["location"] == one.label).to_numpy() if known else False
        rule[fits & (rule < 0)] = number
    return rule


def _refuse_idle(choices: SinkChoices, counts: Integers) -> None:
    """Refuse choices that fit nothing, so that a slip is not taken for a decision."""
    idle = [one for one, n in zip(choices.choices, counts, strict=True) if n == 0]
    if idle:
        places = "; ".join(f"{one.lon}, {one.lat} {one.label}".strip() for one in idle)
        raise ContextError(
            f"{choices.source}: no incident lies at {places}. Correct the point or the label, or"
            " remove the entry."
        )


def _note(one: SinkChoice, number: int) -> str:
    """Return what was done with one sink, in words."""
    place = f"“{one.label}” at {one.lon}, {one.lat}" if one.label else f"{one.lon}, {one.lat}"
    done = {
        "keep": "kept where they are",
        "move out": "moved out and listed among the rejected rows",
        "map": f"moved to {one.to[0]}, {one.to[1]}" if one.to else "",
    }[one.choice]
    return (
        f"Geocode sink {place}: {count(number, 'incident')} {done}, decided by {one.decided_by} on"
        f" {day_in_words(one.decided_on)}: {one.reason}"
    )


def _choice(part: Part) -> SinkChoice:
    part.refuse_unknown_keys(_KEYS)
    choice = part.text("choice")
    if choice and choice not in get_args(Choice):
        part.fault(
            f"the choice {quoted(choice)} is none of {', '.join(get_args(Choice))}."
            f"{closest(choice, get_args(Choice))}",
            at="choice",
        )
    metres = part.positive_number("metres", largest=100)
    label = part.text("label") if "label" in part.table else ""
    return SinkChoice(
        *_point(part, "lon", "lat"),
        choice=cast("Choice", choice),
        reason=part.text("reason"),
        decided_by=part.text("decided_by"),
        decided_on=_day(part),
        label=label,
        metres=REACH if metres is None else metres,
        to=_to(part, choice),
    )


def _to(part: Part, choice: str) -> tuple[float, float] | None:
    """Return the true place, which goes with map and with nothing else."""
    given = "to_lon" in part.table or "to_lat" in part.table
    if choice == "map":
        return _point(part, "to_lon", "to_lat")
    if given:
        part.fault(
            '`to_lon` and `to_lat` go with choice = "map" only. Remove them, or choose "map".',
            at="to_lon",
            or_at="to_lat",
        )
    return None


def _point(part: Part, lon: str, lat: str) -> tuple[float, float]:
    """Return a point that must be there, in degrees."""
    values = [part.table.get(name) for name in (lon, lat)]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        east, north = (float(cast("float", value)) for value in values)
        if bool(in_area(np.array([east]), np.array([north]))[0]):
            return east, north
    part.fault(
        f"`{lon}` and `{lat}` are no point in Great Britain or Northern Ireland."
        f" Write {lon} = -2.98 and {lat} = 53.41, in degrees.",
        at=lon,
        or_at=lat,
    )
    return 0.0, 0.0


def _day(part: Part) -> date:
    """Return the day of the decision."""
    value = part.table.get("decided_on")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    part.fault(
        "`decided_on` is missing or no day. Write decided_on = 2026-01-31, without quotes.",
        at="decided_on",
    )
    return date.min
