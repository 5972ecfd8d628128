"""Incidents are counted and scores are weighted: two columns, two names, in everything written."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.analyse import analyse
from mapper.analysis.study import prepare
from mapper.disclosure.make import release
from mapper.disclosure.own_wards import narrowed
from mapper.lenses.lens import Rule
from mapper.outputs.exports import export
from mapper.outputs.maps import export_map
from mapper.outputs.maps.drawing import figures_of
from mapper.outputs.tables import cells_parquet, hotspots_csv
from mapper.questions.periods import counts_by_period, split_periods
from tests.builders import EVERYTHING, disc, incidents_at, small_area

AREA = small_area()
CELLS = AREA.cells["cell"].to_numpy()
HEAVY = replace(
    EVERYTHING,
    rules=(
        Rule("knife", 5, "graver", (("knife", "is", True),)),
        Rule("any", 1, "all count", ()),
    ),
)
AWAY = disc(0, lon=-2.0)  # outside the study area
SPREAD = np.random.default_rng(3).choice(CELLS, 400)
WHERE = np.concatenate([np.repeat(disc(1, lon=-2.93), 20), SPREAD, np.repeat(AWAY, 9)])
INCIDENTS = incidents_at(WHERE, knife=np.arange(WHERE.size) % 3 == 0)


@pytest.fixture(scope="module", params=["unusual", "concentrated"])
def result(request):
    return analyse(INCIDENTS, lens=HEAVY, area=AREA, question=request.param)


def test_incidents_of_cells_and_those_outside_are_the_incidents(result):
    numbers = result.numbers
    assert result.cells["incidents"].sum() + numbers["incidents_outside"] == WHERE.size
    assert numbers["incidents_outside"] == 9
    assert result.cells["score"].sum() == numbers["score_counted"] > numbers["incidents_counted"]


def test_hot_spots_hold_the_incidents_of_their_cells(result):
    inside = result.cells[result.cells["hot"]].groupby("hotspot_id")["incidents"].sum()
    listed = result.hotspots.set_index("hotspot_id")["incidents"]
    assert len(listed) >= 1
    assert listed.sort_index().equals(inside.astype("int64").rename_axis("hotspot_id").sort_index())


def test_every_file_that_says_incidents_adds_up_to_them(result):
    """Parquet, GeoPackage's table and the map: the same sum under the same name."""
    shown = release(result)
    counted = result.numbers["incidents_counted"]
    cells = pd.read_parquet(io.BytesIO(cells_parquet(shown)))
    assert cells["incidents"].sum() == counted
    assert cells["score"].sum() == result.numbers["score_counted"]
    table = pd.read_excel(io.BytesIO(export(shown, "xlsx")), sheet_name="Cells", engine="calamine")
    assert not any("count" in str(name).lower() for name in table.columns)
    drawn = figures_of(shown)["cells"]
    assert sum(drawn["incidents"]) == counted
    assert sum(drawn["score"]) == result.numbers["score_counted"]
    listed = pd.read_csv(io.BytesIO(hotspots_csv(shown)))
    assert listed["incidents"].sum() == cells.loc[cells["hot"], "incidents"].sum()


def test_the_map_has_one_name_for_each(result):
    page = export_map(release(result))
    assert "Incidents in a cell" in page
    assert "Score in this cell" in page
    assert "Count in" not in page
    assert figures_of(release(result))["weighted"]


def test_a_lens_of_one_weight_is_not_told_twice():
    plain = release(analyse(INCIDENTS, lens=EVERYTHING, area=AREA))
    assert not figures_of(plain)["weighted"]


def test_months_played_over_the_map_add_up_to_their_incidents_never_weighted():
    study = prepare(INCIDENTS, lens=HEAVY, area=AREA)
    periods = split_periods(study, every="month")
    when = INCIDENTS.table["start"].to_numpy()
    first, last = periods.starts[0], periods.starts[-1]
    whole = (when >= first) & (when < last) & (study.counts.position >= 0)
    assert counts_by_period(study, periods).sum() == whole.sum() > 300


def test_a_wards_total_is_the_incidents_of_its_cells(result):
    own = narrowed(result, ["East Ward"])
    inside = np.isin(WHERE, CELLS[(AREA.cells["ward"] == "East Ward").to_numpy()])
    assert own.numbers["incidents_counted"] == own.cells["incidents"].sum() == inside.sum()
