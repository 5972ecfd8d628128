"""Sharing out: how residents and labels pass from one set of shapes to another by overlapping area.

Residents are shared in whole units of 2^-20 of a person (about a millionth) by largest remainder.
Sums of such units are exact in floating point, so a total is kept to the last digit in whichever
order it is added up.

A cell carries one district label, the one that covers most of it. Residents of a shape go only to
cells that carry its own district, so that a district's cells always add up to its published
total. The price is that people who live along a district's border may be counted one cell away,
on their own side of it.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mapper.base.lazy import Lazy
from mapper.base.text import place_name
from mapper.base.types import Flags, Floats, Integers

if TYPE_CHECKING:
    import shapely
else:
    shapely = Lazy("shapely")

Shapes = npt.NDArray[np.object_]

UNITS = 2.0**20
EARTH_KM = 6371.0088  # mean radius; H3 measures areas on the sphere too
# Shares nearer than this are a tie: a hexagon cut through its middle has two equal halves, and
# the last digits of a computed area must not decide between them.
_TIE = 1e-4


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Which source overlaps which target, and by how much."""

    source: Integers  # shape (pairs,)
    target: Integers  # shape (pairs,)
    area: Floats  # overlapping area in any one unit, shape (pairs,)
    sources: int
    targets: int

    def where(self, kept: Flags) -> "Overlaps":
        """Return only the pairs chosen."""
        return Overlaps(
            self.source[kept], self.target[kept], self.area[kept], self.sources, self.targets
        )


def equal_area(shapes: Shapes) -> Shapes:
    """Return longitude-latitude shapes in an equal-area plane (Lambert, cylindrical; sphere).

    Areas times ``EARTH_KM ** 2`` are square kilometres. The plane needs no datum and no grid
    file, so the same shapes give the same areas on any machine.
    """

    def project(points: Floats) -> Floats:
        radians = np.radians(points)
        return np.column_stack([radians[:, 0], np.sin(radians[:, 1])])

    return np.asarray(shapely.transform(shapes, project), dtype=object)


def overlap(sources: Shapes, targets: Shapes) -> Overlaps:
    """Return the overlaps of two sets of shapes, both in the equal-area plane."""
    target, source = shapely.STRtree(sources).query(targets, predicate="intersects")
    area = shapely.area(shapely.intersection(sources[source], targets[target]))
    pairs = Overlaps(source, target, area, len(sources), len(targets))
    return pairs.where(area > 0)


def largest_labels(pairs: Overlaps, labels: Integers) -> Integers:
    """Return, for each target, the label with the largest overlap; -1 where nothing overlaps.

    Parameters
    ----------
    pairs
        Overlaps of sources with targets.
    labels
        Whole-number label of each source, -1 for a source without one (it then gives none).
    """
    known = pairs.where(labels[pairs.source] >= 0)
    result = np.full(pairs.targets, -1, dtype=np.int64)
    if not known.source.size:
        return result
    size = int(labels.max()) + 1
    keys, position = np.unique(known.target * size + labels[known.source], return_inverse=True)
    covered = np.bincount(known.target, weights=known.area, minlength=known.targets)
    target, label = np.divmod(keys, size)
    share = np.bincount(position, weights=known.area) / covered[target]
    order = np.lexsort((label, -np.rint(share / _TIE), target))
    first = np.r_[True, target[order][1:] != target[order][:-1]]
    result[target[order][first]] = label[order][first]
    return result


def spread(values: Floats, pairs: Overlaps) -> Floats:
    """Share out each source's value over its targets by area, keeping every total exactly.

    Parameters
    ----------
    values
        Value of each source, 0 or more; missing makes each of its targets missing.
    pairs
        Where it may go; a source with a value must have a pair.

    Returns
    -------
    numpy.ndarray
        Shape (targets,), in multiples of 2^-20; 0 where nothing arrives.
    """
    unknown = np.isnan(values)
    units = np.rint(np.where(unknown, 0.0, values) * UNITS)
    whole = np.bincount(pairs.source, weights=pairs.area, minlength=pairs.sources)
    part = units[pairs.source] * (pairs.area / whole[pairs.source])
    given = np.floor(part)
    left = units - np.bincount(pairs.source, weights=given, minlength=pairs.sources)
    given += _rank_within(pairs, part - given) < left[pairs.source]
    sums = np.bincount(pairs.target, weights=given, minlength=pairs.targets) / UNITS
    sums[pairs.target[unknown[pairs.source]]] = np.nan
    return np.asarray(sums, dtype=np.float64)


def _rank_within(pairs: Overlaps, remainder: Floats) -> Integers:
    """Return the place of each pair among those of its source, the largest remainder first.

    Remainders are compared to a hundredth: the last digits of a sine differ between machines,
    and must not decide between equal shares.
    """
    order = np.lexsort((pairs.target, -np.rint(remainder * 100), pairs.source))
    ordered = pairs.source[order]
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size) - np.searchsorted(ordered, ordered)
    return rank


def keep_in_district(
    pairs: Overlaps,
    source_district: Integers,
    target_district: Integers,
    source_points: Floats,
    target_points: Floats,
) -> Overlaps:
    """Return the pairs whose two sides carry the same district.

    A source that overlaps no target of its district goes whole to the nearest one, however far;
    where its district has no target at all (a district smaller than a cell) it keeps its pairs.

    Parameters
    ----------
    pairs
        Overlaps of sources with targets.
    source_district, target_district
        Whole-number district of each source and target.
    source_points, target_points
        Their centres in one plane, shape (sources, 2) and (targets, 2).
    """
    same = source_district[pairs.source] == target_district[pairs.target]
    reached = np.bincount(pairs.source[same], minlength=pairs.sources) > 0
    same |= ~reached[pairs.source] & ~np.isin(source_district, target_district)[pairs.source]
    cut_off = np.setdiff1d(pairs.source, pairs.source[same])
    nearest = [
        _nearest_of(source_district[source], target_district, source_points[source], target_points)
        for source in cut_off
    ]
    kept = pairs.where(same)
    return Overlaps(
        np.r_[kept.source, cut_off],
        np.r_[kept.target, np.asarray(nearest, dtype=np.int64)],
        np.r_[kept.area, np.ones(cut_off.size)],
        pairs.sources,
        pairs.targets,
    )


def _nearest_of(
    district: np.int64, target_district: Integers, point: Floats, target_points: Floats
) -> int:
    """Return the target of a district that is nearest to a point."""
    candidates = np.flatnonzero(target_district == district)
    distance = ((target_points[candidates] - point) ** 2).sum(axis=1)
    return int(candidates[distance.argmin()])


def plain_name(name: str) -> str:
    """Return a place name in one spelling: no doubled spaces, and "St" without a dot."""
    return re.sub(r"\bSt\.\s*", "St ", place_name(" ".join(str(name).split())))


def name_key(name: str) -> str:
    """Return what of a place name is compared: letters and digits, without case."""
    return re.sub(r"[\W_]+", "", name.casefold())
