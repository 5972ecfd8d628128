"""Density and risk terrain: commands against the pure functions, and the map of their cells."""

import re

import numpy as np
import pytest

from mapper.base.errors import OutputError
from mapper.context.near import metres_to_kind
from mapper.context.place_files import read_all_places
from mapper.disclosure.make import release
from mapper.grid.hexagons import cells_to_points
from mapper.outputs.pictures.cell_map import cell_map
from mapper.questions.density import QUESTION, DensityChoices
from mapper.statistics.kernel_density import gaussian_kernel
from mapper.statistics.risk_terrain import fit_terrain


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Bars and libraries all over Liverpool, and a single airport."""
    drawn = np.random.default_rng(4)
    path = tmp_path_factory.mktemp("places") / "places.csv"
    lines = ["name,kind,lon,lat"]
    for kind, number in (("licensed premises", 90), ("library", 40), ("airport", 1)):
        for one in range(number):
            lon, lat = drawn.uniform(-3.0, -2.85), drawn.uniform(53.36, 53.45)
            lines.append(f"{kind} {one},{kind},{lon:.5f},{lat:.5f}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_density_is_the_kernel_of_the_counts(ask, study):
    table, manifest = ask("density", "--metres", 500)
    covered, reached = study.covered, ~study.uncovered
    assert table["density"].isna().eq(~reached).all()
    kernel = gaussian_kernel(covered.cells, bandwidth_m=500)
    np.testing.assert_allclose(table["density"][reached], kernel.density(covered.counts.incidents))
    assert manifest["choices"] == {"over": "land", "metres": 500}
    ratio, _ = ask("density", "--over", "demand")
    other = gaussian_kernel(covered.cells, bandwidth_m=400)
    np.testing.assert_allclose(
        ratio["ratio"][reached], other.ratio(covered.counts.incidents, covered.demand)
    )


def test_the_map_of_cells_has_a_colour_for_each_class_and_says_where_most_is(study):
    shown = release(QUESTION.ask(study, DensityChoices(over="residents")))
    picture = cell_map(shown, "ratio")
    assert picture.svg.count("up to ") == 5
    for said in ("N", *shown.table["district"].unique()):
        assert f">{said}</text>" in picture.svg
    assert re.search(r">\d+ k?m</text>", picture.svg)
    top = shown.table.loc[shown.table["ratio"].idxmax()]
    assert f"in {top['ward']}, {top['district']}." in picture.alt
    with pytest.raises(OutputError, match="no density of cells"):
        cell_map(shown, "density")


def test_distances_to_kinds_are_the_smallest_of_a_plain_loop(study, places):
    table = read_all_places([places]).table
    cells = study.cells[::500]
    found = metres_to_kind(table, cells)
    lon, lat = cells_to_points(cells)
    bars = table[table["kind"] == "licensed premises"]
    east = (bars["lon"].to_numpy() - lon[:, None]) * np.cos(np.radians(lat))[:, None]
    north = bars["lat"].to_numpy() - lat[:, None]
    metres = np.hypot(east, north).min(axis=1) * np.pi / 180 * 6_371_008.8
    np.testing.assert_allclose(found["licensed premises"], metres, rtol=0.005)


def test_risk_terrain_is_the_fit_of_cells_near_and_far(ask, study, places):
    table, manifest = ask("risk-terrain", "--places", places, "--metres", 400)
    covered = study.covered
    away = metres_to_kind(read_all_places([places]).table, covered.cells)
    kinds = ["library", "licensed premises"]
    near = (away[kinds] <= 400).to_numpy()
    found = fit_terrain(
        covered.counts.incidents,
        covered.area.cells["residents"].to_numpy(),
        near,
        cells=covered.cells,
    )
    table = table.set_index("kind").loc[kinds]
    np.testing.assert_allclose(table["ratio"], found.ratio)
    np.testing.assert_allclose(table[["ratio_low", "p"]], np.column_stack([found.low, found.p]))
    np.testing.assert_array_equal(table["cells_near"], near.sum(axis=0))
    np.testing.assert_array_equal(table["incidents_near"], covered.counts.incidents @ near)
    assert "never a cause" in manifest["notes"][0]
    assert any("Left out" in note and "airport" in note for note in manifest["notes"])
    cells, _ = ask("risk-terrain", "--places", places, "--metres", 400, "--table", "cells")
    np.testing.assert_allclose(cells["residual"][~study.uncovered], found.residual)


def test_no_kind_with_enough_cells_is_refused(run, extract, places, tmp_path):
    few = tmp_path / "few.csv"
    few.write_text("\n".join(places.read_text().splitlines()[:2]) + "\n")
    out = tmp_path / "x.csv"
    said = run("risk-terrain", extract, "--lens", "domestic-abuse", "--places", few, "--out", out)
    assert said.code == 2
    assert "No kind of place has 20 cells within 500 m" in said.err
