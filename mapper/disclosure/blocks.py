"""Building blocks: what is told of the smallest counts, and of the sums of them, with no solver.

A block is the count of one cell, one month and one kind of incident. It is told as every count is:
0, hidden (1 to 4), or rounded. Blocks are added up over ground, cells to wards, wards to districts,
districts to the area; each sum is told as a band, "58 to 62", on top of what its parts leave open.

The rule of bands: let the parts of a sum be told as low to high, L and U the sums of those lows and
highs, and W the widest of the parts, high less low. A sum is told as one of bands that lie end to
end from L to U, the first reaching at least L + W, the last beginning at U - W at most, each at
least W wide. Where no more than one such band fits, that is L to U and tells nothing new.

Then every block can take all its values *while every other block stands still*: for a part that
moves from its low to its high there is a sum of the others that keeps the whole within its band
(L + W and U - W leave room at either end, a band of W leaves room between), and what moves inside a
part is one of its own parts, which moves so by the same rule. So whatever sum of blocks a reader
makes, over any cells, months and kinds, keeps every value that a hidden block in it has. Where the
bands begin follows from what was told of the parts alone, so that alone says nothing.
"""

from dataclasses import dataclass

import numpy as np

from mapper.base.types import Integers
from mapper.disclosure.rules import AudienceRule
from mapper.disclosure.suppression import print_counts


@dataclass(frozen=True, eq=False)
class Blocks:
    """Counts and what is told of them: the least and most that each can be."""

    counts: Integers  # shape (places, kinds); so are the others
    low: Integers
    high: Integers


def told_blocks(counts: Integers, rule: AudienceRule) -> Blocks:
    """Return the smallest counts as they are told: 0, hidden or rounded."""
    printed = print_counts(counts, rule)
    return Blocks(np.asarray(counts, dtype=np.int64), printed.low, printed.high)


def told_sums(parts: Blocks, place: Integers, *, places: int, step: int) -> Blocks:
    """Return sums of parts as they are told, kind by kind: each within a band.

    Parameters
    ----------
    parts
        Of one level: cells, or wards.
    place
        Which place of the next level each part lies in, shape (parts,).
    step
        Incidents in the narrowest band.

    Examples
    --------
    Twelve blocks told as "fewer than 5" hold 12 to 48; of their sum, 23, is told 23 to 27.

    >>> from mapper.disclosure.rules import FLOOR
    >>> blocks = told_blocks(np.array([[1], [2], [3]] * 3 + [[1], [2], [2]]), FLOOR["partnership"])
    >>> told = told_sums(blocks, np.zeros(12, dtype=int), places=1, step=5)
    >>> int(told.low[0, 0]), int(told.high[0, 0])
    (23, 27)
    """
    counts, low, high = (
        _added(one, place, places) for one in (parts.counts, parts.low, parts.high)
    )
    widest = np.zeros_like(low)
    np.maximum.at(widest, place, parts.high - parts.low)
    width = step * -(-(widest + 1) // step)  # values in a band: the whole steps that hold W + 1
    first, last = low + widest + 1, high - widest  # where a second band may begin, and the last
    begins = _band_of(counts, width)
    begins = np.where(begins > last, _band_of(last, width), begins)
    begins = np.where(begins < first, low, begins)
    ends = np.maximum(_band_of(counts, width) + width, _band_of(first + width - 1, width))
    ends = np.where(ends > last, high, ends - 1)
    return Blocks(counts, begins, ends)


def _added(values: Integers, place: Integers, places: int) -> Integers:
    """Add values up by place, kind by kind."""
    sums = np.zeros((places, values.shape[1]), dtype=np.int64)
    np.add.at(sums, place, values)
    return sums


def _band_of(count: Integers, width: Integers) -> Integers:
    """Return where the band of a count begins: bands lie about the multiples of their width."""
    return (count + width // 2) // width * width - width // 2
