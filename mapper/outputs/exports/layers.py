"""A release as layers for a geographic information system, in degrees or on the National Grid.

Layers are ``hotspots``, ``cells`` and ``districts``. National Grid coordinates go through OSTN15,
so that they lie on the force's own base map to a few centimetres.
"""

import io
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from mapper.base.text import encode_text
from mapper.disclosure.release import Release, is_release
from mapper.grid.hexagons import cells_to_outline, cells_to_wkb, strings_to_cells
from mapper.incidents.coordinates import NATIONAL_GRID, degrees_to_grid
from mapper.outputs.exports.styles import STYLES, style_of
from mapper.outputs.manifest import said_of
from mapper.outputs.tables import hotspot_outlines, hotspot_rows

Rings = Sequence[Sequence[Sequence[tuple[float, float]]]]

_DEGREES = "EPSG:4326"
_FIXED_TIME = "2000-01-01T00:00:00.000Z"  # in place of the clock: same release, same bytes


def layers(release: Release, *, crs: str = _DEGREES) -> "dict[str, gpd.GeoDataFrame]":
    """Return the layers of a release as frames in one reference system."""
    frames = {
        "hotspots": _hotspots(is_release(release)),
        "cells": _cells(release),
        "districts": _districts(release),
    }
    return {name: _on(frame, crs) for name, frame in frames.items()}


def geopackage(release: Release, *, crs: str = _DEGREES) -> bytes:
    """Return all layers as one GeoPackage with QGIS styles and what the release says of itself."""
    with tempfile.TemporaryDirectory() as folder, _fixed_time():
        path = Path(folder) / "release.gpkg"
        for name, frame in layers(release, crs=crs).items():
            _write(frame, path, driver="GPKG", layer=name)
        with closing(sqlite3.connect(path)) as file, file:
            _add_styles(file)
            _add_said(file, release)
        return path.read_bytes()


def geoparquet_hotspots(release: Release, *, crs: str = _DEGREES) -> bytes:
    """Return outlines and columns of the hot spots as GeoParquet."""
    return _geoparquet(layers(release, crs=crs)["hotspots"])


def geoparquet_cells(release: Release, *, crs: str = _DEGREES) -> bytes:
    """Return every cell of the study area with its hexagon as GeoParquet."""
    return _geoparquet(layers(release, crs=crs)["cells"])


def kml(release: Release) -> bytes:
    """Return the hot spots as KML, always in degrees."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.kml"
        frame = _hotspots(is_release(release)).rename(
            columns={"name": "Name", "reason": "Description"}
        )
        _write(frame, path, driver="KML", layer="hotspots")
        made = path.read_text(encoding="utf-8")
    # GDAL allows no marking as a layer's name, so it is put where a viewer shows it.
    shown = encode_text(f"{release.marking}: {release.title}, {release.period}")
    return made.replace("<name>hotspots</name>", f"<name>{shown}</name>", 1).encode()


def _hotspots(release: Release) -> "gpd.GeoDataFrame":
    """Return the list of hot spots with their outlines, in degrees."""
    outlines = hotspot_outlines(release)
    rows = hotspot_rows(release)
    shapes = [_shape(outlines.get(row["hotspot_id"], [])) for row in rows]
    columns = {name: [row[name] for row in rows] for name in release.hotspots.columns}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=_DEGREES)


def _cells(release: Release) -> "gpd.GeoDataFrame":
    """Return the cells with their hexagons, in degrees; categories become text."""
    cells = release.cells.copy()
    for name in cells.columns[cells.dtypes == "category"]:
        cells[name] = cells[name].astype("str")
    index = strings_to_cells(cells["cell"].to_numpy(dtype=object))
    return gpd.GeoDataFrame(cells, geometry=shapely.from_wkb(cells_to_wkb(index)), crs=_DEGREES)


def _districts(release: Release) -> "gpd.GeoDataFrame":
    """Return district outlines dissolved from the cells, in degrees."""
    groups = release.cells.groupby("district", observed=True)["cell"]
    found = {
        str(name): _shape(cells_to_outline(strings_to_cells(cells.to_numpy(dtype=object))))
        for name, cells in groups
    }
    return gpd.GeoDataFrame({"district": list(found)}, geometry=list(found.values()), crs=_DEGREES)


def _shape(polygons: "Rings") -> object:
    """Return polygons of rings as one geometry."""
    return shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in polygons if rings])


def _on(frame: "gpd.GeoDataFrame", crs: str) -> "gpd.GeoDataFrame":
    """Return a frame in the reference system asked for."""
    if crs == _DEGREES:
        return frame

    def to_grid(points: np.ndarray) -> np.ndarray:
        return np.column_stack(degrees_to_grid(points[:, 0], points[:, 1]))

    moved = shapely.transform(frame.geometry.to_numpy(), to_grid)
    return frame.set_geometry(moved).set_crs(NATIONAL_GRID, allow_override=True)


def _write(frame: "gpd.GeoDataFrame", path: Path, *, driver: str, layer: str) -> None:
    """Write one layer through GDAL."""
    single = bool((frame.geometry.geom_type == "Polygon").all()) and len(frame) > 0
    pyogrio.write_dataframe(
        frame,
        path,
        driver=driver,
        layer=layer,
        geometry_type="Polygon" if single else "MultiPolygon",
    )


def _geoparquet(frame: "gpd.GeoDataFrame") -> bytes:
    """Return a frame as GeoParquet."""
    file = io.BytesIO()
    frame.to_parquet(file, compression="zstd", index=False)
    return file.getvalue()


@contextmanager
def _fixed_time() -> Iterator[None]:
    """Keep the clock out of what GDAL writes."""
    before = os.environ.get("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _add_styles(file: sqlite3.Connection) -> None:
    """Add the table from which QGIS takes the look of each layer."""
    file.execute(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_catalog TEXT,"
        " f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT, styleName TEXT,"
        " styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT,"
        " ui TEXT, update_time DATETIME)"
    )
    for name in STYLES:
        file.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, useAsDefault, description, owner)"
            " VALUES ('', '', ?, 'geom', ?, ?, 1, '', '')",
            (name, name, style_of(name)),
        )
    file.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
        (_FIXED_TIME,),
    )


def _add_said(file: sqlite3.Connection, release: Release) -> None:
    """Add what the release says of itself as a table of attributes."""
    file.execute("CREATE TABLE about (id INTEGER PRIMARY KEY, name TEXT, value TEXT)")
    for name, value in said_of(release).items():
        words = "\n".join(value) if isinstance(value, list) else str(value)
        file.execute("INSERT INTO about (name, value) VALUES (?, ?)", (name, words))
    file.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
        " VALUES ('about', 'attributes', 'about', ?)",
        (_FIXED_TIME,),
    )
