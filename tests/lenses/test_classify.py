"""Weights of incidents: a slow second road, absent columns, and real files."""

import csv
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.base.errors import LensError
from mapper.lenses.classify import classify, classify_harm, rules_met, rules_not_applied
from mapper.lenses.fit import fitting_lenses, is_police_uk
from mapper.lenses.lens import Lens, Rule
from mapper.lenses.load import load_lens


def lens_of(*rules, exclusions=(), requires=(), public=False):
    return Lens(
        "a-lens", "A lens", "1", "Where?", requires, rules, exclusions=exclusions, public=public
    )


def rule(name, weight, *conditions, police_generated=False):
    return Rule(name, weight, "because", conditions, police_generated)


def slow_holds(row, condition):
    """One condition on one row, as a person would check it."""
    column, kind, value = condition
    if isinstance(row[column], bool):
        return row[column] == value
    word = (row[column] or "").strip().casefold()
    if kind == "present":
        return (word != "") == value
    if kind == "contains":
        return value.strip().casefold() in word
    values = value if kind == "in" else (value,)
    return word in {one.strip().casefold() for one in values}


def slow_weight(row, lens, include):
    def met(one):
        return all(slow_holds(row, condition) for condition in one.conditions)

    if any(met(one) for one in lens.exclusions):
        return 0
    if not include and any(met(one) for one in lens.rules if one.police_generated):
        return 0
    return max((one.weight for one in lens.rules if met(one)), default=0)


WORDS = st.sampled_from(["Drugs", " drugs ", "Drug supply", "ROBBERY", "Robbery", ""])
ROWS = st.fixed_dictionaries(
    {"type": WORDS | st.none(), "outcome": WORDS | st.none()}
    | {flag: st.booleans() for flag in ("knife", "drugs")}
)
CONDITIONS = st.one_of(
    st.tuples(st.sampled_from(["type", "outcome"]), st.just("is"), WORDS.filter(bool)),
    st.tuples(
        st.sampled_from(["type", "outcome"]),
        st.just("in"),
        st.lists(WORDS.filter(bool), min_size=1).map(tuple),
    ),
    st.tuples(st.just("type"), st.just("contains"), st.sampled_from(["drug", " SUPPLY", "b"])),
    st.tuples(st.just("outcome"), st.just("present"), st.booleans()),
    st.tuples(st.sampled_from(["knife", "drugs"]), st.just("is"), st.booleans()),
)
RULES = st.builds(
    Rule,
    name=st.text(),
    weight=st.integers(1, 300),
    reason=st.just("because"),
    conditions=st.lists(CONDITIONS, max_size=3).map(tuple),
    police_generated=st.booleans(),
)


@given(
    rows=st.lists(ROWS, max_size=8),
    rules=st.lists(RULES, min_size=1, max_size=4),
    exclusions=st.lists(RULES, max_size=1),
    include=st.booleans(),
    coded=st.booleans(),
)
def test_weights_equal_those_found_row_by_row(rows, rules, exclusions, include, coded):
    lens = lens_of(*rules, exclusions=tuple(exclusions))
    table = pd.DataFrame(rows, columns=["type", "outcome", "knife", "drugs"])
    words = "category" if coded else "str"
    table = table.astype({"type": words, "outcome": words, "knife": "bool", "drugs": "bool"})
    before = table.copy()
    found = classify(table, lens, include_police_generated=include)
    assert found.dtype == np.int64
    assert found.tolist() == [slow_weight(row, lens, include) for row in rows]
    pd.testing.assert_frame_equal(table, before)


def test_an_unused_category_and_a_missing_word_meet_nothing():
    table = pd.DataFrame({"type": pd.Categorical(["Theft", None], categories=["Drugs", "Theft"])})
    lens = lens_of(rule("drugs", 2, ("type", "is", "Drugs")))
    assert classify(table, lens).tolist() == [0, 0]


def test_rules_met_names_each_rule_whatever_the_exclusions():
    table = pd.DataFrame({"type": ["Drugs", "Theft"], "knife": [True, True]})
    lens = lens_of(
        rule("drugs", 2, ("type", "is", "drugs")),
        rule("knife", 1, ("knife", "is", True)),
        rule("far", 1, ("travel_hub", "is", True)),
        exclusions=(rule("no drugs", 0, ("type", "is", "Drugs")),),
    )
    met = rules_met(table, lens)
    assert {name: found.tolist() for name, found in met.items()} == {
        "drugs": [True, False],
        "knife": [True, True],
    }
    assert all(found.dtype == np.bool_ for found in met.values())
    assert classify(table, lens).tolist() == [0, 1]


def test_a_rule_on_an_absent_column_is_not_applied_and_is_named():
    table = pd.DataFrame({"type": ["Drugs"], "drugs": [True]})
    drugs = load_lens("drugs")
    assert rules_not_applied(table, drugs) == (
        "Drug possession, by Home Office code",
        "Drug supply, by Home Office code 92A",
        "Drug possession found by police activity",
        "Found in custody",
    )
    assert classify(table, drugs).tolist() == [1]
    # An absent flag is not a "no": a rule that asks for "no" is not met either.
    lens = lens_of(rule("all", 1), rule("calm", 5, ("knife", "is", False)))
    assert classify(table, lens).tolist() == [1]
    assert rules_not_applied(table, lens) == ("calm",)


def test_no_rows_give_no_weights():
    table = pd.DataFrame({"type": pd.Categorical([])})
    assert classify(table, load_lens("all-demand")).tolist() == []


POLICE_UK = pd.DataFrame(
    {"type": ["Violence and sexual offences", "Drugs"], "precision": ["month", "month"]}
)
PUBLIC = ("public-drugs-weapons-robbery", "public-violence", "public-all", "public-harm")


def named(*ids):
    """Lenses as messages name them, by title and id."""
    return ", ".join(load_lens(one).named for one in ids)


def test_a_lens_that_needs_a_flag_is_refused_on_police_uk_files():
    assert is_police_uk(POLICE_UK)
    with pytest.raises(LensError) as refused:
        classify(POLICE_UK, load_lens("county-lines"))
    message = str(refused.value)
    assert "county_line (linked to a county line)" in message
    assert "police.uk files do not carry" in message
    assert message.endswith(f"{named(*PUBLIC)}.")
    with pytest.raises(LensError, match="lacks: add it to the extract"):
        rules_met(POLICE_UK.assign(precision="day"), load_lens("drugs"))


@pytest.mark.parametrize("lens_id", ["all-demand", "county-lines", "serious-violence"])
def test_no_lens_for_force_data_passes_on_police_uk_files(lens_id):
    with pytest.raises(LensError, match=re.escape(named(*PUBLIC))):
        classify(POLICE_UK, load_lens(lens_id))


def test_the_lack_is_told_in_the_words_of_the_extract():
    table = pd.DataFrame({"type": ["Robbery"], "domestic_abuse": [True]})
    with pytest.raises(LensError) as refused:
        classify(table, load_lens("domestic-abuse-babies"))
    message = str(refused.value)
    assert "child_under_1 (a child under 1 lives at the address)" in message
    assert "domestic_abuse (" not in message
    told = ("domestic-abuse", "mental-health", "concern", "all-demand")
    assert f"fit this data: {named(*told)}." in message
    assert tuple(lens.id for lens in fitting_lenses(table)) == told


def test_a_public_lens_is_refused_on_force_data_and_a_dead_lens_everywhere():
    table = pd.DataFrame({"type": ["Drug supply"], "drugs": [True]})
    with pytest.raises(LensError, match=r"made for police\.uk files"):
        classify(table, load_lens("public-drugs-weapons-robbery"))
    with pytest.raises(LensError, match="no rule that can be applied: it tests knife"):
        classify(table, lens_of(rule("knife", 1, ("knife", "is", True))))


def test_totals_by_type_equal_a_plain_count_of_a_real_file(shared):
    path = shared / "police_uk" / "merseyside-2018-2021" / "2021-06-merseyside-street.csv"
    with path.open(newline="", encoding="utf-8-sig") as file:
        types = [row["Crime type"] for row in csv.DictReader(file)]
    counted = Counter(types)
    table = pd.DataFrame({"type": pd.Categorical(types), "precision": "month"})
    lens = load_lens("public-drugs-weapons-robbery")
    wanted = ("Drugs", "Possession of weapons", "Robbery")
    assert all(counted[name] > 0 for name in wanted)
    assert classify(table, lens).sum() == sum(counted[name] for name in wanted)
    met = rules_met(table, lens)
    assert {name: int(met[name].sum()) for name in wanted} == {n: counted[n] for n in wanted}
    searched_out = classify(table, lens, include_police_generated=False)
    assert searched_out.sum() == counted["Robbery"]
    violence = classify(table, load_lens("public-violence"))
    assert violence.sum() == counted["Violence and sexual offences"]
    assert classify(table, load_lens("public-all")).sum() == counted.total()


def test_days_of_harm_are_the_most_of_the_rules_met():
    few = Rule("theft", 1, "because", (("type", "in", ("Drugs", "Robbery")),), harm_days=3.31)
    many = Rule(
        *("robbery", 9, "because", (("type", "is", "Robbery"),)),
        police_generated=True,
        harm_days=365,
    )
    custody = Rule("custody", 0, "because", (("location_type", "is", "custody"),))
    lens = lens_of(few, many, exclusions=(custody,))
    table = pd.DataFrame(
        {
            "type": ["Robbery", "Drugs", "Other", "Robbery"],
            "location_type": ["street", "street", "street", "custody"],
            "knife": [False] * 4,
        }
    )
    assert classify_harm(table, lens).tolist() == [365, 3.31, 0, 0]
    without = classify_harm(table, lens, include_police_generated=False)
    assert without.tolist() == [0, 3.31, 0, 0]


def test_the_harm_lens_weighs_police_uk_types():
    lens = load_lens("public-harm")
    assert classify_harm(POLICE_UK, lens).tolist() == [159.07, 3.31]
    assert classify(POLICE_UK, lens).tolist() == [44, 1]
    with pytest.raises(
        LensError, match=r"\(public-all\) gives no days of harm\. Choose public-harm"
    ):
        classify_harm(POLICE_UK, load_lens("public-all"))
