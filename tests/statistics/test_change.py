"""Change between two windows: cell by cell against scipy, and in plain words."""

from math import inf

import numpy as np
import pytest
from scipy import stats

from mapper.statistics.change import compare_windows, describe_changes, describe_ratio
from mapper.statistics.false_discovery import benjamini_hochberg


@pytest.fixture(scope="module")
def counts():
    rng = np.random.default_rng(4)
    means = rng.gamma(0.5, 6, 400)
    return rng.poisson(means), rng.poisson(means * rng.choice([0.4, 1, 1, 2], 400))


def test_every_cell_agrees_with_scipy(counts):
    before, after = counts
    change = compare_windows(before, after, before_length=365, after_length=90)
    share = 90 / 455
    for i in range(before.size):
        k, n = int(after[i]), int(before[i] + after[i])
        for p, side in [(change.p, "two-sided"), (change.p_greater, "greater")]:
            expected = stats.binomtest(k, n, share, alternative=side).pvalue if n else 1
            assert p[i] == pytest.approx(expected, rel=1e-6)
        expected = stats.binomtest(k, n, share, alternative="less").pvalue if n else 1
        assert change.p_less[i] == pytest.approx(expected, rel=1e-6)


def test_ratio_and_interval(counts):
    before, after = counts
    change = compare_windows(before, after, before_length=2, after_length=1)
    known = before > 0
    np.testing.assert_allclose(change.ratio[known], 2 * after[known] / before[known])
    assert np.isinf(change.ratio[(before == 0) & (after > 0)]).all()
    assert np.isnan(change.ratio[(before == 0) & (after == 0)]).all()
    some = before + after > 0
    assert (change.low[some] <= change.ratio[some]).all()
    assert (change.ratio[some] <= change.high[some]).all()


def test_q_is_over_cells_with_any_incident(counts):
    before, after = counts
    change = compare_windows(before, after)
    some = before + after > 0
    assert 0 < some.sum() < some.size
    np.testing.assert_array_equal(np.isnan(change.q), ~some)
    np.testing.assert_allclose(change.q[some], benjamini_hochberg(change.p[some]))
    careful = compare_windows(before, after, correction="by")
    assert (careful.q[some] >= change.q[some]).all()


def test_swapping_the_windows_mirrors_everything(counts):
    before, after = counts
    there = compare_windows(before, after, before_length=3, after_length=2)
    back = compare_windows(after, before, before_length=2, after_length=3)
    np.testing.assert_allclose(there.p, back.p)
    np.testing.assert_allclose(there.p_greater, back.p_less)
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(there.low, 1 / back.high)


def test_share_of_unchanged_cells_below_alpha():
    rng = np.random.default_rng(9)
    means = rng.gamma(1, 8, 50_000)
    change = compare_windows(rng.poisson(means), rng.poisson(means * 0.25), after_length=0.25)
    for alpha in (0.1, 0.05, 0.01, 0.001):
        allowed = alpha + 4 * (alpha / means.size) ** 0.5
        for p in (change.p, change.p_greater, change.p_less):
            assert (p <= alpha).mean() <= allowed
    assert not change.clear().any()


def test_plain_words():
    before = np.array([100, 100, 10, 30, 0, 0, 12, 3, 400])
    after = np.array([140, 60, 45, 33, 20, 0, 0, 0, 3])
    words = describe_changes(compare_windows(before, after))
    assert words == [
        "up by about 40 % (between 8 % and 83 %)",
        "down by about 40 % (between 17 % and 57 %)",
        "about 4.5 times as many (between 2.2 and 10 times)",
        "no clear change",
        "20 now, none before",
        "no incidents in either window",
        "none now, 12 before",
        "no clear change",
        "down by about 99 % (between 98 % and over 99 %)",
    ]


def test_words_at_the_edges():
    assert describe_ratio(1.1, 1.001, 1.3) == "up by about 10 % (between under 1 % and 30 %)"
    assert describe_ratio(12.0, 3.04, inf) == "at least 3 times as many"


def test_clear_needs_both_the_test_and_the_interval():
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 40, (2, 3_000))
    change = compare_windows(before, after, after_length=0.7)
    assert ((change.low > 1) | (change.high < 1))[change.clear()].all()
    assert (change.q[change.clear()] <= 0.05).all()


def test_inputs_stay_and_types_hold(counts):
    before, after = (part.astype(np.uint16) for part in counts)
    copies = before.copy(), after.copy()
    change = compare_windows(before, after)
    np.testing.assert_array_equal(before, copies[0])
    np.testing.assert_array_equal(after, copies[1])
    assert change.before.dtype == np.int64
    assert {getattr(change, name).dtype for name in ("ratio", "low", "p", "q")} == {
        np.dtype(np.float64)
    }


def test_no_cells():
    empty = np.zeros(0, dtype=np.int64)
    assert describe_changes(compare_windows(empty, empty)) == []


def test_refusals():
    with pytest.raises(ValueError, match="must both be"):
        compare_windows(np.array([1, 2]), np.array([1]))
    with pytest.raises(ValueError, match="must be positive"):
        compare_windows(np.array([1]), np.array([1]), after_length=0)
    with pytest.raises(ValueError, match="confidence"):
        compare_windows(np.array([1]), np.array([1]), confidence=1)
    with pytest.raises(ValueError, match="not whole"):
        compare_windows(np.array([1.0]), np.array([1]))
