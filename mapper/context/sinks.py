"""Geocode sinks: points that hold far more incidents than points do, listed before any map.

Records often get the point of a desk instead of the place: a police station, a custody suite, a
hospital. A map then shows where things are written down. A point is listed when it holds at least
0.1 % of all incidents, 20 at least, and its count lies above Tukey's fence on the logarithms of all
points' counts: third quartile plus 1.5 interquartile ranges. Where its label names a kind of sink,
that is said. Points within 5 m under one label are one place, as grid metres and degrees of one
desk differ that much.

What can mislead: a listed point may be a real concentration (a hostel, a single home). So nothing
is moved by itself: for each, a person chooses to keep it, move it out, or map it to its true place
(:mod:`mapper.context.sink_choices`).

Sources: Tukey (1977), Exploratory Data Analysis, for the fence; the list of labels is this
project's (:data:`mapper.incidents.quality.SINK_LABELS`).
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
import pandas as pd

from mapper.base.text import count
from mapper.base.types import Flags, Integers
from mapper.context.distances import around
from mapper.incidents.quality import Points, distinct_points, kind_of_sink, point_labels

LEAST_SHARE = 0.001  # of all incidents
FEWEST = 20  # incidents: in a small file 0.1 % is nothing
REACH = 5.0  # metres within which points under one label are one place
_MAIN_POINT = 0.25  # of the least share must lie at one point before others are added to it
_OUT = 1.5  # interquartile ranges above the third quartile


@dataclass(frozen=True)
class Sink:
    """One place that holds an outlying share of the incidents."""

    lon: float
    lat: float
    label: str  # commonest location text there, empty where the data has none
    kind: str  # police station, hospital, ... where the label says so, else empty
    incidents: int
    share: float  # of all incidents
    points: int  # distinct points taken together
    days: int  # days from its first incident to its last, both included
    reason: str  # why it is listed, in words


def find_sinks(table: pd.DataFrame) -> tuple[Sink, ...]:
    """Return the points that hold an outlying share of incidents, the largest first.

    Parameters
    ----------
    table
        Accepted incidents, with the columns of ``INCIDENT_COLUMNS``; ``location`` if there is.
    """
    if table.empty:
        return ()
    points = distinct_points(table)
    labels = point_labels(table, points)
    lon, lat = (table[name].to_numpy()[points.first] for name in ("lon", "lat"))
    fence = _fence(points.incidents)
    taken = np.zeros(points.incidents.size, dtype=bool)
    found = []
    order = np.argsort(-points.incidents, kind="stable")
    least = max(fence, FEWEST, LEAST_SHARE * len(table))
    for one in order[points.incidents[order] >= _MAIN_POINT * least].tolist():
        if taken[one]:
            continue
        place = around(lon, lat, centre=(lon[one], lat[one]), metres=REACH) & ~taken
        place[place] = labels[place] == labels[one]
        number = int(points.incidents[place].sum())
        if number >= least:
            taken |= place
            found.append(_sink(table, points, place, one, str(labels[one]), fence))
    return tuple(sorted(found, key=lambda sink: -sink.incidents))


def _fence(counts: Integers) -> float:
    """Return the count above which a point is outlying."""
    low, high = np.quantile(np.log(counts), [0.25, 0.75])
    spread = max(high - low, log(2))  # where most points hold one incident, as homes do
    return exp(high + _OUT * spread)


def _sink(
    table: pd.DataFrame,
    points: Points,
    place: Flags,
    one: int,
    label: str,
    fence: float,
) -> Sink:
    """Describe one place."""
    row = points.first[one]
    start = table["start"][place[points.of]]
    number = int(points.incidents[place].sum())
    share, kind = number / len(table), kind_of_sink(label)
    reason = (
        f"{count(number, 'incident')}, {share:.2%} of all".replace("%", " %")
        + f"; points hold up to {fence:,.0f} before they stand out"
        + (f", and the label names a {kind}" if kind else "")
    )
    return Sink(
        lon=round(float(table["lon"].iloc[row]), 6),
        lat=round(float(table["lat"].iloc[row]), 6),
        label=label,
        kind=kind,
        incidents=number,
        share=share,
        points=int(place.sum()),
        days=(start.max().normalize() - start.min().normalize()).days + 1,
        reason=reason,
    )
