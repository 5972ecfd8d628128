"""Near-repeat table: are incidents close in space also close in time, more than chance allows?

Knox's test, band by band. Every pair of incidents falls in a space band (metres apart) and a time
band (days apart). Times are then shuffled over the incidents, which keeps every place and every
date but breaks their connection, and the pairs are counted again:

    ratio = observed / mean of the shuffled counts
    p = (#{shuffled >= observed} + 1) / (M + 1)

Many bands are looked at, so each has a second p that holds for all of them together: how far a
band lies above its mean, in standard deviations, is set against the largest such figure of each
shuffle. The smallest of these p is that of the whole table: where places and times have nothing to
do with each other, any band has an adjusted p of at most 0.05 in at most 5 of 100 tables. Mean and
standard deviation are taken over the shuffles and the observed table together, which makes them
exchangeable and the p exact.

Each band includes its upper edge and begins just past the one before; the first time band begins
at 0 days. A first space edge of 0 is the same-place band. Pairs, not incidents, are counted: ten
incidents at one address are 45 pairs.

What can mislead: places snapped to map points look like the same place; an area that grew or
emptied over the years shows an interaction that is no repeat (Mantel's caution).

References
----------
Knox (1964), Applied Statistics 13:25; Johnson et al. (2007), Journal of Quantitative Criminology
23:201; Ratcliffe & Rengert (2008), Security Journal 21:58; Westfall & Young (1993),
Resampling-Based Multiple Testing, for the largest statistic.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.types import Floats, Integers
from mapper.statistics import near_repeat_compiled as compiled
from mapper.statistics.monte_carlo import run_replicates

MOST_PAIRS = 20_000_000  # 1.4 GB at the peak with 19 million, measured
_DAY = 86_400  # seconds
_TINY = 1e-9  # standard deviations


@dataclass(frozen=True, eq=False)
class NearRepeat:
    """One row per space band, one column per time band."""

    space_edges: Floats  # upper edges in metres, shape (space bands,)
    time_edges: Floats  # upper edges in days, shape (time bands,)
    observed: Integers  # pairs, shape (space bands, time bands)
    expected: Floats  # mean of the shuffled counts
    ratio: Floats  # observed / expected; missing where no shuffle had such a pair
    p: Floats  # of as many pairs or more, each band by itself
    p_all: Floats  # of so high a band anywhere in the table
    runs: int

    @property
    def table_p(self) -> float:
        """One p for all bands: the smallest of those that hold for all together."""
        return float(self.p_all.min())


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs within the last space edge, sorted by space band."""

    one: npt.NDArray[np.int32]
    other: npt.NDArray[np.int32]
    first: Integers  # first pair of each band, shape (space bands + 1,)


def near_repeat(
    x: Floats,
    y: Floats,
    days: Floats,
    *,
    space_bands: Sequence[float],
    time_bands: Sequence[float],
    runs: int = 999,
    seed: int = 0,
    progress: Progress = no_progress,
) -> NearRepeat:
    """Count pairs of incidents by distance and delay, beside what shuffled times give.

    Parameters
    ----------
    x, y
        Planar coordinates in metres, such as British National Grid; shape (incidents,).
    days
        When each happened, in days from any origin, whole or with a fraction; taken to the
        second; shape (incidents,).
    space_bands
        Upper edges in metres, rising; 0 as the first makes a same-place band.
    time_bands
        Upper edges in days, rising.
    runs, seed
        Shuffles; the same seed gives the same table.
    progress
        Called after every few shuffles; an exception it raises stops the work.

    Raises
    ------
    RequestError
        When the parts do not fit together (every fault is named), or there are more than
        ``MOST_PAIRS`` pairs within the last space edge.
    """
    x, y, days = (np.asarray(part, dtype=np.float64) for part in (x, y, days))
    _check(x, y, days, space_bands, time_bands)
    pairs = _find_pairs(x, y, np.asarray(space_bands, dtype=np.float64))
    # Whole seconds make "exactly 7 days" exact; 7.1 - 0.1 in floats is not 7.
    seconds = np.rint((days - days.min(initial=np.inf)) * _DAY).astype(np.int64)
    edges = np.rint(np.asarray(time_bands, dtype=np.float64) * _DAY).astype(np.int64)

    def count(times: Integers) -> Integers:
        return compiled.count_bands(pairs.one, pairs.other, pairs.first, times, edges)

    def simulate(stream: np.random.Generator, number: int) -> Integers:
        times, tables = seconds.copy(), []
        for _ in range(number):
            compiled.shuffle(stream.random(times.size), times)
            tables.append(count(times))
        return np.stack(tables)

    simulated = run_replicates(
        simulate, runs=runs, seed=seed, progress=progress, words="Counting near repeats"
    ).astype(np.int64)
    return _table(count(seconds), simulated, space_bands, time_bands)


def _table(
    observed: Integers,
    simulated: Integers,
    space_bands: Sequence[float],
    time_bands: Sequence[float],
) -> NearRepeat:
    """Set the observed counts beside the shuffled ones."""
    runs = len(simulated)
    expected = simulated.mean(axis=0)
    ratio = np.full(expected.shape, np.nan)
    np.divide(observed, expected, out=ratio, where=expected > 0)
    return NearRepeat(
        space_edges=np.asarray(space_bands, dtype=np.float64),
        time_edges=np.asarray(time_bands, dtype=np.float64),
        observed=observed,
        expected=expected,
        ratio=ratio,
        p=((simulated >= observed).sum(axis=0) + 1) / (runs + 1),
        p_all=_p_of_largest(observed, simulated),
        runs=runs,
    )


def _p_of_largest(observed: Integers, simulated: Integers) -> Floats:
    """Return how often the largest standardised band of a table is as high as each band."""
    tables = np.concatenate([observed[np.newaxis], simulated])
    above = tables - tables.mean(axis=0)
    spread = tables.std(axis=0)
    np.divide(above, spread, out=above, where=spread > 0)  # a band that never varies stays at 0
    largest = above.max(axis=(1, 2))
    # Equal tables must count as equal, whatever the last digit of their sums.
    reached = largest[:, np.newaxis, np.newaxis] >= above[0] - _TINY
    return np.asarray(reached.mean(axis=0))


def _check(
    x: Floats, y: Floats, days: Floats, space_bands: Sequence[float], time_bands: Sequence[float]
) -> None:
    """Refuse what cannot be counted, all faults at once."""
    same = x.ndim == 1 and x.shape == y.shape == days.shape
    missing = 0 if not same else int((~np.isfinite(x) | ~np.isfinite(y) | ~np.isfinite(days)).sum())
    checks = {
        "coordinates and days differ in length": not same,
        f"{missing} incidents have no place or no time": missing > 0,
        "there are fewer than 2 incidents": x.size < 2,  # noqa: PLR2004 - a pair
        "the space bands are not rising from 0 m or more": not _rising(space_bands),
        "the time bands are not rising from 0 days or more": not _rising(time_bands),
    }
    faults = [words for words, wrong in checks.items() if wrong]
    if faults:
        raise RequestError(
            f"No near-repeat table: {'; '.join(faults)}. Change these and try again."
        )


def _rising(edges: Sequence[float]) -> bool:
    """Say whether band edges are finite, not below 0 and strictly rising."""
    values = np.asarray(edges, dtype=np.float64)
    return bool(
        values.size and np.isfinite(values).all() and values[0] >= 0 and (np.diff(values) > 0).all()
    )


def _find_pairs(x: Floats, y: Floats, edges: Floats) -> _Pairs:
    """Return every pair of incidents within the last edge, once, sorted by space band."""
    # Far coordinates lose digits when squared; a near origin keeps distances exact to far below
    # a millimetre.
    points = np.column_stack([x - x.min(), y - y.min()])
    _refuse_many_pairs(points, float(edges[-1]))
    # A little wider, for the tree rounds in its own way: the bands below decide.
    found = cKDTree(points).query_pairs(edges[-1] * (1 + 1e-9) + 1e-9, output_type="ndarray")
    apart = points[found[:, 0]] - points[found[:, 1]]
    band = np.searchsorted(edges, np.hypot(apart[:, 0], apart[:, 1]), side="left")
    order = np.lexsort((found[:, 1], found[:, 0], band))
    order = order[: np.count_nonzero(band < edges.size)]
    return _Pairs(
        one=found[order, 0].astype(np.int32),
        other=found[order, 1].astype(np.int32),
        first=np.searchsorted(band[order], np.arange(edges.size + 1)).astype(np.int64),
    )


def _refuse_many_pairs(points: Floats, reach: float) -> None:
    """Count the pairs over distinct places, which is cheap, before any is held."""
    places, incidents = np.unique(points, axis=0, return_counts=True)
    tree = cKDTree(places)
    weights = incidents.astype(np.float64)
    ordered = tree.count_neighbors(tree, reach, weights=(weights, weights))
    pairs = int((float(ordered) - len(points)) / 2)
    if pairs > MOST_PAIRS:
        raise RequestError(
            f"{len(points):,} incidents make {pairs:,} pairs within {reach:g} m, more than "
            f"{MOST_PAIRS:,}: choose a shorter last space band, fewer dates or a narrower lens."
        )
