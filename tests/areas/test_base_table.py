"""Tables that unusual places are compared with, spread by hand."""

from pathlib import Path

import numpy as np
import pytest

from mapper.analysis.analyse import analyse
from mapper.analysis.record import record_of
from mapper.analysis.request import AnalysisRequest
from mapper.areas.base_table import read_base_table
from mapper.base.errors import AreaError, RequestError
from mapper.grid.hexagons import cells_to_points, cells_to_strings
from tests.builders import EVERYTHING, disc, incidents_at, small_area

AREA = small_area()
CELLS = AREA.cells["cell"].to_numpy()
NAMES = cells_to_strings(CELLS)
EAST = (AREA.cells["ward"] == "East Ward").to_numpy()
HOT = disc(1, lon=-2.93)


def table_of(text):
    return read_base_table(Path("workplaces.csv"), text)


def spread(text, column="workers"):
    return table_of(text).by_cell(AREA, column)


def test_cells_take_their_own_rows_and_the_others_have_none():
    base, lost = spread(f"cell,workers\n{NAMES[3]},40\n{NAMES[9]},2.5\n8a1951000007fff,7\n")
    assert (base[3], base[9], base.sum(), lost) == (40, 2.5, 42.5, 1)


def test_points_are_counted_in_the_cell_they_lie_in():
    lon, lat = cells_to_points(CELLS[[5]])
    at = f"{lon[0]:.6f},{lat[0]:.6f}"
    base, lost = spread(f"lon,lat,workers\n{at},10\n{at},5\n0,0,3\n")
    assert (base[5], base.sum(), lost) == (15, 15, 1)


@pytest.mark.parametrize("head", ["ward,workers", "ward,district,workers"])
def test_a_ward_is_spread_over_its_cells_by_area_and_another_is_not_known(head):
    row = "East Ward,Liverpool" if "district" in head else "East Ward"
    base, lost = spread(f"{head}\n{row},1000\n")
    size = AREA.cells["area_km2"].to_numpy()
    np.testing.assert_allclose(base[EAST], 1000 * size[EAST] / size[EAST].sum())
    assert np.isnan(base[~EAST]).all()
    assert lost == 0


def test_an_lsoa_keeps_its_total():
    base, lost = spread("LSOA11CD,workers\nE01000001,300\nE01000002,5\n")
    assert base.sum() == pytest.approx(300)
    assert lost == 1


def test_the_only_column_of_numbers_need_not_be_named():
    assert table_of(f"cell,workers\n{NAMES[0]},1\n").column("") == "workers"
    two = table_of(f"cell,workers,visitors\n{NAMES[0]},1,2\n")
    assert two.column("visitors") == "visitors"
    with pytest.raises(AreaError, match="are workers, visitors"):
        two.column("")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"cell,workers\n{NAMES[0]},-1\n", "1 values of column workers"),
        (f"cell,workers\n{NAMES[0]},many\n{NAMES[1]},2\n", "first in row 2"),
        ("ward,workers\nElsewhere,3\n", "no row of column workers lies in the round area"),
        ("place,workers\nA,3\n", "no column names places"),
    ],
)
def test_faults_name_file_column_and_row(text, words):
    with pytest.raises(AreaError, match=words) as caught:
        spread(text)
    assert str(caught.value).startswith("workplaces.csv: ")


def busy(**choices):
    cells = np.concatenate([np.repeat(HOT, 12), np.random.default_rng(1).choice(CELLS, 300)])
    return analyse(incidents_at(cells), lens=EVERYTHING, area=AREA, **choices)


def test_where_workers_are_is_no_longer_unusual_and_the_sentence_names_them():
    """Nobody lives more in the hot disc: residents leave it unusual, its workers explain it."""
    assert len(busy().hotspots) == 1
    rows = "".join(f"{name},3000\n" for name in cells_to_strings(HOT))
    table = table_of(f"cell,workers\n{rows}")
    told = busy(expected="residents-and-table", expected_table=table)
    assert told.standard.words == "residents and workers (workplaces.csv) would explain"
    assert told.hotspots.empty
    few = table_of(f"cell,workers\n{NAMES[0]},50\n")
    again = busy(expected="residents-and-table", expected_table=few).hotspots["reason"][0]
    assert "that residents and workers (workplaces.csv) would explain" in again


def test_cells_that_the_table_does_not_name_are_told_and_take_no_part():
    half = table_of("ward,workers\nEast Ward,100\n")
    told = busy(expected="residents-and-table", expected_table=half)
    (note,) = [one.words for one in told.notes if one.code == "expectation"]
    assert f"no place of {(~EAST).sum():,} of {CELLS.size:,} cells" in note
    assert told.cells.loc[~EAST, "p"].isna().all()


def test_rows_outside_the_area_are_told():
    rows = "".join(f"{name},50\n" for name in NAMES)
    told = busy(expected="table", expected_table=table_of(f"cell,n\n{rows}8a1951000007fff,7\n"))
    assert any(
        one.words.startswith("1 rows of workplaces.csv lie in no cell") for one in told.notes
    )


def test_a_record_names_the_table_and_its_digest_and_holds_none_of_it():
    table = table_of(f"cell,workers\n{NAMES[0]},50\n")
    told = record_of(busy(expected="residents-and-table", expected_table=table))["request"]
    assert told["expected_table"] == {"name": "workplaces.csv", "sha256": table.sha256}


def test_young_residents_are_a_base_by_name():
    reason = busy(expected="young-residents").hotspots["reason"][0]
    assert "that residents aged 10 to 17 would explain" in reason


def test_a_table_and_its_choice_go_together():
    with pytest.raises(RequestError, match="go together"):
        AnalysisRequest(lens="x", expected="table")
    with pytest.raises(RequestError, match="go together"):
        AnalysisRequest(lens="x", expected_table=table_of("cell,n\nx,1\n"))
