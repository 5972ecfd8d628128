"""Results for the pages: worked out once for each set of choices, released for each session.

Streamlit's caches are shared by every user, so what is kept there is the result before disclosure
control, under the digest of the data and the whole request, and the finished map of a release,
under the release's own digest. Large tables go in unhashed: Streamlit would hash only a sample.
"""

import hashlib
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mapper.analysis.analyse import AnalysisResult, analyse
from mapper.analysis.request import AnalysisRequest
from mapper.app.door.who import current_viewer
from mapper.app.shell.basemap import current_basemap
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.map_pages import compress, map_pages
from mapper.app.shell.traces import role_of, trace
from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.context.places import Places
from mapper.disclosure.for_viewer import release_to
from mapper.disclosure.people import Viewer, scope_of
from mapper.disclosure.release import Release
from mapper.lenses.lens import Lens
from mapper.outputs.maps import embed_map
from mapper.outputs.maps.basemap import Basemap
from mapper.outputs.maps.landmarks import landmarks_of
from mapper.records.open import database
from mapper.records.releases import DatabaseRegister

_RELEASES = "mapper_releases"
_RELEASES_KEPT = 4  # a session goes back and forth between a few; each is a few megabytes


def released(dataset: Dataset, request: AnalysisRequest, lens: Lens) -> Release:
    """Return what whoever looks may see of an analysis, and write down that they saw it.

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
    if key not in kept:
        result = _result(
            dataset.digest,
            repr(request),
            lens.sha256,
            area.sha256,
            _dataset=dataset,
            _request=request,
            _lens=lens,
            _area=area,
        )
        register = DatabaseRegister(database(), person=viewer.name, role=role_of(viewer))
        shown = release_to(viewer, result, register=register)
        _trace_view(viewer, shown, dataset)
        kept[key] = shown
        for oldest in list(kept)[:-_RELEASES_KEPT]:
            del kept[oldest]
    return kept[key]


def map_address(shown: Release, places: Places | None = None) -> str:
    """Return where this session finds the map of a release; no other sign-in is served it.

    Parameters
    ----------
    places
        Of which stations and the like are drawn.
    """
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    under, marks = current_basemap(), landmarks_of(shown, places)
    drawn = hashlib.sha256(repr(marks).encode()).hexdigest()[:16] if marks else ""
    key = f"{shown.digest} {under.key if under else ''} {drawn}"
    return map_pages.put(
        _map_page(key, _shown=shown, _basemap=under, _marks=marks),
        session=session,
        digest=key,
        owner=current_viewer().session,
    )


def _trace_view(viewer: Viewer, shown: Release, dataset: Dataset) -> None:
    """Write down that somebody is shown a release."""
    detail = {
        "lens": shown.title,
        "area": shown.area_title,
        "period": shown.period,
        "resolution": shown.resolution,
        "audience": shown.audience,
        "wards": sorted(viewer.wards) if scope_of(viewer) == "own wards" else [],
        "data": dataset.title,
    }
    trace(viewer, "view", subject="Hot spots", digest=shown.digest, detail=detail)


@st.cache_resource(max_entries=24, show_spinner=False)
def _result(
    digest: str,
    request: str,
    lens_sha256: str,
    area_sha256: str,
    *,
    _dataset: Dataset,
    _request: AnalysisRequest,
    _lens: Lens,
    _area: StudyArea,
) -> AnalysisResult:
    """Return the result before disclosure control, worked out once."""
    del digest, request, lens_sha256, area_sha256
    return analyse(_dataset.incidents, lens=_lens, area=_area, **_request.choices)


@st.cache_resource(max_entries=48, show_spinner=False)
def _map_page(
    digest: str, *, _shown: Release, _basemap: Basemap | None, _marks: list[list[Any]]
) -> bytes:
    """Return the finished map of a release, compressed, made once."""
    del digest
    return compress(embed_map(_shown, basemap=_basemap, landmarks=_marks))
