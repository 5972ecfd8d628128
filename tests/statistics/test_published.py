"""Published figures: Getis and Ord (1996), 16 x 16 grid; Anselin (1995), African conflict."""

import csv

import numpy as np
import pytest
from scipy.spatial import cKDTree

from mapper.grid.neighbours import Neighbours
from mapper.statistics.clusters import find_clusters, gi_star_z
from mapper.statistics.moran import QUADRANTS, local_moran

CELL_136 = 135  # counted from 0


def read_rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def near_from_pairs(pairs, size):
    pairs = np.array(sorted(pairs), dtype=np.int64)
    return Neighbours(size=size, rings=1, owner=pairs[:, 0], member=pairs[:, 1])


@pytest.fixture(scope="module")
def grid(shared):
    rows = read_rows(shared / "benchmarks/getisord/getisord_16x16.csv")
    rows.sort(key=lambda row: (-float(row["y"]), float(row["x"])))  # the paper counts from the top
    places = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    values = np.array([float(row["val"]) for row in rows])
    assert (values == values.astype(int)).all()
    return places, values.astype(np.int64)


@pytest.fixture(scope="module")
def conflict(shared):
    rows = read_rows(shared / "benchmarks/afcon/afcon_with_expected.csv")
    position = {row["code"]: i for i, row in enumerate(rows)}
    pairs = [
        (i, position[code]) for i, row in enumerate(rows) for code in row["neighbours"].split()
    ]
    scores = np.array([int(float(row["totcon"])) for row in rows])
    return rows, scores, near_from_pairs(pairs, len(rows))


def test_getis_and_ord_gi_star(grid):
    places, scores = grid
    pairs = cKDTree(places).query_pairs(30.01)
    near = near_from_pairs([*pairs, *((j, i) for i, j in pairs)], len(scores))
    disc = scores + near.ring_sums(scores)
    assert gi_star_z(scores, disc, near.degree)[CELL_136] == pytest.approx(1.45078, abs=5e-6)


def test_anselin_local_moran_of_every_country(conflict):
    rows, scores, near = conflict
    moran = local_moran(scores, near)
    expected = np.array([float(row["spdep_Ii"]) for row in rows])
    np.testing.assert_allclose(moran.value, expected, rtol=5e-4, atol=5e-6)
    by_name = {row["name"]: i for i, row in enumerate(rows)}
    for name, value in [
        ("EGYPT", 6.9467),
        ("SUDAN", 2.9878),
        ("UGANDA", 1.9425),
        ("KENYA", 1.1969),
    ]:
        assert moran.value[by_name[name]] == pytest.approx(value, abs=5e-5)
        assert QUADRANTS[moran.quadrant[by_name[name]]] == "high-high"


def test_anselin_global_moran_is_the_mean_of_the_local_ones(conflict):
    _, scores, near = conflict
    assert local_moran(scores, near).value.mean() == pytest.approx(0.41679563, abs=5e-9)


def test_anselin_gi_star_of_every_country(conflict):
    rows, scores, near = conflict
    z = find_clusters(scores, near).z
    expected = np.array([float(row["spdep_Gstar_z"]) for row in rows])
    np.testing.assert_allclose(z, expected, atol=5.1e-4)
    by_name = {row["name"]: i for i, row in enumerate(rows)}
    for name, value in [("EGYPT", 4.421), ("SUDAN", 4.039), ("UGANDA", 3.336), ("KENYA", 3.503)]:
        assert z[by_name[name]] == pytest.approx(value, abs=5e-4)
