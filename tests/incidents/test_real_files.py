"""Real police.uk files, row by row beside Python's csv module."""

import csv
from collections import Counter

import pytest

from mapper.base.text import place_name
from mapper.incidents.read import read_incidents


def by_hand(paths):
    """Accepted and rejected rows of police.uk files by a plain loop."""
    accepted, rejected, seen = [], [], set()
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            records = csv.reader(file)
            header = next(records)
            for number, record in enumerate(records, start=2):
                row = dict(zip(header, record, strict=True))
                reason = fault_of(row, seen)
                if reason:
                    rejected.append((path.name, number, reason))
                else:
                    accepted.append((path.name, number, row))
                    seen.add(identity(row))
    return accepted, rejected


def identity(row):
    """Reference, time, place and type: the last three differ in most that share a reference."""
    return tuple(row[name] for name in ("Crime ID", "Month", "Longitude", "Latitude", "Crime type"))


def fault_of(row, seen):
    if not row["Longitude"] or not row["Latitude"]:
        return "no coordinates"
    lon, lat = float(row["Longitude"]), float(row["Latitude"])
    if lon == 0 and lat == 0:
        return "zero coordinates"
    if not (-8.7 <= lon <= 1.8 and 49.8 <= lat <= 60.9):
        return "coordinates outside Great Britain and Northern Ireland"
    if row["Crime ID"] and identity(row) in seen:
        return "repeated reference"
    return ""


@pytest.fixture(scope="module")
def neighbours(shared):
    paths = sorted((shared / "police_uk/neighbours-2025-06").glob("*.csv"))
    return read_incidents(paths), *by_hand(paths)


def test_cheshire_and_derbyshire_hold_exactly_these_faults(neighbours):
    found, _, rejected = neighbours
    assert [file.rows for file in found.files] == [7_323, 9_199]
    told = found.rejected[["source", "row", "reason"]].itertuples(index=False, name=None)
    assert list(told) == rejected
    assert Counter((s, r) for s, _, r in rejected) == {
        ("2025-06-derbyshire-street.csv", "repeated reference"): 9
    }


def test_every_accepted_value_is_the_file_s(neighbours):
    found, accepted, _ = neighbours
    table = found.table.astype({"type": "str", "location": "str", "outcome": "str"}).fillna("")
    assert len(table) == len(accepted) == 7_323 + 9_199 - 9
    told = table[["source", "row", "reference", "lon", "lat", "type", "location", "outcome"]]
    for ours, (name, number, row) in zip(told.itertuples(index=False), accepted, strict=True):
        place = (float(row["Longitude"]), float(row["Latitude"]))
        texts = (row["Crime type"], place_name(row["Location"]), row["Last outcome category"])
        assert tuple(ours) == (name, number, row["Crime ID"], *place, *texts)
    assert set(table["start"].dt.strftime("%Y-%m-%d")) == {"2025-06-01"}
    assert set(table["end"].dt.strftime("%Y-%m-%d")) == {"2025-07-01"}
    antisocial = Counter(row["Crime type"] for _, _, row in accepted)["Anti-social behaviour"]
    assert int((~table["crime"]).sum()) == antisocial > 0


def test_original_text_is_the_file_s_own_line(neighbours, shared):
    found = neighbours[0]
    for name, rows in found.rejected.groupby("source"):
        lines = (shared / f"police_uk/neighbours-2025-06/{name}").read_text().splitlines()
        assert rows["original"].tolist() == [lines[row - 1] for row in rows["row"]]


def test_merseyside_is_read_whole(shared):
    found = read_incidents([shared / "police_uk/merseyside-2018-2021"])
    assert (found.rows_read, len(found.table), len(found.rejected)) == (641_140, 641_140, 0)
    assert len(found.files) == 45
    assert found.table["start"].nunique() == 45
    assert int((found.table["type"] == "Anti-social behaviour").sum()) == 129_276
    assert int(found.table["reference"].isna().sum()) >= 129_000
    assert found.table["lon"].between(-3.5, -2.3).mean() > 0.999


def test_merseyside_rows_agree_with_the_csv_module(shared):
    paths = sorted((shared / "police_uk/merseyside-2018-2021").glob("*.csv"))[:2]
    found = read_incidents(paths)
    accepted, rejected = by_hand(paths)
    assert not rejected
    assert found.table["row"].tolist() == [number for _, number, _ in accepted]
    assert found.table["lat"].tolist() == [float(row["Latitude"]) for _, _, row in accepted]
