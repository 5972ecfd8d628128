"""Which needs meet at a place: counted by hand, and said in words."""

import numpy as np
import pandas as pd
import pytest

from mapper.context.needs import needs_at_places, needs_in_words
from mapper.lenses.load import load_lens

NEEDS = ("domestic_abuse", "drugs", "alcohol", "mental_health", "missing")


def incidents(*rows):
    """Incidents, each given by the needs that it tells of."""
    table = pd.DataFrame([{name: name in row for name in NEEDS} for row in rows])
    return table.assign(location_type=pd.Categorical([""] * len(rows)))


def test_an_incident_counts_under_each_of_its_needs_at_its_own_place():
    table = incidents(["alcohol", "drugs"], ["alcohol"], ["missing"], [], ["mental_health"])
    group = np.array([0, 0, 1, 1, -1])
    first, second = needs_at_places(table, load_lens("needs-at-place"), group=group, places=2)
    assert first == {
        "Domestic abuse": 0,
        "Drugs": 1,
        "Alcohol": 2,
        "Mental health": 0,
        "Missing": 0,
    }
    assert {name for name, number in second.items() if number} == {"Missing"}


def test_the_same_is_told_under_needs_on_one_incident_and_nothing_under_another_lens():
    table = incidents(["alcohol", "drugs"], ["domestic_abuse"])
    group = np.array([0, 0])
    one, other = (
        needs_at_places(table, load_lens(lens), group=group, places=1)
        for lens in ("complex-lives", "needs-at-place")
    )
    assert one == other
    assert needs_at_places(table, load_lens("alcohol"), group=group, places=2) == ({}, {})


def test_a_need_that_the_data_lacks_is_not_said_to_be_absent():
    table = incidents(["alcohol", "drugs"]).drop(columns="missing")
    (found,) = needs_at_places(table, load_lens("complex-lives"), group=np.array([0]), places=1)
    assert "Missing" not in found
    assert "of 4: " in needs_in_words(found, 2)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({}, ""),
        (
            {"Drugs": 3, "Alcohol": 1_200, "Missing": 0},
            "Needs that meet here, 2 of 3: alcohol (1,200), drugs (3). Not recorded: missing.",
        ),
        ({"Drugs": 2, "Alcohol": 2}, "Needs that meet here, 2 of 2: drugs (2), alcohol (2)."),
        (
            {"Drugs": 0, "Alcohol": 7},
            "Fewer than 2 needs are recorded here, so they do not meet: alcohol (7).",
        ),
        (
            {"Drugs": 0, "Alcohol": 0},
            "Fewer than 2 needs are recorded here, so they do not meet: none.",
        ),
    ],
)
def test_the_words(numbers, words):
    assert needs_in_words(numbers, 2) == words
