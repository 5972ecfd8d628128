"""Results for the pages: worked out once for each set of choices, then released to who looks.

Streamlit's caches are shared by every user, so what is kept there is the result before disclosure
control, the finished map of a release (:mod:`mapper.app.shell.once`), and what partners were
given: one release for all of them, made once while the others wait. Each look is written down.
"""

import hashlib
from contextlib import nullcontext
from dataclasses import replace

import streamlit as st

from mapper.analysis.analyse import analyse
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.result import AnalysisResult
from mapper.app.door.who import current_viewer
from mapper.app.shell.basemap import current_basemap
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.listed import landmarks_drawn
from mapper.app.shell.once import given_once, map_address_once, own_once, result_once
from mapper.app.shell.traces import trace_release
from mapper.app.shell.waiting import shown_progress
from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress
from mapper.context.places import Places
from mapper.disclosure.for_viewer import release_to
from mapper.disclosure.make import signed_by
from mapper.disclosure.people import Viewer, role_of, scope_of
from mapper.disclosure.release import Release
from mapper.lenses.lens import Lens
from mapper.outputs.maps import embed_map
from mapper.records.open import database
from mapper.records.releases import DatabaseRegister

COUNTING = "Counting incidents, and testing every cell"
_RELEASES = "mapper_releases"
_RELEASES_KEPT = 4  # a session goes back and forth between a few; each is a few megabytes


def released(
    dataset: Dataset, request: AnalysisRequest, lens: Lens, progress: Progress | None = None
) -> Release:
    """Return what whoever looks may see of an analysis, and write down that they saw it.

    Parameters
    ----------
    progress
        Takes how far it is; without it the page shows that here.

    Raises
    ------
    MapperError
        As :func:`mapper.analysis.analyse.analyse` and
        :func:`mapper.disclosure.for_viewer.release_to`, and when the look cannot be written down.
    """
    viewer = current_viewer()
    scope_of(viewer)  # refuses before anything is worked out
    area = load_study_area(request.area, resolution=request.resolution)
    request = replace(request, area=area.name)
    kept: dict[tuple[object, ...], Release] = st.session_state.setdefault(_RELEASES, {})
    key = (viewer, dataset.digest, request, lens.sha256, area.sha256)
    with shown_progress(COUNTING) if progress is None else nullcontext(progress) as told:
        if key in kept:
            return kept[key]
        shown = _released(viewer, dataset, request, lens, area, told)
        wards = viewer.wards if scope_of(viewer) == "own wards" else ()
        trace_release(viewer, shown, subject="Hot spots", wards=wards, data=dataset.title)
        kept[key] = shown
        for oldest in list(kept)[:-_RELEASES_KEPT]:
            del kept[oldest]
    return kept[key]


def _released(
    viewer: Viewer,
    dataset: Dataset,
    request: AnalysisRequest,
    lens: Lens,
    area: StudyArea,
    progress: Progress,
) -> Release:
    """Return what a viewer may see of an analysis."""
    result = result_once(
        "map",
        *(dataset, request, lens, area),
        lambda: analyse(
            dataset.incidents, lens=lens, area=area, progress=progress, **request.choices
        ),
    )
    register = DatabaseRegister(database(), person=viewer.name, role=role_of(viewer))

    def release() -> Release:
        return release_to(viewer, result, register=register, make=again)

    def again(other: AnalysisRequest) -> AnalysisResult:
        ground = load_study_area(request.area, resolution=other.resolution)
        return analyse(dataset.incidents, lens=lens, area=ground, **other.choices)

    asked = ("map", dataset.digest, repr(request), lens.sha256, area.sha256)
    if scope_of(viewer) != "partnership":
        return signed_by(own_once(viewer, asked, release), viewer.name)
    progress("Checking it beside what was released before", 1.0)
    return given_once(asked, release, stamp=register.stamp)


def map_address(shown: Release, places: Places | None = None) -> str:
    """Return where this session finds the map of a release; no other sign-in is served it.

    Parameters
    ----------
    places
        Of which stations and the like are drawn.
    """
    under, marks = current_basemap(), landmarks_drawn(shown, places)
    drawn = hashlib.sha256(repr(marks).encode()).hexdigest()[:16] if marks else ""
    key = f"{shown.content_digest} {under.key if under else ''} {drawn}"
    return map_address_once(key, lambda: embed_map(shown, basemap=under, landmarks=marks))
