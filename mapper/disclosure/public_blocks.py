"""What a release plan tells the public of a month: made of what partners are told, and of no count.

A partner reads what is published. So the public's numbers follow from the limits that partners' own
blocks are told as (:mod:`mapper.disclosure.blocks`), each a wider span round them: a reader of both
learns nothing from the public's.

For the public itself the finest blocks are 0, hidden ("fewer than 8": 1 to 7, or more where
partners are told more) or as partners are told them, and each sum over ground is widened until it
reaches the least of its parts plus the widest of them, the most less the widest, and is as wide as
that. So every block takes all its values while every other stands still, as for partners.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from mapper.base.types import Integers
from mapper.disclosure.blocks import Blocks
from mapper.disclosure.rules import AudienceRule


def public_levels(
    partners: Sequence[tuple[Integers, Blocks]], rule: AudienceRule
) -> Iterator[Blocks]:
    """Yield what the public is told at each level, finest first.

    Parameters
    ----------
    partners
        Of each level that the public is given, the place of each cell and what partners are told.
    rule
        The public's.
    """
    told, before = None, None
    for place, blocks in partners:
        if told is None or before is None:
            told = widened(blocks, rule)
        else:
            above = np.zeros(len(told.low), dtype=np.int64)
            above[before] = place
            told = widened_sums(told, blocks, above)
        before = place
        yield told


def widened(blocks: Blocks, rule: AudienceRule) -> Blocks:
    """Return blocks as the public is told them: what may be small is hidden by its own rule.

    Examples
    --------
    >>> from mapper.disclosure.rules import FLOOR
    >>> counts, low, high = (np.array([[a], [0], [b]]) for a, b in ((3, 9), (1, 8), (4, 12)))
    >>> public = widened(Blocks(counts, low, high), FLOOR["public"])
    >>> public.low.ravel().tolist(), public.high.ravel().tolist()
    ([1, 0, 8], [7, 0, 12])
    """
    small = (blocks.high > 0) & (blocks.low < rule.smallest_count)
    low = np.where(small, np.minimum(blocks.low, 1), blocks.low)
    high = np.where(small, np.maximum(blocks.high, rule.smallest_count - 1), blocks.high)
    return Blocks(blocks.counts, low, high)


def widened_sums(parts: Blocks, sums: Blocks, place: Integers) -> Blocks:
    """Return sums as the public is told them: as partners are, and wider where parts need it.

    Parameters
    ----------
    parts
        What the public is told of the level below.
    sums
        What partners are told of this one.
    place
        Which place of this level each part lies in.
    """
    least, most, widest = (np.zeros_like(sums.low) for _ in range(3))
    np.add.at(least, place, parts.low)
    np.add.at(most, place, parts.high)
    np.maximum.at(widest, place, parts.high - parts.low)
    low = np.maximum(np.minimum(sums.low, most - widest), least)
    high = np.minimum(np.maximum(sums.high, least + widest), most)
    high = np.minimum(np.maximum(high, low + widest), most)
    low = np.minimum(low, high - widest)
    return Blocks(sums.counts, low, high)
