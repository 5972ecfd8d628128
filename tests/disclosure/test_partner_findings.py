"""Findings outside the operational audience: by the roles of columns and what rows stand for."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from mapper.disclosure.finding_release import release_finding
from mapper.errors import DisclosureError
from mapper.finding import Finding

ROLES = {
    "district": "key",
    "residents": "fact",
    "now": "count",
    "before": "count",
    "ratio": "derived",
    "direction": "class",
}


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
        resolution=9,
        notes=("17 incidents lie outside.",),
        record={"numbers": {"counted": 80}},
    )
    return replace(made, **changes)


def test_counts_are_hidden_and_rounded_and_nothing_derived_is_left():
    shown = release_finding(finding(), audience="partnership")
    table = shown.table
    assert list(table) == ["district", "residents", "now", "before", "direction"]
    assert table["now"].astype(object).where(table["now"].notna(), None).tolist() == [15, None, 0]
    assert table["before"].tolist() == [10, 40, 10]
    assert table["direction"].tolist() == ["up", "fewer than 5", "down"]
    assert dict(shown.roles) == {name: ROLES[name] for name in table}
    assert "80" not in str(dict(shown.record))
    assert not any("17" in note for note in shown.notes)
    assert (shown.audience, shown.marking) == ("partnership", "OFFICIAL-SENSITIVE")


def test_hot_spots_show_classes_alone():
    table = release_finding(finding("hotspot"), audience="partnership").table
    assert list(table) == ["district", "residents", "direction"]


def test_a_class_without_its_counts_is_refused():
    bare = finding()
    table = bare.table[["district", "direction"]]
    bare = replace(bare, table=table, roles={"district": "key", "direction": "class"})
    with pytest.raises(DisclosureError, match="without the counts"):
        release_finding(bare, audience="partnership")


@pytest.mark.parametrize(
    ("audience", "unit", "said"),
    [
        ("partnership", "hour", "whole shifts"),
        ("public", "shift", "hours of the week are too fine"),
        ("partnership", "cell", "ask for"),
        ("partnership", "pair", "ask for"),
        ("public", "ward", "ask for district, area, period"),
        ("public", "hotspot", "ask for district, area, period"),
    ],
)
def test_what_is_too_fine_is_refused(audience, unit, said):
    with pytest.raises(DisclosureError, match=said):
        release_finding(finding(unit), audience=audience)


def test_the_week_clock_reaches_partners_in_shifts():
    assert len(release_finding(finding("shift"), audience="partnership").table) == 3


def test_no_single_place_reaches_partners():
    places = finding("hotspot")
    roles = {("place_id" if name == "district" else name): role for name, role in ROLES.items()}
    places = replace(
        places, table=places.table.rename(columns={"district": "place_id"}), roles=roles
    )
    with pytest.raises(DisclosureError, match="single places"):
        release_finding(places, audience="partnership")


def test_short_times_and_unknown_audiences_are_refused():
    with pytest.raises(DisclosureError, match="choose 28 or more"):
        release_finding(finding(last=date(2024, 1, 9)), audience="public")
    with pytest.raises(DisclosureError, match="choose operational or partnership or public"):
        release_finding(finding(), audience="press")
