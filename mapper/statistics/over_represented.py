"""Over-represented: is a theme more common here than all demand here would suggest?

Given all demand, the themed incidents are a random subset of it: with K themed among N incidents
in the study area and n incidents in a disc (a cell and its ring), the themed ones there are
hypergeometric. p is the exact upper tail. A town centre with much of everything is not
over-represented; a quiet street where half of all calls are of one theme is.

What can mislead: incidents count as independent of each other. Repeat calls to one address make p
too small; :mod:`mapper.statistics.signals` holds it against counts as bunched as they are.
"""

from dataclasses import dataclass

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.intervals import whole_counts
from mapper.statistics.tails import distinct_rows, log_choose, ratio_sums

_NEGLIGIBLE = 42.0  # terms below e**-42 of the first are left out: under one part in 10**17


@dataclass(frozen=True, eq=False)
class OverRepresented:
    """The over-representation test of every cell with its ring; arrays have shape (cells,)."""

    p: Floats  # missing for isolated cells
    expected: Floats  # themed incidents that all demand in the disc would suggest
    themed: Integers  # themed incidents of the disc
    demand: Integers  # all incidents of the disc


def find_over_represented(themed: Integers, demand: Integers, near: Neighbours) -> OverRepresented:
    """Test every disc against the theme's share of all demand.

    Parameters
    ----------
    themed
        Incidents of the theme (not weighted) of each cell, shape (cells,).
    demand
        All incidents of each cell, the themed ones among them.
    near
        Neighbours of the same cells.

    Raises
    ------
    ValueError
        When counts are not whole, or a cell has more themed incidents than demand.
    """
    themed, demand = check_part(themed, demand)
    own, every = themed + near.ring_sums(themed), demand + near.ring_sums(demand)
    chosen, whole = int(themed.sum()), int(demand.sum())
    p = hypergeometric_tail(own, every, chosen=chosen, whole=whole)
    return OverRepresented(
        p=np.where(near.degree > 0, p, np.nan),
        expected=np.asarray(every * (chosen / max(whole, 1)), dtype=np.float64),
        themed=own,
        demand=every,
    )


def check_part(themed: Integers, demand: Integers) -> tuple[Integers, Integers]:
    """Return themed and all incidents as whole counts of one shape, the first within the second."""
    themed = whole_counts(themed, name="themed")
    demand = whole_counts(demand, name="demand")
    if themed.shape != demand.shape:
        raise ValueError(f"themed {themed.shape} and demand {demand.shape} differ in shape")
    more = int((themed > demand).sum())
    if more:
        raise ValueError(
            f"{more} cells have more themed incidents than demand: demand must hold them"
        )
    return themed, demand


def hypergeometric_tail(
    seen: Integers, drawn: Integers, *, chosen: int, whole: int, lower: bool = False
) -> Floats:
    """Return P(X >= seen) for X the chosen ones among ``drawn`` of ``whole``.

    Every tail is a sum of its own terms: upwards from ``seen`` above the mode, else one less the
    sum below it, which then holds at most about half. Away from the mode the terms fall at least
    as fast as a Poisson law's, which bounds how many matter.

    Parameters
    ----------
    seen, drawn
        Whole numbers of shape (cells,); any ``seen`` is allowed.
    chosen, whole
        How many of the whole are of the kind counted, 0 <= chosen <= whole.
    lower
        Give P(X <= seen).
    """
    if lower:  # as many of the other kind as at least drawn - seen
        return hypergeometric_tail(drawn - seen, drawn, chosen=whole - chosen, whole=whole)
    first, number = distinct_rows(seen, drawn)
    x, n = seen[first], drawn[first]
    least, most = np.maximum(0, n - (whole - chosen)), np.minimum(n, chosen)
    tail = np.where(x <= least, 1.0, 0.0)
    inside = (x > least) & (x <= most)
    mode = (n + 1) * (chosen + 1) // (whole + 2)
    above = np.flatnonzero(inside & (x > mode))
    tail[above] = _from(x[above], n[above], most[above], chosen, whole)
    below = np.flatnonzero(inside & (x <= mode))
    tail[below] = 1 - _to(x[below] - 1, n[below], least[below], chosen, whole)
    return np.clip(tail, 0.0, 1.0)[number]


def _from(x: Integers, n: Integers, most: Integers, chosen: int, whole: int) -> Floats:
    """Return P(X >= x) for x above the mode."""
    rest = whole - chosen

    def ratio(away: Floats, rows: Integers) -> Floats:
        at = x[rows, np.newaxis] + away
        size = n[rows, np.newaxis]
        return ((chosen - at + 1) / at) * ((size - at + 1) / np.maximum(rest - size + at, 1.0))

    reach = np.ceil(_NEGLIGIBLE + np.sqrt(_NEGLIGIBLE**2 + 2 * _NEGLIGIBLE * x)).astype(np.int64)
    return _chance(x, n, chosen, whole) * ratio_sums(np.minimum(most - x, reach), ratio)


def _to(x: Integers, n: Integers, least: Integers, chosen: int, whole: int) -> Floats:
    """Return P(X <= x) for x below the mode."""
    rest = whole - chosen

    def ratio(away: Floats, rows: Integers) -> Floats:
        at = x[rows, np.newaxis] - away + 1  # the term before
        size = n[rows, np.newaxis]
        return (at / (chosen - at + 1)) * ((rest - size + at) / (size - at + 1))

    reach = np.ceil(np.sqrt(2 * _NEGLIGIBLE * np.maximum(x, 0))).astype(np.int64) + 1
    return _chance(x, n, chosen, whole) * ratio_sums(np.minimum(x - least, reach), ratio)


def _chance(x: Integers, n: Integers, chosen: int, whole: int) -> Floats:
    """Return P(X = x)."""
    ways = log_choose(np.full(x.shape, chosen), x) + log_choose(
        np.full(x.shape, whole - chosen), n - x
    )
    return np.asarray(np.exp(ways - log_choose(np.full(x.shape, whole), n)))
