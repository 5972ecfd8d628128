"""What is found: the quick answer equals asking every q, and q equals a plain loop."""

import numpy as np
import pytest

from mapper.statistics.false_discovery import adjust, discoveries


def by_loop(p, penalty):
    """The definition: the smallest p * tests * penalty / rank over all p that are no smaller."""
    known = sorted(one for one in p if not np.isnan(one))
    q = {}
    smallest = 1.0
    for rank in range(len(known), 0, -1):
        smallest = min(smallest, known[rank - 1] * len(known) * penalty / rank)
        q[known[rank - 1]] = smallest
    return np.array([np.nan if np.isnan(one) else q[one] for one in p])


@pytest.mark.parametrize("correction", ["bh", "by"])
@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.2, 0.9])
@pytest.mark.parametrize("seed", range(20))
def test_found_is_every_q_at_most_alpha(correction, alpha, seed):
    rng = np.random.default_rng(seed)
    p = np.round(rng.random(200) ** rng.integers(1, 8), 3)  # many ties
    p[rng.random(p.size) < 0.1] = np.nan
    tests = int((~np.isnan(p)).sum())
    penalty = 1.0 if correction == "bh" else sum(1 / rank for rank in range(1, tests + 1))
    q = adjust(p, correction=correction)
    np.testing.assert_allclose(q, by_loop(p, penalty), rtol=1e-12)
    np.testing.assert_array_equal(
        discoveries(p, alpha=alpha, correction=correction), np.nan_to_num(q, nan=2.0) <= alpha
    )


@pytest.mark.parametrize("p", [[], [np.nan, np.nan], [1.0] * 50])
def test_nothing_is_found_where_nothing_can_be(p):
    assert not discoveries(np.array(p), alpha=0.05).any()
