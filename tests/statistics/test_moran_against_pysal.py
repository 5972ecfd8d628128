"""Local Moran, bivariate Moran and Gi* against PySAL on real counts, ties allowed for."""

import numpy as np
import pytest

from benchmarks._pysal import to_graph
from mapper.areas.load import load_study_area
from mapper.grid.neighbours import find_neighbours
from mapper.statistics.clusters import find_clusters
from mapper.statistics.moran import local_moran, local_moran_between
from mapper.statistics.permutation import conditional_tail, subset_tails
from tests.builders import count_incidents

RUNS = [999, pytest.param(9999, marks=pytest.mark.soak)]
pytestmark = pytest.mark.filterwarnings(
    "ignore:The alternative hypothesis:DeprecationWarning",
    "ignore:`row_stack` alias:DeprecationWarning",
)


@pytest.fixture(scope="module")
def real(shared):
    """Neighbours, and real counts of drugs and of violence of 2018, by cell of Merseyside."""
    from pyarrow import concat_tables, csv

    cells = load_study_area().cells["cell"].to_numpy()
    only = csv.ConvertOptions(include_columns=["Longitude", "Latitude", "Crime type"])
    files = sorted((shared / "police_uk").glob("merseyside*/**/2018-*.csv"))
    table = concat_tables([csv.read_csv(file, convert_options=only) for file in files]).to_pandas()
    counts = []
    for kind in ("Drugs", "Violence and sexual offences"):
        part = table[table["Crime type"] == kind]
        lon, lat = part["Longitude"].to_numpy(), part["Latitude"].to_numpy()
        ones = np.ones(len(part), dtype=np.int64)
        counts.append(count_incidents(lon, lat, ones, cells=cells, resolution=9).incidents)
    near = find_neighbours(cells)
    assert (near.degree > 0).all()
    return near, *counts


def smaller_tail_bounds(values, near):
    """Bounds of the smaller tail of each ring sum, whatever happens to ties.

    PySAL counts the draws at least as far out as the one seen and takes this share or what is
    left of 1, whichever is smaller. It compares sums of floats, so of the draws equal to the one
    seen any part may be counted.
    """
    ring = near.ring_sums(values)
    table = subset_tails(values, largest=int(near.degree.max()))
    at_least = conditional_tail(values, ring, near.degree, table)
    more = conditional_tail(values, ring + 1, near.degree, table)
    ends = np.stack([at_least, more, 1 - at_least, 1 - more])
    straddles = (at_least >= 0.5) & (more <= 0.5)
    low = np.clip(ends.min(axis=0), 0, 0.5)
    high = np.where(straddles, 0.5, np.minimum(ends[:2], ends[2:]).max(axis=0))
    return low, high, at_least - more


def assert_within_error(theirs, values, near, runs):
    low, high, tie = smaller_tail_bounds(values, near)
    # 6 standard errors over some 7,000 cells; PySAL's (count + 1) / (runs + 1) adds up to 2 / runs
    error = 6 * np.sqrt(high * (1 - high) / runs) + 8 / runs
    assert ((theirs >= low - error) & (theirs <= high + error)).all()
    few_ties = tie < 0.02
    assert few_ties.mean() > 0.1
    assert np.abs(theirs - high)[few_ties].mean() < 0.5 / np.sqrt(runs) + 0.01


@pytest.mark.parametrize("runs", RUNS)
def test_local_moran(real, runs, uncompiled_esda):
    from esda.moran import Moran_Local

    near, drugs, _ = real
    theirs = Moran_Local(
        drugs.astype(float), to_graph(near), permutations=runs, seed=1, keep_simulations=False
    )
    ours = local_moran(drugs, near)
    # esda divides by n - 1 where Anselin's definition, ours, divides by n
    scale = (drugs.size - 1) / drugs.size
    np.testing.assert_allclose(ours.value * scale, theirs.Is, rtol=1e-8, atol=1e-12)
    known = ours.quadrant > 0
    from_pysal = np.array([0, 1, 4, 2, 3])[theirs.q]  # its order: HH, LH, LL, HL
    np.testing.assert_array_equal(ours.quadrant[known], from_pysal[known])
    assert_within_error(theirs.p_sim, drugs, near, runs)


@pytest.mark.parametrize("runs", RUNS)
def test_local_bivariate_moran(real, runs, uncompiled_esda):
    from esda.moran import Moran_Local_BV

    near, drugs, violence = real
    theirs = Moran_Local_BV(
        drugs.astype(float),
        violence.astype(float),
        to_graph(near),
        permutations=runs,
        seed=2,
        keep_simulations=False,
    )
    ours = local_moran_between(drugs, violence, near)
    scale = (drugs.size - 1) / drugs.size
    np.testing.assert_allclose(ours.value * scale, theirs.Is, rtol=1e-8, atol=1e-12)
    assert_within_error(theirs.p_sim, violence, near, runs)


@pytest.mark.parametrize("runs", RUNS)
def test_gi_star(real, runs, uncompiled_esda):
    from esda.getisord import G_Local

    near, _, violence = real
    theirs = G_Local(
        violence.astype(float),
        to_graph(near).assign_self_weight(),
        transform="B",
        star=True,
        permutations=runs,
        seed=3,
        n_jobs=1,
        keep_simulations=False,
    )
    np.testing.assert_allclose(find_clusters(violence, near).z, theirs.Zs, rtol=1e-9)
    assert_within_error(theirs.p_sim, violence, near, runs)


@pytest.mark.parametrize("tail", ["p", "p_unlike"])
def test_own_p_is_that_of_monte_carlo_with_whole_numbers(real, tail):
    near, drugs, violence = real
    rng = np.random.default_rng(4)
    ours = local_moran_between(drugs, violence, near)
    runs = 4000
    for i in rng.choice(near.size, 25, replace=False):
        others = np.delete(violence, i)
        seen = int(violence[near.member[near.owner == i]].sum())
        degree = int(near.degree[i])
        drawn = np.array(
            [others[rng.integers(0, others.size, 4 * degree)][:degree].sum() for _ in range(runs)]
        )
        # I is the own value's z times the ring's: which sums give an I as large follows from it
        upper = (drugs[i] > drugs.mean()) == (tail == "p")
        share = (drawn >= seen).mean() if upper else (drawn <= seen).mean()
        exact = getattr(ours, tail)[i]
        # drawn with replacement: of 7,000 cells this differs by under 1 in 300
        assert abs(share - exact) <= 5 * np.sqrt(exact * (1 - exact) / runs) + 0.004


@pytest.mark.parametrize("rings", [1, 2])
def test_the_own_level_settles_the_tail_and_not_the_ring(real, rings):
    _, drugs, violence = real
    near = find_neighbours(load_study_area().cells["cell"].to_numpy(), rings=rings)
    found = local_moran_between(drugs, violence, near)
    high = drugs > drugs.mean()
    upper = find_clusters(violence, near, null="conditional").p
    lower = find_clusters(violence, near, null="conditional", lower=True).p
    np.testing.assert_allclose(found.p, np.where(high, upper, lower), atol=1e-13)
    np.testing.assert_allclose(found.p_unlike, np.where(high, lower, upper), atol=1e-13)
    np.testing.assert_array_equal(
        found.p_two_sided, np.minimum(1, 2 * np.minimum(found.p, found.p_unlike))
    )
    alike = np.isin(found.quadrant, [1, 2])
    assert (found.p <= found.p_unlike)[alike].mean() > 0.9
    assert (found.p >= found.p_unlike)[np.isin(found.quadrant, [3, 4])].mean() > 0.9
