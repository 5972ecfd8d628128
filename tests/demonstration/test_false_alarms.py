"""Rearranged counts: where nothing is clustered any more, at most alpha of runs show a hot spot.

400 rearrangements of the demonstration's own counts and, where they are present, of real
police.uk counts, over the whole study area, through the default choices of an analysis.
"""

import numpy as np
import pyarrow.csv
import pytest
from scipy import stats

from mapper.analysis.analyse import FEWEST_IN_DISC
from mapper.areas.load import load_study_area
from mapper.grid.neighbours import find_neighbours
from mapper.lenses.classify import classify
from mapper.lenses.load import load_lens
from mapper.statistics.clusters import find_clusters
from mapper.statistics.false_discovery import benjamini_hochberg
from mapper.statistics.scores import score_counts
from tests.builders import count_incidents

RUNS = 400
ALPHA = 0.05


@pytest.fixture(scope="module")
def cells():
    return load_study_area().cells["cell"].to_numpy()


def share_of_alarms(counts, cells):
    near = find_neighbours(cells)
    rng = np.random.default_rng(400)
    alarms = 0
    for _ in range(RUNS):
        shuffled = rng.permutation(counts)
        q = benjamini_hochberg(find_clusters(score_counts(shuffled, score="capped"), near).p)
        hot = (q <= ALPHA) & (shuffled + near.ring_sums(shuffled) >= FEWEST_IN_DISC)
        alarms += bool(hot.any())
    return alarms / RUNS


def most_allowed():
    """The largest share that binomial error around alpha explains, one run in a thousand."""
    return stats.binom.ppf(0.999, RUNS, ALPHA) / RUNS


@pytest.mark.parametrize("lens", ["county-lines", "domestic-abuse", "all-demand"])
def test_rearranged_demonstration_counts(incidents, cells, lens):
    table = incidents.table
    weights = classify(table, load_lens(lens))
    points = (table["lon"].to_numpy(), table["lat"].to_numpy())
    counts = count_incidents(*points, weights, cells=cells, resolution=9)
    assert share_of_alarms(counts.weighted, cells) <= most_allowed()


def test_rearranged_real_counts(shared, cells):
    month = shared / "police_uk/merseyside-2018-2021/2019-06-merseyside-street.csv"
    table = pyarrow.csv.read_csv(month)
    points = (table["Longitude"].to_numpy(), table["Latitude"].to_numpy())
    ones = np.ones(len(points[0]), dtype=np.int64)
    counts = count_incidents(*points, ones, cells=cells, resolution=9)
    assert share_of_alarms(counts.weighted, cells) <= most_allowed()
