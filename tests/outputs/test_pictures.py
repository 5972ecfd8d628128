"""Drawings for print: well-formed, drawable, every word encoded, every number said in words."""

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.areas.ground_tiles import write_ground
from mapper.areas.load import load_study_area
from mapper.base.palette import COLOURS
from mapper.context.places import Places
from mapper.grid.hexagons import (
    cells_to_corners,
    cells_to_discs,
    cells_to_strings,
    strings_to_cells,
)
from mapper.outputs.documents.svg import svg_to_png
from mapper.outputs.pictures.area_map import area_map
from mapper.outputs.pictures.charts import bars, curve, strip, week_clock
from mapper.outputs.pictures.map_names import Label
from mapper.outputs.pictures.map_picture import map_picture
from mapper.outputs.pictures.svg import HOT

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>{{7*7}}&\"'"


def parsed(picture):
    assert "<script" not in picture.svg
    assert svg_to_png(picture.svg, width_cm=8).startswith(b"\x89PNG")
    return ET.fromstring(picture.svg)


def words(root):
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def test_map_numbers_hot_spots_and_names_them_in_words(make_release):
    release = make_release()
    picture = map_picture(release, title="Hot spots")
    root = parsed(picture)
    numbers = {word for word in words(root) if word.isdigit()}
    assert numbers == {str(n) for n in range(1, len(release.hotspots) + 1)}
    for name in release.hotspots["name"]:
        assert name in picture.alt
    assert "Hidden" not in words(root)


def test_numbers_of_hot_spots_side_by_side_stand_on_none_other(make_release):
    plain = make_release(spots=1)
    middle = strings_to_cells(plain.cells.loc[plain.cells["hotspot_id"] != "", "cell"].to_numpy())
    chosen = cells_to_strings(np.unique(cells_to_discs(middle[:1], rings=1)[1]))
    at = {cell: f"h{number:03d}" for number, cell in enumerate(chosen)}
    cells = plain.cells.assign(hotspot_id=plain.cells["cell"].map(at).fillna("").astype("str"))
    spots = pd.concat([plain.hotspots] * len(chosen), ignore_index=True)
    spots["hotspot_id"] = pd.Series(sorted(at.values()), dtype="str")
    release = replace(plain, cells=cells, hotspots=spots)
    drawn = parsed(map_picture(release, width=160)).iter(f"{SVG}text")
    told = [("".join(one.itertext()), one) for one in drawn if one.get("fill") != "none"]
    seen = [
        Label(words, float(one.get("x")), float(one.get("y")), 9)
        for words, one in told
        if words.isdigit()
    ]
    assert len(seen) == len(chosen)
    assert not [(a, b) for a, b in combinations(seen, 2) if a.lies_on(b)]


def test_the_map_of_an_area_has_north_a_scale_and_every_district():
    area = load_study_area()
    picture = area_map(area)
    named = words(parsed(picture))
    assert {"N", *map(str, area.cells["district"].cat.categories)} <= set(named)
    bar = next(one for one in named if one.endswith(" km"))
    root = ET.fromstring(picture.svg)
    long = min(
        float(one.get("width")) for one in root.iter(f"{SVG}rect") if one.get("height") == "1.5"
    )
    corners = cells_to_corners(area.cells["cell"].to_numpy())
    across = float(np.ptp(corners[..., 0])) * 111.32 * np.cos(np.radians(corners[..., 1].mean()))
    wide = float(root.get("width"))
    assert float(bar.split()[0]) == pytest.approx(long / wide * across, rel=0.02)


def test_map_draws_hidden_counts_alike_and_says_so(make_release):
    release = make_release()
    cells = release.cells.assign(count=release.cells["incidents"].astype("Int64"))
    cells.loc[(cells["incidents"] > 0) & (cells["incidents"] < 5), "incidents"] = pd.NA
    shown = make_release(cells=cells)
    picture = map_picture(shown)
    root = parsed(picture)
    assert "Hidden" in words(root)
    hidden = [p for p in root.iter(f"{SVG}path") if p.get("fill") == "url(#hidden)"]
    assert len(hidden) == 1
    assert hidden[0].get("d").count("M") == int(cells["incidents"].isna().sum())


def test_map_of_one_hot_spot_draws_its_surroundings_only(make_release):
    release = make_release(rings=30)
    first = release.hotspots["hotspot_id"].iloc[0]
    whole, part = map_picture(release), map_picture(release, focus=first)
    assert len(part.svg) < len(whole.svg) / 2
    assert "1" in words(parsed(part))


def test_a_map_of_a_part_has_a_small_one_of_the_whole_clear_of_its_numbers(make_release):
    release = make_release(rings=30)
    spot = release.hotspots["hotspot_id"].iloc[0]
    part, whole = map_picture(release, focus=spot), map_picture(release, width=120)
    assert "The small map shows where in Merseyside it lies: " in part.alt
    (small,) = [one for one in parsed(part).iter(f"{SVG}g") if one.find(f"{SVG}g") is not None]
    at = np.array(re.findall(r"[\d.]+", small.get("transform")), dtype=float)
    frame, board = small.findall(f".//{SVG}rect")[::-1]
    assert frame.get("stroke") == HOT
    size = np.array([float(board.get(name)) for name in ("width", "height")])
    numbers = [t for t in parsed(part).iter(f"{SVG}text") if "".join(t.itertext()).isdigit()]
    points = np.array([[float(t.get("x")), float(t.get("y"))] for t in numbers])
    assert not ((points > at) & (points < at + size)).all(axis=1).any()
    elsewhere = release.cells.assign(cell=release.cells["cell"])
    assert set(elsewhere["district"]) == {"Sefton", "Liverpool"}
    assert "small map" in whole.alt  # thirty rings are a part of the county


def middle_of(release, spot):
    found = release.hotspots.set_index("hotspot_id").loc[spot]
    return float(found["lon"]), float(found["lat"])


def test_a_close_map_names_streets_and_districts_where_there_is_room(make_release):
    plain = make_release(rings=30)
    spot = plain.hotspots["hotspot_id"].iloc[0]
    lon, lat = middle_of(plain, spot)
    rows = [("Lime Street", lon, lat + 0.008), (HOSTILE, lon, lat - 0.006), ("Under 1", lon, lat)]
    rows += [("Lime Street", lon, lat - 0.009), ("On Lime Street", lon, lat + 0.008)]
    streets = pd.DataFrame(rows, columns=["street", "lon", "lat"]).assign(cell="x")
    release = make_release(rings=30, streets=streets)
    named = words(parsed(map_picture(release, focus=spot)))
    assert named.count("Lime Street") == 2  # the halo and the words
    assert HOSTILE in named
    assert not {"On Lime Street", "Under 1"} & set(named)
    assert "N" in named
    assert any(word.endswith(" m") for word in named)  # the bar of a map of a few streets
    far = words(parsed(map_picture(release, width=120)))
    assert "Lime Street" not in far


def test_a_close_map_marks_landmarks_and_names_what_the_ground_names(make_release, tmp_path):
    plain = make_release(rings=30)
    spot = plain.hotspots["hotspot_id"].iloc[0]
    lon, lat = middle_of(plain, spot)
    found = pd.DataFrame(
        {"name": [f"Elm {HOSTILE}"], "kind": ["hospital"], "side": ["protective"]}
    ).assign(lon=lon, lat=lat + 0.007, source="x")
    places = Places(found.astype(dict.fromkeys(("kind", "side", "source"), "category")))
    road = shapely.LineString([(lon - 0.02, lat - 0.008), (lon + 0.02, lat - 0.008)])
    street = shapely.LineString([(lon - 0.01, lat - 0.005), (lon + 0.01, lat - 0.005)])
    layers = {
        "roads": gpd.GeoDataFrame(geometry=[road], crs=4326).assign(name="A59", rank=2),
        "streets": gpd.GeoDataFrame(geometry=[street], crs=4326).assign(name="Elm Row", rank=2),
    }
    file = tmp_path / "ground.pmtiles"
    write_ground(layers, file, title="Anyshire", credit="© Anyshire maps")

    def named(release, **choices):
        return set(words(parsed(map_picture(release, ground=file, places=places, **choices))))

    assert {f"Elm {HOSTILE}", "A59", "Elm Row", "© Anyshire maps"} <= named(plain, focus=spot)
    partners = named(make_release(rings=30, audience="partnership"), focus=spot)
    assert "A59" in partners
    assert "Elm Row" not in partners
    assert "A59" not in named(make_release(rings=30, audience="public"), focus=spot)
    assert f"Elm {HOSTILE}" not in named(plain, width=120)


def test_printed_ground_holds_what_its_audience_may_see(make_release, tmp_path):
    plain = make_release(rings=30)
    spot = plain.hotspots["hotspot_id"].iloc[0]
    lon, lat = middle_of(plain, spot)
    line = shapely.LineString([(lon - 0.01, lat), (lon + 0.01, lat + 0.001)])
    wood = shapely.box(lon - 0.004, lat - 0.004, lon - 0.001, lat - 0.001)
    shapes = {"streets": line, "roads": shapely.affinity.translate(line, 0, 0.002), "woods": wood}
    layers = {
        name: gpd.GeoDataFrame(geometry=[shape], crs=4326).assign(name="", rank=2)
        for name, shape in shapes.items()
    }
    file = tmp_path / "ground.pmtiles"
    write_ground(layers, file, title="Anyshire", credit="")

    def drawn(release, **choices):
        root = parsed(map_picture(release, ground=file, **choices))
        paths = list(root.iter(f"{SVG}path"))
        lines = {p.get("stroke-width") for p in paths if p.get("stroke") == COLOURS["road-edge"]}
        return lines, any(p.get("fill") == COLOURS["wood"] for p in paths)

    assert drawn(plain, focus=spot) == ({"0.35", "0.9"}, True)
    assert drawn(plain, width=120) == ({"0.9"}, True)
    assert drawn(make_release(rings=30, audience="partnership"), focus=spot) == ({"0.9"}, True)
    assert drawn(make_release(rings=30, audience="public"), focus=spot) == (set(), True)
    root = parsed(map_picture(plain, ground=file, focus=spot))
    road = next(p for p in root.iter(f"{SVG}path") if p.get("stroke-width") == "0.35")
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", road.get("d"))]
    x, y = np.array(numbers).reshape(-1, 2).T
    # 1 in 20 in degrees; a degree of longitude is shorter on the ground
    slope = -np.polyfit(x, y, 1)[0]
    assert slope == pytest.approx(0.05 / np.cos(np.radians(lat)), rel=0.02)


def test_bars_and_strips_carry_their_numbers():
    picture = bars(["Bootle", HOSTILE], [1200, 3], title="Incidents")
    assert "1,200" in words(parsed(picture))
    assert f"Bootle: 1,200; {HOSTILE}: 3." in picture.alt
    columns = strip(["Jan", "Feb"], [4, 9], title="By month", hot=[False, True])
    root = parsed(columns)
    fills = [r.get("fill") for r in root.iter(f"{SVG}rect") if r.get("y")]
    assert fills[-1] == "url(#hot)"
    assert columns.alt == "Columns by period, By month. Jan 4, Feb 9 (hot)."


@pytest.mark.parametrize("values", [[], [0, 0]])
def test_empty_charts_still_draw(values):
    names = ["a"] * len(values)
    parsed(bars(names, values, title="None"))
    parsed(strip(names, values, title="None"))
    assert "none" in week_clock(np.zeros(168), title="None").alt


def test_week_clock_rings_the_busiest_hours():
    hours = np.zeros(168)
    hours[[5 * 24 + 23, 0]] = 9.0, 2.5  # Saturday 23:00, Monday 00:00
    picture = week_clock(hours, title="Marsh Lane")
    root = parsed(picture)
    assert picture.alt.endswith("Busiest hours: Sat 23:00 (9.0), Mon 00:00 (2.5).")
    ringed = [r for r in root.iter(f"{SVG}rect") if r.get("stroke") == "#c2410c"]
    assert [(r.get("x"), r.get("y")) for r in ringed] == [
        (f"{34 + 23 * 18:.1f}", f"{14 + 5 * 15:.1f}"),
        ("34.0", "14.0"),
    ]


def test_curve_starts_at_none_and_ends_at_all():
    picture = curve(
        [0, 0.1, 1], [0, 0.6, 1], title="Share", across="a", up="b", said="10 % hold 60 %."
    )
    data = [p.get("d") for p in parsed(picture).iter(f"{SVG}path")][-1]
    assert data == "M40.0 208.0L60.0 88.0L240.0 8.0"
