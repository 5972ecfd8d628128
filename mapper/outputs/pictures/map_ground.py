"""The ground of a printed map: water, woods, rail, roads and streets out of the background's file.

What of it may be drawn is decided by who is to see the map
(:mod:`mapper.disclosure.backdrop`), and how close it is: on a map of a whole force there are main
roads alone. Towns, roads and streets are named out of the same file, as far as the same rule lets
them be drawn.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mapper.areas.ground import DEEPEST
from mapper.base.lazy import Lazy
from mapper.base.palette import COLOURS
from mapper.base.types import Floats
from mapper.disclosure.backdrop import backdrop_of
from mapper.disclosure.release import Release
from mapper.outputs.pictures.map_names import Label
from mapper.outputs.pictures.svg import SOFT, outline, path, track

if TYPE_CHECKING:
    import geopandas
    import pyogrio
    import shapely
else:
    pyogrio, shapely = Lazy("pyogrio"), Lazy("shapely")

_AREAS = {"woods": "wood", "water": "water"}
# Colour and width of each line, and how many units of the drawing a kilometre has to have.
_LINES = {
    "rivers": ("water", 0.8, 25.0),
    "rail": ("rail", 0.5, 12.0),
    "streets": ("road-edge", 0.35, 45.0),
    "roads": ("road-edge", 0.9, 0.0),
}
# Size of the letters of each layer's names, and how many units a kilometre has to have.
_NAMES = {"places": (8.0, 0.0), "roads": (6.5, 25.0), "streets": (6.0, 60.0)}
_MOST_NAMES = 60  # of a layer; most find no room
_FAR = 30.0  # units to a kilometre below which coarser tiles do


def ground_parts(
    file: Path,
    release: Release,
    place: Callable[[Floats], Floats],
    *,
    box: tuple[float, float, float, float],
    kilometre: float,
) -> tuple[list[str], list[str]]:
    """Return what lies under the cells of a map, and the lines that are drawn over them.

    Parameters
    ----------
    file
        Vector tiles made by ``mapper area background``.
    place
        Turns degrees into units of the drawing.
    box
        West, south, east and north of the map.
    kilometre
        In units of the drawing.
    """
    seen = _seen(file, release)
    zoom = DEEPEST if kilometre >= _FAR else 11
    under, over = [], []
    for name in seen:
        if name in _AREAS:
            rings = _coordinates(_read(file, name, box, zoom), place)
            under.append(path(outline(rings), fill=COLOURS[_AREAS[name]]))
        elif name in _LINES and kilometre >= _LINES[name][2]:
            colour, width, _ = _LINES[name]
            lines = _coordinates(_read(file, name, box, zoom), place)
            over.append(path(track(lines), stroke=COLOURS[colour], width=width))
    return under, over


def ground_names(
    file: Path,
    release: Release,
    place: Callable[[Floats], Floats],
    *,
    box: tuple[float, float, float, float],
    kilometre: float,
) -> list[Label]:
    """Return the names of the ground, as :func:`ground_parts` takes it: places, roads, streets.

    Each name once, at its largest part; the most important first.
    """
    zoom = DEEPEST if kilometre >= _FAR else 11
    labels = []
    for name in (one for one in _NAMES if one in _seen(file, release)):
        size, least = _NAMES[name]
        found = _read(file, name, box, zoom)
        found = found[found["name"].fillna("").str.strip() != ""]
        if kilometre < least or found.empty:
            continue
        found["extent"] = found.to_crs(3857).length
        first = found.sort_values(["rank", "extent"], ascending=[True, False], kind="stable")
        first = first.drop_duplicates("name").head(_MOST_NAMES)
        points = shapely.get_coordinates(first.geometry.representative_point().array)
        labels += [
            Label(str(words), x, y, size, SOFT)
            for words, (x, y) in zip(first["name"], place(points).tolist(), strict=True)
        ]
    return labels


def _seen(file: Path, release: Release) -> list[str]:
    """Return the layers of a file that the audience of a release may see."""
    held = {str(name) for name, _ in pyogrio.list_layers(file)}
    return [name for name in backdrop_of(release).layers if name in held]


def _read(
    file: Path, layer: str, box: tuple[float, float, float, float], zoom: int
) -> "geopandas.GeoDataFrame":
    """Return one layer in a box, in degrees."""
    reach = 20_037_508.34 / 180
    corners = [
        (lon * reach, np.degrees(np.log(np.tan(np.radians(45 + lat / 2)))) * reach)
        for lon, lat in (box[:2], box[2:])
    ]
    found = pyogrio.read_dataframe(
        file, layer=layer, bbox=(*corners[0], *corners[1]), ZOOM_LEVEL=zoom
    )
    return found.to_crs(4326)


def _coordinates(
    frame: "geopandas.GeoDataFrame", place: Callable[[Floats], Floats]
) -> list[Floats]:
    """Return the parts of all shapes, rings of polygons each by itself, in units of the drawing."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    parts = shapely.get_parts(shapes)
    areal = shapely.get_type_id(parts) == 3  # noqa: PLR2004 - GEOS's number of a polygon
    lines = np.concatenate([shapely.get_rings(parts[areal]), parts[~areal]])
    points, owner = shapely.get_coordinates(lines, return_index=True)
    placed = place(points)
    starts = np.flatnonzero(np.diff(owner)) + 1
    return [one for one in np.split(placed, starts) if len(one) > 1]
