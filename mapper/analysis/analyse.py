"""One request in, one result out: pages, command line and scheduled runs call :func:`analyse`."""

from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from mapper.analysis.hotspots import HotspotInputs, describe_hotspots, place_ids
from mapper.analysis.request import AnalysisRequest, AnalysisResult
from mapper.analysis.study import Study, prepare
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress, no_progress
from mapper.base.note import Note
from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import cells_to_strings
from mapper.grid.neighbours import touching_groups
from mapper.incidents.table import Incidents
from mapper.lenses.lens import Lens
from mapper.statistics.bracket import bracket_clusters
from mapper.statistics.clusters import Clusters, find_clusters, gi_star_z
from mapper.statistics.false_discovery import adjust
from mapper.statistics.fewest import FEWEST_IN_DISC, FEWEST_IN_HOTSPOT, FEWEST_INCIDENTS
from mapper.statistics.scores import cap_of, score_counts

__all__ = [
    "FEWEST_INCIDENTS",
    "FEWEST_IN_DISC",
    "AnalysisRequest",
    "AnalysisResult",
    "analyse",
    "find_hotspots",
    "hotspot_inputs",
]


def analyse(
    incidents: Incidents,
    *,
    lens: Lens,
    area: StudyArea,
    previous: pd.Series | None = None,
    progress: Progress = no_progress,
    **choices: Any,
) -> AnalysisResult:
    """Count a lens over the study area, find its clusters exactly, and join them into hot spots.

    Parameters
    ----------
    incidents
        Accepted incidents and rejected rows.
    previous
        ``hotspot_id`` of an earlier run by H3 string, whose ids are to be carried over.
    choices
        By name, as in :class:`AnalysisRequest`; the request is made of them here.

    Raises
    ------
    TooFewEventsError, LensError, RequestError
        As :func:`mapper.analysis.study.prepare`.
    """
    study = prepare(incidents, lens=lens, area=area, progress=progress, **choices)
    return find_hotspots(study, previous=previous, progress=progress)


def find_hotspots(
    study: Study, *, previous: pd.Series | None = None, progress: Progress = no_progress
) -> AnalysisResult:
    """Test every cell of a study exactly and join the significant ones into hot spots."""
    progress("Testing every cell exactly", 0.6)
    request, counts, near = study.request, study.counts, study.near
    clusters, bracket = _clusters(study)
    q = adjust(clusters.p, correction=request.correction)
    busy = counts.incidents + near.ring_sums(counts.incidents) >= FEWEST_IN_DISC
    hot = np.nan_to_num(q, nan=1.0) <= request.alpha
    group, empty = _without_empty(touching_groups(study.touching, hot & busy), counts.incidents)
    progress("Joining hot spots", 0.8)
    ids = place_ids(study.area, counts, group, previous=previous)
    hotspots = describe_hotspots(hotspot_inputs(study, group, q), ids)
    found = {"cells_hot": int((group >= 0).sum()), "hotspots": len(ids)}
    result = AnalysisResult(
        request=request,
        lens=study.lens,
        area=study.area,
        cells=_cells(study, clusters, q, group, ids),
        hotspots=hotspots,
        first=study.first,
        last=study.last,
        numbers=MappingProxyType({**study.numbers, **found}),
        inputs=study.sources,
        notes=(*study.notes, *_told(empty)),
        facts=MappingProxyType({**_facts(study), **bracket}),
        synthetic=study.synthetic,
        incidents=counts.incidents,
    )
    progress("Done", 1.0)
    return result


def _without_empty(group: Integers, incidents: Integers) -> tuple[Integers, int]:
    """Return groups that hold something themselves, numbered anew, and how many were left out.

    A cell between two busy ones is significant by what lies around it. Listed as a place with no
    incident it would only confuse: the busy ones are found as single places.
    """
    own = np.bincount(group[group >= 0], weights=incidents[group >= 0])
    kept = own >= FEWEST_IN_HOTSPOT
    number = np.where(kept, np.cumsum(kept) - 1, -1)
    return np.where(group >= 0, np.append(number, -1)[group], -1), int((~kept).sum())


def _told(empty: int) -> tuple[Note, ...]:
    """Say how many places are significant only by what surrounds them."""
    if not empty:
        return ()
    places = "1 place is" if empty == 1 else f"{empty} places are"
    words = (
        f"{places} more than chance only by the cells around, with fewer than {FEWEST_IN_HOTSPOT}"
        " incidents inside, and not listed: look at the single places."
    )
    return (Note("not listed", words),)


def _clusters(study: Study) -> tuple[Clusters, dict[str, float]]:
    """Test every cell by its score, or by days of harm; return how wide p is then known."""
    request, near = study.request, study.near
    if not request.harm:
        scores = score_counts(study.counts.weighted, score=request.score)
        return find_clusters(scores, near, null=request.null), {}
    days = study.harm_days()
    found = bracket_clusters(days, near, null=request.null)
    steps = np.rint(days / found.step).astype(np.int64)
    z = gi_star_z(steps, steps + near.ring_sums(steps), near.degree)
    widest = float(np.nanmax(found.width, initial=0.0))
    told = {
        "harm_days": float(days.sum()),
        "harm_step_days": found.step,
        "widest_p_bracket": widest,
    }
    return Clusters(z=z, p=found.p), told


def hotspot_inputs(study: Study, group: Integers, q: Floats) -> HotspotInputs:
    """Gather what hot spots are described from; location labels where the data has them."""
    table = study.incidents.table
    known = "location" in table
    return HotspotInputs(
        area=study.area,
        counts=study.counts,
        group=group,
        q=q,
        codes=table["location"].cat.codes.to_numpy().astype(np.int64) if known else None,
        labels=tuple(table["location"].cat.categories.astype(object)) if known else (),
        counted=study.counted,
    )


def _cells(
    study: Study,
    clusters: Clusters,
    q: Floats,
    group: Integers,
    ids: list[str],
) -> pd.DataFrame:
    """Return the table of all cells of the study area."""
    known, weighted = study.area.cells, study.counts.weighted
    ring = study.near.ring_sums(weighted)
    names = np.array([*ids, ""], dtype=object)  # group -1 takes the last, empty one
    return pd.DataFrame(
        {
            "cell": pd.array(cells_to_strings(study.cells), dtype="str"),
            "district": known["district"],
            "ward": known["ward"],
            "residents": known["residents"],
            "count": weighted,
            "ring_count": ring,
            "disc_count": weighted + ring,
            "neighbours": study.near.degree,
            "z": clusters.z,
            "p": clusters.p,
            "q": q,
            "hot": group >= 0,
            "hotspot_id": pd.array(names[group], dtype="str"),
        }
    )


def _facts(study: Study) -> dict[str, float]:
    """Return what a reader needs to judge the numbers by."""
    counts = study.counts
    mean = counts.total / counts.incidents.size
    facts = {"mean_per_cell": mean, "variance_to_mean": float(counts.incidents.var()) / mean}
    if study.request.score == "capped" and not study.request.harm:
        facts["cap"] = float(cap_of(counts.weighted))
    return facts
