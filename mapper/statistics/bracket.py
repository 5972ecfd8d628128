"""Bracket: exact p for real-valued scores, such as days of harm, between two whole-number ones.

The permutation method needs whole numbers. Put on a grid of a given step, with every value rounded
down, a subset whose rounded sum reaches the observed one surely reaches it: that share is p_low.
With every value rounded up, a subset that reaches the observed sum surely does so in rounded
values too: that share is p_high. The true p lies between them. The upper one is reported, so
nothing is called rarer than it is, and the width says what the grid costs.

Where every value is a multiple of one decimal step (whole numbers, days to the hundredth) and the
table stays small, the grid holds the values as they are: the bracket has no width, and ties are
those of whole numbers. Values that differ by less than one part in 10^11 count as one.
"""

from dataclasses import dataclass

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.clusters import Null
from mapper.statistics.permutation import conditional_tail, subset_tails, total_tail

NODES = 2**17  # whole-number sums in a table: about 30 MB of memory and 0.1 s for discs of seven
_DECIMALS = range(5)
_ROUNDING = 1e-11  # relative: above the rounding of a sum of many floats, below any real grid


@dataclass(frozen=True, eq=False)
class Bracket:
    """Bounds of the exact p of every cell; arrays have shape (cells,)."""

    low: Floats
    p: Floats  # the upper bound, the one to report; missing for isolated cells
    step: float  # of the grid, in the unit of the values
    exact: bool  # the grid holds every value as it is, so low is p

    @property
    def width(self) -> Floats:
        """Upper bound less lower bound."""
        return self.p - self.low

    def sentence(self) -> str:
        """Say in plain words how sure the p-values are."""
        if self.exact:
            return f"Every score is a multiple of {self.step:g}, so p is exact."
        widest = float(np.nanmax(self.width)) if np.isfinite(self.width).any() else 0.0
        return (
            f"Scores were rounded to steps of {self.step:.3g}, down and up: the exact p lies"
            f" between two bounds at most {widest:.2g} apart, and the larger one is shown."
        )


def bracket_clusters(
    values: Floats,
    near: Neighbours,
    *,
    null: Null = "total",
    step: float | None = None,
    nodes: int = NODES,
) -> Bracket:
    """Return bounds of the exact upper-tail p of every disc sum of real-valued scores.

    Parameters
    ----------
    values
        Real scores of 0 or more, shape (cells,).
    near
        Neighbours of the same cells.
    null
        ``total`` or ``conditional``, as for whole-number scores.
    step
        Of the grid, in the unit of the values; by default the largest decimal step that holds
        every value, if the table then fits, else the finest that fits.
    nodes
        Largest number of sums in a table: more makes the bracket narrower, at the cost of memory
        and time in proportion.

    Raises
    ------
    ValueError
        When a value is negative, missing or infinite, or the step is not positive.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.shape != (near.size,) or not bool((np.isfinite(values) & (values >= 0)).all()):
        raise ValueError("values must be real numbers of 0 or more, one for each cell")
    if step is None:
        step = choose_step(values, largest=int(near.degree.max(initial=0)) + 1, nodes=nodes)
    elif not (step > 0 and np.isfinite(step)):
        raise ValueError(f"step {step} is not a positive number")
    if _is_multiple(values, step):
        whole = np.rint(values / step).astype(np.int64)
        p = _p(whole, near.ring_sums(whole), near, null)
        return Bracket(low=p, p=p, step=step, exact=True)
    ring = near.ring_totals(values)
    slack = _ROUNDING * (ring + values)
    down, up = np.floor(values / step), np.ceil(values / step)
    low = _p(down.astype(np.int64), _steps(ring + slack, down, values, step, null), near, null)
    high = _p(up.astype(np.int64), _steps(ring - slack, up, values, step, null), near, null)
    return Bracket(low=np.minimum(low, high), p=high, step=step, exact=False)


def choose_step(values: Floats, *, largest: int, nodes: int = NODES) -> float:
    """Return the step of the grid for sums of up to ``largest`` values.

    The largest of 1, 0.1, ... 0.0001 that holds every value as it is, where at most ``nodes``
    sums are then possible; else the finest step with so many.
    """
    top = float(np.sort(values)[max(values.size - largest, 0) :].sum())
    if top == 0:
        return 1.0
    for decimals in _DECIMALS:
        step = 10.0**-decimals
        if _is_multiple(values, step):
            if top / step < nodes:
                return step
            break
    return top / max(nodes - largest - 1, 1)


def _is_multiple(values: Floats, step: float) -> bool:
    """Tell whether every value is a whole number of steps, but for the rounding of floats."""
    steps = values / step
    return bool((np.abs(steps - np.rint(steps)) <= _ROUNDING * steps).all())


def _steps(ring: Floats, rounded: Floats, values: Floats, step: float, null: Null) -> Integers:
    """Return the sum to reach, in steps, less the own rounded score.

    The conditional null keeps the own value, so the ring alone has to reach its sum. The total
    null adds the own rounded score again, which makes the disc reach its own sum.
    """
    if null == "conditional":
        return np.ceil(ring / step).astype(np.int64)
    return np.ceil((ring + values) / step - rounded).astype(np.int64)


def _p(scores: Integers, ring: Integers, near: Neighbours, null: Null) -> Floats:
    """Return exact p of sums of whole-number scores."""
    degree = near.degree
    table = subset_tails(scores, largest=min(int(degree.max(initial=0)) + 1, scores.size))
    if null == "total":
        return total_tail(scores + ring, degree, table)
    return conditional_tail(scores, ring, degree, table)
