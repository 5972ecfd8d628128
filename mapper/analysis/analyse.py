"""One request in, one result out: pages, command line and scheduled runs call :func:`analyse`."""

from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from mapper.analysis.coverage import UNCOVERED
from mapper.analysis.hotspots import HotspotInputs, Standard, describe_hotspots, place_ids
from mapper.analysis.place_doubts import edge_notes, place_words
from mapper.analysis.place_tests import PlaceTest, ask_concentrated, ask_unusual
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study, prepare
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress, no_progress
from mapper.base.types import Floats, Integers
from mapper.grid.hexagons import cells_to_strings
from mapper.incidents.table import Incidents
from mapper.lenses.lens import Lens
from mapper.statistics.false_discovery import adjust
from mapper.statistics.fewest import FEWEST_IN_DISC, FEWEST_INCIDENTS
from mapper.statistics.scores import cap_of

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
    """Test every cell of a study exactly and cut the significant ones into places."""
    progress("Testing every cell exactly", 0.6)
    with ThreadPoolExecutor(1) as meanwhile:  # what the data shows is looked for
        told = meanwhile.submit(lambda: (study.doubts, study.streets))
        ask = ask_concentrated if study.request.asks == "concentrated" else ask_unusual
        tested = ask(study)
        _, streets = told.result()
    progress("Cutting places", 0.8)
    places = tested.places
    ids = place_ids(study.area, study.counts, places.number, previous=previous)
    given = hotspot_inputs(study, places.number, places.q, tested.standard, region=places.region)
    hotspots = describe_hotspots(given, ids)
    beside = dict(zip(ids, place_words(study, places.number, len(ids)), strict=True))
    hotspots["reason"] += hotspots["hotspot_id"].map(beside).astype("str")
    found = {"cells_hot": int((places.number >= 0).sum()), "hotspots": len(ids)}
    result = AnalysisResult(
        request=study.request,
        lens=study.lens,
        area=study.area,
        cells=_cells(study, tested, ids),
        hotspots=hotspots,
        first=study.first,
        last=study.last,
        numbers=MappingProxyType({**study.numbers, **found}),
        inputs=study.inputs,
        notes=(*study.notes, *edge_notes(study, places.number), *tested.notes),
        facts=MappingProxyType({**_facts(study), **tested.facts}),
        synthetic=study.synthetic,
        incidents=study.counts.incidents,
        standard=tested.standard,
        streets=streets,
        place_p=MappingProxyType(dict(zip(ids, places.p.tolist(), strict=True))),
    )
    progress("Done", 1.0)
    return result


def hotspot_inputs(
    study: Study,
    group: Integers,
    q: Floats,
    standard: Standard,
    *,
    region: Integers | None = None,
) -> HotspotInputs:
    """Gather what hot spots are described from; location labels where the data has them."""
    table = study.incidents.table
    known = "location" in table
    return HotspotInputs(
        area=study.area,
        counts=study.counts,
        group=group,
        q=q,
        standard=standard,
        region=region,
        codes=table["location"].cat.codes.to_numpy().astype(np.int64) if known else None,
        labels=tuple(table["location"].cat.categories.astype(object)) if known else (),
        counted=study.counted,
        times=study.times,
    )


def _cells(study: Study, tested: PlaceTest, ids: list[str]) -> pd.DataFrame:
    """Return the table of all cells of the study area."""
    group = tested.places.number
    known, incidents, weighted = study.area.cells, study.counts.incidents, study.counts.weighted
    names = np.array([*ids, ""], dtype=object)  # group -1 takes the last, empty one
    region = tested.places.region
    regions = np.array(
        [*place_ids(study.area, study.counts, region, prefix="RG"), ""], dtype=object
    )
    return pd.DataFrame(
        {
            "cell": pd.array(cells_to_strings(study.cells), dtype="str"),
            "district": known["district"],
            "ward": known["ward"],
            "residents": known["residents"],
            "incidents": incidents,
            "disc_incidents": incidents + study.near.ring_sums(incidents),
            "score": weighted,
            "disc_score": weighted + study.near.ring_sums(weighted),
            "neighbours": study.near.degree,
            "z": tested.z,
            "p": tested.p,
            "q": adjust(tested.p, correction=study.request.correction),
            "hot": group >= 0,
            "hotspot_id": pd.array(names[group], dtype="str"),
            "region": pd.array(regions[region], dtype="str"),
        }
    )


def _facts(study: Study) -> dict[str, float]:
    """Return what a reader needs to judge the numbers by."""
    counts = study.counts
    mean = counts.total / counts.incidents.size
    facts = {"mean_per_cell": mean, "variance_to_mean": float(counts.incidents.var()) / mean}
    if study.uncovered.any():
        facts[UNCOVERED] = float(study.uncovered.sum())
    request = study.request
    if request.asks == "concentrated" and request.score == "capped" and not request.harm:
        facts["cap"] = float(cap_of(counts.weighted))
    return facts
