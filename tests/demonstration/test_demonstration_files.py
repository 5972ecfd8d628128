"""The files of the demonstration force: calibration, faults and determinism, read back plainly."""

import csv
import json
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from demonstration.faults import FAULTS, REPEATED
from demonstration.writing import write_demonstration
from mapper.base.errors import InputError, RequestError
from mapper.incidents.faults import REASONS
from mapper.incidents.flags import NO, YES
from mapper.incidents.force_extract import EXTRACT_COLUMNS
from mapper.incidents.synthetic import SYNTHETIC_MARK, is_synthetic


def said_yes(text):
    """Read a flag as an extract does; anything else than a yes or a no is a fault."""
    text = text.lower()
    assert text in YES | NO
    return text in YES


def test_the_same_seed_gives_the_same_bytes(demonstration, tmp_path):
    again = write_demonstration(tmp_path)
    assert again.incidents.read_bytes() == demonstration.files.incidents.read_bytes()
    assert again.truth.read_bytes() == demonstration.files.truth.read_bytes()
    assert again.places.read_bytes() == demonstration.files.places.read_bytes()


def test_calibration_with_the_csv_module_alone(demonstration):
    truth = demonstration.truth
    dirty = {row for fault in truth["dirty_rows"].values() for row in fault["rows"]}
    seen = Counter()
    months = Counter()
    with demonstration.files.incidents.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == [
            column.name for column in EXTRACT_COLUMNS if column.name not in {"postcode", "channel"}
        ]
        for number, row in enumerate(reader, start=2):
            assert row["reference"].startswith(SYNTHETIC_MARK)
            if number in dirty:
                continue
            seen["rows"] += 1
            seen["crimes"] += said_yes(row["is_crime"])
            if said_yes(row["domestic_abuse"]):
                seen["domestic"] += 1
                child = said_yes(row["child_at_address"])
                seen["child"] += child
                seen["baby"] += said_yes(row["child_under_1"]) and child
                months[row["from_at"][:7]] += child
            else:
                assert not said_yes(row["child_at_address"])
    assert seen["rows"] == 250_000
    assert seen["domestic"] == 33_333
    assert seen["child"] == 9_715
    assert seen["baby"] == truth["incidents"]["child_under_1"] > 500
    assert abs(1 - seen["crimes"] / seen["rows"] - 0.8) <= 0.01
    assert len(months) == 12
    assert sum(months.values()) / 12 == pytest.approx(810, abs=1)
    assert all(600 < month < 1_050 for month in months.values())


def test_each_dirty_row_has_its_fault_and_no_other_row_has(demonstration):
    table, truth = demonstration.table, demonstration.truth
    found = faults_of(table)
    for reason, fault in truth["dirty_rows"].items():
        assert fault["count"] == len(fault["rows"]) >= 20
        assert found[reason] == set(fault["rows"]), reason
    assert truth["incidents"]["rows"] == len(table) == demonstration.files.rows
    assert truth["incidents"]["dirty"] == demonstration.files.dirty
    assert truth["incidents"]["clean"] + truth["incidents"]["dirty"] == len(table)


def test_faults_bear_the_reader_s_own_reasons():
    assert {*FAULTS, REPEATED} <= set(REASONS)


def faults_of(table):
    """Find every fault by its plain meaning, as sets of row numbers."""
    grid = table[["easting", "northing"]]
    degrees = table[["longitude", "latitude"]]
    east, north = (pd.to_numeric(grid[c], errors="coerce") for c in grid)
    lon, lat = (pd.to_numeric(degrees[c]) for c in degrees)
    start = pd.to_datetime(table["from_at"], format="%Y-%m-%d %H:%M", errors="coerce")
    end = pd.to_datetime(table["to_at"], format="%Y-%m-%d %H:%M")
    nowhere = grid.isna().all(axis=1) & degrees.isna().all(axis=1)
    masks = {
        "no date": table["from_at"].isna() & table["reported_at"].isna(),
        "bad date": table["from_at"].notna() & start.isna(),
        "future date": start > pd.Timestamp("2050-01-01"),
        "end before start": end < start,
        "no coordinates": nowhere,
        "coordinate is not a number": grid.notna().any(axis=1) & (east.isna() | north.isna()),
        "zero coordinates": (east == 0) & (north == 0) | (lon == 0) & (lat == 0),
        "latitude and longitude swapped": (lon > 50) & (lat < 0),
        "coordinates outside Great Britain and Northern Ireland": lon.between(1.9, 10)
        | (east > 680_000),
        "flag is neither yes nor no": ~table["domestic_abuse"].str.lower().isin(YES | NO),
        "repeated reference": table["reference"].duplicated(),
    }
    return {reason: set((np.flatnonzero(mask) + 2).tolist()) for reason, mask in masks.items()}


def test_clean_times_lie_in_the_year_and_in_order(demonstration):
    clean = demonstration.clean
    start, end, reported = (
        pd.to_datetime(clean[name], format="%Y-%m-%d %H:%M")
        for name in ("from_at", "to_at", "reported_at")
    )
    assert start.min() >= pd.Timestamp(2021, 9, 1)
    assert start.min() < pd.Timestamp(2021, 9, 1, 6)
    assert pd.Timestamp(2022, 8, 31, 18) < max(start.max(), end.max()) < pd.Timestamp(2022, 9, 1)
    assert (end.dropna() > start[end.notna()]).all()
    assert (reported >= end.fillna(start)).all()
    gap = (pd.Timestamp(2022, 3, 27, 1), pd.Timestamp(2022, 3, 27, 1, 59))
    for times in (start, end, reported):
        assert not times.between(*gap).any()
    assert 0.02 < end.notna().mean() < 0.06
    assert end[clean["incident_type"] == "Burglary"].notna().mean() > 0.75


def test_kinds_and_codes_agree(demonstration):
    clean = demonstration.clean
    crime = clean["is_crime"].str.lower().isin(YES)
    assert clean["home_office_code"].notna().equals(crime)
    domestic = clean["domestic_abuse"].str.lower().isin(YES)
    assert clean["risk_grade"].notna().equals(domestic)
    assert set(clean["risk_grade"].dropna()) == {"standard", "medium", "high"}
    assert clean["incident_type"].nunique() == 25
    missing = clean["missing"].str.lower().isin(YES)
    assert missing.equals(clean["incident_type"] == "Missing person")
    assert clean["missing_from"].notna().equals(missing)
    assert not (clean["found_place"].notna() & ~missing).any()


def test_nothing_could_be_taken_for_a_real_home(demonstration):
    uprn = demonstration.clean["uprn"].dropna()
    assert uprn.str.fullmatch(r"999\d{9}").all()
    assert not demonstration.clean["location"].str.contains(r"\d").any()


def test_truth_belongs_to_its_file_and_says_synthetic(demonstration):
    text = demonstration.files.truth.read_text(encoding="utf-8")
    assert json.loads(text)["synthetic"] is True
    assert "Synthetic demonstration data" in demonstration.truth["notice"]
    assert demonstration.truth["mark"] == "DEMO-"


@pytest.mark.parametrize(
    ("references", "synthetic"),
    [
        (["DEMO-000001", "DEMO-000002"], True),
        (["2021/4711", "DEMO-000002"], True),
        (["2021/4711", "X-DEMO-1"], False),
        ([None, None], False),
        ([], False),
    ],
)
def test_synthetic_data_is_known_by_its_references(references, synthetic):
    assert (
        is_synthetic(pd.DataFrame({"reference": pd.Series(references, dtype="str")})) is synthetic
    )


def test_a_negative_seed_is_refused(tmp_path):
    with pytest.raises(RequestError, match="seed is -1"):
        write_demonstration(tmp_path, seed=-1)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_files(tmp_path, monkeypatch):
    (tmp_path / "incidents.csv").write_text("old")

    def fail(table, path):
        path.write_text("half")
        raise OSError(28, "No space left on device")

    inside = "demonstration.writing."
    monkeypatch.setattr(inside + "compose_force", lambda *_, **__: None)
    monkeypatch.setattr(inside + "extract_table", lambda *_, **__: None)
    monkeypatch.setattr(inside + "add_faults", lambda *_: (SimpleNamespace(num_rows=0), {}))
    monkeypatch.setattr(inside + "_write_csv", fail)
    with pytest.raises(InputError, match="No space left"):
        write_demonstration(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["incidents.csv"]
    assert (tmp_path / "incidents.csv").read_text() == "old"
