"""The report to send back: rows by number, no free text, nothing a spreadsheet would compute."""

import csv
import io
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.examine import examine
from mapper.outputs.data_quality import COLUMNS, EXAMPLES, doubts_csv, doubts_html
from tests.builders import incidents_at, small_area

AREA = small_area(10)
TODAY = date(2025, 1, 15)
SECRET = "Flat 9, where J Smith lives"


@pytest.fixture(scope="module")
def incidents():
    """A year in which forty rows lie at a point without a place, and a type stops in July."""
    rng = np.random.default_rng(2)
    cells = rng.choice(AREA.cells["cell"].to_numpy(), 3_000)
    made = incidents_at(cells, start="2024-01-01", days=364, seed=9)
    table = made.table
    table["type"] = pd.Categorical(rng.choice(["Robbery", "=1+1", "Theft"], 3_000))
    table["location"] = pd.Categorical(
        [SECRET] * 100 + [""] * 2_860 + [f"Unknown, perhaps {SECRET}"] * 40
    )
    table.loc[2_960:, ["lon", "lat"]] = (-2.951, 53.401)
    gone = (table["type"] == "=1+1") & (table["start"] >= "2024-07-01")
    table = table[~gone].reset_index(drop=True)
    return replace(made, table=table, files=(replace(made.files[0], rows=len(table)),))


def test_each_doubt_is_a_row_with_its_counts_by_district_and_month(incidents):
    doubts = examine(incidents, AREA, today=TODAY)
    assert {one.code for one in doubts} == {"part stops", "default point"}
    text = doubts_csv(incidents, AREA, doubts).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    for row, doubt in zip(rows, doubts, strict=True):
        assert int(row["incidents"]) == doubt.rows.size
        for column in ("by_district", "by_month"):
            assert sum(int(one.rsplit(" ", 1)[1]) for one in row[column].split("; ")) == (
                doubt.rows.size
            )
        named = row["example_rows"].split("; ")
        assert len(named) == min(doubt.rows.size, EXAMPLES)
        numbers = {int(one.rsplit(" ", 1)[1]) for one in named}
        assert numbers <= set(incidents.table["row"].iloc[doubt.rows])


def test_no_free_text_and_no_formula_goes_out(incidents):
    doubts = examine(incidents, AREA, today=TODAY)
    page, text = (make(incidents, AREA, doubts).decode() for make in (doubts_html, doubts_csv))
    assert "Smith" not in page + text
    assert ",=1+1" not in text
    assert "OFFICIAL-SENSITIVE" in page
    assert "<script" not in page


def test_plain_data_is_said_to_be_so(incidents):
    assert b"Nothing in the data as a whole" in doubts_html(incidents, AREA, ())
