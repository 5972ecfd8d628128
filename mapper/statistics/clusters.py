"""Clusters: is this cell with its ring busier than if all cells were alike, fields included?

Gi* z in closed form (Ord and Getis 1995) for reading, and its exact p under the total null (the
disc is a random subset of all cells) or the conditional null of PySAL and GeoDa (the cell stays,
the others are shuffled). z follows no normal law on crime counts: decisions rest on the exact p.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.permutation import conditional_tail, subset_tails, total_tail

Null = Literal["total", "conditional"]


@dataclass(frozen=True, eq=False)
class Clusters:
    """Gi* of every cell: z on the given scores, and the exact upper-tail p."""

    z: Floats  # missing where all scores are equal
    p: Floats  # missing for isolated cells


def find_clusters(
    scores: Integers, near: Neighbours, *, null: Null = "total", lower: bool = False
) -> Clusters:
    """Return Gi* z and its exact p for every cell.

    Parameters
    ----------
    scores
        Whole numbers of 0 or more, shape (cells,).
    near
        Neighbours of the same cells.
    null
        ``total`` or ``conditional``.
    lower
        Ask about cold places: the lower tail. Ties count in both tails, so the two tails of a
        cell add to more than 1.
    """
    ring = near.ring_sums(scores)
    (p,) = _tails(scores, ring, near.degree, null=null, sides=(lower,))
    return Clusters(z=gi_star_z(scores, scores + ring, near.degree), p=p)


def find_both_tails(
    scores: Integers, near: Neighbours, *, ring: Integers | None = None, null: Null = "total"
) -> tuple[Floats, Floats]:
    """Return the exact p of hot and of cold for every cell, from one table.

    As :func:`find_clusters` asked twice, without z: for work over many periods. ``ring`` gives the
    ring sums of the scores where they are known already.
    """
    if ring is None:
        ring = near.ring_sums(scores)
    hot, cold = _tails(scores, ring, near.degree, null=null, sides=(False, True))
    return hot, cold


def _tails(
    scores: Integers, ring: Integers, degree: Integers, *, null: Null, sides: tuple[bool, ...]
) -> list[Floats]:
    """Return the p of each side wanted: False for the upper tail, True for the lower."""
    most = int(degree.max(initial=0))
    table = subset_tails(scores, largest=min(most + 1, scores.size))
    if null == "total":
        return [total_tail(scores + ring, degree, table, lower=lower) for lower in sides]
    return [conditional_tail(scores, ring, degree, table, lower=lower) for lower in sides]


def gi_star_z(scores: Integers, disc: Integers, degree: Integers) -> Floats:
    """Return Gi* z with binary weights and w_ii = 1, in closed form.

    ``z = (D - mean W) / (S sqrt((n W - W^2) / (n - 1)))`` with ``W = degree + 1`` and
    ``S^2 = mean(x^2) - mean(x)^2`` (Ord and Getis 1995).
    """
    n = scores.size
    mean = scores.mean()
    spread = float(np.sqrt(max(float((scores.astype(np.float64) ** 2).mean() - mean**2), 0.0)))
    weight = degree + 1.0
    scale = spread * np.sqrt((n * weight - weight**2) / max(n - 1, 1))
    z = np.full(n, np.nan)
    np.divide(disc - mean * weight, scale, out=z, where=scale > 0)
    return z
