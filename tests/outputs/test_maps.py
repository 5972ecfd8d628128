"""Maps of a release: what is drawn, that nothing is fetched, that no text is a template."""

import base64
import hashlib
import pickle
import re

import folium
import h3
import numpy as np
import pandas as pd
import pytest

from mapper.base.errors import DisclosureError
from mapper.base.text import encode_text, shown_name
from mapper.context.places import Places, places_table
from mapper.outputs.maps import (
    build_map,
    cell_features,
    embed_map,
    export_map,
    hotspot_features,
)
from mapper.outputs.maps.drawing import SCALE, context_of, count_classes, figures_of
from mapper.outputs.maps.landmarks import landmarks_of

HOSTILE = "{{1234*5678}} {% for %} {# ${1} `x` </script><b a='1'>\u2028"


def points(steps):
    return np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / SCALE


def test_only_cells_with_something_to_say_are_drawn(make_release):
    release = make_release()
    cells = release.cells
    says = (cells["incidents"] > 0) | cells["hot"]
    assert 0 < says.sum() < len(cells)
    assert cell_features(release)["id"] == cells.loc[says, "cell"].tolist()


def test_corners_are_those_of_h3_within_a_metre(make_release):
    drawn = cell_features(make_release(rings=4))
    corners = points(drawn["xy"]).reshape(-1, drawn["corners"], 2)
    for cell, found in zip(drawn["id"], corners, strict=True):
        right = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
        assert np.abs(found - right).max() <= 0.5 / SCALE + 1e-9


def test_cells_carry_their_figures(make_release):
    release = make_release(rings=4)
    drawn = cell_features(release)
    table = release.cells.set_index("cell")
    for at, cell in enumerate(drawn["id"]):
        row = table.loc[cell]
        assert drawn["incidents"][at] == row["incidents"]
        assert drawn["disc"][at] == row["disc_incidents"]
        assert drawn["places"][drawn["place"][at]] == f"{row['ward']}, {row['district']}"
        spot = drawn["hotspot"][at]
        spots = release.hotspots["hotspot_id"]
        assert (spots[spot] if spot >= 0 else "") == row["hotspot_id"]
        assert drawn["q"][at] == (None if np.isnan(row["q"]) else pytest.approx(row["q"], rel=1e-2))


def test_every_hot_spot_has_its_rank_and_outline(make_release):
    release = make_release(spots=5)
    drawn = hotspot_features(release)
    assert [spot["rank"] for spot in drawn] == release.hotspots["rank"].tolist()
    for spot in drawn:
        assert all(len(ring) >= 12 for ring in spot["rings"])
        low, high = points(spot["rings"][0]).min(axis=0), points(spot["rings"][0]).max(axis=0)
        assert low[0] < spot["lon"] < high[0]
        assert low[1] < spot["lat"] < high[1]


def test_streets_are_drawn_at_their_points_under_their_encoded_names(make_release):
    places = [("Lime Street", -2.95, 53.42), (HOSTILE, -2.96, 53.41), ("Lime Street", -2.97, 53.4)]
    streets = pd.DataFrame(places, columns=["street", "lon", "lat"]).assign(cell="x")
    drawn = context_of(make_release(rings=2, streets=streets))["streets"]
    assert drawn["names"] == ["Lime Street", encode_text(shown_name(HOSTILE))]
    assert drawn["name"] == [0, 1, 0]
    assert points(drawn["xy"]) == pytest.approx(streets[["lon", "lat"]].to_numpy())


def test_a_selected_hot_spot_travels_as_its_position(make_release):
    release = make_release(spots=3)
    third = release.hotspots["hotspot_id"][2]
    assert figures_of(release, selected=third)["selected"] == 2
    assert figures_of(release, selected="no such id")["selected"] is None


@pytest.mark.parametrize(
    ("counts", "starts"),
    [
        ([0, 0], []),
        ([], []),
        ([0, 3, 3], [3]),
        ([1, 2, 3, 4], [1, 3, 4]),
        (range(101), [1, 51, 76, 91, 99]),
        ([1] * 99 + [500], [1]),
    ],
)
def test_classes_of_counts(counts, starts):
    assert count_classes(np.array(list(counts), dtype="int64")) == starts


@pytest.mark.parametrize("make", [export_map, embed_map])
def test_the_same_release_makes_the_same_page(make_release, make):
    assert make(make_release()) == make(make_release())


@pytest.mark.parametrize("make", [export_map, embed_map])
def test_a_page_names_no_other_host_beside_leaflets_own_comments(make_release, make):
    page = make(make_release())
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert "Leaflet 1.9" in scripts[0]
    assert "http" not in page.replace(scripts[0], "").replace("http-equiv", "")
    assert "sourceMappingURL" not in page
    assert not re.findall(r"url\((?!#)", page)
    assert "<script src" not in page
    assert "<link" not in page


@pytest.mark.parametrize("make", [export_map, embed_map])
def test_the_policy_lists_every_inline_text_and_nothing_else(make_release, make):
    page = make(make_release())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    for element, source in (("script", "script-src"), ("style", "style-src")):
        allowed = re.search(rf"{source} ([^;]*)", policy).group(1).split()
        texts = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in texts]
        assert allowed == [f"'sha256-{digest}'" for digest in digests]
    assert policy.startswith("default-src 'none';")
    assert " style=" not in page.split("<script>")[0]


def test_the_page_says_what_it_is(make_release):
    page = export_map(make_release())
    assert page.count("OFFICIAL-SENSITIVE") == 3  # browser tab, top and bottom
    assert "Synthetic demonstration data" in page
    for words in ("Harm linked to county lines", "31 August 2022", "never reported", "Crown"):
        assert words in page
    assert "Synthetic demonstration data" not in export_map(make_release(synthetic=False))


def test_every_hot_spot_is_in_the_list_beside_the_map(make_release):
    release = make_release(spots=5)
    page = export_map(release)
    assert (
        re.findall(r'<tbody class="spot" data-id="(\w+)">', page)
        == release.hotspots["hotspot_id"].tolist()
    )


def test_no_hot_spot_is_said_in_words(make_release):
    assert (
        "No place stands out as unusual: nowhere are there clearly more incidents than"
        in export_map(make_release(spots=0))
    )


def test_an_empty_lens_still_draws(make_release):
    release = make_release(spots=0)
    quiet = release.cells.assign(count=0, hot=False)
    assert (
        "No place stands out as unusual: nowhere are there clearly more incidents than"
        in export_map(make_release(spots=0, cells=quiet))
    )


def test_leaflet_comes_from_where_the_app_serves_it(make_release):
    drawn = build_map(make_release(), leaflet_url="/static/leaflet")
    page = drawn.get_root().render()
    assert 'src="/static/leaflet/leaflet.js"' in page
    assert 'href="/static/leaflet/leaflet.css"' in page
    assert not re.findall(r"https?:", page)
    assert folium.Map.default_js[0][1].startswith("https:")  # other maps are left as they were


@pytest.mark.parametrize(
    "add",
    [
        lambda m: folium.Marker([0, 0], popup=HOSTILE).add_to(m),
        lambda m: folium.Marker([0, 0], popup=folium.Popup(HOSTILE)).add_to(m),
        lambda m: folium.Marker([0, 0], tooltip=HOSTILE).add_to(m),
        lambda m: folium.Marker([0, 0], icon=folium.DivIcon(html=HOSTILE)).add_to(m),
        lambda m: folium.FeatureGroup(name=HOSTILE).add_to(m),
        lambda m: m.get_root().html.add_child(folium.Element(HOSTILE)),
        lambda m: folium.GeoJson(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [0, 0]},
                "properties": {"name": HOSTILE},
            }
        ).add_to(m),
    ],
)
def test_folium_never_reads_text_as_a_template(add):
    drawn = folium.Map(tiles=None)
    add(drawn)
    for page in (drawn.get_root().render(), pickle.loads(pickle.dumps(drawn)).get_root().render()):
        assert str(1234 * 5678) not in page


def test_hostile_words_are_encoded_wherever_they_enter(make_release):
    release = make_release(rings=2, spots=1)
    said = dict.fromkeys(("name", "ward", "district", "reason", "hotspot_id"), HOSTILE)
    cells = release.cells.assign(
        ward=pd.Categorical([HOSTILE] * len(release.cells)),
        district=pd.Categorical([HOSTILE] * len(release.cells)),
        hotspot_id=release.cells["hotspot_id"].where(~release.cells["hot"], HOSTILE),
    )
    members = dict.fromkeys(("title", "question", "period", "area_title", "licence"), HOSTILE)
    release = make_release(
        rings=2, spots=1, hotspots=said, cells=cells, caveats=(HOSTILE,), **members
    )
    for page in (export_map(release), embed_map(release), build_map(release).get_root().render()):
        for part in ("{{1", "{% for", "{# ", "${1}", "`x`", "<b a"):
            assert part not in page
    assert export_map(release).count("</script>") == 2


@pytest.mark.parametrize(
    "make", [build_map, export_map, embed_map, cell_features, hotspot_features, context_of]
)
@pytest.mark.parametrize("other", [None, "result", pd.DataFrame()])
def test_only_a_release_is_drawn(make, other):
    with pytest.raises(DisclosureError, match="release"):
        make(other)


def around(release, *, name="Kirkby"):
    """A station beside the first cell, a school there, and a station far away."""
    lat, lon = h3.cell_to_latlng(release.cells["cell"].iloc[0])
    return Places(
        places_table(
            name=[name, "Oak School", "Far"],
            kind=["railway station", "school", "railway station"],
            lon=[lon, lon, lon + 2],
            lat=[lat, lat, lat],
            source="a file",
        )
    )


def test_stations_around_the_cells_are_landmarks_and_schools_are_not(make_release):
    release = make_release()
    ((lon, lat, kind, name),) = landmarks_of(release, around(release))
    assert (kind, name) == ("railway station", "Kirkby")
    assert h3.latlng_to_cell(lat, lon, 9) == release.cells["cell"].iloc[0]
    assert landmarks_of(release, None) == []


def test_a_hostile_name_of_a_station_stays_text(make_release):
    release = make_release()
    marks = landmarks_of(release, around(release, name=HOSTILE))
    page = embed_map(release, landmarks=marks)
    assert "<b a='1'>" not in page
    assert "</script><b" not in page
    assert "m-place" in page
    assert page != embed_map(release)
