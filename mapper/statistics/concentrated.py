"""Concentrated: where incidents are, against an even spread over the cells of the study area.

What is asked
    Where would a visit meet most of it? Every cell is taken to be equally likely to hold any of
    the scores seen, fields included, so population alone makes places concentrated: what is more
    than people explain is the other question (:mod:`mapper.statistics.unusual`).
The null
    The scores of a place's cells are a random subset of all scores of the study area. p is the
    exact permutation tail (:mod:`mapper.statistics.permutation`); so is that of any part of a disc,
    once the cells of a stronger place are taken out.
"""

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.fewest import FEWEST_IN_DISC
from mapper.statistics.permutation import SMALLEST_P, subset_tails
from mapper.statistics.places import Windows


def concentrated_windows(
    p: Floats, counts: Integers, scores: Integers, near: Neighbours
) -> Windows:
    """Return the discs tested against an even spread, for places to be cut from.

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

    return Windows(near=near, disc_p=np.where(few, 1.0, p), tail=tail)
