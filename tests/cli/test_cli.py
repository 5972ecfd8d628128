"""The command line: its contract of files and columns, its refusals, its repeatability."""

import csv
import hashlib
import json
import subprocess
import sys

import h3
import numpy as np
import pandas as pd
import pytest

from mapper.base.tables import CELL_COLUMNS, HOTSPOT_COLUMNS

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)


def street_file(path, *, months=("2024-01", "2024-02"), seed=1):
    """A police.uk street file: a busy corner of Liverpool among scattered incidents, and faults."""
    rng = np.random.default_rng(seed)
    lines = [HEADER]
    for month in months:
        for i in range(300):
            lon, lat = rng.uniform(-2.99, -2.85), rng.uniform(53.36, 53.44)
            if i % 3 == 0:
                lon, lat = -2.9779 + rng.normal(0, 0.001), 53.4045 + rng.normal(0, 0.001)
            place = f"{lon:.6f},{lat:.6f},On or near Bold Street,E01,L"
            lines.append(f"{month}{i:05d},{month},M,M,{place},Robbery,,")
        lines.append(f"{month}none,{month},M,M,,,No Location,,,Robbery,,")
        lines.append(f",{month},M,M,-2.9,53.4,On or near Alder Road,E01,L,Anti-social behaviour,,")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def run(run):
    """The shared runner of commands, as a tuple of exit code, output and complaints."""

    def call(*arguments):
        said = run(*arguments)
        return said.code, said.out, said.err

    return call


def hotspots(run, source, out, *more):
    return run("hotspots", source, "--lens", "public-all", "--out", out, *more)


def test_hotspots_writes_the_files_of_the_contract(run, tmp_path):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    code, said, err = hotspots(run, source, tmp_path / "out")
    assert (code, err) == (0, "")
    names = {"hotspots.csv", "hotspots.geojson", "cells.parquet", "map.html", "manifest.json"}
    names.add("hotspots.csv-metadata.json")
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert "OFFICIAL-SENSITIVE" in said
    assert "604 read, 602 accepted, 2 rejected" in said

    listed = pd.read_csv(tmp_path / "out" / "hotspots.csv")
    assert list(listed.columns) == list(HOTSPOT_COLUMNS)
    assert listed["rank"].tolist() == list(range(1, len(listed) + 1))
    assert "Bold Street" in listed["name"][0]

    cells = pd.read_parquet(tmp_path / "out" / "cells.parquet")
    assert cells.pop("hex_id").equals(cells["cell"])
    assert list(cells.columns) == list(CELL_COLUMNS)
    assert all(map(h3.is_valid_cell, cells["cell"]))
    top = cells[cells["hotspot_id"] == listed["hotspot_id"][0]]
    assert top["incidents"].sum() == listed["incidents"][0]
    assert len(top) == listed["cells"][0]
    assert cells.loc[cells["hot"], "incidents"].sum() > 150
    assert "that residents would explain" in listed["reason"][0]

    shapes = json.loads((tmp_path / "out" / "hotspots.geojson").read_text())
    assert [f["properties"]["hotspot_id"] for f in shapes["features"]] == listed[
        "hotspot_id"
    ].tolist()

    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["inputs"][0]["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert manifest["request"]["lens"] == "public-all"
    numbers = manifest["numbers"]
    assert numbers["rows_read"] == 604
    assert numbers["rows_accepted"] == cells["incidents"].sum() + numbers["rows_outside"] == 602
    assert manifest["versions"]["h3"]


def test_finding_hot_spots_loads_no_library_it_does_not_need(tmp_path):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    words = [
        "mapper",
        "hotspots",
        str(source),
        "--lens",
        "public-all",
        "--out",
        str(tmp_path / "o"),
    ]
    heavy = ("numba", "esda", "libpysal", "geopandas", "shapely", "streamlit")
    code = (
        f"import sys; sys.argv = {words!r}; from mapper.cli.commands import app;"
        f"app(standalone_mode=False); print([each for each in {heavy!r} if each in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"


def test_a_map_called_as_a_file_is_refused_before_anything_is_read(run, tmp_path):
    code, _, err = hotspots(run, tmp_path / "none.csv", tmp_path / "h.csv")
    assert code == 2
    assert "h.csv is named as a file" in err
    assert not list(tmp_path.iterdir())


def test_the_same_input_gives_the_same_bytes(run, tmp_path):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    hotspots(run, source, tmp_path / "one")
    hotspots(run, source, tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        other = tmp_path / "two" / path.name
        if path.name == "manifest.json":
            first, second = json.loads(path.read_text()), json.loads(other.read_text())
            first.pop("made_at")
            second.pop("made_at")
            assert first == second
        else:
            assert path.read_bytes() == other.read_bytes(), path.name


def test_a_later_run_keeps_the_ids_of_an_earlier_one(run, tmp_path):
    hotspots(run, street_file(tmp_path / "a" / "2024-01-x-street.csv"), tmp_path / "one")
    later = street_file(tmp_path / "b" / "2024-03-x-street.csv", months=("2024-03",), seed=5)
    hotspots(run, later, tmp_path / "two", "--previous", tmp_path / "one")
    first, second = (
        pd.read_csv(tmp_path / name / "hotspots.csv")["hotspot_id"].tolist()
        for name in ("one", "two")
    )
    assert second
    assert set(second) <= set(first)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--resolution", "15"], "--resolution of 15"),
        (["--alpha", "7"], "--alpha of 7"),
        (["--from", "2024-05-01", "--to", "2024-01-01"], "after the last day"),
        (["--from", "2031-01-01"], "dates asked for"),
        (["--area", "atlantis"], "atlantis"),
        (["--previous", "nowhere"], "nowhere"),
        (["--mapping", "missing.toml"], "missing.toml"),
        (["--score", "loud"], "loud"),
    ],
)
def test_bad_choices_give_one_message_exit_2_and_nothing_written(run, tmp_path, more, words):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    code, said, err = hotspots(run, source, tmp_path / "out", *more)
    assert code == 2
    assert words in err
    assert "Traceback" not in err + said
    assert not (tmp_path / "out").exists()


def test_unknown_lens_and_missing_file_are_refused(run, tmp_path):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    code, _, err = run("hotspots", source, "--lens", "county-line", "--out", tmp_path / "out")
    assert code == 2
    assert "county-lines" in err
    code, _, err = hotspots(run, tmp_path / "absent.csv", tmp_path / "out")
    assert code == 2
    assert "absent.csv" in err
    assert not (tmp_path / "out").exists()


def test_a_lens_the_data_cannot_serve_names_those_it_can(run, tmp_path):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    code, _, err = run("hotspots", source, "--lens", "domestic-abuse", "--out", tmp_path / "out")
    assert code == 2
    assert "public-violence" in err


def test_too_few_incidents_draw_no_map(run, tmp_path):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv", months=("2024-01",))
    few = tmp_path / "2024-02-merseyside-street.csv"
    few.write_text("\n".join(source.read_text().splitlines()[:20]) + "\n")
    code, _, err = hotspots(run, few, tmp_path / "out")
    assert code == 2
    assert "too few" in err
    assert not (tmp_path / "out").exists()


def test_check_counts_every_row_and_lists_the_rejected(run, tmp_path):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    rejected, report = tmp_path / "rejected.csv", tmp_path / "report.json"
    code, said, err = run("check", source, "--rejected", rejected, "--report", report)
    assert (code, err) == (0, "")
    assert "604 rows read = 602 accepted + 2 rejected" in said
    with rejected.open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["row"]) for row in rows] == [302, 604]
    assert all("coordinates" in row["reason"] for row in rows)
    assert json.loads(report.read_text())


def test_lenses_lists_every_shipped_one(run):
    code, said, _ = run("lenses")
    assert code == 0
    for name in [
        "county-lines",
        "domestic-abuse",
        "domestic-abuse-children",
        "domestic-abuse-babies",
        "missing-children",
        "drugs",
        "serious-violence",
        "organised-crime",
        "all-demand",
        "public-drugs-weapons-robbery",
        "public-violence",
        "public-all",
    ]:
        assert f"\n{name}  " in f"\n{said}"


def test_a_fault_of_the_program_shows_no_traceback(run, monkeypatch, tmp_path):
    def broken(*_, **__):
        raise ZeroDivisionError("as if")

    monkeypatch.setattr("mapper.lenses.load.load_lens", broken)
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    code, said, err = hotspots(run, source, tmp_path / "out")
    assert code == 1
    assert "Traceback" not in err + said
    assert "report it" in err


def test_real_month_against_a_plain_count(run, shared, tmp_path):
    source = shared / "police_uk/merseyside-2018-2021/2020-06-merseyside-street.csv"
    code, _, _ = hotspots(run, source, tmp_path / "out")
    assert code == 0
    frame = pd.read_csv(source)
    cells = pd.read_parquet(tmp_path / "out" / "cells.parquet").set_index("cell")["incidents"]
    plain = pd.Series(
        [
            h3.latlng_to_cell(y, x, 9)
            for x, y in zip(frame["Longitude"], frame["Latitude"], strict=True)
        ]
    ).value_counts()
    inside = plain[plain.index.isin(cells.index)]
    assert (cells[inside.index] == inside).all()
    assert cells.sum() == inside.sum()
