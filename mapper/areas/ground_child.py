"""What the child process does for ``mapper area background``: read, cut out, and write tiles.

Only what lies on an area's own cells is kept, with a little around, so that a file of a country
becomes one of a few megabytes.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mapper.areas.ground import LAYERS
from mapper.areas.ground_sources import source_of
from mapper.areas.ground_tiles import write_ground
from mapper.base.errors import AreaError
from mapper.base.lazy import Lazy
from mapper.grid.hexagons import cells_to_wkb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas
    import pyogrio
    import shapely

    from mapper.areas.ground_sources import GroundSource, Take
    from mapper.base.files import Progress
else:
    geopandas = Lazy("geopandas")
    pyogrio = Lazy("pyogrio")
    shapely = Lazy("shapely")

_LONGEST = 80  # characters of a name
_AROUND = 0.0012  # degrees kept beyond the cells, about 100 metres


def build(told: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the ground of ``cells`` from ``files`` to ``out``; say what was taken of each layer.

    Raises
    ------
    AreaError
        As :func:`mapper.areas.background.build_background`.
    """
    cells = np.array(told["cells"], dtype=np.uint64)
    within = shapely.union_all(shapely.from_wkb(cells_to_wkb(cells))).buffer(_AROUND)
    shapely.prepare(within)
    taken: dict[str, list[geopandas.GeoDataFrame]] = {}
    credits_asked, titles = [], []
    for at, path in enumerate(map(Path, told["files"])):
        progress(f"Reading {path.name}", 0.5 * at / len(told["files"]))
        source, layers = _recognised(path)
        titles.append(source.title)
        credits_asked.append(source.credit)
        for layer in layers:  # each is read once, whatever is taken of it
            takes = [take for take in source.takes if re.fullmatch(take.layer, layer)]
            frame = _read(path, layer, takes, within)
            for take in takes:
                taken.setdefault(take.into, []).append(_taken(frame, take, within))
    joined = {name: _joined(frames) for name, frames in taken.items()}
    credit = told["credit"] or "; ".join(dict.fromkeys(filter(None, credits_asked)))

    def halfway(words: str, share: float) -> None:
        progress(words, 0.5 + share / 2)

    write_ground(joined, Path(told["out"]), title=told["title"], credit=credit, progress=halfway)
    held = {name: len(joined[name]) for name in LAYERS if name in joined}
    return {"held": held, "titles": titles, "credit": credit}


def _recognised(path: Path) -> tuple[GroundSource, list[str]]:
    """Return what kind of file it is, and its layers."""
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    except Exception as error:
        raise AreaError(
            f"{path.name}: cannot be read as a map. Give OS Open Zoomstack or an OpenStreetMap"
            " extract (GeoPackage or .osm.pbf), or vector tiles (MBTiles or PMTiles)."
        ) from error
    source = source_of(layers)
    if source is None:
        shown = ", ".join(sorted(layers)[:6]) or "none"
        raise AreaError(
            f"{path.name}: none of the maps that mapper knows has these layers ({shown})."
            " docs/background-maps.md lists those it reads."
        )
    return source, layers


def _taken(
    frame: geopandas.GeoDataFrame, take: Take, within: shapely.Geometry
) -> geopandas.GeoDataFrame:
    """Return what one layer of ours takes of a file's: shapes inside, with name and rank."""
    ranks = pd.Series(take.rank, index=frame.index)
    if take.column:
        held = frame.get(take.column, pd.Series(None, index=frame.index, dtype="object"))
        ranks = held.map(dict(take.ranks)) if take.ranks else ranks.where(held.notna())
    frame, ranks = frame[ranks.notna()], ranks[ranks.notna()]
    names = frame.get(take.name, pd.Series("", index=frame.index))
    told = {
        "name": names.fillna("").astype("str").str.slice(0, _LONGEST),
        "rank": ranks.astype("int64"),
    }
    shapes = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    return _inside(
        geopandas.GeoDataFrame(told, geometry=shapes, crs=4326),
        within,
        dimension=LAYERS[take.into].dimension,
    )


def _read(
    path: Path, layer: str, takes: Sequence[Take], within: shapely.Geometry
) -> geopandas.GeoDataFrame:
    """Read the records of one layer near the area that something is taken of, in degrees."""
    nothing = geopandas.GeoDataFrame(geometry=[], crs=4326)
    if not takes:
        return nothing
    info = pyogrio.read_info(path, layer=layer)
    fields = {str(name) for name in info["fields"]}
    if not info["geometry_type"] or not any(not t.column or t.column in fields for t in takes):
        return nothing
    box = geopandas.GeoSeries([shapely.box(*within.bounds)], crs=4326)
    box = box.to_crs(info["crs"]) if info["crs"] else box
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of records that are no part of the map
        frame = pyogrio.read_dataframe(
            path,
            layer=layer,
            columns=sorted({name for t in takes for name in (t.column, t.name)} & fields),
            where=_where(takes, fields),
            bbox=tuple(float(edge) for edge in box.total_bounds),
        )
    return frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)


def _where(takes: Sequence[Take], fields: set[str]) -> str | None:
    """Return the records that are asked for, as SQL made of our own words alone."""
    if not all(take.column for take in takes):
        return None
    return " OR ".join(
        f'"{take.column}" IN ({", ".join(f"{kind!r}" for kind in take.ranks)})'
        if take.ranks
        else f'"{take.column}" IS NOT NULL'
        for take in takes
        if take.column in fields
    )


def _inside(
    frame: geopandas.GeoDataFrame, within: shapely.Geometry, *, dimension: int
) -> geopandas.GeoDataFrame:
    """Return what of the shapes lies inside, valid and of one dimension."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    sound = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    frame, shapes = frame[sound], shapes[sound]
    crooked = ~shapely.is_valid(shapes)
    shapes[crooked] = shapely.make_valid(shapes[crooked])
    near = shapely.intersects(within, shapes)
    frame, shapes = frame[near], shapes[near]
    across = ~shapely.contains(within, shapes)
    shapes[across] = shapely.intersection(shapes[across], within)
    cut = frame.set_geometry(geopandas.GeoSeries(shapes, index=frame.index, crs=4326))
    cut = cut.explode(index_parts=False)
    kept = shapely.get_dimensions(np.asarray(cut.geometry.array, dtype=object)) == dimension
    return cut[kept].reset_index(drop=True)


def _joined(frames: Sequence[geopandas.GeoDataFrame]) -> geopandas.GeoDataFrame:
    """Return the records of several layers as one, each once, the most important first."""
    whole = pd.concat(frames, ignore_index=True)
    marks = pd.DataFrame({"name": whole["name"], "shape": whole.geometry.to_wkb()})
    return whole[~marks.duplicated()].sort_values("rank", kind="stable", ignore_index=True)
