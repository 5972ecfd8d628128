"""Hot spots: touching significant cells joined into one named place with a stable id.

The id follows the place, not the run: it is the H3 cell of resolution 8 (0.7 km2, the size of a
place) that holds most of the hot spot, by the square root of counts; where two hot spots share one,
the one with the larger excess keeps it and the other takes its own finer cell. Measured on real
Merseyside counts, 521 pairs of the same place in five years half overlapping, three lenses, both
questions: 87 % keep their id, against 83 % by resolution 7 and 69 % by resolution 9. A region is
named alike by its cell of resolution 7 (5 km2). Where a list must follow its predecessor without
fail, ``previous`` carries ids over by largest overlap.
"""

from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.place_names import (
    busiest_cells,
    names_of,
    region_words,
    streets_in_words,
    streets_of,
)
from mapper.areas.study_area import StudyArea
from mapper.base.tables import HOTSPOT_COLUMNS, check_columns
from mapper.base.text import count
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.counts import Counts
from mapper.grid.hexagons import cells_to_parents, cells_to_points, cells_to_strings

REGION = 7  # coarsest resolution that the id of a region may name
NEIGHBOURHOOD = 8  # coarsest resolution that the id of a place may name: about its size
_WHOLE = 10  # from here on expectations are told without a decimal
_TOUCH = 1e-3  # a hot cell without an incident of its own still belongs to its hot spot


@dataclass(frozen=True, eq=False)
class Standard:
    """What a hot spot has more than."""

    expected: Floats  # incidents by cell; missing where that is not known
    words: str  # completes "8.0 times the 32 that ..."
    proviso: str = ""  # what chance is said of: opens the words on chance
    least: float = 0.0  # incidents that any place is held to expect

    def comparison_words(self, incidents: int, expected: float) -> str:
        """Say what incidents are set against; no ratio to the least that is held to be expected."""
        if expected <= self.least:
            return f"where {self.words} no more than {self.least:g}"
        figure = f"{expected:,.{0 if expected >= _WHOLE else 1}f}"
        return f"{incidents / expected:,.1f} times the {figure} that {self.words}"


def even_spread(total: int, cells: int, title: str) -> Standard:
    """Return the standard of concentrated places: every cell equally likely."""
    return Standard(
        expected=np.full(cells, total / cells),
        words=f"an even spread over {title} would put there",
        proviso="if every cell were equally likely, fields included, ",
    )


@dataclass(frozen=True, eq=False)
class HotspotInputs:
    """What hot spots are made of."""

    area: StudyArea
    counts: Counts
    group: Integers  # number of the hot spot of each cell, -1 for none
    q: Floats  # of each hot spot by its number
    standard: Standard
    region: Integers | None = None  # number of the region of each cell, -1 for none
    codes: Integers | None = None  # code of each incident's location label, -1 for none
    labels: tuple[str, ...] = ()  # location labels by code
    counted: Flags | None = None  # incidents that count
    times: Integers | None = None  # how many each row stands for; one where none


def describe_hotspots(given: HotspotInputs, ids: list[str]) -> pd.DataFrame:
    """Return one row per hot spot, ranked by excess.

    Returns
    -------
    pandas.DataFrame
        Columns of ``HOTSPOT_COLUMNS``. ``expected`` is what the standard would put there;
        ``excess`` and ``ratio`` compare with it.
    """
    cells = given.area.cells
    number = len(ids)
    inside = given.group >= 0
    group = given.group[inside]
    size = np.bincount(group, minlength=number)
    incidents = _sum(given.counts.incidents[inside], group, number)
    held = _sum(np.nan_to_num(given.standard.expected)[inside], group, number)
    expected = np.maximum(held, given.standard.least)
    lon, lat = cells_to_points(cells["cell"].to_numpy())
    regions, streets = _regions(given, number), _streets(given, number)
    table = pd.DataFrame(
        {
            "rank": np.zeros(number, dtype=np.int64),
            "hotspot_id": pd.array(ids, dtype="str"),
            "district": _commonest(cells["district"], given, given.group, number),
            "ward": _commonest(cells["ward"], given, given.group, number),
            "streets": pd.array([streets_in_words(one) for one in streets], dtype="str"),
            "named": [", ".join(label for label, _ in one) for one in streets],
            "cells": size.astype(np.int64),
            "area_km2": _sum(cells["area_km2"].to_numpy()[inside], group, number),
            "incidents": np.rint(incidents).astype(np.int64),
            "expected": expected,
            "excess": incidents - expected,
            "ratio": incidents / expected,
            "q": given.q,
            "busiest": pd.array(
                busiest_cells(cells["cell"].to_numpy(), given.counts.incidents, given.group),
                dtype="str",
            ),
            "region": pd.array(regions.id, dtype="str"),
            "region_places": regions.places.astype(np.int64),
            "region_km2": regions.area_km2,
            "core": regions.words,
            "lon": _sum(lon[inside], group, number) / size,
            "lat": _sum(lat[inside], group, number) / size,
        }
    )
    table = table.sort_values(["excess", "hotspot_id"], ascending=[False, True], ignore_index=True)
    table["rank"] = np.arange(1, number + 1, dtype=np.int64)
    table["name"] = pd.array(names_of(table, table["named"].tolist()), dtype="str")
    table["reason"] = pd.array(_reasons(table, given.standard), dtype="str")
    return check_columns(table, HOTSPOT_COLUMNS, name="hot spots")


def place_ids(
    area: StudyArea,
    counts: Counts,
    group: Integers,
    *,
    previous: pd.Series | None = None,
    prefix: Literal["HS", "RG"] = "HS",
) -> list[str]:
    """Return the stable id of each hot spot (``HS``) or region (``RG``), by group number.

    Parameters
    ----------
    group
        Number of the hot spot of each cell, -1 for none; shape (cells,).
    previous
        ``hotspot_id`` of an earlier run by H3 string: a place that was a hot spot then keeps that
        id where each is the other's largest overlap.
    """
    number = int(group.max(initial=-1)) + 1
    if number == 0:
        return []
    inside = np.flatnonzero(group >= 0)
    cells = area.cells["cell"].to_numpy()[inside]
    taken = {} if previous is None else _carried(cells, group[inside], previous)
    used = set(taken.values()) | (set() if previous is None else set(previous))
    weight = np.sqrt(counts.incidents[inside]) + _TOUCH
    excess = _sum(counts.incidents[inside], group[inside], number)
    excess = excess - counts.total / len(area.cells) * np.bincount(group[inside], minlength=number)
    coarsest = NEIGHBOURHOOD if prefix == "HS" else REGION
    levels = range(min(coarsest, area.resolution), area.resolution + 1)
    anchors = [_anchors(cells, group[inside], weight, number, level, prefix) for level in levels]
    for one in np.argsort(-excess, kind="stable").tolist():
        if one not in taken:
            choices = [level[one] for level in anchors]
            choices += [f"{choices[-1]}-{again}" for again in range(2, number + len(used) + 3)]
            taken[one] = next(choice for choice in choices if choice not in used)
            used.add(taken[one])
    return [taken[one] for one in range(number)]


def _anchors(
    cells: npt.NDArray[np.uint64],
    group: Integers,
    weight: Floats,
    number: int,
    level: int,
    prefix: str,
) -> list[str]:
    """Return, for each group, the id of the coarse cell that holds most of its weight."""
    parents, parent = np.unique(cells_to_parents(cells, resolution=level), return_inverse=True)
    held = np.zeros((number, parents.size))
    np.add.at(held, (group, parent), weight)
    names = cells_to_strings(parents)
    return [f"{prefix}-{names[best].strip('f')[1:].upper()}" for best in held.argmax(axis=1)]


def _carried(cells: npt.NDArray[np.uint64], group: Integers, previous: pd.Series) -> dict[int, str]:
    """Return the ids carried over: pairs that are each other's largest overlap."""
    before = previous.reindex(cells_to_strings(cells)).fillna("").to_numpy()
    both = pd.DataFrame({"now": group, "before": before})
    both = both[both["before"] != ""].value_counts().rename("cells").reset_index()
    both = both.sort_values(["cells", "now", "before"], ascending=[False, True, True])
    best_now = both.drop_duplicates("now").set_index("now")["before"]
    best_before = both.drop_duplicates("before").set_index("before")["now"]
    pairs = cast("list[tuple[int, str]]", list(best_now.items()))
    return {now: old for now, old in pairs if best_before[old] == now}


def _sum(values: npt.NDArray[np.number], group: Integers, number: int) -> Floats:
    """Add values up by group."""
    return np.bincount(group, weights=values, minlength=number).astype(np.float64)


def _commonest(column: pd.Series, given: HotspotInputs, group: Integers, number: int) -> Any:
    """Return the category that holds most incidents of each group of cells."""
    inside = group >= 0
    held = np.zeros((number, max(len(column.cat.categories), 1)))
    code = column.cat.codes.to_numpy()[inside]
    known = code >= 0
    where = (group[inside][known], code[known])
    np.add.at(held, where, given.counts.incidents[inside][known] + 1e-6)
    names = [*column.cat.categories, ""]
    best = np.where(held.any(axis=1), held.argmax(axis=1), len(names) - 1)
    return pd.array([names[place] for place in best], dtype="str")


def _streets(given: HotspotInputs, number: int) -> list[list[tuple[str, int]]]:
    """Return the streets of each hot spot with their incidents; none where the data has none."""
    if given.codes is None or given.counted is None:
        return [[] for _ in range(number)]
    use = given.counted & (given.counts.position >= 0) & (given.codes >= 0)
    place = given.group[given.counts.position[use]]
    times = None if given.times is None else given.times[use]
    return streets_of(place, given.codes[use], given.labels, number=number, times=times)


@dataclass(frozen=True, eq=False)
class _Regions:
    """The region of each hot spot; columns of shape (hot spots,)."""

    id: list[str]
    places: Integers  # hot spots cut from it
    area_km2: Floats
    words: list[str]  # nothing where the region holds one hot spot


def _regions(given: HotspotInputs, number: int) -> _Regions:
    """Return which region each hot spot was cut from, how large it is and what else it holds."""
    region = given.group if given.region is None else given.region
    inside, whole = given.group >= 0, region >= 0
    of = np.zeros(number, dtype=np.int64)
    of[given.group[inside]] = region[inside]
    area_km2 = given.area.cells["area_km2"].to_numpy()
    km2 = _sum(area_km2[whole], region[whole], int(region.max(initial=-1)) + 1)[of]
    ids = np.array(place_ids(given.area, given.counts, region, prefix="RG"), dtype=object)[of]
    wards = _commonest(given.area.cells["ward"], given, region, int(region.max(initial=-1)) + 1)
    places = np.bincount(of)[of] if number else of
    told = zip(places.tolist(), km2.tolist(), wards[of], strict=True)
    words = [region_words(*one) for one in told]
    return _Regions(id=ids.tolist(), places=places, area_km2=km2, words=words)


def _reasons(table: pd.DataFrame, standard: Standard) -> list[str]:
    """Say in one or two plain sentences each why a place is on the list."""
    names = ("cells", "incidents", "expected", "q", "streets", "core")
    columns = (table[name] for name in names)
    return [
        f"{count(incidents, 'incident')} in"
        f" {count(cells, 'cell', 'touching cells')},"
        f" {standard.comparison_words(incidents, expected)};"
        f" {standard.proviso}{_chance(q)}.{f' Most at {streets}.' if streets else ''}{core}"
        for cells, incidents, expected, q, streets, core in zip(*columns, strict=True)
    ]


def _chance(q: float) -> str:
    """Put q, the share of the places down to this one that chance would make, in words."""
    for bound, words in ((1e-6, "a million"), (1e-4, "10,000"), (1e-3, "1,000"), (1e-2, "100")):
        if q <= bound:
            return f"fewer than 1 in {words} places as strong as this would be chance"
    return f"about 1 in {max(round(1 / q), 1)} places as strong as this would be chance"
