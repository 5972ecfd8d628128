"""Counts: how many incidents of a lens lie in each cell of the study area, empty ones included."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import Cells, points_to_cells


@dataclass(frozen=True, eq=False)
class Counts:
    """Whole-number counts of one lens over the cells of a study area."""

    incidents: Integers  # incidents that count, shape (cells,)
    weighted: Integers  # their weights summed, shape (cells,); equal where every weight is 1
    position: Integers  # cell position of each incident given, -1 outside; shape (incidents,)
    outside: int  # incidents that count but lie in no cell of the study area

    @property
    def total(self) -> int:
        """Incidents that count, inside the study area."""
        return int(self.incidents.sum())


def count_positions(position: Integers, weights: Integers, *, size: int) -> Counts:
    """Add up the weights of incidents whose cells are known.

    Parameters
    ----------
    position
        Position of each incident's cell, -1 outside; as :func:`locate` returns it.
    weights
        Whole-number weight of each incident under the lens, 0 where it does not count.
    size
        Number of cells.
    """
    counted = (weights > 0) & (position >= 0)
    where = position[counted]
    weighted = np.bincount(where, weights=weights[counted], minlength=size)
    return Counts(
        incidents=np.bincount(where, minlength=size).astype(np.int64),
        weighted=np.rint(weighted).astype(np.int64),
        position=position,
        outside=int(((weights > 0) & (position < 0)).sum()),
    )


def locate(
    lon: Floats,
    lat: Floats,
    *,
    cells: Cells,
    resolution: int,
) -> Integers:
    """Return the position in ``cells`` of each point's cell, -1 outside the study area.

    Each distinct point is binned once: police.uk snaps hundreds of thousands of incidents to a
    few thousand points, and repeat calls share an address.
    """
    points = np.empty(lon.size, dtype=np.complex128)
    points.real, points.imag = lon, lat
    code, distinct = pd.factorize(points, use_na_sentinel=False)
    found = points_to_cells(distinct.real.copy(), distinct.imag.copy(), resolution=resolution)
    position = np.searchsorted(cells, found).astype(np.int64)
    position[position == cells.size] = 0
    position[cells[position] != found] = -1
    return position[code]


def count_by_period(
    position: Integers, weights: Integers, period: Integers, *, size: int, periods: int
) -> Integers:
    """Return weighted counts for every cell and period, shape (cells, periods).

    Parameters
    ----------
    position
        Cell position of each incident, -1 outside.
    weights
        Whole-number weight of each incident, 0 where it does not count.
    period
        Number of the period of each incident from 0, -1 outside all periods.
    size, periods
        Numbers of cells and periods.
    """
    counted = (weights > 0) & (position >= 0) & (period >= 0) & (period < periods)
    flat = position[counted] * periods + period[counted]
    sums = np.bincount(flat, weights=weights[counted], minlength=size * periods)
    return np.rint(sums).astype(np.int64).reshape(size, periods)
