"""Shifts and days of the week, each figure worked out a second way."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from mapper.base.errors import ContextError
from mapper.context.school_days import (
    KINDS,
    SHIPPED,
    read_school_days,
    shipped_school_days,
)
from mapper.context.week import (
    CONTRASTS,
    compare_days,
    known_to_the_day,
    peak_shifts,
    shift_of_hours,
    shift_spread,
    shift_weights,
)


def days_from(first, last):
    return np.arange(np.datetime64(first), np.datetime64(last) + 1)


def kind_of(day):
    code = int(shipped_school_days().kinds(np.array([day], dtype="datetime64[D]"))[0])
    return KINDS[code] if code >= 0 else "not known"


def test_every_hour_lies_in_the_shift_that_a_rota_says():
    shift = shift_of_hours()
    names = ("early", "late", "night")
    for hour in range(168):
        day, clock = divmod(hour, 24)
        if 7 <= clock < 15:
            expected = (day, "early")
        elif 15 <= clock < 23:
            expected = (day, "late")
        else:
            expected = ((day - (clock < 7)) % 7, "night")
        assert (shift[hour] // 3, names[shift[hour] % 3]) == expected


def test_weights_are_neither_lost_nor_made():
    weights = np.random.default_rng(1).random((4, 168))
    sums = shift_weights(weights)
    assert sums.shape == (4, 21)
    assert np.allclose(sums.sum(axis=1), weights.sum(axis=1))
    two = shift_weights(weights, shifts={"day": 6, "dark": 18})
    assert np.allclose(two[:, 0], weights[:, 6:18].sum(axis=1))
    assert np.allclose(two[:, 13], weights[:, 162:].sum(axis=1) + weights[:, :6].sum(axis=1))
    with pytest.raises(ValueError, match="rising"):
        shift_weights(weights, shifts={"late": 15, "early": 7})


def peaks_by_scipy(row):
    """The same rule again: the longest list whose last shift is above the next one."""
    order = sorted(range(21), key=lambda at: -row[at])
    for number in (3, 2, 1):
        last, other = int(row[order[number - 1]]), int(row[order[number]])
        if last > other and binomtest(last, last + other).pvalue <= 0.05 / 3:
            return {*order[:number]}
    return set()


def test_peaks_by_scipy():
    rng = np.random.default_rng(2)
    sums = rng.poisson(5, (60, 21)) + 40.0 * (rng.random((60, 21)) < 0.05)
    expected = [peaks_by_scipy(row) for row in sums]
    assert [set(np.flatnonzero(row)) for row in peak_shifts(sums)] == expected
    assert {len(each) for each in expected} >= {0, 1, 2}


def test_the_largest_of_five_late_shifts_alike_is_no_peak():
    """Counted at a real place: 37, 33, 31, 30, 30 late, 8 in all others."""
    row = np.full((1, 21), 8.0)
    row[0, [1, 4, 7, 10, 13]] = 37, 33, 31, 30, 30
    assert not peak_shifts(row).any()


def test_one_bad_night_is_no_peak_and_a_habit_is():
    """Sixty at one place on one Saturday night, or two on each of thirty; all else is even."""
    weeks = np.arange(52) * 7
    monday = np.datetime64("2024-01-01T00", "h")
    saturday = monday + np.timedelta64(5 * 24 + 23, "h")
    even = monday + np.random.default_rng(1).integers(0, 52 * 168, 3_000).astype("timedelta64[h]")
    once = np.repeat(saturday, 60)
    habit = saturday + np.repeat(weeks[:30], 2).astype("timedelta64[D]").astype("timedelta64[h]")
    start = np.concatenate([even, even, once, habit])
    group = np.concatenate([np.resize([0, -1, -1], 3_000), np.resize([-1, 1, -1], 3_000)])
    group = np.concatenate([group, np.zeros(60, int), np.ones(60, int)])
    sums = np.zeros((2, 168))
    hour = (start - monday).astype(np.int64) % 168
    np.add.at(sums, (group[group >= 0], hour[group >= 0]), 1)
    spread = shift_spread(start, group, groups=2)
    night = 5 * 3 + 2
    assert spread[0, night] > 10
    assert spread[1, night] < 3
    found = peak_shifts(shift_weights(sums), spread=spread)
    assert not found[0].any()
    assert set(np.flatnonzero(found[1])) == {night}
    assert peak_shifts(shift_weights(sums))[0, night]  # by the sum alone it would be one
    first = monday + np.timedelta64(7, "h")  # the night before belongs to Sunday
    week = start[(start >= first) & (start < first + np.timedelta64(168, "h"))]
    alone = shift_spread(week, np.zeros(week.size, dtype=np.int64), groups=1)
    assert np.isinf(alone).all()
    assert not peak_shifts(np.full((1, 21), 5.0) + 90 * np.eye(21)[:1], spread=alone).any()


@pytest.mark.parametrize(
    "rates",
    [
        [6] * 21,
        [0.5] * 21,
        [32] * 5 + [8] * 16,  # every late shift of a working week
        [40] * 4 + [3] * 17,  # one more than are named together
        [40] * 2 + [3] * 19,
    ],
)
def test_shifts_alike_are_rarely_told_apart(rates):
    """What is named is truly above all that is not, but for at most 5 in 100 weeks."""
    rates = np.array(rates, dtype=np.float64)
    peaks = peak_shifts(np.random.default_rng(3).poisson(rates, (4000, 21)).astype(np.float64))
    some = peaks.any(axis=1)
    least = np.where(peaks, rates, np.inf).min(axis=1)
    wrong = some & (least <= np.where(peaks, -np.inf, rates).max(axis=1))
    assert wrong.mean() <= 0.05
    if rates[0] > rates[2]:
        assert some.mean() > 0.99  # two nights far above the rest are named


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2021-09-02", "holiday weekday"),  # before term
        ("2021-09-03", "school day"),
        ("2021-10-27", "holiday weekday"),  # half-term
        ("2021-10-30", "weekend"),
        ("2022-02-28", "school day"),
        ("2022-05-02", "holiday weekday"),  # bank holiday
        ("2022-08-31", "holiday weekday"),
        ("2026-07-20", "school day"),
        ("2026-09-01", "not known"),
        ("2019-06-03", "not known"),
    ],
)
def test_days_of_the_shipped_calendar(day, kind):
    assert kind_of(day) == kind


def test_each_year_has_about_190_school_days():
    calendar = shipped_school_days()
    for year in calendar.years:
        kinds = calendar.kinds(days_from(year.first, year.last))
        assert 185 <= (kinds == 0).sum() <= 196, year.name


def test_pay_days_by_walking_back_from_each_month_end():
    found = shipped_school_days().pay_days(days_from("2021-09-01", "2023-08-31"))
    expected = set()
    for month in pd.period_range("2021-08", "2023-08", freq="M"):
        day = (month + 1).start_time.date() - timedelta(days=1)
        while day.weekday() > 4:
            day -= timedelta(days=1)
        expected |= {day + timedelta(days=n) for n in range(3)}
    listed = days_from("2021-09-01", "2023-08-31")[found]
    inside = {day for day in expected if date(2021, 9, 1) <= day <= date(2023, 8, 31)}
    assert {day.astype(date) for day in listed} == inside


def test_pay_on_a_day_of_the_month(tmp_path):
    path = tmp_path / "own.toml"
    text = SHIPPED.read_text()
    path.write_text(
        text.replace('day = "last working day"', 'day = "day of the month"\nof_month = 15')
    )
    found = read_school_days(path).pay_days(days_from("2024-01-01", "2024-01-31"))
    assert (np.flatnonzero(found) + 1).tolist() == [15, 16, 17]


def test_contrasts_by_plain_counting():
    calendar = shipped_school_days()
    first, last = "2021-09-01", "2022-08-31"
    every = days_from(first, last)
    rng = np.random.default_rng(4)
    busy = np.where(calendar.kinds(every) == 1, 3.0, 1.0)  # three times as busy in holidays
    days = rng.choice(every, 3000, p=busy / busy.sum())
    group = np.where(rng.random(3000) < 0.3, 0, -1)
    even = rng.choice(every, 1500)
    found = compare_days(
        np.concatenate([days, even]),
        np.concatenate([group, np.full(1500, 1)]),
        groups=2,
        first=every[0],
        last=every[-1],
        calendar=calendar,
    ).set_index(["place", "contrast"])
    one = found.loc[(0, CONTRASTS[0])]
    kinds = calendar.kinds(days[group == 0])
    assert (one["incidents"], one["other_incidents"]) == ((kinds == 1).sum(), (kinds == 0).sum())
    assert one["days"] + one["other_days"] == 261  # weekdays of that year
    assert one["low"] <= 3 <= one["high"]
    assert one["low"] > 2
    even_place = found.loc[(1, CONTRASTS[0])]
    assert even_place["low"] <= 1 <= even_place["high"]
    against = found.loc[(1, CONTRASTS[0]), "against_high"]
    assert against < 1  # the rest of the area rose in holidays, this place did not


def test_weeks_that_vary_by_themselves_rarely_make_a_contrast():
    """Ten places whose weeks vary, and no kind of day does: an answer claims nothing, mostly."""
    calendar = shipped_school_days()
    every = days_from("2021-09-01", "2022-08-31")
    week = np.arange(every.size) // 7
    rng = np.random.default_rng(3)
    claimed = 0
    for _ in range(20):
        rates = [np.full(every.size, 5.0)]
        rates += [0.33 * rng.gamma(5, 0.2, week.max() + 1)[week] for _ in range(10)]
        drawn = [rng.poisson(rate) for rate in rates]
        found = compare_days(
            np.concatenate([np.repeat(every, n) for n in drawn]),
            np.concatenate([np.full(n.sum(), g) for g, n in enumerate(drawn, start=-1)]),
            groups=10,
            first=every[0],
            last=every[-1],
            calendar=calendar,
        )
        plain = (found["low"] > 1) | (found["high"] < 1)
        against = (found["against_low"] > 1) | (found["against_high"] < 1)
        claimed += bool((plain | against).any())
    assert claimed <= 3


def test_weeks_alike_give_about_the_exact_interval():
    """A place whose weeks do not vary: the interval is that of the binomial, or a little wider."""
    calendar = shipped_school_days()
    every = days_from("2021-09-01", "2022-08-31")
    days = np.repeat(every, 2)
    found = compare_days(
        np.concatenate([days, days]),
        np.repeat([0, -1], days.size),
        groups=1,
        first=every[0],
        last=every[-1],
        calendar=calendar,
    ).set_index("contrast")
    row = found.loc[CONTRASTS[1]]
    exact = binomtest(int(row["incidents"]), int(row["incidents"] + row["other_incidents"]))
    low, high = exact.proportion_ci(0.975)
    scale = row["other_days"] / row["days"]
    assert row["low"] == pytest.approx(low / (1 - low) * scale, rel=0.03)
    assert row["high"] == pytest.approx(high / (1 - high) * scale, rel=0.03)
    assert row["low"] <= low / (1 - low) * scale * 1.001


def test_without_a_place_there_is_no_row():
    every = days_from("2022-01-01", "2022-02-01")
    found = compare_days(
        every, np.full(every.size, -1), groups=0, first=every[0], last=every[-1],
        calendar=shipped_school_days(),
    )  # fmt: skip
    assert len(found) == 0
    assert list(found.columns[:2]) == ["place", "contrast"]


def test_a_busy_friday_is_no_pay_day_effect():
    """Pay windows hold more Fridays than other days do; the exposure allows for it."""
    calendar = shipped_school_days()
    every = days_from("2021-09-01", "2022-08-31")
    fridays = every[(every.astype(int) + 3) % 7 == 4]
    days = np.repeat(fridays, 10)
    found = compare_days(
        days,
        np.zeros(days.size, dtype=np.int64),
        groups=1,
        first=every[0],
        last=every[-1],
        calendar=calendar,
    ).set_index("contrast")
    assert found.loc[CONTRASTS[1], "ratio"] == pytest.approx(1)


def test_years_that_are_not_described_give_no_ratio():
    every = days_from("2018-01-01", "2018-12-31")
    found = compare_days(
        every, np.zeros(365, dtype=np.int64), groups=1, first=every[0], last=every[-1],
        calendar=shipped_school_days(),
    ).set_index("contrast")  # fmt: skip
    assert found.loc[CONTRASTS[0], "days"] == 0
    assert np.isnan(found.loc[CONTRASTS[0], "ratio"])
    assert found.loc[CONTRASTS[1], "ratio"] == pytest.approx(1)


def test_what_can_be_put_on_a_day():
    start = np.array(["2024-01-01T10"] * 4, dtype="datetime64[us]")
    end = np.array(["NaT", "2024-01-02T10", "2024-01-02T11", "NaT"], dtype="datetime64[us]")
    table = pd.DataFrame(
        {"start": start, "end": end, "precision": ["minute", "minute", "minute", "month"]}
    )
    assert known_to_the_day(table).tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[2022-01-04, 2022-04-08]", "[2022-04-08, 2022-01-04]", "no pair of days"),
        ("[2022-01-04, 2022-04-08]", "[2023-01-04, 2023-04-08]", "no pair of days"),
        ("first = 2021-09-01", 'first = "1.9.21"', "`first` is missing or no day"),
        ("days = 3", "days = 0", "`days` is not a whole number from 1 to 14"),
        ('"last working day"', '"last workday"', "Did you mean last working day"),
        ("[pay]", "[payment]", "unknown key"),
    ],
)
def test_faulty_calendars_are_refused_with_file_line_and_remedy(tmp_path, old, new, words):
    path = tmp_path / "own.toml"
    path.write_text(SHIPPED.read_text().replace(old, new, 1))
    with pytest.raises(ContextError) as caught:
        read_school_days(path)
    assert f"{path}, line " in str(caught.value)
    assert words in str(caught.value)
