"""Columns as a whole: each fault planted in plain data is told, with its rows; plain data none."""

import numpy as np
import pandas as pd
import pytest

from mapper.incidents.column_doubts import column_doubts, days_late, incomplete_days
from mapper.incidents.coordinates import grid_to_degrees

SIZE = 4_000
DAY = np.timedelta64(1, "D")


def plain(seed=1, size=SIZE):
    """A year of incidents known to the minute, busy in the evening, reported within hours."""
    rng = np.random.default_rng(seed)
    hour = rng.choice(24, size, p=np.roll(np.linspace(1, 3, 24), -4) / 48)
    start = np.datetime64("2025-01-01T00:00", "us") + rng.integers(0, 365, size) * DAY
    start = start + (hour * 60 + rng.integers(0, 60, size)).astype("timedelta64[m]")
    return pd.DataFrame(
        {
            "reference": pd.array([f"2025{n:08d}" for n in rng.permutation(size) + 10**6], "str"),
            "start": start,
            "precision": pd.Categorical(["minute"] * size, ["minute", "day", "month"]),
            "lon": np.round(rng.uniform(-3.1, -2.8, size), 5),
            "lat": np.round(rng.uniform(53.3, 53.5, size), 5),
            "reported": start + rng.integers(5, 600, size).astype("timedelta64[m]"),
        }
    )


def codes(table):
    return [one.code for one in column_doubts(table)]


@pytest.mark.parametrize("seed", range(10))
def test_plain_data_raises_nothing(seed):
    assert codes(plain(seed)) == []


@pytest.mark.parametrize(
    ("minute", "told"), [(0, "whole hours"), (1, "1 minute past an"), (15, "15 minutes past an")]
)
def test_times_rounded_to_the_hour_raise_no_minute_of_their_own(minute, told):
    table = plain()
    past = np.timedelta64(minute, "m")
    table["start"] = table["start"].dt.floor("h").astype("datetime64[us]") + past
    (found,) = column_doubts(table)
    assert (found.code, found.rows.size) == ("times rounded", SIZE)
    assert told in found.words


def test_an_unknown_time_is_told_among_times_of_one_minute_of_each_hour():
    table = plain()
    past = np.timedelta64(15, "m")
    table["start"] = table["start"].dt.floor("h").astype("datetime64[us]") + past
    rows = np.arange(0, SIZE, 3)
    table.loc[rows, "start"] = table["start"].iloc[rows].dt.normalize().to_numpy()
    assert sorted(codes(table)) == ["times rounded", "times unknown"]


@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (12, 0), (0, 1), (23, 59)])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.33])
def test_a_minute_that_stands_for_unknown(hour, minute, share):
    table = plain()
    rows = np.random.default_rng(3).choice(SIZE, int(SIZE * share), replace=False)
    clock = np.timedelta64(hour * 60 + minute, "m")
    table.loc[rows, "start"] = table["start"].iloc[rows].dt.normalize().to_numpy() + clock
    (found,) = [one for one in column_doubts(table) if one.code == "times unknown"]
    assert found.effect == "left out"
    assert set(rows) <= set(found.rows.tolist())
    assert f"{hour:02}:{minute:02}" in found.words
    minutes = table["start"].dt.hour * 60 + table["start"].dt.minute
    assert found.rows.size == (minutes == hour * 60 + minute).sum()


def test_many_rows_of_one_moment_were_entered_together():
    table = plain()
    table.loc[100:139, "start"] = np.datetime64("2025-03-04T10:17", "us")
    (found,) = column_doubts(table)
    assert (found.code, set(range(100, 140)) <= set(found.rows.tolist())) == ("batch entry", True)


def test_a_day_of_the_month_that_stands_for_unknown():
    table = plain().drop(columns="reported")
    first = table["start"].iloc[:600].to_numpy().astype("datetime64[M]").astype("datetime64[us]")
    table.loc[:599, "start"] = (
        first + (table["start"].iloc[:600] - table["start"].iloc[:600].dt.normalize()).to_numpy()
    )
    (found,) = column_doubts(table)
    assert found.code == "days uneven"
    assert "day 1 " in found.words


def test_days_without_any_row_are_missing_only_where_many_were_usual():
    table = plain()
    gone = table["start"].between("2025-05-03", "2025-05-10")
    left = table[~gone].reset_index(drop=True)
    (found,) = column_doubts(left)
    assert (found.code, found.effect) == ("days missing", "veto")
    assert (str(found.since), str(found.until)) == ("2025-05-03", "2025-05-09")
    short = table[~table["start"].between("2025-05-03", "2025-05-04")].reset_index(drop=True)
    assert codes(short) == []


def test_the_latest_days_are_said_to_be_incomplete_by_the_usual_lag():
    table = plain()
    lag = np.random.default_rng(5).exponential(4, SIZE)
    reported = table["start"] + pd.to_timedelta(lag, unit="D")
    seen = reported <= pd.Timestamp("2025-12-31")
    table = table.assign(reported=reported.astype("datetime64[us]"))[seen].reset_index(drop=True)
    (found,) = incomplete_days(table, days_late(table))
    assert found.code == "days incomplete"
    # 95 % of an exponential lag of mean 4 lie within 4 ln 20 = 12 days.
    assert str(found.to_day) in {f"2025-12-{day}" for day in (18, 19, 20)}


def test_references_that_a_spreadsheet_rounded():
    table = plain()
    table["reference"] = table["reference"].str.slice(0, 9) + "000"
    assert "references rounded" in codes(table)


def test_coordinates_of_two_kinds():
    table = plain()
    table.loc[:999, ["lon", "lat"]] = table.loc[:999, ["lon", "lat"]].round(3)
    (found,) = column_doubts(table)
    assert (found.code, round(found.share, 2)) == ("coordinates coarse", 0.25)


def test_coordinates_of_which_some_are_whole_hundreds_of_metres():
    table = plain()
    rng = np.random.default_rng(6)
    east, north = (rng.integers(low, low + 100, 800) * 100.0 for low in (3350, 3870))
    table.loc[:799, "lon"], table.loc[:799, "lat"] = grid_to_degrees(east, north)
    (found,) = column_doubts(table)
    assert (found.code, "to 100 m" in found.words) == ("coordinates coarse", True)
    assert set(range(800)) <= set(found.rows.tolist())
    assert found.rows.size <= 803  # the others are on hundreds by chance


@pytest.mark.parametrize("keep", [11, 7])
def test_references_that_were_cut_short(keep):
    table = plain()
    numbers = np.sort(np.random.default_rng(8).choice(3_000_000, SIZE, replace=False))
    table["reference"] = [f"23{n:09d}" for n in numbers]
    table["reference"] = table["reference"].astype("str").str.slice(0, keep)
    assert codes(table) == ([] if keep == 11 else ["references cut"])


def test_references_of_several_rows_each_are_told_as_shared():
    table = plain().sort_values("start", ignore_index=True)
    table["reference"] = [f"R{n // 3}" for n in range(SIZE)]
    for name in ("lon", "lat"):
        table[name] = table.groupby("reference")[name].transform("first")
    (found,) = column_doubts(table)
    assert (found.code, found.rows.size) == ("references shared", SIZE - 1)
    assert "one per reference" in found.remedy


@pytest.mark.parametrize("column", ["type", "location", "coordinates"])
def test_a_column_that_is_constant_from_a_date_on(column):
    table = plain()
    rng = np.random.default_rng(4)
    late = (table["start"] >= "2025-11-01").to_numpy()
    if column == "coordinates":
        table.loc[late, ["lon", "lat"]] = (-2.9512345, 53.4012345)
    else:
        values = np.where(late, "Other", rng.choice(["Theft", "Assault", "Other"], SIZE))
        table[column] = pd.Categorical(values)
    found = [one for one in column_doubts(table) if one.code == "column constant"]
    assert [(one.kind, one.effect, str(one.since)) for one in found] == [
        (column, "veto", "2025-11-01")
    ]
    assert found[0].rows.tolist() == np.flatnonzero(late).tolist()
    assert ("Other" in found[0].words) is (column == "type")  # a place may be free text


def test_few_rows_say_nothing():
    assert codes(plain(size=9)) == []
