"""Concentration: how unevenly incidents are spread over the cells of a study area.

What is counted
    Whole incidents (not weighted ones) in every cell of the study area, empty cells included: over
    other cells, or over occupied cells only, every figure here would be another.
The sparse form
    With fewer incidents than cells most cells must be empty, whatever the places are like, and the
    plain Gini coefficient is high by arithmetic alone. Bernasco and Steenbeek compare with the
    most even spread that is possible: ``G' = max(1, n / c) (G - 1) + 1``, n cells, c incidents.
Ties
    The Lorenz curve and the number of cells that hold a share of incidents do not depend on the
    order of cells with equal counts. The *set* of top cells does: cells tied at the cut share the
    places that are left equally, so no figure depends on how the cells are sorted. A cell without
    an incident is never a top cell.
What can mislead
    Snapped coordinates put many addresses on one point, so public files look more concentrated
    than the crimes were. Even with equal risks everywhere counts differ by chance, and the fewer
    incidents there are, the more.
Sources
    Lorenz (1905), Publications of the American Statistical Association 9; Bernasco & Steenbeek
    (2017), Journal of Quantitative Criminology 33; Weisburd (2015), Criminology 53.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.base.types import Floats, Integers
from mapper.statistics.intervals import check_share, whole_counts

SHARES_HELD = (0.25, 0.5)  # of incidents
TOP_SHARES = (0.01, 0.05)  # of cells

STABILITY_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "top_share": "float64",
        "from_period": "str",
        "to_period": "str",
        "cells": "int64",
        "kept": "float64",
        "jaccard": "float64",
    }
)


@dataclass(frozen=True, eq=False)
class Lorenz:
    """The Lorenz curve from (0, 0) to (1, 1), the quietest cells first."""

    cells: Floats  # share of cells, shape (cells + 1,)
    incidents: Floats  # share of incidents that they hold, shape (cells + 1,)


@dataclass(frozen=True)
class CellsHolding:
    """The fewest cells that together hold a share of all incidents."""

    incident_share: float  # asked for
    cells: int
    cell_share: float  # of all cells of the study area
    incidents: int  # that those cells hold: at least the share asked for


@dataclass(frozen=True, eq=False)
class Concentration:
    """How unevenly incidents are spread."""

    cells: int
    incidents: int
    occupied: int  # cells with any incident
    gini: float
    gini_sparse: float
    lorenz: Lorenz
    holding: tuple[CellsHolding, ...]

    def table(self) -> pd.DataFrame:
        """Return the figures as a tidy table with the columns ``figure`` and ``value``."""
        figures: dict[str, float] = {
            "cells": self.cells,
            "incidents": self.incidents,
            "occupied_cells": self.occupied,
            "gini": self.gini,
            "gini_sparse": self.gini_sparse,
        }
        for held in self.holding:
            percent = f"{held.incident_share * 100:g}"
            figures[f"cells_holding_{percent}_percent"] = held.cells
            figures[f"share_of_cells_holding_{percent}_percent"] = held.cell_share
        return pd.DataFrame(
            {
                "figure": pd.array(list(figures), dtype="str"),
                "value": np.array(list(figures.values()), dtype=np.float64),
            }
        )


def measure_concentration(
    counts: npt.ArrayLike, *, shares: Sequence[float] = SHARES_HELD
) -> Concentration:
    """Return every figure of concentration for one table of counts.

    Parameters
    ----------
    counts
        Whole incidents in every cell of the study area, shape (cells,).
    shares
        Shares of incidents to ask for the fewest cells of.

    Raises
    ------
    ValueError
        When counts are not whole or all 0, or a share is not between 0 and 1.
    """
    values = _filled(counts)
    return Concentration(
        cells=values.size,
        incidents=int(values.sum()),
        occupied=int((values > 0).sum()),
        gini=gini(values),
        gini_sparse=sparse_gini(values),
        lorenz=lorenz_curve(values),
        holding=tuple(cells_holding(values, share=share) for share in shares),
    )


def lorenz_curve(counts: npt.ArrayLike) -> Lorenz:
    """Return the share of incidents held by each share of cells, the quietest cells first."""
    values = np.sort(_filled(counts))
    held = np.concatenate([[0], np.cumsum(values)])
    return Lorenz(np.arange(values.size + 1) / values.size, held / held[-1])


def gini(counts: npt.ArrayLike) -> float:
    """Return the Gini coefficient: twice the area between the Lorenz curve and the diagonal.

    ``G = 2 sum_i i x_(i) / (n sum x) - (n + 1) / n`` with x in rising order; 0 for an even spread,
    1 - 1/n when one cell holds everything. [5, 2, 1, 0 x 7] gives 0.80.
    """
    values = np.sort(_filled(counts))
    n, total = values.size, int(values.sum())
    ranked = int((np.arange(1, n + 1) * values).sum())
    return (2 * ranked - (n + 1) * total) / (n * total)


def sparse_gini(counts: npt.ArrayLike) -> float:
    """Return G' = max(1, n / c) (G - 1) + 1, n cells and c incidents.

    0 for the most even spread possible, also where that leaves cells empty. [5, 2, 1, 0 x 7] gives
    0.75. Only whole incidents make sense here: weights would stand for incidents that never were.
    """
    values = _filled(counts)
    return max(1.0, values.size / int(values.sum())) * (gini(values) - 1) + 1


def cells_holding(counts: npt.ArrayLike, *, share: float) -> CellsHolding:
    """Return the fewest cells that together hold at least a share of all incidents."""
    values = _filled(counts)
    check_share(share, name="share")
    held = np.cumsum(np.sort(values)[::-1])
    # a hair below, so that a share such as 0.1 of 10 asks for one incident and not for 1.0000001
    place = int(np.searchsorted(held, share * held[-1] - 1e-9))
    return CellsHolding(share, place + 1, (place + 1) / values.size, int(held[place]))


def top_membership(counts: npt.ArrayLike, *, share: float) -> Floats:
    """Return how far each cell is one of the top cells, from 0 to 1.

    The top is the busiest ``ceil(share n)`` cells, or all that have an incident where those are
    fewer. Cells above the cut count 1; cells tied at the cut share the places left equally.

    Parameters
    ----------
    counts
        Shape (cells,), each 0 or more.
    share
        Of cells, strictly between 0 and 1.
    """
    values = whole_counts(counts, name="counts")
    check_share(share, name="share")
    wanted = min(int(np.ceil(share * values.size - 1e-9)), int((values > 0).sum()))
    if wanted == 0:
        return np.zeros(values.size)
    cut = np.partition(values, values.size - wanted)[values.size - wanted]
    above, tied = values > cut, values == cut
    part: Floats = above + tied * ((wanted - int(above.sum())) / int(tied.sum()))
    return part


def top_stability(
    counts: npt.ArrayLike,
    *,
    periods: Sequence[str] | None = None,
    shares: Sequence[float] = TOP_SHARES,
) -> pd.DataFrame:
    """Return how far the top cells of each period are those of the period before.

    Parameters
    ----------
    counts
        Whole incidents by cell and period in order of time, shape (cells, periods).
    periods
        Names of the periods, shape (periods,); numbers from 0 when not given.
    shares
        Shares of cells that make the top.

    Returns
    -------
    pandas.DataFrame
        One row for each share and each period from the second: ``top_share``, ``from_period``,
        ``to_period``, ``cells`` (top cells of the earlier period), ``kept`` (the share of them
        still at the top), ``jaccard`` (the size of what both have over that of what either has).
        Memberships a and b of tied cells enter as sum min(a, b) and sum max(a, b). Missing where a
        period has no incident.

    Raises
    ------
    ValueError
        When counts are not whole or not (cells, periods), or the names do not fit.
    """
    values = whole_counts(counts, name="counts")
    if values.ndim != 2:  # noqa: PLR2004 - cells and periods
        raise ValueError(f"counts must be (cells, periods), not {values.shape}")
    names = [str(n) for n in (range(values.shape[1]) if periods is None else periods)]
    if len(names) != values.shape[1]:
        raise ValueError(f"{len(names)} names were given for {values.shape[1]} periods")
    rows = []
    for share in shares:
        tops = [top_membership(column, share=share) for column in values.T]
        for number, (before, after) in enumerate(pairwise(tops)):
            rows.append((share, *names[number : number + 2], *_overlap(before, after)))
    return pd.DataFrame(rows, columns=list(STABILITY_COLUMNS)).astype(dict(STABILITY_COLUMNS))


def _overlap(before: Floats, after: Floats) -> tuple[int, float, float]:
    """Return the size of the earlier top, the share of it kept, and the Jaccard index."""
    if not (before.any() and after.any()):
        return round(before.sum()), np.nan, np.nan
    both = float(np.minimum(before, after).sum())
    return (
        round(before.sum()),
        both / float(before.sum()),
        both / float(np.maximum(before, after).sum()),
    )


def _filled(counts: npt.ArrayLike) -> Integers:
    """Return counts of one period as whole numbers, refusing a table without any incident."""
    values = whole_counts(counts, name="counts")
    if values.ndim != 1:
        raise ValueError(f"counts must be (cells,), not {values.shape}")
    if not values.any():
        raise ValueError("counts: there is no incident, so nothing is concentrated")
    return values
