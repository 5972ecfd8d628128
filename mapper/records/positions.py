"""Positions of vehicles or radios to stays at places. Whose they were is dropped at reading.

Columns of time and place alone are read, and of the positions only what lies at a place that was
asked for becomes a stay: everything else is forgotten. Without a name two vehicles cannot be told
apart, so a stay says how long at least one was there.

A **stay** is a run of positions at one place of which none comes more than :data:`GAP` after the
one before; its minutes run from the first to the last. Runs under :data:`LEAST` minutes are taken
for passing by.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.errors import InputError
from mapper.base.text import count
from mapper.base.week import day_and_shift
from mapper.grid.hexagons import cell_resolution, points_to_cells, strings_to_cells
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import gather
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.read import read_incidents
from mapper.incidents.suggest import suggest_mapping
from mapper.records.place_work import WorkGround
from mapper.records.visits import LONGEST, Visit, VisitKind

Times = npt.NDArray[np.datetime64]
GAP = np.timedelta64(5, "m")
LEAST = 3  # minutes
_WANTED = ("from_at", "reported_at", "longitude", "latitude", "easting", "northing", "x", "y")
_TIMES, _PLACES = frozenset({"from_at", "reported_at"}), frozenset(_WANTED[2:])


@dataclass(frozen=True)
class Stays:
    """What positions came to."""

    visits: tuple[Visit, ...]
    positions: int  # read
    elsewhere: int  # at none of the places
    passing: int  # runs too short to be a stay
    left_out: int  # rows without a time or a place

    @property
    def words(self) -> str:
        """Return what was read and what was forgotten."""
        return (
            f"{count(len(self.visits), 'visit')} at the places asked for, from"
            f" {count(self.positions, 'position')}; {self.elsewhere:,} lay elsewhere and are"
            f" forgotten, {count(self.passing, 'stay')} under {LEAST} minutes were taken for"
            f" passing by, {count(self.left_out, 'row')} had no time or place. Vehicles at one"
            " place at once count once: without their names they cannot be told apart."
        )


def read_positions(path: Path, *, mapping: ColumnMapping | None = None) -> tuple[pd.DataFrame, int]:
    """Return time and place of every position of a file, and how many rows were left out.

    Parameters
    ----------
    path
        CSV, GPX or any other table that incidents can be read from.
    mapping
        How its columns are named, where they are not recognised; what it says of others than time
        and place is not read.

    Returns
    -------
    table
        Columns ``start``, ``lon`` and ``lat``, by time.
    left_out
        Rows without a time to the minute, or without a place.

    Raises
    ------
    InputError
        When no column of times or places is recognised, or nothing can be read.
    """
    columns = (mapping or _suggested(path)).columns
    wanted = {name: names for name, names in columns.items() if name in _WANTED}
    crs = mapping.crs if mapping else ""
    order = mapping.date_order if mapping else ""
    incidents = read_incidents(path, mapping=ColumnMapping(wanted, crs=crs, date_order=order))
    table = incidents.table
    timed = table["precision"].astype("str").to_numpy() == "minute"
    found = table.loc[timed, ["start", "lon", "lat"]].sort_values("start", ignore_index=True)
    if found.empty:
        raise InputError(
            f"{path.name}: no position has both a time to the minute and a place. Choose a file"
            " with a column of dates and times and columns of coordinates."
        )
    return found, len(incidents.rejected) + int((~timed).sum())


def stays_at(
    positions: pd.DataFrame, grounds: Iterable[WorkGround], *, kind: VisitKind, left_out: int = 0
) -> Stays:
    """Return the stays at some places.

    Parameters
    ----------
    positions
        Columns ``start``, ``lon`` and ``lat``, by time.
    grounds
        Places with cells; those without are left out.
    """
    times = positions["start"].to_numpy().astype("datetime64[s]")
    lon, lat = positions["lon"].to_numpy(), positions["lat"].to_numpy()
    cells_of = cache(lambda size: points_to_cells(lon, lat, resolution=size))
    visits: list[Visit] = []
    anywhere, passing = np.zeros(len(positions), dtype=bool), 0
    for ground in grounds:
        cells = strings_to_cells(sorted(ground.cells))
        sizes = {cell_resolution(int(cell)) for cell in cells}
        inside = np.zeros(len(positions), dtype=bool)
        for size in sizes:
            inside |= np.isin(cells_of(size), cells)
        anywhere |= inside
        for first, last in _runs(times[inside]):
            minutes = round((last - first) / np.timedelta64(1, "m"))
            if minutes < LEAST:
                passing += 1
                continue
            day, shift = day_and_shift(pd.Timestamp(first).to_pydatetime())
            told = (min(minutes, LONGEST), ground.name, ground.cells, kind)
            visits.append(Visit(day, shift, *told))
    return Stays(tuple(visits), len(positions), int((~anywhere).sum()), passing, left_out)


def _suggested(path: Path) -> ColumnMapping:
    """Return the columns of time and place as their names and values tell them.

    Raises
    ------
    InputError
        When they tell none.
    """
    with gather([path]) as gathering:
        sheet = open_sheets(gathering.files[0], None)[0]
        found = suggest_mapping(sheet.header, sheet.sample())
    names = set(found.columns) if found else set()
    if found is None or not (names & _TIMES and (names & _PLACES or sheet.located)):
        raise InputError(
            f"{path.name}: no columns of time and place were recognised among"
            f" {', '.join(sheet.header[:12])}. Name them time, latitude and longitude, or give a"
            " mapping file that says which they are."
        )
    return found


def _runs(times: Times) -> list[tuple[np.datetime64, np.datetime64]]:
    """Return first and last time of each run, of times in order."""
    if not len(times):
        return []
    begins = np.flatnonzero(np.r_[True, np.diff(times) > GAP])
    ends = np.r_[begins[1:] - 1, len(times) - 1]
    return list(zip(times[begins], times[ends], strict=True))
