"""Signatures: the same shares by plain counting, what drives is found, chance rarely drives."""

import numpy as np
import pandas as pd
import pytest

from mapper.base.errors import LensError
from mapper.context.indicators import (
    COUNTY_LINES,
    DOMESTIC_ABUSE,
    indicate,
    indicators_for,
)
from mapper.context.signature import CLEAR, TOO_FEW, place_signatures
from mapper.lenses.load import load_lens

COLUMNS = ("county_line", "exploitation", "cuckooing", "missing_child", "knife", "young_person",
           "travel_hub")  # fmt: skip


def drawn(size=4000, *, seed=0, lift=1.0):
    """Incidents with flags at 5 %, in place 0 ``lift`` times as often for cuckooing."""
    rng = np.random.default_rng(seed)
    group = rng.choice([-1, 0, 1], size, p=[0.8, 0.1, 0.1])
    table = pd.DataFrame({name: rng.random(size) < 0.05 for name in COLUMNS})
    table["cuckooing"] = rng.random(size) < np.where(group == 0, 0.05 * lift, 0.05)
    table["type"] = pd.Categorical(rng.choice(["Drug supply", "Other"], size, p=[0.1, 0.9]))
    table["crime_code"] = pd.Categorical(np.where(rng.random(size) < 0.02, "92A", "8N"))
    table["start"] = np.datetime64("2024-01-01", "us") + rng.integers(0, 366, size).astype(
        "timedelta64[D]"
    )
    return table, group


def signed(table, group, which=COUNTY_LINES, area=None):
    area = np.ones(len(table), dtype=bool) if area is None else area
    return place_signatures(
        indicate(table, which),
        table["start"].to_numpy(),
        group=group,
        area=area,
        places=2,
        base=which.base,
    )


def test_counts_shares_and_spans_by_plain_counting():
    table, group = drawn(lift=4)
    area = np.arange(len(table)) % 10 > 0
    found = signed(table, group, area=area).set_index(["place", "indicator"])
    supply = (table["type"] == "Drug supply") | (table["crime_code"] == "92A")
    for place in (0, 1):
        for name, flags in (
            ("Drug supply", supply),
            ("Young person carrying a knife", table["knife"] & table["young_person"]),
            ("Cuckooing", table["cuckooing"]),
        ):
            here = (group == place) & area
            one = found.loc[(place, name)]
            days = table["start"][here & flags]
            assert one["incidents"] == len(days)
            assert one["of"] == here.sum()
            away = area & (group != place)
            assert one["elsewhere"] == (away & flags).sum() / away.sum()
            assert one["ratio"] == pytest.approx(
                ((here & flags).sum() / here.sum()) / one["elsewhere"]
            )
            assert one["months"] == days.dt.to_period("M").nunique()
            assert (one["first"], one["last"]) == (days.min(), days.max())


def test_what_was_lifted_drives_the_place_and_leads_its_list():
    found = signed(*drawn(lift=4))
    first = found.iloc[0]
    assert (first["place"], first["indicator"], first["sure"]) == (0, "Cuckooing", CLEAR)
    assert first["words"].startswith("Cuckooing:")
    assert not ((found["place"] == 1) & (found["sure"] == CLEAR)).any()


def test_chance_makes_a_driver_in_few_of_many_places():
    """All intervals of a place hold together in 95 of 100; one-sided, in at least 97.5."""
    driven = [
        (rows["sure"] == CLEAR).any()
        for seed in range(60)
        for _, rows in signed(*drawn(seed=seed)).groupby("place")
    ]
    assert np.mean(driven) <= 0.06  # 120 places: 3 expected, 7 would be a rare sixth in a thousand


def test_few_incidents_say_nothing_and_none_elsewhere_has_no_ratio():
    table, group = drawn()
    table["cuckooing"] = False
    table.loc[np.flatnonzero(group == 0)[:3], "cuckooing"] = True
    table["exploitation"] = group == 1
    found = signed(table, group).set_index(["place", "indicator"])
    assert found.loc[(0, "Cuckooing"), "sure"] == TOO_FEW
    only_here = found.loc[(1, "Exploitation suspected")]
    assert np.isinf(only_here["ratio"])
    assert only_here["sure"] == CLEAR
    assert "none in the rest of the area" in only_here["words"]
    assert pd.isna(found.loc[(1, "Cuckooing"), "first"])


def test_domestic_abuse_is_shared_among_domestic_abuse():
    rng = np.random.default_rng(5)
    table, group = drawn()
    table["domestic_abuse"] = rng.random(len(table)) < 0.5
    table["child_at_address"] = rng.random(len(table)) < 0.4
    table["risk_grade"] = pd.Categorical(rng.choice(["HIGH ", "standard"], len(table)))
    found = signed(table, group, DOMESTIC_ABUSE).set_index(["place", "indicator"])
    abuse = table["domestic_abuse"] & (group == 1)
    assert found.loc[(1, "High risk"), "of"] == abuse.sum()
    high = abuse & (table["risk_grade"] == "HIGH ")
    assert found.loc[(1, "High risk"), "incidents"] == high.sum()
    left_out = indicate(table, DOMESTIC_ABUSE).left_out
    assert left_out == ("Baby under one at the address", "Repeat victim")


def test_each_lens_has_indicators():
    assert indicators_for(load_lens("county-lines")) is COUNTY_LINES
    assert indicators_for(load_lens("domestic-abuse-babies")) is DOMESTIC_ABUSE
    other = indicators_for(load_lens("serious-violence"))
    names = [rule.name for rule in load_lens("serious-violence").rules]
    assert [name for name, _ in other.indicators] == names


def test_data_without_the_columns_is_refused():
    table, _ = drawn()
    with pytest.raises(LensError, match="no column for domestic_abuse"):
        indicate(table, DOMESTIC_ABUSE)
    with pytest.raises(LensError, match="any indicator"):
        indicate(table[["start"]], COUNTY_LINES)
