"""Backgrounds: what a setting may name, and that one source of pictures is opened and no other."""

import re

import geopandas as gpd
import pytest
import shapely

from mapper.areas.ground_tiles import write_ground
from mapper.base.errors import InputError
from mapper.disclosure.backdrop import BACKDROPS
from mapper.outputs.maps import embed_map, export_map
from mapper.outputs.maps.basemap import basemap_of
from mapper.outputs.maps.page import render_page
from tests.tiles import write_tiles


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """One street as vector tiles."""
    line = shapely.LineString([(-2.95, 53.4), (-2.94, 53.41)])
    frame = gpd.GeoDataFrame({"name": ["Lime Street"], "rank": [2]}, geometry=[line], crs=4326)
    path = tmp_path_factory.mktemp("ground") / "ground.pmtiles"
    layers = {"streets": frame, "roads": frame}
    write_ground(layers, path, title="Anyshire", credit="© nobody <b>")
    return path


def policy(page):
    return re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]


def test_nothing_set_is_no_background():
    assert basemap_of("") is None
    assert basemap_of("  ") is None


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ("https://tiles.internal/{z}/{x}/{y}.png", "https://tiles.internal"),
        ("http://10.1.2.3:8080/a/{z}/{x}/{y}?v=1", "http://10.1.2.3:8080"),
        ("OpenStreetMap", "https://tile.openstreetmap.org"),
    ],
)
def test_an_address_opens_its_own_host_alone(make_release, given, source):
    page = embed_map(make_release(rings=2), basemap=basemap_of(given))
    assert f" img-src {source};" in policy(page)
    assert policy(page).startswith("default-src 'none';")


@pytest.mark.parametrize(
    "given",
    [
        "https://tiles.internal/{z}/{x}.png",
        "https://{z}.internal/{x}/{y}.png",
        "https://a.internal; script-src */{z}/{x}/{y}",
        "https://user@a.internal/{z}/{x}/{y}",
        "ftp://a.internal/{z}/{x}/{y}",
        "javascript://a/{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "not there.pmtiles",
    ],
)
def test_what_is_no_background_is_refused_in_words(given):
    with pytest.raises(InputError, match="MAPPER_BASEMAP"):
        basemap_of(given)


def test_a_file_is_read_for_what_it_holds(tmp_path):
    found = basemap_of(str(write_tiles(tmp_path / "streets.pmtiles")))
    assert (found.kind, found.shallowest, found.deepest) == ("file", 0, 3)
    assert (found.image, found.source) == ("image/png", "blob:")


def test_vector_tiles_of_another_scheme_and_other_files_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"of another scheme.*mapper area background"):
        basemap_of(str(write_tiles(tmp_path / "vector.pmtiles", kind="MVT")))
    other = tmp_path / "other.pmtiles"
    other.write_bytes(b"PK\x03\x04" * 50)
    with pytest.raises(InputError, match="no PMTiles file of version 3"):
        basemap_of(str(other))


def test_shapes_are_painted_without_any_picture(make_release, ground):
    found = basemap_of(str(ground))
    assert (found.vector, found.shallowest, found.deepest) == (True, 8, 14)
    assert found.credit == "© nobody <b>"
    page = embed_map(make_release(rings=2), basemap=found)
    assert "img-src" not in policy(page)
    assert "protomapsL" in page
    assert "© nobody <b>" not in page
    assert "protomapsL=" not in embed_map(make_release(rings=2))


@pytest.mark.parametrize("audience", BACKDROPS)
def test_who_sees_more_detail_is_decided_by_audience(ground, tmp_path, audience):
    seen = BACKDROPS[audience]
    told = basemap_of(str(ground)).told(seen)
    assert set(told["layers"]) == set(seen.layers)
    picture = basemap_of(str(write_tiles(tmp_path / "streets.pmtiles")))
    assert picture.told(seen)["to"] == 3
    address = basemap_of("https://tiles.internal/{z}/{x}/{y}.png")
    assert address.told(seen)["to"] == seen.closest
    if audience != "operational":
        assert not {"streets", "buildings"} & set(seen.layers)
        # a pixel of a picture of 256 is then over 10 metres wide: no house, no lane is told apart
        assert 156_543 * 0.595 / 2**seen.closest > 10


def test_what_leaves_the_app_never_has_one(make_release):
    release = make_release(rings=2)
    assert "img-src" not in policy(export_map(release))
    assert "img-src" not in policy(embed_map(release))
    with pytest.raises(ValueError, match="no background"):
        render_page(None, release, basemap=basemap_of("openstreetmap"))


def test_credit_is_text(make_release):
    hostile = "</script><script>window.ran=1</script>{{7*7}}"
    found = basemap_of("https://tiles.internal/{z}/{x}/{y}.png", credit=hostile)
    page = embed_map(make_release(rings=2), basemap=found)
    assert "window.ran=1</script>" not in page
    assert "{{7*7}}" in page
