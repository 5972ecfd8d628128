"""The files that leave: contracts, rounding, outlines."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from mapper.base.errors import DisclosureError
from mapper.base.tables import CELL_COLUMNS, HOTSPOT_COLUMNS
from mapper.grid.hexagons import cells_to_wkb, strings_to_cells
from mapper.outputs.tables import (
    cells_parquet,
    hotspot_rows,
    hotspots_csv,
    hotspots_geojson,
    rounded,
)


def read(release):
    return list(csv.DictReader(io.StringIO(hotspots_csv(release).decode("utf-8-sig"), newline="")))


def test_csv_has_the_contract_in_line_one_and_one_row_per_hot_spot(make_release):
    release = make_release()
    assert hotspots_csv(release).decode("utf-8-sig").splitlines()[0] == ",".join(HOTSPOT_COLUMNS)
    rows = read(release)
    assert [row["hotspot_id"] for row in rows] == release.hotspots["hotspot_id"].tolist()
    assert [int(row["incidents"]) for row in rows] == release.hotspots["incidents"].tolist()


def test_csv_is_rounded_for_reading(make_release):
    spots = {"lon": -2.123456789, "expected": 12.345678, "area_km2": 1.23456, "q": 1.23456e-9}
    row = read(make_release(spots=1, hotspots=spots))[0]
    assert (row["lon"], row["expected"], row["area_km2"]) == ("-2.123457", "12.35", "1.235")
    assert row["q"] == "1.23e-09"


def test_csv_text_is_never_a_formula_and_numbers_stay_numbers(make_release):
    spots = {"name": "=cmd|' /C calc'!A0", "reason": '@SUM(1),"a"\nb', "ward": "-", "lat": -53.4}
    row = read(make_release(spots=1, hotspots=spots))[0]
    assert row["name"] == "'=cmd|' /C calc'!A0"
    assert row["reason"] == '\'@SUM(1),"a"\nb'
    assert row["ward"] == "'-"
    assert row["lat"] == "-53.4"


def test_missing_values_are_empty_in_csv_and_null_in_geojson(make_release):
    release = make_release(spots=1, hotspots={"ratio": np.nan, "q": np.nan})
    assert (read(release)[0]["ratio"], read(release)[0]["q"]) == ("", "")
    assert json.loads(hotspots_geojson(release))["features"][0]["properties"]["q"] is None


def test_parquet_gives_the_cells_back_exactly(make_release):
    release = make_release()
    file = io.BytesIO(cells_parquet(release))
    found = pd.read_parquet(file)
    assert list(found) == ["cell", "hex_id", *list(CELL_COLUMNS)[1:]]
    assert found.pop("hex_id").equals(found["cell"])
    pd.testing.assert_frame_equal(found, release.cells)


def test_marking_travels_in_parquet_and_geojson(make_release):
    release = make_release()
    said = json.loads(pq.read_schema(io.BytesIO(cells_parquet(release))).metadata[b"mapper"])
    members = json.loads(hotspots_geojson(release))
    for found in (said, members):
        assert found["marking"] == "OFFICIAL-SENSITIVE"
        assert found["audience"] == "operational"
        assert found["release"] == release.digest
        assert found["synthetic"] is True


def test_outlines_are_the_union_of_the_cells(make_release):
    release = make_release(rings=8, spots=6)
    for feature in json.loads(hotspots_geojson(release))["features"]:
        mine = release.cells["hotspot_id"] == feature["properties"]["hotspot_id"]
        cells = strings_to_cells(release.cells.loc[mine, "cell"].to_numpy(dtype=object))
        union = shapely.union_all(shapely.from_wkb(cells_to_wkb(cells)), grid_size=1e-9)
        outline = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert outline.is_valid
        assert shapely.area(outline.symmetric_difference(union)) < 1e-3 * union.area
        assert all(polygon.exterior.is_ccw for polygon in outline.geoms)


def test_rows_hold_plain_values(make_release):
    for row in hotspot_rows(make_release()):
        assert {type(value) for value in row.values()} <= {int, float, str}


def test_screens_round_once(make_release):
    release = make_release(spots=1, hotspots={"ratio": 8.2501, "expected": 116.349})
    row = hotspot_rows(release, on_screen=True)[0]
    assert (row["ratio"], row["expected"]) == (8.3, 116.3)
    assert hotspot_rows(release)[0]["ratio"] == 8.25


def test_infinite_ratio_is_missing():
    assert rounded(float("inf"), "ratio") is None


@pytest.mark.parametrize("write", [hotspots_csv, hotspots_geojson, cells_parquet, hotspot_rows])
@pytest.mark.parametrize("other", [None, "result", pd.DataFrame()])
def test_only_a_release_leaves(write, other):
    with pytest.raises(DisclosureError, match="release"):
        write(other)


def test_no_hot_spots_is_a_header_and_no_feature(make_release):
    release = make_release(spots=0)
    assert hotspots_csv(release).decode("utf-8-sig") == ",".join(HOTSPOT_COLUMNS) + "\n"
    assert json.loads(hotspots_geojson(release))["features"] == []
