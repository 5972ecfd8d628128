"""Tails of discrete laws as sums of positive terms, for whole columns of cells at once.

A tail is its first term times ``1 + r1 + r1 r2 + ...`` with ``r`` the ratio of neighbouring terms.
Only positive numbers are multiplied and added, so a tail of 1e-200 is as right as one of 0.2. The
first term comes from log-gamma functions, which are good to about 1e-9 relatively for counts
near a million and far better for smaller ones; the sums add nothing worth naming to that.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mapper.base.lazy import Lazy
from mapper.base.types import Floats, Integers

if TYPE_CHECKING:
    from scipy import special
else:
    special = Lazy("scipy.special")

# Takes how many steps away from the start, shape (1, steps), and positions of rows, shape (rows,);
# gives the ratio of that term to the one before it, shape (rows, steps).
Ratio = Callable[[Floats, Integers], Floats]

_BLOCK = 32_768  # numbers worked on together: they stay in the processor's cache


def ratio_sums(steps: Integers, ratio: Ratio) -> Floats:
    """Return ``1 + r1 + r1 r2 + ...`` for every row.

    Parameters
    ----------
    steps
        Number of ratios of each row, 0 or more, shape (rows,).
    ratio
        Gives the ratios of some rows; those past a row's last step are ignored.
    """
    sums = np.ones(steps.shape)
    for rows, longest in _blocks(steps):
        away = np.arange(1, longest + 1, dtype=np.float64)[np.newaxis]
        terms = ratio(away, rows)
        terms[away > steps[rows, np.newaxis]] = 0.0
        sums[rows] += np.cumprod(terms, axis=1, out=terms).sum(axis=1)
    return sums


def _blocks(steps: Integers) -> Iterator[tuple[Integers, int]]:
    """Yield rows of about the same number of steps, longest first, and that number."""
    order = np.argsort(-steps, kind="stable")
    order = order[: int((steps > 0).sum())]
    first = 0
    while first < order.size:
        longest = int(steps[order[first]])
        rows = order[first : first + max(1, _BLOCK // longest)]
        # a block must not mix long rows with far shorter ones, or it is mostly padding
        rows = rows[: max(1, int((steps[rows] >= longest // 2).sum()))]
        yield rows, longest
        first += rows.size


def log_choose(n: Integers | Floats, k: Integers | Floats) -> Floats:
    """Return the logarithm of n over k."""
    return np.asarray(
        special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0)
    )


def distinct_rows(*columns: npt.NDArray[np.number]) -> tuple[Integers, Integers]:
    """Return one position of each distinct row of some columns, and for every row its number.

    Counts of crime repeat a great deal, so each distinct case is worked out once.
    """
    order = np.lexsort(columns)
    changed = np.zeros(order.size, dtype=np.bool_)
    changed[:1] = True
    for column in columns:
        values = column[order]
        changed[1:] |= values[1:] != values[:-1]
    number = np.empty(order.size, dtype=np.int64)
    number[order] = np.cumsum(changed) - 1
    return order[changed], number
