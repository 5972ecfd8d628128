"""Overdispersion: ratios by hand and by simulation; one incident for each place and day."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.statistics.overdispersion import first_of_location_day, measure_dispersion


def test_ratio_is_the_sample_variance_over_the_mean():
    counts = np.array([0, 3, 1, 8, 0, 0])
    found = measure_dispersion(counts)
    assert found.ratio == pytest.approx(counts.var(ddof=1) / counts.mean())
    assert not found.given_expected


def test_independent_incidents_have_ratio_one_repeat_calls_do_not():
    rng = np.random.default_rng(0)
    once = rng.poisson(4, 5000)
    assert measure_dispersion(once).ratio == pytest.approx(1, abs=0.1)
    assert "about as independent" in measure_dispersion(once).sentence()
    bunches = measure_dispersion(5 * once)
    assert bunches.ratio == pytest.approx(5, abs=0.5)
    assert "bunches" in bunches.sentence()


def test_expected_counts_take_out_places_that_differ():
    rng = np.random.default_rng(1)
    expected = rng.gamma(0.5, 20, 5000)
    counts = rng.poisson(expected)
    assert measure_dispersion(counts).ratio > 10
    given_expected = measure_dispersion(counts, expected=expected)
    assert given_expected.ratio == pytest.approx(1, abs=0.25)
    assert given_expected.given_expected


def test_nothing_counted_is_said_in_words():
    found = measure_dispersion(np.zeros(5, dtype=int))
    assert np.isnan(found.ratio)
    assert found.sentence().startswith("No incident")
    assert np.isnan(measure_dispersion(np.array([4])).ratio)


def test_first_of_each_place_and_day_in_the_order_given():
    day = np.array(
        ["2024-01-01T09", "2024-01-01T23", "2024-01-02T00", "2024-01-01T01", "NaT", "NaT"],
        dtype="datetime64[us]",
    )
    lon = np.array([-2.9, -2.9, -2.9, -2.8, -2.9, -2.9])
    lat = np.full(6, 53.4)
    assert first_of_location_day(lon, lat, day).tolist() == [True, False, True, True, True, True]
    counted = np.array([False, True, True, False, False, True])
    kept = first_of_location_day(lon, lat, day, counted=counted)
    assert kept.tolist() == [False, True, True, False, False, True]


@given(st.integers(0, 2**31))
@settings(max_examples=30)
def test_equals_a_loop_over_a_set(seed):
    rng = np.random.default_rng(seed)
    n = 60
    lon, lat = rng.choice([-2.9, -2.91, 2.9], n), rng.choice([53.4, -53.4, 0], n)
    start = np.datetime64("1969-12-28T00", "us") + rng.integers(0, 200, n).astype("timedelta64[h]")
    seen, expected = set(), []
    for place in zip(lon, lat, start.astype("datetime64[D]"), strict=True):
        expected.append(place not in seen)
        seen.add(place)
    assert first_of_location_day(lon, lat, start).tolist() == expected


def test_shapes_must_agree_and_no_incident_is_fine():
    with pytest.raises(ValueError, match="differ"):
        first_of_location_day(np.ones(2), np.ones(2), np.array(["NaT"], dtype="datetime64[us]"))
    none = first_of_location_day(np.ones(0), np.ones(0), np.array([], dtype="datetime64[us]"))
    assert none.size == 0
