"""Linear programmes of a disclosure check, solved by HiGHS within a time."""

from __future__ import annotations

from dataclasses import dataclass
from time import thread_time
from typing import TYPE_CHECKING

import numpy as np

from mapper.base.lazy import Lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import optimize, sparse

    from mapper.base.types import Floats
else:
    optimize = Lazy("scipy.optimize")
    sparse = Lazy("scipy.sparse")

_OUT_OF_TIME = 1  # of SciPy's answers


class TimeSpentError(Exception):
    """The seconds of a check are spent."""


class GivenUpError(TimeSpentError):
    """The solver found no answer where there is one: nothing is settled, as when time is spent."""


@dataclass(frozen=True)
class Clock:
    """When a check must have ended."""

    end: float

    @classmethod
    def of(cls, seconds: float) -> Clock:
        """Return one that ends so many seconds from now."""
        return cls(thread_time() + seconds)

    def left(self) -> float:
        """Return the seconds that are left; raise where none are."""
        seconds = self.end - thread_time()
        if seconds <= 0:
            raise TimeSpentError
        return seconds


@dataclass(frozen=True, eq=False)
class SumLimits:
    """Sums of unknowns between limits."""

    sums: sparse.csr_array
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Pull:
    """Which way some sums are pulled, up (1) or down (-1), and how far."""

    way: Floats
    ends: Floats


def solve_pulling(
    cost: Floats, limits: SumLimits, pulled: sparse.csr_array, pull: Pull, clock: Clock
) -> Floats:
    """Return unknowns of least cost that also pull some sums, each to its end and no further.

    An objective without those ends would pour all there is room for into a single sum.
    """
    rows, unknowns = limits.sums.shape
    size = pulled.shape[0]
    way = sparse.diags_array(pull.way, format="csr")
    every = sparse.block_array(
        [[limits.sums, sparse.csr_array((rows, size))], [way @ pulled, -way]], format="csr"
    )
    up = pull.way > 0
    solved = solve(
        np.concatenate([cost, -pull.way]),
        every,
        np.concatenate([limits.low, np.zeros(size)]),
        np.concatenate([limits.high, np.full(size, np.inf)]),
        least=np.concatenate([np.zeros(unknowns), np.where(up, 0.0, pull.ends)]),
        most=np.concatenate([np.full(unknowns, _ceiling(limits)), np.where(up, pull.ends, np.inf)]),
        clock=clock,
    )
    return solved[:unknowns]


def side_by_side(parts: Sequence[sparse.csr_array]) -> sparse.csr_array:
    """Return matrices along a diagonal; many times quicker than SciPy's for small ones."""
    rows = np.concatenate([[0], *(np.diff(part.indptr) for part in parts)])
    widths = np.array([part.shape[1] for part in parts])
    stored = np.array([part.indices.size for part in parts])
    first = np.repeat(np.concatenate([[0], np.cumsum(widths)[:-1]]), stored)
    columns = np.concatenate([part.indices for part in parts]) + first
    data = np.concatenate([part.data for part in parts])
    shape = (rows.size - 1, int(widths.sum()))
    return sparse.csr_array((data, columns, np.cumsum(rows)), shape=shape)


def _ceiling(limits: SumLimits) -> float:
    """Return a count above all that is printed, in place of no limit.

    An unknown may be the total of others, which a sum that takes away says: as many times more.
    """
    printed = limits.high[np.isfinite(limits.high)]
    taking = np.repeat(np.arange(limits.sums.shape[0]), np.diff(limits.sums.indptr))
    taking = np.unique(taking[limits.sums.data < 0])
    widest = int(np.diff(limits.sums.indptr)[taking].max(initial=1))
    return (float(printed.max(initial=0)) + 1_000) * widest


def solve(
    cost: Floats,
    sums: sparse.csr_array,
    low: Floats,
    high: Floats,
    *,
    least: float | Floats = 0.0,
    most: float | Floats,
    clock: Clock,
) -> Floats:
    """Return unknowns of least cost within the limits.

    Raises
    ------
    TimeSpentError
        When the time is spent before; :class:`GivenUpError` when the solver finds nothing.
    """
    found = optimize.milp(
        cost,
        constraints=optimize.LinearConstraint(sums, low, high),
        bounds=optimize.Bounds(least, most),
        options={"time_limit": clock.left()},
    )
    if found.status == _OUT_OF_TIME:
        raise TimeSpentError
    if found.x is None:
        raise GivenUpError(found.message)
    return np.asarray(found.x, dtype=np.float64)
