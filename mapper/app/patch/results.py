"""Results of a patch: found out once for each set of choices, released once for each person.

What is kept for all users is the result before disclosure control, under the digest of the data
and the whole request. What somebody sees is released to them, and written down before it is shown:
again in every session, though the release is made once.
"""

import hashlib
from dataclasses import replace

import streamlit as st

from mapper.analysis.request import AnalysisRequest
from mapper.app.door.who import current_viewer
from mapper.app.shell.basemap import current_basemap
from mapper.app.shell.datasets import Dataset
from mapper.app.shell.once import map_address_once, own_once, result_once
from mapper.app.shell.results import COUNTING
from mapper.app.shell.surroundings import places_key, places_near
from mapper.app.shell.traces import trace_release
from mapper.app.shell.waiting import shown_progress
from mapper.areas.load import load_study_area
from mapper.areas.study_area import StudyArea
from mapper.base.files import Progress
from mapper.disclosure.patch import PatchRelease, patch_for, release_patch
from mapper.lenses.lens import Lens
from mapper.outputs.maps import embed_map
from mapper.outputs.maps.patch_layer import patch_drawing
from mapper.questions.patch import PatchStudy, study_patch

TITLE = "My patch"
_RELEASES = "mapper_patches"
_KEPT = 6


def released_patch(
    dataset: Dataset, request: AnalysisRequest, lens: Lens, *, wards: tuple[str, ...]
) -> PatchRelease:
    """Return what whoever looks may see of some wards, and write down that they saw it.

    Raises
    ------
    MapperError
        As :func:`mapper.questions.patch.study_patch` and
        :func:`mapper.disclosure.patch.release_patch`, and when the look cannot be written down.
    """
    viewer = current_viewer()
    area = load_study_area(request.area, resolution=request.resolution)
    request = replace(request, area=area.name)
    kept: dict[tuple[object, ...], PatchRelease] = st.session_state.setdefault(_RELEASES, {})
    key = (viewer, dataset.digest, request, lens.sha256, area.sha256, wards)
    with shown_progress(COUNTING) as progress:
        if key in kept:
            return kept[key]
        asked = (dataset.digest, repr(request), lens.sha256, area.sha256, repr(wards))
        made = own_once(
            viewer,
            ("patch", *asked, places_key(dataset)),
            lambda: release_patch(
                viewer, patch_study(dataset, request, lens, area, progress), wards=wards
            ),
        )
        patch = patch_for(viewer, made)
        seen = wards or viewer.wards
        trace_release(viewer, patch.shown, subject=TITLE, wards=seen, data=dataset.title)
        kept[key] = patch
        # Where an assessment begun from here finds name, ward and cells of the place.
        st.session_state.setdefault("mapper_releases", {})["patch",] = patch.shown
        for oldest in list(kept)[:-_KEPT]:
            del kept[oldest]
    return kept[key]


def patch_study(
    dataset: Dataset, request: AnalysisRequest, lens: Lens, area: StudyArea, progress: Progress
) -> PatchStudy:
    """Return what is found out about a patch, worked out once; never shown as it is."""
    return result_once(
        f"patch {places_key(dataset)}",
        *(dataset, request, lens, area),
        lambda: study_patch(
            dataset.incidents,
            lens=lens,
            area=area,
            places=places_near(dataset),
            progress=progress,
            **request.choices,
        ),
    )


def patch_map_address(
    patch: PatchRelease, dataset: Dataset, *, like: PatchRelease | None = None
) -> str:
    """Return where this session finds the map of a patch; no other sign-in is served it.

    Parameters
    ----------
    like
        The patch beside which this one is shown with the same classes of counts.
    """
    under = current_basemap()
    counted = hashlib.sha256(patch.counts.tobytes()).hexdigest()
    beside, background = like.shown.content_digest if like else "", under.key if under else ""
    key = f"{patch.shown.content_digest} {counted} {beside} {places_key(dataset)} {background}"

    def draw() -> str:
        drawing = patch_drawing(patch, places_near(dataset), like=like)
        return embed_map(patch.shown, patch=drawing, basemap=under)

    return map_address_once(key, draw)
