"""Children in domestic abuse, counted a second time row by row."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from mapper.base.errors import LensError
from mapper.context.children import count_children
from mapper.context.shares import compare_shares, months_covered


def drawn(size=400, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "domestic_abuse": rng.random(size) < 0.6,
            "child_at_address": rng.random(size) < 0.3,
            "baby_at_address": rng.random(size) < 0.1,
            "repeat_victim": rng.random(size) < 0.4,
            "risk_grade": pd.Categorical(rng.choice(["High", "medium", "high risk"], size)),
        }
    ), rng.integers(-1, 4, size)


def test_counts_agree_with_a_plain_loop():
    table, group = drawn()
    table.loc[::7, "risk_grade"] = np.nan
    found = count_children(table, group, size=5, months=12)
    for place in range(5):
        rows = [row for row, of in zip(table.itertuples(), group, strict=True)
                if of == place and row.domestic_abuse]  # fmt: skip
        child = sum(row.child_at_address or row.baby_at_address for row in rows)
        graded = [row for row in rows if isinstance(row.risk_grade, str)]
        high = sum(row.risk_grade != "medium" for row in graded)
        one = found.iloc[place]
        assert (one["incidents"], one["with_child"]) == (len(rows), child)
        assert one["with_baby"] == sum(row.baby_at_address for row in rows)
        assert one["repeat"] == sum(row.repeat_victim for row in rows)
        assert (one["graded"], one["high_risk"]) == (len(graded), high)
        if rows:
            low, high = binomtest(child, len(rows)).proportion_ci()
            assert one["child_share"] == child / len(rows)
            assert one["child_share_low"] == pytest.approx(low)
            assert one["child_share_high"] == pytest.approx(high)
            assert one["with_child_a_month"] == child / 12
        else:
            assert pd.isna(one["child_share"])
            assert pd.isna(one["with_baby_share"])


def test_what_the_data_lacks_is_missing_not_nought():
    table, group = drawn()
    found = count_children(table[["domestic_abuse", "child_at_address"]], group, size=4, months=1)
    assert found[["with_baby", "repeat", "graded", "high_risk"]].isna().all(axis=None)
    assert found[["with_baby_share", "repeat_share", "high_risk_share"]].isna().all(axis=None)


def test_a_file_without_the_flags_is_refused():
    table, group = drawn()
    with pytest.raises(LensError, match="no column for child_at_address"):
        count_children(table.drop(columns="child_at_address"), group, size=4, months=1)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2021, 9, 1), date(2022, 8, 31), 12),
        (date(2024, 2, 1), date(2024, 2, 29), 1),
        (date(2024, 1, 1), date(2025, 12, 31), 24),
        (date(2024, 1, 2), date(2025, 1, 1), 366 / 30.4375),
    ],
)
def test_months_between_two_days(first, last, months):
    assert months_covered(first, last) == months


def test_ratio_of_shares_against_scipy():
    """Given the sum, the count here is binomial with chance r n / (r n + m)."""
    some, of, elsewhere, of_elsewhere = 12, 40, 30, 300
    found = compare_shares(*(np.array([n]) for n in (some, of, elsewhere, of_elsewhere)))
    limits = binomtest(some, some + elsewhere).proportion_ci()
    odds = [chance / (1 - chance) * of_elsewhere / of for chance in limits]
    assert [found.low[0], found.high[0]] == pytest.approx(odds)
    assert found.ratio[0] == pytest.approx(0.3 / 0.1)
    assert found.excess[0] == pytest.approx(12 - 4)


def test_nothing_anywhere_says_nothing():
    nothing = np.array([0])
    found = compare_shares(nothing, nothing, nothing, np.array([10]))
    assert np.isnan(found.here[0])
    assert (found.low[0], found.high[0]) == (0, np.inf)
