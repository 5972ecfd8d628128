"""Dates with day and month exchanged, and rows told twice under other references: told, mended."""

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.mend import acts_of
from mapper.incidents.exchanged_dates import exchanged_dates, turned_back
from mapper.incidents.repeated_rows import repeated_rows
from mapper.incidents.set_aside import exchanged_back, left_out, one_per_reference
from tests.builders import incidents_at, small_area
from tests.incidents.test_column_doubts import plain

CELLS = small_area(10).cells["cell"].to_numpy()


def of_days(first, last, size=2_000):
    """Plain data of some days alone."""
    table = plain(size=20 * size)
    return table[table["start"].between(first, last)].reset_index(drop=True)


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_dates_exchanged_for_part_are_told_and_turned_back(share):
    table = of_days("2025-03-01", "2025-05-01").drop(columns="reported")
    table["source"] = pd.Categorical(["made.csv"] * len(table))
    right = table["start"].copy()
    turned = turned_back(table["start"].to_numpy())
    mine = np.random.default_rng(1).random(len(table)) < share
    table["start"] = np.where(mine, turned, table["start"])
    (doubt,) = exchanged_dates(table)
    assert (doubt.code, doubt.effect) == ("dates exchanged", "veto")
    stray = (table["start"] < "2025-02-01") | (table["start"] >= "2025-06-01")
    assert doubt.rows.tolist() == np.flatnonzero(stray).tolist()
    incidents = incidents_at(np.resize(CELLS, len(table)))
    incidents.table["start"] = table["start"]
    assert acts_of(doubt) == (("exchange",) if share == 1 else ())
    if share == 1:
        back = exchanged_back(incidents)
        assert (back.table["start"] == right).all()
        assert "exchanged back, as chosen" in back.notes[-1]


def test_whole_years_show_it_by_the_report_alone():
    table = plain()
    table["source"] = pd.Categorical(["made.csv"] * len(table))
    table["start"] = turned_back(table["start"].to_numpy())
    assert [one.code for one in exchanged_dates(table)] == ["dates exchanged"]
    assert exchanged_dates(table.drop(columns="reported")) == []


@pytest.mark.parametrize(
    ("first", "last"), [("2025-03-01", "2025-05-08"), ("2025-03-20", "2025-04-05")]
)
def test_a_month_that_has_only_begun_is_not_exchanged(first, last):
    assert exchanged_dates(of_days(first, last)) == []


def test_turning_back_twice_changes_nothing():
    moments = plain()["start"].to_numpy()
    assert (turned_back(turned_back(moments)) == moments).all()


@pytest.mark.parametrize(("weeks", "told"), [(0, 0), (1, 1), (6, 1)])
def test_rows_told_twice_under_another_reference(weeks, told):
    table = plain().assign(type=pd.Categorical(["Robbery"] * 4_000))
    last = pd.Timestamp("2025-04-01") + pd.Timedelta(weeks=weeks)
    again = table[table["start"].between("2025-04-01", last)]
    both = pd.concat([table, again.assign(reference="S" + again["reference"])], ignore_index=True)
    found = repeated_rows(both, np.ones(len(both), dtype=bool))
    assert len(found) == told
    if told:
        assert found[0].rows.tolist() == list(range(4_000, len(both)))
        assert (str(found[0].since), found[0].effect) == ("2025-04-01", "veto")
    assert repeated_rows(both, np.zeros(len(both), dtype=bool)) == []


def test_rows_left_out_join_the_rejected_with_their_reason():
    incidents = incidents_at(CELLS[:40])
    left = left_out(incidents, np.arange(5), "batch entry")
    assert (len(left.table), len(left.rejected)) == (35, 5)
    assert set(left.rejected["reason"]) == {"left out as misleading"}
    assert "5 incidents set aside, as chosen (batch entry)" in left.notes


def test_one_row_of_a_reference_keeps_the_earliest_the_worst_and_any_yes():
    incidents = incidents_at(
        CELLS[:4],
        domestic_abuse=[False, False, True, False],
        risk_grade=pd.Categorical(["standard", "high", None, "medium"]),
    )
    table = incidents.table
    table["reference"] = pd.array(["A", "A", "A", None], dtype="str")
    table["type"] = pd.Categorical(["Theft", "Robbery", "Theft", "Theft"])
    table["start"] = pd.to_datetime(["2024-03-02", "2024-03-03", "2024-03-01", "2024-03-01"])
    joined = one_per_reference(incidents)
    assert joined.table[["start", "type", "risk_grade", "domestic_abuse"]].to_numpy().tolist() == [
        [pd.Timestamp("2024-03-01"), "Robbery", "high", True],
        [pd.Timestamp("2024-03-01"), "Theft", "medium", False],
    ]
    assert set(joined.rejected["reason"]) == {"joined to its reference"}
