"""What places are expected to have: worlds whose persistence, drift and effect are known."""

from dataclasses import replace

import numpy as np
import pytest

from mapper.statistics.expectation import (
    PlaceboExpectation,
    ThreeWindows,
    fit_expectation,
    set_against,
)

AREA = (60_000.0, 20_000.0, 24_000.0)


def world(rng, places, *, persistence=0.4, drift=0.1, level=0.9, dispersion=1.5, effect=1.0):
    """Places whose rate before wanders off the history and keeps a part of that after."""
    rate = rng.gamma(3, 60, places) + 20
    lately = rng.normal(0, 0.25, places)
    later = persistence * lately + rng.normal(0, drift, places)
    history = draw(rng, rate, dispersion)
    before = draw(rng, rate * AREA[1] / AREA[0] * np.exp(lately), dispersion)
    after = draw(
        rng, rate * AREA[2] / AREA[0] * level * effect * np.exp(later - drift**2 / 2), dispersion
    )
    return ThreeWindows(history, before, after, AREA)


def draw(rng, mean, dispersion):
    return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion).astype(np.float64)


def one(windows, at):
    return windows.rows(np.arange(windows.history.size) == at)


def test_level_persistence_and_drift_are_learnt():
    rng = np.random.default_rng(1)
    dates = [world(rng, 4_000, level=0.8), world(rng, 4_000, level=1.2)]
    learnt = fit_expectation(dates, dispersion=1.5)
    assert 0.25 <= learnt.persistence <= 0.45  # counts hide a part of the rise
    assert learnt.level == pytest.approx(0.8, rel=0.05)
    assert np.sqrt(learnt.drift) == pytest.approx(0.1, abs=0.06)
    assert learnt.miss.mean() == pytest.approx(0, abs=0.05)
    assert learnt.miss.std() == pytest.approx(1, abs=0.07)
    assert learnt.miss.size == 8_000


def test_without_chance_or_drift_the_expectation_is_exact():
    """Every place keeps its share, the whole of its rise, and moves as the area does."""
    rate = np.linspace(600.0, 9_000.0, 60)
    rise = np.tile([1.0, 1.5], 30)
    still = ThreeWindows(rate, rate * rise / 3, rate * rise * 0.4, AREA)
    learnt = fit_expectation([still], dispersion=1.0)
    assert learnt.persistence == pytest.approx(1, abs=0.01)
    found = set_against(learnt, one(still, 7), dispersion=1.0, independent=30.0)
    assert found.ratio == pytest.approx(1, abs=0.01)
    assert found.rise == pytest.approx(1.5, rel=0.01)
    assert found.low < 1 < found.high


def test_a_season_that_comes_back_is_expected():
    """Every second place has twice its share in the same months of the year before, and after."""
    rate = np.linspace(600.0, 9_000.0, 60)
    season = np.tile([1.0, 2.0], 30)
    after, same = rate * season * 0.4, rate * season * 0.2
    back = ThreeWindows(rate, rate / 3, after, AREA, same=same, area_same=12_000.0)
    learnt = fit_expectation([back], dispersion=1.0)
    assert learnt.recurrence == pytest.approx(1, abs=0.01)
    assert learnt.persistence == pytest.approx(0, abs=0.01)
    found = set_against(learnt, one(back, 7), dispersion=1.0, independent=30.0)
    assert found.ratio == pytest.approx(1, abs=0.01)
    unknown = fit_expectation([replace(back, same=None)], dispersion=1.0)
    assert unknown.recurrence == 0
    assert unknown.drift > learnt.drift + 0.05


def test_where_few_are_alike_those_up_to_four_times_as_busy_are_compared():
    miss, expected = np.linspace(-1.0, 1.0, 100), np.repeat([100.0, 300.0, 900.0], [30, 30, 40])
    learnt = PlaceboExpectation(level=1.0, persistence=0.0, drift=0.0, expected=expected, miss=miss)
    place = ThreeWindows(np.array([250.0]), np.array([80.0]), np.array([160.0]), AREA)
    assert set_against(learnt, place, dispersion=1.0, independent=1e9).alike == 60


@pytest.mark.parametrize("chosen", ["at random", "by rise"])
def test_nothing_done_is_rarely_told_as_an_effect(chosen):
    """Places picked because they had just risen fall back, and are expected to."""
    rng = np.random.default_rng(2)
    clear, total = 0, 400
    for _ in range(total):
        placebos = [world(rng, 120), world(rng, 120)]
        treated = world(rng, 40)
        at = int(treated.rise.argmax()) if chosen == "by rise" else 0
        learnt = fit_expectation(placebos, dispersion=1.5)
        found = set_against(learnt, one(treated, at), dispersion=1.5, independent=60.0)
        assert (found.p <= 0.05) >= (found.low > 1 or found.high < 1)
        clear += found.low > 1 or found.high < 1
    assert clear / total <= 0.07


def test_what_was_done_is_found_and_lies_in_the_interval():
    rng = np.random.default_rng(3)
    found = []
    for _ in range(300):
        learnt = fit_expectation([world(rng, 120)], dispersion=1.5)
        treated = one(world(rng, 1, effect=0.6), 0)
        found.append(set_against(learnt, treated, dispersion=1.5, independent=60.0))
    known = [each for each in found if each.alike]
    covered = np.mean([each.low <= 0.6 <= each.high for each in known])
    assert covered >= 0.93
    busy = [each for each in known if each.expected >= 60]
    assert np.mean([each.high < 1 for each in busy]) >= 0.5


def test_limits_solve_the_equation_that_they_stand_for():
    learnt = PlaceboExpectation(
        level=1.0,
        persistence=0.0,
        drift=0.01,
        expected=np.full(100, 100.0),
        miss=np.linspace(-1.0, 1.0, 100),
    )
    place = ThreeWindows(np.array([300.0]), np.array([100.0]), np.array([50.0]), AREA)
    found = set_against(learnt, place, dispersion=1.4, independent=1e9, confidence=0.95)
    assert found.expected == pytest.approx(120.0)
    known = 1.4 / 301 + 0.01
    for ratio in (found.low, found.high):
        mean = ratio * 120
        miss = (50 - mean) / np.sqrt(1.4 * mean + known * mean**2)
        assert abs(miss) == pytest.approx(1.959964, rel=1e-5)


def test_p_is_the_place_among_the_comparable_placebo_places():
    """Nine of 99 miss by more, none of those far off in level is counted."""
    miss = np.concatenate([np.full(90, 0.1), np.full(9, 9.0), np.full(50, 99.0)])
    expected = np.concatenate([np.full(99, 100.0), np.full(50, 1_000.0)])
    learnt = PlaceboExpectation(level=1.0, persistence=0.0, drift=0.0, expected=expected, miss=miss)
    place = ThreeWindows(np.array([250.0]), np.array([80.0]), np.array([160.0]), AREA)
    found = set_against(learnt, place, dispersion=1.0, independent=1e9)
    assert found.alike == 99
    # beyond the 90 and short of the nine: their place, unless Student's p is larger
    assert found.p >= (1 + 9) / 100


def test_few_independent_places_widen_the_interval():
    rng = np.random.default_rng(4)
    learnt = fit_expectation([world(rng, 200)], dispersion=1.5)
    place = one(world(rng, 1), 0)
    many, few = (
        set_against(learnt, place, dispersion=1.5, independent=number) for number in (80.0, 3.0)
    )
    assert few.low < many.low
    assert few.high > many.high
    assert few.p >= many.p


def test_a_place_without_history_is_told_nothing_of():
    rng = np.random.default_rng(5)
    learnt = fit_expectation([world(rng, 200)], dispersion=1.5)
    nothing = ThreeWindows(np.zeros(1), np.zeros(1), np.array([9.0]), AREA)
    found = set_against(learnt, nothing, dispersion=1.5, independent=50.0)
    assert (found.low, found.p, found.alike) == (0.0, 1.0, 0)
    assert np.isinf(found.high)


def test_windows_are_checked():
    with pytest.raises(ValueError, match="one shape"):
        ThreeWindows(np.ones(2), np.ones(2), np.ones(3), AREA)
    with pytest.raises(ValueError, match="the area"):
        ThreeWindows(np.ones(2), np.ones(2), np.ones(2), (1.0, 0.0, 1.0))
    with pytest.raises(ValueError, match="no placebo place"):
        fit_expectation([ThreeWindows(np.zeros(2), np.ones(2), np.ones(2), AREA)], dispersion=1.0)
