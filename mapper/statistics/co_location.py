"""Co-location: do two lenses meet in the same cell more than chance would have it?

Two questions, both answered by exact hypergeometric laws.

In one cell
    Are both lenses more common in this cell than all demand in it would suggest? Each has its own
    hypergeometric upper tail (:mod:`mapper.statistics.over_represented`, here of the cell alone).
    Both must hold, so p is the larger of the two: an intersection-union test (Berger 1982), right
    however the two lenses depend on each other, and even where one incident counts under both.
Over the study area
    Of n cells, a hold lens A and b hold lens B: do more than chance hold both? Given a and b, the
    number with both is hypergeometric. As every lens follows people, cells are best compared with
    cells of about as much demand: within bands of demand the numbers are independent
    hypergeometrics, and their sum is tested exactly (Mantel and Haenszel's margins, Fisher's law).

What can mislead: presence is a low bar in busy cells; without demand both lenses will seem to meet
wherever there are people.
"""

from dataclasses import dataclass

import numpy as np

from mapper.base.text import count
from mapper.base.types import Floats, Integers
from mapper.statistics.intervals import whole_counts
from mapper.statistics.over_represented import check_part, hypergeometric_tail
from mapper.statistics.tails import log_choose


@dataclass(frozen=True, eq=False)
class MeetingPlaces:
    """Where two lenses meet; arrays have shape (cells,)."""

    p: Floats  # the larger of the two; missing where there is no demand at all
    p_first: Floats  # of the first lens in the cell, given all demand
    p_second: Floats
    expected_first: Floats  # incidents of the first lens that the cell's demand would suggest
    expected_second: Floats


@dataclass(frozen=True)
class CoLocation:
    """How many cells hold both lenses, over the whole study area."""

    first: int  # cells that hold the first lens
    second: int
    both: int
    expected: float  # cells with both if the lenses were placed apart within each band
    p: float  # P(at least so many)
    bands: int  # bands of demand within which cells were compared

    def sentence(self) -> str:
        """Return the finding in plain words, with the question it answers."""
        among = " among cells of about as much demand" if self.bands > 1 else ""
        cells = count(self.both, "cell holds", "cells hold")
        return (
            f"{cells} both lenses, where chance{among} would put"
            f" {self.expected:,.1f} (p {self.p:.2g}). Question answered: do the two lenses"
            " share cells more than chance would have it?"
        )


def find_meeting_places(first: Integers, second: Integers, demand: Integers) -> MeetingPlaces:
    """Test, for every cell alone, whether both lenses are over-represented in it.

    Parameters
    ----------
    first, second
        Incidents (not weighted) of each lens by cell, shape (cells,); an incident may count under
        both.
    demand
        All incidents by cell, holding those of each lens.

    Raises
    ------
    ValueError
        When counts are not whole, or a lens has more incidents than demand anywhere.
    """
    some = np.asarray(demand) > 0
    whole = int(np.asarray(demand).sum())
    tails: list[Floats] = []
    expected: list[Floats] = []
    for lens in (first, second):
        themed, every = check_part(lens, demand)
        chosen = int(themed.sum())
        tail = hypergeometric_tail(themed, every, chosen=chosen, whole=whole)
        tails.append(np.where(some, tail, np.nan))
        expected.append(np.asarray(every * (chosen / max(whole, 1)), dtype=np.float64))
    return MeetingPlaces(
        p=np.maximum(*tails),
        p_first=tails[0],
        p_second=tails[1],
        expected_first=expected[0],
        expected_second=expected[1],
    )


def measure_co_location(
    first: Integers, second: Integers, *, demand: Integers | None = None, bands: int = 10
) -> CoLocation:
    """Test whether more cells hold both lenses than chance would have it.

    Parameters
    ----------
    first, second
        Incidents of each lens by cell, shape (cells,); a cell holds a lens from one incident on.
    demand
        All incidents by cell. Given, cells without any are left out and the others compared
        within ``bands`` of about as many cells each, in the order of their demand; cells of equal
        demand share a band.
    bands
        How many bands to try for.

    Raises
    ------
    ValueError
        When counts are not whole, shapes differ, or ``bands`` is less than 1.
    """
    has_first = whole_counts(first, name="first") > 0
    has_second = whole_counts(second, name="second") > 0
    if has_first.shape != has_second.shape or bands < 1:
        raise ValueError(f"{has_first.shape} and {has_second.shape} cells in {bands} bands")
    band = np.zeros(has_first.shape, dtype=np.int64) if demand is None else _bands(demand, bands)
    used = band >= 0
    law, expected = np.ones(1), 0.0
    numbers = np.unique(band[used])
    for number in numbers.tolist():
        inside = band == number
        n = int(inside.sum())
        a, b = int((has_first & inside).sum()), int((has_second & inside).sum())
        law = np.convolve(law, _law(n, a, b))
        expected += a * b / n
    both = int((has_first & has_second & used).sum())
    return CoLocation(
        first=int((has_first & used).sum()),
        second=int((has_second & used).sum()),
        both=both,
        expected=expected,
        p=min(1.0, float(law[both:].sum())),
        bands=numbers.size,
    )


def _bands(demand: Integers, bands: int) -> Integers:
    """Return the band of demand of each cell, -1 for cells without any."""
    demand = whole_counts(demand, name="demand")
    some = demand > 0
    if not some.any():
        return np.full(demand.shape, -1, dtype=np.int64)
    edges = np.quantile(demand[some], np.arange(1, bands) / bands, method="inverted_cdf")
    return np.where(some, np.searchsorted(np.unique(edges), demand), -1).astype(np.int64)


def _law(n: int, a: int, b: int) -> Floats:
    """Return P(0), P(1), ... up to min(a, b) of the cells that hold both."""
    both = np.arange(min(a, b) + 1)
    possible = b - both <= n - a
    other = np.where(possible, b - both, 0)
    ways = log_choose(np.full(both.shape, a), both) + log_choose(np.full(both.shape, n - a), other)
    log_chance = np.where(possible, ways - log_choose(np.array(n), np.array(b)), -np.inf)
    chance = np.exp(log_chance)
    return np.asarray(chance / chance.sum())
