"""Coverage: which ground of the study area the data reaches at all.

Where many people live and nothing at all is recorded, ground is not covered rather than quiet. A
district, a ward, or a coarse cell of about 5 km2 is *uncovered* when it holds no incident of any
kind or date, is held to expect three at least, and chance cannot be the reason: of all empty ones
no more than one in ten would be empty by chance. Expected is a share by residents (by ground where
none are known) of all incidents, over the ground that is covered, so the search is repeated until
nothing more is found. Counts of such areas vary more than chance: the chance of none is that of a
negative binomial with shape 4. It is told where 15 incidents were to be expected there, all in all,
and where at least two in a hundred of the residents live: fields and docks are quiet, no more.

Uncovered cells are left out of every expectation: nothing is known of them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.areas.study_area import StudyArea
from mapper.base.text import percent
from mapper.base.types import Flags, Floats, Integers
from mapper.base.weights import sums
from mapper.grid.hexagons import cells_to_parents
from mapper.incidents.doubt import Doubt

UNCOVERED = "cells_uncovered"  # in the facts of a result
COARSE = 7  # resolution of the cells looked at beside districts and wards
LEAST_EXPECTED = 3.0
_BY_CHANCE = 0.1  # of the areas told as uncovered
_SHAPE = 4.0
_TOGETHER = 15.0  # incidents to be expected on all uncovered ground
_LEAST_SHARE = 0.02  # of residents
_NAMED = 6


@dataclass(frozen=True, eq=False)
class Coverage:
    """Which cells the data does not reach, and the doubt that says so."""

    uncovered: Flags  # shape (cells,)
    doubt: Doubt | None = None


def coverage(area: StudyArea, position: Integers, times: Integers | None = None) -> Coverage:
    """Return which cells of an area the incidents at some positions leave uncovered.

    Parameters
    ----------
    position
        Cell of each incident, whatever its kind and date; -1 outside.
    times
        How many incidents each row stands for; one where not given.
    """
    cells, inside = area.cells, position >= 0
    part = None if times is None else times[inside]
    counts = sums(position[inside], part, size=len(cells))
    people = cells["residents"].to_numpy(dtype=np.float64)
    base = np.nan_to_num(people) if np.nansum(people) > 0 else cells["area_km2"].to_numpy()
    found = uncovered_cells(counts, base, _groups(area))
    share = base[found].sum() / max(base.sum(), np.finfo(np.float64).tiny)
    if share < _LEAST_SHARE or share * counts.sum() < _TOGETHER:
        return Coverage(np.zeros(len(cells), dtype=bool))
    return Coverage(found, _doubt(area, found, base))


def uncovered_cells(counts: Integers, base: Floats, groups: tuple[Integers, ...]) -> Flags:
    """Return which cells lie in an uncovered area of any of several divisions.

    Parameters
    ----------
    counts, base
        Incidents, and what they are expected to follow; shape (cells,).
    groups
        The number of each cell's area in each division, -1 for none; shape (cells,).
    """
    found = np.zeros(counts.size, dtype=bool)
    if not counts.any():
        return found
    while True:
        new = found.copy()
        rate = counts.sum() / max(base[~found].sum(), np.finfo(np.float64).tiny)
        for group in groups:
            empty = _empty(counts, base * rate, group, found)
            new |= (group >= 0) & np.append(empty, False)[group]
        new &= counts == 0
        if (new == found).all():
            return found
        found = new


def _empty(counts: Integers, expected: Floats, group: Integers, before: Flags) -> Flags:
    """Return which areas of a division are empty beyond chance; those found before stay."""
    known = group >= 0
    size = int(group.max(initial=-1)) + 1
    seen = np.bincount(group[known], weights=counts[known], minlength=size)
    held = np.bincount(group[known], weights=expected[known], minlength=size)
    chance = (1 + held / _SHAPE) ** -_SHAPE
    asked = held >= LEAST_EXPECTED
    empty = asked & (seen == 0)
    old = np.bincount(group[known & before], minlength=size) > 0
    if chance[asked & ~(empty & old)].sum() > _BY_CHANCE * max(int(empty.sum()), 1):
        empty = empty & old
    return np.asarray(empty)


def _groups(area: StudyArea) -> tuple[Integers, ...]:
    """Return districts, wards and coarse cells."""
    cells = area.cells
    codes = [cells[name].cat.codes.to_numpy().astype(np.int64) for name in ("district", "ward")]
    if area.resolution > COARSE:
        parents = cells_to_parents(cells["cell"].to_numpy(), resolution=COARSE)
        codes.append(np.unique(parents, return_inverse=True)[1].astype(np.int64))
    return tuple(codes)


def _doubt(area: StudyArea, found: Flags, base: Floats) -> Doubt:
    """Say which districts and wards the data does not reach."""
    names = [
        *_whole(area.cells["district"], found),
        *_whole(area.cells["ward"][~_in(area.cells["district"], found)], found),
    ]
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" * (len(names) > _NAMED))
    share = float(base[found].sum() / max(base.sum(), 1e-9))
    people = area.cells["residents"].sum() > 0  # else the share is one of ground
    live = f", where {percent(share)} of its people live" if people else ""
    inside = f", among it the whole of {shown}" if names else ""
    reached = _reached(area.cells["district"], found)
    of_own = area.title in reached  # ground of a boundary file that no district has a name for
    every = len(reached) == area.cells["district"].nunique()
    ground = "" if every or of_own else "; ".join(reached)
    return Doubt(
        code="uncovered ground",
        effect="left out",
        words=(
            f"The data holds nothing at all in {percent(found.mean())} of the cells of {area.title}"
            f"{live}{inside}: not covered, rather than quiet. These cells are drawn as no data and"
            " left out of what is expected."
        ),
        rows=np.empty(0, dtype=np.int64),
        share=share,
        kind="ward",
        part=shown,
        remedy=(
            "load the files of that ground, or choose what is covered as the area"
            f" ({ground or 'a boundary file'}); until then it is left out of itself"
        ),
        ground=ground,
    )


def _whole(column: "pd.Series[str]", found: Flags) -> list[str]:
    """Return the values all of whose cells are uncovered."""
    inside = pd.Series(found[column.index], index=column.index)
    every = inside.groupby(column, observed=True).all()
    return [str(name) for name in every.index[every] if str(name)]


def _in(column: "pd.Series[str]", found: Flags) -> Flags:
    """Return which cells lie in a value that is wholly uncovered."""
    return np.asarray(column.isin(_whole(column, found)), dtype=bool)


def _reached(column: "pd.Series[str]", found: Flags) -> list[str]:
    """Return the values of which most cells are covered."""
    share = pd.Series(found).groupby(column, observed=True).mean()
    return [str(name) for name in share.index[share < 0.5]]  # noqa: PLR2004 - most
