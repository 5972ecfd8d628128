"""Tables as people send them: titles, two-row headers, several sheets, totals, packing."""

import gzip
import io
import json
import sys

import openpyxl
import pyarrow as pa
import pytest

from mapper.base.errors import InputError, MappingError
from mapper.incidents.mapping import ColumnMapping
from tests.incidents.incident_files import EXTRACT, POLICE_UK, csv_text, extract, read, reasons
from tests.incidents.incident_files import write_csv as write

ROWS = extract({}, {}, {})
BLANK = [""] * len(EXTRACT)
TITLES = [
    [["OFFICIAL-SENSITIVE"], ["Incidents, Jan-Jul 2026", "", ""], [], *ROWS],
    [["Printed", "01/07/2026 10:00", *BLANK[2:]], BLANK, *ROWS],
    [["Report", "by", "K. Smith"], *ROWS],
]


@pytest.mark.parametrize("rows", TITLES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_titles_above_the_header_are_told_and_rows_keep_their_numbers(tmp_path, rows, delimiter):
    found = read(write(tmp_path / "a.csv", rows, delimiter=delimiter))
    first = len(rows) - len(ROWS) + 2
    assert found.table["row"].tolist() == [first, first + 1, first + 2]
    assert any("above the header, a title" in note for note in found.notes)


def test_titles_above_a_mapped_table(tmp_path):
    header = ["Ref", "When", "Grid E", "Grid N", "What"]
    rows = [["Extract"], header, *([f"R{n}", "2026-03-02", "334567", "390123", "x"] for n in "123")]
    with pytest.raises(InputError) as refusal:
        read(write(tmp_path / "a.csv", rows))
    assert "its columns are 'Ref', 'When', 'Grid E', 'Grid N', 'What'" in str(refusal.value)


def test_a_header_of_two_rows(tmp_path):
    groups = ["reference", "from", "", "Place", "", "incident_type"]
    parts = ["", "Date", "Time", "Easting", "Northing", ""]
    rows = [groups, parts, ["R1", "02/03/2026", "1405", "334567", "390123", "Robbery"]]
    rows += [["R2", "13/03/2026", "0010", "334567", "390123", "Robbery"]]
    mapping = ColumnMapping(
        {"from_at": ("Date", "Time"), "easting": ("Easting",), "northing": ("Northing",)}
    )
    found = read(write(tmp_path / "a.csv", rows), mapping=mapping)
    assert found.table["start"].dt.strftime("%d %H:%M").tolist() == ["02 14:05", "13 00:10"]
    assert found.table["row"].tolist() == [3, 4]


def test_the_row_of_the_header_can_be_chosen(tmp_path):
    rows = [["reference", "old", "names", "a", "b", "c", "d"], *ROWS]
    path = write(tmp_path / "a.csv", rows)
    found = read(path, mapping=ColumnMapping(header_row=2))
    assert found.table["row"].tolist() == [3, 4, 5]
    with pytest.raises(MappingError, match="header_row is 90"):
        read(path, mapping=ColumnMapping(header_row=90))


def test_total_lines_and_footers_are_no_incidents(tmp_path):
    total = ["Total", *BLANK[2:], "900"]
    rows = [*ROWS, total, ["End of report"]]
    found = read(write(tmp_path / "a.csv", rows))
    assert {reason for _, reason, _ in reasons(found)} == {"total or footer line"}
    assert len(found.table) == 3


def book(path, sheets, *, hide=(), merge=(), hidden_rows=()):
    """A workbook of named sheets of rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hide else "visible"
    for block in merge:
        made.worksheets[0].merge_cells(block)
    for number in hidden_rows:
        made.worksheets[0].row_dimensions[number].hidden = True
    made.save(path)
    return path


def test_sheets_of_one_shape_are_read_together_and_others_told(tmp_path):
    more = extract({"reference": "S1"}, {"reference": "S2"})
    sheets = {"Cover": [["Incidents"], ["by", "month"]], "Jan": ROWS, "Feb": more}
    sheets |= {"Lookup": [["Code", "Means"], ["1", "x"]], "Old": ROWS}
    found = read(book(tmp_path / "b.xlsx", sheets, hide=["Old"]))
    assert len(found.table) == 5
    assert found.table["source"].unique().tolist() == ["b.xlsx/Jan", "b.xlsx/Feb"]
    told = " ".join(found.notes)
    assert "sheets of the same columns were read together: 'Jan', 'Feb'" in told
    assert "sheets not read: 'Cover', 'Lookup'" in told
    assert "hidden sheets were not read: 'Old'" in told


def test_a_merged_title_merged_days_and_hidden_rows(tmp_path):
    rows = [["Domestic abuse 2026", *BLANK[1:]], *[list(row) for row in ROWS]]
    rows[3][1] = rows[4][1] = None
    path = book(tmp_path / "b.xlsx", {"S": rows}, merge=["A1:G1", "B3:B5"], hidden_rows=[4])
    found = read(path)
    assert len(found.table) == 3
    assert found.table["start"].nunique() == 1
    assert any("1 hidden or filtered rows" in note for note in found.notes)


def test_a_page_or_text_named_xls_is_read_as_what_it_is(tmp_path):
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    page = f"<html><body><table><tr><td>Menu</td></tr></table><table>{cells}</table></body></html>"
    (tmp_path / "a.xls").write_text(page)
    (tmp_path / "b.xls").write_text(csv_text(ROWS, delimiter="\t"))
    xml = "".join(
        f"<Row>{''.join(f'<Cell><Data>{cell}</Data></Cell>' for cell in row)}</Row>" for row in ROWS
    )
    start = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
    sheet = f"{start}<Worksheet><Table>{xml}</Table></Worksheet></Workbook>"
    (tmp_path / "c.xls").write_text(sheet)
    for name in ("a.xls", "b.xls", "c.xls"):
        assert read(tmp_path / name).table["row"].tolist() == [2, 3, 4]


def test_merged_cells_of_a_page_are_written_out(tmp_path):
    rows = [list(row) for row in ROWS]
    cells = ["<tr>" + "".join(f"<th>{cell}</th>" for cell in rows[0]) + "</tr>"]
    for number, row in enumerate(rows[1:]):
        day = f"<td rowspan=3>{row[1]}</td>" if not number else ""
        others = "".join(f"<td>{cell}</td>" for cell in row[2:])
        cells.append(f"<tr><td>{row[0]}</td>{day}{others}</tr>")
    (tmp_path / "a.xls").write_text(f"<table>{''.join(cells)}</table>")
    assert len(read(tmp_path / "a.xls").table) == 3


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_packed_text(tmp_path, suffix):
    told = csv_text(ROWS).encode()
    path = tmp_path / f"a.csv.{suffix}"
    codec = pa.Codec("zstd") if suffix == "zst" else None
    path.write_bytes(codec.compress(told, asbytes=True) if codec else gzip.compress(told))
    found = read(path)
    assert len(found.table) == 3
    assert found.files[0].size == path.stat().st_size


def test_standard_input(monkeypatch):
    told = io.TextIOWrapper(io.BytesIO(csv_text(ROWS).encode()))
    monkeypatch.setattr(sys, "stdin", told)
    found = read("-")
    assert len(found.table) == 3
    assert found.files[0].name == "standard input"


OLD = ["Month", "Reported by", "Falls within", "Easting", "Northing", "Location", "Crime type"]


def test_police_uk_files_of_the_first_years(tmp_path):
    row = ["2010-12", "F", "F", "334567", "390123", "On or near A", "Burglary"]
    found = read(write(tmp_path / "a.csv", [[*OLD, "Context"], [*row, ""]]))
    assert found.files[0].format == "police.uk"
    assert found.table["lat"][0] == pytest.approx(53.40, abs=0.01)
    assert found.table["crime"].tolist() == [True]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ([*POLICE_UK[:9], "Outcome type"], "is a police.uk file of outcomes"),
        (
            [name.replace(" ", ".") for name in [*POLICE_UK[:9], "Outcome type"]],
            "is a police.uk file of outcomes",
        ),
        (
            ["type", "date", "latitude", "longitude", "gender", "object_of_search"],
            "is a police.uk file of stop and search",
        ),
        (
            ["Type", "Date", "Latitude", "Longitude", "Gender", "Object of search"],
            "is a police.uk file of stop and search",
        ),
    ],
)
def test_other_files_of_a_police_uk_download_are_named(tmp_path, header, words):
    with pytest.raises(InputError, match=words):
        read(write(tmp_path / "a.csv", [header, ["x"] * len(header)]))


CRIME = ["abc", "2026-02", "F", "F", "-2.98", "53.40", "On or near A", "E01", "L", "Drugs", "", ""]


@pytest.mark.parametrize(
    "header",
    [
        [name.replace(" ", ".") for name in POLICE_UK],
        [name.replace(" ", "_").lower() for name in POLICE_UK],
        [name.replace(" ", "_") for name in POLICE_UK],
        [name.title().replace(" ", "") for name in POLICE_UK],
        [name.replace("Longitude", "Lng").replace("Latitude", "Lat") for name in POLICE_UK],
        [name.lower().replace("longitude", "long").replace(" ", "_") for name in POLICE_UK],
    ],
)
def test_police_uk_files_whose_headings_a_program_cleaned(tmp_path, header):
    here, plain = (
        read(write(tmp_path / name, [head, CRIME]))
        for name, head in (("a.csv", header), ("b.csv", POLICE_UK))
    )
    assert here.files[0].format == "police.uk"
    columns = [name for name in plain.table if name != "source"]
    assert here.table[columns].equals(plain.table[columns])


def test_a_name_as_police_uk_writes_it_goes_before_a_cleaned_one(tmp_path):
    found = read(write(tmp_path / "a.csv", [["crime_type", "Lng", *POLICE_UK], ["x", "0", *CRIME]]))
    assert found.table["type"].tolist() == ["Drugs"]
    assert found.table["lon"].tolist() == [-2.98]


@pytest.mark.parametrize(
    "month",
    ["202602", "202602.0", "Feb-26", "01/02/2026", "02/01/2026", "1/2/2026 00:00", "2026-02-01"],
)
def test_months_of_police_uk_that_a_spreadsheet_wrote_anew_are_the_same_months(tmp_path, month):
    others = {"02/01/2026": "12/01/2025", "01/02/2026": "01/12/2025"}  # which one is always 1
    rows = [["a" * 64, month, *CRIME[2:]], ["b" * 64, others.get(month, month), *CRIME[2:]]]
    table = read(write(tmp_path / "a.csv", [POLICE_UK, *rows])).table
    second = "2025-12" if month in others else "2026-02"
    assert table["start"].dt.strftime("%Y-%m").tolist() == ["2026-02", second]
    assert set(table["precision"]) == {"month"}


def test_a_name_that_stands_twice_is_told_with_the_mapping_that_cannot_tell_them(tmp_path):
    header = ["Ref", "Date", "Date", "Easting", "Northing", "Offence"]
    row = ["R1", "02/03/2026", "13/03/2026", "334567", "390123", "Robbery"]
    with pytest.raises(InputError, match=r"Some stand twice \('Date', 'Date'\), .* rename one"):
        read(write(tmp_path / "a.csv", [header, row]))


@pytest.mark.parametrize("time", ["from_at", "reported.at"])
def test_an_extract_with_names_of_police_uk_is_an_extract(tmp_path, time):
    header = [time, *(name.replace(" ", "_").lower() for name in POLICE_UK[:-1])]
    path = write(tmp_path / "a.csv", [header, ["2026-02-03 14:05", *CRIME[:-1]]])
    assert read(path).files[0].format == "force extract"


def test_the_answer_of_the_police_uk_api(tmp_path):
    crime = {
        "category": "violent-crime",
        "location": {"latitude": "53.40", "longitude": "-2.98", "street": {"name": "On or near A"}},
        "context": "",
        "outcome_status": {"category": "Under investigation", "date": "2026-03"},
        "persistent_id": "abc",
        "id": 1,
        "month": "2026-02",
    }
    other = crime | {"category": "anti-social-behaviour", "persistent_id": ""}
    (tmp_path / "a.json").write_text(json.dumps([crime, other]))
    found = read(tmp_path / "a.json")
    assert found.table["type"].tolist() == ["Violence and sexual offences", "Anti-social behaviour"]
    assert found.table["crime"].tolist() == [True, False]
    assert found.table[["lon", "lat"]].to_numpy()[0].tolist() == [-2.98, 53.40]


def test_nameless_columns_that_only_the_header_has_are_none(tmp_path):
    header, *rows = extract({}, {})
    path = write(tmp_path / "a.csv", [[*header, "", ""], *rows])
    assert len(read(path).table) == 2
    path = write(tmp_path / "b.csv", [[*header, "", ""], [*rows[0], "", "x"], rows[1]])
    assert reasons(read(path)) == [(3, "wrong number of fields", "")]


@pytest.mark.parametrize(("crs", "x", "y"), [(27700, 334567, 390123), (3857, -332000, 7058000)])
def test_metres_in_geojson_that_names_no_system_are_read_as_what_they_are(tmp_path, crs, x, y):
    point = {"type": "Point", "coordinates": [x, y]}
    row = {
        "type": "Feature",
        "geometry": point,
        "properties": {"reference": "R1", "from_at": "2026-03-02", "incident_type": "Robbery"},
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}))
    found = read(path)
    assert found.table["lat"].between(53.3, 53.5).all()
    assert found.table["lon"].between(-3.1, -2.9).all()
    assert f"a.geojson: its places are metres, not degrees, and were read as EPSG:{crs}" in (
        found.notes
    )


def test_kml_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text('<?xml version="1.0"?><kml><Placemark/></kml>')
    with pytest.raises(InputError, match=r"a\.kml: is KML, .* Export its points as GeoJSON"):
        read(path)
