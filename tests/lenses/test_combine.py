"""Needs that stand together: the same incidents by counting needs, and each fault told once."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest

from mapper.base.errors import LensError
from mapper.context.indicators import indicate, indicators_for
from mapper.lenses.classify import classify, rules_met
from mapper.lenses.load import load_lens

NEEDS = ("domestic_abuse", "drugs", "alcohol", "mental_health", "missing")
GOOD = {
    "id": "needs",
    "title": "Needs",
    "version": "1",
    "question": "Where do needs meet?",
    "requires": ["alcohol"],
    "combine": {"at_least": 2, "weight": 3, "reason": "Together."},
    "need": [
        {"name": "Alcohol", "when": {"alcohol": True}},
        {"name": "Drugs", "when": {"drugs": True}},
        {"name": "Missing", "when": {"missing": True}},
    ],
}


def drawn(columns=NEEDS, size=3_000):
    rng = np.random.default_rng(1)
    table = pd.DataFrame({name: rng.random(size) < 0.3 for name in columns})
    return table.assign(type=pd.Categorical(["Call"] * size))


def test_two_or_more_needs_count_once_by_counting_them():
    table = drawn()
    number = table[list(NEEDS)].sum(axis=1)
    assert {0, 1, 2, 3, 4} <= set(number)
    assert (classify(table, load_lens("complex-lives")) == (number >= 2)).all()


@pytest.mark.parametrize("at_least", [2, 3])
def test_each_combination_is_a_rule_named_after_its_needs(at_least):
    combine = {**GOOD["combine"], "at_least": at_least}
    lens = load_lens({**GOOD, "combine": combine})
    table = drawn(("alcohol", "drugs", "missing"))
    met = rules_met(table, lens)
    assert len(met) == comb(3, at_least)
    for some in combinations(("alcohol", "drugs", "missing"), at_least):
        name = "Alcohol, drugs and missing" if at_least == 3 else f"{some[0].title()} and {some[1]}"
        assert (met[name] == table[list(some)].all(axis=1)).all()
    assert set(classify(table, lens)) == {0, 3}


@pytest.mark.parametrize("at_least", [2, 3])
def test_needs_at_one_place_count_each_incident_by_itself(at_least):
    combine = {**GOOD["combine"], "at_least": at_least, "over": "place"}
    lens = load_lens({**GOOD, "combine": combine})
    table = drawn(("alcohol", "drugs", "missing"))
    any_need = table[["alcohol", "drugs", "missing"]].any(axis=1).to_numpy()
    found = classify(table, lens)
    assert found.tolist() == (3 * any_need).tolist()
    alone = np.concatenate([classify(table.iloc[[at]], lens) for at in range(200)])
    assert alone.tolist() == found[:200].tolist()  # of those around it nothing is asked
    assert lens.needs_together == at_least
    described = [name for name, _ in indicators_for(lens).indicators]
    assert described == [need.name for need in lens.needs]


def test_a_place_is_described_by_which_needs_met_and_by_each_alone():
    lens = load_lens("complex-lives")
    found = indicate(table := drawn(), indicators_for(lens))
    assert len(found.names) == comb(5, 2) + 5
    met = dict(zip(found.names, found.met, strict=True))
    assert (met["Alcohol and mental health"] == table["alcohol"] & table["mental_health"]).all()
    assert (met["Missing"] == table["missing"]).all()


def test_a_need_that_the_data_lacks_is_left_out_and_named():
    found = indicate(drawn(NEEDS[:4]), indicators_for(load_lens("complex-lives")))
    assert len(found.names) == comb(4, 2) + 4
    assert "Missing" in found.left_out
    assert "Domestic abuse and missing" in found.left_out
    with pytest.raises(LensError, match="needs mental_health"):
        classify(drawn(("domestic_abuse", "alcohol")), load_lens("complex-lives"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"combine": None}, r"\[\[need\]\] and \[combine\] stand together"),
        ({"need": None}, r"\[\[need\]\] and \[combine\] stand together"),
        ({"combine": 3}, "`combine` is not a table"),
        ({"combine": {**GOOD["combine"], "at_least": 1}}, "one need alone is a rule"),
        ({"combine": {**GOOD["combine"], "at_least": 4}}, "not a whole number from 1 to 3"),
        ({"combine": {**GOOD["combine"], "size": 2}}, "unknown key"),
        ({"combine": {**GOOD["combine"], "over": "home"}}, '`over` is not "incident" or "place"'),
        ({"need": GOOD["need"][:1]}, "from 2 to 8 needs and here are 1"),
        ({"need": GOOD["need"] * 3}, "from 2 to 8 needs and here are 9"),
        ({"need": [*GOOD["need"], GOOD["need"][0]]}, "a second rule is named"),
        ({"need": [*GOOD["need"], {"name": "All", "when": "always"}]}, "`when` is missing"),
    ],
)
def test_a_fault_is_told_in_words(change, words):
    told = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    with pytest.raises(LensError, match=words):
        load_lens(told)
