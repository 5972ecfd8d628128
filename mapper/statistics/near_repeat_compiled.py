"""Compiled kernel of the near-repeat table (numba)."""

import numpy as np
import numpy.typing as npt

from mapper.base.compiled import compiled
from mapper.base.types import Floats, Integers

Small = npt.NDArray[np.int32]


@compiled
def count_bands(
    one: Small, other: Small, first_pair: Integers, seconds: Integers, edges: Integers
) -> Integers:
    """Count pairs by space and time band; shape (space bands, time bands).

    Pairs ``first_pair[b]`` to ``first_pair[b + 1]`` lie in space band b; ``edges`` are the upper
    edges of the time bands in seconds, included.
    """
    table = np.zeros((first_pair.size - 1, edges.size), dtype=np.int64)
    for band in range(table.shape[0]):
        for pair in range(first_pair[band], first_pair[band + 1]):
            apart = abs(seconds[one[pair]] - seconds[other[pair]])
            for period in range(edges.size):
                if apart <= edges[period]:
                    table[band, period] += 1
                    break
    return table


@compiled
def shuffle(uniform: Floats, seconds: Integers) -> None:
    """Deal the times out among the incidents anew (Fisher-Yates)."""
    for i in range(seconds.size - 1, 0, -1):
        j = int(uniform[i] * (i + 1))
        seconds[i], seconds[j] = seconds[j], seconds[i]
