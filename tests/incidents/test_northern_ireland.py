"""Northern Ireland's rows of police.uk: without crime ids and without LSOAs, none of them lost."""

import csv

import geopandas as gpd
import numpy as np
import shapely

from mapper.analysis.analyse import analyse
from mapper.areas.build import build_area
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from tests.small_extract import HEADER

FORCE = "Police Service of Northern Ireland"
KINDS = ("Anti-social behaviour", "Violence and sexual offences", "Burglary")
STREETS = ("On or near Botanic Avenue", "On or near Donegall Square", "No Location")


def write_rows(path, number):
    """Write rows in Belfast, one in four a street and kind that another row has, too."""
    drawn = np.random.default_rng(3)
    points = zip(drawn.normal(-5.93, 0.02, number), drawn.normal(54.6, 0.01, number), strict=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row, (x, y) in enumerate(points):
            at = row - row % 4 if row % 4 == 1 else row
            writer.writerow(
                ["", "2025-06", FORCE, FORCE, f"{x:.6f}", f"{y:.6f}", STREETS[at % 3], "", "",
                 KINDS[at % 3], "", ""]
            )  # fmt: skip
    return path


def test_every_row_is_read_and_seen_in_an_own_area(tmp_path):
    path = write_rows(tmp_path / "2025-06-northern-ireland-street.csv", 400)
    incidents = read_incidents([path])
    assert (len(incidents.table), len(incidents.rejected)) == (400, 0)
    assert incidents.files[0].format == "police.uk"
    box = shapely.box(-6.05, 54.54, -5.8, 54.66)
    frame = gpd.GeoDataFrame({"LGDNAME": ["Belfast"]}, geometry=[box], crs=4326)
    frame.to_file(tmp_path / "lgd.geojson")
    area = build_area(
        districts=tmp_path / "lgd.geojson",
        name="belfast",
        title="Belfast",
        out=tmp_path / "belfast.parquet",
    )
    found = analyse(incidents, lens=load_lens("public-all"), area=area)
    assert found.cells["incidents"].sum() == 400
    assert set(area.cells["district"]) == {"Belfast"}
