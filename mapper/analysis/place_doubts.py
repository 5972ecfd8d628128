"""What stands beside a place on the list: a desk's point, the edge of the area, few residents.

- *One point.* At least half of the place's incidents lie at points where things are recorded rather
  than happen: a default point, a police station, custody, a hospital, a prison or a court.
- *The edge.* The place touches the edge of the study area. Incidents that count within 500 m
  outside belong to it as far as anybody knows; they are counted beside it. A single cell at the
  edge is said to be one: part of it may lie outside.
- *Few residents.* The place is judged against its residents and fewer than 50 live there.

Where more lie within 500 m outside the edge than inside it, and ten at least, the ward is named
though no place is listed there.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.analysis.expectation import rests_on_residents
from mapper.analysis.study import Study
from mapper.base.note import Note
from mapper.base.text import count
from mapper.base.types import Flags, Floats, Integers
from mapper.base.weights import sums
from mapper.grid.hexagons import cells_to_points
from mapper.incidents.quality import distinct_points, kind_of_sink, point_labels

BEYOND = 500.0  # metres outside the edge
FEW_RESIDENTS = 50.0
FEWEST_BEYOND = 10
_MOST = 0.5  # of a place's incidents
_DESKS = ("police station", "custody", "hospital", "prison", "court")
_DEGREE = 111_195.0  # metres of latitude
_AT_ONCE = 4_096  # points whose distances are held together
_INSIDE = 6  # neighbours of a cell that is not at the edge


@dataclass(frozen=True, eq=False)
class Outside:
    """Incidents that count near the edge, outside, and the cells that each lies next to."""

    points: Floats  # distinct ones, metres east and north; shape (points, 2)
    incidents: Integers  # at each point
    centres: Floats  # of every cell of the study area, the same; shape (cells, 2)
    edge: Integers  # cells that are not inside
    reach: float  # metres from a cell's centre

    def beside(self, cells: Integers) -> int:
        """Return how many lie within reach of any of some cells."""
        away, _ = _nearest(self.centres[cells], self.points)
        return int(self.incidents[away <= self.reach].sum())


def place_words(study: Study, group: Integers, number: int) -> list[str]:
    """Return what stands beside each place, from a space on; empty where nothing does.

    Parameters
    ----------
    group
        Number of the place of each cell, -1 for none; shape (cells,).
    """
    if not number:
        return []
    outside = near_outside(study)
    at_point = _at_points(study, group, number)
    people = study.area.cells["residents"].to_numpy(dtype=np.float64)
    against_residents = study.request.asks == "unusual" and rests_on_residents(study)
    words = []
    for one in range(number):
        cells = np.flatnonzero(group == one)
        told = at_point[one] + _edge_words(study, outside, cells)
        living = float(np.nansum(people[cells]))
        if against_residents and living < FEW_RESIDENTS:
            told += f" {_about(living)} there: they say little of a place that others come to."
        words.append(told)
    return words


def edge_notes(study: Study, group: Integers) -> tuple[Note, ...]:
    """Return a note on incidents outside that gather at the edge where no place is listed."""
    outside = near_outside(study)
    if outside.incidents.sum() < FEWEST_BEYOND:
        return ()
    _, nearest = _nearest(outside.centres[outside.edge], outside.points)
    beside = np.bincount(outside.edge[nearest], outside.incidents, minlength=study.near.size)
    for one in np.argsort(-beside, kind="stable")[:_INSIDE].tolist():
        around = np.append(study.touching.neighbours_of(one), one)
        out, inside = outside.beside(np.array([one])), int(study.counts.incidents[around].sum())
        if out >= max(FEWEST_BEYOND, inside) and not (group[around] >= 0).any():
            ward = str(study.area.cells["ward"].astype("str").iloc[one]) or study.area.title
            words = (
                f"{out:,} incidents that count lie within {BEYOND:.0f} m outside"
                f" {study.area.title}, beside {ward}, where {inside:,} lie inside: they may be one"
                " place. Load that area to judge it."
            )
            return (Note("beyond the edge", words),)
    return ()


def near_outside(study: Study) -> Outside:
    """Return the incidents that count and lie outside the area, near its edge."""
    lon, lat = cells_to_points(study.cells)
    scale = np.array([np.cos(np.radians(lat.mean())), 1.0]) * _DEGREE
    centres = np.column_stack([lon, lat]) * scale
    side = float(np.sqrt(study.area.cells["area_km2"].median() / np.pi)) * 1000
    rows = np.flatnonzero((study.weights > 0) & (study.counts.position < 0))
    table = study.incidents.table
    some = table[["lon", "lat"]].iloc[rows].assign(n=study.part(rows))
    of = some.groupby(["lon", "lat"])["n"].sum()
    points = np.array(of.index.to_list(), dtype=np.float64).reshape(-1, 2) * scale
    reach = BEYOND + side
    edge = np.flatnonzero(study.touching.degree < _INSIDE)  # has the cell nearest to each of them
    away, _ = _nearest(centres[edge], points)
    near = away <= reach
    return Outside(points[near], of.to_numpy().astype(np.int64)[near], centres, edge, reach)


def _nearest(centres: Floats, points: Floats) -> tuple[Floats, Integers]:
    """Return how far the nearest centre of each point is, and which that is; shapes (points,).

    A few hundred centres at most: every pair is looked at, some thousand points at a time.
    """
    away, which = np.full(len(points), np.inf), np.zeros(len(points), dtype=np.int64)
    for start in range(0, len(points) if len(centres) else 0, _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        apart = np.hypot(*(points[some, None, :] - centres[None]).transpose(2, 0, 1))
        which[some] = apart.argmin(axis=1)
        away[some] = apart.min(axis=1)
    return away, which


def _edge_words(study: Study, outside: Outside, cells: Integers) -> str:
    """Return what is said of a place at the edge."""
    if not (study.touching.degree[cells] < _INSIDE).any():
        return ""
    if more := outside.beside(cells):
        return (
            f" It adjoins the edge: {more:,} more lie within {BEYOND:.0f} m outside"
            f" {study.area.title}; load that area to judge it."
        )
    return " One cell at the edge of the study area." if cells.size == 1 else ""


def _at_points(study: Study, group: Integers, number: int) -> list[str]:
    """Return what is said of places most of whose incidents lie at a desk's point."""
    place = np.append(group, -1)[study.counts.position]
    rows = np.flatnonzero(study.counted & (place >= 0))
    if not rows.size:
        return [""] * number
    default = np.zeros(study.counted.size, dtype=bool)
    for doubt in study.doubts:
        if doubt.code == "default point":
            default[doubt.rows] = True
    known = study.incidents.table
    table = known[[name for name in ("lon", "lat", "location") if name in known]].iloc[rows]
    times = study.part(rows)
    desk = default[rows] | _at_desks(table, times)
    mine = place[rows]
    whole = sums(mine, times, size=number)
    part = sums(mine[desk], times[desk], size=number)
    return [
        (
            f" {some:,} of them lie at a point where incidents are recorded or that stands for no"
            " known place: decide on it under default points first."
        )
        if some and some >= _MOST * all_
        else ""
        for some, all_ in zip(part.tolist(), whole.tolist(), strict=True)
    ]


def _at_desks(table: pd.DataFrame, times: Integers) -> Flags:
    """Tell which incidents lie at a point whose commonest label names a desk."""
    points = distinct_points(table, times)
    labels = point_labels(table, points, times)
    desk = np.array([kind_of_sink(str(label)) in _DESKS for label in labels], dtype=bool)
    return np.asarray(desk[points.of])


def _about(living: float) -> str:
    """Return how many residents there are in words."""
    number = round(living)
    return f"About {count(number, 'resident')}" if number else "No residents"
