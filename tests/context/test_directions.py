"""Directions in words by closed form: offsets in metres are laid out and read back."""

import h3
import numpy as np
import pytest

from mapper.context.directions import WAYS, direction_words, from_landmark, heading
from mapper.context.distances import EARTH, metres_between
from mapper.context.places import Places, places_table
from mapper.outputs.maps.landmarks import (
    directions,
    landmark_points,
    landmarks_of,
    where_lies,
)

MARK = (-2.98, 53.41)


def offset(east, north, mark=MARK):
    """The point so many metres east and north of a mark."""
    lat = mark[1] + np.degrees(north / EARTH)
    return mark[0] + np.degrees(east / (EARTH * np.cos(np.radians((mark[1] + lat) / 2)))), lat


@pytest.mark.parametrize(
    ("east", "north", "words"),
    [
        (0, 0, "at Elm school"),
        (0, 74, "at Elm school"),
        (0, 120, "120 m north of Elm school"),
        (85, 85, "120 m north-east of Elm school"),
        (304, 0, "300 m east of Elm school"),
        (100, -100, "140 m south-east of Elm school"),
        (0, -994, "990 m south of Elm school"),
        (-400, -300, "500 m south-west of Elm school"),
        (-1_200, 0, "1.2 km west of Elm school"),
        (-700, 700, "990 m north-west of Elm school"),
        (0, 996, "1.0 km north of Elm school"),
    ],
)
def test_metres_and_ways_are_those_laid_out(east, north, words):
    assert direction_words(MARK, offset(east, north), name="Elm school") == words


def test_each_way_is_an_eighth_around_its_middle():
    turns = np.arange(0, 360, 1.0) + 0.25
    ways = [
        heading(MARK, offset(500 * np.sin(np.radians(one)), 500 * np.cos(np.radians(one)))).way
        for one in turns
    ]
    assert ways == [WAYS[int((one + 22.5) // 45) % 8] for one in turns]


def test_metres_are_those_of_the_great_circle():
    drawn = np.random.default_rng(4)
    for east, north in drawn.uniform(-5_000, 5_000, (50, 2)):
        lon, lat = offset(east, north)
        exact = float(metres_between(*MARK, lon, lat))
        assert heading(MARK, (lon, lat)).metres == pytest.approx(exact, rel=1e-3)


def test_the_nearest_named_landmark_that_people_know_is_told():
    lon, lat = zip(
        *(offset(east, 0) for east in (-100, -200, -300, -400)), offset(-9_000, 0), strict=True
    )
    table = places_table(
        name=["A refuge", " ", "Queens Road", "Elm School", "Far"],
        kind=["domestic-abuse service", "library", "health centre", "school", "library"],
        lon=lon,
        lat=lat,
        source="test",
    )
    assert from_landmark(table, *MARK) == "300 m east of Queens Road health centre"
    assert from_landmark(table.drop(2), *MARK) == "400 m east of Elm School"
    assert from_landmark(table.drop([2, 3]), *MARK) == ""


def test_a_release_to_partners_tells_no_direction(make_release):
    shown = make_release()
    lon, lat = shown.hotspots[["lon", "lat"]].iloc[0]
    near = Places(
        places_table(name=["Elm"], kind=["school"], lon=[lon], lat=[lat - 0.0018], source="test")
    )
    first = shown.hotspots["hotspot_id"].iloc[0]
    assert directions(shown, near)[first] == "200 m north of Elm school"
    assert directions(shown, None) == {}
    guarded = make_release(audience="partnership")
    assert directions(guarded, near) == {}


def test_partners_are_told_what_everybody_knows_to_be_near_and_the_public_nothing(
    make_release,
):
    said = {}
    for audience in ("operational", "partnership", "public"):
        shown = make_release(audience=audience)
        cells = shown.cells.loc[shown.cells["hotspot_id"] != "", "cell"].iloc[:1]
        lat, lon = h3.cell_to_latlng(cells.iloc[0])
        table = places_table(
            name=["Oak School", "Elm"],
            kind=["school", "hospital"],
            lon=[lon, lon],
            lat=[lat - 0.0018, lat - 0.0045],
            source="test",
        )
        places = Places(table)
        said[audience] = where_lies(shown, cells, places)
        assert where_lies(shown, cells, None) == ""
        marks = {one[3] for one in landmarks_of(shown, places)}
        assert marks == (set() if audience == "public" else {"Elm"})
        assert landmark_points(shown, places) == (
            set() if audience == "public" else {(round(lon, 5), round(lat - 0.0045, 5))}
        )
    assert said == {
        "operational": "200 m north of Oak School",
        "partnership": "near Elm hospital",
        "public": "",
    }
