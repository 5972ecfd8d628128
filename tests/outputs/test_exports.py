"""Exports opened again with other programs' readers: the same values, text as text."""

import io
import re
import sqlite3
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from pyproj import Transformer

from mapper.base.errors import DisclosureError, OutputError
from mapper.base.reference_systems import NATIONAL_GRID
from mapper.outputs.exports import export
from mapper.outputs.exports.fields import FIELDS
from mapper.outputs.exports.pictures import map_svg
from mapper.outputs.forms import FORMS
from mapper.outputs.surroundings import Surroundings
from mapper.outputs.tables import hotspot_rows

HOSTILE = '=HYPERLINK("http://x","y")<script>{{7*7}}'


@pytest.fixture
def release(make_release):
    given = make_release()
    names = given.hotspots["name"].tolist()
    names[0] = HOSTILE
    return make_release(hotspots={"name": pd.Series(names, dtype="str")})


def listed(release, column):
    return [row[column] for row in hotspot_rows(release)]


def opened(content, folder, name, **options):
    path = folder / name
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, **options)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_made_the_same_twice(release, form):
    made = export(release, form)
    assert made
    assert export(release, form) == made


def test_workbook_opens_with_equal_values_and_no_formula(release):
    book = openpyxl.load_workbook(io.BytesIO(export(release, "xlsx")))
    assert book.sheetnames == ["About", "Hot spots", "Cells", "Fields"]
    for sheet in book:
        assert sheet["A1"].value == release.marking
        assert release.marking in sheet.oddHeader.center.text
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    rows = list(book["Hot spots"].iter_rows(min_row=3, values_only=True))
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    assert frame["name"].tolist() == listed(release, "name")
    assert frame["name"][0] == HOSTILE
    assert frame["incidents"].tolist() == release.hotspots["incidents"].tolist()
    np.testing.assert_allclose(frame["q"], release.hotspots["q"])
    cells = list(book["Cells"].iter_rows(min_row=4, values_only=True))
    assert [row[0] for row in cells] == release.cells["cell"].tolist()


@pytest.mark.parametrize("form", ["gpkg", "geoparquet", "geojson"])
def test_layers_open_in_gdal_with_equal_values(release, form, tmp_path):
    content = export(release, form)
    if form == "geoparquet":
        frame = gpd.read_parquet(io.BytesIO(content))
    else:
        name = f"a.{form}"
        layer = {} if form == "geojson" else {"layer": "hotspots"}
        frame = opened(content, tmp_path, name, **layer)
    assert frame.crs.to_epsg() == 4326
    assert frame["hotspot_id"].tolist() == listed(release, "hotspot_id")
    assert frame["incidents"].tolist() == listed(release, "incidents")
    assert frame.geometry.is_valid.all()
    assert frame["name"].tolist() == listed(release, "name")


def test_geopackage_holds_every_layer_style_and_what_it_says_of_itself(release, tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(export(release, "gpkg", crs=NATIONAL_GRID))
    names = {name for name, _ in pyogrio.list_layers(path)}
    assert {"hotspots", "cells", "districts"} <= names
    assert len(pyogrio.read_dataframe(path, layer="cells")) == len(release.cells)
    with sqlite3.connect(path) as file:
        said = dict(file.execute("SELECT name, value FROM about"))
        styled = {name for (name,) in file.execute("SELECT f_table_name FROM layer_styles")}
    file.close()
    assert said["marking"] == release.marking
    assert styled == {"hotspots", "cells", "districts"}


def test_national_grid_agrees_with_proj_to_a_few_metres(release, tmp_path):
    there = opened(export(release, "gpkg", crs=NATIONAL_GRID), tmp_path, "g.gpkg", layer="hotspots")
    assert there.crs.to_epsg() == 27700
    middle = there.geometry.centroid
    back = Transformer.from_crs(27700, 4326, always_xy=True).transform(middle.x, middle.y)
    degrees = opened(export(release, "gpkg"), tmp_path, "d.gpkg", layer="hotspots")
    xy = np.array([[g.centroid.x, g.centroid.y] for g in degrees.geometry])
    # PROJ without the OSTN15 grid is 1.6 to 2.0 m off across Merseyside.
    np.testing.assert_allclose(np.column_stack(back), xy, atol=5e-5)


def test_kml_shows_names_as_text(release, tmp_path):
    content = export(release, "kml")
    assert f"<name>{release.marking}: ".encode() in content
    frame = opened(content, tmp_path, "a.kml")
    assert frame["Name"].tolist() == listed(release, "name")
    assert len(frame) == len(release.hotspots)


def test_pictures_are_marked(release):
    svg = map_svg(release).decode()
    assert svg.count(f">{release.marking}</text>") == 2
    assert "<script" not in svg
    assert export(release, "png").startswith(b"\x89PNG")


def near_the_first(release, folder, kind):
    """A file with one place of a kind, 450 m south of the first hot spot."""
    lon, lat = release.hotspots[["lon", "lat"]].iloc[0]
    path = folder / f"{kind}.csv"
    path.write_text(f"name,kind,longitude,latitude\nElm,{kind},{lon},{lat - 0.00405}\n")
    return Surroundings(place_files=(path,))


def words_of(release, around):
    root = ET.fromstring(export(release, "svg", around=around))
    return ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("audience", "kind", "told"),
    [
        ("operational", "school", "; 450 m north of Elm school"),
        ("operational", "hospital", "; 450 m north of Elm hospital"),
        ("partnership", "school", ""),
        ("partnership", "hospital", "; about 500 m north of Elm hospital"),
        ("public", "hospital", ""),
    ],
)
def test_pictures_list_their_places_by_the_landmark_that_the_audience_may_know(
    make_release, tmp_path, audience, kind, told
):
    release = make_release(audience=audience)
    around = near_the_first(release, tmp_path, kind)
    name, district = release.hotspots[["name", "district"]].iloc[0]
    words = words_of(release, around)
    assert f"1. {name}, {district}{told}" in words
    assert len([one for one in words if re.match(r"\d+\. ", one)]) == len(release.hotspots)
    assert f"1. {name}, {district}" in words_of(release, Surroundings())


def test_a_picture_of_many_places_lists_the_first_and_says_how_many_more(make_release):
    release = make_release(rings=30, spots=15)
    words = words_of(release, Surroundings())
    assert [one.split(".")[0] for one in words if re.match(r"\d+\. ", one)] == [
        str(number) for number in range(1, 13)
    ]
    assert f"And {len(release.hotspots) - 12} more places on the map: see the list." in words


def test_every_field_has_a_meaning(release):
    for table in (release.hotspots, release.cells):
        assert set(table.columns) <= set(FIELDS)
    lines = export(release, "fields").decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + release.hotspots.shape[1] + release.cells.shape[1]


def test_what_cannot_be_exported_is_refused(release):
    with pytest.raises(OutputError, match="no export “dwg”"):
        export(release, "dwg")
    with pytest.raises(OutputError, match="always in degrees"):
        export(release, "kml", crs=NATIONAL_GRID)
    with pytest.raises(OutputError, match="EPSG:3857 is not offered"):
        export(release, "gpkg", crs="EPSG:3857")
    with pytest.raises(DisclosureError):
        export(release.cells, "csv")
