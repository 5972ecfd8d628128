"""Targets of a large system that can be driven together, for none stands in another's way.

Two that share an unknown, or a sum of few unknowns, compete: where one is lifted the other has to
give way, and a solution shows only one of them at its end. Those that meet in wide sums alone, a
total of a ward or of the area, hardly do. So targets are taken one after the other, each that
shares nothing narrow with those taken before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy

if TYPE_CHECKING:
    from scipy import sparse

    from mapper.base.types import Integers
    from mapper.disclosure.margins import Crossed
else:
    sparse = Lazy("scipy.sparse")

_WIDE = 64  # unknowns of a sum


def touched_by(
    targets: sparse.csr_array, crossed: Crossed, sums: sparse.csr_array
) -> sparse.csr_array:
    """Return what each target touches: unknowns, then sums of few of them.

    Parameters
    ----------
    targets, crossed
        Sums of unknowns, shape (targets, unknowns), and those that are where margins cross.
    sums
        That are limited, shape (sums, unknowns).

    Returns
    -------
    scipy.sparse.csr_array
        Shape (targets, unknowns + narrow sums).
    """
    margins = np.concatenate([crossed.held, crossed.kind, crossed.total])
    at = np.tile(crossed.target, 3), margins
    own = abs(targets) + sparse.csr_array((np.ones(margins.size), at), shape=targets.shape)
    narrow = abs(sums[np.flatnonzero(np.diff(sums.indptr) <= _WIDE)])
    return sparse.csr_array(sparse.hstack([own, own @ narrow.T], format="csr"))


def far_apart(candidates: Integers, touched: sparse.csr_array) -> Integers:
    """Return candidates of which no two touch the same thing; the first ones come first."""
    taken = np.zeros(touched.shape[1], dtype=bool)
    starts, found = touched.indptr.tolist(), []
    for target in candidates.tolist():
        mine = touched.indices[starts[target] : starts[target + 1]]
        if not taken[mine].any():
            taken[mine] = True
            found.append(target)
    return np.array(found, dtype=np.int64)
