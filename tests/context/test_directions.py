"""Directions in words by closed form: offsets in metres are laid out and read back."""

import h3
import numpy as np
import pandas as pd
import pytest

from mapper.context.directions import COARSE, WAYS, direction_words, from_landmark, heading
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


def test_coarsely_told_a_way_has_hundreds_of_metres_and_none_within_half_a_cell():
    told = {
        (east, north): direction_words(MARK, offset(east, north), name="Elm", step=COARSE)
        for east, north in ((0, 0), (190, 0), (260, 0), (0, -349), (0, -352), (960, 960))
    }
    assert list(told.values()) == [
        *("near Elm", "near Elm", "about 300 m east of Elm", "about 300 m south of Elm"),
        *("about 400 m south of Elm", "about 1.4 km north-east of Elm"),
    ]


def test_a_way_told_to_partners_is_told_to_a_hundred_metres_by_the_cells_alone(make_release):
    shown = make_release()
    lon, lat = shown.hotspots[["lon", "lat"]].iloc[0]
    near = Places(
        places_table(name=["Elm"], kind=["school"], lon=[lon], lat=[lat - 0.0018], source="test")
    )
    first = shown.hotspots["hotspot_id"].iloc[0]
    assert directions(shown, near)[first] == "200 m north of Elm school"
    assert directions(shown, None) == {}
    known = Places(near.table.assign(kind=pd.Categorical(["hospital"]), lat=lat - 0.0045))
    guarded = make_release(audience="partnership")
    assert directions(guarded, near) == {}
    told = directions(guarded, known)
    assert told[first] == "about 500 m north of Elm hospital"
    # Whoever has the cells shown works the same words out of them: they tell nothing more.
    cells = guarded.cells[guarded.cells["hotspot_id"] != ""]
    for spot, mine in cells.groupby("hotspot_id")["cell"]:
        lats, lons = zip(*map(h3.cell_to_latlng, mine), strict=True)
        middle = float(np.mean(lons)), float(np.mean(lats))
        again = from_landmark(known.table, *middle, kinds=["hospital"], step=COARSE)
        assert told.get(spot, "") == again
    assert directions(make_release(audience="public"), known) == {}


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
        "partnership": "about 500 m north of Elm hospital",
        "public": "",
    }
