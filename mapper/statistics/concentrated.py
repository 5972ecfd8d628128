"""Concentrated: where incidents are, against an even spread over the cells of the study area.

What is asked
    Where would a visit meet most of it? Every cell is taken to be equally likely to be hit, fields
    included, so population alone makes places concentrated: what is more than people explain is
    the other question (:mod:`mapper.statistics.unusual`).
Discs
    The scores of a place's cells are a random subset of all scores of the study area. p is the
    exact permutation tail (:mod:`mapper.statistics.permutation`); so is that of any part of a disc,
    once the cells of a stronger place are taken out.
The busiest cells by themselves
    Dealt out at random the same counts still have their busiest cell somewhere, so no permutation
    can tell that one cell is busy, and where a few cells are all the ground hardly that a disc is.
    So each of the busiest fiftieth of the cells by score is also held against incidents that fall
    on every cell alike: the exact binomial tail of its count, one test for every cell of the area.
    A cell waits for the discs that hold it: where one of them is beyond
    chance whatever else is tested, p of the cell is no smaller than that disc's.
What can mislead
    Repeat calls to one address are many incidents and one place: a visit meets them all, but they
    are not independent.
"""

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.fewest import FEWEST_IN_DISC
from mapper.statistics.permutation import SMALLEST_P, subset_tails
from mapper.statistics.places import Windows
from mapper.statistics.rates import binomial_tail

# Of all cells, tested by themselves. With 1 % equal land held up to 1.0 points less of next year's
# incidents than last year's count does, with 2 % at most 0.5 (docs/accuracy.md).
BUSIEST_SHARE = 0.02
_SURE = 0.05  # of all windows tested, by Bonferroni: such a disc is listed whatever else is


def concentrated_windows(
    p: Floats, counts: Integers, scores: Integers, near: Neighbours
) -> Windows:
    """Return the discs and cells tested against an even spread, for places to be cut from.

    Parameters
    ----------
    p
        Exact p of every disc under the chosen null, missing for isolated cells, shape (cells,).
    counts
        Incidents of each cell: a window of fewer than five is never found.
    scores
        The whole-number scores that were tested.
    near
        Neighbours of the same cells.
    """
    table = subset_tails(scores, largest=min(int(near.degree.max(initial=0)) + 1, scores.size))
    disc = counts + near.ring_sums(counts)
    few = (disc < FEWEST_IN_DISC) & ~np.isnan(p)

    def tail(cells: Integers) -> float:
        if int(counts[cells].sum()) < FEWEST_IN_DISC:
            return 1.0
        size, total = np.array([cells.size]), np.array([int(scores[cells].sum())])
        return max(float(table.upper(size, total)[0]), SMALLEST_P)

    disc_p = np.where(few, 1.0, p)
    own_p = _after_discs(busiest_p(counts, scores), disc_p, near)
    return Windows(near=near, disc_p=disc_p, tail=tail, own_p=own_p)


def busiest_p(counts: Integers, scores: Integers) -> Floats:
    """Return p of each of the busiest cells by itself, 1 of all others; shape (cells,).

    Parameters
    ----------
    counts, scores
        Incidents, and the scores whose highest ``BUSIEST_SHARE`` is tested, ties included.
    """
    p = np.ones(counts.size)
    least = np.percentile(scores, 100 * (1 - BUSIEST_SHARE), method="inverted_cdf")
    tested = np.flatnonzero((scores >= max(least, 1)) & (counts >= FEWEST_IN_DISC))
    even = np.full(tested.size, 1 / max(counts.size, 1))
    p[tested] = np.clip(binomial_tail(counts[tested], int(counts.sum()), even), SMALLEST_P, 1)
    return p


def _after_discs(own_p: Floats, disc_p: Floats, near: Neighbours) -> Floats:
    """Return p of cells, no smaller than the least of the sure discs that hold each."""
    discs = np.append(np.nan_to_num(disc_p, nan=1.0), 1.0)
    least = np.minimum(discs[:-1], discs[near.by_turn].min(axis=0, initial=1.0))
    sure = least * 2 * own_p.size <= _SURE
    return np.where(sure, np.maximum(own_p, np.nextafter(least, 1.0)), own_p)
