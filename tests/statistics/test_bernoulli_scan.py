"""The Bernoulli scan against binomial likelihoods, shuffles made label by label, and leukaemia."""

import json

import numpy as np
import pytest
from scipy.stats import binom

from mapper.base.errors import RequestError
from mapper.statistics.bernoulli_scan import bernoulli_scan, likelihood_ratios
from mapper.statistics.scan import ScanChoices
from mapper.statistics.scan_windows import circle_zones, disc_zones
from tests.builders import disc

CELLS = disc(3)
ZONES = disc_zones(CELLS, rings=1)


@pytest.fixture(scope="module")
def counts():
    """Demand all over, the theme twice as common around one cell, lately more."""
    drawn = np.random.default_rng(8)
    demand = drawn.poisson(12, (CELLS.size, 4))
    share = np.full((CELLS.size, 4), 0.15)
    share[ZONES.places(int(ZONES.first_step[19]) - 1, 18), 2:] = 0.6
    return drawn.binomial(demand, share), demand


def test_the_ratio_is_that_of_binomial_likelihoods():
    c, n, total, everyone = 9, 20, 30, 200
    apart = binom.pmf(c, n, c / n) * binom.pmf(total - c, everyone - n, 21 / 180)
    together = binom.pmf(c, n, 0.15) * binom.pmf(total - c, everyone - n, 0.15)
    found = likelihood_ratios(np.array([9.0, 2.0]), np.array([20.0, 20.0]), total, everyone)
    assert found[0] == pytest.approx(np.log(apart / together))
    assert found[1] == 0  # fewer than elsewhere


@pytest.mark.parametrize("periods", [1, 4])
def test_the_best_window_is_the_best_of_a_plain_search(counts, periods):
    themed, demand = counts
    if periods == 1:
        themed, demand = (each.sum(axis=1, keepdims=True) for each in counts)
    found = bernoulli_scan(themed, demand, ZONES, choices=ScanChoices(runs=19))
    best = (0.0,)
    total, everyone = int(themed.sum()), int(demand.sum())
    for centre in range(CELLS.size):
        for step in range(int(ZONES.first_step[centre]), int(ZONES.first_step[centre + 1])):
            inside = ZONES.places(step, centre)
            for first in range(periods - max(periods // 2, 1), periods):
                c, n = (float(each[inside, first:].sum()) for each in (themed, demand))
                ratio = float(likelihood_ratios(np.array(c), np.array(n), total, everyone))
                best = max(best, (ratio, centre, first, c, n))
    top = found.clusters[0]
    assert top.llr == pytest.approx(best[0])
    assert (top.first_period, top.last_period) == (best[2], periods - 1)
    assert (top.count, top.expected) == (best[3], pytest.approx(best[4] * total / everyone))
    assert top.p == 1 / 20
    taken = [place for cluster in found.clusters for place in cluster.places.tolist()]
    assert len(taken) == len(set(taken))


def test_p_is_the_share_of_shuffles_of_single_incidents():
    lon = np.array([0.0, 0.01, 0.02, 0.03, 0.04, 0.05])
    demand = np.array([12, 12, 12, 12, 12, 20])
    zones = circle_zones(lon, np.zeros(6), exposure=demand.astype(float))
    themed = np.array([10, 7, 5, 4, 2, 2])
    found = bernoulli_scan(
        themed[:, None], demand[:, None], zones, choices=ScanChoices(runs=4000, fewest=1)
    )
    drawn = np.random.default_rng(3)
    owner = np.repeat(np.arange(6), demand)
    reached = 0
    for _ in range(4000):  # labels shuffled one by one, windows summed by hand
        label = drawn.permutation(owner)[:30]
        part = np.bincount(label, minlength=6).astype(float)
        top = max(
            float(
                likelihood_ratios(
                    np.array(part[zones.places(step, centre)].sum()),
                    np.array(float(demand[zones.places(step, centre)].sum())),
                    30,
                    80,
                )
            )
            for centre in range(6)
            for step in range(int(zones.first_step[centre]), int(zones.first_step[centre + 1]))
        )
        reached += top >= found.clusters[0].llr - 1e-9
    share = (reached + 1) / 4001
    spread = np.sqrt(2 * share * (1 - share) / 4000)
    assert abs(found.clusters[0].p - share) < 4 * spread


def test_where_nothing_gathers_p_is_small_as_seldom_as_it_says():
    drawn, small = np.random.default_rng(5), 0
    demand = drawn.poisson(15, (CELLS.size, 1))
    for seed in range(60):
        themed = drawn.multivariate_hypergeometric(demand[:, 0], 80)[:, None]
        found = bernoulli_scan(themed, demand, ZONES, choices=ScanChoices(runs=39, seed=seed))
        small += found.clusters[0].p <= 0.1
    assert small <= 13  # binomial(60, 0.1) exceeds 13 less than once in a thousand


def test_leukaemia_is_rare_enough_that_the_published_poisson_clusters_come_out(shared):
    folder = shared / "benchmarks" / "ny_leukaemia"
    _, lat, lon = np.loadtxt(folder / "satscan_ny_coords.txt").T
    cases = np.loadtxt(folder / "satscan_ny_cases.txt")[:, 1].astype(np.int64)
    people = np.loadtxt(folder / "satscan_ny_pop.txt")[:, 2]
    published = json.loads((folder / "expected_satscan.json").read_text())["clusters"]
    zones = circle_zones(lon, lat, exposure=people)
    whole = people.astype(np.int64)
    found = bernoulli_scan(cases[:, None], whole[:, None], zones, choices=ScanChoices(runs=9))
    for ours, theirs in zip(found.clusters[:3], published[:3], strict=True):
        assert (ours.places + 1).tolist() == theirs["location_ids"]
        assert ours.count == theirs["observed"]
        assert ours.llr == pytest.approx(theirs["log_likelihood_ratio"], rel=2e-3)


def test_what_cannot_be_scanned_is_said(counts):
    themed, demand = counts
    with pytest.raises(RequestError, match="still going on"):
        bernoulli_scan(themed, demand, ZONES, choices=ScanChoices(look="retrospective"))
    with pytest.raises(RequestError, match="no part of them"):
        bernoulli_scan(demand, demand, ZONES)
