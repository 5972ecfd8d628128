"""Rows of hot spots as lists and cards show them, made once for all who see the same release."""

from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from mapper.areas.study_area import StudyArea
from mapper.context.places import Places
from mapper.disclosure.release import Release
from mapper.outputs.maps.landmarks import directions, landmarks_of
from mapper.outputs.place_reach import WITH_WORK, deciles_in_words, reach_of_map
from mapper.outputs.tables import hotspot_rows


def rows_of(shown: Release) -> list[dict[str, Any]]:
    """Return the hot spots of a release as plain rows, rounded for a screen."""
    return [dict(row) for row in _rows(shown.content_digest, _shown=shown)]


def directions_of(shown: Release, places: Places | None) -> Mapping[str, str]:
    """Say where each hot spot lies, by id, seen from the nearest landmark."""
    return _directions(shown.content_digest, id(places), _shown=shown, _places=places)[1]


def landmarks_drawn(shown: Release, places: Places | None) -> list[list[Any]]:
    """Return the landmarks in and around the cells of a release."""
    return _landmarks(shown.content_digest, id(places), _shown=shown, _places=places)[1]


def deciles_of(shown: Release, area: StudyArea) -> Mapping[str, str]:
    """Say of each hot spot of a release how deprived its neighbourhoods are, by its id."""
    return _deciles(shown.content_digest, *_key(area), _shown=shown, _area=area)


def reach_words(shown: Release, area: StudyArea, covered: Collection[str]) -> str:
    """Say how the hot spots of a release, and those with work, lie in the most deprived tenth."""
    told = tuple(sorted(covered))
    return _reach(shown.content_digest, *_key(area), told, _shown=shown, _area=area)


def _key(area: StudyArea) -> tuple[str, str, int]:
    """Return what stands for an area in cells of some size."""
    return area.sha256, area.name, area.resolution


@st.cache_resource(max_entries=192, show_spinner=False)
def _landmarks(
    digest: str, places: int, *, _shown: Release, _places: Places | None
) -> tuple[Places | None, list[list[Any]]]:
    """Return the landmarks, and the places, as :func:`_directions` does."""
    del digest, places
    return _places, landmarks_of(_shown, _places)


@st.cache_resource(max_entries=192, show_spinner=False)
def _deciles(
    digest: str, sha256: str, name: str, resolution: int, *, _shown: Release, _area: StudyArea
) -> Mapping[str, str]:
    """Return what is said of each hot spot."""
    del digest, sha256, name, resolution
    return deciles_in_words(_shown, _area)


@st.cache_resource(max_entries=192, show_spinner=False)
def _reach(
    digest: str,
    sha256: str,
    name: str,
    resolution: int,
    covered: tuple[str, ...],
    *,
    _shown: Release,
    _area: StudyArea,
) -> str:
    """Return what is said of all of them."""
    del digest, sha256, name, resolution
    return reach_of_map(_shown, _area, covered).covered_words(WITH_WORK)


@st.cache_resource(max_entries=192, show_spinner=False)
def _rows(digest: str, *, _shown: Release) -> tuple[dict[str, Any], ...]:
    """Return the rows of a release."""
    del digest
    return tuple(hotspot_rows(_shown, on_screen=True))


@st.cache_resource(max_entries=192, show_spinner=False)
def _directions(
    digest: str, places: int, *, _shown: Release, _places: Places | None
) -> tuple[Places | None, Mapping[str, str]]:
    """Return the directions, and the places, which keep their number as long as it is a key."""
    del digest, places
    return _places, directions(_shown, _places)
