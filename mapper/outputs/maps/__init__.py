"""Maps of a release, drawn by Folium: one for the app and one that stands alone in a file.

No map asks any other machine for anything: there are no tiles, and Leaflet is either inside the
page or served by the app. Free text is encoded before it enters a map, and Folium's second
template pass is switched off (:mod:`mapper.outputs.maps.plain`).

The only package that imports folium and branca.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mapper.disclosure.release import Release, is_release
from mapper.outputs.maps.basemap import Basemap
from mapper.outputs.maps.drawing import cell_features, hotspot_features
from mapper.outputs.maps.layers import folium_map
from mapper.outputs.maps.page import render_page

if TYPE_CHECKING:
    import folium

__all__ = [
    "build_map",
    "cell_features",
    "embed_map",
    "export_map",
    "hotspot_features",
]


def build_map(
    release: Release,
    *,
    selected: str | None = None,
    leaflet_url: str | None = None,
) -> "folium.Map":
    """Return the Folium map of a release, for a page that shows Folium maps.

    A click gives the page the feature of the cell, with ``cell`` and ``hotspot_id`` among its
    properties.

    Parameters
    ----------
    selected
        Id of a hot spot to zoom to and open.
    leaflet_url
        Folder under which the app serves ``leaflet.js`` and ``leaflet.css``, without a slash at
        its end. Without it the page that shows the map has to bring Leaflet along.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    """
    is_release(release)
    return folium_map(release, selected=selected, leaflet_url=leaflet_url)


def export_map(release: Release) -> str:
    """Return a map as one page of HTML that opens anywhere, with no network.

    It holds the map, its legend, the list of hot spots, marking, caveats and licence, and a
    content security policy under which nothing but its own scripts can run.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    """
    is_release(release)
    return render_page(build_map(release), release)


def embed_map(
    release: Release,
    *,
    selected: str | None = None,
    patch: Mapping[str, Any] | None = None,
    basemap: Basemap | None = None,
    landmarks: Sequence[Sequence[Any]] = (),
) -> str:
    """Return the map and its legend alone as a page of HTML, for a frame inside the app.

    The page around it shows the title, the marking and the list. Page and map talk by
    ``postMessage``: the map says ``{mapper: "ready"}`` once and ``{mapper: "chosen", id}`` when a
    hot spot is chosen on it, and shows the one it is told of by ``{mapper: "choose", id}``.

    Parameters
    ----------
    patch
        From :func:`mapper.outputs.maps.patch_layer.patch_drawing`: months to play and places to
        show; :file:`patch.js` says which messages it adds.
    basemap
        A background of streets; the page may then show pictures of its one source.
    landmarks
        Stations and the like, from :func:`mapper.outputs.maps.landmarks.landmarks_of`.

    Raises
    ------
    DisclosureError
        When given anything but a release.
    """
    is_release(release)
    drawn = build_map(release, selected=selected)
    return render_page(
        drawn, release, embedded=True, patch=patch, basemap=basemap, landmarks=landmarks
    )
