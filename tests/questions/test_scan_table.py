"""A scan of one's own table: SaTScan's published clusters by the command, areas, and refusals."""

import json

import numpy as np
import pytest


@pytest.fixture
def leukaemia(shared, tmp_path):
    folder = shared / "benchmarks" / "ny_leukaemia"
    ids, lat, lon = np.loadtxt(folder / "satscan_ny_coords.txt").T
    cases = np.loadtxt(folder / "satscan_ny_cases.txt")[:, 1]
    people = np.loadtxt(folder / "satscan_ny_pop.txt")[:, 2]
    rows = zip(ids, lon, lat, cases, people, strict=True)
    path = tmp_path / "leukaemia.csv"
    path.write_text(
        "place,lon,lat,cases,population\n"
        + "".join(f"{i:.0f},{x:.13f},{y:.13f},{c:.0f},{n:.0f}\n" for i, x, y, c, n in rows)
    )
    return path, json.loads((folder / "expected_satscan.json").read_text())["clusters"]


def test_the_published_clusters_come_from_the_command(ask, leukaemia):
    path, published = leukaemia
    table, manifest = ask("scan-table", "--table", path, "--runs", 19)
    for row, theirs in zip(table.head(6).to_dict("records"), published, strict=True):
        assert round(row["llr"], 6) == theirs["log_likelihood_ratio"]
        assert [int(one) for one in row["place_list"].split("; ")] == theirs["location_ids"]
        assert row["cases"] == theirs["observed"]
        assert row["population"] == theirs["population"]
        assert round(row["expected"], 2) == theirs["expected"]
        assert round(row["radius_km"], 2) == theirs["radius_km"]
    assert manifest["choices"]["table"] == "leukaemia.csv"
    assert "among 552 cases" in manifest["notes"][0]
    assert "none of the incidents loaded" in manifest["notes"][1]


def test_ellipses_and_a_part_of_a_population(ask, tmp_path):
    """On a plane, along a line that no circle of few places follows."""
    path = tmp_path / "own.csv"
    rows = [(500 * a, 500 * b, 5, 30 if a == b else 6) for a in range(8) for b in range(8)]
    path.write_text(
        "x,y,people,ill\n" + "".join(f"{x},{y},{5 * n + 50},{c}\n" for x, y, n, c in rows)
    )
    own = ("--table", path, "--cases", "ill", "--population", "people", "--runs", 19)
    found, _ = ask("scan-table", *own, "--chance", "bernoulli", "--windows", "ellipses")
    best = found.iloc[0]
    assert best["times_as_long"] >= 3
    assert best["degrees_from_east"] == 45
    circles, _ = ask("scan-table", *own, "--chance", "bernoulli")
    assert best["llr"] > circles.iloc[0]["llr"]


def test_wards_stand_at_their_middle(ask, study, tmp_path):
    wards = study.area.cells[["ward", "district"]].drop_duplicates().astype(str)
    path = tmp_path / "wards.csv"
    wards.assign(
        cases=[20, *[3] * (len(wards) - 1)],
        population=100,
        place=wards["ward"] + ", " + wards["district"],
    ).to_csv(path, index=False)
    table, _ = ask("scan-table", "--table", path, "--runs", 19)
    assert table["place_list"][0] == f"{wards['ward'].iloc[0]}, {wards['district'].iloc[0]}"
    assert table["p"][0] == 1 / 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lon,lat,cases,population\n-3,53,1.5,9\n", "1 values of column cases are not whole"),
        ("lon,lat,cases,population\n-3,53,x,9\n-2,53,1,9\n", "are no number of 0 or more"),
        ("lon,lat,cases,population\n-3,x,1,9\n-2,53,1,9\n", "values of column lat are no number"),
        ("ward,cases,population\nNowhere,1,9\n", "name no place of"),
        ("lon,lat,cases,people\n-3,53,1,9\n", "has 0 columns “population”"),
        ("lon,lat,cases,population\n-3,53,40,0\n-2,53,0,9\n", "incidents but no exposure"),
    ],
)
def test_what_cannot_be_scanned_is_said(run, extract, tmp_path, text, said):
    path = tmp_path / "own.csv"
    path.write_text(text)
    given = ("scan-table", extract, "--lens", "domestic-abuse", "--table", path)
    refused = run(*given, "--out", tmp_path / "x.csv")
    assert refused.code == 2
    assert said in refused.err
