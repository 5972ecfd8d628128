"""What can be said of an action: a table of outcomes and codes, and sentences without a claim."""

from dataclasses import replace

import pytest

from mapper.statistics.action_outcome import (
    CANNOT_BE_TOLD,
    describe_effect,
    describe_ring,
    effect_code,
    moved_share,
    ring_code,
)
from mapper.statistics.expectation import Outcome

CLEAR = Outcome(
    seen=60, expected=100, ratio=0.6, low=0.45, high=0.8, p=0.01,
    alike=200, rise=1.0, rise_p=0.8, dispersion=2.0,
)  # fmt: skip
ROSE = {"ratio": 1.5, "low": 1.2, "high": 1.9, "seen": 150}


@pytest.mark.parametrize(
    ("changes", "incidents", "code"),
    [
        ({}, 300, "fewer"),
        (ROSE, 300, "more"),
        ({"high": 1.05}, 300, "no clear effect"),
        ({"p": 0.06}, 300, "no clear effect"),  # the placebo places do not agree
        ({"rise": 1.6, "rise_p": 0.02}, 300, "rose before"),
        ({"rise": 0.6, "rise_p": 0.02}, 300, "fell before"),
        ({"alike": 38}, 300, "none alike"),
        ({"alike": 39}, 300, "fewer"),
        ({}, 29, "too few"),
        ({"alike": 0, "rise": 1.6, "rise_p": 0.02}, 29, "too few"),
    ],
)
def test_codes_of_the_treated_places(changes, incidents, code):
    outcome = replace(CLEAR, **changes)
    assert effect_code(outcome, incidents=incidents) == code
    words = describe_effect(code, outcome)
    assert ("Cannot be told" in words) == (code in CANNOT_BE_TOLD)
    assert ("down by" in words) == (code == "fewer")
    assert ("up by" in words) == (code == "more")


@pytest.mark.parametrize(
    ("effect", "changes", "code"),
    [
        ("fewer", ROSE, "displacement"),
        ("fewer", {}, "spread of benefit"),
        ("fewer", {"high": 1.1}, "no clear change"),
        ("fewer", {**ROSE, "p": 0.2}, "no clear change"),
        ("fewer", {**ROSE, "alike": 10}, "no clear change"),
        ("fewer", {**ROSE, "rise_p": 0.01}, "no clear change"),
        ("no clear effect", ROSE, "not asked"),
        ("more", ROSE, "not asked"),
        ("rose before", {}, "not asked"),
    ],
)
def test_codes_of_the_ring(effect, changes, code):
    ring = replace(CLEAR, **changes)
    assert ring_code(effect, ring) == code
    words = describe_ring(code, ring)
    assert ("Displacement is likely" in words) == (code == "displacement")
    assert ("spread of benefit is likely" in words) == (code == "spread of benefit")
    assert any(digit in words for digit in "0123456789") == (code != "not asked")


def test_no_ring_is_not_spoken_of():
    assert ring_code("fewer", None) == "not asked"
    assert describe_ring("not asked", None) == ""


def test_the_share_that_moved_by_hand():
    ring = replace(CLEAR, seen=130, expected=110)
    assert moved_share(CLEAR, ring) == pytest.approx(20 / 40)
    assert moved_share(replace(CLEAR, seen=120), ring) != moved_share(CLEAR, ring)
    assert str(moved_share(replace(CLEAR, seen=120), ring)) == "nan"


def test_a_place_left_with_nothing_is_told_by_its_limit():
    gone = replace(CLEAR, seen=0, ratio=0.0, low=0.0, high=0.3)
    assert "down by at least 70 %" in describe_effect("fewer", gone)
