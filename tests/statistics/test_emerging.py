"""All 17 patterns by a hand-made truth table, and against a second, wordier road."""

from itertools import product
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.statistics.emerging import (
    PATTERN_NAMES,
    Pattern,
    classify_patterns,
    often,
    trailing_sums,
)

MIRROR = str.maketrans("HC", "CH")


def classify(states, trend):
    """Classify one row written as H (hot), C (cold) and . (neither)."""
    row = np.array([list(states)])
    return PATTERN_NAMES[classify_patterns(row == "H", row == "C", np.array([trend]))[0]]


# states (oldest first), trend, pattern; read from the definitions, not from the code
TRUTH = [
    (".........H", 0, "new hot spot"),
    ("C.C......H", 0, "new hot spot"),  # earlier cold does not matter
    ("CCCCCCCCCH", -1, "new hot spot"),  # hot rules come before cold ones
    ("H", 1, "new hot spot"),
    (".H", 0, "new hot spot"),
    ("........HH", 0, "consecutive hot spot"),
    ("CC.....HHH", 1, "consecutive hot spot"),
    (".HH", 0, "consecutive hot spot"),
    ("..HHHHHHHH", 1, "consecutive hot spot"),  # 8 of 10 is under 90 %
    (".HHHHHHHHH", 1, "intensifying hot spot"),  # 9 of 10 is 90 %
    ("HHHHHHHHHH", 1, "intensifying hot spot"),
    ("HHHH.HHHHH", 1, "intensifying hot spot"),
    ("CHHHHHHHHH", -1, "diminishing hot spot"),
    ("HHHHHHHHHH", -1, "diminishing hot spot"),
    ("HHHHHHHHHH", 0, "persistent hot spot"),
    (".HHHHHHHHH", 0, "persistent hot spot"),
    ("HH", 0, "persistent hot spot"),
    ("HHH", -1, "diminishing hot spot"),
    ("HHHHHHHHH.", 0, "historical hot spot"),
    ("HHHHHHHHH.", 1, "historical hot spot"),
    ("HHHHHHHHHC", -1, "historical hot spot"),  # before new cold spot
    ("C...H....H", 0, "oscillating hot spot"),
    ("HHHHHHHCHH", 1, "intensifying hot spot"),
    ("HHHHHHC.HH", 0, "oscillating hot spot"),
    ("H........H", 0, "sporadic hot spot"),
    ("H.H.H.....", 0, "sporadic hot spot"),
    ("....H.....", 0, "sporadic hot spot"),  # on once and off since
    ("H.", 0, "sporadic hot spot"),
    ("HHHHHHHH..", 0, "sporadic hot spot"),  # 8 of 10
    ("HHHHHHHH.", 0, "sporadic hot spot"),  # 8 of 9: 90 % of 9 is all 9
    (".HHHHHHHH", 1, "consecutive hot spot"),
    ("..........", 0, "no pattern"),
    ("..........", 1, "no pattern"),
    ("H...C.....", 0, "no pattern"),  # both were, neither is now
    ("HC.", 0, "no pattern"),
    (".", 0, "no pattern"),
]


def mirror(row):
    states, trend, pattern = row
    return states.translate(MIRROR), -trend, pattern.replace("hot", "cold")


# where the hot and cold rules both match, hot wins, so these rows do not mirror
ONE_SIDED = {"CCCCCCCCCH", "HHHHHHHHHC"}
MIRRORED = [mirror(row) for row in TRUTH if row[0] not in ONE_SIDED]


@pytest.mark.parametrize(("states", "trend", "pattern"), TRUTH + MIRRORED)
def test_truth_table(states, trend, pattern):
    assert classify(states, trend) == pattern


def test_the_truth_table_covers_all_17():
    assert {pattern for *_, pattern in TRUTH + MIRRORED} == set(PATTERN_NAMES)
    assert len(PATTERN_NAMES) == len(Pattern) == 17
    assert PATTERN_NAMES[Pattern.OSCILLATING_COLD] == "oscillating cold spot"


@pytest.mark.parametrize(
    ("states", "pattern"),
    [
        ("HC", "new cold spot"),  # last is cold for the first time; no hot rule fits
        ("CH", "new hot spot"),
        ("HCC", "consecutive cold spot"),
        ("CHH", "consecutive hot spot"),
        ("CHC", "oscillating cold spot"),
        ("HCH", "oscillating hot spot"),
        ("HCHCHCHCHC", "oscillating cold spot"),
    ],
)
def test_hot_and_cold_in_equal_number(states, pattern):
    assert classify(states, 0) == pattern


def one_side(states, trend, hot, cold):
    """The rules of one side written out by runs and strings: the second road."""
    periods, count = len(states), states.count(hot)
    many = count >= ceil(round(0.9 * periods, 9))
    runs = [run for run in "".join(s if s == hot else " " for s in states).split() if run]
    ends_hot = states.endswith(hot)
    if runs == [hot] and ends_hot:
        return "new"
    if len(runs) == 1 and len(runs[0]) >= 2 and ends_hot and not many:
        return "consecutive"
    if many and ends_hot:
        return {1: "intensifying", -1: "diminishing", 0: "persistent"}[trend]
    if many:
        return "historical"
    off_and_on = hot in states and cold not in states
    return "oscillating" if ends_hot and cold in states[:-1] else off_and_on * "sporadic"


def second_road(states, trend):
    if found := one_side(states, trend, "H", "C"):
        return f"{found} hot spot"
    if found := one_side(states, -trend, "C", "H"):
        return f"{found} cold spot"
    return "no pattern"


@pytest.mark.parametrize("periods", range(1, 8))
def test_every_sequence_up_to_seven_periods(periods):
    rows = np.array(list(product("HC.", repeat=periods)))
    for trend in (-1, 0, 1):
        codes = classify_patterns(rows == "H", rows == "C", np.full(len(rows), trend))
        expected = [second_road("".join(row), trend) for row in rows]
        assert [PATTERN_NAMES[code] for code in codes] == expected


@settings(deadline=None)
@given(st.text("HC.", min_size=8, max_size=48), st.sampled_from([-1, 0, 1]))
def test_long_sequences(states, trend):
    assert classify(states, trend) == second_road(states, trend)


@settings(deadline=None)
@given(st.integers(10, 45), st.integers(0, 2**32 - 1), st.sampled_from([-1, 0, 1]))
def test_mostly_hot_sequences(periods, seed, trend):
    rng = np.random.default_rng(seed)
    states = "".join(rng.choice(list("HC."), p=[0.9, 0.03, 0.07], size=periods))
    assert classify(states, trend) == second_road(states, trend)


@pytest.mark.parametrize("periods", [1, 2, 3, 4])
def test_few_periods_have_no_historical_pattern(periods):
    rows = np.array(list(product("HC.", repeat=periods)))
    codes = classify_patterns(rows == "H", rows == "C", np.zeros(len(rows), dtype=np.int64))
    assert not np.isin(codes, (Pattern.HISTORICAL_HOT, Pattern.HISTORICAL_COLD)).any()


def test_ninety_per_cent_is_rounded_up():
    assert [often(t) for t in (1, 4, 9, 10, 11, 19, 20, 45)] == [1, 4, 9, 9, 10, 18, 18, 41]


def test_results_are_codes_and_inputs_stay():
    hot = np.array([[True, False, True]])
    codes = classify_patterns(hot, np.zeros_like(hot), np.zeros(1, dtype=np.int8))
    assert codes.dtype == np.int8
    np.testing.assert_array_equal(hot, [[True, False, True]])
    empty = np.zeros((0, 5), dtype=bool)
    assert classify_patterns(empty, empty, np.zeros(0, dtype=np.int64)).shape == (0,)


def test_every_fault_is_named_at_once():
    both = np.ones((2, 3), dtype=bool)
    with pytest.raises(ValueError, match=r"2 cells are hot and cold.*trend must be -1, 0 or 1"):
        classify_patterns(both, both, np.array([0, 2]))
    with pytest.raises(ValueError, match=r"must both be.*trend has shape"):
        classify_patterns(both, both[:, :2], np.array([0]))
    with pytest.raises(ValueError, match="both must be bool"):
        classify_patterns(both.astype(int), both, np.array([0, 0]))
    with pytest.raises(ValueError, match="must both be"):
        classify_patterns(both[:, :0], both[:, :0], np.array([0, 0]))


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(1, 14), st.integers(0, 2**32 - 1))
def test_trailing_sums_look_back_only(periods, window, seed):
    counts = np.random.default_rng(seed).integers(0, 9, (3, periods))
    sums = trailing_sums(counts, window)
    for t in range(periods):
        expected = counts[:, max(0, t - window + 1) : t + 1].sum(axis=1)
        np.testing.assert_array_equal(sums[:, t], expected)
    later = counts.copy()
    later[:, -1] += 5
    np.testing.assert_array_equal(trailing_sums(later, window)[:, :-1], sums[:, :-1])


def test_trailing_sums_refuse():
    with pytest.raises(ValueError, match="at least 1"):
        trailing_sums(np.zeros((2, 3), dtype=np.int64), 0)
    with pytest.raises(ValueError, match="not whole numbers"):
        trailing_sums(np.zeros((2, 3)), 1)
