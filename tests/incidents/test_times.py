"""Dates and times: every spelling, the order of day and month, time zones, periods."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.base.errors import AmbiguousDatesError
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.times import PRECISIONS, parse_times, settle_order
from tests.incidents.incident_files import extract, read, reasons, write_csv


def parse(text, order=""):
    times = parse_times(pa.array([text]), order=order)
    moment = times.moment[0]
    return None if np.isnat(moment) else (str(moment)[:16], PRECISIONS[times.precision[0]])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02", ("2026-03-02T00:00", "day")),
        ("2026/3/2 9:05", ("2026-03-02T09:05", "minute")),
        ("2026-03-02T14:05:33.123456", ("2026-03-02T14:05", "minute")),
        ("2026-03", ("2026-03-01T00:00", "month")),
        ("20260302", ("2026-03-02T00:00", "day")),
        ("02/03/2026", ("2026-03-02T00:00", "day")),
        ("2.3.26 14:05", ("2026-03-02T14:05", "minute")),
        ("02-03-2026 02:05 PM", ("2026-03-02T14:05", "minute")),
        ("02/03/2026 12:05am", ("2026-03-02T00:05", "minute")),
        ("2 March 2026", ("2026-03-02T00:00", "day")),
        ("Mon 2nd Mar 2026 14:05", ("2026-03-02T14:05", "minute")),
        ("02-MAR-26", ("2026-03-02T00:00", "day")),
        ("Mar-26", ("2026-03-01T00:00", "month")),  # what Excel makes of 2026-03
        ("March 2026", ("2026-03-01T00:00", "month")),
        ("31/12/1999", ("1999-12-31T00:00", "day")),
        ("29/02/2024", ("2024-02-29T00:00", "day")),
        ("29/02/2026", None),
        ("2026-13-01", None),
        ("2026-00-10", None),
        ("2026-03-02 24:00", None),
        ("2026-03-02 13:05 pm", None),
        ("2026-03-02 10:60", None),
        ("1899-12-30", None),
        ("45000.5", None),
        ("\uff12\uff10\uff12\uff16-03-02", None),
        ("2 Maybe 2026", None),
        ("2026-03-02 14:05+99:00", None),
        ("soon", None),
    ],
)
def test_spellings(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01T12:00:00Z", "2026-07-01T13:00"),  # summer time
        ("2026-01-01T12:00Z", "2026-01-01T12:00"),
        ("2026-07-01T12:00+02:00", "2026-07-01T11:00"),
        ("2026-07-01T12:00-0500", "2026-07-01T18:00"),
        ("2026-07-01 12:00 GMT", "2026-07-01T13:00"),
        ("2026-07-01 12:00 BST", "2026-07-01T12:00"),
        ("2026-06-30T23:30Z", "2026-07-01T00:30"),
        ("2026-07-01T12:00", "2026-07-01T12:00"),
    ],
)
def test_offsets_become_london_time(text, expected):
    assert parse(text) == (expected, "minute")


FIRST, LAST = dt.datetime.fromisoformat("1900-01-01"), dt.datetime.fromisoformat("2100-01-01")


@given(st.datetimes(FIRST, LAST))
def test_moments_agree_with_python_in_every_spelling(moment):
    expected = moment.strftime("%Y-%m-%dT%H:%M")
    for pattern in ("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%d %B %Y %H:%M", "%d-%b-%Y %I:%M %p"):
        assert parse(moment.strftime(pattern))[0] == expected
    assert parse(moment.strftime("%m/%d/%Y %H:%M"), "month-first")[0] == expected


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["02/03/2026", "13/03/2026"], "day-first"),
        (["02/03/2026", "03/13/2026"], "month-first"),
        (["03/03/2026", "04/04/2026"], ""),
        (["2026-03-02", "2 Mar 2026"], ""),
        ([], ""),
    ],
)
def test_a_column_proves_its_order(texts, order):
    assert settle_order(pa.array(texts, pa.string()), file="f", column="c") == order


@pytest.mark.parametrize("texts", [["02/03/2026", "04/05/2026"], ["13/03/2026", "03/13/2026"]])
def test_an_ambiguous_column_stops_with_a_question(tmp_path, texts):
    path = write_csv(tmp_path / "a.csv", extract(*({"from_at": t} for t in texts)))
    with pytest.raises(AmbiguousDatesError) as refusal:
        read(path)
    for words in (
        "a.csv",
        "'from_at'",
        repr(texts[0]),
        'date_order = "day-first"',
        "as mapping",
        "?",
    ):
        assert words in str(refusal.value)


def test_the_answer_settles_it(tmp_path):
    path = write_csv(
        tmp_path / "a.csv", extract({"from_at": "02/03/2026"}, {"from_at": "03/13/2026"})
    )
    days = read(path, mapping=ColumnMapping(date_order="day-first"))
    assert days.table["start"].dt.strftime("%d %b").tolist() == ["02 Mar"]
    assert reasons(days) == [(3, "bad date", "from_at")]
    months = read(path, mapping=ColumnMapping(date_order="month-first"))
    assert months.table["start"].dt.strftime("%d %b").tolist() == ["03 Feb", "13 Mar"]


def test_a_month_first_column_is_noted(tmp_path):
    path = write_csv(tmp_path / "a.csv", extract({"from_at": "03/13/2026"}))
    assert read(path).notes == (
        "a.csv: dates in from_at are month-first, as the column itself proves",
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-02 14:05", "", ("2026-03-02 14:05", None, "minute")),
        ("2026-03-02 14:05", "2026-03-02 14:05", ("2026-03-02 14:05", None, "minute")),
        (
            "2026-03-02 14:05",
            "2026-03-03 09:00",
            ("2026-03-02 14:05", "2026-03-03 09:00", "minute"),
        ),
        ("2026-03-02", "", ("2026-03-02 00:00", "2026-03-03 00:00", "day")),
        ("2026-03-02", "2026-03-04", ("2026-03-02 00:00", "2026-03-05 00:00", "day")),
        ("2026-03-02 14:05", "2026-03-02", ("2026-03-02 14:05", "2026-03-03 00:00", "day")),
        ("2026-02", "", ("2026-02-01 00:00", "2026-03-01 00:00", "month")),
        ("2025-12", "", ("2025-12-01 00:00", "2026-01-01 00:00", "month")),
    ],
)
def test_start_end_and_precision(tmp_path, start, end, expected):
    path = write_csv(tmp_path / "a.csv", extract({"from_at": start, "to_at": end}))
    row = read(path).table.iloc[0]
    times = (row["start"], row["end"])
    shown = [None if pd.isna(t) else t.strftime("%Y-%m-%d %H:%M") for t in times]
    assert (*shown, row["precision"]) == expected


def test_times_all_at_midnight_are_days(tmp_path):
    days = [{"from_at": f"2026-03-{day:02} 00:00:00"} for day in range(1, 21)]
    found = read(write_csv(tmp_path / "a.csv", extract(*days)))
    assert set(found.table["precision"]) == {"day"}
    assert (found.table["end"] - found.table["start"]).dt.days.eq(1).all()
    assert found.notes == ("a.csv: every time in from_at is midnight and was read as a day",)
    mixed = read(write_csv(tmp_path / "b.csv", extract(*days, {"from_at": "2026-03-02 14:05"})))
    assert set(mixed.table["precision"]) == {"minute"}


def test_the_time_of_report_stands_in_and_is_noted(tmp_path):
    header = ["reference", "reported_at", "from_at", "easting", "northing"]
    rows = [
        {"reported_at": "2026-03-02 10:00", "from_at": ""},
        {"reported_at": "2026-03-02 10:00", "from_at": "2026-03-01 09:00"},
        {"reported_at": "", "from_at": ""},
        {"reported_at": "2027-01-01", "from_at": "2026-03-01 09:00"},
    ]
    found = read(write_csv(tmp_path / "a.csv", extract(*rows, header=header)))
    assert found.table["start"].dt.strftime("%d %H").tolist() == ["02 10", "01 09"]
    assert reasons(found) == [(4, "no date", "from_at"), (5, "future date", "reported_at")]
    assert found.notes == (
        "a.csv: 1 rows without an earliest time were given the time they were reported",
    )
