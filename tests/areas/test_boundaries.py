"""Boundary files of every format and fault, and a user's own boundary as a study area."""

import json
import zipfile

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.areas import boundaries
from mapper.areas.boundaries import read_boundary
from mapper.areas.load import load_study_area
from mapper.base.errors import AreaError
from mapper.grid.counts import locate
from mapper.grid.hexagons import cells_to_points, cells_to_wkb, polygon_to_cells

pytestmark = pytest.mark.usefixtures("in_process")

TOWN = shapely.Polygon([(-2.99, 53.40), (-2.96, 53.39), (-2.95, 53.41), (-2.97, 53.42)])
FAR = shapely.Polygon([(-1.50, 53.0), (-1.47, 53.0), (-1.47, 53.02), (-1.50, 53.02)])
BOW_TIE = shapely.Polygon([(-2.99, 53.40), (-2.95, 53.42), (-2.95, 53.40), (-2.99, 53.42)])


def frame_of(*shapes, crs="EPSG:4326", **columns):
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def geojson(tmp_path, *shapes, name="town.geojson", **columns):
    path = tmp_path / name
    frame_of(*shapes, **columns).to_file(path, driver="GeoJSON")
    return path


def written(frame, tmp_path, kind):
    """Write a frame in one of the formats accepted."""
    path = tmp_path / f"town.{kind}"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "zip":
        folder = tmp_path / "parts"
        folder.mkdir()
        frame.to_file(folder / "town.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, f"inner/{part.name}")
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "zip", "shp", "parquet", "fgb"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:27700", "EPSG:3857"])
def test_every_format_gives_the_same_cells(tmp_path, kind, crs):
    frame = frame_of(TOWN, name=["Town"]).to_crs(crs)
    area = load_study_area(str(written(frame, tmp_path, kind)))
    expected = polygon_to_cells(TOWN, resolution=9)
    found = area.cells["cell"].to_numpy()
    # A metre either way: projections agree to that, and a cell that is only just cut may differ.
    sure = polygon_to_cells(TOWN.buffer(-1e-5), resolution=9)
    assert np.isin(sure, found).all()
    assert np.isin(found, polygon_to_cells(TOWN.buffer(1e-5), resolution=9)).all()
    assert abs(found.size - expected.size) <= 1
    assert area.title == "town"
    assert len(area.sha256) == 64


@pytest.mark.parametrize("resolution", [7, 8, 9, 10, 11])
def test_cells_are_all_that_overlap(tmp_path, resolution):
    """Against every cell of a wide surrounding, polygon by polygon."""
    path = geojson(tmp_path, FAR)
    found = load_study_area(str(path), resolution=resolution).cells["cell"].to_numpy()
    wide = polygon_to_cells(FAR.buffer(0.01), resolution=resolution)
    hexagons = shapely.from_wkb(cells_to_wkb(wide))
    assert np.isin(wide[shapely.area(shapely.intersection(hexagons, FAR)) > 0], found).all()
    assert np.isin(found, wide[shapely.distance(hexagons, FAR) < 1e-9]).all()


@settings(max_examples=15, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.floats(-0.03, 0.03), st.floats(-0.02, 0.02)), min_size=3, max_size=9
    ),
    seed=st.integers(0, 1000),
    resolution=st.sampled_from([7, 8, 9, 10]),
)
def test_a_point_inside_any_polygon_lies_in_a_cell(tmp_path_factory, corners, seed, resolution):
    """Polygons that cross themselves too: what counts is what the repair makes of them."""
    shape = shapely.Polygon([(-1.5 + x, 53.0 + y) for x, y in corners])
    if shapely.make_valid(shape, method="structure").area < 1e-9:
        return
    path = geojson(tmp_path_factory.mktemp("drawn"), shape)
    cells = load_study_area(str(path), resolution=resolution).cells["cell"].to_numpy()
    whole = shapely.union_all(read_boundary(path).shapes)
    west, south, east, north = whole.bounds
    drawn = np.random.default_rng(seed)
    lon, lat = drawn.uniform(west, east, 400), drawn.uniform(south, north, 400)
    inside = shapely.contains_xy(whole, lon, lat)
    found = locate(lon[inside], lat[inside], cells=cells, resolution=resolution)
    assert (found >= 0).all()


def test_residents_and_names_are_borrowed_where_known(tmp_path):
    area = load_study_area(str(geojson(tmp_path, TOWN)))
    known = load_study_area().cells.set_index("cell").loc[area.cells["cell"]]
    assert area.cells["residents"].to_numpy() == pytest.approx(known["residents"].to_numpy())
    assert list(area.cells["ward"]) == list(known["ward"])
    assert set(area.cells["district"]) == {"Liverpool"}
    assert "Crown copyright" in area.licence
    assert area.notes == ()


@pytest.mark.parametrize("resolution", [8, 10])
def test_borrowed_residents_are_those_of_the_whole_area(tmp_path, resolution):
    """Only cells near the boundary are carried over; the rest must not matter."""
    border = shapely.Point(-2.93, 53.46).buffer(0.02)  # three districts meet there
    area = load_study_area(str(geojson(tmp_path, border)), resolution=resolution)
    known = load_study_area(resolution=resolution).cells.set_index("cell").loc[area.cells["cell"]]
    assert set(area.cells["district"]) == {"Knowsley", "Liverpool", "Sefton"}
    for column in ("residents", "residents_10_17", "deprivation_decile"):
        assert list(area.cells[column]) == list(known[column])
    for column in ("district", "ward", "lsoa"):
        assert list(area.cells[column]) == list(known[column])


def test_elsewhere_residents_are_missing_and_said_so(tmp_path):
    area = load_study_area(str(geojson(tmp_path, FAR, name="North-West_beat.geojson")))
    assert area.cells["residents"].isna().all()
    assert area.cells["deprivation_decile"].isna().all()
    assert area.cells["lsoa"].isna().all()
    assert set(area.cells["district"]) == set(area.cells["ward"]) == {"North West beat"}
    assert f"{len(area.cells)} of {len(area.cells)} cells" in area.notes[0]
    assert area.licence == ""
    assert (area.cells["area_km2"] > 0).all()


@pytest.mark.parametrize(("beside", "used"), [(0.05, True), (0.6, False)])
def test_residents_of_a_lesser_part_of_the_ground_are_left_out(tmp_path, beside, used):
    """Else places would be judged in that part alone: Wirral, and the sea and Wales beside it."""
    west = float(cells_to_points(load_study_area().cells["cell"].to_numpy())[0].min())
    box = shapely.box(west - beside, 53.36, west + 0.15, 53.40)
    area = load_study_area(str(geojson(tmp_path, box)))
    known = area.cells["residents"].notna()
    assert known.any() == used
    assert area.cells["residents_10_17"].notna().any() == used
    (note,) = area.notes
    assert ("too little to compare its places with" in note) != used
    assert f"{(~known).sum():,} of {len(known):,} cells" in note or not used
    assert not known.all()


def test_named_polygons_become_wards(tmp_path):
    west, south, east, north = FAR.bounds
    middle = (west + east) / 2
    halves = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
    path = geojson(tmp_path, *halves, beat_name=["West St. Anne", "East"], number=[1, 2])
    area = load_study_area(str(path))
    assert set(area.cells["ward"]) == {"West St Anne", "East"}
    lon, _ = cells_to_points(area.cells["cell"].to_numpy())
    assert (area.cells["ward"][lon < middle - 0.003] == "West St Anne").all()
    assert (area.cells["ward"][lon > middle + 0.003] == "East").all()


def test_a_bow_tie_is_repaired_and_counted(tmp_path):
    boundary = read_boundary(geojson(tmp_path, BOW_TIE, FAR))
    assert shapely.is_valid(boundary.shapes).all()
    assert boundary.shapes[0].area == pytest.approx(2 * 0.5 * 0.02 * 0.02, rel=1e-6)
    assert boundary.notes == ("town.geojson: 1 invalid polygon repaired.",)


def test_empty_and_areless_shapes_are_left_out_and_counted(tmp_path):
    shapes = [
        TOWN,
        None,
        shapely.Polygon(),
        shapely.Point(-3, 53),
        FAR,
        shapely.LineString([(-3, 53), (-3, 54)]),
    ]
    path = tmp_path / "mixed.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"n": n},
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
        }
        for n, shape in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    boundary = read_boundary(path)
    assert list(boundary.attributes["n"]) == [0, 4]
    assert boundary.notes == (
        "mixed.geojson: 2 records have no shape.",
        "mixed.geojson: 2 shapes have no area.",
    )


def test_a_collection_gives_its_polygons(tmp_path):
    mixed = shapely.GeometryCollection([TOWN, shapely.Point(-3, 53)])
    assert read_boundary(geojson(tmp_path, mixed)).shapes[0].area == pytest.approx(TOWN.area)


def test_heights_are_dropped(tmp_path):
    assert not shapely.has_z(
        read_boundary(geojson(tmp_path, shapely.force_3d(TOWN, 5.0))).shapes[0]
    )


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (shapely.Point(-3, 53), "not of points or lines"),
        (shapely.LineString([(-3, 53), (-3, 54)]), "not of points or lines"),
        (shapely.Polygon([(-3, 53), (-3, 53), (-3, 53)]), "not of points or lines"),
        (shapely.box(38e6, 39e6, 39e6, 40e6), "off the globe.*first in record 1"),
        (shapely.box(-3, 91, -2, 95), "off the globe"),
        (shapely.box(-170, -80, 170, 80), "more than the 3,000,000 allowed"),
    ],
)
def test_unusable_shapes_are_refused(tmp_path, shape, words):
    with pytest.raises(AreaError, match=f"{words}"):
        load_study_area(str(geojson(tmp_path, shape)))


@pytest.mark.parametrize("crs", [27700, 3857])
def test_metres_that_geojson_does_not_name_are_read_as_what_they_are(tmp_path, crs):
    path = tmp_path / "town.geojson"
    told = json.loads(frame_of(TOWN, LADNM=["Town"]).to_crs(crs).to_json(to_wgs84=False))
    told.pop("crs")
    path.write_text(json.dumps(told), encoding="utf-8")
    found = read_boundary(path)
    assert shapely.hausdorff_distance(found.shapes[0], TOWN) < 1e-4
    assert any(f"EPSG:{crs}" in note for note in found.notes)


def test_coordinates_that_are_no_numbers_are_refused(tmp_path):
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(-3, 53), (np.nan, 54), (-2, 54), (-3, 53)])
    path = written(frame_of(broken), tmp_path, "parquet")
    with pytest.raises(AreaError, match="no numbers or off the globe"):
        read_boundary(path)


def test_a_shapefile_without_its_reference_system_is_refused(tmp_path):
    frame_of(TOWN, n=[1]).to_file(tmp_path / "town.shp")
    (tmp_path / "town.prj").unlink()
    with pytest.raises(AreaError, match=r"no coordinate reference system.*\.prj"):
        read_boundary(tmp_path / "town.shp")


def test_more_corners_than_allowed_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(boundaries, "MAX_VERTICES", 1000)
    with pytest.raises(AreaError, match=r"has 2,0.. corners.*Simplify"):
        read_boundary(geojson(tmp_path, shapely.Point(-3, 53).buffer(0.1, quad_segs=500)))


def test_many_corners_are_read(tmp_path):
    turn = np.linspace(0, 2 * np.pi, 60_000, endpoint=False)
    radius = 0.02 * (1 + 0.001 * np.sin(turn * 3000))
    shape = shapely.Polygon(
        np.column_stack([-3 + radius * np.cos(turn), 53 + radius * np.sin(turn)])
    )
    path = written(frame_of(shape), tmp_path, "fgb")
    round_one = polygon_to_cells(shapely.Point(-3, 53).buffer(0.019), resolution=9)
    assert np.isin(round_one, load_study_area(str(path)).cells["cell"]).all()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.geojson", b"", "is empty"),
        ("a.geojson", b"not json", "no boundary file"),
        ("a.geojson", b"{", "cannot be read as geojson"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "holds"),
        ("a.geojson", b'{"a": 1}', "a.geojson: "),
        ("a.zip", b"PK\x03\x04 and no more", "damaged archive"),
        ("a.gpkg", b"SQLite format 3\x00" + b"\x00" * 200, "cannot be read as gpkg"),
        ("a.parquet", b"PAR1" + b"\x00" * 50, "damaged Parquet"),
        ("a.fgb", b"fgb\x03fgb\x00" + b"\x00" * 50, "a.fgb: "),
        ("a.shp", b"\x00\x00\x27\x0a" + b"\x00" * 200, "cannot be read as shp"),
        (
            "a.geojson",
            b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>other.shp</SrcDataSource>",
            "no boundary file",
        ),
    ],
)
def test_damaged_and_foreign_files_are_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AreaError, match=words) as refusal:
        load_study_area(str(tmp_path / name))
    assert str(tmp_path) not in str(refusal.value)


def archive_of(tmp_path, names):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return path


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["readme.txt"], "holds 0 Shapefiles"),
        (["a.shp", "b.shp"], "holds 2 Shapefiles"),
        (["../a.shp"], "outside the archive"),
        (["/a.shp"], "outside the archive"),
        (["a.shp"], "cannot be read as zip"),
        (["__MACOSX/a.shp"], "holds 0 Shapefiles"),
    ],
)
def test_archives_that_hold_no_single_shapefile(tmp_path, names, words):
    with pytest.raises(AreaError, match=words):
        load_study_area(str(archive_of(tmp_path, names)))


def test_an_archive_that_unpacks_to_too_much(tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\x00" * 1_000_000)
    monkeypatch.setattr(boundaries, "MAX_BYTES", 900_000)
    with pytest.raises(AreaError, match="unpacks to over"):
        read_boundary(path)


def test_two_layers_of_polygons_are_a_question(tmp_path):
    path = tmp_path / "two.gpkg"
    frame_of(TOWN).to_file(path, layer="beats")
    frame_of(FAR).to_file(path, layer="wards")
    with pytest.raises(AreaError, match=r"2 layers \(beats, wards\)"):
        read_boundary(path)


def test_a_layer_of_points_beside_the_polygons_does_not_matter(tmp_path):
    path = tmp_path / "two.gpkg"
    frame_of(TOWN).to_file(path, layer="beats")
    frame_of(shapely.Point(-3, 53)).to_file(path, layer="stations")
    assert len(read_boundary(path).shapes) == 1


def test_the_reader_edits_nothing(tmp_path):
    path = geojson(tmp_path, BOW_TIE)
    before = path.read_bytes()
    one, two = load_study_area(str(path)), load_study_area(str(path))
    pd.testing.assert_frame_equal(one.cells, two.cells)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.tmp"))
