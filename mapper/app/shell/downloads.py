"""Files to take away, made from a release when they are asked for and not before.

Each name carries the release's digest: Streamlit tells large downloads of one name apart by a
part of their content only, and could hand out an older one.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

import streamlit as st

from mapper.app.door.who import current_viewer
from mapper.app.shell.taking import handed_out, require_live
from mapper.disclosure.people import Viewer
from mapper.disclosure.release import Release, is_release
from mapper.outputs.manifest import manifest
from mapper.outputs.maps import export_map
from mapper.outputs.tables import cells_parquet, hotspots_csv, hotspots_geojson

Maker = Callable[[Release], bytes]


def _map_html(shown: Release) -> bytes:
    """Return the map as a page that stands alone."""
    return export_map(shown).encode()


FILES: Mapping[str, tuple[str, str, Maker]] = MappingProxyType(
    {
        "hotspots.csv": ("List (CSV)", "text/csv", hotspots_csv),
        "hotspots.geojson": ("Outlines (GeoJSON)", "application/geo+json", hotspots_geojson),
        "cells.parquet": ("All cells (Parquet)", "application/vnd.apache.parquet", cells_parquet),
        "map.html": ("Map (one file)", "text/html", _map_html),
    }
)


def file_name(name: str, shown: Release) -> str:
    """Return a file name that no other release has: hotspots-1a2b3c4d5e6f.csv."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}-{shown.digest[:12]}.{suffix}"


def manifest_of(shown: Release) -> bytes:
    """Return the manifest of the files as they are made now."""
    outputs = {name: make(shown) for name, (_, _, make) in FILES.items()}
    return manifest(shown, outputs=outputs, made_at=datetime.now(tz=UTC))


def taken(viewer: Viewer, shown: Release, name: str, make: Maker) -> bytes:
    """Return a file that somebody takes away, once it is written down that they do.

    Raises
    ------
    RefusedError
        When they were signed out since the file was offered.
    """
    require_live(viewer)
    content = make(shown)
    return handed_out(
        viewer,
        content,
        subject=file_name(name, shown),
        detail={"lens": shown.title, "area": shown.area_title, "release": shown.digest},
    )


def show_downloads(shown: Release) -> None:
    """Offer the files of a release."""
    is_release(shown)
    makers = {**FILES, "manifest.json": ("Manifest (JSON)", "application/json", manifest_of)}
    viewer = current_viewer()
    offers = {
        name: (label, kind, partial(taken, viewer, shown, name, make))
        for name, (label, kind, make) in makers.items()
    }
    with st.container(horizontal=True):
        for name, (label, kind, make) in offers.items():
            st.download_button(
                label,
                make,
                file_name=file_name(name, shown),
                mime=kind,
                key=f"download {name}",
                on_click="ignore",
            )
    st.caption(
        "Every file carries its marking, question and caveats; the manifest says how to make them"
        " again. Keep them as the marking requires."
    )
