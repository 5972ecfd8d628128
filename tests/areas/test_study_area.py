"""The shipped study area, its parts, its other resolutions, its outlines and its file."""

import dataclasses
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.areas import stored
from mapper.areas.load import load_study_area
from mapper.areas.resolution import at_resolution
from mapper.areas.study_area import (
    StudyArea,
    read_study_area,
    write_study_area,
)
from mapper.base.errors import AreaError
from mapper.grid.area_weighting import equal_area
from mapper.grid.counts import locate
from mapper.grid.hexagons import cells_to_points, cells_to_wkb, points_to_cells, polygon_to_cells
from mapper.grid.neighbours import find_neighbours, touching_groups
from mapper.grid.overlap import common_areas

PUBLISHED = {
    "Knowsley": 152_452,
    "Liverpool": 500_474,
    "Sefton": 275_899,
    "St Helens": 181_095,
    "Wirral": 324_336,
}


@pytest.fixture(scope="module")
def ward():
    """A small area with a border: cells of two wards in two districts."""
    area = load_study_area()
    cells = area.cells[area.cells["ward"].isin(["Fazakerley", "Molyneux"])].reset_index(drop=True)
    return dataclasses.replace(area, cells=cells)


def totals(area, column="residents"):
    return area.cells.groupby("district", observed=True)[column].sum().to_dict()


def test_default_keeps_the_published_totals():
    area = load_study_area()
    assert (area.name, area.title, area.resolution) == ("merseyside", "Merseyside", 9)
    assert totals(area) == PUBLISHED
    assert area.cells["ward"].nunique() == 111
    assert not area.cells.isna().any().any()
    assert area.cells["deprivation_decile"].isin(range(1, 11)).all()
    assert "Crown copyright" in area.licence
    assert "Open Government Licence" in area.licence
    assert "4 invalid polygons repaired" in area.notes[0]


def test_a_named_area_at_its_own_resolution_imports_no_geometry_library():
    code = (
        "import sys; from mapper.areas.load import load_study_area; load_study_area('wirral');"
        "print([m for m in ('shapely', 'geopandas', 'pyogrio', 'pyproj') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("resolution", [7, 8, 10])
def test_other_resolutions_keep_every_total_and_lose_no_cell(resolution):
    area, base = load_study_area(resolution=resolution), load_study_area()
    assert totals(area) == PUBLISHED
    assert totals(area, "residents_10_17") == totals(base, "residents_10_17")
    assert set(area.cells["ward"].cat.categories) == set(base.cells["ward"].cat.categories)
    lon, lat = cells_to_points(base.cells["cell"].to_numpy())
    cells = area.cells["cell"].to_numpy()
    assert (locate(lon, lat, cells=cells, resolution=resolution) >= 0).all()
    assert touching_groups(find_neighbours(cells), np.ones(cells.size, dtype=bool)).max() < 4


@pytest.mark.parametrize("resolution", [7, 8, 10, 11])
def test_carried_over_cells_are_those_that_overlap(ward, resolution):
    """Against a brute search: every pair of polygons, without the candidate rings."""
    table = at_resolution(ward.cells, source=9, resolution=resolution)
    outline = shapely.union_all(shapely.from_wkb(cells_to_wkb(ward.cells["cell"].to_numpy())))
    wide = polygon_to_cells(outline.buffer(0.002), resolution=resolution)
    hexagons = shapely.from_wkb(cells_to_wkb(wide))
    overlapping = wide[shapely.area(shapely.intersection(hexagons, outline)) > 1e-13]
    touching = wide[shapely.distance(hexagons, outline) < 1e-6]
    found = table["cell"].to_numpy()
    assert np.isin(overlapping, found).all()
    assert np.isin(found, touching).all()
    assert table["residents"].sum() == ward.cells["residents"].sum()
    own = ward.cells.groupby("district", observed=True)["residents"].sum()
    assert table.groupby("district", observed=True)["residents"].sum().to_dict() == own.to_dict()


@settings(max_examples=60, deadline=None)
@given(
    cell=st.integers(0, 10**6),
    inward=st.floats(0, 0.999999),
    corner=st.integers(0, 5),
    along=st.floats(0, 1),
    resolution=st.sampled_from([7, 8, 10]),
)
def test_a_point_counted_at_9_is_counted_at_every_resolution(
    cell, inward, corner, along, resolution
):
    """Points up to the very edge of the cells of the shipped area."""
    cells = load_study_area().cells["cell"].to_numpy()
    chosen = cells[[cell % cells.size]]
    ring = shapely.get_coordinates(shapely.from_wkb(cells_to_wkb(chosen)))[:6]
    edge = ring[corner] * (1 - along) + ring[(corner + 1) % 6] * along
    point = ring.mean(axis=0) * (1 - inward) + edge * inward
    lon, lat = point[:1], point[1:]
    if locate(lon, lat, cells=cells, resolution=9)[0] < 0:
        return
    other = load_study_area(resolution=resolution).cells["cell"].to_numpy()
    assert locate(lon, lat, cells=other, resolution=resolution)[0] >= 0


def test_shares_of_one_cell_follow_geometry_not_parenthood(ward):
    """A dense grid of points as the second road; H3's own children are not inside the cell."""
    one = ward.cells.iloc[[0]].reset_index(drop=True)
    table = at_resolution(one, source=9, resolution=10)
    hexagon = shapely.from_wkb(cells_to_wkb(one["cell"].to_numpy()))[0]
    west, south, east, north = hexagon.bounds
    lon, lat = np.meshgrid(np.linspace(west, east, 400), np.linspace(south, north, 400))
    inside = shapely.contains_xy(hexagon, lon.ravel(), lat.ravel())
    hit = points_to_cells(lon.ravel()[inside], lat.ravel()[inside], resolution=10)
    cells, count = np.unique(hit, return_counts=True)
    expected = pd.Series(count / count.sum(), index=cells).reindex(table["cell"]).fillna(0)
    share = table["residents"].to_numpy() / one["residents"].sum()
    assert np.abs(share - expected.to_numpy()).max() < 0.002


@pytest.mark.parametrize("resolution", [7, 8, 9, 10, 11])
def test_common_areas_equal_those_of_a_polygon_library(ward, resolution):
    sources = equal_area(shapely.from_wkb(cells_to_wkb(ward.cells["cell"].to_numpy())))
    table = at_resolution(ward.cells, source=9, resolution=resolution)
    targets = equal_area(shapely.from_wkb(cells_to_wkb(table["cell"].to_numpy())))
    target, source = shapely.STRtree(sources).query(targets)
    expected = shapely.area(shapely.intersection(sources[source], targets[target]))
    got = common_areas(sources, targets, source, target)
    smallest = min(shapely.area(sources).min(), shapely.area(targets).min())
    assert np.abs(got - expected).max() < 2e-4 * smallest


def test_a_shape_with_more_corners_takes_the_library_road():
    bent = shapely.from_wkt("POLYGON((0 0,1 0,2 0,2 1,2 2,1 2,0 2,0 0))")
    square = shapely.box(1, 1, 3, 3)
    area = common_areas(np.array([bent]), np.array([square]), np.array([0]), np.array([0]))
    assert area.tolist() == [1.0]


@pytest.mark.parametrize("name", ["liverpool", " Liverpool ", "LIVERPOOL"])
def test_a_district_by_name(name):
    area = load_study_area(name)
    assert (area.name, area.title) == ("liverpool", "Liverpool")
    assert totals(area) == {"Liverpool": 500_474}
    assert len(area.cells["district"].cat.categories) == 1


@pytest.mark.parametrize("name", ["st-helens", "St. Helens", "st helens", "STHELENS"])
def test_spelling_of_a_district(name):
    assert totals(load_study_area(name)) == {"St Helens": 181_095}


@pytest.mark.parametrize("resolution", [8, 10])
def test_a_district_at_another_resolution(resolution):
    assert totals(load_study_area("wirral", resolution=resolution)) == {"Wirral": 324_336}


def test_districts_part_the_area():
    parts = [load_study_area(name).cells["cell"] for name in PUBLISHED]
    assert sorted(pd.concat(parts)) == list(load_study_area().cells["cell"])


def test_wards_by_name():
    assert load_study_area("princes park").title == "Princes Park ward, Merseyside"
    assert set(load_study_area("Park (Sefton)").cells["district"]) == {"Sefton"}
    assert set(load_study_area("St Michaels").cells["district"]) == {"Knowsley"}
    assert set(load_study_area("St Michael's").cells["district"]) == {"Liverpool"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Atlantis", "'Atlantis'.*merseyside.*Knowsley, Liverpool, Sefton, St Helens, Wirral"),
        ("Park", "Park \\(Knowsley\\), Park \\(Sefton\\)"),
        ("Faza", "Fazakerley"),
        ("Princess Park", "Princes Park"),
        ("stmichaels", "could be St Michael's or St Michaels"),
        ("--", "called '--'"),
        ("a" * 5000, "name nor a path|called"),
        ("nowhere/beats.geojson", "beats.geojson: there is no such file"),
        ("beats.gpkg", "there is no such file"),
    ],
)
def test_unknown_names_are_told_the_choices(name, words):
    with pytest.raises(AreaError, match=words):
        load_study_area(name)


@pytest.mark.parametrize("resolution", [6, 12, 0])
def test_resolution_out_of_range(resolution):
    with pytest.raises(AreaError, match="Choose 7 to 11"):
        load_study_area(resolution=resolution)


def test_a_missing_default_says_where_it_belongs(monkeypatch, tmp_path):
    monkeypatch.setattr(stored, "BOUNDARIES", tmp_path)
    with pytest.raises(AreaError, match=r"holds no study area\. Install mapper again"):
        load_study_area()


def test_what_a_caller_edits_is_its_own():
    first = load_study_area()
    first.cells["residents"] = 0.0
    assert totals(load_study_area()) == PUBLISHED


def test_a_table_comes_back_as_it_was_written(ward, tmp_path):
    small = dataclasses.replace(ward, name="two-wards", title="Two wards")
    write_study_area(small, tmp_path / "a.parquet")
    write_study_area(small, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    back = load_study_area(str(tmp_path / "a.parquet"))
    pd.testing.assert_frame_equal(back.cells, small.cells)
    assert (back.name, back.title, back.notes) == ("two-wards", "Two wards", small.notes)
    assert len(back.sha256) == 64
    finer = load_study_area(str(tmp_path / "a.parquet"), resolution=10)
    assert finer.cells["residents"].sum() == small.cells["residents"].sum()


def test_a_changed_table_is_read_again(ward, tmp_path):
    path = tmp_path / "area.parquet"
    write_study_area(ward, path)
    load_study_area(str(path))
    write_study_area(dataclasses.replace(ward, title="Changed"), path)
    assert load_study_area(str(path)).title == "Changed"


def test_unknown_residents_stay_unknown(ward, tmp_path):
    cells = ward.cells.assign(residents=np.nan)
    write_study_area(dataclasses.replace(ward, cells=cells), tmp_path / "area.parquet")
    coarse = load_study_area(str(tmp_path / "area.parquet"), resolution=8)
    assert coarse.cells["residents"].isna().any()
    assert not (coarse.cells["residents"] > 0).any()
    assert coarse.cells["residents_10_17"].sum() == ward.cells["residents_10_17"].sum()


def damaged(kind, ward, path):
    """Write a study area table with one thing wrong."""
    cells = ward.cells.copy()
    write_study_area(ward, path)
    table = pq.read_table(path)
    if kind == "negative":
        table = pa.Table.from_pandas(cells.assign(residents=-1.0), preserve_index=False)
    elif kind == "no cells":
        table = table.slice(0, 0)
    elif kind == "not cells":
        numbers = np.arange(len(cells), dtype="uint64")
        table = pa.Table.from_pandas(cells.assign(cell=numbers), preserve_index=False)
    elif kind == "unsorted":
        table = table.take(np.arange(len(cells))[::-1])
    elif kind == "twice":
        table = pa.concat_tables([table.slice(0, 1), table])
    elif kind == "a column short":
        table = table.drop_columns(["ward"])
    told = pq.read_schema(path).metadata
    told = {} if kind == "no metadata" else told
    pq.write_table(table.replace_schema_metadata(told), path)
    if kind == "cut off":
        path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    "kind",
    [
        *("negative", "no cells", "not cells", "unsorted", "twice", "a column short"),
        *("no metadata", "cut off"),
    ],
)
def test_a_damaged_table_is_refused(ward, tmp_path, kind):
    path = tmp_path / "area.parquet"
    damaged(kind, ward, path)
    with pytest.raises(AreaError, match=r"area.parquet: .*(mapper area build|Save it again)"):
        load_study_area(str(path))


def test_cells_must_be_sorted_and_distinct(ward):
    backwards = ward.cells.iloc[::-1].reset_index(drop=True)
    with pytest.raises(ValueError, match="sorted and distinct"):
        StudyArea("x", "X", 9, backwards, "")


def test_too_many_cells_are_refused_with_a_coarser_choice(ward, tmp_path):
    vast = ward.cells.assign(area_km2=1000.0)
    write_study_area(dataclasses.replace(ward, cells=vast), tmp_path / "vast.parquet")
    with pytest.raises(AreaError, match="Choose resolution 9 or coarser"):
        load_study_area(str(tmp_path / "vast.parquet"), resolution=11)


def test_the_shipped_file_equals_itself_elsewhere(tmp_path):
    copy = tmp_path / "copy.parquet"
    shutil.copy(stored.installed_table(), copy)
    pd.testing.assert_frame_equal(read_study_area(copy).cells, load_study_area().cells)


def test_no_real_incident_inside_the_boundary_is_lost(shared):
    """All 641,140 incidents but those outside the polygons, found by geometry alone."""
    import geopandas
    import pyarrow.csv

    columns = pyarrow.csv.ConvertOptions(include_columns=["Longitude", "Latitude"])
    files = sorted((shared / "police_uk" / "merseyside-2018-2021").glob("*.csv"))
    points = pa.concat_tables(pyarrow.csv.read_csv(f, convert_options=columns) for f in files)
    lon, lat = (points[name].to_numpy() for name in ("Longitude", "Latitude"))
    place, times = np.unique(np.column_stack([lon, lat]), axis=0, return_counts=True)
    lsoas = geopandas.read_file(shared / "boundaries" / "merseyside_lsoa_2011.geojson")
    whole = shapely.union_all(shapely.make_valid(np.asarray(lsoas.geometry.array)))
    shapely.prepare(whole)
    inside = shapely.covers(whole, shapely.points(place))
    assert times.sum() == 641_140
    assert times[~inside].sum() == 330
    for resolution in (7, 8, 9, 10):
        cells = load_study_area(resolution=resolution).cells["cell"].to_numpy()
        position = locate(place[:, 0], place[:, 1], cells=cells, resolution=resolution)
        assert (position[inside] >= 0).all()


def test_several_districts_or_wards_are_one_area():
    both = load_study_area("wirral; St. Helens")
    assert totals(both) == {name: PUBLISHED[name] for name in ("St Helens", "Wirral")}
    assert (both.title, both.part) == ("Wirral, St Helens", True)
    assert both.name.startswith("wirral-st-helens-")
    assert load_study_area("Wirral; Kirkdale").cells["district"].nunique() == 2
    assert set(load_study_area("Wirral;").cells["district"]) == {"Wirral"}
    with pytest.raises(AreaError, match="no study area called 'Nowhere'"):
        load_study_area("Wirral; Nowhere")


def test_copies_of_an_area_are_one_until_something_of_theirs_is_changed():
    one, other = load_study_area(resolution=8), load_study_area(resolution=8)
    assert one is not other
    assert one.one_for_all is other.one_for_all
    assert dataclasses.replace(other, title="Another").one_for_all is not one.one_for_all
    wards = other.cells["ward"]
    other.cells.loc[0, "ward"] = wards[wards != wards[0]].iloc[0]
    assert other.one_for_all is other
    third = load_study_area(resolution=8)
    third.cells["residents"] = 0.0
    assert third.one_for_all is third
    cut = load_study_area(resolution=8)
    less = dataclasses.replace(cut, cells=cut.cells.iloc[1:].reset_index(drop=True))
    assert less.one_for_all is less
