"""Backgrounds: what a setting may name, and that one source of pictures is opened and no other."""

import re

import pytest

from mapper.base.errors import InputError
from mapper.outputs.maps import embed_map, export_map
from mapper.outputs.maps.basemap import basemap_of
from mapper.outputs.maps.page import render_page
from tests.tiles import write_tiles


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


def test_vector_tiles_and_other_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="vector tiles are not drawn"):
        basemap_of(str(write_tiles(tmp_path / "vector.pmtiles", kind="MVT")))
    other = tmp_path / "other.pmtiles"
    other.write_bytes(b"PK\x03\x04" * 50)
    with pytest.raises(InputError, match="no PMTiles file of version 3"):
        basemap_of(str(other))


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
