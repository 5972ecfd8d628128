"""Official-looking files of a force that mapper does not ship: Lancashire-like, and invented.

Headings, title rows, totals and withheld cells are those of the files as they are published by the
Office for National Statistics and the ministry; places are squares round Preston with true names.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from openpyxl import Workbook

WEST, SOUTH, STEP = -2.78, 53.74, 0.016
DISTRICTS = {"Preston": "E07000123", "South Ribble": "E07000126"}
COLUMNS, ROWS = 4, 4  # LSOAs; the northern half is Preston, each two by two LSOAs are a ward
RESIDENTS = [1_201 + 37 * at for at in range(COLUMNS * ROWS)]
WITHHELD = 5  # this LSOA's residents are not published


def write_lancashire(folder: Path) -> dict[str, Path]:
    """Write the files, as ``lsoa``, ``wards``, ``districts``, ``population``, ``deprivation``."""
    folder.mkdir(parents=True, exist_ok=True)
    lsoas = _lsoas()
    paths = {
        "lsoa": folder / "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5.gpkg",
        "wards": folder / "Wards_December_2024_Boundaries_UK_BGC.geojson",
        "districts": folder / "LAD_MAY_2024_UK_BGC.geojson",
        "population": folder / "sapelsoasyoa20222024.xlsx",
        "deprivation": folder / "File_1_IoD2025_Index_of_Multiple_Deprivation.csv",
    }
    lsoas[["LSOA21CD", "LSOA21NM", "geometry"]].to_crs(27700).to_file(paths["lsoa"])
    wards = lsoas.dissolve("WD24CD", as_index=False)[["WD24CD", "WD24NM", "geometry"]]
    wards.to_file(paths["wards"])
    districts = lsoas.dissolve("LAD24CD", as_index=False)[["LAD24CD", "LAD24NM", "geometry"]]
    beyond = {"LAD24CD": ["E06000009"], "LAD24NM": ["Blackpool"]}
    sea = gpd.GeoDataFrame(beyond, geometry=[shapely.box(-3.06, 53.77, -3.0, 53.83)], crs=4326)
    pd.concat([districts, sea]).to_file(paths["districts"])
    _population(lsoas).save(paths["population"])
    _deprivation(lsoas, paths["deprivation"])
    return paths


def _lsoas() -> gpd.GeoDataFrame:
    """Return the LSOAs with ward and district of each."""
    rows = []
    for at in range(COLUMNS * ROWS):
        east, north = at % COLUMNS, at // COLUMNS
        district = list(DISTRICTS)[0 if north >= ROWS // 2 else 1]
        ward = (north // 2) * 2 + east // 2
        edges = (WEST + east * STEP, SOUTH + north * STEP)
        edges = (*edges, edges[0] + STEP, edges[1] + STEP)
        rows.append(
            {
                "LSOA21CD": f"E0102{at:04d}",
                "LSOA21NM": f"{district} {at // 4 + 1:03d}{'ABCD'[at % 4]}",
                "WD24CD": f"E0500{ward:04d}",
                "WD24NM": ("Farington", "Walton-le-Dale", "Ashton", "Fishwick & Frenchwood")[ward],
                "LAD24CD": DISTRICTS[district],
                "LAD24NM": district,
                "geometry": shapely.box(*(round(edge, 6) for edge in edges)),
            }
        )
    return gpd.GeoDataFrame(rows, crs=4326)


def _population(lsoas: gpd.GeoDataFrame) -> Workbook:
    """Return the mid-year estimates as a workbook: contents, notes, then two years."""
    book = Workbook()
    book.active.title = "Contents"
    book.active.append(["Lower layer Super Output Area population estimates"])
    for year in (2021, 2022):
        sheet = book.create_sheet(f"Mid-{year} LSOA 2021")
        sheet.append([f"Mid-{year} population estimates by LSOA, sex and single year of age"])
        sheet.append(["This worksheet contains one table. [c] marks a figure that is withheld."])
        sheet.append([])
        ages = [f"{sex}{age}" for sex in "FM" for age in range(91)]
        names = ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name", "Total"]
        sheet.append([*names, *ages])
        for at, row in enumerate(lsoas.itertuples()):
            told = RESIDENTS[at] if year == 2022 else 1
            number = "[c]" if at == WITHHELD else f"{told:,}"
            place = [row.LAD24CD, row.LAD24NM, row.LSOA21CD, row.LSOA21NM]
            sheet.append([*place, number, *[3] * 182])
        sheet.append(["Total", "", "", "", f"{sum(RESIDENTS):,}"])
    return book


def _deprivation(lsoas: gpd.GeoDataFrame, path: Path) -> None:
    """Write the index of deprivation as it is published."""
    decile = "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"
    rank = "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"
    pd.DataFrame(
        {
            "LSOA code (2021)": lsoas["LSOA21CD"],
            "LSOA name (2021)": lsoas["LSOA21NM"],
            "Local Authority District code (2024)": lsoas["LAD24CD"],
            "Local Authority District name (2024)": lsoas["LAD24NM"],
            rank: [f"{1 + 2000 * at:,}" for at in range(len(lsoas))],
            decile: [1 + at % 10 for at in range(len(lsoas))],
        }
    ).to_csv(path, index=False)
