"""What places are called, by hand: their streets, their busiest cells, their region."""

import numpy as np
import pandas as pd

from mapper.analysis.place_names import (
    busiest_cells,
    names_of,
    region_words,
    streets_in_words,
    streets_of,
)
from mapper.grid.hexagons import cells_to_strings
from tests.builders import disc

LABELS = (
    "On or near Lime Street",
    "On or near Ranelagh Street",
    "On or near Hanover Street",
    "On or near Supermarket",
    "On or near Bold Street",
)
CELLS = disc(1)
NAMES = cells_to_strings(CELLS)


def streets(counts, place=0, number=1):
    codes = np.repeat(np.arange(len(counts)), counts)
    return streets_of(np.full(codes.size, place), codes, LABELS, number=number)


def test_two_streets_where_they_hold_half():
    (told,) = streets([41, 22, 9, 100, 8])
    assert told == [("Lime Street", 41), ("Ranelagh Street", 22)]
    assert streets_in_words(told) == "Lime Street (41), Ranelagh Street (22)"


def test_three_streets_where_two_hold_less_than_half():
    labels = tuple(f"Street {letter}" for letter in "ABCDEFGH")
    told = streets_of(np.zeros(8, int), np.arange(8), labels, number=1)[0]
    assert told == [("Street A", 1), ("Street B", 1), ("Street C", 1)]


def test_a_kind_of_place_is_told_only_where_there_is_no_street():
    assert streets([0, 0, 0, 5, 0]) == [[("Supermarket", 5)]]
    assert streets([1, 0, 0, 5, 0]) == [[("Lime Street", 1)]]


def test_places_without_a_street_have_none():
    assert streets([3, 0, 0, 0, 0], place=1, number=2) == [[], [("Lime Street", 3)]]
    assert streets([3, 0, 0, 0, 0], place=-1) == [[]]


def test_names_are_ward_and_streets_and_each_once():
    table = pd.DataFrame({"ward": ["Central"] * 2 + [""], "district": ["Liverpool"] * 3})
    assert names_of(table, ["Lime Street, Bold Street", "", ""]) == [
        "Central: Lime Street, Bold Street",
        "Central",
        "Liverpool",
    ]


def test_the_three_busiest_cells_and_a_fourth_that_holds_a_tenth():
    incidents = np.array([50, 20, 10, 10, 5, 5, 0])
    (told,) = busiest_cells(CELLS, incidents, np.zeros(7, int))
    assert told == (
        f"{NAMES[0]}: 50 (50%); {NAMES[1]}: 20 (20%); {NAMES[2]}: 10 (10%); {NAMES[3]}: 10 (10%)"
    )


def test_cells_of_no_place_are_not_told_and_a_place_of_nothing_has_none():
    group = np.array([0, 0, -1, 1, -1, -1, -1])
    told = busiest_cells(CELLS, np.array([4, 1, 99, 0, 0, 0, 0]), group)
    assert told == [f"{NAMES[0]}: 4 (80%); {NAMES[1]}: 1 (20%)", ""]


def test_a_region_is_told_where_it_holds_several_places():
    assert region_words(1, 0.7, "Central") == ""
    assert (
        region_words(9, 2.94, "Central") == " One of 9 places in a region of 2.9 km² round Central."
    )
    assert region_words(2, 1.0, "") == " One of 2 places in a region of 1.0 km²."
