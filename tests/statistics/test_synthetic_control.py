"""Synthetic control: a known mixture, the fit by a second optimiser, and worlds of nothing."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from mapper.statistics.synthetic_control import synthetic_control


def all_apart(places):
    return ~np.eye(places, dtype=np.bool_)


def test_a_mixture_that_is_known_is_found_and_a_fall_seen_against_it():
    rng = np.random.default_rng(1)
    before, after = rng.uniform(5, 20, (6, 24)), rng.uniform(20, 60, 6)
    before[0], usual = 0.5 * before[2] + 1.5 * before[4], 0.5 * after[2] + 1.5 * after[4]
    after[0] = 0.6 * usual
    found = synthetic_control(before, after, all_apart(6))
    assert found.expected == pytest.approx(usual)
    assert found.ratio == pytest.approx(0.6)
    assert (found.used, found.placebos) == (2, 5)


def test_weights_are_those_of_another_optimiser_and_places_that_overlap_are_left_out():
    rng = np.random.default_rng(2)
    before, after = rng.poisson(9, (8, 30)).astype(float), rng.poisson(30, 8).astype(float)
    apart = all_apart(8)
    apart[3, 5] = apart[5, 3] = False
    expected = []
    for number in range(8):
        donors = [at for at in range(1, 8) if apart[number, at]]
        fit = lsq_linear(before[donors].T, before[number], bounds=(0, np.inf), tol=1e-14)
        expected.append(fit.x @ after[donors])
    miss = np.abs(after - expected) / np.sqrt(np.array(expected) + 1)
    found = synthetic_control(before, after, apart)
    assert found.expected == pytest.approx(expected[0], rel=1e-4)
    assert found.p == (1 + (miss[1:] >= miss[0]).sum()) / 8


def test_nothing_done_has_a_small_p_no_more_often_than_it_says_and_a_fall_has():
    rng = np.random.default_rng(3)
    p = {"nothing": [], "fall": []}
    for _ in range(150):
        level = rng.gamma(5, 4, (40, 1))
        counts = rng.poisson(level * rng.gamma(8, 1 / 8, (40, 16))).astype(float)
        before, after = counts[:, :12], counts[:, 12:].sum(axis=1)
        p["nothing"].append(synthetic_control(before, after, all_apart(40)).p)
        after[0] = round(after[0] * 0.25)
        p["fall"].append(synthetic_control(before, after, all_apart(40)).p)
    nothing = np.array(p["nothing"])
    for alpha in (0.05, 0.1, 0.25):
        assert (nothing <= alpha).mean() <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / nothing.size)
    assert (np.array(p["fall"]) <= 0.05).mean() > 2 * (nothing <= 0.05).mean()
