"""A theme scanned among all demand, and places alone: the command against the pure functions."""

import numpy as np

from mapper.statistics.bernoulli_scan import bernoulli_scan
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
