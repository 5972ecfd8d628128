"""Findings outside the operational audience: by the roles of columns and what rows stand for."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.base.errors import DisclosureError
from mapper.disclosure import prepare
from mapper.disclosure.make import release as release_one
from mapper.disclosure.register import MemoryRegister
from mapper.questions.finding import Finding, Ground, Measure
from tests.builders import disc

CELLS = disc(3)  # 37
ALL = ((),)
GROUND = Ground(
    cells=CELLS,
    place=np.arange(CELLS.size) % 3,
    place_of_row=np.arange(3),
    measures=(
        Measure("now", date(2024, 4, 1), date(2024, 6, 30), ALL),
        Measure("before", date(2024, 1, 1), date(2024, 3, 31), ALL),
    ),
)
ROLES = {
    "district": "key",
    "residents": "fact",
    "now": "count",
    "before": "count",
    "ratio": "derived",
    "direction": "class",
}


def release_finding(thing, *, audience, register=None, shown=None):
    return release_one(thing, audience=audience, register=register or MemoryRegister(), shown=shown)


def finding(unit="district", **changes):
    table = pd.DataFrame(
        {
            "district": ["A", "B", "C"],
            "residents": [10.0, 20.0, 30.0],
            "now": [17, 3, 0],
            "before": [8, 40, 12],
            "ratio": [2.125, 0.075, 0.0],
            "direction": ["up", "down", "down"],
        }
    )
    made = Finding(
        id="change",
        title="What changed",
        question="What changed?",
        definition="Counts compared.",
        source="this project",
        unit=unit,
        table=table,
        roles=ROLES,
        first=date(2024, 1, 1),
        last=date(2024, 6, 30),
        lens_title="Everything",
        area_title="Merseyside",
        resolution=8,
        ground=GROUND,
        notes=("17 incidents lie outside.",),
        record={"numbers": {"counted": 80}},
    )
    return replace(made, **changes)


def test_counts_are_hidden_and_rounded_and_nothing_derived_is_left():
    shown = release_finding(finding(), audience="partnership")
    table = shown.table
    names = ["district", "residents", "now", "now_shown", "before", "before_shown"]
    assert list(table) == names
    assert table["now"].astype(object).where(table["now"].notna(), None).tolist() == [15, None, 0]
    assert table["now_shown"].tolist() == ["rounded", "fewer than 5", "none"]
    assert table["before"].tolist() == [10, 40, 10]
    assert list(shown.roles) == names
    assert "80" not in str(dict(shown.record))
    assert not any("17" in note for note in shown.notes)
    assert (shown.audience, shown.marking) == ("partnership", "OFFICIAL-SENSITIVE")
    assert shown.choices["before"] == "1 January 2024 to 31 March 2024"


def test_every_count_column_is_kept_in_the_register():
    register = MemoryRegister()
    release_finding(finding(), audience="partnership", register=register)
    now, before = register.earlier("partnership")
    assert (now.first, before.first) == (date(2024, 4, 1), date(2024, 1, 1))
    assert list(zip(now.low.tolist(), now.high.tolist(), strict=True)) == [(13, 17), (1, 4), (0, 0)]
    assert len(set(now.region.tolist())) == 3
    release_finding(finding(), audience="partnership", register=register)
    assert len(register.earlier("partnership")) == 2  # the same again is kept once


def test_outside_the_operational_audience_a_register_is_needed():
    with pytest.raises(DisclosureError, match="needs the register"):
        release_one(finding(), audience="public")


def test_hot_spots_are_those_of_a_released_map():
    spots = finding("hotspot")
    table = spots.table.rename(columns={"district": "hotspot_id", "direction": "pattern"})
    roles = dict(zip(table, ROLES.values(), strict=True))
    with pytest.raises(DisclosureError, match="not those of a map"):
        release_finding(replace(spots, table=table, roles=roles), audience="partnership")


def test_counts_that_nobody_says_what_they_count_are_refused():
    with pytest.raises(DisclosureError, match="cannot be checked beside the maps"):
        release_finding(finding(ground=None), audience="partnership")
    half = replace(GROUND, measures=GROUND.measures[:1])
    with pytest.raises(DisclosureError, match="cannot be checked beside the maps"):
        release_finding(finding(ground=half), audience="partnership")


@pytest.mark.parametrize(
    ("audience", "unit", "said"),
    [
        ("partnership", "hour", "whole shifts"),
        ("public", "shift", "hours of the week are too fine"),
        ("partnership", "cell", "ask for"),
        ("partnership", "pair", "ask for"),
        ("public", "ward", "ask for district, area"),
        ("public", "hotspot", "ask for district, area"),
    ],
)
def test_what_is_too_fine_is_refused(audience, unit, said):
    with pytest.raises(DisclosureError, match=said):
        release_finding(finding(unit), audience=audience)


def test_no_single_place_reaches_partners():
    places = finding("hotspot")
    roles = {("place_id" if name == "district" else name): role for name, role in ROLES.items()}
    places = replace(
        places, table=places.table.rename(columns={"district": "place_id"}), roles=roles
    )
    with pytest.raises(DisclosureError, match="single places"):
        release_finding(places, audience="partnership")


def test_short_times_and_unknown_audiences_are_refused():
    short = replace(GROUND.measures[0], last=date(2024, 4, 9))
    ground = replace(GROUND, measures=(short, GROUND.measures[1]))
    with pytest.raises(DisclosureError, match="9 days are too few; choose 28 or more"):
        release_finding(finding(ground=ground), audience="partnership")
    cut = replace(GROUND.measures[0], last=date(2024, 5, 9))
    ground = replace(GROUND, measures=(cut, GROUND.measures[1]))
    with pytest.raises(DisclosureError, match="cuts a month"):
        release_finding(finding(ground=ground), audience="public")
    with pytest.raises(DisclosureError, match="choose operational or partnership or public"):
        release_one(finding(), audience="press")


def test_a_finer_resolution_than_the_maps_is_refused():
    with pytest.raises(DisclosureError, match="ask again at 9 or coarser"):
        release_finding(finding(resolution=10), audience="partnership")


def test_corridors_between_districts_part_what_their_district_is_told():
    table = pd.DataFrame(
        {
            "from_district": ["A", "A", "B", "B"],
            "to_district": ["A", "B", "A", "B"],
            "reports": [12, 3, 0, 40],
        }
    )
    ground = replace(
        GROUND,
        place=np.arange(CELLS.size) % 2,
        place_of_row=np.array([0, 0, 1, 1]),
        measures=(Measure("reports", date(2024, 1, 1), date(2024, 6, 30), ALL),),
        whole=False,
    )
    roles = {"from_district": "key", "to_district": "key", "reports": "count"}
    corridors = finding("corridor", table=table, roles=roles, ground=ground)
    register = MemoryRegister()
    shown = release_finding(corridors, audience="partnership", register=register).table
    assert shown["reports_shown"].tolist() == ["rounded", "fewer than 5", "none", "rounded"]
    assert shown["reports"].astype(object).where(shown["reports"].notna(), None).tolist() == [
        10,
        None,
        0,
        40,
    ]
    (kept,) = register.earlier("partnership")
    assert len(kept.parts) == 4
    shorter = replace(ground.measures[0], last=date(2024, 5, 31))
    with pytest.raises(DisclosureError):  # one less the other would be June's corridors
        release_finding(
            replace(corridors, ground=replace(ground, measures=(shorter,))),
            audience="partnership",
            register=register,
        )
    with pytest.raises(DisclosureError, match="too fine"):
        release_finding(corridors, audience="public")


def test_what_was_shown_before_is_shown_again_whatever_was_shown_since(monkeypatch):
    register = MemoryRegister()
    first = release_finding(finding(), audience="partnership", register=register)

    def never(*_told, **_choices):
        raise AssertionError("checked again")

    monkeypatch.setattr(prepare, "check_finding", never)
    again = release_finding(finding(), audience="partnership", register=register)
    pd.testing.assert_frame_equal(first.table, again.table)
    changed = finding().table.assign(now=[27, 3, 0])
    with pytest.raises(AssertionError, match="checked again"):
        release_finding(finding(table=changed), audience="partnership", register=register)
