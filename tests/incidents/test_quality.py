"""The quality report on small data worked out by hand, and on the real files' published facts."""

import json
from collections import Counter

import h3
import numpy as np
import pytest

from mapper.incidents.quality import quality_report
from mapper.incidents.read import read_incidents
from tests.incidents.incident_files import POLICE_UK, extract, read, write_csv

LABELS = {
    "A": "On or near Police Station",
    "B": "On or near Supermarket",
    "C": "On or near High St",
}


def police_rows(month, places):
    """Rows of a police.uk file: (lon, lat, label key, how many)."""
    made = []
    for lon, lat, key, number in places:
        row = ["", month, "F", "F", str(lon), str(lat), LABELS[key], "", "", "Drugs", "", ""]
        made += [row] * number
    return made


def report(tmp_path, *months):
    rows = [POLICE_UK, *(row for month, places in months for row in police_rows(month, places))]
    return quality_report(read(write_csv(tmp_path / "q.csv", rows)))


def test_rows_by_reason_month_and_type(tmp_path):
    rows = extract(
        {"incident_type": "Drugs"},
        {"incident_type": "Drugs", "from_at": "2026-04-01 10:00"},
        {"incident_type": ""},
        {"easting": "x"},
        {"from_at": "x"},
        {"from_at": "y"},
    )
    quality = quality_report(read(write_csv(tmp_path / "a.csv", rows)))
    assert (quality.rows_read, quality.accepted, quality.rejected, quality.files) == (6, 3, 3, 1)
    assert quality.by_reason == {"bad date": 2, "coordinate is not a number": 1}
    assert quality.by_month == {"2026-03": 2, "2026-04": 1}
    assert quality.by_type == {"Drugs": 2, "(blank)": 1}
    assert quality.by_month_and_type == {
        "2026-03": {"(blank)": 1, "Drugs": 1},
        "2026-04": {"Drugs": 1},
    }
    assert quality.by_precision == {"minute": 3}


def test_points_busiest_places_and_sinks(tmp_path):
    places = [(-2.9, 53.4, "A", 6), (-2.8, 53.4, "B", 3), (-2.7, 53.4, "C", 1)]
    quality = report(tmp_path, ("2026-01", places))
    assert quality.points == 3
    assert quality.incidents_per_point == {"mean": 3.333, "median": 3.0, "largest": 6.0}
    told = [(p.lon, p.incidents, p.share, p.label, p.kind) for p in quality.busiest]
    assert told == [
        (-2.9, 6, 0.6, LABELS["A"], "police station"),
        (-2.8, 3, 0.3, LABELS["B"], "supermarket"),
        (-2.7, 1, 0.1, LABELS["C"], ""),
    ]
    assert quality.busiest_share == pytest.approx(1)
    assert quality.sinks == {"police station": 0.6, "supermarket": 0.3}


def test_a_point_has_its_commonest_label(tmp_path):
    places = [(-2.9, 53.4, "A", 1), (-2.9, 53.4, "C", 3), (-2.9, 53.4, "B", 2)]
    assert report(tmp_path, ("2026-01", places)).busiest[0].label == LABELS["C"]


@pytest.mark.parametrize("resolution", [8, 9, 10])
def test_the_finest_resolution_is_that_of_the_points(tmp_path, resolution):
    """Two incidents at the centre of each child: finer cells hold one point each."""
    parent = h3.latlng_to_cell(53.4, -2.95, resolution)
    cells = [c for p in h3.grid_disk(parent, 1) for c in h3.cell_to_children(p, resolution + 1)]
    places = [(lon, lat, "C", 2) for lat, lon in map(h3.cell_to_latlng, cells)]
    quality = report(tmp_path, ("2026-01", places))
    assert quality.finest_resolution == resolution
    assert quality.points_per_cell[str(resolution + 1)] == 1
    assert f"resolution {resolution} " in quality.resolution_reason


@pytest.mark.parametrize(("moved", "changed"), [(0.0, False), (0.001, True)])
def test_a_replaced_snap_set_is_noticed(tmp_path, moved, changed):
    rng = np.random.default_rng(7)
    points = np.column_stack([rng.uniform(-3, -2.5, 20), rng.uniform(53.3, 53.5, 20)]).round(6)
    before = [(lon, lat, "C", 10) for lon, lat in points]
    after = [(round(lon + moved, 6), lat, "C", 10) for lon, lat in points]
    quality = report(tmp_path, ("2021-05", before), ("2025-06", after))
    assert quality.snap_points_changed is changed
    assert quality.years[1].share_at_earlier_points == float(not changed)
    assert ("invalid" in quality.snap_points_reason) is changed


def test_another_area_in_a_later_year_is_no_change(tmp_path):
    here, there = [(-2.9, 53.4, "C", 10)], [(-1.5, 52.4, "C", 10)]
    quality = report(tmp_path, ("2021-05", here), ("2025-06", [*here, *there]))
    assert not quality.snap_points_changed
    assert (quality.years[1].incidents, quality.years[1].on_shared_ground) == (20, 10)


def test_one_year_or_free_points_cannot_show_a_change(tmp_path):
    one = report(tmp_path, ("2026-01", [(-2.9, 53.4, "C", 10)]))
    assert (one.snap_points_changed, "No two years" in one.snap_points_reason) == (False, True)
    free = report(
        tmp_path, ("2025-01", [(-2.9, 53.4, "C", 1)]), ("2026-01", [(-2.8, 53.4, "C", 1)])
    )
    assert (free.snap_points_changed, "fixed set" in free.snap_points_reason) == (False, True)


def test_nothing_accepted_gives_an_empty_report(tmp_path):
    quality = quality_report(read(write_csv(tmp_path / "a.csv", extract({"easting": ""}))))
    assert (quality.accepted, quality.points, quality.busiest) == (0, 0, ())
    assert json.loads(quality.to_json())["by_reason"] == {"no coordinates": 1}


def test_json_holds_everything(tmp_path):
    quality = report(tmp_path, ("2026-01", [(-2.9, 53.4, "A", 6)]))
    told = json.loads(quality.to_json())
    assert told["busiest"][0]["label"] == LABELS["A"]
    assert told["by_month"] == {"2026-01": 6}


def test_merseyside_facts(shared):
    found = read_incidents([shared / "police_uk/merseyside-2018-2021"])
    quality = quality_report(found)
    places = found.table[["lon", "lat"]].round(6)
    points = Counter(zip(places["lon"].tolist(), places["lat"].tolist(), strict=True))
    assert quality.points == len(points) == 18_655
    assert quality.incidents_per_point["largest"] == max(points.values()) == 1_396
    assert (quality.points_per_cell["9"], quality.points_per_cell["10"]) == (4, 1)
    assert quality.finest_resolution == 9
    assert not quality.snap_points_changed
    kinds = {point.kind for point in quality.busiest}
    assert {"police station", "hospital", "supermarket"} <= kinds


def test_the_snap_set_replaced_between_2021_and_2025_is_noticed(shared):
    """Merseyside's older files and Cheshire's newer one share the ground along their border."""
    quality = quality_report(read_incidents([shared / "police_uk"]))
    assert quality.years[-1].year == 2025
    assert quality.years[-1].on_shared_ground > 100
    assert quality.snap_points_changed
