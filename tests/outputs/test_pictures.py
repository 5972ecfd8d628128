"""Drawings for print: well-formed, drawable, every word encoded, every number said in words."""

from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from mapper.outputs.documents.svg import svg_to_png
from mapper.outputs.pictures.charts import bars, curve, strip, week_clock
from mapper.outputs.pictures.map_picture import map_picture

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
