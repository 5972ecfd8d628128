"""Incidents in another place than the study area: how many, where, and when that stops."""

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.outside import outside_in_words, outside_of, whereabouts
from mapper.areas.load import load_study_area
from mapper.grid.hexagons import cells_to_points
from mapper.incidents.coordinates import degrees_to_grid, grid_to_degrees


@pytest.fixture
def write(tmp_path):
    def make(lon, lat):
        table = pd.DataFrame({"reference": [f"R{row}" for row in range(len(lon))]})
        table["from_at"] = [f"2025-01-{1 + row % 28:02d} 10:00" for row in range(len(lon))]
        table["longitude"], table["latitude"], table["incident_type"] = lon, lat, "Violence"
        table.to_csv(tmp_path / "incidents.csv", index=False)
        return tmp_path / "incidents.csv"

    return make


def points(number, lon, lat):
    drawn = np.random.default_rng(1)
    return lon + drawn.normal(0, 0.01, number), lat + drawn.normal(0, 0.01, number)


def test_data_of_another_force_stops_with_where_it_lies(run, write, tmp_path):
    lon, lat = (np.r_[one, other] for one, other in zip(
        points(998, -2.70, 53.79), points(2, -2.98, 53.41), strict=True))  # fmt: skip
    told = run("hotspots", write(lon, lat), "--lens", "all-demand", "--out", tmp_path / "o")
    assert told.code == 2
    assert "99.8 % (998 of 1,000 incidents) lie outside Merseyside, round 53.8 N 2.7 W" in told.err
    assert "give another --area" in told.err
    assert "longer period" not in told.err
    assert not (tmp_path / "o").exists()


def test_data_of_which_easting_and_northing_are_exchanged_says_so(run, write, tmp_path):
    lon, lat = points(500, -2.92, 53.41)
    told = run(
        "hotspots",
        write(*grid_to_degrees(*degrees_to_grid(lon, lat)[::-1])),
        *("--lens", "all-demand", "--out", tmp_path / "o"),
    )
    assert told.code == 2
    assert "If easting and northing are exchanged in the data, most lie in it" in told.err
    elsewhere = run(
        *("hotspots", write(*points(500, -2.70, 53.79)), "--lens", "all-demand"),
        *("--out", tmp_path / "o"),
    )
    assert "exchanged" not in elsewhere.err


def test_birmingham(run, shared, tmp_path):
    cases = shared.parent / "cases" / "areas"
    if not cases.is_dir():
        pytest.skip("the folder of cases is absent on this machine")
    for command in ("hotspots", "change", "concentration"):
        told = run(command, cases / "birmingham.csv", "--lens", "all-demand", "--out",
                   tmp_path / "out.csv" if command != "hotspots" else tmp_path / "o")  # fmt: skip
        assert told.code == 2
        assert "All 500 incidents lie outside Merseyside, round 52.5 N 1.9 W" in told.err
    own = run("hotspots", cases / "birmingham.csv", "--lens", "all-demand", "--area",
              cases / "elsewhere.geojson", "--out", tmp_path / "o")  # fmt: skip
    assert own.code == 2
    assert "All 500 incidents lie outside elsewhere" in own.err


def test_a_district_may_leave_most_out_and_says_the_share(run, write, tmp_path):
    lon, lat = (np.r_[one, other] for one, other in zip(
        points(100, -2.98, 53.41), points(300, -3.03, 53.39), strict=True))  # fmt: skip
    told = run("hotspots", write(lon, lat), "--lens", "all-demand", "--area", "liverpool",
               "--out", tmp_path / "o")  # fmt: skip
    assert told.code == 0, told.err
    assert "306 incidents that would count (76.5 %), round 53.4 N 3.0 W" in told.out
    assert "most in Wirral (Merseyside)" in told.out


def test_the_nearest_district_against_every_cell():
    """The second road: distances on the sphere to all cells, by the haversine formula."""
    lon, lat = -1.9, 52.5
    cells = load_study_area().cells
    x, y = (np.radians(each) for each in cells_to_points(cells["cell"].to_numpy()))
    half = np.sin((y - np.radians(lat)) / 2) ** 2
    half += np.cos(y) * np.cos(np.radians(lat)) * np.sin((x - np.radians(lon)) / 2) ** 2
    far = 2 * 6371 * np.arcsin(np.sqrt(half))
    words = whereabouts(np.array([lon]), np.array([lat]))
    name = cells["district"].iloc[int(far.argmin())]
    assert (
        words == f"round 52.5 N 1.9 W, {far.min():.0f} km from {name}, the nearest known district"
    )


def test_points_of_several_districts_lie_in_none_of_them():
    words = whereabouts(np.array([-3.03, -2.98, -2.73]), np.array([53.39, 53.41, 53.45]))
    assert words == "round 53.4 N 3.0 W, in several districts with Liverpool in their middle"


def test_shares_in_words():
    area = load_study_area()
    lon, lat = cells_to_points(area.cells["cell"].to_numpy()[:3])
    table = pd.DataFrame({"lon": [*lon, 0.0], "lat": [*lat, 51.5]})
    outside = outside_of(table, area)
    assert outside.tolist() == [False, False, False, True]
    assert outside_in_words(table, outside, area).startswith("25.0 % (1 of 4 incidents) lie")
