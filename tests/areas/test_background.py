"""Backgrounds: what is taken of each kind of file, cut to the area and read back from tiles."""

import gzip
import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

from mapper.areas.background import build_background
from mapper.areas.ground_child import build
from mapper.areas.ground_sources import SOURCES, source_of
from mapper.base.errors import AreaError
from mapper.base.files import no_progress
from mapper.grid.hexagons import cells_to_points
from tests.builders import small_area

AREA = small_area(3)
CELLS = AREA.cells["cell"].to_numpy()
LON, LAT = (float(np.mean(found)) for found in cells_to_points(CELLS))


def line(east, north, far=0.002):
    """A line that starts so far from the middle of the area, in degrees."""
    return shapely.LineString([(LON + east, LAT + north), (LON + east + far, LAT + north)])


def square(east, north, side=0.0005):
    return shapely.box(LON + east, LAT + north, LON + east + side, LAT + north + side)


def zoomstack(path):
    """Write a GeoPackage with the layers, columns and grid of OS Open Zoomstack."""
    layers = {
        "roads_national": [("Motorway", "M1", line(0, 0.001)), ("Motorway", "M9", line(3, 3))],
        "roads_regional": [("A Road", "High Road", line(0, 0.002, far=9))],
        "roads_local": [("Local", "Lime Street", line(0, 0)), ("Minor", "", line(0, -0.001))],
        "surfacewater": [("", "", square(0.001, 0.001))],
        "waterlines": [("Local", "", line(0, 0.003)), ("MHW", "", line(0, 0.004))],
        "woodland": [("", "", square(-0.001, 0))],
        "greenspace": [("Public Park Or Garden", "", square(-0.002, 0))],
        "local_buildings": [("", "", square(0, 0.0005, side=0.0001))],
        "rail": [("Single Track", "", line(0, -0.002))],
        "names": [
            ("Town", "Anytown", shapely.Point(LON, LAT)),
            ("Sites", "x", line(0, 0).centroid),
        ],
    }
    for layer, rows in layers.items():
        kinds, names, shapes = zip(*rows, strict=True)
        name = "name1" if layer == "names" else "name"
        frame = gpd.GeoDataFrame({"type": kinds, name: names}, geometry=list(shapes), crs=4326)
        pyogrio.write_dataframe(frame.to_crs(27700), path, layer=layer, driver="GPKG")
    return path


def osm(path):
    """Write an OpenStreetMap extract as XML: GDAL reads .osm and .osm.pbf alike."""
    nodes, ways = [], []

    def node(east, north, tags=""):
        nodes.append(
            f'<node id="{len(nodes) + 1}" lon="{LON + east}" lat="{LAT + north}">{tags}</node>'
        )
        return len(nodes)

    def way(tags, *points):
        inner = "".join(f'<nd ref="{point}"/>' for point in points)
        words = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        ways.append(f'<way id="{len(ways) + 1}">{inner}{words}</way>')

    a, b, c = node(0, 0), node(0.002, 0), node(0.002, 0.002)
    way({"highway": "residential", "name": "Lime Street"}, a, b)
    way({"highway": "primary", "name": "High Road"}, b, c)
    way({"railway": "rail"}, a, c)
    way({"waterway": "river", "name": "Anywater"}, c, a)
    way({"building": "yes"}, a, b, c, a)
    way({"natural": "water"}, a, b, c, a)
    way({"leisure": "park"}, a, b, c, a)
    way({"highway": "residential", "name": "Far Street"}, node(1, 1), node(1.01, 1))
    node(0, 0, '<tag k="place" v="suburb"/><tag k="name" v="Anysuburb"/>')
    text = f'<osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>'
    path.write_text(text, encoding="utf-8")
    return path


def read(path, layer, zoom=14):
    """Read one layer of the tiles back with GDAL, in degrees."""
    return pyogrio.read_dataframe(path, layer=layer, ZOOM_LEVEL=zoom).to_crs(4326)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoomstack")
    return build_background([zoomstack(folder / "z.gpkg")], AREA, out=folder / "out.pmtiles")


def test_open_zoomstack_is_cut_to_the_area_and_read_back(made):
    assert made.made_of == ("OS Open Zoomstack",)
    assert made.held == {
        "woods": 2, "water": 1, "rivers": 1, "buildings": 1, "rail": 1, "streets": 2, "roads": 2,
        "places": 1,
    }  # fmt: skip
    streets = read(made.path, "streets")
    assert set(zip(streets["name"].fillna(""), streets["rank"], strict=True)) == {
        ("Lime Street", 2),
        ("", 1),
    }
    named = streets[streets["name"] == "Lime Street"].geometry.union_all()
    true = line(0, 0)
    assert shapely.hausdorff_distance(named, true) < 2e-5  # a tile of zoom 14 has steps of 0.6 m
    roads = read(made.path, "roads")
    assert set(roads["name"]) == {"M1", "High Road"}
    assert set(roads["rank"]) == {1, 2}
    hull = shapely.union_all(shapely.from_wkb([shapely.to_wkb(s) for s in roads.geometry]))
    reach = shapely.MultiPoint(np.column_stack(cells_to_points(CELLS))).buffer(0.006)
    assert reach.contains(hull)  # 9 degrees of road end with the area
    assert read(made.path, "places")["name"].tolist() == ["Anytown"]
    assert {name for name, _ in pyogrio.list_layers(made.path)} == set(made.held)


def test_streets_come_closer_in_than_roads(made):
    with made.path.open("rb") as file:
        reader = Reader(MmapSource(file))
        header, told = reader.header(), reader.metadata()
        zooms = {zxy[0] for zxy, _ in all_tiles(MmapSource(file))}
    assert (header["min_zoom"], header["max_zoom"]) == (8, 14)
    assert zooms == set(range(8, 15))
    assert told["attribution"] == "Contains OS data © Crown copyright and database right"
    assert len(read(made.path, "roads", zoom=9)) >= 1
    assert len(read(made.path, "streets", zoom=11)) == 0


def built(files, out, area=AREA, credit=""):
    """Do here what the child process does: its start takes longer than its work."""
    cells = area.cells["cell"].tolist()
    told = {"files": list(map(str, files)), "cells": cells, "out": str(out), "title": area.title}
    return build({**told, "credit": credit}, no_progress)


def test_an_openstreetmap_extract_and_a_second_file_are_put_together(tmp_path):
    one, other = osm(tmp_path / "any.osm"), zoomstack(tmp_path / "z.gpkg")
    made = built([one], tmp_path / "one.pmtiles", credit="© us")
    assert made["titles"] == ["an OpenStreetMap extract"]
    assert made["credit"] == "© us"
    assert made["held"] == {
        "woods": 1, "water": 1, "rivers": 1, "buildings": 1, "rail": 1, "streets": 1, "roads": 1,
        "places": 1,
    }  # fmt: skip
    assert read(tmp_path / "one.pmtiles", "places")["name"].tolist() == ["Anysuburb"]
    both = built([one, other], tmp_path / "both.pmtiles")
    assert both["held"]["streets"] == 3
    assert both["credit"] == (
        "© OpenStreetMap contributors; Contains OS data © Crown copyright and database right"
    )


def protomaps(folder):
    """Write vector tiles with the layers of the Protomaps schema, as MBTiles."""
    rows = {
        "earth": [("earth", "", square(-0.01, -0.01, side=0.02))],
        "roads": [
            ("minor_road", "Lime Street", line(0, 0)),
            ("major_road", "High Road", line(0, 0.001)),
        ],
        "landuse": [("park", "Any Park", square(0, 0))],
    }
    for layer, told in rows.items():
        kinds, names, shapes = zip(*told, strict=True)
        frame = gpd.GeoDataFrame({"kind": kinds, "name": names}, geometry=list(shapes), crs=4326)
        options = {"FORMAT": "MBTILES", "MINZOOM": 14, "MAXZOOM": 14}
        path = folder / f"{layer}.mbtiles"
        pyogrio.write_dataframe(frame, path, driver="MVT", layer=layer, dataset_options=options)
    with closing(sqlite3.connect(folder / "earth.mbtiles")) as whole:
        known = json.loads(
            whole.execute("SELECT value FROM metadata WHERE name='json'").fetchone()[0]
        )
        for layer in ("roads", "landuse"):
            whole.execute("ATTACH ? AS other", (str(folder / f"{layer}.mbtiles"),))
            told = whole.execute("SELECT value FROM other.metadata WHERE name='json'").fetchone()[0]
            known["vector_layers"] += json.loads(told)["vector_layers"]
            for x, y, tile in whole.execute(
                "SELECT tile_column, tile_row, tile_data FROM other.tiles"
            ).fetchall():
                here = "tile_column = ? AND tile_row = ?"
                held = whole.execute(f"SELECT tile_data FROM tiles WHERE {here}", (x, y)).fetchone()
                both = gzip.compress(gzip.decompress(held[0]) + gzip.decompress(tile))
                whole.execute(f"UPDATE tiles SET tile_data = ? WHERE {here}", (both, x, y))
            whole.commit()
            whole.execute("DETACH other")
        whole.execute("UPDATE metadata SET value = ? WHERE name='json'", (json.dumps(known),))
        whole.commit()
    return folder / "earth.mbtiles"


def test_vector_tiles_of_others_are_made_ground_of(tmp_path):
    out = tmp_path / "ours.pmtiles"
    assert built([protomaps(tmp_path)], out)["titles"] == ["vector tiles of Protomaps"]
    assert set(read(out, "streets")["name"]) == {"Lime Street"}
    assert set(read(out, "roads")["name"]) == {"High Road"}
    assert set(read(out, "woods")["rank"]) == {2}


def test_what_cannot_be_ground_is_refused_in_words(tmp_path):
    text, out = tmp_path / "notes.gpkg", tmp_path / "x.pmtiles"
    text.write_text("no map", encoding="utf-8")
    with pytest.raises(AreaError, match=r"notes\.gpkg: cannot be read as a map"):
        built([text], out)
    other = tmp_path / "wards.gpkg"
    wards = gpd.GeoDataFrame(geometry=[square(0, 0)], crs=4326)
    pyogrio.write_dataframe(wards, other, layer="wards")
    with pytest.raises(AreaError, match=r"wards\.gpkg: none of the maps .* \(wards\)"):
        built([other], out)
    far = small_area(1, lon=-0.1, lat=51.5)
    with pytest.raises(AreaError, match="nothing to draw lies in the area"):
        built([zoomstack(tmp_path / "z.gpkg")], out, far)
    with pytest.raises(AreaError, match=r"gone\.gpkg: no such file"):
        build_background([tmp_path / "gone.gpkg"], AREA)
    assert not out.exists()


def test_the_command_says_what_lies_in_the_area_and_how_to_use_it(run, tmp_path):
    boundary = tmp_path / "anyshire.geojson"
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(LON, LAT).buffer(0.004)], crs=4326)
    frame.to_file(boundary, driver="GeoJSON")
    out = tmp_path / "streets.pmtiles"
    file = zoomstack(tmp_path / "z.gpkg")
    said = run("area", "background", file, "--area", boundary, "--out", out)
    assert said.code == 0
    assert "Made of OS Open Zoomstack: 2 woods, 1 water" in said.out
    assert f"Set MAPPER_BASEMAP={out}" in said.out
    said = run("doctor", "--offline", out)
    assert "vector tiles of zooms 8 to 14" in said.out
    said = run("area", "background", tmp_path / "gone.pbf", "--out", out)
    assert said.code == 2
    assert "gone.pbf: no such file" in said.err


def test_each_kind_of_file_is_told_by_layers_that_no_other_has():
    for source in SOURCES:
        assert source_of([mark.replace("(_1)?", "") for mark in source.marks]) is source
    assert source_of(["wards"]) is None
