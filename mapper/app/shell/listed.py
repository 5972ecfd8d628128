"""Rows of hot spots as lists and cards show them, made once for all who see the same release."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mapper.context.places import Places
from mapper.disclosure.release import Release
from mapper.outputs.maps.landmarks import directions
from mapper.outputs.tables import hotspot_rows


def rows_of(shown: Release) -> list[dict[str, Any]]:
    """Return the hot spots of a release as plain rows, rounded for a screen."""
    return [dict(row) for row in _rows(shown.content_digest, _shown=shown)]


def directions_of(shown: Release, places: Places | None) -> Mapping[str, str]:
    """Say where each hot spot lies, by id, seen from the nearest landmark."""
    return _directions(shown.content_digest, id(places), _shown=shown, _places=places)[1]


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
