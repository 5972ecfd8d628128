"""Times as people tell them: Welsh months, words for the time of day, two clocks of one day."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from mapper.incidents.suggest import suggest_mapping
from mapper.incidents.times import PRECISIONS, parse_times
from tests.incidents.incident_files import extract, read, write_csv

WELSH = "Ionawr Chwefror Mawrth Ebrill Mai Mehefin Gorffennaf Awst Medi Hydref Tachwedd Rhagfyr"


def parse(text):
    times = parse_times(pa.array([text]), order="")
    moment = times.moment[0]
    return None if np.isnat(moment) else (str(moment)[:16], PRECISIONS[times.precision[0]])


@pytest.mark.parametrize(
    "text",
    [
        "15 Mai 2026 16:43",
        "15-Mai-26 16:43",
        "Dydd Gwener, 15 Mai 2026 16:43",
        "15/05/2026 | 16:43",
    ],
)
def test_welsh_names_and_bars(text):
    assert parse(text) == ("2026-05-15T16:43", "minute")


@pytest.mark.parametrize(
    ("names", "months"),
    [
        (WELSH, range(1, 13)),
        ("Ion Chwe Maw Ebr Mai Meh Gorff Awst Medi Hyd Tach Rhag", range(1, 13)),
        ("Chw Gor Med Tac Rha", (2, 7, 9, 11, 12)),
    ],
)
def test_welsh_months(names, months):
    for name, month in zip(names.split(), months, strict=True):
        assert parse(f"5 {name} 2025") == (f"2025-{month:02}-05T00:00", "day")


def test_a_month_of_numbers():
    assert parse("05/2026") == ("2026-05-01T00:00", "month")
    assert parse("13/2026") is None


def moments(*texts):
    return [str(moment)[:16] for moment in parse_times(pa.array(texts), order="").moment]


def test_clocks_with_a_point_that_lost_their_last_zero_are_clocks():
    day = "15/05/2026 "
    read_as = moments(*(day + clock for clock in ("16.43", "0.39", "12.3", "9", "0.05", "0")))
    clocks = ["16:43", "00:39", "12:30", "09:00", "00:05", "00:00"]
    assert read_as == [f"2026-05-15T{clock}" for clock in clocks]
    # Parts of a day, of few figures or many, are what they were.
    assert moments(day + "0.5", day + "0.25") == ["2026-05-15T12:00", "2026-05-15T06:00"]
    assert moments(day + "0.69653", day + "0.39")[1] == "2026-05-15T09:22"
    assert moments(day + "12.75", day + "0.5")[1] == "2026-05-15T12:00"


@pytest.mark.parametrize("words", ["Unknown", "N/K", "Night", "(time not known)", "00:00 Unknown"])
def test_a_date_with_words_for_its_time_is_a_day_and_told(tmp_path, words):
    rows = extract({"from_at": f"15/05/2026 {words}"}, {"from_at": "16/05/2026 16:43"})
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.table["precision"].tolist() == ["day", "minute"]
    assert found.table["end"][0] == pd.Timestamp("2026-05-16")
    (note,) = found.notes
    assert "1 row with words for the time of day in from_at" in note
    assert repr(f"15/05/2026 {words}") in note


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("15/05/2026 16:43-18:05", "2026-05-15 18:05"),
        ("15/05/2026 between 16:43 and 18:05", "2026-05-15 18:05"),
        ("15/05/2026 from 1643 to 0205", "2026-05-16 02:05"),
    ],
)
def test_two_clocks_of_one_day(tmp_path, text, end):
    found = read(write_csv(tmp_path / "a.csv", without_end({"from_at": text})))
    assert found.table["start"].tolist() == [pd.Timestamp("2026-05-15 16:43")]
    assert found.table["end"].tolist() == [pd.Timestamp(end)]


def test_a_range_beside_a_blank_column_of_latest_times_is_a_range(tmp_path):
    rows = extract({"from_at": "15/05/2026 16:43 - 18:05"}, {"from_at": "16/05/2026 09:00 - 10:00"})
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.table["end"].tolist() == [
        pd.Timestamp("2026-05-15 18:05"),
        pd.Timestamp("2026-05-16 10:00"),
    ]


CLOCK = [
    "4:43pm", "16h43", "1643 hours", "T1643", "16;43", "16:43:00:000", "approx 16:43", "16:43 BST",
    "1900-01-01 16:43:00", "0001-01-01 16:43:00", "12/30/1899 16:43:00",
]  # fmt: skip


@pytest.mark.parametrize("clock", CLOCK)
@pytest.mark.parametrize("date", ["{:%d/%m/%Y}", "{:%Y-%m-%d}", "{:%Y-%m-%d}T00:00:00Z"])
def test_a_clock_in_a_column_of_its_own_is_proposed_and_read_however_it_is_written(
    tmp_path, clock, date
):
    days = pd.date_range("2026-05-01", periods=20)
    header = ("Ref", "Date", "Time", "Easting", "Northing", "Type")
    rows = [
        (f"R{at}", date.format(day), clock, "335011", "391150", "Theft")
        for at, day in enumerate(days)
    ]
    mapping = suggest_mapping(header, rows)
    assert mapping.columns["from_at"] == ("Date", "Time")
    found = read(write_csv(tmp_path / "a.csv", [header, *rows]), mapping=mapping)
    assert found.table["start"].tolist() == [day + pd.Timedelta("16h 43min") for day in days]


def test_two_clocks_in_words_among_times_are_two(tmp_path):
    texts = ["15/05/2026 16:43", "16/05/2026 16:43", "17/05/2026 between 10:00 and 12:00"]
    rows = without_end(*({"reference": text, "from_at": text} for text in texts))
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.table["end"].isna().tolist() == [True, True, False]
    assert found.table["end"][2] == pd.Timestamp("2026-05-17 12:00")


def test_an_offset_from_utc_is_no_second_clock(tmp_path):
    found = read(write_csv(tmp_path / "a.csv", without_end({"from_at": "2026-05-15 11:43-04:00"})))
    assert found.table["start"].tolist() == [pd.Timestamp("2026-05-15 16:43")]
    assert found.table["end"].isna().all()


def without_end(*changes):
    """Rows of an extract without a column of the latest time."""
    return [[cell for at, cell in enumerate(row) if at != 2] for row in extract(*changes)]


CLOCKS = [
    ("Date", "Time From", "Time To"),
    ("15/05/2026", "16:43", "18:05"),
    ("15/05/2026", "16:43", "02:05"),
    ("15/05/2026", "16:43", ""),
]


def test_two_clocks_beside_one_date_are_joined_and_may_pass_midnight(tmp_path):
    rest = [("Easting", "Northing"), *[("335011", "391150")] * 3]
    rows = [(*one, *two) for one, two in zip(CLOCKS, rest, strict=True)]
    mapping = suggest_mapping(rows[0], rows[1:])
    assert mapping.columns["to_at"] == ("Date", "Time To")
    found = read(write_csv(tmp_path / "a.csv", rows), mapping=mapping)
    assert set(found.table["start"]) == {pd.Timestamp("2026-05-15 16:43")}
    ends = [pd.Timestamp("2026-05-15 18:05"), pd.Timestamp("2026-05-16 02:05"), pd.NaT]
    assert found.table["end"].tolist()[:2] == ends[:2]
    assert found.table["end"].isna()[2]
    assert set(found.table["precision"]) == {"minute"}


@pytest.mark.parametrize("clock", ["16:43-18:05", "between 16:43 and 18:05", "16.43", "16.4"])
def test_a_clock_beside_its_date_is_found_however_written(clock):
    suggested = suggest_mapping(["Date", "Time"], [["15/05/2026", clock], ["16/05/2026", "N/K"]])
    assert suggested.columns["from_at"] == ("Date", "Time")


def test_a_clock_of_another_thing_is_no_latest_time():
    header = ["Date", "Time", "Time to attend"]
    suggested = suggest_mapping(header, [["15/05/2026", "16:43", "0:12"]])
    assert "to_at" not in suggested.columns


def test_clocks_of_several_spellings_in_one_column_are_clocks():
    rows = [["15/05/2026", clock] for clock in ("16.43", "1643", "16:43", "9.5")]
    assert suggest_mapping(["Date", "Time"], rows).columns["from_at"] == ("Date", "Time")


@pytest.mark.parametrize(
    ("clocks", "first", "last"),
    [
        (("16-17", "9-10", "23-24"), "16:00", "17:00"),
        (("16-17", "09-10", "16-43"), "16:17", None),  # hours and minutes
    ],
)
def test_hours_from_one_to_the_next(tmp_path, clocks, first, last):
    rows = without_end(*({"reference": c, "from_at": f"15/05/2026 {c}"} for c in clocks))
    found = read(write_csv(tmp_path / "a.csv", rows)).table
    assert found["start"][0] == pd.Timestamp(f"2026-05-15 {first}")
    assert found["end"][0] == pd.Timestamp(f"2026-05-15 {last}") if last else found["end"].isna()[0]
