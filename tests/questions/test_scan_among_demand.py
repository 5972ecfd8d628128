"""A theme scanned among all demand, and places alone: the command against the pure functions."""

import numpy as np

from mapper.grid.hexagons import cells_to_points
from mapper.statistics.bernoulli_scan import bernoulli_scan
from mapper.statistics.kernel_density import gaussian_kernel
from mapper.statistics.scan import ScanChoices, scan
from mapper.statistics.scan_windows import disc_zones

SPACE = ("--look", "space", "--radius", 3, "--runs", 19)
WHOLE = np.datetime64("2023-12-01")  # December is cut short and left out


def in_whole_months(study):
    """All incidents, and those of the lens, of each cell in whole months."""
    kept = (study.incidents.table["start"].to_numpy() < WHOLE) & (study.counts.position >= 0)
    size = study.near.size
    every = np.bincount(study.counts.position[kept], minlength=size)
    own = np.bincount(study.counts.position[kept & study.counted], minlength=size)
    return own[:, np.newaxis], every[:, np.newaxis]


def same_clusters(table, found):
    assert table["llr"].tolist() == [cluster.llr for cluster in found.clusters]
    assert table["incidents"].tolist() == [cluster.count for cluster in found.clusters]
    np.testing.assert_allclose(table["expected"], [each.expected for each in found.clusters])


def test_a_theme_among_all_demand(ask, study):
    table, manifest = ask("scan", *SPACE, "--chance", "bernoulli")
    own, every = in_whole_months(study)
    zones = disc_zones(study.cells, rings=3)
    same_clusters(table, bernoulli_scan(own, every, zones, choices=ScanChoices(runs=19)))
    assert set(table["first_day"]) == {"2023-01-01"}
    assert set(table["last_day"]) == {"2023-11-30"}
    assert manifest["choices"]["periods"] == 1


def test_places_alone_under_poisson(ask, study):
    table, _ = ask("scan", *SPACE, "--chance", "poisson", "--exposure", "demand")
    own, every = in_whole_months(study)
    found = scan(
        own,
        disc_zones(study.cells, rings=3),
        exposure=every[:, 0].astype(float),
        choices=ScanChoices(null="poisson", runs=19),
    )
    same_clusters(table, found)


def test_shuffled_times_say_nothing_of_places_alone(run, extract, tmp_path):
    out = tmp_path / "x.csv"
    said = run("scan", extract, "--lens", "domestic-abuse", "--look", "space", "--out", out)
    assert said.code == 2
    assert "choose another chance (--chance poisson or bernoulli)" in said.err


def test_an_own_table_of_points_is_what_poisson_expects_by(ask, study, tmp_path):
    """A table by point, such as of workers: its sums by cell are the exposure."""
    lon, lat = cells_to_points(study.cells)
    number = np.arange(study.near.size) % 7 + 1
    rows = [f"{x:.7f},{y:.7f},{n}" for x, y, n in zip(lon, lat, number, strict=True)]
    own = tmp_path / "workers.csv"
    own.write_text("lon,lat,workers\n" + "\n".join(rows) + "\n")
    given = ("--expected", "table", "--expected-table", own)
    table, _ = ask("scan", *SPACE, "--chance", "poisson", "--exposure", "expected", *given)
    counts, _ = in_whole_months(study)
    known = np.where(study.uncovered, 0, number)  # nothing is expected where no data reaches
    found = scan(
        counts,
        disc_zones(study.cells, rings=3),
        exposure=known.astype(float),
        choices=ScanChoices(null="poisson", runs=19),
    )
    same_clusters(table, found)
    ratio, manifest = ask("density", "--over", "expected", *given)
    covered, reached = study.covered, ~study.uncovered
    kernel = gaussian_kernel(covered.cells, bandwidth_m=400)
    expected = kernel.ratio(covered.counts.incidents, number[reached])
    np.testing.assert_allclose(ratio["ratio"][reached], expected)
    assert "as much as workers (workers.csv) would make" in manifest["notes"][0]
