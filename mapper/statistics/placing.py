"""Placing: the order of cells by some keys, and what lies in the first of them.

Cells that cannot be told apart share a place and are taken together, the last set in part: nothing
is gained from how cells happen to be sorted.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mapper.base.types import Floats, Integers


def places(*keys: npt.NDArray[np.number | np.bool_]) -> Integers:
    """Return the place of each cell by some keys, largest first; equal cells share a place.

    Parameters
    ----------
    keys
        The first decides, later ones break its ties; missing values come last.
    """
    columns = [np.where(np.isnan(key), -np.inf, key.astype(np.float64)) for key in keys]
    order = np.lexsort([-column for column in reversed(columns)])
    step = np.zeros(order.size, dtype=np.int64)
    for column in columns:
        step[1:] |= column[order][1:] != column[order][:-1]
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.cumsum(step)
    return place


def hits_within(
    place: Integers, test: Integers, area_km2: Floats, shares: Sequence[float]
) -> Floats:
    """Return the incidents in the first cells of a ranking that make up each share of the area.

    Parameters
    ----------
    place
        Place of each cell, 0 first; cells that share a place are taken together.
    test
        Incidents to be hit, shape (cells, periods).
    area_km2
        Shape (cells,).
    shares
        Of the whole area, from 0 to 1.

    Returns
    -------
    numpy.ndarray
        Shape (shares, periods).
    """
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    area = np.concatenate([[0.0], np.cumsum(np.add.reduceat(area_km2[order], starts))])
    sums = np.cumsum(np.add.reduceat(test[order], starts, axis=0), axis=0)
    held = np.concatenate([np.zeros((1, test.shape[1])), sums])
    wanted = np.asarray(shares) * area[-1]
    last = np.clip(np.searchsorted(area, wanted), 1, area.size - 1)
    part = (wanted - area[last - 1]) / (area[last] - area[last - 1])
    within: Floats = held[last - 1] + part[:, np.newaxis] * (held[last] - held[last - 1])
    return within
