"""Each reason for rejection, its row number, its column and its original text."""

import pytest

from mapper.incidents.check import REASONS
from mapper.incidents.read import read_incidents
from tests.incidents.incident_files import (
    EXTRACT,
    POLICE_UK,
    TODAY,
    extract,
    read,
    reasons,
    write_csv,
)

OUTSIDE = "coordinates outside Great Britain and Northern Ireland"
DEGREES = ["reference", "from_at", "longitude", "latitude"]

# reason -> (changes to a good row, column at fault)
FAULTS = {
    "total or footer line": (
        dict.fromkeys(EXTRACT, "") | {"reference": "Total", "incident_type": "900"},
        "",
    ),
    "no date": ({"from_at": ""}, "from_at"),
    "bad date": ({"from_at": "2026-02-30"}, "from_at"),
    "future date": ({"from_at": "2026-07-01 00:00"}, "from_at"),
    "end before start": ({"to_at": "2026-03-02 14:04"}, "to_at"),
    "no coordinates": ({"easting": ""}, "easting"),
    "coordinate is not a number": ({"northing": "N/K"}, "northing"),
    "zero coordinates": ({"easting": "0", "northing": "0"}, "easting and northing"),
    OUTSIDE: ({"easting": "900000", "northing": "390123"}, "easting and northing"),
    "flag is neither yes nor no": ({"knife": "perhaps"}, "knife"),
    "NUL character in the text": ({"incident_type": "Rob\0bery"}, "incident_type"),
    "repeated reference": ({"reference": "R1"}, "reference"),
}


@pytest.mark.parametrize("reason", FAULTS)
def test_a_fault_is_rejected_with_its_reason(tmp_path, reason):
    changes, field = FAULTS[reason]
    rows = extract({}, changes, {})
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert reasons(found) == [(3, reason, field)]
    assert found.table["row"].tolist() == [2, 4]
    assert found.rejected["original"].tolist() == [",".join(rows[2])]
    assert found.rejected["source"].tolist() == ["a.csv"]


def test_every_reason_is_tested():
    elsewhere = {
        "wrong number of fields",
        "geometry is not a point",
        "postcode is not in the directory",
        "latitude and longitude swapped",
        "easting and northing swapped",
        "older version of the row",
    }
    assert set(FAULTS) | elsewhere == set(REASONS)


def test_ragged_rows_are_rejected_and_do_not_shift_the_numbers(tmp_path):
    rows = extract({}, {}, {}, {})
    rows[2] = rows[2][:3]
    rows[3] = [*rows[3], "one\ntoo many"]
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert reasons(found) == [(3, "wrong number of fields", ""), (4, "wrong number of fields", "")]
    assert found.table["row"].tolist() == [2, 5]
    assert found.rejected["original"][0] == "R2,2026-03-02 14:05,"
    assert found.rejected["original"][1].endswith(r",one\ntoo many")


@pytest.mark.parametrize("place", [("53.4", "-2.98"), ("51.5", "0")])
def test_swapped_coordinates_are_rejected_or_repaired(tmp_path, place):
    rows = [DEGREES, ["R1", "2026-03-02", *place], ["R2", "2026-03-02", "-2.98", "53.4"]]
    path = write_csv(tmp_path / "a.csv", rows)
    found = read(path)
    swapped = (2, "latitude and longitude swapped", "longitude and latitude")
    assert reasons(found) == [swapped]
    repaired = read(path, repair_swapped=True)
    assert repaired.table[["lon", "lat"]].to_numpy()[0].tolist() == [float(p) for p in place[::-1]]
    assert "a.csv: 1 row with latitude and longitude swapped: repaired" in repaired.notes


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("", "", "no coordinates"),
        ("NULL", "n/a", "no coordinates"),
        ("-2.98", "", "no coordinates"),
        ("inf", "53.4", "coordinate is not a number"),
        ("1e309", "53.4", "coordinate is not a number"),
        ("0x10", "53.4", "coordinate is not a number"),
        ("-\uff12.98", "53.4", "coordinate is not a number"),
        ("-2,98", "53,4", None),
        ("2.98 W", "53° 24' 0.5\" N", None),
        ("1_0", "53.4", "coordinate is not a number"),
        ("0", "0", "zero coordinates"),
        ("-2.98", "0.0", "zero coordinates"),
        ("-2.98", "400", OUTSIDE),
        ("-9", "53.4", OUTSIDE),
        ("-2.98", "49.7", OUTSIDE),
        ("0", "51.4", None),  # on the meridian of Greenwich
        ("-5.93", "54.6", None),  # Belfast
        (" +.5e0 ", "51.4", None),
        ("-1.15", "60.15", None),  # Shetland
    ],
)
def test_coordinates_in_degrees(tmp_path, lon, lat, reason):
    path = write_csv(tmp_path / "a.csv", [DEGREES, ["R", "2026-03-02", lon, lat]])
    assert [found[1] for found in reasons(read(path))] == [reason] * (reason is not None)


def test_the_first_reason_in_the_fixed_order_is_given(tmp_path):
    rows = extract({"from_at": "never", "easting": "", "knife": "perhaps"})
    assert reasons(read(write_csv(tmp_path / "a.csv", rows))) == [(2, "bad date", "from_at")]


def test_the_first_right_row_of_a_reference_is_kept_across_files(tmp_path):
    one = write_csv(
        tmp_path / "1.csv", extract({"reference": "A", "easting": ""}, {"reference": "A"})
    )
    two = write_csv(tmp_path / "2.csv", extract({"reference": " A "}, {"reference": "B"}))
    found = read(one, two)
    assert found.table["reference"].tolist() == ["A", "B"]
    assert found.rejected[["source", "row", "reason"]].to_numpy().tolist() == [
        ["1.csv", 2, "no coordinates"],
        ["2.csv", 2, "repeated reference"],
    ]
    other_way = read(two, one)
    assert other_way.table["source"].tolist() == ["2.csv", "2.csv"]


@pytest.mark.parametrize("blank", ["", "  ", "NULL", "n/a", "None"])
def test_rows_without_a_reference_are_never_repeats(tmp_path, blank):
    found = read(write_csv(tmp_path / "a.csv", extract(*[{"reference": blank}] * 3)))
    assert len(found.table) == 3
    assert found.table["reference"].isna().all()


def test_equal_antisocial_rows_of_police_uk_are_separate_incidents(tmp_path):
    row = [
        "",
        "2026-03",
        "F",
        "F",
        "-2.98",
        "53.4",
        "On or near A",
        "",
        "",
        "Anti-social behaviour",
        "",
        "",
    ]
    found = read(write_csv(tmp_path / "a.csv", [POLICE_UK, row, row, row]))
    assert len(found.table) == 3
    assert not found.table["crime"].any()


def test_blank_lines_are_not_rows_and_are_counted_in_a_note(tmp_path):
    lines = [",".join(row) for row in extract({}, {}, {"easting": "x"})]
    text = "\n".join([lines[0], "", lines[1], "", ",,,,,,", lines[2], "  ", lines[3], "", ""])
    (tmp_path / "a.csv").write_text(text)
    found = read(tmp_path / "a.csv")
    assert found.rows_read == 3
    assert found.table["row"].tolist() == [3, 6]
    assert reasons(found) == [(8, "coordinate is not a number", "easting")]
    assert "a.csv: 5 wholly blank lines not counted as rows" in found.notes


def test_a_row_is_blank_only_when_columns_that_are_not_read_are_blank_too(tmp_path):
    rows = [[*row, other] for row, other in zip(extract({}, {}), ["note", "", ""], strict=True)]
    rows.append([""] * len(EXTRACT) + ["something"])
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert reasons(found) == [(4, "no date", "from_at")]
    assert found.rejected["original"].tolist() == [",,,,,,,something"]


def test_today_is_not_the_future(tmp_path):
    rows = extract({"from_at": f"{TODAY} 23:59"}, {"from_at": str(TODAY)}, {"from_at": "2026-06"})
    assert len(read(write_csv(tmp_path / "a.csv", rows)).table) == 3


def test_a_copy_of_a_file_is_read_once_and_said(tmp_path):
    rows = extract({"reference": ""}, {})
    one = write_csv(tmp_path / "1.csv", rows)
    two = write_csv(tmp_path / "2.csv", rows)
    found = read(one, two, one)
    assert found.rows_read == 2
    assert found.notes == (
        "2.csv: is a copy of 1.csv byte for byte; it was not read again (2 rows)",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_original_of_a_row_is_its_own_line_with_quotation_marks_anywhere_or_nowhere(
    tmp_path, end
):
    rows = [
        "reference,from_at,easting,northing,incident_type",
        "R1,2026-03-02 14:05,335011,390245,Burglary",
        "R2,2026-03-02 14:05,,390245,Burglary",
        "",
        "R3,2026-03-02 14:05,335011,390245,one,too many",
        ",,,,",
        "R4,no time at all,335011,390245,été",
        "R5,2026-03-02 14:05,335011,390245,Burglary",
        "R6,2026-03-02 14:05,x,390245, Burglary ",
    ]
    found = []
    for name, last in (("plain.csv", "Burglary"), ("quoted.csv", '"Burglary"')):
        path = tmp_path / name
        lines = [*rows, f"R7,2026-03-02 14:05,335011,390245,{last}"]
        path.write_bytes(end.join(lines).encode())
        found.append(read_incidents([path]).rejected)
    plain, quoted = (one.drop(columns="source") for one in found)
    assert plain.equals(quoted)
    assert plain["original"].tolist() == [rows[row - 1] for row in plain["row"]]
    assert plain["row"].tolist() == [3, 5, 7, 9]
