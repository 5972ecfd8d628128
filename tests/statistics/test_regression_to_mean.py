"""Regression to the mean: predicted falls against simulated ones, and when a warning is given."""

from math import isnan

import numpy as np
import pytest

from mapper.statistics.regression_to_mean import regression_to_mean


def busiest(counts, number):
    chosen = np.zeros(counts.size, dtype=bool)
    chosen[np.argsort(-counts, kind="stable")[:number]] = True
    return chosen


def test_expected_counts_by_hand():
    # mean 4, variance 11, so A = 7 and a place keeps 7/11 of its distance from the mean
    found = regression_to_mean(
        np.array([9, 7, 4, 4, 0, 0]), np.array([True, False, False, False, False, False])
    )
    assert found.expected == pytest.approx(4 + 7 / 11 * 5)
    assert found.share == pytest.approx((9 - found.expected) / 9)
    assert found.likely


@pytest.mark.parametrize("shape", [0.5, 2.0, 8.0])
def test_prediction_matches_what_happens_without_action(shape):
    rng = np.random.default_rng(13)
    predicted, seen, total = 0.0, 0, 0
    for _ in range(60):
        rates = rng.gamma(shape, 6 / shape, 800)
        before, after = rng.poisson(rates), rng.poisson(rates)
        chosen = busiest(before, 20)
        predicted += regression_to_mean(before, chosen).expected
        seen += int(after[chosen].sum())
        total += int(before[chosen].sum())
    assert predicted == pytest.approx(seen, rel=0.02)
    assert seen < 0.95 * total


def test_places_chosen_at_random_do_not_warn():
    rng = np.random.default_rng(14)
    warned = 0
    for _ in range(200):
        rates = rng.gamma(1, 200, 500)
        chosen = np.zeros(500, dtype=bool)
        chosen[rng.permutation(500)[:25]] = True
        past, before = rng.poisson(rates), rng.poisson(rates)
        warned += regression_to_mean(before, chosen, earlier=past).likely
    assert warned <= 20


def test_places_chosen_at_a_high_point_warn():
    rng = np.random.default_rng(15)
    rates = rng.gamma(2, 2, 500)
    past, before = rng.poisson(rates), rng.poisson(rates)
    found = regression_to_mean(before, busiest(before, 20), earlier=past)
    assert found.likely
    assert found.rise.ratio > 1
    assert found.words.startswith("Regression to the mean is likely. About ")
    assert "They had just risen compared with all other places." in found.words
    assert found.words.endswith("or a longer window before.")


def test_a_rise_alone_is_enough():
    past, before = np.full(100, 400), np.full(100, 400)
    before[:3] += 150
    before[50:] += np.arange(50) * 40  # places differ so much that shrinkage is small
    found = regression_to_mean(before, np.arange(100) < 3, earlier=past + (before - 400) // 2)
    assert found.share < 0.05
    rising = regression_to_mean(before, np.arange(100) < 3, earlier=before - 150 * (before == 550))
    assert rising.likely
    assert "expected to go" not in rising.words


def test_steady_busy_places_do_not_warn():
    counts = np.concatenate([np.full(90, 10), np.full(10, 900)])
    found = regression_to_mean(counts, counts == 900, earlier=counts)
    assert not found.likely
    assert found.words.startswith("Regression to the mean is small")


def test_no_incidents_at_all():
    found = regression_to_mean(np.zeros(5, dtype=int), np.arange(5) < 2)
    assert isnan(found.share)
    assert not found.likely
    assert "nothing can fall" in found.words


def test_refusals():
    counts = np.array([1, 2, 3])
    with pytest.raises(ValueError, match="some places must be chosen"):
        regression_to_mean(counts, np.zeros(3, dtype=bool))
    with pytest.raises(ValueError, match=r"chosen must be bool.*earlier has shape"):
        regression_to_mean(counts, np.array([True, False]), earlier=np.array([1]))
    with pytest.raises(ValueError, match="not whole"):
        regression_to_mean(np.array([1.0, 2.0]), np.array([True, False]))
