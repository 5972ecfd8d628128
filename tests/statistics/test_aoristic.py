"""The aoristic week clock against a second road that walks minute by minute."""

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.statistics import aoristic
from mapper.statistics.aoristic import week_clock, week_clocks

MONDAY = np.datetime64("2026-01-05T00:00", "us")


def times(*texts):
    return np.array(texts, dtype="datetime64[us]")


def by_minute(start, end):
    """One incident's weights, from Python's own calendar, a minute at a time."""
    weights = np.zeros(168)
    begin = start.astype("datetime64[m]").item()
    if np.isnat(end) or end <= start:
        weights[begin.weekday() * 24 + begin.hour] = 1
        return weights
    minutes = int((end - start) / np.timedelta64(1, "m"))
    if minutes > 168 * 60:
        return np.full(168, 1 / 168)
    for moment in np.arange(start, end, np.timedelta64(1, "m")).astype("datetime64[m]"):
        at = moment.item()
        weights[at.weekday() * 24 + at.hour] += 1 / minutes
    return weights


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 60 * 24 * 365 * 60),
            st.one_of(st.none(), st.integers(-500, 300), st.integers(9_900, 10_200)),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_weights_are_those_found_minute_by_minute(incidents):
    epoch = np.datetime64("1965-03-03T00:00", "us")  # before and after 1970
    start = np.array([epoch + np.timedelta64(begin, "m") for begin, _ in incidents])
    end = np.array(
        [
            np.datetime64("NaT", "us") if length is None else begin + np.timedelta64(length, "m")
            for begin, (_, length) in zip(start, incidents, strict=True)
        ]
    )
    expected = sum(by_minute(*pair) for pair in zip(start, end, strict=True))
    np.testing.assert_allclose(week_clock(start, end), expected, atol=1e-9)


def test_monday_midnight_is_first_and_sunday_night_last():
    start = MONDAY + np.array([0, 167]) * np.timedelta64(1, "h")
    clock = week_clock(start, np.full(2, np.datetime64("NaT", "us")))
    assert np.flatnonzero(clock).tolist() == [0, 167]


def test_an_interval_wraps_from_sunday_to_monday():
    clock = week_clock(times("2026-01-11T23:00"), times("2026-01-12T02:00"))
    assert np.flatnonzero(clock).tolist() == [0, 1, 167]
    assert clock[[0, 1, 167]] == pytest.approx([1 / 3] * 3)


def test_an_end_on_the_hour_leaves_the_next_hour_empty():
    clock = week_clock(times("2026-01-05T09:00"), times("2026-01-05T10:00"))
    assert np.flatnonzero(clock).tolist() == [9]


@pytest.mark.parametrize("end", ["NaT", "2026-01-05T09:30", "2026-01-05T08:00", "2025-01-01"])
def test_no_end_or_a_reversed_one_is_weight_1_at_the_start(end):
    clock = week_clock(times("2026-01-05T09:30"), times(end))
    assert clock[9] == 1
    assert clock.sum() == 1


def test_a_week_or_longer_is_spread_evenly():
    for hours in (168, 169, 1000):
        start = times("2026-01-06T09:30")
        clock = week_clock(start, start + np.timedelta64(hours, "h"))
        assert clock == pytest.approx(np.full(168, 1 / 168))


def test_the_sum_is_the_number_of_incidents():
    stream = np.random.default_rng(0)
    start = MONDAY + stream.integers(0, 10**14, 250_000).astype("timedelta64[us]")
    end = start + stream.integers(-(10**9), 7 * 10**11, 250_000).astype("timedelta64[us]")
    clock = week_clock(start, end)
    assert abs(clock.sum() - 250_000) < 1e-9
    assert clock.dtype == np.float64


def test_groups_are_the_clocks_of_their_parts():
    stream = np.random.default_rng(1)
    start = MONDAY + stream.integers(0, 10**13, 500).astype("timedelta64[us]")
    end = start + stream.integers(0, 10**12, 500).astype("timedelta64[us]")
    group = stream.integers(-1, 4, 500)
    month = stream.random(500) < 0.1
    clocks = week_clocks(start, end, group=group, groups=6, month_only=month)
    for number in range(6):
        own = (group == number) & ~month
        np.testing.assert_allclose(clocks.weights[number], week_clock(start[own], end[own]))
        assert clocks.incidents[number] == own.sum()
        assert clocks.unknown[number] == ((group == number) & month).sum()
    np.testing.assert_allclose(clocks.weights.sum(axis=1), clocks.incidents, atol=1e-9)
    assert not clocks.weights[4:].any()


def test_incidents_known_to_the_month_are_counted_not_spread():
    clocks = week_clocks(
        times("2026-01-01", "2026-01-05T09:00"),
        times("2026-02-01", "NaT"),
        group=np.zeros(2, dtype=np.int64),
        groups=1,
        month_only=np.array([True, False]),
    )
    assert (clocks.incidents[0], clocks.unknown[0]) == (1, 1)
    assert np.flatnonzero(clocks.weights[0]).tolist() == [9]


def test_the_night_the_clocks_change_is_read_off_the_wall():
    # 29 March 2026: the hour from 01:00 is skipped, yet 00:00 to 04:00 is four hours on the wall.
    clock = week_clock(times("2026-03-29T00:00"), times("2026-03-29T04:00"))
    assert clock[144:148] == pytest.approx([0.25] * 4)


def test_the_callers_arrays_are_left_alone_and_nothing_gives_zeros():
    start, end = times("2026-01-05T09:00", "2026-01-06"), times("2026-01-05T12:00", "NaT")
    kept = start.copy(), end.copy()
    week_clock(start, end)
    np.testing.assert_array_equal(start, kept[0])
    np.testing.assert_array_equal(end, kept[1])
    assert not week_clock(start[:0], end[:0]).any()


def test_what_cannot_be_placed_is_refused():
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="without a start"):
        week_clock(times("NaT"), times("NaT"))
    with pytest.raises(ValueError, match="differ in length"):
        week_clock(times("2026-01-05"), times())
    with pytest.raises(ValueError, match="not below 0"):
        week_clocks(times("2026-01-05"), times("NaT"), group=one, groups=0)


def test_the_worked_example_holds():
    assert doctest.testmod(aoristic).failed == 0
