"""Calibration: where nothing is going on, the share of p <= a is at most a, for every test and a.

PySAL's pseudo p breaks this promise by taking the smaller of two tails: the last test shows that
the check below would catch it. benchmarks/calibration.py writes the figures of the long form.
"""

from functools import cache

import numpy as np
import pytest

from mapper.statistics import scan
from mapper.statistics.moran import local_moran
from tests.statistics.null_worlds import (
    ALPHAS,
    NEAR,
    WORLDS,
    error_of,
    of_cells,
    of_worlds,
    shares,
)

CELLS, AREAS = of_cells(), of_worlds()


@pytest.fixture(autouse=True)
def one_table_of_bounds(monkeypatch):
    """Every scan here has the same number of incidents, and so the same table."""
    monkeypatch.setattr(scan, "bound_table", cache(scan.bound_table))


def check(found):
    mean = found.mean(axis=0)
    held = mean <= np.array(ALPHAS) + 4 * error_of(found)
    assert held.all(), dict(zip(ALPHAS, mean, strict=True))
    return mean


@pytest.mark.parametrize("worlds", [30, pytest.param(2000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", CELLS)
def test_every_test_of_cells(name, worlds):
    mean = check(shares(CELLS[name], worlds))
    if not name.startswith("meeting"):  # both tails must be small at once: far below a is right
        assert mean[0] > 0.01  # a p that is always 1 would pass the check and be of no use


@pytest.mark.parametrize("worlds", [8, pytest.param(300, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", AREAS)
def test_every_test_of_areas(name, worlds):
    many = 1 if name.startswith("scan") else 10  # a scan's world holds fifty scans
    mean = check(shares(AREAS[name], worlds * many))
    assert mean[0] > 0.03


def test_a_test_of_two_tails_in_one_is_caught():
    def smaller_tail(rng):
        found = local_moran(WORLDS["alike"](rng), NEAR)
        return np.minimum(found.p, found.p_unlike)

    with pytest.raises(AssertionError):
        check(shares(smaller_tail, 30))
