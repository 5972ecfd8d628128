"""Places: compact cores of a size that a team can act on, with an error that is theirs.

What is listed
    Windows (a cell, or a cell and its ring) are tested; a place is cut from the most significant
    one: its busiest cell and the touching cells of the window that hold more than expected, up to
    a size. Its cells are then taken out, and the windows that held them are tested again on what
    is left, so that a ring of quiet cells round a busy one is no second place, while a large busy
    area becomes several cores. The connected significant cells a core was cut from are its region.
The error of a place
    With W windows tested, W times its p bounds the chance that a place as extreme turns up
    anywhere when nothing is going on: a maximum statistic, bounded exactly (no simulation). The
    r-th place is listed at q = W p / r, the least over it and those after it: the expected share
    of false ones among the places listed is held at alpha (Benjamini and Hochberg, with windows
    counted as tests and places as finds: several windows of one place are one find).
What can mislead
    A place tells where the excess is, to a cell or two: its edge is not tested.
Sources
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57; Zhang, Assuncao &
    Kulldorff (2010), Journal of Environmental and Public Health, for taking found clusters out.
"""

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours, touching_groups
from mapper.statistics.false_discovery import penalty_of
from mapper.statistics.fewest import FEWEST_IN_HOTSPOT

Tail = Callable[[Integers], float]  # p of some cells taken together


@dataclass(frozen=True)
class PlaceSize:
    """How large a place may be; one cell always may."""

    most_km2: float = 0.7  # a cell of resolution 9 and its ring: what is tested together
    most_cells: int = 7

    def __post_init__(self) -> None:
        if not (self.most_km2 > 0 and self.most_cells >= 1):
            raise ValueError(
                f"A place of {self.most_km2} km2 and {self.most_cells} cells holds nothing: choose"
                " more than 0 km2 and 1 cell or more."
            )


@dataclass(frozen=True, eq=False)
class Windows:
    """What was tested, and how what is left of a window is tested again."""

    near: Neighbours  # the ring of each disc
    disc_p: Floats  # shape (cells,); missing where not tested
    tail: Tail
    own_p: Floats | None = None  # of single cells, where they are tested too

    @cached_property
    def tests(self) -> int:
        """How many windows were tested."""
        own = 0 if self.own_p is None else int((~np.isnan(self.own_p)).sum())
        return own + int((~np.isnan(self.disc_p)).sum())

    def smallest_p(self) -> Floats:
        """Return the smaller p of each cell's windows; missing where neither was tested."""
        return self.disc_p if self.own_p is None else np.fmin(self.own_p, self.disc_p)


@dataclass(frozen=True, eq=False)
class PlaceList:
    """The places listed, strongest first."""

    number: Integers  # number of the place of each cell, -1 for none; shape (cells,)
    region: Integers  # number of the region of each cell, -1 for none; shape (cells,)
    p: Floats  # bound on the chance of one so extreme anywhere; shape (places,)
    q: Floats  # expected share of false ones among the places down to this; shape (places,)


@dataclass(frozen=True, eq=False)
class _Cut:
    """One place before it is known whether it is listed."""

    p: float  # of its window
    cells: Integers


@dataclass(frozen=True, eq=False)
class _Ground:
    """What places are cut from, by cell."""

    counts: Integers
    excess: Floats
    touching: Neighbours
    area_km2: Floats
    size: PlaceSize

    def strength(self, cells: Integers) -> float:
        """Return the excess of some cells over the square root of what is expected there."""
        excess = float(self.excess[cells].sum())
        return excess / math.sqrt(max(float(self.counts[cells].sum()) - excess, 1.0))

    def grow(self, cells: Integers) -> Integers:
        """Return the busiest cell and those that touch, by excess, as far as the size allows."""
        left = cells[self.excess[cells] > 0]
        order = left[np.argsort(-self.excess[left], kind="stable")].tolist()
        place: list[int] = []
        edge, area = set(order[:1]), 0.0
        while len(place) < self.size.most_cells:
            cell = next((one for one in order if one in edge and one not in place), None)
            if cell is None or (place and area + self.area_km2[cell] > self.size.most_km2):
                break
            place.append(cell)
            area += float(self.area_km2[cell])
            edge.update(self.touching.neighbours_of(cell).tolist())
        return np.array(place, dtype=np.int64)


def find_places(
    windows: Windows,
    counts: Integers,
    excess: Floats,
    *,
    touching: Neighbours,
    area_km2: Floats,
    size: PlaceSize | None = None,
    alpha: float = 0.05,
    correction: Literal["bh", "by"] = "bh",
) -> PlaceList:
    """Cut places from the significant windows and list those that the error allows.

    Parameters
    ----------
    counts
        Incidents of each cell, shape (cells,).
    excess
        Incidents beyond those expected by cell: what a place is built of; missing counts as none.
    touching
        Neighbours with ``rings`` 1.
    area_km2
        Of each cell.
    size
        How large a place may be.
    alpha
        The expected share of false places allowed.
    correction
        ``bh``, or ``by`` for any dependence between windows.
    """
    ground = _Ground(counts, np.nan_to_num(excess), touching, area_km2, size or PlaceSize())
    cuts = _cut(windows, ground, alpha)
    p = np.maximum.accumulate(np.array([cut.p for cut in cuts]))
    q = place_q(p, tests=windows.tests * penalty_of(windows.tests, correction=correction))
    listed = int((q <= alpha).sum())
    number = np.full(counts.size, -1, dtype=np.int64)
    for place, cut in enumerate(cuts[:listed]):
        number[cut.cells] = place
    significant = number >= 0
    if listed:
        significant |= np.nan_to_num(windows.smallest_p(), nan=1.0) <= p[listed - 1]
    regions = touching_groups(touching, significant)
    with_core = np.unique(regions[number >= 0])
    region = np.where(np.isin(regions, with_core), np.searchsorted(with_core, regions), -1)
    bound = np.minimum(p[:listed] * windows.tests, 1)
    return PlaceList(number=number, region=region, p=bound, q=q[:listed])


def join_cores(
    values: Floats,
    *,
    touching: Neighbours,
    area_km2: Floats,
    share: float,
    size: PlaceSize | None = None,
) -> Integers:
    """Return the number of the core of each cell, -1 for none, strongest first; shape (cells,).

    The cells with most to the km2 are taken until a share of the land is reached, and those that
    touch are joined round the busiest, up to a size. Nothing is tested: cores together hold what
    their cells hold, at the same area.
    """
    order = np.argsort(-values / area_km2, kind="stable")
    reached = np.cumsum(area_km2[order]) <= share * area_km2.sum()
    among = np.zeros(values.size, dtype=np.bool_)
    among[order[: max(int(reached.sum()), 1)]] = True
    among &= values > 0
    none = np.zeros(values.size, dtype=np.int64)
    ground = _Ground(none, values, touching, area_km2, size or PlaceSize())
    group = touching_groups(touching, among)
    cores: list[Integers] = []
    for one in range(int(group.max(initial=-1)) + 1):
        left = np.flatnonzero(group == one)
        while left.size:
            cores.append(ground.grow(left))
            left = np.setdiff1d(left, cores[-1])
    cores.sort(key=lambda cells: -float(values[cells].sum() / area_km2[cells].sum()))
    number = np.full(values.size, -1, dtype=np.int64)
    for at, cells in enumerate(cores):
        number[cells] = at
    return number


def place_q(p: Floats, *, tests: float) -> Floats:
    """Return q of places in order of p: ``tests * p / rank``, the least from each on."""
    scaled = p * tests / np.arange(1, p.size + 1)
    return np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)


def _cut(windows: Windows, ground: "_Ground", alpha: float) -> list[_Cut]:
    """Cut places one after the other from the most significant window left."""
    taken = np.zeros(ground.counts.size, dtype=np.int64)  # number of the place, from 1
    heap = list(_candidates(windows, ground, alpha))
    heapq.heapify(heap)
    cuts: list[_Cut] = []
    while heap:
        p, _, window, known = heapq.heappop(heap)
        if p * windows.tests > alpha * (len(cuts) + len(heap) + 1):
            break  # not even if every window left were a place of its own
        cells = _cells_of(window, windows.near)
        left = cells[taken[cells] == 0]
        if int(taken[cells].max()) > known:  # something was taken out since p was worked out
            p = max(p, windows.tail(left)) if left.size else 1.0
            if p <= alpha:
                heapq.heappush(heap, (p, -ground.strength(left), window, len(cuts)))
            continue
        place = ground.grow(left)
        if int(ground.counts[place].sum()) >= FEWEST_IN_HOTSPOT:
            cuts.append(_Cut(p, place))
            taken[place] = len(cuts)
    return cuts


def _candidates(
    windows: Windows, ground: "_Ground", alpha: float
) -> Iterator[tuple[float, float, int, int]]:
    """Yield p, minus the strength, and the name of each window that can matter.

    A disc is named by its cell, a cell by itself by minus its cell less one. Strength decides
    between windows of one p, such as the smallest that can be told.
    """
    names = np.flatnonzero(windows.disc_p <= alpha).tolist()
    if windows.own_p is not None:
        names += (-1 - np.flatnonzero(windows.own_p <= alpha)).tolist()
    for name in names:
        p = windows.disc_p[name] if name >= 0 or windows.own_p is None else windows.own_p[-1 - name]
        yield float(p), -ground.strength(_cells_of(name, windows.near)), name, 0


def _cells_of(window: int, near: Neighbours) -> Integers:
    """Return the cells of a window by its name."""
    if window < 0:
        return np.array([-1 - window])
    return np.append(near.neighbours_of(window), window)
