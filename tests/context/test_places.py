"""Places are read from each official form, and what is near is counted again by hand."""

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.base.errors import ContextError
from mapper.context.distances import around, metres_between
from mapper.context.near import near_places, side_by_side
from mapper.context.place_files import read_all_places, read_places
from mapper.context.places import KINDS, places_table
from mapper.grid.hexagons import cells_to_points, cells_to_rings, points_to_cells
from tests.builders import disc

GIAS = (
    '"URN","LA (name)","EstablishmentName","EstablishmentStatus (name)",'
    '"PhaseOfEducation (name)","Easting","Northing"\n'
    '100,"Liverpool","St André Primary","Open","Primary","335000","390500"\n'
    '101,"Liverpool","Shut School","Closed","Primary","335000","390500"\n'
    '102,"Liverpool","Sixth Form","Open, but proposed to close","16 plus","336000","391000"\n'
    '103,"Liverpool","Nowhere","Open","Secondary","",""\n'
)
NAPTAN = (
    "ATCOCode,CommonName,LocalityName,Easting,Northing,Longitude,Latitude,StopType,Status\n"
    "1,Lime Street,Liverpool,335100,390600,-2.978,53.407,RSE,active\n"
    "2,Lime Street,Liverpool,335150,390650,-2.979,53.408,RSE,active\n"
    "3,Elm Road,Liverpool,335100,390600,,,BCT,active\n"
    "4,Elm Road,Liverpool,335110,390600,-2.9781,53.4071,BCT,active\n"
    "5,Old Stop,Liverpool,335100,390600,-2.978,53.407,BCT,inactive\n"
    "6,Coach,Liverpool,335100,390600,-2.97,53.40,BCE,active\n"
)
FHRS = (
    "<FHRSEstablishment><EstablishmentCollection>"
    "<EstablishmentDetail><FHRSID>1</FHRSID><BusinessName>The Crown</BusinessName>"
    "<BusinessType>Pub/bar/nightclub</BusinessType>"
    "<Geocode><Longitude>-2.98</Longitude><Latitude>53.41</Latitude></Geocode>"
    "</EstablishmentDetail>"
    "<EstablishmentDetail><FHRSID>2</FHRSID><BusinessName>A School</BusinessName>"
    "<BusinessType>School/college/university</BusinessType></EstablishmentDetail>"
    "<EstablishmentDetail><FHRSID>3</FHRSID><BusinessName>Fry</BusinessName>"
    "<BusinessType>Takeaway/sandwich shop</BusinessType><Geocode/></EstablishmentDetail>"
    "</EstablishmentCollection></FHRSEstablishment>"
)


def written(tmp_path, text, name="file.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_schools_of_the_official_extract(tmp_path):
    """The real extract is in Windows-1252; closed schools and those without a place stay out."""
    found = read_places(written(tmp_path, GIAS, encoding="cp1252"))
    assert found.table[["name", "kind", "side"]].values.tolist() == [
        ["St André Primary", "school", "both"],
        ["Sixth Form", "college", "both"],
    ]
    assert found.table["lon"].iloc[0] == pytest.approx(-2.979, abs=0.001)
    assert "1 row closed" in found.notes[1]
    assert "1 row without a point" in found.notes[2]


def test_a_station_of_two_entrances_is_one_and_stops_are_kept(tmp_path):
    found = read_places(written(tmp_path, NAPTAN)).table
    assert found["kind"].value_counts().to_dict() == {
        "bus stop": 2, "railway station": 1, "bus or coach station": 1,
    }  # fmt: skip
    filled = found.loc[found["name"] == "Elm Road", "lon"]
    assert (filled - -2.978).abs().max() < 0.002  # one of them from easting and northing


def test_food_hygiene_ratings_give_pubs_and_takeaways(tmp_path):
    found = read_places(written(tmp_path, FHRS, name="FHRS413en-GB.xml"))
    assert found.table[["name", "kind"]].values.tolist() == [["The Crown", "licensed premises"]]
    hostile = '<!DOCTYPE a [<!ENTITY b "b">]>' + FHRS
    with pytest.raises(ContextError, match="is no file of food hygiene ratings"):
        read_places(written(tmp_path, hostile, name="hostile.xml"))


def test_parks_of_open_greenspace(tmp_path):
    squares = [shapely.box(335000 + 500 * n, 390000, 335200 + 500 * n, 390200) for n in range(3)]
    shapes = geopandas.GeoDataFrame(
        {
            "function": ["Public Park Or Garden", "Golf Course", "Playing Field"],
            "distinctive_name_1": ["Elm Park", "Links", None],
        },
        geometry=squares,
        crs=27700,
    )
    path = tmp_path / "opgrsp.gpkg"
    shapes.to_file(path, layer="greenspace_site")
    found = read_places(path).table
    assert found[["name", "kind"]].values.tolist() == [
        ["Elm Park", "park"],
        ["Playing Field", "playing field"],
    ]
    inside = shapes.to_crs(4326).geometry.iloc[0]
    assert inside.contains(shapely.Point(found["lon"].iloc[0], found["lat"].iloc[0]))


def test_a_table_of_ones_own_with_sides(tmp_path):
    head = "Name,Type,Longitude,Latitude,Side\n"
    text = f"{head}Hope,hostel,-2.98,53.4,protective\nX,den,-2.9,53.4,risk\n"
    found = read_places(written(tmp_path, text)).table
    assert found[["kind", "side"]].values.tolist() == [["hostel", "protective"], ["den", "risk"]]


def test_stations_near_merseyside(shared):
    path = shared / "context" / "merseyside_railway_stations_5km.csv"
    found = read_places(path, kind="railway station")
    assert len(found.table) == 105
    assert set(found.table["side"]) == {"risk"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,lon,lat\nA,-2.9,53.4\n", "no type column"),
        ("name,type\nA,school\n", "no longitude and latitude"),
        ("name,type,lon,lat\nA,,-2.9,53.4\n", "1 row has no type"),
        ("name,type,lon,lat,side\nA,x,-2.9,53.4,protect\n", "Did you mean protective"),
        ("", "is no table"),
    ],
)
def test_tables_that_do_not_say_what_and_where_are_refused(tmp_path, text, words):
    path = written(tmp_path, text)
    with pytest.raises(ContextError, match=words) as caught:
        read_places(path)
    assert str(path) in str(caught.value)


def test_absent_and_foreign_files_are_refused(tmp_path):
    with pytest.raises(ContextError, match="cannot be read"):
        read_places(tmp_path / "absent.csv")
    with pytest.raises(ContextError, match="no file of shapes"):
        read_places(written(tmp_path, "hello", name="x.gpkg"))


def test_several_files_are_one(tmp_path):
    found = read_all_places([written(tmp_path, GIAS), written(tmp_path, NAPTAN, name="b.csv")])
    assert len(found.table) == 6
    assert set(found.table["source"]) == {"file.csv", "b.csv"}
    assert read_all_places([]).table.empty


def test_distances_against_known_ones():
    """A degree of latitude is 111.195 km on this sphere; Liverpool to Southport is about 27 km."""
    assert metres_between(0, 0, 0, 1) == pytest.approx(111_195, abs=1)
    assert metres_between(-2.978, 53.407, -3.002, 53.646) == pytest.approx(26_620, rel=0.003)
    lon, lat = np.array([-2.98, -2.98, -2.9]), np.array([53.4, 53.4005, 53.4])
    assert around(lon, lat, centre=(-2.98, 53.4), metres=60).tolist() == [True, True, False]


def test_near_places_by_walking_every_pair():
    """Ring by the grid distance to each cell; metres by the plain minimum over cell centres."""
    rng = np.random.default_rng(1)
    cells = disc(1)
    size = 300
    places = places_table(
        name=[f"P{n}" for n in range(size)],
        kind=rng.choice(["school", "hostel", "library"], size).tolist(),
        lon=-2.95 + rng.normal(0, 0.01, size),
        lat=53.4 + rng.normal(0, 0.006, size),
        source="made.csv",
    )
    found = near_places(places, cells, resolution=9, rings=3).set_index("kind")
    at = points_to_cells(places["lon"].to_numpy(), places["lat"].to_numpy(), resolution=9)
    steps = {}
    _, member, step = cells_to_rings(cells, rings=3)
    for cell, away in zip(member.tolist(), step.tolist(), strict=True):
        steps[cell] = min(away, steps.get(cell, 99))
    lon, lat = cells_to_points(cells)
    for kind in ("school", "hostel", "library"):
        mine = np.flatnonzero((places["kind"] == kind).to_numpy())
        rings = [steps.get(int(at[place]), -1) for place in mine]
        assert [found.loc[kind, f"ring_{n}"] for n in range(4)] == [
            rings.count(n) for n in range(4)
        ]
        metres = [
            0.0 if ring == 0 else min(
                float(metres_between(x, y, places["lon"][place], places["lat"][place]))
                for x, y in zip(lon, lat, strict=True)
            )
            for place, ring in zip(mine, rings, strict=True)
        ]  # fmt: skip
        assert found.loc[kind, "nearest_m"] == round(min(metres))
        assert found.loc[kind, "within"] == sum(ring >= 0 for ring in rings)
    assert found["side"].tolist() == ["risk", "both", "protective"]


def test_risks_stand_beside_assets():
    rows = pd.DataFrame(
        {
            "side": ["risk", "both", "protective", "protective"],
            "kind": ["hostel", "school", "library", "youth club"],
            "within": [1, 4, 1, 0],
            "nearest_m": [120.0, 300.0, 90.0, 1500.0],
        }
    )
    shown = side_by_side(rows)
    assert shown["risk"].tolist() == [
        "hostel: 1, nearest 120 m", "school: 4, nearest 300 m", "",
    ]  # fmt: skip
    assert shown["protective"].tolist()[0] == "library: 1, nearest 90 m"
    assert shown["protective"].tolist()[1] == "school: 4, nearest 300 m"


def test_every_kind_is_told_in_the_document():
    page = (Path(__file__).parents[2] / "docs" / "context-places.md").read_text()
    assert all(f"| {kind} |" in page for kind in KINDS)


def test_a_line_of_very_many_columns_is_no_table_of_places(tmp_path):
    path = tmp_path / "wide.csv"
    many = ",x" * 90_000
    for header, record in ((many, ""), ("", many)):
        path.write_text(f"name,kind,lon,lat{header}\nHub,school,-2.9,53.4{record}\n")
        with pytest.raises(ContextError, match="over 2,000 columns"):
            read_places(path)
