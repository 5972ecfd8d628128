"""The most deprived tenth: of planned places and of those visited, by hand on a small ground."""

from dataclasses import replace

import numpy as np
import pytest

from mapper.areas.load import load_study_area
from mapper.context.deprivation import decile_words, deprivation_reach, usual_decile
from mapper.grid.hexagons import cells_to_strings


@pytest.fixture
def ground():
    """The first eight cells: three of the most deprived tenth, one not known; 1 to 8 people."""
    area = load_study_area()
    cells = area.cells.head(8).assign(
        deprivation_decile=[1, 1, 2, 10, 1, np.nan, 5, 5], residents=np.arange(1.0, 9.0)
    )
    return replace(area, cells=cells), cells_to_strings(cells["cell"].to_numpy()).tolist()


def test_a_place_has_the_median_of_its_known_cells():
    assert usual_decile(np.array([1, 1, 9, np.nan])) == 1
    assert usual_decile(np.array([1.0, 2.0])) == 1.5
    assert usual_decile(np.array([np.nan])) is None


def test_places_and_visits_are_counted_and_less_is_said(ground):
    area, ids = ground
    places = {"A": ids[:3], "B": [ids[4]], "C": ids[2:4], "D": ids[6:], "E": [ids[5]], "F": ["x"]}
    found = deprivation_reach(area, places, ["A", "C", "D", "E"])
    assert (found.planned, found.deprived, found.unknown) == (4, 2, 2)
    assert (found.visited, found.deprived_visited) == (3, 1)
    assert found.people == pytest.approx((1 + 2 + 5) / 36)
    assert found.words == (
        "In the most deprived tenth of neighbourhoods (22 % of people live there): 2 of 4 places"
        " (2 more not known); of the 3 visited, 1. So far fewer of the most deprived places are"
        " visited than of the others."
    )


@pytest.mark.parametrize("visited", [[], ["A", "B"], ["A", "C"], ["A"]])
def test_less_is_said_only_where_it_is_so(ground, visited):
    area, ids = ground
    places = {"A": ids[:1], "B": ids[1:2], "C": ids[2:3], "D": ids[3:4]}
    assert "So far" not in deprivation_reach(area, places, visited).words


def test_nothing_is_said_where_no_decile_or_nobody_is_known(ground):
    area, ids = ground
    assert deprivation_reach(area, {"E": [ids[5]]}, []).words == ""
    nobody = replace(area, cells=area.cells.assign(residents=np.nan))
    words = deprivation_reach(nobody, {"A": ids[:1]}, ["A"]).words
    assert words == (
        "In the most deprived tenth of neighbourhoods: 1 of 1 place; of the 1 visited, 1."
    )
    reach = deprivation_reach(nobody, {"A": ids[:1]}, [])
    assert reach.covered_words("covered").endswith("1 of 1 place; none is covered yet.")


def test_one_place_is_told_how_deprived_it_is():
    assert decile_words(1.0) == "It lies in the most deprived tenth of neighbourhoods."
    assert decile_words(2.5).startswith("Its neighbourhoods are usually in tenth 2.5 of 10;")
    assert decile_words(None) == ""
