"""Families of lenses: what is told of one says nothing of another.

Domestic abuse and children in it are of one family: one number cannot be below the other. Domestic
abuse and drugs are of two. An incident can be of both, but need not: whatever numbers were printed
of the one, the incidents behind them can be such that the other takes none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mapper.base.types import Flags, Integers


def lens_families(cover: Flags) -> list[Integers]:
    """Return which releases are of a family, for every family.

    Of whatever kind an incident is, there is a kind that the releases of any one family take alike
    and all others do not.

    Parameters
    ----------
    cover
        Which stretches of days and kinds of incident each release covers, shape (releases, kinds).
    """
    family = np.arange(cover.shape[0])
    for one, other in np.argwhere(_nested(cover)).tolist():
        family[family == family[other]] = family[one]
    while (joined := _never_alone(cover, family)) is not None:
        family[np.isin(family, joined)] = joined[0]
    return [np.flatnonzero(family == one) for one in np.unique(family)]


def _nested(cover: Flags) -> Flags:
    """Tell which releases cover nothing that another does not, shape (releases, releases)."""
    size = cover.sum(axis=1)
    return np.asarray((cover.astype(np.int64) @ cover.T == size[:, None]) & (size[:, None] > 0))


def _never_alone(cover: Flags, family: Integers) -> Integers | None:
    """Return families of some kind of which one takes that kind only together with the others."""
    for one in np.unique(family).tolist():
        mine = family == one
        taken = cover[mine].any(axis=0)
        patterns, which = np.unique(cover[mine], axis=1, return_inverse=True)
        alone = np.zeros(patterns.shape[1], dtype=bool)
        alone[which.ravel()[~cover[~mine].any(axis=0)]] = True
        never = np.flatnonzero(taken & ~alone[which.ravel()])
        if never.size:
            return np.unique(family[cover[:, never[0]]])
    return None
