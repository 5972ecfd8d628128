"""Rows that stand for several incidents each: their sums and medians, exact in whole numbers."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from mapper.base.types import Floats, Integers


def sums(group: "Integers", times: "Integers | None", *, size: int = 0) -> "Integers":
    """Return how many incidents each group holds.

    Parameters
    ----------
    group
        Number of the group of each row, from 0; shape (rows,).
    times
        How many incidents each row stands for; one where none is given.
    size
        Groups at least.

    Examples
    --------
    >>> sums(np.array([0, 2, 0]), np.array([5, 1, 2])).tolist()
    [7, 0, 1]
    """
    if times is None:
        return np.bincount(group, minlength=size).astype(np.int64)
    # Sums of whole numbers below 2**53 are exact in floating point.
    return np.rint(np.bincount(group, weights=times, minlength=size)).astype(np.int64)


def firsts(group: "Integers") -> "Integers":
    """Return where each group stands first, of groups numbered in that order.

    Examples
    --------
    >>> firsts(np.array([0, 1, 0, 2])).tolist()
    [0, 1, 3]
    """
    return np.flatnonzero(~pd.Series(group).duplicated().to_numpy())


def median_of(values: "Floats", times: "Integers | None") -> float:
    """Return the median of some values, of which each stands for several incidents.

    Examples
    --------
    >>> median_of(np.array([3.0, 1.0]), np.array([1, 3])), median_of(np.array([3.0, 1.0]), None)
    (1.0, 2.0)
    """
    if times is None:
        return float(np.median(values))
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(times[order])
    total = int(ends[-1])
    middle = np.searchsorted(ends, [(total - 1) // 2, total // 2], side="right")
    return float(np.mean(values[order][middle]))
