"""A release as layers for a geographic information system, in degrees or on the National Grid.

Layers are ``hotspots``, ``cells`` and ``districts``. National Grid coordinates go through OSTN15,
so that they lie on the force's own base map to a few centimetres.
"""

import io
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from mapper.base.lazy import Lazy
from mapper.base.reference_systems import NATIONAL_GRID
from mapper.base.text import encode_text, straight_text
from mapper.disclosure.release import AnyRelease, FindingRelease, Release, is_release
from mapper.grid.hexagons import cells_to_outline, cells_to_wkb, strings_to_cells
from mapper.incidents.coordinates import degrees_to_grid
from mapper.outputs.exports.answers import answer_table
from mapper.outputs.exports.styles import style_of
from mapper.outputs.manifest import said_of
from mapper.outputs.tables import hotspot_outlines, hotspot_rows, with_hex_id
from mapper.questions.finding import Where

if TYPE_CHECKING:
    import geopandas as gpd
    import pyogrio
    import shapely
else:
    gpd, pyogrio, shapely = map(Lazy, ("geopandas", "pyogrio", "shapely"))

Rings = Sequence[Sequence[Sequence[tuple[float, float]]]]

_DEGREES = "EPSG:4326"
_WAY = ("from_lon", "from_lat", "to_lon", "to_lat")
_AREA_DETAIL = 0.005  # degrees, about 500 m: the outline of the area can stand in every row
_CELL = r"8[0-9a-f]{14}"  # an H3 cell as text
_FIXED_TIME = "2000-01-01T00:00:00.000Z"  # in place of the clock: same release, same bytes


def layers(release: AnyRelease, *, crs: str = _DEGREES) -> "dict[str, gpd.GeoDataFrame]":
    """Return the layers of a release as frames in one reference system.

    A map has three, an answer one: its rows as hexagons where they are cells, as outlines where
    they name a hot spot, ward or district, as lines where they tell a way, as points where they
    have longitude and latitude. Rows that stand for no place have the outline of the whole area.
    """
    if isinstance(release, FindingRelease):
        frames = {"answer": _answer(release)}
    else:
        shown = is_release(release)
        frames = {
            "hotspots": _hotspots(shown),
            "cells": _cells(shown),
            "districts": _districts(shown),
        }
    return {name: _on(frame, crs) for name, frame in frames.items()}


def geopackage(release: AnyRelease, *, crs: str = _DEGREES) -> bytes:
    """Return all layers as one GeoPackage with QGIS styles and what the release says of itself.

    It says so in the table ``about`` and in the GeoPackage's own metadata, which GIS show.
    """
    frames = layers(release, crs=crs)
    with tempfile.TemporaryDirectory() as folder, _fixed_time():
        path = Path(folder) / "release.gpkg"
        for name, frame in frames.items():
            _write(frame, path, driver="GPKG", layer=name, dataset_metadata=_words_of(release))
        with closing(sqlite3.connect(path)) as file, file:
            _add_styles(file, frames)
            _add_said(file, release)
        return path.read_bytes()


def geojson(release: FindingRelease) -> bytes:
    """Return the rows of an answer as GeoJSON with what it says of itself; always in degrees."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.geojson"
        frame = _answer(release).replace([np.inf, -np.inf], np.nan)  # JSON has no infinity
        _write(frame, path, driver="GeoJSON", layer="answer", RFC7946="YES")
        made = json.loads(path.read_text(encoding="utf-8"))
    told = {"type": made["type"], **_said(release), "features": made["features"]}
    return f"{json.dumps(told, ensure_ascii=False, separators=(',', ':'))}\n".encode()


def geoparquet(release: AnyRelease, *, crs: str = _DEGREES) -> bytes:
    """Return the first layer, hot spots of a map or rows of an answer, as GeoParquet."""
    return _geoparquet(next(iter(layers(release, crs=crs).values())), release)


def geoparquet_cells(release: Release, *, crs: str = _DEGREES) -> bytes:
    """Return every cell of the study area with its hexagon as GeoParquet."""
    return _geoparquet(layers(release, crs=crs)["cells"], release)


def kml(release: AnyRelease) -> bytes:
    """Return the first layer as KML, always in degrees; marking, caveats and licence above it."""
    layer, frame = next(iter(layers(release).items()))
    name = "name" if "name" in frame else frame.columns[0]
    words = next((column for column in ("reason", "words") if column in frame), "")
    first = {name: "Name", words: "Description"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.kml"
        _write(frame.rename(columns=first), path, driver="KML", layer=layer)
        made = path.read_text(encoding="utf-8")
    # GDAL allows no marking as a layer's name, so it is put where a viewer shows it.
    shown = encode_text(f"{release.marking}: {release.title}, {release.period}")
    said = encode_text("\n".join(f"{name}: {word}" for name, word in _words_of(release).items()))
    above = f"<name>{shown}</name><description>{said}</description>"
    return straight_text(made).replace(f"<name>{layer}</name>", above, 1).encode()


def _said(release: AnyRelease) -> dict[str, Any]:
    """Return what a release says of itself, and of an answer what its shapes are."""
    if not isinstance(release, FindingRelease):
        return said_of(release)
    whole = f"the outline of {release.area_title}, to about 500 m"
    words = f"Each row has the shape of the place that it is about; where it is about none, {whole}"
    return {**said_of(release), "geometry": words}


def _words_of(release: AnyRelease) -> dict[str, str]:
    """Return what a release says of itself, each as one text."""
    return {
        name: "\n".join(value)
        if isinstance(value, list)
        else json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict)
        else str(value)
        for name, value in _said(release).items()
    }


def _answer(release: FindingRelease) -> "gpd.GeoDataFrame":
    """Return the rows of an answer with their places, in degrees; categories become text."""
    table = answer_table(release).reset_index(drop=True)
    for name in table.columns[table.dtypes == "category"]:
        table[name] = table[name].astype("str")
    return gpd.GeoDataFrame(table, geometry=_shapes(table, release.where), crs=_DEGREES)


def _shapes(table: pd.DataFrame, where: Where | None) -> Any:
    """Return the geometry of each row: its cell, its place, the way it tells, or the whole area."""
    shapes: Any = np.full(len(table), None, dtype=object)
    if "cell" in table:
        cells = table["cell"].astype("str")
        known = cells.str.fullmatch(_CELL).fillna(value=False).to_numpy(bool)
        index = strings_to_cells(cells[known].to_numpy(dtype=object))
        shapes[known] = shapely.from_wkb(cells_to_wkb(index))
    elif set(_WAY) <= set(table.columns):
        ends = table[list(_WAY)].to_numpy(float).reshape(-1, 2, 2)
        shapes[:] = shapely.linestrings(ends)
    elif {"lon", "lat"} <= set(table.columns):
        points = table[["lon", "lat"]].to_numpy(float)
        known = np.isfinite(points).all(axis=1)
        shapes[known] = shapely.points(points[known])
    if where is not None:
        outlines = [_shape(cells_to_outline(cells)) for cells in where.places]
        placed = where.of_row >= 0
        shapes[placed] = np.array([*outlines, None], dtype=object)[where.of_row[placed]]
        bare = shapely.is_missing(shapes)
        if bare.any():
            shapes[bare] = _shape(cells_to_outline(where.area)).simplify(_AREA_DETAIL)
    return shapes


def _hotspots(release: Release) -> "gpd.GeoDataFrame":
    """Return the list of hot spots with their outlines, in degrees."""
    outlines = hotspot_outlines(release)
    rows = hotspot_rows(release)
    shapes = [_shape(outlines.get(row["hotspot_id"], [])) for row in rows]
    columns = {name: [row[name] for row in rows] for name in release.hotspots.columns}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=_DEGREES)


def _cells(release: Release) -> "gpd.GeoDataFrame":
    """Return the cells with their hexagons, in degrees; categories become text."""
    cells = with_hex_id(release.cells).copy()
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


def _shape(polygons: "Rings") -> "shapely.MultiPolygon":
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


def _write(frame: "gpd.GeoDataFrame", path: Path, *, driver: str, layer: str, **told: Any) -> None:
    """Write one layer through GDAL."""
    kinds = set(frame.geometry.geom_type.dropna())
    areas = "MultiPolygon" if kinds <= {"Polygon", "MultiPolygon"} else "Unknown"
    kind = next(iter(kinds)) if len(kinds) == 1 else areas
    pyogrio.write_dataframe(frame, path, driver=driver, layer=layer, geometry_type=kind, **told)


def _geoparquet(frame: "gpd.GeoDataFrame", release: AnyRelease) -> bytes:
    """Return a frame as GeoParquet, with what its release says of itself as ``mapper``."""
    made, file = io.BytesIO(), io.BytesIO()
    frame.to_parquet(made, index=False)
    table = pq.read_table(made)
    said = json.dumps(_said(release), ensure_ascii=False).encode()
    table = table.replace_schema_metadata({**table.schema.metadata, b"mapper": said})
    pq.write_table(table, file, compression="zstd")
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


def _add_styles(file: sqlite3.Connection, frames: "Mapping[str, gpd.GeoDataFrame]") -> None:
    """Add the table from which QGIS takes the look of each layer."""
    file.execute(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_catalog TEXT,"
        " f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT, styleName TEXT,"
        " styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT,"
        " ui TEXT, update_time DATETIME)"
    )
    for name, frame in frames.items():
        file.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, useAsDefault, description, owner)"
            " VALUES ('', '', ?, 'geom', ?, ?, 1, '', '')",
            (name, name, style_of(name, frame)),
        )
    file.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
        (_FIXED_TIME,),
    )


def _add_said(file: sqlite3.Connection, release: AnyRelease) -> None:
    """Add what the release says of itself as a table of attributes."""
    file.execute("CREATE TABLE about (id INTEGER PRIMARY KEY, name TEXT, value TEXT)")
    file.executemany("INSERT INTO about (name, value) VALUES (?, ?)", _words_of(release).items())
    file.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
        " VALUES ('about', 'attributes', 'about', ?)",
        (_FIXED_TIME,),
    )
