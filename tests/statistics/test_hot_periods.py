"""Hot periods: every period against the cluster test asked by itself."""

import numpy as np
import pytest

from mapper.grid.neighbours import find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.emerging import classify_patterns
from mapper.statistics.false_discovery import adjust
from mapper.statistics.hot_periods import find_hot_periods
from mapper.statistics.scores import score_counts
from mapper.statistics.trend import mann_kendall_exact
from tests.builders import disc


@pytest.mark.parametrize("window", [1, 3])
def test_each_period_is_tested_by_itself_looking_back_only(window):
    near = find_neighbours(disc(9))
    counts = np.random.default_rng(2).poisson(1.5, (near.size, 12))
    counts[100:107, 6:] += 9
    found = find_hot_periods(counts, near, window=window)
    assert found.hot.any()
    for period in range(12):
        sums = counts[:, max(0, period - window + 1) : period + 1].sum(axis=1)
        scores = score_counts(sums, score="capped")
        hot = adjust(find_clusters(scores, near).p) <= 0.05
        cold = adjust(find_clusters(scores, near, lower=True).p) <= 0.05
        np.testing.assert_array_equal(found.hot[:, period], hot & (sums + near.ring_sums(sums) > 4))
        np.testing.assert_array_equal(found.cold[:, period], cold & ~found.hot[:, period])
    trend = mann_kendall_exact(counts).direction()
    np.testing.assert_array_equal(found.pattern, classify_patterns(found.hot, found.cold, trend))
