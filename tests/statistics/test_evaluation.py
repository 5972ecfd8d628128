"""Measures of an action: published figures, hand values, and intervals that cover the truth."""

from math import inf, isnan, sqrt

import numpy as np
import pytest
from scipy.optimize import brentq

from mapper.statistics.evaluation import (
    BeforeAfter,
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
    assert found.low < -1
    assert found.high > 1
    assert found.words == "Whether the buffer gained or lost cannot be told."
    unclear = weighted_displacement_quotient(BeforeAfter(100, 80), BeforeAfter(80, 70), CONTROL)
    assert isnan(unclear.low)
    assert unclear.words.startswith("No quotient: that the treated places did better")


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
        (2_000, "The buffer gained more than the treated places"),
        (6_800, "The buffer gained too"),
        (7_620, "Whether the buffer gained or lost cannot be told"),
        (8_600, "The buffer lost a part"),
        (16_000, "The buffer lost more"),
    ],
)
def test_quotient_in_words_by_its_interval(after, words):
    control = BeforeAfter(20_000, 19_000)
    found = weighted_displacement_quotient(
        BeforeAfter(10_000, 6_000), BeforeAfter(8_000, after), control
    )
    assert found.low <= found.value <= found.high
    assert found.words.startswith(words)


def test_fiellers_limits_are_where_the_difference_is_just_clear():
    """Where top - r bottom is 1.96 of its standard errors from 0, worked out from the counts."""
    treated, buffer, control = BeforeAfter(400, 200), BeforeAfter(300, 340), BeforeAfter(900, 880)
    found = weighted_displacement_quotient(treated, buffer, control, dispersion=1.5)

    def apart(ratio):
        """The statistic B1/C1 - B0/C0 - r (R1/C1 - R0/C0) over its error by the delta method."""
        total = variance = 0.0
        for sign, when in ((-1, "before"), (1, "after")):
            b, r, c = (getattr(each, when) for each in (buffer, treated, control))
            total += sign * (b - ratio * r) / c
            variance += 1.5 * (b / c**2 + ratio**2 * r / c**2 + (b - ratio * r) ** 2 / c**3)
        return total / sqrt(variance)

    low = brentq(lambda ratio: abs(apart(ratio)) - 1.959964, -50, found.value)
    high = brentq(lambda ratio: abs(apart(ratio)) - 1.959964, found.value, 50)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-5)


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


def test_dispersion_widens_the_difference():
    plain = weighted_displacement_difference(BeforeAfter(100, 50), BeforeAfter(80, 80))
    wide = weighted_displacement_difference(
        BeforeAfter(100, 50), BeforeAfter(80, 80), dispersion=4.0
    )
    assert wide.standard_error == pytest.approx(2 * plain.standard_error)
    assert wide.value == plain.value


def test_rate_ratio_by_hand():
    found = rate_ratio(BeforeAfter(100, 60), before_length=2)
    assert found.ratio == pytest.approx(1.2)
    assert found.low < 1.2 < found.high
    wide = rate_ratio(BeforeAfter(100, 60), before_length=2, dispersion=3.0)
    assert wide.low < found.low
    assert wide.high > found.high
    fresh = rate_ratio(BeforeAfter(0, 12))
    assert fresh.ratio == fresh.high == inf
    assert fresh.low > 1
    assert isnan(rate_ratio(BeforeAfter(0, 0)).ratio)


def test_refusals():
    with pytest.raises(ValueError, match="lie between -1"):
        BeforeAfter(-1, 3)
    with pytest.raises(ValueError, match="not whole"):
        BeforeAfter(1.5, 3)
    with pytest.raises(ValueError, match="must be positive"):
        rate_ratio(CONTROL, after_length=0)
    with pytest.raises(ValueError, match="confidence"):
        weighted_displacement_difference(CONTROL, CONTROL, confidence=95)


def test_difference_covers_the_truth_where_controls_are_of_one_size():
    rng = np.random.default_rng(6)
    counts = rng.poisson([80, 50, 80, 70], (1_000, 4)).tolist()
    found = [
        weighted_displacement_difference(BeforeAfter(a, b), BeforeAfter(c, d))
        for a, b, c, d in counts
    ]
    assert np.mean([f.low <= -20 <= f.high for f in found]) >= 0.93
