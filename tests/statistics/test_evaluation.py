"""What works: published figures, hand values, words, and planted effects recovered."""

from math import inf, isnan, sqrt

import numpy as np
import pytest

from mapper.statistics.controls import match_controls
from mapper.statistics.evaluation import (
    BeforeAfter,
    compare_places,
    evaluate_action,
    is_clear,
    rate_ratio,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)

CONTROL = BeforeAfter(200, 190)


def test_pinned_quotient():
    found = weighted_displacement_quotient(BeforeAfter(100, 60), BeforeAfter(80, 70), CONTROL)
    assert found.value == pytest.approx((70 / 190 - 80 / 200) / (60 / 190 - 100 / 200))
    assert round(found.value, 3) == 0.171
    assert found.response == pytest.approx(60 / 190 - 0.5)
    assert found.words.startswith("The buffer gained too")


@pytest.mark.parametrize(
    ("treated", "control"),
    [
        (BeforeAfter(100, 95), CONTROL),  # moved exactly as the control did
        (BeforeAfter(100, 140), CONTROL),
        (BeforeAfter(3, 3), BeforeAfter(7, 7)),
        (BeforeAfter(100, 60), BeforeAfter(0, 9)),
        (BeforeAfter(100, 60), BeforeAfter(9, 0)),
    ],
)
def test_quotient_has_no_meaning_without_a_gain(treated, control):
    found = weighted_displacement_quotient(treated, BeforeAfter(80, 70), control)
    assert isnan(found.value)
    assert found.words.startswith("No quotient")


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (10, "The buffer gained more than the treated places"),
        (70, "The buffer gained too"),
        (76, "The buffer moved as the control places did"),
        (90, "The buffer lost, by no more"),
        (200, "The buffer lost more"),
    ],
)
def test_quotient_in_words(after, words):
    buffer = BeforeAfter(80, after)
    found = weighted_displacement_quotient(BeforeAfter(100, 60), buffer, CONTROL)
    assert found.words.startswith(words)


def test_published_difference():
    # Wheeler & Ratcliffe (2018), as their own ptools package tests it
    found = weighted_displacement_difference(
        BeforeAfter(207, 110),
        BeforeAfter(308, 318),
        buffer=BeforeAfter(178, 157),
        buffer_control=BeforeAfter(150, 140),
    )
    assert found.value == -118
    assert found.standard_error == pytest.approx(sqrt(1568))
    assert (round(found.low), round(found.high)) == (-196, -40)


def test_published_difference_without_buffer():
    # ptools: wdd(c(20, 20), c(20, 10)) prints -10 (8.3666) and -23.761833 to 3.761833 at 90 %
    found = weighted_displacement_difference(
        BeforeAfter(20, 10), BeforeAfter(20, 20), confidence=0.9
    )
    assert (found.value, found.standard_error) == (-10, pytest.approx(8.3666, abs=5e-5))
    assert (found.low, found.high) == pytest.approx((-23.761833, 3.761833), abs=5e-7)


def test_published_difference_with_windows_of_other_lengths():
    # ptools: wdd(c(100, 50), c(80, 20), time_weights = c(2, 1)) is -20 with variance 115
    found = weighted_displacement_difference(
        BeforeAfter(80, 20), BeforeAfter(100, 50), before_length=2
    )
    assert (found.value, found.standard_error) == (-20, pytest.approx(sqrt(115)))


def test_evaluation_by_hand():
    found = evaluate_action(BeforeAfter(100, 60), CONTROL, buffer=BeforeAfter(80, 70))
    assert found.change.ratio == 0.6
    assert found.effect.ratio == pytest.approx(0.6 / 0.95)
    assert found.spillover.ratio == pytest.approx(70 / 80 / 0.95)
    assert found.quotient.value == pytest.approx(0.171, abs=5e-4)
    assert found.difference.value == -40 + 10  # no control of the buffer's own: buffer left out
    assert found.words == (
        (
            "Compared with the control places, incidents are down by about 37 % "
            "(between 6 % and 58 %)."
        ),
        (
            "No clear change around the treated places: "
            "anything from a fall of 38 % to a rise of 37 % would fit."
        ),
    )


def test_evaluation_without_a_buffer():
    found = evaluate_action(BeforeAfter(10, 9), CONTROL)
    assert found.spillover is None
    assert found.quotient is None
    assert len(found.words) == 1
    assert found.words[0].startswith("No clear effect: anything from a fall of ")


def test_buffer_with_its_own_control():
    found = evaluate_action(
        BeforeAfter(207, 110),
        BeforeAfter(308, 318),
        buffer=BeforeAfter(178, 157),
        buffer_control=BeforeAfter(150, 140),
    )
    assert found.difference.value == -118
    assert found.spillover.ratio == pytest.approx((157 / 178) / (140 / 150))


@pytest.mark.parametrize(
    ("treated", "buffer", "words"),
    [
        ((300, 100), (300, 150), "Diffusion of benefit is likely: around the treated places"),
        ((300, 100), (300, 500), "Displacement is likely: around the treated places"),
        ((300, 290), (300, 500), "Compared with the control places, around the treated places"),
        ((300, 100), (300, 0), "Diffusion of benefit is likely: around the treated places"),
    ],
)
def test_displacement_and_diffusion_in_words(treated, buffer, words):
    found = evaluate_action(
        BeforeAfter(*treated), BeforeAfter(900, 900), buffer=BeforeAfter(*buffer)
    )
    assert found.words[1].startswith(words)


def test_zero_counts():
    nothing = BeforeAfter(0, 0)
    assert isnan(compare_places(nothing, CONTROL).ratio)
    assert evaluate_action(nothing, CONTROL).words == (
        "No clear effect: anything from a fall of 100 % to any rise would fit the counts.",
    )
    gone = evaluate_action(BeforeAfter(30, 0), CONTROL)
    assert gone.change.ratio == 0
    assert gone.words[0].startswith("Compared with the control places, incidents are down by at l")
    fresh = rate_ratio(BeforeAfter(0, 12))
    assert fresh.ratio == fresh.high == inf
    assert is_clear(fresh)
    assert isnan(rate_ratio(nothing).ratio)


def test_refusals():
    with pytest.raises(ValueError, match="lie between -1"):
        BeforeAfter(-1, 3)
    with pytest.raises(ValueError, match="not whole"):
        BeforeAfter(1.5, 3)
    with pytest.raises(ValueError, match="must be positive"):
        evaluate_action(CONTROL, CONTROL, after_length=0)
    with pytest.raises(ValueError, match="without a buffer"):
        evaluate_action(CONTROL, CONTROL, buffer_control=CONTROL)
    with pytest.raises(ValueError, match="confidence"):
        evaluate_action(CONTROL, CONTROL, confidence=95)


def run_planted(rng, *, effect, spillover):
    """One simulated action: 15 busy cells treated, controls matched on the past, a buffer."""
    rates = rng.gamma(1.5, 1.2, 400)
    series = rng.poisson(rates[:, np.newaxis], (400, 12))
    busy = np.flatnonzero(rates > np.quantile(rates, 0.7))
    picked = rng.permutation(busy)
    treated, buffer, free = np.zeros(400, bool), np.zeros(400, bool), np.ones(400, bool)
    treated[picked[:15]], buffer[picked[15:45]] = True, True
    controls = match_controls(series, treated, candidates=free & ~buffer, count=3)
    control = controls.chosen(400)
    factor = 0.9 * np.where(treated, effect, np.where(buffer, spillover, 1.0))
    before, after = rng.poisson(rates * 12), rng.poisson(rates * 12 * factor)
    groups = [BeforeAfter(int(before[g].sum()), int(after[g].sum())) for g in (treated, control)]
    around = BeforeAfter(int(before[buffer].sum()), int(after[buffer].sum()))
    return evaluate_action(*groups, buffer=around)


def coverage(seed, *, runs):
    """Shares of runs whose intervals cover the planted effect and spillover, and the medians."""
    rng = np.random.default_rng(seed)
    found = [run_planted(rng, effect=0.7, spillover=1.2) for _ in range(runs)]
    covered = [f.effect.low <= 0.7 <= f.effect.high for f in found]
    around = [f.spillover.low <= 1.2 <= f.spillover.high for f in found]
    middle = np.median([f.effect.ratio for f in found])
    return np.mean(covered), np.mean(around), middle


def test_planted_effects_are_recovered():
    covered, around, middle = coverage(20, runs=100)
    assert covered >= 0.93
    assert around >= 0.93
    assert middle == pytest.approx(0.7, abs=0.02)


@pytest.mark.soak
def test_planted_effects_are_recovered_in_many_runs():
    covered, around, middle = coverage(21, runs=2_000)
    assert covered >= 0.94
    assert around >= 0.94
    assert middle == pytest.approx(0.7, abs=0.005)


def test_difference_covers_the_truth_where_controls_are_of_one_size():
    rng = np.random.default_rng(6)
    counts = rng.poisson([80, 50, 80, 70], (1_000, 4)).tolist()
    found = [
        weighted_displacement_difference(BeforeAfter(a, b), BeforeAfter(c, d))
        for a, b, c, d in counts
    ]
    assert np.mean([f.low <= -20 <= f.high for f in found]) >= 0.93


def test_no_effect_is_rarely_found():
    rng = np.random.default_rng(8)
    counts = rng.poisson([40, 36, 120, 108], (1_000, 4)).tolist()
    clear = [is_clear(compare_places(BeforeAfter(*c[:2]), BeforeAfter(*c[2:]))) for c in counts]
    assert np.mean(clear) <= 0.06
