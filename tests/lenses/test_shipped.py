"""The shipped lenses: each loads, keeps its promises in words, and weighs hand-made rows."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mapper.base.tables import FLAG_COLUMNS
from mapper.lenses import document
from mapper.lenses.classify import classify, rules_met
from mapper.lenses.conditions import TESTABLE
from mapper.lenses.load import list_lenses, load_lens, shipped_lenses
from mapper.outputs.briefing.choices import BriefingChoices
from mapper.questions.windows import Window

LENSES = shipped_lenses()
PUBLIC = ("public-violence", "public-drugs-weapons-robbery")
BY_ID = pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.id)
DOCS = Path(__file__).parents[2] / "docs" / "lenses.md"
WORDS = ["type", "crime_code", "risk_grade", "location_type", "missing_from", "found_place"]


def incidents(*rows):
    """A force's incidents, each at its own point: rows differ from an ``Other call`` unflagged."""
    blank = dict.fromkeys(FLAG_COLUMNS, False) | dict.fromkeys(WORDS) | {"type": "Other call"}
    table = pd.DataFrame([blank | row for row in rows]).assign(lat=53.4)
    table["lon"] = -3 + 0.001 * table.index
    return table.astype(dict.fromkeys(WORDS, "category") | dict.fromkeys(FLAG_COLUMNS, "bool"))


def test_every_file_is_a_lens_with_a_place_of_its_own_in_each_order():
    folder = Path(document.__file__).parent
    assert {path.stem for path in folder.glob("*.toml")} == {lens.id for lens in LENSES}
    assert list_lenses() == LENSES
    assert [lens.order for lens in LENSES] == list(range(1, len(LENSES) + 1))
    for key in ("patch_order", "theme"):
        places = sorted(place for lens in LENSES if (place := getattr(lens, key)))
        assert places == list(range(1, len(places) + 1))
    heads = [(lens.public, lens.headline) for lens in LENSES if lens.headline]
    assert len(set(heads)) == len(heads)


def test_a_family_is_a_theme_and_a_theme_is_its_own_family():
    themes = {lens.id for lens in LENSES if lens.theme}
    assert {lens.family for lens in LENSES if lens.family} == themes
    assert {lens.id for lens in LENSES if lens.family == lens.id} == themes


@pytest.mark.parametrize(
    ("lens", "others"),
    [
        ("domestic-abuse-babies", ["county-lines", "serious-violence", *PUBLIC]),
        ("drugs", ["domestic-abuse", "serious-violence", *PUBLIC]),
        ("all-demand", ["domestic-abuse", "county-lines", "serious-violence", *PUBLIC]),
        (
            "public-harm",
            ["domestic-abuse", "county-lines", "serious-violence", "public-drugs-weapons-robbery"],
        ),
    ],
)
def test_a_briefing_sets_a_lens_against_every_theme_but_its_own(lens, others):
    days = [Window(date(2025, month, 1), date(2025, month, 28)) for month in (1, 2)]
    assert list(BriefingChoices(lens, *days).others) == others


@BY_ID
def test_each_lens_says_what_it_is(lens):
    assert lens == load_lens(lens.id)
    assert lens.question.endswith("?")
    assert lens.caveats
    assert lens.never_call
    assert lens.source == f"{lens.id}.toml"
    assert len(lens.sha256) == 64
    assert all(len(rule.reason.split()) >= 5 for rule in (*lens.rules, *lens.exclusions))
    assert lens.public == lens.id.startswith("public-")


@pytest.mark.parametrize("lens", [one for one in LENSES if one.public], ids=lambda lens: lens.id)
def test_a_public_lens_is_never_titled_what_its_files_cannot_show(lens):
    shown = f"{lens.id} {lens.title} {lens.question}".casefold().replace("-", " ")
    for name in ("county line", "domestic", "cuckoo", "exploit"):
        assert name not in shown
    assert {"county lines", "domestic abuse"} <= set(lens.never_call)
    caveats = " ".join(lens.caveats)
    assert "moved to a nearby map point" in caveats
    assert "months only" in caveats
    assert "no flags" in caveats


CASES = {
    "county-lines": [
        ({}, 0),
        ({"county_line": True}, 5),
        ({"cuckooing": True, "missing_child": True}, 5),  # the largest, not the sum
        ({"exploitation": True}, 4),
        ({"missing_child": True}, 2),
        ({"missing_child": True, "travel_hub": True}, 4),
        ({"type": "Drug supply"}, 3),
        ({"type": " DRUG  supply "}, 3),
        ({"type": "Drug supply", "young_person": True}, 4),
        ({"crime_code": "92a"}, 3),
        ({"drugs": True, "travel_hub": True}, 3),
        ({"knife": True}, 0),
        ({"knife": True, "young_person": True}, 3),
        ({"type": "Stop and search", "drugs": True}, 1),
        ({"type": "Drug possession", "proactive": True}, 1),
        ({"type": "Drug possession"}, 0),
        ({"domestic_abuse": True}, 0),
    ],
    "domestic-abuse": [
        ({"type": "Domestic incident"}, 0),  # the flag decides, not the type
        ({"domestic_abuse": True}, 1),
        ({"domestic_abuse": True, "risk_grade": "High", "repeat_victim": True}, 1),
        ({"risk_grade": "high"}, 0),
    ],
    "domestic-abuse-children": [
        ({"domestic_abuse": True}, 0),
        ({"child_at_address": True}, 0),
        ({"domestic_abuse": True, "child_at_address": True}, 1),
        ({"domestic_abuse": True, "baby_at_address": True}, 1),
    ],
    "domestic-abuse-babies": [
        ({"domestic_abuse": True, "child_at_address": True}, 0),
        ({"baby_at_address": True}, 0),
        ({"domestic_abuse": True, "baby_at_address": True}, 1),
    ],
    "missing-children": [
        ({"missing": True, "type": "Missing person"}, 0),  # an adult
        ({"missing": True, "missing_child": True}, 1),
        ({"missing_child": True, "missing_from": "a school", "found_place": "a park"}, 1),
        ({"missing_from": "a hospital"}, 0),
        ({"missing_child": True, "travel_hub": True}, 2),
        ({"missing_child": True, "travel_hub": True, "exploitation": True}, 3),
        ({"missing_child": True, "county_line": True}, 3),
    ],
    "drugs": [
        ({"drugs": True}, 1),
        ({"type": "Drug possession"}, 1),
        ({"crime_code": "92E"}, 1),
        ({"type": "Drug supply", "drugs": True}, 2),
        ({"crime_code": "92A"}, 2),
        ({"type": "Drug supply", "location_type": "Custody suite"}, 0),  # excluded
        ({"type": "Drug supply", "location_type": "street"}, 2),
        ({"type": "Stop and search"}, 0),
        ({"type": "Stop and search", "drugs": True}, 1),
    ],
    "serious-violence": [
        ({"crime_code": "1"}, 5),
        ({"crime_code": "10D"}, 1),
        ({"crime_code": "5D", "type": "Violence with injury"}, 4),
        ({"type": "Violence with injury"}, 2),
        ({"type": "Violence with injury", "knife": True}, 4),
        ({"type": "Violence without injury"}, 0),
        ({"type": "Violence without injury", "knife": True}, 3),
        ({"type": "Robbery"}, 2),
        ({"crime_code": "34B"}, 2),
        ({"type": "Robbery", "knife": True}, 3),
        ({"knife": True}, 1),
        ({"type": "Possession of weapons", "proactive": True}, 1),
    ],
    "organised-crime": [
        ({"organised_crime": True}, 3),
        ({"crime_code": "106"}, 3),
        ({"county_line": True}, 2),
        ({"cuckooing": True}, 2),
        ({"type": "Drug supply"}, 1),
        ({"type": "Drug supply", "organised_crime": True}, 3),
        ({"exploitation": True}, 0),
    ],
    "complex-lives": [
        ({}, 0),
        ({"domestic_abuse": True}, 0),  # one need alone
        ({"domestic_abuse": True, "alcohol": True}, 1),
        ({"mental_health": True, "missing": True}, 1),
        ({"drugs": True, "alcohol": True, "mental_health": True}, 1),  # counted once
        ({"missing_child": True, "mental_health": True}, 0),  # the flag of a missing person decides
    ],
    "needs-at-place": [
        ({}, 0),
        ({"domestic_abuse": True}, 1),  # whatever was recorded around it
        ({"domestic_abuse": True, "alcohol": True}, 1),  # counted once
        ({"drugs": True, "missing": True, "location_type": "Hospital"}, 0),
    ],
    "mental-health": [
        ({"mental_health": True}, 1),
        ({"type": "Mental health"}, 1),
        ({"type": "Mental health", "location_type": "custody"}, 0),
        ({"type": "Concern for safety"}, 0),
    ],
    "alcohol": [
        ({"alcohol": True}, 1),
        ({"alcohol": True, "location_type": "Police station"}, 0),
        ({"type": "Public order"}, 0),
    ],
    "concern": [
        ({"type": "Concern for safety"}, 1),
        ({"type": "CONCERN FOR WELFARE"}, 1),
        ({"type": "Welfare check"}, 1),
        ({"mental_health": True}, 0),
    ],
    "all-demand": [({}, 1), ({"type": "Alarm"}, 1), ({"type": None}, 1), ({"proactive": True}, 1)],
}


@pytest.mark.parametrize("lens_id", CASES)
def test_truth_table(lens_id):
    rows, weights = zip(*CASES[lens_id], strict=True)
    found = classify(incidents(*rows), load_lens(lens_id))
    assert found.dtype == np.int64
    assert found.tolist() == list(weights)


def test_every_lens_for_force_data_has_a_truth_table():
    assert set(CASES) == {lens.id for lens in LENSES if not lens.public}


SWITCHED = {
    "county-lines": [
        {"type": "Stop and search", "drugs": True},
        {"type": "Stop and search", "knife": True, "young_person": True},
        {"type": "Drug possession", "proactive": True},
    ],
    "drugs": [
        {"type": "Stop and search", "drugs": True},
        {"type": "Drug possession", "proactive": True, "crime_code": "92E"},
    ],
    "serious-violence": [
        {"type": "Stop and search", "knife": True},
        {"type": "Possession of weapons", "proactive": True, "crime_code": "10D"},
    ],
    "organised-crime": [{"organised_crime": True, "proactive": True}],
    "all-demand": [{"type": "Stop and search"}, {"type": "Robbery", "proactive": True}],
}


@pytest.mark.parametrize("lens_id", SWITCHED)
def test_police_generated_incidents_can_be_switched_out(lens_id):
    lens = load_lens(lens_id)
    kept = {"type": "Drug supply", "knife": True, "county_line": True, "drugs": True}
    table = incidents(*SWITCHED[lens_id], kept)
    assert (classify(table, lens) > 0).all()
    without = classify(table, lens, include_police_generated=False)
    assert without[:-1].tolist() == [0] * len(SWITCHED[lens_id])
    assert without[-1] == classify(table, lens)[-1]


@BY_ID
def test_every_rule_of_a_lens_can_be_met(lens):
    """No rule is dead: for each there is a row, made from its conditions, that meets it."""
    for rule in lens.rules:
        row = {}
        for column, kind, value in rule.conditions:
            row[column] = "x" if kind == "present" else value[0] if kind == "in" else value
        table = incidents(row)
        if lens.public:
            table = table[["type"]].copy()
        assert rules_met(table, lens)[rule.name].tolist() == [True]


def test_the_harm_lens_names_its_source_and_weighs_in_hundredths_of_a_year():
    lens = load_lens("public-harm")
    words = " ".join(lens.caveats)
    assert "second-hand until checked" in words
    assert "Cambridge Crime Harm Index" in words
    assert "second-hand" in lens.title
    for rule in lens.rules:
        assert rule.weight == max(1, round(rule.harm_days / 3.65))
        assert rule.reason.startswith(f"{rule.harm_days:g} day")
    assert [one.id for one in LENSES if one.gives_harm] == ["public-harm"]


def test_the_days_of_harm_are_those_transcribed(shared):
    table = pd.read_csv(shared / "weights" / "cchi_2026_merseyside_by_police_uk_category.csv")
    table = table.dropna(subset="cchi_days").set_index("crime_type")["cchi_days"]
    days = {rule.conditions[0][2]: rule.harm_days for rule in load_lens("public-harm").rules}
    assert days == table.to_dict()


def test_the_document_holds_the_shipped_lenses_as_they_are():
    page = DOCS.read_text(encoding="utf-8")
    assert page == document.refreshed(page, LENSES), (
        "run: python -m mapper.lenses.document docs/lenses.md"
    )
    assert document.document(LENSES) in page


def test_the_example_in_the_document_is_a_lens(tmp_path):
    page = DOCS.read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "knives-at-hubs.toml"
    path.write_text(example, encoding="utf-8")
    lens = load_lens("knives-at-hubs", folder=tmp_path)
    table = incidents(
        {"knife": True, "travel_hub": True},
        {"type": "Robbery", "knife": True, "travel_hub": True},
        {"type": "Weapons surrendered", "knife": True, "travel_hub": True},
        {"knife": True},
    )
    assert classify(table, lens).tolist() == [2, 3, 0, 0]


def test_the_document_lists_every_column_that_a_lens_may_test():
    page = DOCS.read_text(encoding="utf-8")
    listed = page.split("The flags are ")[1].split("References, UPRNs")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(TESTABLE)
