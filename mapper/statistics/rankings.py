"""Rankings: in which order cells would be visited, by each signal and by each honest rival.

A ranking looks at a history of counts and gives every cell a place, 0 first. Cells that it cannot
tell apart share a place, and whoever uses the ranking takes them together: no ranking gains from
how cells happen to be sorted. A signal ranks by its exact p, smallest first, then by excess in the
disc; all p below 1e-12 are one, so on a long history many busy cells tie on p and excess decides.

The rivals are what a force could do without any statistics: last period's counts, last year's
counts, all counts, and a kernel density. Expected counts of an even spread are the same in each
cell, so ranking by excess over it is ranking by count; only excess over what residents would
suggest is another order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import Cells, cells_to_areas
from mapper.grid.neighbours import Neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.concentrated import concentrated_windows
from mapper.statistics.forecast import BANDWIDTH_M, forecast, learn
from mapper.statistics.kernel_density import gaussian_kernel
from mapper.statistics.over_represented import find_over_represented
from mapper.statistics.places import find_places
from mapper.statistics.placing import places
from mapper.statistics.rates import find_per_resident
from mapper.statistics.scores import Score, score_counts
from mapper.statistics.single_place import find_single_places

BANDWIDTHS_M = (200, 400)


@dataclass(frozen=True, eq=False)
class History:
    """All that a ranking may look at: nothing later than its last period."""

    counts: Integers  # whole incidents, periods in order of time, shape (cells, periods)
    cells: Cells
    near: Neighbours
    residents: Floats  # missing where unknown
    demand: Integers | None = None  # all incidents over the same time, shape (cells,)
    year: int = 12  # periods in a year

    @property
    def total(self) -> Integers:
        """Incidents of each cell over the whole history."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.int64)


Ranking = Callable[[History], Integers]


def by_cluster(history: History, *, score: Score = "capped") -> Integers:
    """Rank by the exact p of Gi* on a score under the total null, then by excess in the disc."""
    clusters = find_clusters(score_counts(history.total, score=score), history.near)
    return places(-clusters.p, _disc_excess(history))


def by_z(history: History) -> Integers:
    """Rank by Gi* z on plain counts, as most programs do."""
    return places(find_clusters(history.total, history.near).z)


def by_concentrated(history: History) -> Integers:
    """Rank cells of concentrated places first, by their own count, then all others by count."""
    total, near = history.total, history.near
    scores = score_counts(total, score="capped")
    windows = concentrated_windows(find_clusters(scores, near).p, total, scores, near)
    land = cells_to_areas(history.cells)
    found = find_places(windows, total, total - total.mean(), touching=near, area_km2=land)
    return places(found.number >= 0, total)


def by_single_place(history: History) -> Integers:
    """Rank by the exact p of standing out from its own ring, then by excess over it."""
    found = find_single_places(history.total, history.near)
    return places(-found.p, history.total - found.expected)


def by_theme(history: History) -> Integers:
    """Rank by the exact p of being over-represented in all demand, then by excess.

    Raises
    ------
    ValueError
        When the history holds no demand.
    """
    if history.demand is None:
        raise ValueError("ranking by theme needs the counts of all demand")
    found = find_over_represented(history.total, history.demand, history.near)
    return places(-found.p, found.themed - found.expected)


def by_resident(history: History) -> Integers:
    """Rank by the exact p of having more than its residents would suggest, then by excess."""
    found = find_per_resident(history.total, history.residents, history.near)
    return places(-found.p, found.incidents - found.expected)


def by_resident_excess(history: History) -> Integers:
    """Rank by the count in excess of the cell's share of residents."""
    total, people = history.total, history.residents
    everyone = float(np.nansum(people))
    return places(total - (people / everyone if everyone else people * np.nan) * total.sum())


def by_count(history: History, *, periods: int | None = None) -> Integers:
    """Rank by the count of the last so many periods, or of all."""
    recent = history.counts if periods is None else history.counts[:, -periods:]
    return places(recent.sum(axis=1))


def by_last_year(history: History) -> Integers:
    """Rank by the count of the last year."""
    return by_count(history, periods=history.year)


def by_density(history: History, *, bandwidth_m: float) -> Integers:
    """Rank by the gaussian kernel density of the whole history."""
    return places(gaussian_kernel(history.cells, bandwidth_m=bandwidth_m).density(history.total))


def by_forecast(history: History, *, always: bool = False) -> Integers:
    """Rank by the forecast of the period after the last.

    Parameters
    ----------
    always
        Whether the kernel is used even where it did not beat last year's count before.
    """
    around = gaussian_kernel(history.cells, bandwidth_m=BANDWIDTH_M)
    area = cells_to_areas(history.cells)
    learnt = learn(history.counts, around, area_km2=area, year=history.year)
    told = replace(learnt, wins=True) if always else learnt
    return places(forecast(history.counts, around, told, year=history.year).mean)


LAST_YEAR = "last year's count"
WHERE_NEXT = "where next"
RIVALS: Mapping[str, Ranking] = MappingProxyType(
    {
        LAST_YEAR: by_last_year,
        "last period's count": partial(by_count, periods=1),
        "count of all periods": by_count,
        **{f"kernel density {m} m": partial(by_density, bandwidth_m=m) for m in BANDWIDTHS_M},
    }
)
SIGNALS: Mapping[str, Ranking] = MappingProxyType(
    {
        "cluster p, capped counts": by_cluster,
        "cluster p, counts": partial(by_cluster, score="count"),
        "Gi* z, counts": by_z,
        "concentrated places by count": by_concentrated,
        "single place p": by_single_place,
        "per resident p": by_resident,
        "excess over residents": by_resident_excess,
    }
)
FORECASTS: Mapping[str, Ranking] = MappingProxyType({WHERE_NEXT: by_forecast})
THEMED: Mapping[str, Ranking] = MappingProxyType({"over-represented p": by_theme})


def rankings_for(*, demand: bool) -> dict[str, Ranking]:
    """Return all rankings by name, signals first; the themed one only where demand is known."""
    return {**SIGNALS, **(THEMED if demand else {}), **FORECASTS, **RIVALS}


def _disc_excess(history: History) -> Floats:
    """Return the disc sum of plain counts less what an even spread would put there."""
    total, near = history.total, history.near
    expected = total.mean() * (near.degree + 1)
    return np.asarray(total + near.ring_sums(total) - expected, dtype=np.float64)
