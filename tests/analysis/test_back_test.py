"""A whole back-test: which months train, which are tested, and what is refused."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from mapper.analysis.back_test import BackTest, back_test
from mapper.base.errors import RequestError
from mapper.lenses.lens import Rule
from mapper.statistics.accuracy import AccuracyTest
from tests.builders import EVERYTHING, incidents_at, small_area

AREA = small_area(5)
QUICK = AccuracyTest(replicates=50)
PLAN = BackTest(test_from=date(2025, 4, 1))


@pytest.fixture(scope="module")
def incidents():
    cells = AREA.cells["cell"].to_numpy()
    drawn = np.random.default_rng(2)
    busy = drawn.choice(cells, 700, p=np.r_[0.5, np.full(cells.size - 1, 0.5 / (cells.size - 1))])
    made = incidents_at(busy, start="2024-03-01", days=19 * 30)
    # nothing at all in July 2024: missing, not zero
    kept = made.table["start"].dt.strftime("%Y-%m").to_numpy() != "2024-07"
    table = made.table[kept].reset_index(drop=True)
    return replace(made, table=table, files=(replace(made.files[0], rows=len(table)),))


def test_a_single_split_trains_before_and_tests_after(incidents):
    found = back_test(incidents, PLAN, lens=EVERYTHING, area=AREA, trial=QUICK)
    assert (found.train[0], found.train[-1], len(found.train)) == ("2024-03", "2025-03", 12)
    assert (
        found.test
        == ("2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09")[: len(found.test)]
    )
    assert found.missing == ("2024-07",)
    assert found.incidents == len(incidents.table)
    assert found.splits == 1
    assert "over-represented p" not in set(found.table["ranking"])
    top = found.table[found.table["area_share"] == 0.02].set_index("ranking")
    # the busiest of 91 cells is a little over one per cent of the area and holds half of all
    assert top.loc["count of all periods", "hit_rate"] == pytest.approx(0.5, abs=0.1)
    months = incidents.table["start"].to_numpy().astype("datetime64[M]")
    assert top["incidents"].iloc[0] == (months >= np.datetime64("2025-04")).sum()


def test_rolling_windows_and_a_themed_lens(incidents):
    types = np.where(np.arange(len(incidents.table)) % 3, "Robbery", "Burglary")
    table = incidents.table.assign(type=types).astype({"type": "category"})
    rule = Rule(name="r", weight=3, reason="", conditions=(("type", "is", "Robbery"),))
    lens = replace(EVERYTHING, rules=(rule,))
    plan = replace(PLAN, design="rolling", train_months=12)
    found = back_test(replace(incidents, table=table), plan, lens=lens, area=AREA, trial=QUICK)
    assert found.splits == len(found.test)
    assert "over-represented p" in set(found.table["ranking"])
    assert found.incidents == (types == "Robbery").sum()  # whole incidents, not their weights


def test_refusals(incidents):
    with pytest.raises(RequestError, match="at least 12 months"):
        back_test(incidents, BackTest(date(2024, 9, 1)), lens=EVERYTHING, area=AREA)
    with pytest.raises(RequestError, match="at least 12 months"):
        back_test(incidents, BackTest(date(2030, 1, 1)), lens=EVERYTHING, area=AREA)
    few = replace(
        EVERYTHING,
        rules=(Rule(name="r", weight=1, reason="", conditions=(("reference", "is", "R1"),)),),
    )
    with pytest.raises(RequestError, match="fewer than 30"):
        back_test(incidents, PLAN, lens=few, area=AREA)


def test_the_known_figures_of_the_real_files(shared):
    from mapper.areas.load import load_study_area
    from mapper.incidents.read import read_incidents
    from mapper.lenses.load import load_lens

    incidents = read_incidents([shared / "police_uk" / "merseyside-2018-2021"])
    found = back_test(
        incidents,
        BackTest(date(2021, 1, 1)),
        lens=load_lens("public-all"),
        area=load_study_area(),
        trial=QUICK,
    )
    assert len(found.train) == 35
    assert found.missing == ("2019-07", "2021-10", "2021-11")
    rate = found.table[found.table["area_share"] == 0.01].set_index("ranking")["hit_rate"]
    assert rate["count of all periods"] == pytest.approx(0.152, abs=0.002)
    assert rate["best possible"] == pytest.approx(0.159, abs=0.001)
    assert rate["Gi* z, counts"] == pytest.approx(0.137, abs=0.001)
