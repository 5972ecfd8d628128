"""Scotland, Northern Ireland and Ireland out of files in the shapes in which they are published.

Headings, sheets and title rows are those of National Records of Scotland, the Scottish Government,
NISRA and Tailte Éireann; shapes are squares and numbers are invented.
"""

import csv
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from openpyxl import Workbook

from mapper.areas.load import load_study_area
from mapper.areas.population import read_deciles
from mapper.areas.recognise import recognise
from mapper.base.settings import settings

STEP = 0.016
ZONES = ("Govanhill East", "Gorbals and Hutchesontown", "Paisley Central", "Renfrew North")
COUNCILS = {"Glasgow City": "S12000049", "Renfrewshire": "S12000038"}


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def squares(west, south, code):
    """Sixteen squares, four to a zone, two zones to a council; the squares' codes by number."""
    at = np.arange(16)
    east, north = west + (at % 4) * STEP, south + (at // 4) * STEP
    return gpd.GeoDataFrame(
        {
            "code": [code(n) for n in at],
            "name": [f"Zone {n}" for n in at],
            "zone": at // 4,
            "council": at // 8,
        },
        geometry=shapely.box(east, north, east + STEP, north + STEP),
        crs=4326,
    )


def boundaries(path, frame, **columns):
    """Write shapes in National Grid metres under some headings, and nothing else of them."""
    gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=4326).to_crs(27700).to_file(path)
    return path


def estimates(path, frame, vintage):
    """Small Area Population Estimates: titles, a row for each sex, single years of age."""
    book = Workbook()
    book.active.append(["Small Area Population Estimates, Scotland"])
    sheet = book.create_sheet("Table 1")
    sheet.append([f"Estimated population by sex and single year of age, by {vintage} Data Zone"])
    sheet.append(["This worksheet contains one table."])
    ages = [*(f"Age {age}" for age in range(90)), "Age 90 and over"]
    head = [f"Data zone {vintage} code", f"Data zone {vintage} name", "Council area 2019 code"]
    sheet.append([*head, "Sex", "Total population", *ages])
    for sex, each in (("Persons", 10), ("Females", 6), ("Males", 4)):
        for code, name in zip(frame["code"], frame["name"], strict=True):
            sheet.append([code, name, "S12000049", sex, 91 * each, *[each] * 91])
    book.save(path)
    return path


def simd(path, codes, **columns):
    """SIMD 2020v2 as its lookup is published; thousands are separated in the population."""
    table = pd.DataFrame({"Data_Zone": codes, "Council_area": "x", "Total_population": "1,000"})
    table.assign(**columns).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("vintage", "first", "headings"),
    [
        ("2011", 9_000, ("DataZone", "Name")),
        pytest.param("2022", 13_481, ("dzcode", "dzname"), marks=pytest.mark.soak),
    ],
)
def test_a_scottish_area_from_data_zones(tmp_path, run, vintage, first, headings, here):
    zones = squares(-4.30, 55.84, lambda n: f"S01{first + n:06d}")
    whole = zones.dissolve("zone")
    council = zones.dissolve("council")
    counts = {"StdAreaHa": 1.5, "TotPop2011": 812} if vintage == "2011" else {"totalpop": 812}
    told = dict(zip(headings, (zones["code"], zones["name"]), strict=True))
    numbers = np.arange(16)
    files = [
        boundaries(tmp_path / f"SG_DataZone_Bdry_{vintage}.shp", zones, **told, **counts),
        boundaries(
            tmp_path / "SG_IntermediateZone_Bdry.gpkg",
            whole,
            InterZone=[f"S0200{1_700 + n}" for n in range(4)],
            Name=ZONES,
        ),
        boundaries(
            tmp_path / "pub_las.geojson", council, local_auth=[*COUNCILS], code=[*COUNCILS.values()]
        ),
        estimates(tmp_path / "sape.xlsx", zones, vintage),
        simd(
            tmp_path / "simd2020_withgeog.csv",
            zones["code"],
            SIMD2020v2_Rank=1 + numbers,
            SIMD_2020v2_Percentile=1 + numbers,
            SIMD2020v2_Vigintile=1 + numbers,
            SIMD2020v2_Decile=1 + numbers % 10,
            SIMD2020v2_Quintile=1 + numbers % 5,
            SIMD2020v2_Income_Domain_Rank=16 - numbers,
        ),
    ]
    made = run("area", "build", *files, "--title", "Greater Glasgow", "--district", "Glasgow City")
    assert made.code == 0, made.err
    for kind in ("data zone boundaries", "ward", "district", "by year of age", "deprivation"):
        assert kind in made.err
    cells = load_study_area("greater-glasgow").cells
    assert list(cells["district"].cat.categories) == ["Glasgow City"]
    assert sorted(cells["ward"].cat.categories) == sorted(ZONES[:2])
    assert cells["residents"].sum() == 8 * 910  # persons, not persons with women and men added
    assert cells["residents_10_17"].sum() == 8 * 80
    assert set(cells["lsoa"]) == set(zones["code"][:8])
    decile = cells.groupby("lsoa", observed=True)["deprivation_decile"].unique()
    assert all(list(decile[f"S01{first + n:06d}"]) == [1 + n % 10] for n in range(8))


def test_ranks_of_all_scotland_give_deciles(tmp_path):
    """Its table “SIMD 2020v2 - ranks” holds no deciles: 6,976 data zones, 698 to a decile."""
    codes = [f"S01{6_506 + n:06d}" for n in range(6_976)]
    ranks = np.arange(1, 6_977)
    path = simd(
        tmp_path / "simd.csv",
        codes,
        SIMD2020v2_Rank=ranks,
        SIMD2020v2_Income_Domain_Rank=ranks[::-1],
    )
    found, notes = read_deciles(path)
    assert [found.iloc[at] for at in (0, 696, 697, 6_975)] == [1, 1, 2, 10]
    assert "deciles were made from the ranks of 6,976 areas" in notes[0]


@pytest.mark.soak
def test_an_area_of_northern_ireland_from_data_zones(tmp_path, run, here):
    zones = squares(-5.99, 54.57, lambda n: f"N20{n + 1:06d}")
    whole = zones.dissolve("zone")
    files = [
        boundaries(
            tmp_path / "DZ2021.geojson",
            zones,
            DZ2021_cd=zones["code"],
            DZ2021_nm=zones["name"],
            SDZ2021_cd=[f"N21{n // 4:06d}" for n in range(16)],
            LGD2014_nm=["Belfast", "Lisburn and Castlereagh"][0],
        ),
        boundaries(tmp_path / "wards.gpkg", whole, WARDNAME=ZONES, WARDCODE=["N08000301", *"xyz"]),
    ]
    people = tmp_path / "census-2021-ms-a01.csv"
    lines = [f"{code},{name},1,{400 + n}" for n, (code, name) in
             enumerate(zip(zones["code"], zones["name"], strict=True))]  # fmt: skip
    people.write_text(
        "\n".join(["MS-A01", "Geography code,Geography,x,All usual residents", *lines])
    )
    made = run("area", "build", *files, people, "--title", "Belfast")
    assert made.code == 0, made.err
    cells = load_study_area("belfast").cells
    assert cells["residents"].sum() == sum(400 + n for n in range(16))
    assert set(cells["district"]) == {"Belfast"}
    assert sorted(cells["ward"].cat.categories) == sorted(ZONES)


def test_super_data_zones_alone_are_read_as_data_zones_are(tmp_path, here):
    zones = squares(-5.99, 54.57, lambda n: f"N21{n + 1:06d}")
    path = boundaries(
        tmp_path / "SDZ2021.shp", zones, SDZ2021_cd=zones["code"], SDZ2021_nm=zones["name"]
    )
    found = recognise(path)
    assert found.kind == "lsoa"
    assert dict(found.columns) == {"code": "SDZ2021_cd", "name": "SDZ2021_nm"}


def test_an_irish_area_takes_its_incidents_by_longitude_and_latitude(tmp_path, run, monkeypatch):
    box = [shapely.box(-6.30, 53.33, -6.22, 53.37)]
    frame = gpd.GeoDataFrame(
        {"ENGLISH": ["DUBLIN CITY"], "COUNTY": ["DUBLIN"]}, geometry=box, crs=4326
    )
    frame.to_crs(2157).to_file(tmp_path / "Local_Authorities.geojson")  # Irish Transverse Mercator
    made = run("area", "build", tmp_path / "Local_Authorities.geojson", "--title", "Dublin")
    assert made.code == 0, made.err
    monkeypatch.setenv("MAPPER_AREA", "dublin")
    settings.cache_clear()
    drawn = np.random.default_rng(1)
    path = tmp_path / "pulse.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["reference", "from_at", "longitude", "latitude", "incident_type"])
        for n in range(120):
            lon, lat = drawn.uniform(-6.29, -6.23), drawn.uniform(53.335, 53.365)
            writer.writerow(
                [f"P{n}", f"2025-03-{1 + n % 28:02d} 10:{n % 60:02d}", lon, lat, "Theft"]
            )
    told = run("check", path)
    assert told.code == 0, told.err
    assert re.search(r"= 120 accepted", told.out)
