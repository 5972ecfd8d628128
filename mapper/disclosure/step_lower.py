"""New totals one step lower: what else a total that is withheld can be taken for.

A total that can be of any size, as one of all demand over harms that are hidden, is withheld where
it lies so near the least that its parts can be that one of them would keep too few values. Were it
withheld there alone, who knows the rule would know by its absence that hardly anything else was
recorded. So it is withheld one step higher as well, where it would give nothing away: its absence
then leaves open what that number leaves open, and that is enough.

A total with a most of its own needs none of this: it is withheld near its most, too.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mapper.base.types import Integers
from mapper.disclosure.limits import Block
from mapper.disclosure.register import UNLIMITED, StoredRelease
from mapper.disclosure.systems import Limit


def release_lower(release: StoredRelease, step: int) -> StoredRelease:
    """Return a release with each of its numbers one step lower; 0 and silence stay."""
    told = (release.low > 0) & (release.high < UNLIMITED)
    low, high = _lower(release.low, step)
    return replace(
        release, low=np.where(told, low, release.low), high=np.where(told, high, release.high)
    )


def _lower(low: Integers, step: int) -> tuple[Integers, Integers]:
    """Return the limits of all that is up to a step below some numbers."""
    return np.maximum(low - step, 0), low - 1


def limits_lower(
    limits: Sequence[Limit], block: Block, *, new: int, step: int
) -> list[dict[int, Limit]]:
    """Return what to put in place of some limits: all that are to be lowered, then each alone.

    Parameters
    ----------
    limits, block
        Of one system; a limit for each of the block's sums.
    new
        How many of the first releases are new.
    step
        Between two numbers that are printed.
    """
    if any(limit.parts for limit in limits):  # the block has other sums, of shifts
        return []
    finite = np.array([limit.high < UNLIMITED for limit in limits])
    held = np.asarray(block.sums[np.flatnonzero(finite)].sum(axis=0)).ravel()
    own = block.sums @ (held == 1) > 0  # some unknown that no other number limits
    low, high = _lower(np.array([limit.low for limit in limits]), step)
    lower = {
        at: replace(limit, low=int(low[at]), high=int(high[at]))
        for at, limit in enumerate(limits)
        if limit.release < new and finite[at] and own[at] and limit.low > 0
    }
    return [lower, *({at: limit} for at, limit in lower.items())] if lower else []
