"""Measures of the whole map, with their limits said.

Global Moran's I (do busy cells lie beside busy ones at all?), local Geary (how far is each cell
from its neighbours?), and where the middle of the points lies and how far they spread. Tests
compare each with PySAL. Kernel density is in :mod:`mapper.statistics.kernel_density`, classes of a
map in :mod:`mapper.statistics.map_classes`, clusters of points in
:mod:`mapper.statistics.point_clusters`. Coordinates here are metres on a plane (eastings and
northings), never degrees.

Sources: Moran (1950), Biometrika 37; Cliff & Ord (1981), Spatial Processes, the moments under
randomisation; Anselin (1995), Geographical Analysis 27; Yuill (1971), Geografiska Annaler B 53, the
ellipse; Weiszfeld (1937), Tohoku Mathematical Journal 43, the median centre.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from scipy import stats

from mapper.base.types import Flags, Floats, Integers
from mapper.grid.neighbours import Neighbours

_FEWEST = 3  # places without which spread has no meaning
_FEWEST_OF_MORAN = 4  # its variance divides by n - 3
_AT_ONCE = 2_000_000  # draws compared at a time, about 16 MB
_STILL = 1e-6  # metres: the median centre moves no more
_MOST_STEPS = 10_000
_CLEAR = 0.025  # of one tail, as either is told
LEAST_P = 1e-4  # the normal approximation says no more than that it is smaller


@dataclass(frozen=True)
class GlobalMoran:
    """Whether cells are like their neighbours over the whole study area."""

    value: float  # Moran's I; missing where nothing varies
    expected: float  # under randomisation, -1 / (n - 1)
    z: float
    p: float  # one-sided, by the normal approximation under randomisation

    def sentence(self) -> str:
        """Return the finding in plain words."""
        if np.isnan(self.value):
            return "Every cell has the same count, so nothing can be said of likeness."
        p = "under 0.0001" if self.p < LEAST_P else f"{self.p:.2g}"
        told = f"Moran's I is {self.value:.3f} ({self.expected:.4f} expected by chance, p {p}):"
        if self.p > _CLEAR:
            return f"{told} touching cells are neither clearly more nor clearly less alike."
        alike = "more" if self.value > self.expected else "less"
        return (
            f"{told} touching cells are {alike} alike than chance would make them. It says that"
            " there is a pattern, not where."
        )


@dataclass(frozen=True, eq=False)
class LocalGeary:
    """Local Geary: how much each cell differs from its neighbours, small where alike."""

    value: Floats  # missing for isolated cells
    p: Floats  # pseudo p of random draws, the smaller tail; missing for isolated cells


@dataclass(frozen=True)
class Middle:
    """Where points lie on the whole and how far they spread; metres."""

    mean: tuple[float, float]
    median: tuple[float, float]  # smallest summed distance to all points
    distance: float  # standard distance
    major: float  # half axes of the standard deviational ellipse
    minor: float
    rotation: float  # of the major axis, radians anticlockwise from east


def measure_moran(scores: Integers, near: Neighbours) -> GlobalMoran:
    """Return global Moran's I with rows of weights summing to 1.

    Isolated cells are left out: they have no neighbour to be like, and would count as if they had
    one of average score.

    Parameters
    ----------
    scores
        Shape (cells,).
    near
        The neighbours; each row of weights is 1 over the cell's degree.
    """
    kept, inside = _without_isolated(near)
    z = scores[kept] - scores[kept].mean() if kept.any() else np.zeros(0)
    n = z.size
    if n < _FEWEST_OF_MORAN or not z.any():
        return GlobalMoran(value=nan, expected=nan, z=nan, p=nan)
    value = float(z @ (inside.ring_totals(z) / inside.degree) / (z @ z))
    expected = -1 / (n - 1)
    variance = _variance_under_randomisation(z, inside) - expected**2
    apart = (value - expected) / sqrt(variance)
    return GlobalMoran(value=value, expected=expected, z=apart, p=float(stats.norm.sf(abs(apart))))


def _variance_under_randomisation(z: Floats, near: Neighbours) -> float:
    """Return the second moment of I when the values are shuffled over the cells (Cliff & Ord).

    Rows sum to 1, so that S0, the sum of all weights, is n.
    """
    n = z.size
    weight = 1 / near.degree
    s1 = float(((weight[near.owner] + weight[near.member]) ** 2).sum() / 2)
    s2 = float(((1 + near.ring_totals(weight)) ** 2).sum())
    kurtosis = float((z**4).mean() / (z**2).mean() ** 2)
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * n**2)
    second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * n**2)
    return (first - second) / ((n - 1) * (n - 2) * (n - 3) * n**2)


def find_local_geary(
    scores: Integers, near: Neighbours, *, permutations: int = 999, seed: int = 0
) -> LocalGeary:
    """Return local Geary of every cell with a pseudo p of random draws.

    The mean squared difference between a cell and its neighbours, over the variance of all. Its p
    is not exact: it has a floor of 1 / (permutations + 1) and takes the smaller tail. Use it to
    look, not to decide. Ties are compared in whole numbers, and count with the larger.

    Parameters
    ----------
    scores
        Shape (cells,).
    near
        The neighbours.
    permutations
        Random draws of other cells in place of the neighbours; every cell is judged by the same.
    seed
        The same seed gives the same p.
    """
    kept, inside = _without_isolated(near)
    value, p = np.full(near.size, np.nan), np.full(near.size, np.nan)
    values = scores[kept].astype(np.int64)
    if values.size >= _FEWEST and np.ptp(values) > 0:
        gaps = (values[inside.owner] - values[inside.member]) ** 2
        sums = np.zeros(values.size, dtype=np.int64)
        np.add.at(sums, inside.owner, gaps)
        value[kept] = sums / inside.degree / values.var()
        larger = _draws_as_large(values, sums, inside.degree, permutations, seed)
        p[kept] = (np.minimum(larger, permutations - larger) + 1) / (permutations + 1)
    return LocalGeary(value=value, p=p)


def _draws_as_large(
    values: Integers, sums: Integers, degree: Integers, permutations: int, seed: int
) -> Integers:
    """Return in how many draws of other cells the squared differences sum to as much or more."""
    rng = np.random.default_rng(seed)
    others, most = values.size - 1, int(degree.max())
    drawn = np.stack([rng.choice(others, most, replace=False) for _ in range(permutations)])
    larger = np.zeros(values.size, dtype=np.int64)
    for cells, members in _by_degree(degree, permutations):
        ids = drawn[:, :members]
        own = cells[:, np.newaxis, np.newaxis]
        gaps = (values[own] - values[ids + (ids >= own)]) ** 2  # a cell is no draw of its own
        larger[cells] = (gaps.sum(axis=2) >= sums[cells, np.newaxis]).sum(axis=1)
    return larger


def _by_degree(degree: Integers, permutations: int) -> Iterator[tuple[Integers, int]]:
    """Yield cells of one degree, as many as are compared at a time, and that degree."""
    for members in np.unique(degree).tolist():
        cells = np.flatnonzero(degree == members)
        step = max(1, _AT_ONCE // (permutations * members))
        for start in range(0, cells.size, step):
            yield cells[start : start + step], members


def _without_isolated(near: Neighbours) -> tuple[Flags, Neighbours]:
    """Return which cells have neighbours, and the neighbours among those alone."""
    kept = near.degree > 0
    position = np.cumsum(kept) - 1
    return kept, Neighbours(
        size=int(kept.sum()),
        rings=near.rings,
        owner=position[near.owner],
        member=position[near.member],
    )


def find_middle(x: Floats, y: Floats) -> Middle:
    """Return mean and median centre, standard distance and deviational ellipse of points.

    The half axes are those of CrimeStat: root two times the standard deviation along each axis,
    with n - 2 degrees of freedom.

    Raises
    ------
    ValueError
        With fewer than three points, which have no ellipse.
    """
    points = np.column_stack([x, y])
    if len(points) < _FEWEST:
        raise ValueError(f"{len(points)} points: an ellipse needs {_FEWEST} or more")
    mean = points.mean(axis=0)
    squares = (points - mean).T @ (points - mean)
    minor, major = np.sqrt(2 * np.maximum(np.linalg.eigvalsh(squares), 0) / (len(points) - 2))
    east, north = np.linalg.eigh(squares)[1][:, 1]
    median = _median_centre(points)
    return Middle(
        mean=(float(mean[0]), float(mean[1])),
        median=(float(median[0]), float(median[1])),
        distance=float(np.sqrt(np.trace(squares) / len(points))),
        major=float(major),
        minor=float(minor),
        rotation=float(np.arctan(north / east) if east else np.pi / 2),
    )


def _median_centre(points: Floats) -> Floats:
    """Return the point with the smallest summed distance to all (Weiszfeld's steps).

    A step that lands on a point would weigh it without end: Vardi and Zhang (2000) leave it when
    the pull of the others is stronger than its own number.
    """
    places, number = np.unique(points, axis=0, return_counts=True)
    at: Floats = points.mean(axis=0)
    for _ in range(_MOST_STEPS):
        distance = np.hypot(*(places - at).T)
        away = distance > 0
        weight = number[away] / distance[away]
        target = weight @ places[away] / weight.sum() if away.any() else at
        pull = float(np.hypot(*(weight @ (places[away] - at))))
        here = float(number[~away].sum())
        share = min(1.0, here / pull) if pull else 1.0
        step = (1 - share) * (target - at) if here else target - at
        at = at + step
        if np.hypot(*step) < _STILL:
            break
    return at
