"""Buffer and control cells for an evaluation: rings around the treated cells, and look-alikes.

The buffer is every cell so many steps from the nearest treated cell. Controls are cells left
alone whose past resembles that of a treated cell in level and in trend; they are a suggestion, to
be looked at by somebody who knows the places. Matching on the past cannot see what is about to
change.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mapper.base.errors import RequestError
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.hexagons import Cells, cells_to_discs
from mapper.statistics.intervals import whole_counts


def ring_cells(cells: Cells, treated: Flags, *, inner: int = 1, outer: int = 2) -> Flags:
    """Return which cells lie ``inner`` to ``outer`` steps from the nearest treated cell.

    Treated cells are never part of a ring. Steps are counted on the whole grid, so a gap in the
    study area does not lengthen the way; cells outside it are left out.

    Parameters
    ----------
    cells
        Sorted cells of the study area, shape (cells,).
    treated
        Which of them were acted on, shape (cells,).
    inner, outer
        First and last step that count, 1 <= inner <= outer. ``inner=1, outer=2`` is a buffer;
        controls by hand are best taken from beyond it.

    Raises
    ------
    ValueError
        When the shapes differ or the steps do not fit together.
    RequestError
        When no cell is treated.
    """
    if treated.shape != cells.shape or treated.dtype != np.bool_:
        raise ValueError(f"treated must be bool of shape {cells.shape}, not {treated.shape}")
    if not 1 <= inner <= outer:
        raise ValueError(f"rings {inner} to {outer}: 1 <= inner <= outer is needed")
    _refuse_no_treated(treated)
    return _within(cells, treated, outer) & ~_within(cells, treated, inner - 1)


@dataclass(frozen=True, eq=False)
class Controls:
    """Suggested control cells for every treated cell; no control is suggested twice."""

    treated: Integers  # positions of the treated cells, shape (treated,)
    control: Integers  # positions of their controls, nearest first, shape (treated, count)
    distance: Floats  # in standard deviations of level and trend, shape (treated, count)
    treated_level: float  # incidents per cell and period before
    control_level: float
    treated_trend: float  # incidents per cell gained from one period to the next
    control_trend: float

    def chosen(self, size: int) -> Flags:
        """Return the controls as flags over ``size`` cells."""
        flags = np.zeros(size, dtype=np.bool_)
        flags[self.control.ravel()] = True
        return flags


def match_controls(
    series: npt.ArrayLike, treated: Flags, *, candidates: Flags | None = None, count: int = 1
) -> Controls:
    """Suggest control cells that resemble the treated ones before the action.

    Every series is put on the scale sqrt(x + 3/8), where chance is about the same at every level
    (Anscombe 1948). Level is its mean, trend its least-squares slope; both are divided by their
    standard deviation over all cells in question, and the distance is Euclidean. In turns, the
    busiest treated cell first, each takes the nearest cell still free; equal distances go to the
    earlier cell, so the result is always the same.

    Parameters
    ----------
    series
        Incident counts before the action, oldest period first, shape (cells, periods).
    treated
        Which cells were acted on, shape (cells,).
    candidates
        Which cells may serve as controls, shape (cells,): leave out the buffer. By default all
        that are not treated.
    count
        Controls for each treated cell.

    Raises
    ------
    ValueError
        When shapes differ, counts are not whole, or ``count`` is less than 1.
    RequestError
        When no cell is treated, or there are fewer candidates than controls wanted.
    """
    counts = whole_counts(series, name="series")
    free = ~treated if candidates is None else candidates & ~treated
    _check_matching(counts, treated, free, count)
    features = _features(counts, treated | free)
    order = np.flatnonzero(treated)
    order = order[np.argsort(-features[order, 0], kind="stable")]
    control, distance = _take_nearest(features, order, free, count)
    return Controls(
        treated=order,
        control=control,
        distance=distance,
        treated_level=float(counts[order].mean()),
        control_level=float(counts[control.ravel()].mean()),
        treated_trend=float(_slopes(counts[order].astype(np.float64)).mean()),
        control_trend=float(_slopes(counts[control.ravel()].astype(np.float64)).mean()),
    )


def _within(cells: Cells, treated: Flags, steps: int) -> Flags:
    """Return which cells lie at most so many steps from a treated one."""
    _, member = cells_to_discs(cells[treated], rings=steps)
    return np.isin(cells, member)


def _features(counts: Integers, used: Flags) -> Floats:
    """Return standardised level and trend of every cell, shape (cells, 2)."""
    steady = np.sqrt(counts + 0.375)
    features = np.column_stack([steady.mean(axis=1), _slopes(steady)])
    spread = features[used].std(axis=0)
    return features / np.where(spread > 0, spread, 1.0)


def _slopes(values: Floats) -> Floats:
    """Return the least-squares slope per period of each row; 0 for a single period."""
    time = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    slopes: Floats = values @ time / (float(time @ time) or 1.0)
    return slopes


def _take_nearest(
    features: Floats, order: Integers, free: Flags, count: int
) -> tuple[Integers, Floats]:
    """Return positions and distances of controls, taken in turns and never twice."""
    available = np.flatnonzero(free)
    control = np.empty((order.size, count), dtype=np.int64)
    distance = np.empty((order.size, count))
    for turn in range(count):
        for row, cell in enumerate(order):
            apart = np.hypot(*(features[available] - features[cell]).T)
            best = int(apart.argmin())
            control[row, turn], distance[row, turn] = available[best], apart[best]
            available = np.delete(available, best)
    return control, distance


def _refuse_no_treated(treated: Flags) -> None:
    """Raise when nothing was acted on."""
    if not treated.any():
        raise RequestError("No treated cell was given. Choose at least one cell or hot spot.")


def _check_matching(counts: Integers, treated: Flags, free: Flags, count: int) -> None:
    """Raise when the request for controls does not fit the data."""
    if counts.ndim != 2 or 0 in counts.shape:  # noqa: PLR2004 (cells by periods)
        raise ValueError(f"series: shape {counts.shape}, not (cells, periods)")
    if treated.shape != counts.shape[:1] or free.shape != treated.shape:
        raise ValueError(f"treated and candidates must have shape {counts.shape[:1]}")
    if count < 1:
        raise ValueError(f"count: {count} controls; at least 1 is needed")
    _refuse_no_treated(treated)
    wanted, found = int(treated.sum()) * count, int(free.sum())
    if found < wanted:
        raise RequestError(
            f"{wanted} control cells are wanted and {found} cells can serve. "
            "Ask for fewer for each treated cell, or widen the area they may come from."
        )
