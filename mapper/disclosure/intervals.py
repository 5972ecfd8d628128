"""Least and most of sums by carrying limits from one to another: no solver, and never too narrow.

Each printed number limits what is left for any of the unknowns it adds up. Carried to and fro a few
times that gives an interval for every unknown and every watched sum, and what is possible always
lies inside it. So it settles, before any programme is solved, sums that are surely known too well,
surely large or surely 0; of the others it says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy

if TYPE_CHECKING:
    from scipy import sparse

    from mapper.base.types import Floats, Integers
else:
    sparse = Lazy("scipy.sparse")

_TURNS = 6  # limits are carried so often; what they would still add is left to the programmes
_MOST = 1e9  # no count is so large; in place of no limit


def outer_bounds(
    sums: sparse.csr_array, low: Floats, high: Floats, targets: sparse.csr_array
) -> tuple[Floats, Floats]:
    """Return an interval for each target that holds all it can be.

    Parameters
    ----------
    sums, low, high
        Limits on sums of unknowns of 0 or more.
    targets
        Sums whose intervals are asked for, shape (targets, unknowns).
    """
    plain = np.flatnonzero(np.bincount(_owner(sums), sums.data < 0, minlength=sums.shape[0]) == 0)
    sums, low, high = sums[plain], low[plain], np.minimum(high[plain], _MOST)
    least, most = _of_unknowns(sums, low, high)
    return _of_targets((sums, low, high), targets, least, most)


def _owner(sums: sparse.csr_array) -> Integers:
    """Return the row of each stored one."""
    return np.repeat(np.arange(sums.shape[0]), np.diff(sums.indptr))


def _of_unknowns(sums: sparse.csr_array, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the interval of each unknown: what every sum leaves beside the others in it."""
    least, most = np.zeros(sums.shape[1]), np.full(sums.shape[1], _MOST)
    row, column = _owner(sums), sums.indices
    for _ in range(_TURNS):
        others_least = (sums @ least)[row] - least[column]
        others_most = (sums @ most)[row] - most[column]
        np.minimum.at(most, column, high[row] - others_least)
        np.maximum.at(least, column, low[row] - others_most)
    return least, most


def _of_targets(
    limits: tuple[sparse.csr_array, Floats, Floats],
    targets: sparse.csr_array,
    least: Floats,
    most: Floats,
) -> tuple[Floats, Floats]:
    """Return the interval of each target, by its unknowns and by sums that hold it or lie in it."""
    sums, low, high = limits
    target_least, target_most = targets @ least, targets @ most
    sum_least, sum_most = sums @ least, sums @ most
    common = (targets @ sums.T).tocoo()
    target, row = common.row, common.col
    whole = common.data == np.asarray(targets.sum(axis=1)).ravel()[target]  # the sum holds it
    part = common.data == np.asarray(sums.sum(axis=1)).ravel()[row]  # the sum lies in it
    found_least, found_most = target_least.copy(), target_most.copy()
    for inside in (whole, part):
        of, by = target[inside], row[inside]
        rest_least, rest_most = target_least[of] - sum_least[by], target_most[of] - sum_most[by]
        up, down = (rest_least, rest_most) if inside is whole else (rest_most, rest_least)
        np.minimum.at(found_most, of, high[by] + up)
        np.maximum.at(found_least, of, low[by] + down)
    return found_least, found_most
