"""What every cell was tested against, and the places cut from it: unusual or concentrated.

| question | a place has more than | what chance would do |
|---|---|---|
| unusual | its residents, or all demand recorded there, explain | follow them, as bunched |
| concentrated | an even spread over the area would put there | hit every cell alike, fields too |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from mapper.analysis.expectation import expectation
from mapper.analysis.hotspots import Standard, even_spread
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import Study
from mapper.areas.study_area import StudyArea
from mapper.base.note import Note
from mapper.base.types import Floats, Integers
from mapper.grid.neighbours import Neighbours
from mapper.statistics.bracket import bracket_clusters
from mapper.statistics.clusters import Clusters, find_clusters, gi_star_z
from mapper.statistics.concentrated import concentrated_windows
from mapper.statistics.places import PlaceList, PlaceSize, Windows, find_places
from mapper.statistics.scores import score_counts
from mapper.statistics.unusual import LEAST_EXPECTED, find_unusual


@dataclass(frozen=True, eq=False)
class PlaceTest:
    """The answer of one question by cell, and its places."""

    z: Floats  # Gi*, or the excess of the disc in standard deviations; shape (cells,)
    p: Floats  # exact; shape (cells,)
    places: PlaceList
    standard: Standard
    facts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[Note, ...] = ()


def ask_unusual(study: Study) -> PlaceTest:
    """Where is more than the chosen expectation explains?"""
    chosen = expectation(study)
    tested = unusual_places(
        study.counts.incidents,
        chosen.base,
        near=study.near,
        touching=study.touching,
        area=study.area,
        request=study.request,
        words=chosen.words,
    )
    return PlaceTest(
        z=tested.z,
        p=tested.p,
        places=tested.places,
        standard=tested.standard,
        facts=tested.facts,
        notes=(*chosen.notes, *tested.notes),
    )


def unusual_places(
    incidents: Integers,
    base: Floats,
    *,
    near: Neighbours,
    touching: Neighbours,
    area: StudyArea,
    request: AnalysisRequest,
    words: str,
) -> PlaceTest:
    """Test counts against a base and cut places, whoever the counts are for."""
    found = find_unusual(incidents, base, near)
    places = find_places(
        Windows(near=near, disc_p=found.disc_p, tail=found.tail, own_p=found.own_p),
        incidents,
        found.excess,
        touching=touching,
        area_km2=area.cells["area_km2"].to_numpy(),
        size=size_of(request),
        alpha=request.alpha,
        correction=request.correction,
    )
    average = float(np.nanmean(found.expected))
    return PlaceTest(
        z=found.disc_z,
        p=found.p,
        places=places,
        standard=Standard(expected=found.expected, words=explained_by(words), least=LEAST_EXPECTED),
        facts=MappingProxyType({"bunching_ratio": found.bunching.ratio(average)}),
        notes=(Note("bunching", found.bunching.sentence(average)),),
    )


def explained_by(words: str) -> str:
    """Return what completes "more than" for a base: its residents would explain."""
    return f"{words} would explain"


def ask_concentrated(study: Study) -> PlaceTest:
    """Where is most of it, against an even spread over the ground that the data reaches?"""
    found = _concentrated(study.covered)
    places = replace(
        found.places,
        number=study.in_all_cells(found.places.number, -1),
        region=study.in_all_cells(found.places.region, -1),
    )
    expected = study.in_all_cells(found.standard.expected, np.nan)
    standard = found.standard
    if study.uncovered.any():
        reached = f"the part of {study.area.title} that the data reaches"
        standard = even_spread(study.counts.total, study.covered.near.size, reached)
    return replace(
        found,
        z=study.in_all_cells(found.z, np.nan),
        p=study.in_all_cells(found.p, np.nan),
        places=places,
        standard=replace(standard, expected=expected),
    )


def _concentrated(study: Study) -> PlaceTest:
    request, near = study.request, study.near
    clusters, scores, facts = _harm(study) if request.harm else (None, study.counts.weighted, {})
    if clusters is None:
        scores = score_counts(scores, score=request.score)
        clusters = find_clusters(scores, near, null=request.null)
    return concentrated_places(
        study.counts.incidents,
        scores,
        clusters,
        near=near,
        touching=study.touching,
        area=study.area,
        request=request,
        facts=facts,
    )


def concentrated_places(
    incidents: Integers,
    scores: Integers,
    clusters: Clusters,
    *,
    near: Neighbours,
    touching: Neighbours,
    area: StudyArea,
    request: AnalysisRequest,
    facts: Mapping[str, float] = MappingProxyType({}),
) -> PlaceTest:
    """Cut places from discs tested against an even spread, whoever the counts are for."""
    places = find_places(
        concentrated_windows(clusters.p, incidents, scores, near),
        incidents,
        incidents - incidents.mean(),
        touching=touching,
        area_km2=area.cells["area_km2"].to_numpy(),
        size=size_of(request),
        alpha=request.alpha,
        correction=request.correction,
    )
    standard = even_spread(int(incidents.sum()), near.size, area.title)
    return PlaceTest(z=clusters.z, p=clusters.p, places=places, standard=standard, facts=facts)


def size_of(request: AnalysisRequest) -> PlaceSize:
    """Return how large a place may be."""
    return PlaceSize(most_km2=request.most_km2, most_cells=request.most_cells)


def _harm(study: Study) -> tuple[Clusters, Integers, Mapping[str, float]]:
    """Test every disc by its days of harm, p between two exact bounds; say how wide."""
    near, days = study.near, study.harm_days()
    found = bracket_clusters(days, near, null=study.request.null)
    steps = np.rint(days / found.step).astype(np.int64)
    z = gi_star_z(steps, steps + near.ring_sums(steps), near.degree)
    facts = {
        "harm_days": float(days.sum()),
        "harm_step_days": found.step,
        "widest_p_bracket": float(np.nanmax(found.width, initial=0.0)),
    }
    return Clusters(z=z, p=found.p), steps, facts
