"""One request in, one result out: pages, command line and scheduled runs call :func:`analyse`."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.counts import Counts, count_incidents
from mapper.demonstration.mark import is_synthetic
from mapper.errors import RequestError, TooFewEventsError
from mapper.files import Progress, no_progress
from mapper.hexagons import cells_to_strings
from mapper.hotspots import HotspotInputs, describe_hotspots, place_ids
from mapper.incidents.table import Incidents
from mapper.lenses.classify import classify
from mapper.lenses.lens import Lens
from mapper.neighbours import Neighbours, find_neighbours, touching_groups
from mapper.notes import gather_notes
from mapper.request import AnalysisRequest, AnalysisResult
from mapper.statistics.clusters import Clusters, find_clusters
from mapper.statistics.false_discovery import adjust
from mapper.statistics.scores import cap_of, score_counts
from mapper.study_area import StudyArea

__all__ = ["AnalysisRequest", "AnalysisResult", "analyse"]

FEWEST_INCIDENTS = 30  # in the study area: below this nothing can be said
FEWEST_IN_DISC = 5  # in a cell and its ring: below this a cell is never called hot


def analyse(
    incidents: Incidents,
    request: AnalysisRequest,
    *,
    lens: Lens,
    area: StudyArea,
    previous: pd.Series | None = None,
    progress: Progress = no_progress,
) -> AnalysisResult:
    """Count a lens over the study area, find its clusters exactly, and join them into hot spots.

    Parameters
    ----------
    incidents
        Accepted incidents and rejected rows.
    request
        The choices; its lens and area are those given here.
    previous
        ``hotspot_id`` of an earlier run by H3 string, whose ids are to be carried over.

    Raises
    ------
    TooFewEventsError
        When fewer than 30 incidents count: no map of noise is drawn.
    LensError
        When the data lacks a column the lens needs.
    RequestError
        When no incident lies in the dates asked for.
    """
    progress("Choosing the incidents that count", 0.0)
    table = incidents.table
    weights = classify(table, lens, include_police_generated=request.police_generated)
    within = _within(table, request)
    first, last = _span(table, within)
    progress("Counting in cells", 0.2)
    cells = area.cells["cell"].to_numpy()
    counts = count_incidents(
        table["lon"].to_numpy(),
        table["lat"].to_numpy(),
        np.where(within, weights, 0),
        cells=cells,
        resolution=area.resolution,
    )
    _refuse_too_few(counts, lens, first, last)
    progress("Testing every cell exactly", 0.5)
    near = find_neighbours(cells)
    scores = score_counts(counts.weighted, score=request.score)
    clusters = find_clusters(scores, near, null=request.null)
    q = adjust(clusters.p, correction=request.correction)
    busy = counts.incidents + near.ring_sums(counts.incidents) >= FEWEST_IN_DISC
    hot = np.nan_to_num(q, nan=1.0) <= request.alpha
    group = touching_groups(near, hot & busy)
    progress("Joining hot spots", 0.8)
    ids = place_ids(area, counts, group, previous=previous)
    hotspots = describe_hotspots(_inputs(table, weights, within, area, counts, group, q), ids)
    result = AnalysisResult(
        request=request,
        lens=lens,
        area=area,
        cells=_cells(area, counts, near, clusters, q, group, ids),
        hotspots=hotspots,
        first=first,
        last=last,
        numbers=_numbers(incidents, counts, within, group, near),
        inputs=tuple(
            MappingProxyType({"name": f.name, "sha256": f.sha256, "size": f.size, "rows": f.rows})
            for f in incidents.files
        ),
        notes=gather_notes(incidents, request, lens, within, near, counts),
        facts=MappingProxyType(_facts(counts, request)),
        synthetic=is_synthetic(table),
    )
    progress("Done", 1.0)
    return result


def _within(table: pd.DataFrame, request: AnalysisRequest) -> npt.NDArray[np.bool_]:
    """Tell which incidents start within the days asked for."""
    start = table["start"].to_numpy()
    within = np.ones(len(table), dtype=bool)
    if request.start:
        within &= start >= np.datetime64(request.start)
    if request.end:
        within &= start < np.datetime64(request.end + timedelta(days=1))
    return within


def _span(table: pd.DataFrame, within: npt.NDArray[np.bool_]) -> tuple[date, date]:
    """Return the first and last day covered: the data's own, inside those asked for."""
    if not within.any():
        have = ""
        if len(table):
            first, last = table["start"].min(), table["start"].max()
            have = f" They run from {first:%d %B %Y} to {last:%d %B %Y}."
        raise RequestError(f"No incident lies in the dates asked for.{have} Choose other dates.")
    start = table["start"].to_numpy()[within]
    first, last = pd.Timestamp(start.min()), pd.Timestamp(start.max())
    if table["precision"].iloc[int(np.flatnonzero(within)[start.argmax()])] == "month":
        last = last + pd.offsets.MonthEnd(0)
    return first.date(), last.date()


def _refuse_too_few(counts: Counts, lens: Lens, first: date, last: date) -> None:
    """Stop, in words, when there is too little to say anything."""
    if counts.total >= FEWEST_INCIDENTS:
        return
    raise TooFewEventsError(
        f"Only {counts.total} incidents count under “{lens.title}” from {first:%d %B %Y} to"
        f" {last:%d %B %Y}: fewer than {FEWEST_INCIDENTS}, too few to tell a hot spot from chance."
        " Choose a longer period, a larger area or a wider lens."
    )


def _inputs(
    table: pd.DataFrame,
    weights: npt.NDArray[np.int64],
    within: npt.NDArray[np.bool_],
    area: StudyArea,
    counts: Counts,
    group: npt.NDArray[np.int64],
    q: npt.NDArray[np.float64],
) -> HotspotInputs:
    """Gather what hot spots are described from; location labels where the data has them."""
    known = "location" in table
    return HotspotInputs(
        area=area,
        counts=counts,
        group=group,
        q=q,
        codes=table["location"].cat.codes.to_numpy().astype(np.int64) if known else None,
        labels=tuple(map(str, table["location"].cat.categories)) if known else (),
        counted=within & (weights > 0),
    )


def _cells(
    area: StudyArea,
    counts: Counts,
    near: Neighbours,
    clusters: Clusters,
    q: npt.NDArray[np.float64],
    group: npt.NDArray[np.int64],
    ids: list[str],
) -> pd.DataFrame:
    """Return the table of all cells of the study area."""
    ring = near.ring_sums(counts.weighted)
    names = np.array([*ids, ""], dtype=object)  # group -1 takes the last, empty one
    return pd.DataFrame(
        {
            "cell": pd.array(cells_to_strings(area.cells["cell"].to_numpy()), dtype="str"),
            "district": area.cells["district"],
            "ward": area.cells["ward"],
            "residents": area.cells["residents"],
            "count": counts.weighted,
            "ring_count": ring,
            "disc_count": counts.weighted + ring,
            "neighbours": near.degree,
            "z": clusters.z,
            "p": clusters.p,
            "q": q,
            "hot": group >= 0,
            "hotspot_id": pd.array(names[group], dtype="str"),
        }
    )


def _numbers(
    incidents: Incidents,
    counts: Counts,
    within: npt.NDArray[np.bool_],
    group: npt.NDArray[np.int64],
    near: Neighbours,
) -> Mapping[str, int]:
    """Return the row counts: read = accepted + rejected; the rest are parts of accepted."""
    return MappingProxyType(
        {
            "rows_read": incidents.rows_read,
            "rows_accepted": len(incidents.table),
            "rows_rejected": len(incidents.rejected),
            "rows_outside": int((counts.position < 0).sum()),  # accepted, outside the study area
            "rows_in_period": int(within.sum()),
            "incidents_counted": counts.total,
            "incidents_outside": counts.outside,  # would count, but lie outside the study area
            "score_counted": int(counts.weighted.sum()),
            "cells": near.size,
            "cells_isolated": int((near.degree == 0).sum()),
            "cells_hot": int((group >= 0).sum()),
            "hotspots": int(group.max(initial=-1)) + 1,
        }
    )


def _facts(counts: Counts, request: AnalysisRequest) -> dict[str, float]:
    """Return what a reader needs to judge the numbers by."""
    mean = counts.total / counts.incidents.size
    facts = {"mean_per_cell": mean, "variance_to_mean": float(counts.incidents.var()) / mean}
    if request.score == "capped":
        facts["cap"] = float(cap_of(counts.weighted))
    return facts
