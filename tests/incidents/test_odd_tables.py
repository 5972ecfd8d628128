"""What record systems, databases and spreadsheets export: one incident, told in each of many ways.

Every row of a table tells the same 15 May 2026, 16:43, at 335011 391150; the mapping is the one
that mapper proposes. What cannot be told for sure stops, or is said.
"""

import datetime as dt
import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import shapely

from mapper.base.errors import AmbiguousDatesError, InputError
from mapper.incidents.mapping import load_mapping
from mapper.incidents.suggest import suggest_mapping
from tests.incidents.incident_files import read

SIZE = 12
UTC = (dt.datetime(2026, 5, 15, 15, 43) - dt.datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001
HEADER = ["URN", "Date/Time", "Easting", "Northing", "Offence", "DA"]
ROW = ["R{n:04}", "15/05/2026 16:43", "335011", "391150", "Robbery", "Y"]


def write(folder: Path, header, row, *, delimiter="\t", end="") -> Path:
    """Write a table of one incident many times, each under its own reference."""
    lines = [header, *([cell.format(n=n) for cell in row] for n in range(SIZE))]
    text = "\n".join(delimiter.join(line) + end * bool(at) for at, line in enumerate(lines))
    (folder / "a.csv").write_text(text, encoding="utf-8")
    return folder / "a.csv"


def as_offered(path: Path, folder: Path):
    """Read a file by the mapping that its refusal offers."""
    with pytest.raises(InputError) as refused:
        read(path)
    offered = re.search(r"give the file as mapping:\n\n(.*)", str(refused.value), re.DOTALL)
    assert offered, refused.value
    (folder / "mapping.toml").write_text(offered.group(1), encoding="utf-8")
    return read(path, mapping=load_mapping(folder / "mapping.toml"))


def check(found):
    table = found.table
    assert len(table) == SIZE, (found.rejected, found.notes)
    assert set(table["start"]) == {dt.datetime(2026, 5, 15, 16, 43)}  # noqa: DTZ001
    assert abs(table["lon"] - -2.97920).max() < 2e-4
    assert abs(table["lat"] - 53.41326).max() < 2e-4
    assert set(table["type"]) == {"Robbery"}


@pytest.mark.parametrize(
    "text",
    [
        "46157.6965278", "20260515_164300", "20260515-1643", "2026-05-15_16:43:00", "150520261643",
        "15052026164300", "2026-05-15t15:43:00z", "20260515T154300Z", "15/05/2026 16-43",
        "15/05/2026 approx 16:43", "May 15 2026 04:43:00:000PM", "15 May 2026 16:43:00:000",
        "15-MAY-26 04.43.00.000000 PM", f"{UTC:.0f}", f"{UTC:.0f}000", f"{UTC:.0f}000000000",
        f"/Date({UTC:.0f}000)/", "Fri May 15 2026 16:43:00 GMT+0100 (British Summer Time)",
        "'15/05/2026 16:43", '="15/05/2026 16:43"', "15/05/2026 15:43 GMT", "1643hrs 15/05/2026",
        "15/05/2026 16:43 (approx)", "15 / 5 / 2026  16 : 43", f"{UTC:.3f}", "15MAY2026:16:43:00",
        "2026-05-15T16:43:00+01:00[Europe/London]", "15/05/2026 16:43 UTC+1", "46157,6965278",
    ],
)  # fmt: skip
def test_a_time_is_read_however_it_is_written(tmp_path, text):
    check(as_offered(write(tmp_path, HEADER, [ROW[0], text, *ROW[2:]]), tmp_path))


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (["Easting", "Northing"], ["335,011.00", "391,150.00"]),
        (["Easting", "Northing"], ["335011 mE", "391150mN"]),
        (["Easting", "Northing"], ['="335011"', "'391150"]),
        (["Grid"], ["335011391150"]),
        (["NGR"], ["SJ/35011/91150"]),
        (["NGR"], ["SJ3501191150"]),
        (["Location"], ["53.41326, -2.97920"]),
        (["the_geom"], ["SRID=4326;POINT(-2.97920 53.41326)"]),
        (["geom"], ["POINT Z (335011 391150 12)"]),
        (["geom"], [shapely.to_wkb(shapely.Point(-2.97920, 53.41326), hex=True)]),
        (["geom"], [shapely.to_wkb(shapely.set_srid(shapely.Point(335011, 391150), 27700),
                                   hex=True, include_srid=True)]),
        (["Lat", "Long"], ["53.41326", "2.97920-"]),
        (["Lat", "Long"], ["53°24.796'N", "2°58.752'W"]),
        (["Long", "Lat"], ["2°58'45.1\"W", "53°24'47.7\"N"]),
        (["Position"], ["53°24'47.7\"N 2°58'45.1\"W"]),
        (["Position"], ["N 53° 24.796', W 2° 58.752'"]),
        (["Position"], ["53°24'47.7\", -2°58'45.1\""]),
        (["Grid Sq", "Easting", "Northing"], ["SJ", "35011", "91150"]),
        (["X", "Y"], ["-331643.03", "7059808.69"]),  # the maps of the web
        (["Col_7", "Col_8"], ["391150", "335011"]),
    ],
)  # fmt: skip
def test_a_place_is_read_however_it_is_written(tmp_path, names, cells):
    header, row = [*HEADER[:2], *names, *HEADER[4:]], [*ROW[:2], *cells, *ROW[4:]]
    check(as_offered(write(tmp_path, header, row), tmp_path))


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (["Dt Committed", "Tm Committed"], ["15-May-2026", "1643"]),
        (["Date Of Offence", "Beat", "Time Of Offence"], ["15/05/2026", "B1", "16.43 hrs"]),
        (["Date", "Time"], ["15/05/2026 00:00:00", "30/12/1899 16:43:00"]),
        (["Date", "Time"], ["15052026", "16:43"]),
    ],
)
def test_a_date_and_its_clock_apart_are_joined(tmp_path, names, cells):
    header, row = [HEADER[0], *names, *HEADER[2:]], [ROW[0], *cells, *ROW[2:]]
    check(as_offered(write(tmp_path, header, row), tmp_path))


def test_a_column_called_a_time_that_is_none_is_shown_by_an_example(tmp_path):
    header = [HEADER[0], "Time of Week", *HEADER[2:]]
    words = "week 20, day 5, after 16"
    with pytest.raises(InputError, match=f"'Time of Week' is called a time, and “{words}” in it"):
        read(write(tmp_path, header, [ROW[0], words, *ROW[2:]]))


@pytest.mark.parametrize("shape", ["list", "answer", "lines"])
def test_records_in_json_are_a_table(tmp_path, shape):
    rows = [dict(zip(HEADER, [ROW[0].format(n=n), *ROW[1:]], strict=True)) for n in range(SIZE)]
    text = {
        "list": json.dumps(rows),
        "answer": json.dumps({"count": SIZE, "results": rows}),
        "lines": "\n".join(map(json.dumps, rows)),
    }[shape]
    (tmp_path / "a.json").write_text(text)
    check(as_offered(tmp_path / "a.json", tmp_path))


def test_letters_of_a_grid_that_make_no_reference_are_never_dropped(tmp_path):
    header = [*HEADER[:2], "Easting", "Northing", *HEADER[4:]]
    path = write(tmp_path, header, [*ROW[:2], "SJ 350", "SJ 911", *ROW[4:]])
    with pytest.raises(InputError, match="No columns of coordinates were recognised"):
        read(path)


def test_easting_and_northing_exchanged_are_told_where_the_own_area_shows_it(tmp_path):
    path = write(tmp_path, HEADER, [*ROW[:2], ROW[3], ROW[2], *ROW[4:]])
    found = as_offered(path, tmp_path)
    assert "once easting and northing are exchanged" in " ".join(found.notes)


@pytest.mark.parametrize(
    ("yes", "no"),
    [("✔", "-"), ("ü", ""), ("Ticked", "Not ticked"), ("DA", "NONE"), ("DA Marker", "N/A"),
     ("Domestic abuse related", "Not domestic abuse related"), ("Ydy", "Nac ydy")],
)  # fmt: skip
def test_a_flag_is_proposed_and_read_however_it_is_written(yes, no):
    sample = [[*ROW[:5], (yes, no)[n % 2]] for n in range(SIZE)]
    suggested = suggest_mapping(HEADER, sample)
    assert suggested.columns["domestic_abuse"] == ("DA",)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        # Niche, Athena and Connect, STORM, Uniform, Northgate, CRIS, ControlWorks, Scotland's
        (["OccurrenceFileNo", "Class Desc", "StartTime", "EndTime", "XCoord", "YCoord", "DA"],
         ["OccurrenceFileNo", "Class Desc", "StartTime", "DA"]),
        (["Investigation Reference", "Offence Classification", "Offence Committed From Date",
          "Investigation Created Date", "Location Easting", "Location Northing", "DA Keyword"],
         ["Investigation Reference", "Offence Classification", "Offence Committed From Date",
          "DA Keyword"]),
        (["Incident No", "Closing Code Desc 1", "Date Created", "Arrival Time", "Easting",
          "Northing", "Domestic"], ["Incident No", "Closing Code Desc 1", None, "Domestic"]),
        (["REFVAL", "COMPTYPE_DESC", "DATECOMPRECD", "DATEACTION", "MAPEAST", "MAPNORTH", "STATUS"],
         ["REFVAL", "COMPTYPE_DESC", "DATECOMPRECD", None]),
        (["CRNO", "HOC_DESC", "DATE_FIRST_COMM", "DATE_LAST_COMM", "MAP_EAST", "MAP_NORTH",
          "DV_FLAG"], ["CRNO", "HOC_DESC", "DATE_FIRST_COMM", "DV_FLAG"]),
        (["ControlWorks Incident Number", "Closing Incident Type", "Incident Created", "Closed At",
          "X", "Y", "Domestic Abuse Indicator"],
         ["ControlWorks Incident Number", "Closing Incident Type", None,
          "Domestic Abuse Indicator"]),
        (["Crime Reference Number", "Crime Description", "Crime Committed Date", "Date Recorded",
          "Locus X", "Locus Y", "Domestic Marker"],
         ["Crime Reference Number", "Crime Description", "Crime Committed Date",
          "Domestic Marker"]),
        (["Number", "What happened?", "When did it happen?", "Date of birth", "Where (east)",
          "Where (north)", "Was it domestic?"],
         ["Number", "What happened?", "When did it happen?", "Was it domestic?"]),
    ],
)  # fmt: skip
def test_the_headings_of_common_systems_are_known(header, found):
    later = "15/05/2026 18:00"
    flags = [n % 3 == 0 for n in range(SIZE)]
    sample = [
        [f"C{n}", "Robbery", f"{n + 13}/05/2026 16:43", later, "335011", "391150", "NY"[flags[n]]]
        for n in range(SIZE)
    ]
    suggested = suggest_mapping(header, sample).columns
    wanted = ["reference", "incident_type", "from_at", "domestic_abuse"]
    assert [suggested.get(name, (None,))[0] for name in wanted] == found


def test_a_row_of_values_is_no_header(tmp_path):
    path = write(tmp_path, [cell.format(n=99) for cell in ROW], ROW)
    with pytest.raises(InputError, match="should be named holds values instead"):
        read(path)


def test_a_delimiter_at_the_end_of_records_alone_loses_none(tmp_path):
    check(as_offered(write(tmp_path, HEADER, ROW, delimiter=";", end=";"), tmp_path))


def test_excel_own_first_line_stands_above_any_table(tmp_path):
    path = write(tmp_path, HEADER, ROW, delimiter=";")
    path.write_text("sep=;\n" + path.read_text())
    check(as_offered(path, tmp_path))


def test_a_clock_with_an_empty_day_joins_its_date(tmp_path):
    header = ["URN", "Date", "Time", *HEADER[2:]]
    row = [ROW[0], "15/05/2026", "01/01/1970 16:43", *ROW[2:]]
    check(as_offered(write(tmp_path, header, row), tmp_path))


def test_years_of_two_figures_in_front_are_asked_about(tmp_path):
    row = [ROW[0], "26-05-{n:02}", *ROW[2:]]
    path = write(tmp_path, HEADER, row)
    with pytest.raises(AmbiguousDatesError, match="begin with the year"):
        as_offered(path, tmp_path)


def test_a_header_of_two_rows_is_the_same_with_its_mapping(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["URN", "Committed", "", "Location", "", "Offence", "DA"])
    book.active.append(["", "Date", "Time", "Easting", "Northing", "", ""])
    for n in range(SIZE):
        book.active.append([f"R{n}", dt.date(2026, 5, 15), dt.time(16, 43), 335011, 391150,
                            "Robbery", "Y"])  # fmt: skip
    book.save(tmp_path / "a.xlsx")
    check(as_offered(tmp_path / "a.xlsx", tmp_path))


@pytest.mark.parametrize("name", ["a.csv", "a.xls"])
def test_a_workbook_is_one_under_any_name(tmp_path, name):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    more = book.create_sheet("more")  # the same columns and one besides
    more.append([*HEADER, "Remarks"])
    for n in range(SIZE):
        sheet = book.active if n < SIZE // 2 else more
        sheet.append([cell.format(n=n) for cell in ROW])
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "book.xlsx").rename(tmp_path / name)
    check(as_offered(tmp_path / name, tmp_path))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("15/05/2026 16:43 - 15/05/2026 18:43", dt.datetime(2026, 5, 15, 18, 43)),  # noqa: DTZ001
        ("between 15/05/2026 1643hrs and 0200hrs", dt.datetime(2026, 5, 16, 2)),  # noqa: DTZ001
        ("From 15 May 2026 16:43 until 17 May 2026 08:00", dt.datetime(2026, 5, 17, 8)),  # noqa: DTZ001
        ("2026-05-15 16:43\u201317:00", dt.datetime(2026, 5, 15, 17)),  # noqa: DTZ001
        ("15/05/2026 - 16:43", pd.NaT),
        ("May 15 2026 - 16:43", pd.NaT),
    ],
)
def test_two_times_in_one_column_are_the_earliest_and_the_latest(tmp_path, text, end):
    header = [name.replace("Date/Time", "When") for name in HEADER]
    found = as_offered(write(tmp_path, header, [ROW[0], text, *ROW[2:]]), tmp_path)
    check(found)
    ends = found.table["end"]
    assert ends.isna().all() if end is pd.NaT else set(ends) == {end}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["Year", "Month", "Day", "Time"], ["2026", "5", "15", "16:43"]),
        (["Hour", "Minute", "Day", "Mon", "Yr"], ["16", "43", "15", "May", "2026"]),
        (["Date", "Hour", "Min"], ["15/05/2026", "16", "43"]),
    ],
)
def test_parts_of_a_time_in_columns_of_their_own_are_joined(tmp_path, header, row):
    header = [HEADER[0], *header, *HEADER[2:]]
    check(as_offered(write(tmp_path, header, [ROW[0], *row, *ROW[2:]]), tmp_path))


WIDTHS = (8, 18, 9, 10, 10, 2)
RULE = " ".join("-" * width for width in WIDTHS)


def fixed(cells):
    return " ".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True))


@pytest.mark.parametrize(
    "lines",
    [
        lambda rows: [fixed(HEADER), RULE, *map(fixed, rows)],
        lambda rows: ["   ".join(f"{cell:<18}" for cell in row) for row in [HEADER, *rows]],
        lambda rows: [",".join(f"'{cell}'" for cell in row) for row in [HEADER, *rows]],
        lambda rows: [f'"{";".join(row)}",,' for row in [HEADER, *rows]],
        lambda rows: ['"' + ",".join(f'""{c}""' for c in row) + '"' for row in [HEADER, *rows]],
    ],
    ids=["under a rule", "between blanks", "single quotes", "lines quoted", "quoted twice"],
)  # fmt: skip
def test_tables_that_nothing_divides_but_their_place_or_single_quotes(tmp_path, lines):
    rows = [[cell.format(n=n) for cell in ROW] for n in range(SIZE)]
    path = tmp_path / "a.txt"
    path.write_text("\n".join([*lines(rows), "", "(12 rows affected)"]), encoding="utf-8")
    check(as_offered(path, tmp_path))


def test_a_line_that_does_not_keep_to_its_columns_is_told_whole(tmp_path):
    rows = [[cell.format(n=n) for cell in ROW] for n in range(SIZE)]
    path = tmp_path / "a.txt"
    odd = "R0099 15/05/2026 16:43 335011 391150 Robbery Y"
    path.write_text("\n".join([fixed(HEADER), RULE, *map(fixed, rows), odd]), encoding="utf-8")
    found = as_offered(path, tmp_path)
    check(found)
    assert found.rejected["original"].tolist() == [odd]
