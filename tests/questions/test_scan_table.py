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


def places_in_time(tmp_path, *, seed=5):
    """Twelve places on a line of a plane, eight months, one of both raised; whole numbers."""
    rng = np.random.default_rng(seed)
    east = 1_000 * np.arange(12) + rng.integers(0, 300, 12)
    people = rng.integers(50, 150, 12)
    cases = rng.poisson(people[:, np.newaxis] / 25, (12, 8))
    cases[4:7, 5:] += 9
    path = tmp_path / "months.csv"
    lines = [
        f"P{a},{east[a]},0,2025-{b + 3:02d},{cases[a, b]},{people[a]}"
        for b in range(8)
        for a in range(12)
        if cases[a, b]  # a row that is not there is no case
    ]
    path.write_text("place,x,y,month,cases,population\n" + "\n".join(lines) + "\n")
    return path, east, people.astype(float), cases


def windows_one_by_one(east, people, cases, *, shuffled):
    """The largest log likelihood ratio, window by window as its definition says."""
    days = np.diff(np.arange("2025-03", "2025-12", dtype="datetime64[M]").astype("datetime64[D]"))
    lengths, total, best = days.astype(float), cases.sum(), (0.0, (), 0, 0)
    weight = cases.sum(axis=1) if shuffled else people
    for centre in range(12):
        near = np.argsort(np.abs(east - east[centre]), kind="stable")
        for size in range(1, 13):
            places = near[:size]
            if weight[places].sum() > weight.sum() / 2:
                break
            for first in range(8):
                for last in range(first, min(first + 4, 8)):
                    c = cases[places, first : last + 1].sum()
                    if shuffled:
                        during = cases[:, first : last + 1].sum()
                        expected = cases[places].sum() * during / total
                    else:
                        share = lengths[first : last + 1].sum() / lengths.sum()
                        expected = total * share * people[places].sum() / people.sum()
                    if c >= 2 and c > expected:
                        rest = total - c
                        llr = c * np.log(c / expected) + rest * np.log(rest / (total - expected))
                        if llr > best[0]:
                            best = (llr, tuple(sorted(places)), first, last)
    return best


@pytest.mark.parametrize("chance", ["poisson", "permutation"])
def test_a_table_with_times_agrees_with_windows_taken_one_by_one(ask, tmp_path, chance):
    path, east, people, cases = places_in_time(tmp_path)
    own = ("--table", path, "--when", "month", "--chance", chance, "--runs", 19)
    table, manifest = ask("scan-table", *own)
    llr, places, first, last = windows_one_by_one(
        east, people, cases, shuffled=chance == "permutation"
    )
    row = table.iloc[0]
    assert row["llr"] == pytest.approx(llr, rel=1e-9)
    assert sorted(row["place_list"].split("; ")) == sorted(f"P{at}" for at in places)
    assert (row["first_day"][:7], row["last_day"][:7]) == (
        f"2025-{first + 3:02d}",
        f"2025-{last + 3:02d}",
    )
    assert "In time: 8 periods, 2025-03-01 to 2025-10-31" in manifest["notes"][2]


def test_what_is_still_going_on_ends_with_the_table(ask, tmp_path):
    path, *_ = places_in_time(tmp_path)
    own = ("--table", path, "--when", "month", "--look", "prospective", "--runs", 19)
    for chance in ("poisson", "bernoulli", "permutation"):
        table, _ = ask("scan-table", *own, "--chance", chance)
        assert set(table["last_day"].head(1)) == {"2025-10-31"}


_TIMES = "lon,lat,when,cases,population\n"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("-3,53,2025,1,9\n-2,53,2025-02,1,9\n", (), "1 values of column when are no time like"),
        ("-3,53,June,1,9\n-2,53,June,1,9\n", (), "2 values of column when are no time"),
        ("-3,53,2025-13,1,9\n", (), "first in row 2. Write all as 2026"),
        ("-3,53,1900-01-01,1,9\n-2,53,2025-01-01,1,9\n", (), "at most 4,000 can be scanned"),
        ("-3,53,2025,1,9\n", ("--when", "year"), "has no column “year”; it has lon, lat, when"),
        ("-3,53,2025,1,9\n", ("--chance", "bernoulli"), "or another chance (--chance)"),
        ("-3,53,2025,1,9\n", ("--when", "", "--chance", "permutation"), "name their column"),
    ],
)
def test_times_that_cannot_be_read_are_said(run, extract, tmp_path, text, options, said):
    path = tmp_path / "own.csv"
    path.write_text(_TIMES + text)
    given = ("scan-table", extract, "--lens", "domestic-abuse", "--table", path, "--when", "when")
    refused = run(*given, *options, "--out", tmp_path / "x.csv")
    assert refused.code == 2
    assert said in refused.err


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
