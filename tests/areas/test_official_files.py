"""Areas out of official files as they are published, kept and named as the installation's own."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.areas.boundaries import read_boundary
from mapper.areas.build import build_area
from mapper.areas.load import load_study_area
from mapper.areas.official_table import read_official
from mapper.areas.population import holdings_of, read_deciles, read_residents
from mapper.areas.recognise import look, recognise
from mapper.areas.stored import area_tables, choose_area, forget_area
from mapper.base.errors import AreaError
from mapper.base.files import no_progress
from mapper.base.settings import settings
from mapper.incidents.from_frame import from_frame
from tests.areas.lancashire import RESIDENTS, WITHHELD, write_lancashire


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_lancashire(tmp_path_factory.mktemp("lancashire"))


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    yield tmp_path / "workspace"
    settings.cache_clear()


def test_the_command_recognises_every_file_and_keeps_the_area(files, workspace, run):
    told = run("area", "build", *files.values(), "--title", "Lancashire",
               "--district", "preston", "--district", "E07000126")  # fmt: skip
    assert told.code == 0, told.err
    assert "LSOA or data zone boundaries, 16 shapes; code in “LSOA21CD”" in told.err
    assert "residents by year of age, 16 areas; code in “LSOA 2021 Code”" in told.err
    area = load_study_area("Lancashire")
    cells = area.cells
    assert sorted(cells["district"].cat.categories) == ["Preston", "South Ribble"]
    assert sorted(cells["ward"].cat.categories) == [
        "Ashton", "Farington", "Fishwick & Frenchwood", "Walton-le-Dale",
    ]  # fmt: skip
    # Preston's LSOAs are all published: its residents are the sum of the newest year, exactly.
    preston = cells[cells["district"] == "Preston"]
    assert preston["residents"].sum() == sum(RESIDENTS[8:])
    assert preston["residents_10_17"].sum() == 8 * 8 * 2 * 3
    withheld = cells[cells["lsoa"] == f"E0102{WITHHELD:04d}"]
    assert withheld["residents"].isna().all()
    assert set(withheld["deprivation_decile"]) == {1 + WITHHELD % 10}
    assert any("1 areas are withheld, and unknown there, not 0" in note for note in area.notes)


def test_districts_alone_are_enough_and_residents_are_unknown(files, workspace, run, here):
    told = run("area", "build", files["districts"], "--title", "Lancs", "--district", "Preston")
    assert told.code == 0, told.err
    assert "residents unknown" in told.out
    assert "0 residents" not in told.out
    cells = load_study_area("lancs").cells
    assert cells["residents"].isna().all()
    assert list(cells["ward"].cat.categories) == ["Preston"]
    wrong = run("area", "build", files["districts"], files["population"], "--title", "Lancs")
    assert wrong.code == 2
    assert "need the LSOA polygons too: give them as --lsoa" in wrong.err


@pytest.mark.parametrize(
    "suffix",
    [".kml", *(pytest.param(one, marks=pytest.mark.soak) for one in (".fgb", ".gpkg")), ".shp.zip"],
)
def test_every_format_gives_the_same_cells(files, tmp_path, suffix, here):
    """The expected cells are those of the GeoJSON file."""
    frame = gpd.read_file(files["districts"])
    path = tmp_path / f"districts{suffix}"
    if suffix == ".kml":
        path.write_text(kml_of(frame))
    else:
        frame.to_file(path)
    made = [
        build_area(
            districts=each, only=["Preston"], name="a", title="A", out=tmp_path / "a.parquet"
        )
        for each in (path, files["districts"])
    ]
    pd.testing.assert_frame_equal(made[0].cells, made[1].cells)


def kml_of(frame):
    marks = []
    for row in frame.itertuples():
        for part in shapely.get_parts(row.geometry):
            ring = " ".join(f"{float(x)!r},{float(y)!r},0" for x, y in part.exterior.coords)
            marks.append(
                f"<Placemark><ExtendedData><SchemaData><SimpleData name='LAD24NM'>{row.LAD24NM}"
                "</SimpleData></SchemaData></ExtendedData><Polygon><outerBoundaryIs><LinearRing>"
                f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
                "</Placemark>"
            )
    inside = "".join(marks)
    return f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">{inside}</kml>'


def test_kml_that_names_entities_is_refused(tmp_path):
    path = tmp_path / "bomb.kml"
    path.write_text('<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>')
    with pytest.raises(AreaError, match=r"bomb\.kml: declares entities"):
        read_boundary(path)


NOMIS = """\
"Population estimates - small area based by single year of age - England and Wales"
"ONS Crown Copyright Reserved [from Nomis on 1 June 2024]"

"2021 super output area - lower layer","2021","2022"
"E01006500 : Liverpool 001A",8,1000
"E01006501 : Liverpool 001B",8,9
"""


@pytest.mark.parametrize(
    ("text", "residents"),
    [
        ('LSOA code (2021),Total\nE01000001,"1,234"\nE01000002,5\nTotal,"1,239"\n', [1234, 5]),
        ("Mid-2022\n\nNote: [c] withheld\nLSOA 2021 Code;All Ages\nE01000001;[c]\nE01000002;9\n",
         [None, 9]),
        ("DataZone\tTotalPopulation\nS01006506\t*\nS01006507\t711\n", [None, 711]),
        ("Geography Code,pop_mid2021,pop_mid2022\nN21000001,1,77\n95AA01S1,2,-\n", [77, None]),
        ("Population estimates\n\nlsoa21,mnemonic,2021,2022\nA 1,E01000001,8,9\n", [9]),
        ("Population estimates\n\nlsoa21,mnemonic,2021,2022\n\nA,E01000001,8,9\n\n", [9]),
        ("TS001: usual residents\n\nLSOA 2021 Code,Observation\nE01000001,1500\n", [1500]),
        (NOMIS, [1000, 9]),
        ("lsoa21cd,mid2020,mid2022,mid2021\nE01000001,1,3,2\n", [3]),
        ("lsoa21cd,Males,Females\nE01000001,500,501\nE01000002,..,7\n", [1001, None]),
        ("lsoa21cd,Males_2021,Males_2022,Females_2021,Females_2022\nE01000001,1,2,3,4\n", [6]),
    ],
)  # fmt: skip
def test_tables_are_read_as_they_are_published(tmp_path, text, residents):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="cp1252")
    found, _ = read_residents(path, None)
    told = [None if np.isnan(one) else one for one in found["residents"]]
    assert told == residents


def test_a_year_alone_counts_people_only_where_the_table_says_so(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text("Houses sold\n\nLSOA 2021 Code,2021,2022\nE01000001,8,9\n")
    assert holdings_of(read_official(path)[0]) == {}
    with pytest.raises(AreaError, match=r"sales\.csv: has no column for the residents"):
        read_residents(path, None)


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        ("Males,Females", "79.2,83.1"),
        ("% Males,% Females", "49,51"),
        ("Males,Widows", "3,4"),
        ("Males_2021,Females_2022", "3,4"),
    ],
)
def test_shares_and_years_of_life_of_both_sexes_are_no_residents(tmp_path, headings, row):
    path = tmp_path / "sexes.csv"
    path.write_text(f"lsoa21cd,{headings}\nE01000001,{row}\n")
    assert holdings_of(read_official(path)[0]) == {}


def test_codes_are_read_whatever_their_case(files, tmp_path, here):
    frame = gpd.read_file(files["lsoa"]).to_crs(4326)
    people = pd.DataFrame({"lsoa21cd": frame["LSOA21CD"], "residents": RESIDENTS})
    areas = []
    for name, case in (("table", "lsoa21cd"), ("shapes", "LSOA21CD"), ("neither", "")):
        table, shapes = tmp_path / f"{name}.csv", tmp_path / f"{name}.geojson"
        lowered = people["lsoa21cd"].str.lower()
        people.assign(**({case: lowered} if case in people else {})).to_csv(table, index=False)
        frame.assign(**({case: lowered} if case in frame else {})).to_file(shapes)
        assert (recognise(table).kind, recognise(shapes).kind) == ("population", "lsoa")
        area = build_area(lsoa=shapes, population=table, name="a", title="A", out=tmp_path / "a")
        areas.append(area.cells)
    pd.testing.assert_frame_equal(areas[0], areas[2])
    pd.testing.assert_frame_equal(areas[1], areas[2])
    assert areas[2]["residents"].sum() == pytest.approx(sum(RESIDENTS))


def test_a_file_that_is_not_recognised_is_named_once(files, tmp_path, workspace, run):
    for name in ("phones", "streets"):
        (tmp_path / f"{name}.csv").write_text("name,number\na,1\n")
    told = run("area", "build", files["lsoa"], *tmp_path.glob("*.csv"), "--title", "Lancashire")
    assert told.code == 2
    for name in ("phones.csv", "streets.csv"):
        assert (told.out + told.err).count(name) == 1


@pytest.mark.parametrize(
    ("header", "rows", "residents", "young"),
    [
        # National Records of Scotland: a row for each sex; statistics.gov.scot: and for each year
        ("Area code,Sex,Total," + ",".join(f"Age {a}" for a in range(91)),
         [f"S01006506,{sex},{91 * n}" + f",{n}" * 91 for sex, n in (("Persons", 9), ("Males", 4))],
         819, 72),
        ("GeographyCode,DateCode,Measurement,Value,Gender",
         [f"S01006506,{year},Count,{n + year},{sex}" for year in (2019, 2021)
          for sex, n in (("All", 9), ("Male", 4))],
         2030, None),
        # Northern Ireland's agency: bands of age; the census: a row for each year of age
        ("area_code,year,gender,age_band,MYE",
         [f"95AA01S1,{y},All persons,{band},{n}" for y, n in ((2019, 1), (2020, 300))
          for band in ("00-15", "16-39", "40-64", "65+")], 1200, None),
        ("Lower layer Super Output Areas Code,Age (101 categories) Code,Age,Observation",
         [f"E01000001,{a},Aged {a} years,10" for a in range(101)], 1010, 80),
        ("date,geography code,Residence type: Total; measures: Value",
         ["2021,E01000001,1500"], 1500, None),
    ],
)  # fmt: skip
def test_rows_by_year_sex_and_age_become_one_for_each_area(
    tmp_path, header, rows, residents, young
):
    path = tmp_path / "people.csv"
    path.write_text("\n".join([header, *rows]))
    ages = recognise(path).kind == "population_by_age"
    found, _ = read_residents(*((None, path) if ages else (path, None)))
    told = [None if np.isnan(one) else one for one in found.iloc[0]]
    assert (len(found), told) == (1, [residents, young])


def test_a_part_that_is_withheld_leaves_the_whole_unknown(tmp_path):
    path = tmp_path / "people.csv"
    bands = [("00-15", "[c]"), ("16+", "300")]
    rows = [f"95AA01S1,{band},{n}" for band, n in bands]
    path.write_text("\n".join(["area_code,age_band,MYE", *rows]))
    assert read_residents(path, None)[0]["residents"].isna().all()


def deciles(tmp_path, header, row):
    """The deciles of a file of one area, and the notes on them."""
    path = tmp_path / "deprivation.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    found, notes = read_deciles(path)
    return found.tolist(), notes


@pytest.mark.parametrize(
    "header",
    [
        "LSOA code,WIMD 2019 overall decile,WIMD 2019 physical environment decile",
        "lsoa21cd,IMD_Decile,IMD_Income_Decile",
        "LSOA21CD,Index of Multiple Deprivation (IMD) Decile,IMD Living Environment Decile",
    ],
)
def test_the_decile_of_the_whole_index_is_taken_and_none_of_its_parts(tmp_path, header):
    assert deciles(tmp_path, header, "E01020001,2,9") == ([2], ())


def test_deciles_of_a_part_alone_are_refused(tmp_path):
    with pytest.raises(AreaError, match="has no column for the deprivation decile"):
        deciles(tmp_path, "LSOA21CD,IMD Income Decile", "E01020001,2")


@pytest.mark.parametrize(
    ("heading", "decile"),
    [
        ("IMD Decile (where 10 is most deprived)", 8),
        ("IMD decile (1 = least deprived)", 8),
        ("IMD Decile (where 1 is most deprived 10% of LSOAs)", 3),
        ("IMD decile (1 is most deprived, 10 is least deprived)", 3),
    ],
)
def test_deciles_whose_heading_counts_from_the_least_deprived_are_turned(tmp_path, heading, decile):
    found, notes = deciles(tmp_path, f'LSOA21CD,"{heading}"', "E01020001,3")
    assert found == [decile]
    assert any("turned round" in note for note in notes) == (decile != 3)


def test_ranks_of_a_whole_country_give_its_deciles_and_ranks_of_a_part_none(tmp_path):
    """Northern Ireland publishes ranks alone; the deciles of 890 areas are 89 ranks each."""
    path = tmp_path / "NIMDM17_SOA.csv"
    codes = [f"95AA{at // 9:02}S{at % 9 + 1}" for at in range(890)]
    header = (
        "LGD2014NAME,SOA2001,SOA2001_name,Multiple Deprivation Measure Rank (1 is most deprived)"
    )
    lines = [f"Belfast,{code},x,{rank}" for rank, code in enumerate(codes, start=1)]
    path.write_text("\n".join([header, *lines]))
    assert recognise(path).kind == "deprivation"
    deciles, notes = read_deciles(path)
    assert deciles.value_counts().to_dict() == dict.fromkeys(range(1, 11), 89)
    assert [deciles.iloc[88], deciles.iloc[89], deciles.iloc[889]] == [1, 2, 10]
    assert "deciles were made from the ranks of 890 areas" in notes[0]
    path.write_text("\n".join([header, *lines[::4]]))
    with pytest.raises(AreaError, match="only be made from those of a whole country"):
        read_deciles(path)


@pytest.mark.parametrize(
    ("columns", "kind", "role", "heading"),
    [
        ({"LSOA21CD": "E0100000", "LSOA21NM": "Preston 00", "LSOA21NMW": "", "BNG_E": 3,
          "LAT": 53.0, "GlobalID": "x"}, "lsoa", "code", "LSOA21CD"),
        ({"DataZone": "S0100000", "Name": "Culter", "TotPop2011": 800}, "lsoa", "code", "DataZone"),
        ({"dzcode": "S0100000", "dzname": "Culter"}, "lsoa", "name", "dzname"),
        ({"DZ2021_cd": "N2000000", "DZ2021_nm": "A1", "LGD2014_nm": "Belfast"},
         "lsoa", "district", "LGD2014_nm"),
        ({"SA2011": "N0000000", "SOA2011": "95AA01S1"}, "lsoa", "code", "SA2011"),
        ({"SOA_CODE": "95AA01S", "SOA_LABEL": "Aldergrove"}, "lsoa", "name", "SOA_LABEL"),
        ({"FinalR_DEA": "Castle", "DEA_Code": "N1000010"}, "wards", "name", "FinalR_DEA"),
        ({"WD23CD": "E0500000", "WD23NM": "Ashton", "WD23NMW": ""}, "wards", "name", "WD23NM"),
        ({"LAD23CD": "E0700012", "LAD23NM": "Preston", "LAD23NMW": ""},
         "districts", "name", "LAD23NM"),
        ({"PFA23CD": "E2300000", "PFA23NM": "Lancashire"}, "districts", "name", "PFA23NM"),
        ({"NAME": "Preston District", "AREA_CODE": "DIS", "CODE": "E0700012"},
         "districts", "name", "NAME"),
    ],
)  # fmt: skip
def test_boundaries_are_known_by_the_columns_they_are_published_with(
    tmp_path, columns, kind, role, heading, here
):
    told = {
        name: [f"{value}{at}" if name.lower().endswith(("cd", "code", "2011", "zone", "nm"))
               else value for at in (1, 2)]
        for name, value in columns.items()
    }  # fmt: skip
    boxes = [shapely.box(-2.7 + at, 53.7, -2.6 + at, 53.8) for at in (0, 1)]
    path = tmp_path / "boundaries.geojson"
    gpd.GeoDataFrame(told, geometry=boxes, crs=4326).to_file(path)
    found = look({"path": str(path), "kind": None}, no_progress)
    assert found["kind"] == kind
    assert found["columns"][role] == heading


def test_the_cases_as_published(shared):
    cases = shared.parent / "cases" / "areas"
    if not cases.is_dir():
        pytest.skip("the folder of cases is absent on this machine")
    population = read_official(cases / "ons-headings-population.csv")[0]
    assert (population.code, holdings_of(population)) == ("LSOA 2021 Code", {"residents": "Total"})
    people = read_residents(cases / "ons-headings-population.csv", None)[0]["residents"]
    assert people.to_list() == [1500, 1600]
    assert recognise(cases / "imd2025-headings.csv").kind == "deprivation"
    swapped = recognise(cases / "latlon_swapped.geojson")
    assert swapped.kind == "wards"
    assert "latitude and longitude are swapped" in swapped.notes[0]
    assert read_boundary(cases / "latlon_swapped.geojson").shapes[0].bounds[0] < 0


def test_a_boundary_that_names_nothing_is_one_district(tmp_path, workspace, run, here):
    boxes = [shapely.box(-2.7 + at, 53.7, -2.6 + at, 53.75) for at in (0, 0.2)]
    gpd.GeoDataFrame(geometry=boxes, crs=4326).to_file(tmp_path / "drawn.geojson")
    told = run("area", "build", tmp_path / "drawn.geojson", "--title", "Drawn")
    assert told.code == 0, told.err
    assert "drawn.geojson: district boundaries, 2 shapes; no names." in told.err
    assert "names none of its shapes; they are one district, Drawn" in told.out
    assert set(load_study_area("drawn").cells["district"]) == {"Drawn"}


def test_what_is_wrong_in_a_file_is_said(tmp_path):
    path = tmp_path / "phones.csv"
    path.write_text("name,number\na,1\n")
    found = recognise(path)
    assert found.kind is None
    assert "phones.csv: has no column for the area code (columns: name, number)" in found.words


def test_a_column_said_by_a_person_wins(tmp_path, here):
    frame = gpd.GeoDataFrame(
        {"NAME": ["Co. Kerry"], "COUNTY": ["Kerry"]},
        geometry=[shapely.box(-9.8, 52.0, -9.7, 52.05)],
        crs=4326,
    )
    frame.to_file(tmp_path / "counties.geojson")
    choices = {"districts": tmp_path / "counties.geojson", "name": "kerry", "title": "Kerry"}
    area = build_area(**choices, out=tmp_path / "a.parquet")
    assert list(area.cells["district"].cat.categories) == ["Kerry"]
    said = {"districts": {"name": "NAME"}}
    area = build_area(**choices, columns=said, out=tmp_path / "b.parquet")
    assert list(area.cells["district"].cat.categories) == ["Co. Kerry"]


def test_beyond_britain_an_own_area_takes_its_incidents(tmp_path, monkeypatch, here):
    box = shapely.box(2.30, 48.84, 2.38, 48.88)  # outside the box round Great Britain
    frame = gpd.GeoDataFrame({"name": ["Paris"]}, geometry=[box], crs=4326)
    frame.to_file(tmp_path / "paris.geojson")
    area = build_area(
        districts=tmp_path / "paris.geojson",
        name="paris",
        title="Paris",
        out=tmp_path / "p.parquet",
    )
    assert area.cells["area_km2"].sum() == pytest.approx(26.1, rel=0.2)
    there = pd.DataFrame({"when": ["2025-01-01"], "longitude": [2.34], "latitude": [48.86]})
    told = {"when": "when", "longitude": "longitude", "latitude": "latitude"}
    settings.cache_clear()
    assert len(from_frame(there, **told).table) == 0
    monkeypatch.setenv("MAPPER_AREA", str(tmp_path / "p.parquet"))
    settings.cache_clear()
    assert len(from_frame(there, **told).table) == 1
    settings.cache_clear()


def test_the_installation_has_the_area_that_is_named_for_it(
    files, workspace, run, monkeypatch, here
):
    assert load_study_area().title == "Merseyside"
    run("area", "build", files["districts"], "--title", "Lancashire")
    choose_area("Lancashire")
    assert load_study_area().title == "Lancashire"
    assert load_study_area("liverpool").title == "Liverpool"  # districts of other areas stay known
    assert list(area_tables()) == ["lancashire", "merseyside"]
    with pytest.raises(AreaError, match="own area"):
        forget_area("lancashire")
    monkeypatch.setenv("MAPPER_AREA", "MERSEYSIDE")
    settings.cache_clear()
    assert load_study_area().title == "Merseyside"
    forget_area("lancashire")
    assert list(area_tables()) == ["merseyside"]
    monkeypatch.setenv("MAPPER_AREA", "Atlantis")
    settings.cache_clear()
    with pytest.raises(AreaError, match=r"no kept study area called 'Atlantis'"):
        load_study_area()
