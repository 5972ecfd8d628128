"""Coordinates by second roads: Ordnance Survey's published points and PROJ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.base.errors import MappingError
from mapper.incidents import coordinates
from mapper.incidents.coordinates import grid_to_degrees, in_area, to_degrees
from mapper.incidents.mapping import ColumnMapping
from tests.incidents.incident_files import extract, read, reasons, write_csv

# Latitude, longitude (ETRS89), easting, northing: points of the OSTN15 test data that Ordnance
# Survey publishes, Caister water tower (its worked example) among them.
PUBLISHED = [
    (49.92226393730, -6.29977752014, 91492.146, 11318.804),
    (49.96006137820, -5.20304609998, 170370.718, 11572.405),
    (50.43885825610, -4.10864563561, 250359.811, 62016.569),
    (50.57563665000, -1.29782277240, 449816.371, 75335.861),
    (50.93127937910, -1.45051433700, 438710.920, 114792.250),
    (51.40078220140, -3.55128349240, 292184.870, 168003.465),
    (52.65800783300, 1.71607397300, 651409.804, 313177.450),
    (53.77911025760, -3.04045490691, 331534.564, 431920.794),
    (57.48625000720, -4.21926398555, 267056.768, 846176.972),
]
grid = st.tuples(st.floats(300_000, 550_000), st.floats(150_000, 450_000))


def metres_apart(lon, lat, other_lon, other_lat):
    north = (lat - other_lat) * 111_320
    east = (lon - other_lon) * 111_320 * np.cos(np.radians(lat))
    return np.hypot(north, east)


def test_published_points_agree_to_five_millimetres():
    lat, lon, easting, northing = np.array(PUBLISHED).T
    found = grid_to_degrees(easting, northing)
    assert metres_apart(*found, lon, lat).max() < 0.005


def test_places_that_repeat_are_each_where_they_are_alone(monkeypatch):
    drawn = np.random.default_rng(3)
    _, _, easting, northing = np.array(PUBLISHED).T
    easting, northing = np.append(easting, [np.nan, 0.0]), np.append(northing, [1.0, np.nan])
    at = drawn.integers(0, easting.size, 400)
    alone = grid_to_degrees(easting[at], northing[at])
    monkeypatch.setattr(coordinates, "_MANY", 10)
    np.testing.assert_array_equal(grid_to_degrees(easting[at], northing[at]), alone)


@pytest.fixture(scope="module")
def plain():
    """What PROJ makes of the national grid where it has no grids of shifts."""
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


@given(points=st.lists(grid, min_size=1, max_size=20))
def test_proj_without_its_grids_agrees_within_six_metres(plain, points):
    easting, northing = np.array(points).T
    found = grid_to_degrees(easting, northing)
    assert metres_apart(*found, *plain.transform(easting, northing)).max() < 6


@pytest.mark.parametrize("name", ["EPSG:27700", "epsg:27700", "OSGB36 / British National Grid"])
def test_the_grid_by_any_name_goes_through_ostn15(name):
    lat, lon, easting, northing = np.array(PUBLISHED).T
    assert metres_apart(*to_degrees(easting, northing, crs=name), lon, lat).max() < 0.005


def test_other_systems_and_points_off_them():
    x, y = np.array([-331_700.0, np.nan, 1e12]), np.array([7_059_000.0, 1.0, 1e12])
    lon, lat = to_degrees(x, y, crs="EPSG:3857")
    assert lon[0] == pytest.approx(np.degrees(-331_700 / 6_378_137), abs=1e-12)
    expected = np.degrees(2 * np.arctan(np.exp(7_059_000 / 6_378_137)) - np.pi / 2)
    assert lat[0] == pytest.approx(expected, abs=1e-9)
    assert np.isnan(lat[1])
    assert not in_area(lon, lat)[1:].any()


def test_unknown_system_is_refused():
    with pytest.raises(MappingError, match="EPSG:27700"):
        to_degrees(np.zeros(1), np.zeros(1), crs="EPSG:123456789")


def test_rows_may_mix_grid_and_degrees(tmp_path):
    header = ["reference", "from_at", "easting", "northing", "longitude", "latitude"]
    rows = [
        {"easting": "334567", "northing": "390123"},
        {"easting": "", "northing": "", "longitude": "-2.985", "latitude": "53.403"},
        {"easting": "", "northing": ""},
        {"easting": "334567", "northing": "390123", "longitude": "99", "latitude": "99"},
    ]
    found = read(write_csv(tmp_path / "a.csv", extract(*rows, header=header)))
    assert found.table["row"].tolist() == [2, 3, 5]
    assert reasons(found) == [(4, "no coordinates", "easting and northing")]
    lon, lat = grid_to_degrees(np.array([334567.0]), np.array([390123.0]))
    assert found.table["lon"].tolist() == [lon[0], -2.985, lon[0]]
    assert found.table["lat"].tolist() == [lat[0], 53.403, lat[0]]


def test_x_and_y_in_a_named_system(tmp_path):
    rows = [["when", "mx", "my"], ["2026-03-02", "-331700", "7059000"], ["2026-03-02", "0", "0"]]
    path = write_csv(tmp_path / "a.csv", rows)
    columns = {"from_at": ("when",), "x": ("mx",), "y": ("my",)}
    found = read(path, mapping=ColumnMapping(columns, crs="EPSG:3857"))
    assert found.table["lon"].round(4).tolist() == [-2.9797]
    assert reasons(found) == [(3, "zero coordinates", "mx and my")]


def test_places_found_are_converted_and_wrong_ones_noted(tmp_path):
    header = ["reference", "from_at", "easting", "northing"]
    header += ["found_easting", "found_northing", "found_longitude", "found_latitude"]
    rows = [
        {"found_easting": "334567", "found_northing": "390123"},
        {"found_longitude": "-2.9", "found_latitude": "53.4"},
        {"found_longitude": "nowhere", "found_latitude": "53.4"},
        {},
    ]
    found = read(write_csv(tmp_path / "a.csv", extract(*rows, header=header)))
    assert found.table["found_lon"].round(2).fillna(9).tolist() == [-2.99, -2.9, 9, 9]
    assert found.notes == ("a.csv: 1 wrong place found, left out; the incidents were kept",)
