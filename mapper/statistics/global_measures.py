"""Measures of the whole map that PySAL does well: thin, named, with their limits said.

Global Moran's I (do busy cells lie beside busy ones at all?) and local Geary (esda), class breaks
for a map (mapclassify), clusters of any shape from the points themselves (A-DBSCAN in esda), and
where the middle of the points lies and how far they spread (pointpats). Kernel density is in
:mod:`mapper.statistics.kernel_density`: pointpats draws one but gives no values. Each library is
imported where it is used. Coordinates here are metres on a plane (eastings and northings), never
degrees.

Sources: Moran (1950), Biometrika 37; Anselin (1995), Geographical Analysis 27; Arribas-Bel,
Garcia-Lopez & Viladecans-Marsal (2021), Journal of Urban Economics 125 (A-DBSCAN).
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import nan
from typing import Literal

import mapclassify
import numpy as np
import pandas as pd
from esda.adbscan import ADBSCAN
from esda.geary_local import Geary_Local
from esda.moran import Moran
from libpysal.graph import Graph
from pointpats.centrography import ellipse, euclidean_median, mean_center, std_distance

from mapper.base.types import Flags, Floats, Integers
from mapper.grid.neighbours import Neighbours

Scheme = Literal["quantiles", "natural", "head-tail", "equal"]

_FEWEST = 3  # places without which spread has no meaning
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
        alike = "more" if self.value > self.expected else "less"
        p = "under 0.0001" if self.p < LEAST_P else f"{self.p:.2g}"
        return (
            f"Moran's I is {self.value:.3f} ({self.expected:.4f} expected by chance, p {p}):"
            f" touching cells are {alike} alike than chance would make them. It says that there is"
            " a pattern, not where."
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
    rotation: float  # of the major axis, radians, clockwise as pointpats gives it


def to_graph(near: Neighbours) -> "Graph":
    """Return neighbours as a PySAL graph with weights of 1; isolated cells stay in it."""
    alone = np.flatnonzero(near.degree == 0)
    owner = np.concatenate([near.owner, alone])
    member = np.concatenate([near.member, alone])
    weight = np.concatenate([np.ones(near.owner.size), np.zeros(alone.size)])
    order = np.lexsort((member, owner))
    return Graph.from_arrays(owner[order], member[order], weight[order])


def measure_moran(scores: Integers, near: Neighbours) -> GlobalMoran:
    """Return global Moran's I with rows of weights summing to 1 (esda).

    Isolated cells are left out: they have no neighbour to be like, and would count as if they had
    one of average score.
    """
    kept, inside = _without_isolated(near)
    values = scores[kept].astype(np.float64)
    if values.size < _FEWEST or values.std() == 0:
        return GlobalMoran(value=nan, expected=nan, z=nan, p=nan)
    found = Moran(values, to_graph(inside), permutations=0, two_tailed=False)
    return GlobalMoran(
        value=float(found.I), expected=float(found.EI), z=float(found.z_rand), p=float(found.p_rand)
    )


def find_local_geary(
    scores: Integers, near: Neighbours, *, permutations: int = 999, seed: int = 0
) -> LocalGeary:
    """Return local Geary of every cell with a pseudo p of random draws (esda).

    Its p is not exact: it has a floor of 1 / (permutations + 1), takes the smaller tail, and
    compares real numbers, so ties count by luck. Use it to look, not to decide.
    """
    kept, inside = _without_isolated(near)
    value, p = np.full(near.size, np.nan), np.full(near.size, np.nan)
    values = scores[kept].astype(np.float64)
    if values.size >= _FEWEST and values.std() > 0:
        with _seeded(seed), warnings.catch_warnings():
            # esda announces another default tail; Geary_Local cannot be told which to take
            warnings.simplefilter("ignore", DeprecationWarning)
            found = Geary_Local(
                connectivity=to_graph(inside),
                permutations=permutations,
                keep_simulations=False,
                seed=seed,
            ).fit(values)
        value[kept], p[kept] = found.localG, found.p_sim
    return LocalGeary(value=value, p=p)


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


def class_breaks(values: Floats, *, classes: int = 5, scheme: Scheme = "quantiles") -> Floats:
    """Return the upper bound of each class of a map, smallest first (mapclassify).

    Fewer bounds than asked for come back where values repeat, and where head-tail breaks find
    fewer classes; missing values are left out.

    Parameters
    ----------
    values
        What is coloured; leave zeros out where they have a colour of their own.
    classes
        How many; head-tail breaks choose their own number.
    scheme
        ``quantiles`` (as many cells each), ``natural`` (Fisher and Jenks), ``head-tail`` (for
        heavy tails) or ``equal`` steps.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    distinct = np.unique(known)
    if distinct.size <= classes:
        return distinct
    with warnings.catch_warnings():
        # fewer classes where values repeat is what the docstring promises
        warnings.filterwarnings("ignore", "Not enough unique values", UserWarning)
        match scheme:
            case "quantiles":
                bounds = mapclassify.Quantiles(known, k=classes).bins
            case "natural":
                bounds = mapclassify.FisherJenks(known, k=classes).bins
            case "head-tail":
                bounds = mapclassify.HeadTailBreaks(known).bins
            case _:
                bounds = mapclassify.EqualInterval(known, k=classes).bins
    return np.unique(bounds)


def point_clusters(
    x: Floats,
    y: Floats,
    *,
    distance: float,
    fewest: int,
    runs: int = 100,
    part: float = 0.5,
    seed: int = 0,
) -> Integers:
    """Return the cluster of each point, from 0, and -1 for none (A-DBSCAN of esda).

    Parameters
    ----------
    x, y
        Metres, shape (points,).
    distance
        How far apart neighbours in a cluster may be, metres.
    fewest
        Points within that distance that make a cluster.
    runs, part
        Random subsets clustered, and their share of the points; a point keeps a cluster that nine
        in ten runs give it.
    seed
        The same seed gives the same clusters.
    """
    if x.size == 0:
        return np.zeros(0, dtype=np.int64)
    model = ADBSCAN(distance, fewest, reps=runs, pct_exact=part)
    with _seeded(seed):
        model.fit(pd.DataFrame({"X": x, "Y": y}))
    labels = np.asarray(model.labels_).astype(str)
    inside = labels != "-1"
    groups = np.full(x.shape, -1, dtype=np.int64)
    groups[inside] = np.unique(labels[inside], return_inverse=True)[1]
    return groups


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed numpy's global draws, which PySAL takes, and put them back as they were."""
    before = np.random.get_state()  # noqa: NPY002 (esda draws from the global state only)
    np.random.seed(seed)  # noqa: NPY002 (as above)
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002 (as above)


def find_middle(x: Floats, y: Floats) -> Middle:
    """Return mean and median centre, standard distance and ellipse of points (pointpats).

    Raises
    ------
    ValueError
        With fewer than three points, which have no ellipse.
    """
    points = np.column_stack([x, y])
    if len(points) < _FEWEST:
        raise ValueError(f"{len(points)} points: an ellipse needs {_FEWEST} or more")
    mean, median = mean_center(points), euclidean_median(points)
    major, minor, rotation = ellipse(points)
    return Middle(
        mean=(float(mean[0]), float(mean[1])),
        median=(float(median[0]), float(median[1])),
        distance=float(std_distance(points)),
        major=float(major),
        minor=float(minor),
        rotation=float(rotation),
    )
