"""One block with 60 incidents and quiet surroundings: no cluster test sees it, mapper shows it."""

import csv

import numpy as np
import pandas as pd
import pytest

from mapper.areas.load import load_study_area
from mapper.grid.hexagons import cells_to_points, cells_to_strings


@pytest.fixture(scope="module")
def block(tmp_path_factory):
    """A busy town, so that 60 incidents in one disc are nothing much, and one block far away.

    Every cell of the district holds a few incidents; a broad centre holds many more.
    """
    path = tmp_path_factory.mktemp("block") / "extract.csv"
    cells = load_study_area("liverpool", resolution=9).cells["cell"].to_numpy()
    lon, lat = cells_to_points(cells)
    rng = np.random.default_rng(6)
    times = np.where(
        np.hypot(lon + 2.98, (lat - 53.41) * 1.7) < 0.025, 90, rng.integers(8, 12, cells.size)
    )
    middle = int(np.hypot(lon + 2.87, lat - 53.36).argmin())
    near = np.hypot((lon - lon[middle]) * 0.6, lat - lat[middle]) < 0.006
    times[near] = 0
    times[middle] = 60
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        names = ("reference", "from_at", "longitude", "latitude", "incident_type", "location")
        writer.writerow([*names, "domestic_abuse"])
        for row, at in enumerate(np.repeat(np.arange(cells.size), times).tolist()):
            day = f"2023-{1 + row % 12:02d}-{1 + row % 27:02d} 12:00"
            where = (f"{lon[at]:.6f}", f"{lat[at]:.6f}")
            writer.writerow([f"DEMO-{row}", day, *where, "Violence", "Example Road", "yes"])
    return path, cells_to_strings(cells[[middle]])[0]


def test_the_signals_name_it_and_say_that_clusters_miss_it(run, block, tmp_path):
    path, cell = block
    chosen = ("--lens", "domestic-abuse", "--area", "liverpool", "--question", "concentrated")
    said = run("signals", path, *chosen, "--out", tmp_path / "s.csv")
    assert said.code == 0, said.err
    row = pd.read_csv(tmp_path / "s.csv").set_index("cell").loc[cell]
    assert row["incidents"] == 60
    assert not row["cluster_found"]
    assert pd.isna(row["hotspot_id"])
    assert row["single_place_found"]
    assert "single place" in row["signals"]
    assert "does this one cell stand out from those around it?" in row["words"]
    assert "a cluster test cannot see" in said.out


def test_a_run_for_hot_spots_shows_it_beside_the_list(run, block, tmp_path):
    path, cell = block
    chosen = ("--lens", "domestic-abuse", "--area", "liverpool", "--question", "concentrated")
    said = run("hotspots", path, *chosen, "--signals", "--out", tmp_path / "out")
    assert said.code == 0, said.err
    places = pd.read_csv(tmp_path / "out" / "signals.csv")
    listed = pd.read_csv(tmp_path / "out" / "hotspots.csv")
    spots = places[places["kind"] == "hot spot"]
    assert spots["place_id"].tolist() == listed["hotspot_id"].tolist()
    assert spots["signals"].str.contains("cluster").all()
    alone = places[places["kind"] != "hot spot"].set_index("busiest_cell")
    assert alone.loc[cell, "incidents"] == 60
    assert "single place" in alone.loc[cell, "signals"]
    manifest = (tmp_path / "out" / "manifest.json").read_text()
    assert "signals.csv" in manifest
