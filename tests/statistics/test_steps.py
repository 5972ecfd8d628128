"""Steps of a part's share: G against scipy, false finds under no step, planted ones found."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from scipy.stats import f as f_law

from mapper.statistics.steps import find_steps


def slow(part, whole):
    """The best cut by scipy's likelihood ratio over the dispersion about both shares."""
    periods = part.size
    best = (-1.0, 0)
    for cut in range(2, periods - 1):
        sides = [(part[:cut], whole[:cut]), (part[cut:], whole[cut:])]
        table = np.array([[a.sum(), (n - a).sum()] for a, n in sides])
        g = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
        squares = 0.0
        for a, n in sides:
            share = a.sum() / n.sum()
            squares += (((a - n * share) ** 2) / (n * share * (1 - share))).sum()
        best = max(best, (g / max(squares / (periods - 2), 1.0), cut))
    return best[1], min(f_law.sf(best[0], 1, periods - 2) * (periods - 3), 1.0)


def test_the_strongest_cut_is_that_of_a_slow_road():
    rng = np.random.default_rng(4)
    whole = rng.integers(150, 250, 18)
    parts = rng.binomial(whole, 0.2, (30, 18))
    parts[:10, 9:] //= 2
    found = find_steps(parts, whole)
    for at, part in enumerate(parts):
        cut, p = slow(part, whole)
        assert found.cut[at] == cut
        assert found.p[at] == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("bunching", [1, 3])
def test_without_a_step_few_are_found(bunching):
    rng = np.random.default_rng(5)
    parts = bunching * rng.poisson(20 / bunching, (2000, 26))
    whole = parts.max(axis=0) + rng.poisson(300, 26)
    p = find_steps(parts, whole).p
    for level in (0.05, 0.01, 0.001):
        bound = level + 3 * np.sqrt(level / p.size)  # three standard errors
        assert (p <= level).mean() <= bound


def test_size_of_a_step_and_what_was_to_be_expected():
    whole = np.full(12, 1000)
    part = np.array([[100] * 6 + [20] * 6, [20] * 6 + [100] * 6, [100] * 12])
    found = find_steps(part, whole)
    assert found.cut[:2].tolist() == [6, 6]
    odds = (20 / 980) / (100 / 900)
    assert found.ratio[0] == pytest.approx(odds, rel=0.01)
    assert found.ratio[1] == pytest.approx(1 / odds, rel=0.01)
    assert found.near[0] == pytest.approx(odds, rel=0.02)
    assert found.expected[0] == pytest.approx(600 / 5400 * 5880)
    assert found.p[2] == 1


def test_too_few_periods_or_counts_that_do_not_fit():
    assert find_steps([[3, 0, 0]], [9, 9, 9]).p.tolist() == [1]
    assert find_steps(np.zeros((0, 8)), np.ones(8)).p.size == 0
    with pytest.raises(ValueError, match="do not fit"):
        find_steps([[3, 4]], [3, 3])
