"""How much periods vary: by hand, against the law it assumes, and on splits of real months."""

import numpy as np
import pandas as pd
import pytest

from mapper.statistics.change import compare_windows
from mapper.statistics.period_dispersion import (
    dispersion_between,
    fit_usual_ratio,
    measure_period_dispersion,
)


def test_pearsons_ratio_by_hand():
    counts = np.array([[4, 6, 20, 0], [0, 0, 0, 0]])
    found = measure_period_dispersion(counts, np.array([1, 1, 1, 1]), np.array([0, 0, 1, 1]))
    # 4 and 6 about 5: 2/5; 20 and 0 about 10: 20. Two degrees of freedom.
    assert found.ratio[0] == pytest.approx((0.4 + 20) / 2)
    assert found.freedom.tolist() == [2, 0]
    assert np.isnan(found.ratio[1])
    assert found.usual == pytest.approx(10.2)


def test_exposure_takes_known_movement_out_and_empty_periods_are_no_periods():
    counts = np.array([[10, 20, 30, 0]])
    found = measure_period_dispersion(counts, np.array([1, 2, 3, 0]), np.zeros(4, dtype=int))
    assert found.ratio.tolist() == [1.0]  # no ratio is below that of chance
    assert found.freedom.tolist() == [2]
    level = measure_period_dispersion(counts, np.array([1, 1, 1, 0]), np.zeros(4, dtype=int))
    assert level.ratio[0] == pytest.approx((100 + 0 + 100) / 20 / 2)


def test_periods_of_no_group_are_left_out():
    counts = np.array([[10, 90, 12]])
    found = measure_period_dispersion(counts, np.ones(3), np.array([0, -1, 0]))
    assert found.ratio[0] == pytest.approx(1.0)
    assert found.freedom[0] == 1


@pytest.mark.parametrize("worth", [4.0, 20.0])
def test_the_usual_ratio_and_its_worth_are_recovered(worth):
    rng = np.random.default_rng(3)
    freedom = np.full(20_000, 10.0)
    true = 1.7 * worth / rng.chisquare(worth, freedom.size)
    seen = true * rng.chisquare(freedom) / freedom
    usual, found = fit_usual_ratio(seen, freedom)
    assert usual == pytest.approx(1.7, rel=0.03)
    assert found == pytest.approx(worth, rel=0.1)


def test_places_that_do_not_differ_share_one_ratio():
    rng = np.random.default_rng(3)
    usual, worth = fit_usual_ratio(rng.chisquare(10, 3_000) / 10, np.full(3_000, 10.0))
    assert worth > 300
    assert usual == pytest.approx(1, abs=0.03)


def test_moderation_is_nearer_the_truth_than_each_place_alone():
    """Negative binomial months whose ratio differs from place to place."""
    rng = np.random.default_rng(5)
    ratio = 1 + rng.gamma(2, 0.6, 2_000)
    mean = rng.gamma(2, 4, ratio.size) + 3
    size = mean / (ratio - 1)
    counts = rng.negative_binomial(size[:, None], 1 / ratio[:, None], (ratio.size, 12))
    found = measure_period_dispersion(counts, np.ones(12), np.zeros(12, dtype=int))
    alone = ((counts - counts.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / 11
    alone /= counts.mean(axis=1)
    assert ((found.ratio - ratio) ** 2).mean() < 0.6 * ((alone - ratio) ** 2).mean()
    assert found.usual == pytest.approx(ratio.mean(), rel=0.05)


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="exposure"):
        measure_period_dispersion(np.ones((2, 3)), np.ones(2), np.zeros(3))


@pytest.fixture(scope="module")
def months(shared):
    """The real months: incidents at each snapped point rounded to about 150 m, by month."""
    folder = shared / "police_uk" / "merseyside-2018-2021"
    columns = ["Month", "Longitude", "Latitude", "Crime type"]
    tables = [
        pd.read_csv(path, usecols=columns) for path in sorted(folder.glob("201[89]*-street.csv"))
    ]
    table = pd.concat(tables, ignore_index=True)
    place = (
        (table["Longitude"] * 450).round().astype(int).astype(str)
        + ","
        + (table["Latitude"] * 750).round().astype(int).astype(str)
    )
    return pd.crosstab(place, table["Month"]), table["Crime type"], place, table["Month"]


def split_p(counts, days, rng, *, sizes, rest):
    """Two-sided p of a random split of the months, over places of ten incidents or more."""
    order = rng.permutation(days.size)
    group = np.full(days.size, 2 if rest else -1)
    group[order[: sizes[0]]] = 0
    group[order[sizes[0] : sum(sizes)]] = 1
    before, after = (counts[:, group == each].sum(axis=1) for each in (0, 1))
    change = compare_windows(
        before,
        after,
        before_length=days[group == 0].sum(),
        after_length=days[group == 1].sum(),
        dispersion=measure_period_dispersion(counts, days, group),
    )
    return change.p[before + after >= 10]


def shares(months, kind, *, sizes, rest, splits):
    table, types, place, month = months
    if kind is not None:
        chosen = (types == kind).to_numpy()
        table = pd.crosstab(place[chosen], month[chosen])
    counts = table.to_numpy()
    days = pd.PeriodIndex(table.columns, freq="M").days_in_month.to_numpy(dtype=float)
    rng = np.random.default_rng(11)
    p = np.concatenate([split_p(counts, days, rng, sizes=sizes, rest=rest) for _ in range(splits)])
    return (p <= 0.05).mean(), (p <= 0.01).mean()


@pytest.mark.parametrize(
    ("sizes", "rest", "splits"),
    [
        ((11, 12), False, 10),
        ((3, 3), True, 10),
        pytest.param((11, 12), False, 200, marks=pytest.mark.soak),
        pytest.param((3, 3), True, 200, marks=pytest.mark.soak),
        pytest.param((2, 12), True, 200, marks=pytest.mark.soak),
        ((1, 1), True, 10),
        pytest.param((1, 1), True, 200, marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize("kind", [None, "Violence and sexual offences", "Anti-social behaviour"])
def test_splits_of_real_months_change_no_more_often_than_told(months, kind, sizes, rest, splits):
    """Nothing changed by construction: p <= 0.05 in at most 5.5 %, p <= 0.01 in at most 1.2 %."""
    often, seldom = shares(months, kind, sizes=sizes, rest=rest, splits=splits)
    assert often <= 0.055
    assert seldom <= 0.012
    assert often >= 0.005  # a test that never speaks would pass, too


def test_two_windows_alone_tell_one_ratio_that_few_changes_do_not_move():
    rng = np.random.default_rng(12)
    mean = rng.gamma(3, 10, 3_000) + 10
    before, after = rng.negative_binomial(mean, 0.5), rng.negative_binomial(1.3 * mean, 0.5)
    found = dispersion_between(before, after)
    assert found.ratio[0] == found.usual == pytest.approx(2, rel=0.1)
    assert np.isinf(found.freedom).all()
    after[:100] *= 3
    assert dispersion_between(before, after).usual == pytest.approx(found.usual, rel=0.15)
    assert np.isnan(dispersion_between(before[:20], after[:20]).usual)
