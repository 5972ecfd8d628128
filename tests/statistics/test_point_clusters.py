"""Clusters of points: against scikit-learn, esda, and shapes that were planted."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN

from mapper.statistics.point_clusters import point_clusters


def arc_and_blob():
    rng = np.random.default_rng(6)
    angle = rng.uniform(0, np.pi, 300)
    arc = np.column_stack([1000 * np.cos(angle), 1000 * np.sin(angle)])
    blob = rng.normal(5000, 20, (150, 2))
    stray = rng.uniform(20_000, 33_000, (30, 2))
    return np.concatenate([arc, blob, stray]).T


def test_clusters_of_any_shape_from_points():
    x, y = arc_and_blob()
    groups = point_clusters(x, y, distance=180, fewest=8, runs=30, seed=2)
    assert len(set(groups[:300]) - {-1}) == 1
    assert (groups[:300] >= 0).mean() > 0.95
    assert len(set(groups[300:450]) - {-1}) == 1
    assert groups[0] != groups[300]
    assert (groups[450:] == -1).all()
    again = point_clusters(x, y, distance=180, fewest=8, runs=30, seed=2)
    np.testing.assert_array_equal(groups, again)
    assert point_clusters(np.zeros(0), np.zeros(0), distance=1, fewest=2).size == 0


@pytest.mark.parametrize("seed", range(3))
def test_one_run_over_all_points_is_dbscan(seed):
    rng = np.random.default_rng(seed)
    middles = rng.uniform(0, 4_000, (6, 2))
    points = np.concatenate(
        [rng.normal(middle, 90, (60, 2)) for middle in middles] + [rng.uniform(0, 4_000, (80, 2))]
    )
    points = np.concatenate([points, points[:40]])  # several incidents at one place
    ours = point_clusters(*points.T, distance=100, fewest=8, runs=1, part=1)
    known = DBSCAN(eps=100, min_samples=8).fit(points)
    core = known.core_sample_indices_
    np.testing.assert_array_equal(ours == -1, known.labels_ == -1)
    pairs = set(zip(ours[core].tolist(), known.labels_[core].tolist(), strict=True))
    assert len(pairs) == len(set(known.labels_[core])) == len(set(ours[core]))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("seed", range(4))
def test_many_runs_over_the_same_parts_agree_with_those_of_esda(seed, monkeypatch):
    from esda.adbscan import ADBSCAN

    x, y = arc_and_blob()
    np.random.seed(seed)  # noqa: NPY002 - esda draws from the global state
    known = ADBSCAN(120, 8, reps=20, pct_exact=0.5).fit(pd.DataFrame({"X": x, "Y": y})).labels_
    monkeypatch.setattr(np.random, "default_rng", np.random.RandomState)  # the same stream
    ours = point_clusters(x, y, distance=120, fewest=8, runs=20, seed=seed)
    # a point between two clusters goes to the nearer here, to the first there
    assert ((known.astype(str) != "-1") == (ours >= 0)).mean() > 0.97
    pairs = pd.crosstab(known.astype(str), ours)
    assert pairs.to_numpy().max(axis=1).sum() / len(x) > 0.97


def test_without_clusters_no_point_has_one():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 1e6, (2, 60))
    assert (point_clusters(x, y, distance=10, fewest=6, runs=5) == -1).all()
