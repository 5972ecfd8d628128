"""Systems of limits on unknown counts: what is printed, what must not become known, what is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mapper.disclosure.margins import Crossed

if TYPE_CHECKING:
    from scipy import sparse

    from mapper.base.types import Flags, Floats
    from mapper.disclosure.margins import Tables


@dataclass(frozen=True, eq=False)
class Witnesses:
    """What solutions that were written down say of a system: mapper.disclosure.witnesses."""

    possible: bool  # whether its limits can hold together
    low: Floats = field(default_factory=lambda: np.zeros(0))  # least and most of each target
    high: Floats = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, eq=False)
class Block:
    """One system: limits on sums of unknowns, and the sums that must not become known."""

    sums: sparse.csr_array  # shape (limits, unknowns), ones and zeros
    low: Floats
    high: Floats
    targets: sparse.csr_array  # shape (targets, unknowns)
    made: sparse.csr_array | None = None  # of which sums targets are made, (targets, limits)
    tables: Tables | None = None  # what the unknowns are counts of
    crossed: Crossed = field(default_factory=Crossed.none)  # targets that are no sum of unknowns
    witnesses: Witnesses | None = None  # solutions that need no programme


@dataclass(frozen=True)
class TargetNeed:
    """What a target must keep."""

    values: int  # so many values possible
    below: int  # unless it is known to be this or more, or known to be 0


@dataclass(frozen=True, eq=False)
class SystemBounds:
    """What is known of one system."""

    possible: bool  # its limits can hold together, or nobody could tell in time
    low: Floats  # of each target; exact where the target is exposed
    high: Floats
    exposed: Flags  # targets known too well; where one is, the others are not looked at
