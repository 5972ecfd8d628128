"""Places where three harms meet and nobody works, against cells chosen by hand."""

from dataclasses import replace

import pytest

from mapper.app.oversight.bare_places import bare_places, one_of_each_family
from mapper.lenses.load import load_lens
from tests.conftest import synthetic_release
from tests.records.test_oversight import record


def shown(title, places):
    """A map of a harm whose hot spots are some cells, by name."""
    made = synthetic_release(title=title)
    cells = made.cells.assign(hotspot_id="")
    listed = made.hotspots.head(len(places)).copy()
    for at, (name, positions) in enumerate(places.items()):
        cells.loc[positions, "hotspot_id"] = f"h{at}"
        listed.loc[listed.index[at], ["hotspot_id", "name"]] = (f"h{at}", name)
    return replace(made, cells=cells, hotspots=listed)


MAPS = (
    shown("Drugs", {"Parade": [5, 6, 7], "Docks": [200]}),
    shown("Abuse", {"Terrace": [6, 7], "Docks road": [200]}),
    shown("Knives", {"Corner": [7], "Quay": [200]}),
    shown("Missing", {"Station": [7]}),
)
HERE, DOCKS = MAPS[0].cells["cell"].iloc[7], MAPS[0].cells["cell"].iloc[200]


def test_a_place_of_three_harms_without_work_is_told_most_harms_first():
    found = bare_places(MAPS, [])
    assert [(one.place, one.harms) for one in found] == [
        ("Parade", ("Drugs", "Abuse", "Knives", "Missing")),
        ("Docks", ("Drugs", "Abuse", "Knives")),
    ]
    assert found[0].incidents == MAPS[0].cells["incidents"].iloc[7]
    assert found[0].bare_words == (
        "Parade: 4 harms (Drugs, Abuse, Knives, Missing), and nobody works"
    )
    assert bare_places(MAPS[:2], []) == ()


def test_live_work_on_any_of_it_takes_it_off_and_ended_work_does_not():
    plan = record("P-1", "plan", name="Docks", cells=[DOCKS])
    ended = record("P-2", "plan", name="Parade", cells=[HERE], state="closed")
    assert [one.place for one in bare_places(MAPS, [plan, ended])] == ["Parade"]


def test_a_plan_for_a_whole_ward_is_work_at_its_places_and_one_for_another_ward_is_none():
    cells = [one.cells.assign(ward="Elsewhere", district="Town") for one in MAPS]
    for one in cells:
        one.loc[[5, 6, 7], "ward"] = "Northgate"
    maps = [replace(one, cells=table) for one, table in zip(MAPS, cells, strict=True)]
    own, other = (
        replace(record("P-1", "plan", name=ward), ward=ward) for ward in ("Northgate", "Southgate")
    )
    assert [one.place for one in bare_places(maps, [own])] == ["Docks"]
    assert [one.place for one in bare_places(maps, [other])] == ["Parade", "Docks"]


def test_a_plan_that_names_a_hot_spot_alone_is_work_there():
    named = record("P-1", "plan", name="Parade", hotspot_id="h0")
    assert "Parade" not in [one.place for one in bare_places(MAPS, [named])]


def test_maps_of_other_cells_are_refused():
    other = synthetic_release(rings=3)
    with pytest.raises(ValueError, match="same cells"):
        bare_places((*MAPS, other), [])


def test_harms_that_share_incidents_are_one():
    names = ("domestic-abuse-babies", "domestic-abuse", "drugs", "county-lines", "all-demand")
    lenses = [load_lens(name) for name in names]
    told = [one.id for one in one_of_each_family([*lenses, load_lens("public-violence")])]
    assert told == ["domestic-abuse", "county-lines"]
    assert [one.id for one in one_of_each_family([load_lens("public-violence")])] == [
        "public-violence"
    ]
