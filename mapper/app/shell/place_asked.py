"""A place that a session looks at: what its release was made from, and the answers about it.

Answers before disclosure control are worked out once for the same data, choices and outlines, and
shared by every session; what somebody sees of them is released anew for the audience of their map.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

import streamlit as st

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study, prepare
from mapper.app.shell.area_in_use import area_here
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.surroundings import places_near
from mapper.areas.load import load_study_area
from mapper.base.files import Progress, no_progress
from mapper.disclosure.people import Viewer, require, role_of
from mapper.disclosure.place_findings import (
    PlaceAnswers,
    PlaceFindings,
    ask_about_places,
    ask_how_firm,
    place_findings,
)
from mapper.disclosure.release import Release
from mapper.lenses.lens import Lens
from mapper.records.access import own_wards, ward_keys
from mapper.records.open import database
from mapper.records.place_work import PlaceWork, work_about
from mapper.records.releases import DatabaseRegister

_ASKED = "mapper_places_asked"
_OF_A_SESSION, _KEPT = 4, 16
_ANSWERS: OrderedDict[tuple[str, ...], PlaceAnswers] = OrderedDict()
_FIRM: OrderedDict[tuple[str, ...], PlaceAnswers] = OrderedDict()
_LOCKS = {id(_ANSWERS): Lock(), id(_FIRM): Lock()}


@dataclass(frozen=True, eq=False)
class ShownMap:
    """A release with what it was made from."""

    shown: Release
    dataset: Dataset
    request: AnalysisRequest
    lens: Lens


def keep_map(asked: ShownMap) -> None:
    """Remember what this session's map was made from, for its other pages."""
    kept: dict[str, ShownMap] = st.session_state.setdefault(_ASKED, {})
    kept.pop(asked.shown.digest, None)
    kept[asked.shown.digest] = asked
    for oldest in list(kept)[:-_OF_A_SESSION]:
        del kept[oldest]


def map_showing(hotspot_id: str) -> ShownMap | None:
    """Return the latest map of this session that shows a hot spot, if one does."""
    kept: dict[str, ShownMap] = st.session_state.get(_ASKED, {})
    for asked in reversed(kept.values()):
        if (asked.shown.hotspots["hotspot_id"] == hotspot_id).any():
            return asked
    return None


def findings_about(
    viewer: Viewer,
    asked: ShownMap,
    hotspot_id: str,
    *,
    only: Collection[str] | None = None,
    progress: Progress = no_progress,
) -> PlaceFindings:
    """Return what the audience of a map may see of one of its hot spots.

    Outside the operational audience every answer is checked beside all that it was given before,
    and kept with it.

    Raises
    ------
    MapperError
        As :func:`mapper.disclosure.place_findings.place_findings`, and when the places near
        cannot be read.
    """
    answers = replace(_answers(asked, progress), release=asked.shown)
    register = DatabaseRegister(database(), person=viewer.name, role=role_of(viewer))
    return place_findings(answers, hotspot_id, only=only, register=register)


def work_of(viewer: Viewer, found: PlaceFindings) -> PlaceWork:
    """Return the records about a place that a viewer may read."""
    return work_about(
        database(),
        hotspot_id=found.hotspot_id,
        cells=found.cells,
        viewer=viewer,
        own=own_wards(viewer, area_here(viewer).cells),
        wards=wards_about(viewer, found),
    )


def wards_about(viewer: Viewer, found: PlaceFindings) -> frozenset[str]:
    """Return the wards of a place, as records may spell them."""
    return ward_keys(found.release.wards_of(found.hotspot_id), area_here(viewer).cells)


def firmness_of(
    viewer: Viewer, asked: ShownMap, hotspot_id: str, *, progress: Progress = no_progress
) -> PlaceFindings:
    """Return what a hot spot of a map is defended with, for those who see everything.

    Raises
    ------
    MapperError
        As :func:`mapper.disclosure.place_findings.ask_how_firm`, and when the viewer may not.
    """
    require(viewer, "see everything")
    answers = _firm(asked, progress)
    return place_findings(replace(answers, release=asked.shown), hotspot_id)


def firmness_known(asked: ShownMap) -> PlaceAnswers | None:
    """Return how firm every place of a map is, where somebody has asked already."""
    return _FIRM.get(_key(asked)) if _FIRM else None


def work_out_firmness(viewer: Viewer, asked: ShownMap, progress: Progress) -> None:
    """Work out how firm every place of a map is, for those who see everything."""
    require(viewer, "see everything")
    _firm(asked, progress)


def _firm(asked: ShownMap, progress: Progress) -> PlaceAnswers:
    """Return how firm every hot spot of a map is, worked out once."""
    return _once(_FIRM, asked, partial(ask_how_firm, progress=progress))


def _answers(asked: ShownMap, progress: Progress) -> PlaceAnswers:
    """Return the answers about every hot spot of a map, worked out once."""
    places = places_near(asked.dataset)
    return _once(_ANSWERS, asked, partial(ask_about_places, places=places, progress=progress))


def _once(
    kept: "OrderedDict[tuple[str, ...], PlaceAnswers]",
    asked: ShownMap,
    ask: Callable[[Study, AnalysisResult, Release], PlaceAnswers],
) -> PlaceAnswers:
    """Return answers about a map, worked out by the first who asks."""
    key = _key(asked)
    with _LOCKS[id(kept)]:  # whoever comes second waits for the first and then finds it done
        if key not in kept:
            area = load_study_area(asked.request.area, resolution=asked.request.resolution)
            choices = replace(asked.request, area=area.name).choices
            study = prepare(asked.dataset.incidents, lens=asked.lens, area=area, **choices)
            kept[key] = ask(study, find_hotspots(study), asked.shown)
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]


def _key(asked: ShownMap) -> tuple[str, ...]:
    """Return what stands for all that the answers about a map are made of."""
    area = load_study_area(asked.request.area, resolution=asked.request.resolution)
    request = replace(asked.request, area=area.name)
    places = places_near(asked.dataset)
    near = "" if places is None else str(id(places))
    return (
        *(asked.dataset.digest, repr(request), asked.lens.sha256, area.sha256, near),
        *(asked.shown.audience, _outlines(asked.shown)),
    )


def _outlines(shown: Release) -> str:
    """Return a digest of which cell a release shows in which hot spot."""
    cells = shown.cells.loc[shown.cells["hotspot_id"] != "", ["cell", "hotspot_id"]]
    told = "\n".join([*(cells["cell"] + cells["hotspot_id"]), *shown.hotspots["name"]])
    return hashlib.sha256(told.encode()).hexdigest()
