"""Unusual: more incidents than a named expectation explains, with bunching allowed for.

What is asked
    Are there more incidents in a cell, or in a cell and its ring, than its share of the
    expectation (residents, all recorded demand, or any column) explains?
The null
    Incidents fall in proportion to the expectation, as bunched as they usually are in this study
    area: :mod:`mapper.statistics.bunching`. p is the exact upper tail of the cell's own count and
    of the disc's sum.
Small expectations
    Residents are known to areas larger than a cell and shared out, and a park has none. So a cell
    is held to expect at least the mean of its disc, and a window at least one incident: fields
    never show "26 times". Both only raise expectations, so p only rises.
What can mislead
    Residents are not the people there: a town centre is unusual by its visitors. The word says
    what the expectation does not explain, never why.
"""

from dataclasses import dataclass

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.bunching import (
    Bunching,
    count_tail,
    fit_bunching,
    matched_tail,
    sum_tail,
)
from mapper.statistics.fewest import FEWEST_IN_DISC
from mapper.statistics.intervals import whole_counts
from mapper.statistics.permutation import SMALLEST_P

LEAST_EXPECTED = 1.0  # incidents that any window is held to expect
_TELLING = 0.5  # cells with at least this part of the pooled expectation take part in the fit
_SCREEN = 0.02  # matched tails are never above the exact ones: beyond this nothing can be found


@dataclass(frozen=True, eq=False)
class Unusual:
    """Every cell and its disc against the expectation; arrays have shape (cells,)."""

    counts: Integers
    expected: Floats  # incidents held to be expected in the cell itself; missing as the base is
    own_p: Floats  # of the cell alone; missing where nothing is known of it
    disc_p: Floats  # of the cell and its ring; missing for isolated cells and unknown discs
    disc_z: Floats  # excess of the disc in standard deviations of the law; missing as disc_p
    bunching: Bunching

    @property
    def p(self) -> Floats:
        """Return p of each cell, alone or with its ring: twice the smaller, as both are tested."""
        return np.asarray(np.minimum(2 * np.fmin(self.own_p, self.disc_p), 1), dtype=np.float64)

    @property
    def excess(self) -> Floats:
        """Incidents of each cell beyond those expected; missing where that is not known."""
        return self.counts - self.expected

    def tail(self, cells: Integers) -> float:
        """Return p of some cells taken together; 1 below the fewest incidents."""
        seen = int(self.counts[cells].sum())
        if seen < FEWEST_IN_DISC:
            return 1.0
        expected, shape = _held(self.expected[cells], self.bunching)
        return float(sum_tail(np.array([seen]), expected[np.newaxis], shape[np.newaxis])[0])


def find_unusual(counts: Integers, base: Floats, near: Neighbours) -> Unusual:
    """Test every cell and every disc against its share of an expectation.

    Cells of which the base is not known take no part: their incidents leave the total, and the
    discs that hold one are missing.

    Parameters
    ----------
    counts
        Incidents (not weighted) of each cell, shape (cells,).
    base
        What incidents are expected to follow, such as residents: 0 or more or missing, shape
        (cells,); the unit does not matter.
    near
        Neighbours of the same cells.

    Raises
    ------
    ValueError
        When counts are not whole, or the base is negative, infinite, of another shape or nothing.
    """
    counts = whole_counts(counts, name="counts")
    share = expected_counts(counts, base)
    expected = pooled(share, near)
    telling = share >= _TELLING * expected
    bunching = fit_bunching(counts[telling & (share > 0)], share[telling & (share > 0)])
    disc_p, disc_z = _of_discs(counts, expected, near, bunching)
    return Unusual(
        counts=counts,
        expected=expected,
        own_p=_own_p(counts, expected, bunching),
        disc_p=disc_p,
        disc_z=disc_z,
        bunching=bunching,
    )


def expected_counts(counts: Integers, base: Floats) -> Floats:
    """Share the incidents out in proportion to a base; missing where the base is.

    Raises
    ------
    ValueError
        When the base is negative, infinite, of another shape, or nothing anywhere.
    """
    if base.shape != counts.shape:
        raise ValueError(f"counts {counts.shape} and base {base.shape} differ in shape")
    if bool(((base < 0) | np.isinf(base)).any()) or not np.nansum(base) > 0:
        raise ValueError("a base is 0 or more, finite, and above 0 in some cell")
    known = ~np.isnan(base)
    return np.asarray(base * (counts[known].sum() / base[known].sum()), dtype=np.float64)


def pooled(share: Floats, near: Neighbours) -> Floats:
    """Return expectations of at least the mean of the disc, where that is known."""
    around = (share + near.ring_totals(share)) / (near.degree + 1)
    return np.where(np.isnan(share), np.nan, np.fmax(share, around))


def _own_p(counts: Integers, expected: Floats, bunching: Bunching) -> Floats:
    """Return p of every cell by itself."""
    p = np.full(counts.shape, np.nan)
    known = ~np.isnan(expected)
    held = np.maximum(expected[known], LEAST_EXPECTED)
    factor = held / np.maximum(expected[known], np.finfo(np.float64).tiny)
    tail = count_tail(counts[known], held, bunching.raised_shapes(expected[known], factor))
    p[known] = np.where(counts[known] < FEWEST_IN_DISC, 1.0, np.clip(tail, SMALLEST_P, 1))
    return p


def _of_discs(
    counts: Integers, expected: Floats, near: Neighbours, bunching: Bunching
) -> tuple[Floats, Floats]:
    """Return p of every disc (matched tails, exact ones wherever these are small), and its z."""
    seen = counts + near.ring_sums(counts)
    means = expected + near.ring_totals(expected)
    own = expected**2 / bunching.shapes(expected)
    extra = own + near.ring_totals(own)
    factor = np.maximum(means, LEAST_EXPECTED) / np.maximum(means, np.finfo(np.float64).tiny)
    raised = np.where(means == 0, LEAST_EXPECTED, means * factor)
    means, extra = means * factor, extra * factor
    tail = matched_tail(seen, raised, extra)
    tested = (near.degree > 0) & ~np.isnan(means)
    p = np.where(tested, np.where(seen < FEWEST_IN_DISC, 1.0, np.clip(tail, SMALLEST_P, 1)), np.nan)
    if bunching.power < 1:
        small = np.flatnonzero(p <= _SCREEN)
        held, shape = _held(_by_term(expected, near, small), bunching)
        p[small] = sum_tail(seen[small], held, shape)
    z = np.full(p.shape, np.nan)
    np.divide(seen - means, np.sqrt(means + extra), out=z, where=tested & (means > 0))
    return p, z


def _by_term(expected: Floats, near: Neighbours, cells: Integers) -> Floats:
    """Return the expectations of each cell and its neighbours, 0 for none, one row a cell."""
    members = near.by_turn[:, cells]
    padded = np.append(expected, 0.0)
    return np.vstack([expected[cells], padded[members]]).T


def _held(expected: Floats, bunching: Bunching) -> tuple[Floats, Floats]:
    """Return expectations and shapes of the cells of windows, raised to the least expected.

    Both are raised by one factor, so the variance to mean ratio stays what the law says.
    """
    whole = expected.sum(axis=-1, keepdims=True)
    factor = np.maximum(whole, LEAST_EXPECTED) / np.maximum(whole, np.finfo(np.float64).tiny)
    raised = expected * factor
    raised[..., :1] += np.where(whole == 0, LEAST_EXPECTED, 0.0)  # nothing has no part to raise
    return raised, bunching.raised_shapes(expected, factor)
