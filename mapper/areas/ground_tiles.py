"""Ground as one PMTiles file of vector tiles: GDAL cuts and simplifies, layer by layer.

Each layer is tiled by itself, from the zoom where it first matters; a tile of several layers is
their tiles one after the other, as the vector tile format has it (a tile is a list of layers).
"""

import gzip
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.areas.ground import DEEPEST, LAYERS
from mapper.base.errors import AreaError
from mapper.base.files import Progress, no_progress, replacing
from mapper.base.lazy import Lazy

if TYPE_CHECKING:
    import geopandas
    import pmtiles.tile as pmtiles_tile
    import pmtiles.writer as pmtiles_writer
    import pyogrio
else:
    pyogrio = Lazy("pyogrio")
    pmtiles_tile, pmtiles_writer = Lazy("pmtiles.tile"), Lazy("pmtiles.writer")

_FIELDS = {"name": "String", "rank": "Number"}


def write_ground(
    layers: "Mapping[str, geopandas.GeoDataFrame]",
    out: Path,
    *,
    title: str,
    credit: str,
    progress: Progress = no_progress,
) -> None:
    """Write ground as vector tiles, whole or not at all.

    Parameters
    ----------
    layers
        Shapes in any reference system by their name in :data:`mapper.areas.ground.LAYERS`, with
        ``name`` and ``rank``; empty ones are left out.
    title, credit
        Of the file: what it shows, and whom a map over it has to name.

    Raises
    ------
    AreaError
        When no layer holds anything.
    """
    held = {name: layers[name] for name in LAYERS if name in layers and len(layers[name])}
    if not held:
        raise AreaError(f"{title}: nothing to draw lies in the area. Choose another file.")
    with tempfile.TemporaryDirectory() as folder, replacing(out) as whole:
        sets = []
        for at, (name, frame) in enumerate(held.items()):
            progress(f"Cutting {name} into tiles", 0.9 * at / len(held))
            sets.append(_tiled(name, frame, Path(folder) / f"{name}.mbtiles"))
        progress("Writing one file", 0.9)
        _write(whole, sets, title=title, credit=credit, names=list(held))


def _tiled(name: str, frame: "geopandas.GeoDataFrame", path: Path) -> Path:
    """Cut one layer into tiles, in a database of its own."""
    options = {"FORMAT": "MBTILES", "MINZOOM": LAYERS[name].shallowest, "MAXZOOM": DEEPEST}
    shapes = frame[["name", "rank", frame.geometry.name]]
    pyogrio.write_dataframe(shapes, path, driver="MVT", layer=name, dataset_options=options)
    return path


def _write(
    path: Path, sets: Sequence[Path], *, title: str, credit: str, names: Sequence[str]
) -> None:
    """Write the tiles of all layers together, in the order of the format's curve."""
    bounds = [_bounds(one) for one in sets]
    west, south = (min(box[at] for box in bounds) for at in (0, 1))
    east, north = (max(box[at] for box in bounds) for at in (2, 3))
    keys = sorted({key for one in sets for key in _keys(one)})
    with path.open("wb") as file:
        writer = pmtiles_writer.Writer(file)
        for key, tile in _joined(sets, keys):
            writer.write_tile(key, gzip.compress(tile, mtime=0))
        header: dict[str, Any] = {
            "tile_type": pmtiles_tile.TileType.MVT,
            "tile_compression": pmtiles_tile.Compression.GZIP,
            "min_lon_e7": round(west * 1e7), "min_lat_e7": round(south * 1e7),
            "max_lon_e7": round(east * 1e7), "max_lat_e7": round(north * 1e7),
            "center_zoom": 12, "center_lon_e7": round((west + east) * 5e6),
            "center_lat_e7": round((south + north) * 5e6),
        }  # fmt: skip
        layers = [
            {"id": name, "fields": _FIELDS, "minzoom": LAYERS[name].shallowest, "maxzoom": DEEPEST}
            for name in names
        ]
        writer.finalize(header, {"name": title, "attribution": credit, "vector_layers": layers})


def _joined(sets: Sequence[Path], keys: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield each tile with the layers of all sets in it."""
    databases = [sqlite3.connect(one) for one in sets]
    try:
        for key in keys:
            zoom, x, y = pmtiles_tile.tileid_to_zxy(key)
            found = (
                one.execute(
                    "SELECT tile_data FROM tiles"
                    " WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                    (zoom, x, 2**zoom - 1 - y),  # MBTiles counts from the south
                ).fetchone()
                for one in databases
            )
            yield key, b"".join(gzip.decompress(row[0]) for row in found if row)
    finally:
        for one in databases:
            one.close()


def _keys(path: Path) -> list[int]:
    """Return the numbers of a set's tiles on the format's curve."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT zoom_level, tile_column, tile_row FROM tiles").fetchall()
    return [pmtiles_tile.zxy_to_tileid(zoom, x, 2**zoom - 1 - row) for zoom, x, row in rows]


def _bounds(path: Path) -> list[float]:
    """Return west, south, east and north of a set of tiles."""
    with closing(sqlite3.connect(path)) as database:
        told = database.execute("SELECT value FROM metadata WHERE name = 'bounds'").fetchone()
    return [float(edge) for edge in told[0].split(",")]
