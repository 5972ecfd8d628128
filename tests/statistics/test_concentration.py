"""Concentration: the published worked figure, areas under curves, brute force over subsets."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.statistics.concentration import (
    cells_holding,
    gini,
    lorenz_curve,
    measure_concentration,
    sparse_gini,
    top_membership,
    top_stability,
)

WORKED = np.array([5, 2, 1, 0, 0, 0, 0, 0, 0, 0])
some_counts = st.lists(st.integers(0, 9), min_size=2, max_size=9).filter(any)


def test_the_published_worked_figure():
    assert gini(WORKED) == pytest.approx(0.80, abs=1e-12)
    assert sparse_gini(WORKED) == pytest.approx(0.75, abs=1e-12)


def test_even_spreads_and_one_full_cell():
    assert gini(np.full(8, 3)) == 0
    assert sparse_gini(np.full(8, 3)) == 0
    assert gini(np.array([0, 0, 0, 9])) == pytest.approx(0.75)
    # three incidents in three of ten cells cannot be spread more evenly
    assert sparse_gini(np.array([1, 1, 1] + [0] * 7)) == pytest.approx(0, abs=1e-12)
    assert sparse_gini(np.array([3] + [0] * 9)) == pytest.approx(2 / 3)


@settings(max_examples=60, deadline=None)
@given(some_counts)
def test_gini_is_the_mean_difference_and_the_area_above_the_lorenz_curve(counts):
    x = np.array(counts)
    differences = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())
    curve = lorenz_curve(x)
    area = np.trapezoid(curve.incidents, curve.cells)
    assert gini(x) == pytest.approx(differences)
    assert gini(x) == pytest.approx(1 - 2 * area)
    assert sparse_gini(x) <= gini(x) + 1e-12


@settings(max_examples=60, deadline=None)
@given(some_counts, st.sampled_from([0.1, 0.25, 0.5, 0.9]))
def test_no_smaller_set_of_cells_holds_the_share(counts, share):
    x = np.array(counts)
    found = cells_holding(x, share=share)
    enough = [
        size
        for size in range(1, x.size + 1)
        if max(sum(chosen) for chosen in combinations(counts, size)) >= share * x.sum() - 1e-9
    ]
    assert found.cells == min(enough)
    assert found.cell_share == found.cells / x.size
    assert found.incidents >= share * x.sum() - 1e-9


def test_the_whole_table():
    found = measure_concentration(WORKED)
    table = found.table().set_index("figure")["value"]
    assert table.to_dict() == pytest.approx(
        {
            "cells": 10,
            "incidents": 8,
            "occupied_cells": 3,
            "gini": 0.8,
            "gini_sparse": 0.75,
            "cells_holding_25_percent": 1,
            "share_of_cells_holding_25_percent": 0.1,
            "cells_holding_50_percent": 1,
            "share_of_cells_holding_50_percent": 0.1,
        }
    )
    assert found.lorenz.incidents[[0, 7, 8, 9, 10]] == pytest.approx([0, 0, 1 / 8, 3 / 8, 1])


@settings(max_examples=60, deadline=None)
@given(some_counts, st.sampled_from([0.05, 0.3, 0.5]), st.randoms())
def test_top_cells_do_not_depend_on_the_order_of_ties(counts, share, random):
    x = np.array(counts)
    member = top_membership(x, share=share)
    order = list(range(x.size))
    random.shuffle(order)
    np.testing.assert_allclose(top_membership(x[order], share=share), member[order])
    assert member.sum() == pytest.approx(min(np.ceil(share * x.size), (x > 0).sum()))
    assert not member[x == 0].any()


def test_tied_cells_share_the_places_that_are_left():
    np.testing.assert_allclose(
        top_membership(np.array([4, 2, 2, 2, 1]), share=0.4), [1, 1 / 3, 1 / 3, 1 / 3, 0]
    )


def test_stability_by_hand():
    counts = np.array([[9, 9, 0], [8, 0, 9], [7, 8, 8], [1, 7, 0], [0, 0, 0], [0, 0, 0]])
    table = top_stability(counts, periods=["Jan", "Feb", "Mar"], shares=[0.5])
    assert table["from_period"].tolist() == ["Jan", "Feb"]
    assert table["to_period"].tolist() == ["Feb", "Mar"]
    # January's top is cells 0, 1, 2; February's 0, 2, 3; March has two cells with any incident
    assert table["cells"].tolist() == [3, 3]
    assert table["kept"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert table["jaccard"].tolist() == pytest.approx([2 / 4, 1 / 4])


def test_the_same_counts_are_wholly_stable_even_with_ties():
    counts = np.repeat(np.array([[1], [1], [1], [0]]), 2, axis=1)
    table = top_stability(counts, shares=[0.25, 0.5])
    assert table["kept"].tolist() == pytest.approx([1, 1])
    assert table["jaccard"].tolist() == pytest.approx([1, 1])
    assert table.dtypes.astype(str).to_dict()["cells"] == "int64"


def test_an_empty_period_is_missing_not_stable():
    table = top_stability(np.array([[1, 0], [0, 0]]), shares=[0.5])
    assert table["kept"].isna().all()


def test_refusals():
    with pytest.raises(ValueError, match="no incident"):
        gini(np.zeros(4, dtype=int))
    with pytest.raises(ValueError, match="whole"):
        gini(np.array([0.5, 1.5]))
    with pytest.raises(ValueError, match="between 0 and 1"):
        cells_holding(WORKED, share=1.2)
    with pytest.raises(ValueError, match="names"):
        top_stability(np.ones((2, 2), dtype=int), periods=["one"])
    with pytest.raises(ValueError, match="cells, periods"):
        top_stability(WORKED)
