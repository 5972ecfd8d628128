"""Scores: what is summed over a disc. Any whole number keeps the permutation method exact.

Counts of crime are so heavy-tailed that with plain counts one giant place drowns the rest. Real
Merseyside 2018 to 2020 at resolution 9, 5 % false discovery: 17 hot cells with counts, 436 with
counts capped at the 99th percentile (and those hold 40 % of the next year's incidents in 6 % of
the area). Capped is the default.
"""

from typing import Literal

import numpy as np

from mapper.base.types import Integers

Score = Literal["capped", "count"]

CAP_PERCENTILE = 99


def score_counts(counts: Integers, *, score: Score) -> Integers:
    """Return the whole-number score of each cell.

    Parameters
    ----------
    counts
        Shape (cells,), each 0 or more.
    score
        ``count`` as it is; ``capped`` at the 99th percentile.
    """
    return counts if score == "count" else np.minimum(counts, cap_of(counts))


def cap_of(counts: Integers) -> int:
    """Return the cap: the 99th percentile over all cells, a value that occurs, and at least 1.

    The smallest count that at least 99 % of cells do not exceed. Where fewer than one cell in a
    hundred has any incident that is 0, and the cap is 1: each such cell then counts once.
    """
    return max(1, int(np.percentile(counts, CAP_PERCENTILE, method="inverted_cdf")))
