"""Reporting and proactivity: what a map owes to where officers worked and to who reports.

Three comparisons, in figures and plain words, without a verdict:

- **the list without police-generated incidents**: an incident is police-generated when it meets a
  rule the lens marks so (stop and search, proactive possession). Each hot spot is followed from
  one list to the other by largest overlap of cells; one that loses its id, but more than half of
  whose cells are hot in both, is part of another there;
- **hot cells beside the study area**: residents, residents aged 10 to 17, deprivation. Shares and
  the mean decile are over residents, not over cells; cells where a figure is unknown are left out
  of it;
- **incidents per resident of each district and ward**, with exact intervals, with and without
  police-generated incidents, and each against the rest of the study area.

What can mislead: residents are not the people there, so centres always have high rates. Intervals
count incidents as independent; repeat calls to one address make them too narrow. A low rate can be
little harm or little reporting, and nothing here can tell which.

Sources: Garwood (1936), Biometrika 28, and Clopper & Pearson (1934), Biometrika 26, for the
intervals; deciles are of the English Indices of Deprivation, 1 the most deprived tenth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import RequestError, TooFewEventsError
from mapper.base.files import Progress, no_progress
from mapper.base.text import count, day_in_words
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.hexagons import Cells
from mapper.lenses.classify import classify
from mapper.statistics.intervals import rate_ratio_interval
from mapper.statistics.rates import rates_per_thousand

BOTH, ONLY_WITH, ONLY_WITHOUT = "on both lists", "only with them", "only without them"
MERGED, SPLIT = "part of another without them", "part of another with them"
UNJUDGED = "cannot be judged"
HALF = 0.5
LISTED = (
    "hotspot_id",
    "name",
    "state",
    "rank_with",
    "rank_without",
    "incidents",  # inside its own outline, police-generated ones included
    "police_generated",  # share of those
    "cells_hot_in_both",  # share of its cells that are hot in both runs
)


@dataclass(frozen=True, eq=False)
class Proactivity:
    """Three comparisons, and what they say in plain words."""

    hotspots: pd.DataFrame  # hot spots of either list
    hot_cells: pd.DataFrame  # measure, hot cells, study area, elsewhere
    areas: pd.DataFrame  # districts, then wards
    cells: Mapping[str, Cells]  # of each hot spot of either list, by id
    words: tuple[str, ...]


def check_proactivity(
    study: Study, *, result: AnalysisResult | None = None, progress: Progress = no_progress
) -> Proactivity:
    """Compare a map with and without police-generated incidents, and with who lives there.

    Parameters
    ----------
    study
        The base run, with police-generated incidents counted.
    result
        The hot spots of the base run, found here when not given.
    progress
        Called on the way; what it raises stops the work.

    Raises
    ------
    RequestError
        When the base run already leaves police-generated incidents out.
    """
    if not study.request.police_generated:
        raise RequestError(
            "Police-generated incidents are already left out. Count them (police_generated ="
            " true), so that both lists can be compared."
        )
    progress("Finding hot spots with police-generated incidents", 0.1)
    result = result or find_hotspots(study)
    others = _without_police(study)
    progress("Finding hot spots without them", 0.4)
    bare = _bare_result(study, result)
    hotspots = _compare_lists(study, result, bare, others)
    progress("Comparing places and residents", 0.8)
    hot_cells = compare_hot_cells(study, result.cells["hot"].to_numpy())
    areas = pd.concat(
        [compare_areas(study, level, left=others) for level in ("district", "ward")],
        ignore_index=True,
    )
    words = (*_list_words(study, hotspots, others), *_place_words(study, hot_cells, areas))
    progress("Done", 1.0)
    cells = {**({} if bare is None else bare.hotspot_cells), **result.hotspot_cells}
    return Proactivity(hotspots, hot_cells, areas, MappingProxyType(cells), words)


def compare_hot_cells(study: Study, hot: Flags) -> pd.DataFrame:
    """Return what hot cells, the study area and all cells elsewhere are like.

    Parameters
    ----------
    study
        Its study area is described.
    hot
        Shape (cells,).

    Returns
    -------
    pandas.DataFrame
        Columns ``measure``, ``hot_cells``, ``study_area``, ``elsewhere``.
    """
    every = np.ones(hot.shape, dtype=np.bool_)
    columns = {
        name: _described(study, chosen)
        for name, chosen in (("hot_cells", hot), ("study_area", every), ("elsewhere", ~hot))
    }
    table = pd.DataFrame(columns, dtype="float64")
    return table.rename_axis("measure").reset_index().astype({"measure": "str"})


def compare_areas(study: Study, level: str, *, left: Flags) -> pd.DataFrame:
    """Return incidents per 1,000 residents of each district or ward over the whole window.

    Parameters
    ----------
    study
        Its incidents are counted once each, whatever their weight.
    level
        ``district`` or ``ward``.
    left
        Incidents that still count without police-generated ones, shape (incidents,).

    Returns
    -------
    pandas.DataFrame
        ``level``, ``district``, ``name``, ``residents``, ``incidents``, ``rate`` with its exact
        interval ``rate_low`` and ``rate_high``, ``ratio`` to the rest of the study area with
        ``ratio_low`` and ``ratio_high``, ``police_generated`` (share of the incidents) and
        ``rate_without`` them. Rates are missing where residents are none or unknown. Cells without
        a label are the row without a name.
    """
    cells = study.area.cells
    keys = cells[["district", level]].astype("str").fillna("").to_numpy(dtype=str)
    names, group = np.unique(keys, axis=0, return_inverse=True)
    number = len(names)
    people = np.bincount(group, weights=cells["residents"], minlength=number).astype(np.float64)
    counts = _sums(study.counts.incidents, group, number)
    bare = _sums(_cell_counts(study, left), group, number)
    rates, without = rates_per_thousand(counts, people), rates_per_thousand(bare, people)
    ratio, low, high = _against_rest(counts, people)
    return pd.DataFrame(
        {
            "level": pd.array([level] * number, dtype="str"),
            "district": pd.array(names[:, 0], dtype="str"),
            "name": pd.array(names[:, 1], dtype="str"),
            "residents": people,
            "incidents": counts,
            "rate": rates.rate,
            "rate_low": rates.low,
            "rate_high": rates.high,
            "ratio": ratio,
            "ratio_low": low,
            "ratio_high": high,
            "police_generated": _over(counts - bare, counts),
            "rate_without": without.rate,
        }
    )


def _without_police(study: Study) -> Flags:
    """Return which incidents still count without police-generated ones; shape (incidents,)."""
    weights = classify(study.incidents.table, study.lens, include_police_generated=False)
    return study.counted & (weights > 0)


def _bare_result(study: Study, result: AnalysisResult) -> AnalysisResult | None:
    """Return the hot spots without police-generated incidents, their ids carried over.

    None where too few incidents are left to say anything.
    """
    if not any(rule.police_generated for rule in study.lens.rules):
        return result
    try:
        bare = study.varied(police_generated=False)
    except TooFewEventsError:
        return None
    return find_hotspots(bare, previous=result.cells.set_index("cell")["hotspot_id"])


def _compare_lists(
    study: Study, result: AnalysisResult, bare: AnalysisResult | None, left: Flags
) -> pd.DataFrame:
    """Return one row per hot spot of either list, those of the first list first."""
    others = _cell_counts(study, left)
    first = _figures(study, result, None if bare is None else bare.cells["hot"], others)
    if bare is None:
        first["rank_without"] = pd.array([pd.NA] * len(first), dtype="Int64")
        return first.assign(state=pd.array([UNJUDGED] * len(first), dtype="str"))[list(LISTED)]
    later = _figures(study, bare, result.cells["hot"], others)
    ranks = later.set_index("hotspot_id")["rank_with"]
    first["rank_without"] = first["hotspot_id"].map(ranks).astype("Int64")
    new = later[~later["hotspot_id"].isin(first["hotspot_id"])]
    new = new.rename(columns={"rank_with": "rank_without"})
    new["rank_with"] = pd.array([pd.NA] * len(new), dtype="Int64")
    shared = [first["cells_hot_in_both"] > HALF, new["cells_hot_in_both"] > HALF]
    gone = np.where(shared[0], MERGED, ONLY_WITH)
    first["state"] = pd.array(np.where(first["rank_without"].notna(), BOTH, gone), dtype="str")
    new["state"] = pd.array(np.where(shared[1], SPLIT, ONLY_WITHOUT), dtype="str")
    return pd.concat([first[list(LISTED)], new[list(LISTED)]], ignore_index=True)


def _figures(
    study: Study, result: AnalysisResult, other: pd.Series | None, others: Integers
) -> pd.DataFrame:
    """Return each hot spot of one list with what lies inside its own outline."""
    listed = result.hotspots
    rows = pd.Index(listed["hotspot_id"]).get_indexer(result.cells["hotspot_id"])
    inside, number = rows >= 0, len(listed)
    counts = _sums(study.counts.incidents[inside], rows[inside], number)
    bare = _sums(others[inside], rows[inside], number)
    hot = np.full(len(rows), np.nan) if other is None else other.to_numpy(dtype=np.float64)
    both = np.bincount(rows[inside], weights=hot[inside], minlength=number)
    return pd.DataFrame(
        {
            "hotspot_id": listed["hotspot_id"],
            "name": listed["name"],
            "rank_with": listed["rank"].astype("Int64"),
            "incidents": counts,
            "police_generated": _over(counts - bare, counts),
            "cells_hot_in_both": both / listed["cells"].to_numpy(),
        }
    )


def _described(study: Study, chosen: Flags) -> dict[str, float]:
    """Return the figures of some cells."""
    cells = study.area.cells[chosen]
    people = cells["residents"].to_numpy()
    young = cells["residents_10_17"].to_numpy()
    decile = cells["deprivation_decile"].to_numpy()
    known = np.where(np.isnan(decile), np.nan, people)
    land, everyone = float(cells["area_km2"].sum()), float(np.nansum(people))
    aged = float(np.nansum(np.where(np.isnan(young), np.nan, people)))
    placed = float(np.nansum(known))
    incidents = int(study.counts.incidents[chosen].sum())
    return {
        "cells": len(cells),
        "area_km2": land,
        "incidents": incidents,
        "residents": everyone,
        "residents_per_km2": _ratio(everyone, land),
        "share_aged_10_to_17": _ratio(float(np.nansum(young)), aged),
        "mean_deprivation_decile": _ratio(float(np.nansum(known * decile)), placed),
        "share_in_most_deprived_tenth": _ratio(float(np.nansum(known[decile == 1])), placed),
        "share_in_most_deprived_fifth": _ratio(float(np.nansum(known[decile <= 2])), placed),  # noqa: PLR2004 - two tenths
        "incidents_per_1000_residents": 1000 * _ratio(incidents, everyone),
    }


def _against_rest(counts: Integers, people: Floats) -> tuple[Floats, Floats, Floats]:
    """Return each area's rate over that of all others, with the exact interval."""
    found = np.full((3, counts.size), np.nan)
    rest, others = counts.sum() - counts, np.nansum(people) - people
    for at in np.flatnonzero((people > 0) & (others > 0)).tolist():
        lengths = {"before_length": float(others[at]), "after_length": float(people[at])}
        low, high = rate_ratio_interval(rest[at : at + 1], counts[at : at + 1], **lengths)
        above, below = counts[at] * others[at], rest[at] * people[at]
        found[:, at] = _ratio(float(above), float(below)), low[0], high[0]
    return found[0], found[1], found[2]


def _list_words(study: Study, hotspots: pd.DataFrame, left: Flags) -> list[str]:
    """Say what becomes of the list."""
    total = study.counts.total
    if not any(rule.police_generated for rule in study.lens.rules):
        nothing = (
            f"The lens “{study.lens.title}” marks no incident as police-generated, so there is"
            " nothing to switch out: this comparison says nothing about where officers worked."
        )
        return [nothing]
    gone = total - int(left.sum())
    told = [f"Police-generated: {gone:,} of {count(total, 'incident')} ({_percent(gone, total)})."]
    if (hotspots["state"] == UNJUDGED).any():
        return [*told, "Too few incidents are left without them to find any hot spot."]
    times = hotspots["state"].value_counts()
    before = int(hotspots["rank_with"].notna().sum())
    gained, lost = int(times.get(ONLY_WITHOUT, 0)), int(times.get(ONLY_WITH, 0))
    told.append(
        f"Without them {int(times.get(BOTH, 0))} of {count(before, 'hot spot')} stay on the list,"
        f" {lost}"
        f" leave it and {gained} join it."
    )
    if merged := int(times.get(MERGED, 0)):
        told.append(f"{count(merged, 'place becomes', 'places become')} part of another.")
    if split := int(times.get(SPLIT, 0)):
        told.append(f"{count(split, 'place splits', 'places split')} off from another.")
    return told


def _place_words(study: Study, hot_cells: pd.DataFrame, areas: pd.DataFrame) -> list[str]:
    """Say how hot cells and areas differ."""
    told: list[str] = []
    measures = {
        "share_in_most_deprived_tenth": "Residents in the most deprived tenth",
        "share_aged_10_to_17": "Residents aged 10 to 17",
    }
    columns = (hot_cells[name].tolist() for name in ("measure", "hot_cells", "study_area"))
    for measure, hot, everywhere in zip(*columns, strict=True):
        if measure in measures and hot == hot:  # noqa: PLR0124 - missing is not itself
            told.append(
                f"{measures[measure]}: {_percent(hot)} in hot cells, {_percent(everywhere)} in"
                f" {study.area.title}."
            )
    rates = areas[(areas["level"] == "district") & areas["rate"].notna()]
    columns = (rates[name].tolist() for name in ("name", "rate", "rate_low", "rate_high"))
    told.extend(
        f"{name}: {rate:,.1f} incidents per 1,000 residents from"
        f" {day_in_words(study.first)} to {day_in_words(study.last)} ({low:,.1f} to {high:,.1f})."
        for name, rate, low, high in zip(*columns, strict=True)
    )
    return told


def _cell_counts(study: Study, chosen: Flags) -> Integers:
    """Return how many of some incidents lie in each cell."""
    where = study.counts.position[chosen]
    return np.bincount(where, minlength=study.near.size).astype(np.int64)


def _sums(values: Integers, group: Integers, number: int) -> Integers:
    """Add whole numbers up by group."""
    return np.rint(np.bincount(group, weights=values, minlength=number)).astype(np.int64)


def _over(above: npt.NDArray[np.number], below: npt.NDArray[np.number]) -> Floats:
    """Divide, missing where there is nothing to divide by."""
    ratio = np.full(above.shape, np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")


def _percent(above: float, below: float = 1) -> str:
    return f"{100 * _ratio(above, below):.0f} %"
