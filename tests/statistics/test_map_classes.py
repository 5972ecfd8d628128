"""Classes of a map: against mapclassify, a search through all classes, and known answers."""

from itertools import combinations

import numpy as np
import pytest

from mapper.statistics.map_classes import class_breaks


def test_class_breaks():
    values = np.random.default_rng(5).lognormal(1, 1, 400)
    quantiles = class_breaks(np.append(values, np.nan), classes=4)
    np.testing.assert_allclose(quantiles, np.quantile(values, [0.25, 0.5, 0.75, 1]))
    equal = class_breaks(values, classes=4, scheme="equal")
    np.testing.assert_allclose(np.diff(equal), np.ptp(values) / 4)
    natural = class_breaks(np.array([1, 1.1, 1.2, 5, 5.1, 9, 9.2]), classes=3, scheme="natural")
    np.testing.assert_allclose(natural, [1.2, 5.1, 9.2])
    heavy = class_breaks(values, scheme="head-tail")
    assert heavy[0] == pytest.approx(values.mean())
    for scheme in ("quantiles", "natural", "head-tail", "equal"):
        np.testing.assert_array_equal(class_breaks(np.array([3.0, 3, 1]), scheme=scheme), [1, 3])
        assert class_breaks(np.array([]), scheme=scheme).size == 0


@pytest.mark.parametrize("seed", range(4))
def test_breaks_are_those_of_mapclassify(seed):
    import mapclassify  # compiles itself for seconds, wherever this file is only looked through

    values = np.random.default_rng(seed).lognormal(1, 1, 300)
    for scheme, maker in (
        ("quantiles", mapclassify.Quantiles),
        ("equal", mapclassify.EqualInterval),
    ):
        for classes in (3, 5, 7):
            expected = maker(values, k=classes).bins
            np.testing.assert_allclose(
                class_breaks(values, classes=classes, scheme=scheme), expected
            )
    expected = mapclassify.HeadTailBreaks(values).bins
    np.testing.assert_allclose(class_breaks(values, scheme="head-tail"), expected)


def spread_inside(values, bounds):
    group = np.searchsorted(bounds, values)
    return sum(
        ((values[group == each] - values[group == each].mean()) ** 2).sum() for each in set(group)
    )


@pytest.mark.parametrize("seed", range(4))
def test_natural_breaks_are_the_best_of_all_and_no_worse_than_those_of_mapclassify(seed):
    rng = np.random.default_rng(seed)
    few = rng.integers(0, 40, 25).astype(float)
    distinct = np.unique(few)
    found = class_breaks(few, classes=4, scheme="natural")
    every = (np.append(chosen, distinct[-1]) for chosen in combinations(distinct[:-1], 3))
    best = min(spread_inside(few, bounds) for bounds in every)
    assert spread_inside(few, found) == pytest.approx(best)
    many = rng.lognormal(1, 1, 120)
    ours, theirs = class_breaks(many, scheme="natural"), mapclassify_natural(many, 5)
    assert spread_inside(many, ours) <= spread_inside(many, theirs) * (1 + 1e-6)
    np.testing.assert_allclose(ours, theirs)


def mapclassify_natural(values, classes):
    """Their code as plain Python: compiling it takes longer than this test."""
    from mapclassify import classifiers

    plain = getattr(classifiers._fisher_jenks_means, "py_func", classifiers._fisher_jenks_means)
    return plain(np.sort(values), classes)


def test_natural_breaks_of_counts_that_are_far_from_zero():
    values = np.concatenate(
        [np.full(50, 1e9), np.full(50, 1e9 + 1), np.full(9, 1e9 + 5), [1e9 + 6]]
    )
    found = class_breaks(values, classes=2, scheme="natural")
    np.testing.assert_array_equal(found, [1e9 + 1, 1e9 + 6])
