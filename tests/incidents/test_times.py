"""Dates and times: every spelling, the order of day and month, time zones, periods."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.base.errors import AmbiguousDatesError
from mapper.incidents.date_order import settle_order
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.times import PRECISIONS, parse_times
from tests.incidents.incident_files import extract, read, reasons, write_csv


def parse(text, order=""):
    times = parse_times(pa.array([text]), order=order)
    moment = times.moment[0]
    return None if np.isnat(moment) else (str(moment)[:16], PRECISIONS[times.precision[0]])


NUMBER = st.integers(0, 99).map("{:02}".format)
USUAL = st.one_of(
    st.builds("{}-{}-{}T{}:{}".format, st.integers(1800, 2100), *[NUMBER] * 4),
    st.builds("{}/{}/{} {}:{}:{}".format, *[NUMBER] * 2, st.integers(1890, 2030), *[NUMBER] * 3),
    st.builds("{:%d/%m/%Y} {:%H:%M}".format, st.dates(dt.date(1890, 1, 1)), st.times()),
    st.builds("{:%Y-%m-%d} {:%H:%M:%S}".format, st.dates(dt.date(1890, 1, 1)), st.times()),
)


@settings(max_examples=50)  # each reads twice
@given(
    st.lists(USUAL | st.just("2 Mar 2026"), min_size=1, max_size=9),
    st.sampled_from(["", "day-first", "month-first", "part-swapped"]),
)
def test_what_is_usual_is_read_as_the_patterns_read_it(texts, order):
    """With one text of another form among them, all go by the patterns."""
    quick = parse_times(pa.array(texts), order=order)
    slow = parse_times(pa.array([*texts, "2 Mar 2026"]), order=order)
    np.testing.assert_array_equal(quick.moment, slow.moment[:-1])
    np.testing.assert_array_equal(quick.precision, slow.precision[:-1])


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
        ("2026-03-02 24:00", ("2026-03-03T00:00", "minute")),
        ("2026-03-02 24:01", None),
        ("2026-03-02 13:05 pm", None),
        ("2026-03-02 10:60", None),
        ("1899-12-30", None),
        ("45000.5", ("2023-03-15T12:00", "minute")),
        ("19999", ("2024-10-03T00:00", "day")),  # from 1970: of a spreadsheet it were 1954
        ("80001", None),
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
    assert found.notes == ("a.csv: 1 row without an earliest time, given the time of the report",)


# Each is 16:43 on 15 May 2026 in London.
WRITTEN = """
46157.69653
15/05/2026 16:43 hrs
15/05/2026 16:43hrs
15/05/2026 1643hrs
15/05/2026 1643 hours
15/05/2026 at 16:43
15/05/2026 @ 1643
15/05/2026 - 16:43
15/05/2026 16.43
15/05/2026 1643
15/05/2026 16h43
15.05.2026 16.43.00
20260515T154300Z
20260515T1643
20260515164300
202605151643
20260515 16:43
20260515 1643
2026-05-15T164300
2026-05-15T16:43:00.0000000
2026-05-15 16:43:00.000 +01:00
2026-05-15 16:43:00 +0100
2026-05-15T15:43:00.000Z
2026-05-15T16:43:00+01:00[Europe/London]
2026-05-15 16:43:00 Europe/London
2026-05-15-16.43.00.000000
15-MAY-26 04.43.00.000000000 PM
15-MAY-26 04.43.00.000000 PM
15-MAY-26 16.43.00
15-MAY-26 04.43.00.000000 PM +01:00
15-MAY-26 04.43.00.000000 PM EUROPE/LONDON
15-MAY-2026 16:43:00
15MAY2026:16:43:00
15MAY2026:16:43:00.000
15/May/2026:16:43:00 +0100
May 15 2026  4:43PM
May 15, 2026 4:43 PM
May 15, 2026, 4:43 pm
Friday, May 15, 2026 4:43 PM
Friday, 15 May 2026 16:43
Fri 15 May 2026 16:43
Fri 15/05/2026 16:43
15/05/2026 (Fri) 16:43
15 May, 2026 16:43
15th of May 2026 at 4.43pm
15th May 2026 16:43hrs
15/05/2026 4:43 p.m.
15/05/2026 4.43 PM
15/05/2026, 16:43:00
16:43 15/05/2026
1643hrs on 15/05/2026
16:43 on 15 May 2026
16:43, 15/05/2026
15/05/2026 00:00:00 16:43:00
2026-05-15 00:00:00 16:43:00
2026-05-15 00:00:00 1899-12-30 16:43:00
15/05/2026 00:00 30/12/1899 16:43
15/05/2026 0.69653
46157 0.69653
46157 16:43
46157 1643
2026-05-15 0 days 16:43:00
15052026 1643
15052026 16:43
15 05 2026 16:43
1778859780
1778859780000
1778859780.0
1778859780000000
2026 May 15 16:43
2026-May-15 16:43
15/05/2026 15:43 UTC
15/05/2026 15:43 GMT
15/05/2026 16:43 BST
15/05/2026 16:43 GMT+1
15/05/2026 16:43 UTC+01:00
15/05/26 16:43
15-May-26 16:43
15 May 26 1643
15/05/2026  16:43:00
Fri May 15 2026 16:43:00 GMT+0100
Fri May 15 16:43:00 BST 2026
Fri, 15 May 2026 15:43:00 GMT
2026/05/15 16:43
2026.05.15 16:43
15/05/2026 16:43:00.123456789
15/05/2026 16;43
15/05/2026 Time: 16:43
15/05/2026 4.43pm BST
15/05/2026 16:43 (BST)
15/05/2026 15:43 (UTC)
15/05/2026 04:43PM
2026-05-15 1900-01-01 16:43:00
2026-05-15 0001-01-01 16:43:00
15/05/2026 12/30/1899 16:43:00
15/05/2026 00/01/1900 16:43:00
2026-05-15T00:00:00Z 16:43:00
"""


@pytest.mark.parametrize("text", [*WRITTEN.strip().splitlines(), "15/05/2026\u00a016:43"])
def test_systems_and_people_write_one_time_in_many_ways(text):
    assert parse(text) == ("2026-05-15T16:43", "minute")


def test_hours_alone_are_hours_and_beside_minutes_they_are_minutes():
    def clocks(*texts):
        times = parse_times(pa.array([f"15/05/2026 {text}" for text in texts]), order="day-first")
        return [str(moment)[11:16] for moment in times.moment]

    assert clocks("9", "16") == ["09:00", "16:00"]
    assert clocks("4pm", "12pm", "12 am", "9 a.m.") == ["16:00", "12:00", "00:00", "09:00"]
    assert clocks("17hrs", "9 hrs", "17h", "05PM") == ["17:00", "09:00", "17:00", "17:00"]
    assert clocks("17h", "17h05", "16:43") == ["17:00", "17:05", "16:43"]
    assert clocks("17hrs", "1739hrs", "843 hrs") == ["00:17", "17:39", "08:43"]
    assert clocks("9", "25", "843", "1643", "0") == ["00:09", "00:25", "08:43", "16:43", "00:00"]


@pytest.mark.parametrize("day", ["2026-05-15", "15/05/2026", "20260515", "2026-5-15"])
def test_an_hour_after_the_letter_t_is_an_hour_whatever_stands_beside_it(day):
    texts = pa.array([f"{day}T17", "2026-05-16 10:20", "16/05/2026 843"])
    moments = [str(one)[:16] for one in parse_times(texts, order="day-first").moment]
    assert moments == ["2026-05-15T17:00", "2026-05-16T10:20", "2026-05-16T08:43"]


@pytest.mark.parametrize(
    "text", ["{:%Y-%m-%d}T00:00:00Z", "{:%Y-%m-%d} 00:00:00.000+00:00", "epoch"]
)
def test_days_written_as_midnights_of_utc_are_those_days_in_summer_too(tmp_path, text):
    days = pd.date_range("2026-03-01", periods=90)
    if text == "epoch":
        written = [str(int(day.timestamp() * 1000)) for day in days]
    else:
        written = [text.format(day) for day in days]
    found = read(write_csv(tmp_path / "a.csv", extract(*({"from_at": one} for one in written))))
    assert found.table["start"].tolist() == days.tolist()
    assert set(found.table["precision"]) == {"day"}
    assert "is midnight and was read as a day" in " ".join(found.notes)


def test_the_order_shows_whatever_the_clock_looks_like():
    texts = pa.array(["05/15/2026 1643hrs", "05/06/2026 0010hrs"])
    assert settle_order(texts, file="f", column="c") == "month-first"
    with pytest.raises(AmbiguousDatesError):
        settle_order(pa.array(["0010hrs on 05/06/2026"]), file="f", column="c")


def excel(day, month, clock="12:21"):
    """A day-first date as a spreadsheet that reads month first leaves it."""
    if day <= 12:
        return f"2026-{day:02}-{month:02} {clock}:00"
    return f"{day:02}/{month:02}/2026 {clock}"


def test_dates_that_a_spreadsheet_swapped_in_part_are_told_and_can_be_turned_back(tmp_path):
    days = [(day, month) for month in range(1, 7) for day in range(1, 29)]
    path = write_csv(tmp_path / "a.csv", extract(*({"from_at": excel(*d)} for d in days)))
    with pytest.raises(AmbiguousDatesError, match="was changed by a spreadsheet") as refusal:
        read(path)
    assert 'date_order = "part-swapped"' in str(refusal.value)
    found = read(path, mapping=ColumnMapping(date_order="part-swapped"))
    assert [(t.day, t.month) for t in found.table["start"]] == days
    asked = read(path, mapping=ColumnMapping(date_order="day-first"))
    assert any("was changed by a spreadsheet" in note for note in asked.notes)


def test_the_calendar_shows_a_swap_where_all_dates_are_written_alike(tmp_path):
    days = [(day, month) for month in range(1, 4) for day in range(1, 29)]
    texts = [f"{m:02}/{d:02}/2025" if d <= 12 else f"{d:02}/{m:02}/2025" for d, m in days]
    path = write_csv(tmp_path / "a.csv", extract(*({"from_at": text} for text in texts)))
    with pytest.raises(AmbiguousDatesError, match="lie in months where no later day lies"):
        read(path)
    found = read(path, mapping=ColumnMapping(date_order="part-swapped"))
    assert [(t.day, t.month) for t in found.table["start"]] == days


def test_ordinary_columns_of_a_year_are_not_called_swapped():
    days = pd.date_range("2025-01-01", "2025-12-31")
    for texts in (days.strftime("%d/%m/%Y"), days.strftime("%Y-%m-%d"), days[:12].strftime("%F")):
        assert settle_order(pa.array(list(texts)), file="f", column="c") in ("", "day-first")


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2025-10-26 01:50 BST", "2025-10-26 01:10 GMT", 20),
        ("2025-10-26T00:30:00Z", "2025-10-26T01:10:00Z", 40),
        ("2025-10-26 01:50", "2025-10-26 01:10", 20),
        ("2025-10-26 03:50", "2025-10-26 03:10", None),
        ("2025-10-27 01:50", "2025-10-27 01:10", None),
    ],
)
def test_an_end_before_its_start_on_the_clock_alone_is_right(tmp_path, start, end, minutes):
    found = read(write_csv(tmp_path / "a.csv", extract({"from_at": start, "to_at": end})))
    told = [(row.end - row.start).total_seconds() / 60 for row in found.table.itertuples()]
    assert told == [minutes] * (minutes is not None)


def test_a_column_without_any_time_says_so_with_an_example(tmp_path):
    path = write_csv(tmp_path / "a.csv", extract({"from_at": "soon"}, {"from_at": "later"}))
    words = "a.csv: no value of from_at can be read as a time, such as"
    assert any(note.startswith(words) for note in read(path).notes)


def moments(*texts):
    times = parse_times(pa.array(texts), order="day-first")
    return [None if np.isnat(one) else str(one)[:16] for one in times.moment]


def test_a_day_whose_zero_a_spreadsheet_dropped_is_that_day():
    assert moments("5072025", "15072025", "5072025 09:30") == [
        *("2025-07-05T00:00", "2025-07-15T00:00", "2025-07-05T09:30"),
    ]
    assert moments("5132025", "0072025", "50720255") == [None] * 3


def test_six_digits_are_months_where_they_can_be_nothing_else():
    assert moments("202506", "201206") == ["2025-06-01T00:00", "2012-06-01T00:00"]
    assert moments("201206", "200112") == [None, None]  # or 20 December 2006
    assert moments("202506", "150625") == [None, None]  # one of them is no month


def test_minutes_since_midnight_are_told_from_hours_and_minutes():
    since = [f"02/03/2025 {minute}" for minute in (0, 75, 255, 930, 1439)]
    assert moments(*since) == [
        f"2025-03-02T{c}" for c in ("00:00", "01:15", "04:15", "15:30", "23:59")
    ]
    clocks = [f"02/03/2025 {clock}" for clock in (0, 45, 255, 930, 1439)]
    assert moments(*clocks) == [
        f"2025-03-02T{c}" for c in ("00:00", "00:45", "02:55", "09:30", "14:39")
    ]


def test_times_on_no_clock_are_kept_and_told(tmp_path):
    rows = extract(
        {"from_at": "30/03/2025 01:30"},  # clocks went from 01:00 to 02:00
        {"from_at": "30/03/2025 02:00"},
        {"from_at": "26/10/2025 01:30"},  # came twice
        {"from_at": "2025-03-30T01:30Z"},  # is 02:30
    )
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert found.table["start"].dt.strftime("%H:%M").tolist() == [
        "01:30",
        "02:00",
        "01:30",
        "02:30",
    ]
    (told,) = [note for note in found.notes if "clocks skip in March" in note]
    assert "1 time falls into the hour" in told
    assert "'30/03/2025 01:30'" in told
