"""A month for which the files hold no row at all is missing: never a fall, never a cold period."""

import numpy as np
import pytest

from mapper.analysis.study import prepare
from mapper.base.errors import RequestError
from mapper.questions.change import ChangeChoices, ask_change
from mapper.questions.concentration import ConcentrationChoices, ask_concentration
from mapper.questions.patterns import PatternsChoices, ask_patterns
from mapper.questions.periods import split_periods
from mapper.questions.scan import SpaceTimeScanChoices, ask_scan
from mapper.questions.windows import Window, days_with_data, windows_since
from tests.builders import EVERYTHING, incidents_at, small_area

AREA = small_area(8)
CELLS = AREA.cells["cell"].to_numpy()
MISSING = np.datetime64("2024-04")


@pytest.fixture(scope="module", params=["day", "month"])
def study(request):
    """Seven months with a busy middle in each but April, of which there is nothing."""
    rng = np.random.default_rng(2)
    cells = np.concatenate([rng.choice(CELLS, 420), np.repeat(CELLS[90:93], 70)])
    made = incidents_at(cells, start="2024-01-01", precision=request.param)
    months = np.datetime64("2024-01") + rng.integers(0, 7, cells.size)
    months[months == MISSING] += 1
    first = months.astype("datetime64[D]")
    days = 0 if request.param == "month" else rng.integers(0, 28, cells.size)
    made.table["start"] = (first + days).astype("datetime64[us]")
    if request.param == "month":
        made.table["start"] = (
            made.table["start"].dt.to_period("M").dt.start_time.astype("datetime64[us]")
        )
    end = np.datetime64("2024-07-31").astype(object)
    return prepare(made, lens=EVERYTHING, area=AREA, end=end)


def test_periods_without_a_row_are_named_and_left_out(study):
    periods = split_periods(study, every="month")
    assert periods.names[3] == "2024-04"
    assert periods.held.tolist() == [True] * 3 + [False] + [True] * 3
    assert periods.lengths.tolist() == [31, 29, 31, 0, 31, 30, 31]
    finding = ask_patterns(study, PatternsChoices(by="cell"))
    assert set(finding.table["periods"]) == {3}  # a gap is a gap: those after it
    assert finding.table["hot_periods"].max() == 3
    hot = finding.table.loc[finding.table["hot_periods"].idxmax()]
    assert "2024-04" not in hot["hot_in"]
    assert hot["pattern"] == "persistent hot spot"
    assert any("2024-04" in note for note in finding.notes)
    assert any("3 periods before the gap are left out" in note for note in finding.notes)
    stable = ask_concentration(study, ConcentrationChoices(table="stability")).table
    assert stable["kept"].notna().all()


def of_months(*months):
    """Sixty incidents spread over the cells in each of some months."""
    cells = np.random.default_rng(5).choice(CELLS, 60 * len(months))
    made = incidents_at(cells, start="2021-01-01")
    start = np.repeat(np.array(months, dtype="datetime64[M]"), 60).astype("datetime64[us]")
    made.table["start"] = start + np.resize([0, 27], start.size) * np.timedelta64(1, "D")
    last = np.datetime64(months[-1], "M") + 1
    end = (last.astype("datetime64[D]") - 1).astype(object)
    return prepare(made, lens=EVERYTHING, area=AREA, start=start[0].astype(object).date(), end=end)


def test_months_years_apart_are_no_neighbours():
    """December 2021 and January 2025 do not follow each other: the later months stand alone."""
    late = ("2025-01", "2025-02", "2025-03")
    finding = ask_patterns(of_months("2021-11", "2021-12", *late), PatternsChoices(by="cell"))
    assert set(finding.table["periods"]) == {3}
    assert any("2022-01 to 2024-12: missing" in note for note in finding.notes)
    assert any("2 periods before the gap are left out" in note for note in finding.notes)
    with pytest.raises(RequestError, match=r"nothing in 2022-01 to 2024-12, and only 1 of these"):
        ask_patterns(of_months("2021-11", "2021-12", "2025-01"), PatternsChoices(by="cell"))


def test_rates_are_over_the_days_with_data(study):
    early = Window(*(np.datetime64(day).astype(object) for day in ("2024-01-01", "2024-05-31")))
    assert early.days == 152
    assert days_with_data(study, early) == 122
    june = Window(*(np.datetime64(day).astype(object) for day in ("2024-06-01", "2024-06-30")))
    row = ask_change(study, ChangeChoices(before=early, after=june, by="area")).table.iloc[0]
    assert row["ratio"] == pytest.approx(row["after"] / 30 / (row["before"] / 122))
    april = Window(*(np.datetime64(day).astype(object) for day in ("2024-04-01", "2024-04-30")))
    with pytest.raises(RequestError, match="nothing at all"):
        ask_change(study, ChangeChoices(before=april, after="2024-05-01:2024-05-31"))


def test_half_a_window_without_data_takes_the_verdict(study):
    spring = Window(*(np.datetime64(day).astype(object) for day in ("2024-03-01", "2024-04-30")))
    may = Window(*(np.datetime64(day).astype(object) for day in ("2024-05-01", "2024-05-31")))
    row = ask_change(study, ChangeChoices(before=spring, after=may, by="area")).table.iloc[0]
    assert (row["direction"], bool(row["clear"])) == ("cannot be told", False)
    assert "April 2024" in row["words"]
    assert np.isnan(row["ratio"])


def test_since_a_day_is_as_long_in_months_where_data_knows_no_days(study):
    before, after = windows_since(study, np.datetime64("2024-05-01").astype(object))
    months = "month" in study.incidents.table["precision"].unique()
    assert after.last == study.last
    assert before.last.isoformat() == "2024-04-30"
    assert before.first.isoformat() == ("2024-02-01" if months else "2024-02-02")
    assert months or before.days == after.days


def test_a_poisson_scan_expects_nothing_in_a_missing_month(study):
    choices = SpaceTimeScanChoices(chance="poisson", look="retrospective", runs=19, radius=2)
    found = ask_scan(study, choices).table.iloc[0]
    share = 31 / (31 + 29 + 31 + 31 + 30 + 31)
    assert found["expected"] <= study.counts.total
    choices = SpaceTimeScanChoices(chance="poisson", longest=1, runs=19, radius=0)
    one = ask_scan(study, choices).table
    per_cell = study.counts.total / CELLS.size * share
    np.testing.assert_allclose(one["expected"], per_cell, rtol=1e-6)
