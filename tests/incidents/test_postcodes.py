"""Rows with only a postcode are placed by a directory as it is published, or rejected and told."""

import zipfile

import numpy as np
import pytest

from mapper.base.errors import InputError
from mapper.incidents.coordinates import degrees_to_grid
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.postcodes import load_postcodes
from mapper.incidents.read import read_incidents

PLACES = {"L1 8JQ": (-2.9786, 53.4020), "CH41 1EW": (-3.0160, 53.3930), "L69 3GH": (-2.97, 53.406)}


def onspd(path):
    rows = ["pcd,pcds,doterm,oseast1m,osnrth1m,lat,long"]
    rows += [f'"{code}","{code}","",0,0,{lat:.6f},{lon:.6f}' for code, (lon, lat) in PLACES.items()]
    path.write_text("\n".join([*rows, '"GY1 1AA","GY1 1AA","",,,99.999999,0.000000']))
    return path


def code_point(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Doc/Headers.csv", "PC,PQ,EA,NO\nPostcode,Quality,E,N")
        for code, (lon, lat) in PLACES.items():
            east, north = degrees_to_grid(np.array([lon]), np.array([lat]))
            squeezed = code if len(code) == 8 else code.replace(" ", "")
            line = f'"{squeezed}",10,{east[0]:.0f},{north[0]:.0f},"E92000001","E19000001"\n'
            archive.writestr(f"Data/CSV/{code[:2].lower().strip()}{len(code)}{code[1]}.csv", line)
    return path


def plain(path):
    rows = [f"{code.lower()},{lon},{lat}" for code, (lon, lat) in PLACES.items()]
    path.write_text("\n".join(["Postcode,Longitude,Latitude", *rows]))
    return path


def extract(tmp_path):
    path = tmp_path / "extract.csv"
    path.write_text(
        "reference,from_at,incident_type,longitude,latitude,postcode\n"
        "A,2025-03-01 22:10,Robbery,,,L1 8JQ\n"
        "B,2025-03-01 22:10,Robbery,,,ch411ew\n"
        "C,2025-03-01 22:10,Robbery,-2.9,53.5,L1 8JQ\n"
        "D,2025-03-01 22:10,Robbery,,,L1 9ZZ\n"
        "E,2025-03-01 22:10,Robbery,,,\n"
        "F,2025-03-01 22:10,Robbery,,,GY1 1AA\n"
    )
    return path


@pytest.mark.parametrize(
    ("make", "name"), [(onspd, "ONSPD.csv"), (code_point, "codepo.zip"), (plain, "own.csv")]
)
def test_rows_without_coordinates_are_placed_and_unknown_ones_told(tmp_path, make, name):
    found = read_incidents(extract(tmp_path), postcodes=make(tmp_path / name))
    placed = found.table.set_index("reference")[["lon", "lat"]]
    wanted = [PLACES["L1 8JQ"], PLACES["CH41 1EW"], (-2.9, 53.5)]
    np.testing.assert_allclose(placed.loc[["A", "B", "C"]], wanted, atol=1e-5)
    reasons = dict(zip(found.rejected["row"], found.rejected["reason"], strict=True))
    unknown = "postcode is not in the directory"
    assert reasons == {5: unknown, 6: "no coordinates", 7: unknown}
    assert found.rejected["field"].tolist()[0] == "postcode"
    assert f"extract.csv: 2 rows placed by postcode alone, from {name}" in found.notes


def test_without_a_directory_the_note_says_what_is_missing(tmp_path):
    found = read_incidents(extract(tmp_path))
    assert set(found.rejected["reason"]) == {"no coordinates"}
    assert any(
        "4 rows with a postcode and no other place: MAPPER_POSTCODES" in n for n in found.notes
    )


def test_a_mapping_can_name_the_postcode_alone(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("When,What,Where\n2025-03-01 22:10,Robbery,L1 8JQ\n")
    columns = {"from_at": ("When",), "incident_type": ("What",), "postcode": ("Where",)}
    found = read_incidents(
        path, mapping=ColumnMapping(columns), postcodes=onspd(tmp_path / "o.csv")
    )
    assert found.table["lon"].tolist() == pytest.approx([PLACES["L1 8JQ"][0]])


def test_what_is_no_directory_is_refused_by_name(tmp_path):
    path = tmp_path / "wards.csv"
    path.write_text("ward,people\nAlt,10\n")
    with pytest.raises(InputError, match=r"wards\.csv: holds no table of postcodes"):
        load_postcodes(path)
    with pytest.raises(InputError, match=r"none\.csv: cannot be read as a directory"):
        load_postcodes(tmp_path / "none.csv")
