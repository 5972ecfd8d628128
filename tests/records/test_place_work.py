"""Work is found by the ground it covers: old or new, of any strand, closed or not."""

import pandas as pd
import pytest

from mapper.disclosure.people import Viewer
from mapper.grid.hexagons import cells_to_parents, cells_to_strings, strings_to_cells
from mapper.records.access import ward_keys
from mapper.records.place_work import actions_about, grounds_of, work_about
from mapper.records.saving import Work, save

ANNE = Viewer(name="anne", roles=frozenset({"analyst"}))
HERE = ("89195da49b3ffff", "89195da49b7ffff", "89195da49bbffff", "89195da498bffff")
WARDS = pd.DataFrame(
    [("Anfield", "Liverpool"), ("Central", "Liverpool"), ("Central", "Sefton")],
    columns=["ward", "district"],
)
AWAY = ("8919588a963ffff",)


def kept(database, record, kind, **content):
    return save(database, Work(record, kind, {"name": record, **content}), viewer=ANNE, reason="x")


def found(database, cells=HERE, spot="HS-now"):
    return work_about(
        database,
        hotspot_id=spot,
        cells=cells,
        viewer=ANNE,
        own=frozenset(),
        wards=ward_keys(["Anfield, Liverpool"], WARDS),
    )


def test_a_closed_plan_of_another_id_is_found_by_its_cells(database):
    ended = {"state": "closed", "state_on": "2023-01-01", "state_why": "Done."}
    kept(database, "P-1", "plan", hotspot_id="HS-old", cells=[HERE[0]], **ended)
    kept(database, "P-2", "plan", hotspot_id="HS-old", cells=list(AWAY))
    kept(database, "P-3", "plan", hotspot_id="HS-now")
    assert {one.record for one in found(database).plans} == {"P-1", "P-3"}


def test_the_share_is_of_the_cells_of_the_place(database):
    (ground,) = grounds_of(kept(database, "P-1", "plan", cells=[*HERE[:3], *AWAY]))
    assert ground.share_of(frozenset(HERE)) == pytest.approx(3 / 4)
    assert ground.share_of(frozenset(AWAY)) == 1
    assert ground.share_of(frozenset()) == 0


def test_cells_of_two_sizes_are_compared_at_the_coarser_one(database):
    parent = cells_to_strings(cells_to_parents(strings_to_cells([HERE[0]]), resolution=8)).tolist()
    (ground,) = grounds_of(kept(database, "P-1", "plan", cells=parent))
    assert ground.share_of(frozenset([HERE[0]])) == 1
    assert ground.share_of(frozenset(AWAY)) == 0


def test_a_campaign_is_found_at_each_of_its_places_with_that_places_actions(database):
    places = [
        {"place": "Parade", "hotspot_id": "HS-then", "cells": list(HERE[:2])},
        {"place": "Hub", "cells": list(AWAY)},
    ]
    actions = [{"place": name, "action": f"Visit {name}"} for name in ("Parade", "Hub")]
    one = kept(database, "C-1", "campaign", places=places, actions=actions)
    assert [each.record for each in found(database).campaigns] == ["C-1"]
    assert [a.action for a in actions_about(one, "", frozenset(HERE))] == ["Visit Parade"]
    assert [a.action for a in actions_about(one, "HS-then", frozenset())] == ["Visit Parade"]
    assert actions_about(one, "", frozenset()) == ()


@pytest.mark.parametrize("ward", ["Anfield", "anfield, LIVERPOOL"])
def test_work_for_a_whole_ward_is_found_at_each_place_in_it(database, ward):
    kept(database, "P-1", "plan", ward=ward)
    kept(database, "P-2", "plan", ward="Central, Liverpool")
    kept(database, "P-3", "plan", ward=ward, cells=list(AWAY))  # its own ground is elsewhere
    kept(database, "P-4", "plan", ward=ward, hotspot_id="HS-other")
    kept(database, "A-1", "assessment", ward=ward)  # of one place there, which is not known
    places = [{"place": ward, "kind": "ward"}, {"place": "Hub", "kind": "venue", "ward": ward}]
    actions = [{"place": row["place"], "action": f"Visit {row['place']}"} for row in places]
    one = kept(database, "C-1", "campaign", places=places, actions=actions)
    work = found(database)
    assert [each.record for each in work.plans] == ["P-1"]
    assert [each.record for each in work.campaigns] == ["C-1"]
    assert not work.assessments
    keys = ward_keys(["Anfield, Liverpool"], WARDS)
    about = actions_about(one, "HS-now", frozenset(HERE), keys)
    assert [each.action for each in about] == [f"Visit {ward}"]


def test_a_ward_named_like_another_districts_is_known_with_its_district_alone(database):
    kept(database, "P-1", "plan", ward="Central")
    kept(database, "P-2", "plan", ward="Central, Sefton")
    work = work_about(
        database,
        hotspot_id="HS-now",
        cells=HERE,
        viewer=ANNE,
        own=frozenset(),
        wards=ward_keys(["Central, Sefton"], WARDS),
    )
    assert [each.record for each in work.plans] == ["P-2"]
