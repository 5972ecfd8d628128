"""Building a study area: the shipped one to the byte, small ones by hand, wrong files refused."""

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.areas.build import build_area
from mapper.areas.load import load_study_area
from mapper.areas.stored import installed_table
from mapper.base.errors import AreaError
from mapper.grid.area_weighting import (
    EARTH_KM,
    Overlaps,
    equal_area,
    keep_in_district,
    largest_labels,
    name_key,
    plain_name,
    spread,
)
from mapper.grid.hexagons import cells_to_wkb, polygon_to_cells

pytestmark = pytest.mark.usefixtures("in_process")

WEST, SOUTH, STEP = -1.50, 53.00, 0.01


def squares(columns, rows, step=STEP):
    """Squares of a grid, row by row."""
    return [
        shapely.box(
            WEST + c * step, SOUTH + r * step, WEST + (c + 1) * step, SOUTH + (r + 1) * step
        )
        for r in range(rows)
        for c in range(columns)
    ]


@pytest.fixture
def files(tmp_path):
    """Four LSOAs in two districts, two wards of one name, and tables about them."""
    codes = ["E01", "E02", "E03", "E04"]
    names = ["East Town 001A", "St. Anne 001A", "East Town 001B", "St. Anne 001B"]
    shapes = squares(2, 2)
    paths = {key: tmp_path / f"{key}.geojson" for key in ("lsoa", "wards", "districts")} | {
        key: tmp_path / f"{key}.csv" for key in ("population", "by_age", "deprivation")
    }
    geopandas.GeoDataFrame(
        {"LSOA11CD": codes, "LSOA11NM": names}, geometry=shapes, crs=4326
    ).to_file(paths["lsoa"])
    halves = [shapely.union_all(shapes[::2]), shapely.union_all(shapes[1::2])]
    geopandas.GeoDataFrame({"WD13NM": ["Church", "Church"]}, geometry=halves, crs=4326).to_file(
        paths["wards"]
    )
    geopandas.GeoDataFrame({"lad": ["East Town", "St. Anne"]}, geometry=halves, crs=4326).to_file(
        paths["districts"]
    )
    pd.DataFrame(
        {
            "lsoa11_code": [*codes[::-1], "E99"],
            "pop_mid2019": 1,
            "pop_mid2020": ["1,000", "333", "2000", "777", "5"],
            "pop_10_17_mid2020": [100, 33, 200, 77, 1],
        }
    ).to_csv(paths["population"], index=False)
    ages = {str(age): [2.0] * 4 for age in range(90)} | {"90+": [1.0] * 4}
    pd.DataFrame({"lsoa_code": codes, **ages}).to_csv(paths["by_age"], index=False)
    pd.DataFrame({"lsoa_code": codes, "IMD_decile": [1.0, 10.0, 3.0, 4.0]}).to_csv(
        paths["deprivation"], index=False
    )
    return paths


def build(files, tmp_path, *, without=(), **changes):
    given_files = {
        "lsoa": files["lsoa"],
        "wards": files["wards"],
        "districts": files["districts"],
        "population": files["population"],
        "deprivation": files["deprivation"],
    }
    kept = {key: path for key, path in given_files.items() if key not in without}
    options = {"name": "small", "title": "Small", "out": tmp_path / "small.parquet"}
    return build_area(**(kept | options | changes))


def edited(path, change):
    """Rewrite a CSV file through a change of its table."""
    change(pd.read_csv(path, dtype=str)).to_csv(path, index=False)


def test_the_shipped_table_is_made_again_to_the_byte(shared, tmp_path):
    shipped = installed_table()
    boundaries, population = shared / "boundaries", shared / "population"
    area = build_area(
        lsoa=boundaries / "merseyside_lsoa_2011.geojson",
        wards=boundaries / "merseyside_wards.geojson",
        districts=boundaries / "merseyside_districts_from_lsoa.geojson",
        population=population / "population_lsoa11_mid2019_2020_merseyside.csv",
        population_by_age=population / "population_by_age_lsoa11_mid2020_merseyside.csv",
        deprivation=population / "imd2019_lsoa11_merseyside.csv",
        name="merseyside",
        title="Merseyside",
        resolution=9,
        licence=load_study_area().licence,
        out=tmp_path / "merseyside.parquet",
    )
    pd.testing.assert_frame_equal(area.cells, load_study_area().cells)
    # Parquet names the version of its writer; another version may lay bytes out otherwise.
    made = tmp_path / "merseyside.parquet"
    if pq.ParquetFile(made).metadata.created_by == pq.ParquetFile(shipped).metadata.created_by:
        assert made.read_bytes() == shipped.read_bytes()


@pytest.mark.parametrize("resolution", [7, 8, 9, 10])
def test_totals_are_kept_by_district_and_over_all(files, tmp_path, resolution):
    area = build(files, tmp_path, resolution=resolution)
    people = area.cells.groupby("district", observed=True)[["residents", "residents_10_17"]].sum()
    assert people.loc["East Town"].to_list() == [777 + 333, 77 + 33]
    assert people.loc["St Anne"].to_list() == [2000 + 1000, 200 + 100]
    assert (area.cells["residents"] >= 0).all()


def test_cells_are_all_that_overlap_and_carry_the_largest_share(files, tmp_path):
    """By brute search: every cell near, every LSOA, in the plane of degrees."""
    table = build(files, tmp_path).cells
    lsoas = np.array(squares(2, 2))
    whole = shapely.union_all(lsoas)
    wide = polygon_to_cells(whole.buffer(0.02), resolution=9)
    hexagons = shapely.from_wkb(cells_to_wkb(wide))
    overlapping = wide[shapely.area(shapely.intersection(hexagons, whole)) > 0]
    assert list(table["cell"]) == list(overlapping)
    shapes = shapely.from_wkb(cells_to_wkb(table["cell"].to_numpy()))
    share = shapely.area(shapely.intersection(shapes[:, None], lsoas[None]))
    east, west = share[:, [0, 2]].sum(axis=1), share[:, [1, 3]].sum(axis=1)
    sure = np.abs(east - west) > 0.01 * (east + west)
    expected = np.where(east > west, "East Town", "St Anne")
    assert (table["district"] == expected)[sure].all()
    codes = np.where(east > west, share.argmax(axis=1), share.argmax(axis=1))
    top = np.sort(share, axis=1)
    clear = sure & (top[:, -1] > 1.01 * top[:, -2])
    own = (codes % 2 == 1) == (expected == "St Anne")
    decile = np.array([1.0, 10.0, 3.0, 4.0])[codes]
    assert (table["deprivation_decile"] == decile)[clear & own].all()
    assert (table["lsoa"] == np.array(["E01", "E02", "E03", "E04"])[codes])[clear & own].all()


def test_inside_one_lsoa_residents_follow_area(files, tmp_path):
    table = build(files, tmp_path).cells
    shapes = shapely.from_wkb(cells_to_wkb(table["cell"].to_numpy()))
    first = squares(2, 2)[0]
    inside = shapely.contains_properly(first, shapes)
    assert inside.sum() >= 2
    density = table["residents"][inside] / table["area_km2"][inside]
    assert density.std() / density.mean() < 1e-3
    whole = shapely.area(equal_area(np.array([first])))[0] * EARTH_KM**2
    # Border cells take in what the other district's cells gave up, so the inside is near 777.
    assert density.mean() == pytest.approx(777 / whole, rel=0.1)


def test_wards_of_one_name_carry_their_district(files, tmp_path):
    table = build(files, tmp_path).cells
    assert set(table["ward"]) == {"Church (East Town)", "Church (St Anne)"}
    assert (table["ward"] == "Church (" + table["district"].astype(str) + ")").all()


def test_a_cell_beyond_every_ward_takes_the_nearest_of_its_district(files, tmp_path):
    inner = [shape.centroid.buffer(0.001) for shape in squares(2, 2)[:2]]
    geopandas.GeoDataFrame({"WD13NM": ["A", "B"]}, geometry=inner, crs=4326).to_file(files["wards"])
    table = build(files, tmp_path).cells
    assert (table["ward"] == np.where(table["district"] == "East Town", "A", "B")).all()


def test_without_districts_names_of_lsoas_tell_them(files, tmp_path):
    with_file, by_name = build(files, tmp_path), build(files, tmp_path, without=["districts"])
    pd.testing.assert_frame_equal(with_file.cells, by_name.cells)


def test_a_district_without_lsoas_is_left_out_and_said(files, tmp_path):
    whole = build(files, tmp_path)
    geopandas.read_file(files["lsoa"]).iloc[::2].to_file(files["lsoa"])  # East Town's alone
    area = build(files, tmp_path, without=("population", "population_by_age"))
    assert "districts.geojson: 1 district left out, where lsoa.geojson has no shape: St Anne." in (
        area.notes
    )
    own = whole.cells["cell"][whole.cells["district"] == "East Town"]
    assert set(area.cells["district"]) == {"East Town"}
    assert set(own) <= set(area.cells["cell"]) < set(whole.cells["cell"])
    named = build(files, tmp_path, only=["East Town"], without=("population", "population_by_age"))
    pd.testing.assert_frame_equal(named.cells, area.cells)


def test_without_anything_but_lsoas(files, tmp_path):
    shapes = geopandas.read_file(files["lsoa"]).drop(columns="LSOA11NM")
    shapes.to_file(files["lsoa"])
    without = ["wards", "districts", "population", "deprivation"]
    area = build(files, tmp_path, without=without)
    assert set(area.cells["district"]) == {"Small"}
    missing = ["ward", "residents", "residents_10_17", "deprivation_decile"]
    assert area.cells[missing].isna().all().all()
    assert load_study_area(str(tmp_path / "small.parquet"), resolution=8).cells["ward"].isna().all()


def test_ages_give_both_numbers(files, tmp_path):
    area = build(files, tmp_path, without=["population"], population_by_age=files["by_age"])
    assert area.cells["residents"].sum() == 4 * (90 * 2 + 1)
    assert area.cells["residents_10_17"].sum() == 4 * 8 * 2


def test_notes_count_repairs_and_what_was_left_out(files, tmp_path):
    shapes = geopandas.read_file(files["lsoa"])
    west, south, east, north = shapes.geometry[0].bounds
    loop = (west + 0.001, south + 0.001)
    crossing = [(west, south), (east, north), (east, south), loop, (west, north)]
    shapes.loc[0, "geometry"] = shapely.Polygon(crossing)
    shapes.to_file(files["lsoa"])
    area = build(files, tmp_path)
    assert area.notes[0] == "lsoa.geojson: 1 invalid polygon repaired."
    assert area.notes[-1].startswith("1 LSOAs of the population table lie outside")
    assert area.cells["residents"].sum() == 4110


def test_progress_is_told_in_order(files, tmp_path):
    told = []
    build(files, tmp_path, progress=lambda words, share: told.append((words, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[0] == ("Reading boundaries", 0.0)


@pytest.mark.parametrize(
    ("key", "change", "words"),
    [
        ("population", lambda t: t.drop(columns="lsoa11_code"), "population.csv.*LSOA code"),
        ("population", lambda t: t[["lsoa11_code", "pop_10_17_mid2020"]], "for the residents"),
        ("population", lambda t: t.iloc[1:], r"lacks 1 of the 4 LSOAs.*first E04"),
        ("population", lambda t: pd.concat([t, t]), "5 area codes are blank or occur twice"),
        ("population", lambda t: t.assign(pop_mid2020="many"), "5 values of column pop_mid2020"),
        ("population", lambda t: t.assign(pop_mid2020="-1"), "no number of 0 or more"),
        ("population", lambda t: t.assign(pop_mid2020="inf"), "no number of 0 or more"),
        ("deprivation", lambda t: t.assign(IMD_decile="11"), "not whole 1 to 10"),
        ("deprivation", lambda t: t.drop(columns="IMD_decile"), "deprivation decile"),
        ("deprivation", lambda t: t.iloc[:2], "deprivation.csv: lacks 2"),
    ],
)
def test_wrong_tables_are_refused(files, tmp_path, key, change, words):
    edited(files[key], change)
    with pytest.raises(AreaError, match=words):
        build(files, tmp_path)
    assert not (tmp_path / "small.parquet").exists()


def test_a_table_short_of_an_age_is_refused(files, tmp_path):
    edited(files["by_age"], lambda t: t.drop(columns="12"))
    with pytest.raises(AreaError, match="no column for age 12"):
        build(files, tmp_path, population_by_age=files["by_age"])


def test_two_population_files_must_agree(files, tmp_path):
    with pytest.raises(AreaError, match="4 LSOAs different residents"):
        build(files, tmp_path, population_by_age=files["by_age"])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'a,b\n"1,2\n'])
def test_what_is_no_csv_is_refused(files, tmp_path, content):
    files["population"].write_bytes(content)
    with pytest.raises(AreaError, match=r"population.csv: "):
        build(files, tmp_path)


@pytest.mark.parametrize(
    ("key", "change", "words"),
    [
        (
            "lsoa",
            lambda t: t.rename(columns={"LSOA11CD": "zone"}),
            "LSOA code .such as LSOA11CD.*columns: zone",
        ),
        ("lsoa", lambda t: t.assign(LSOA11CD="E01"), "3 LSOA codes occur twice, first E01"),
        ("wards", lambda t: t.rename(columns={"WD13NM": "x"}), "ward name"),
        ("wards", lambda t: t.assign(WD13NM=["A", None]), "1 record has no ward name"),
        ("districts", lambda t: t.rename(columns={"lad": "x"}), "district name"),
        ("districts", lambda t: t.iloc[:1], "leaves 2 shapes of lsoa.geojson in no district"),
    ],
)
def test_wrong_boundaries_are_refused(files, tmp_path, key, change, words):
    change(geopandas.read_file(files[key])).to_file(files[key])
    with pytest.raises(AreaError, match=words):
        build(files, tmp_path)


def test_an_absent_file_and_a_wrong_resolution(files, tmp_path):
    with pytest.raises(AreaError, match=r"none.geojson: cannot be read"):
        build(files, tmp_path, lsoa=tmp_path / "none.geojson")
    with pytest.raises(AreaError, match="Choose 7 to 11"):
        build(files, tmp_path, resolution=12)


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(st.floats(0, 1e6), min_size=1, max_size=8),
    links=st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 9), st.floats(1e-9, 1)), max_size=40
    ),
)
def test_spreading_keeps_the_total_exactly_and_is_near_the_share(values, links):
    sources = len(values)
    pairs = {(s % sources, t): a for s, t, a in links} | {(s, 9): 0.5 for s in range(sources)}
    source, target = (np.array(side) for side in zip(*pairs, strict=True))
    area = np.array(list(pairs.values()))
    whole = np.rint(np.array(values) * 2**20) / 2**20
    got = spread(whole, Overlaps(source, target, area, sources, 10))
    assert got.sum() == whole.sum() or abs(got.sum() - whole.sum()) == 0
    exact = np.bincount(target, area / np.bincount(source, area)[source] * whole[source], 10)
    assert np.abs(got - exact).max() <= sources * 2**-19 + 1e-9
    assert (got >= 0).all()


def test_missing_values_make_their_targets_missing():
    pairs = Overlaps(np.array([0, 0, 1]), np.array([0, 1, 2]), np.ones(3), 2, 4)
    assert spread(np.array([np.nan, 4.0]), pairs).tolist()[2:] == [4.0, 0.0]
    assert np.isnan(spread(np.array([np.nan, 4.0]), pairs)[:2]).all()


def test_largest_labels_by_hand():
    pairs = Overlaps(
        source=np.array([0, 1, 2, 0, 1, 2, 3]),
        target=np.array([0, 0, 0, 1, 1, 2, 3]),
        area=np.array([0.4, 0.3, 0.3, 0.5, 0.5 + 1e-9, 1.0, 1.0]),
        sources=4,
        targets=5,
    )
    labels = np.array([5, 2, 2, -1])
    # Two sources of one label together beat the largest; a tie goes to the smaller label.
    assert largest_labels(pairs, labels).tolist() == [2, 2, 2, -1, -1]


def test_a_source_cut_off_from_its_district_goes_to_the_nearest_target_of_it():
    pairs = Overlaps(np.array([0, 1, 1, 2]), np.array([0, 0, 1, 0]), np.ones(4), 3, 3)
    points = np.array([[0.0, 0], [5, 0], [9, 0]])
    kept = keep_in_district(pairs, np.array([0, 1, 7]), np.array([1, 1, 0]), points, points)
    found = sorted(zip(kept.source.tolist(), kept.target.tolist(), strict=True))
    # Source 0 moves to target 2; source 2's district has no target, so it stays where it is.
    assert found == [(0, 2), (1, 0), (1, 1), (2, 0)]


def test_the_plane_keeps_areas():
    one = shapely.box(-3, 53, -2, 54)
    got = shapely.area(equal_area(np.array([one])))[0] * EARTH_KM**2
    exact = EARTH_KM**2 * np.radians(1) * (np.sin(np.radians(54)) - np.sin(np.radians(53)))
    assert got == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "plain", "key"),
    [
        ("St. Helens", "St Helens", "sthelens"),
        ("St.  Michael's", "St Michael's", "stmichaels"),
        ("West  Kirby", "West Kirby", "westkirby"),
        ("East. Side", "East. Side", "eastside"),
    ],
)
def test_spelling(name, plain, key):
    assert (plain_name(name), name_key(name)) == (plain, key)
