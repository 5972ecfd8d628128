"""Counts that satisfy printed numbers, and the kinds of incident of which they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mapper.base.types import Flags, Floats, Integers


@dataclass(frozen=True, eq=False)
class HeldCounts:
    """Incidents that satisfy earlier numbers: how many on each piece are of each kind."""

    piece: Integers
    kind: Integers
    incidents: Floats
    counted: Flags  # whether a new total adds them up

    def on_pieces(self, weights: Floats, size: int) -> Floats:
        """Return sums over the kinds of each piece."""
        return np.bincount(self.piece, weights, minlength=size).astype(np.float64)

    def below(self, size: int) -> Floats:
        """Return the incidents on each piece that a new total adds up."""
        return self.on_pieces(self.incidents * self.counted, size)


class Kinds:
    """Which kinds of incident are tried to satisfy earlier numbers, by what they say of a piece."""

    def __init__(self, cover: Flags, new: int) -> None:
        self.cover = cover
        self.in_total: Flags = np.asarray(cover[:new].any(axis=0))
        self.known: dict[bytes, list[int]] = {}

    def for_signs(self, signs: Integers, earlier: list[int]) -> list[int]:
        """Return for each number that is not 0 the kind that fewest others take, in and outside."""
        key = signs.tobytes()
        if key not in self.known:
            taken = self.cover[earlier]
            free = ~taken[signs == 0].any(axis=0)
            shared = taken[signs > 0].sum(axis=0)
            best: set[int] = set()
            for row in np.flatnonzero(signs > 0):
                for side in (self.in_total, ~self.in_total):
                    able = np.flatnonzero(taken[row] & free & side)
                    if able.size:
                        best.add(int(able[np.argmin(shared[able])]))
            self.known[key] = sorted(best)
        return self.known[key]
