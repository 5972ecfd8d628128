"""The scan of free text: people are seen, places are left alone."""

from datetime import date

import pandas as pd
import pytest

from mapper.areas.load import load_study_area
from mapper.records.person_scan import known_words, scan_fields, scan_text

TODAY = date(2026, 11, 1)

PEOPLE = [
    ("Kyle Thompson was seen by the shops", "name", "Kyle Thompson"),
    ("Spoke to Mrs Patel at the door", "name", "Mrs Patel"),
    ("Mr. O'Brien owns the unit", "name", "Mr. O'Brien"),
    ("PC Jones attended", "name", "PC Jones"),
    ("his mum Karen says", "name", "Karen"),
    ("JAMES SMITH", "name", "JAMES SMITH"),
    ("Jordan, 14, goes there", "name", "Jordan"),
    ("Mason (15) was found", "name", "Mason"),
    ("May Thompson lives there", "name", "May Thompson"),
    ("Mohammed Al-Amin", "name", "Mohammed Al-Amin"),
    ("call 0151 496 0123", "telephone number", "0151 496 0123"),
    ("on 07700 900123.", "telephone number", "07700 900123"),
    ("+44 7700 900 123", "telephone number", "+44 7700 900 123"),
    ("(0151) 496 0123", "telephone number", "(0151) 496 0123"),
    ("born 12/03/2011", "date of birth", "12/03/2011"),
    ("DOB: 1.2.09", "date of birth", "1.2.09"),
    ("D.O.B. on 2026-03-01", "date of birth", "2026-03-01"),
    ("12 March 2009", "date of birth", "12 March 2009"),
    ("3rd of Aug 1984", "date of birth", "3rd of Aug 1984"),
    ("number QQ 12 34 56 C or AB123456C", "National Insurance number", "AB123456C"),
    ("ab 12 34 56 d", "National Insurance number", "ab 12 34 56 d"),
    ("at L1 8JQ", "full postcode", "L1 8JQ"),
    ("at l18jq", "full postcode", "l18jq"),
    ("CH41 6DN and on", "full postcode", "CH41 6DN"),
    ("EC1A 1BB", "full postcode", "EC1A 1BB"),
    ("after 3 incidents in May", "small count", "3 incidents"),
    ("where two young girls met", "small count", "two young girls"),
    ("Four reports since", "small count", "Four reports"),
]

PLACES = [
    "Grace Road and St Mary's Church",
    "St Helens Central, then St. George's Hall",
    "Prince Edward Road, Taylor Street and Stanley Park",
    "Liverpool Lime Street to James Street",
    "Will said that in May we would mark the rise. Rose from 3 to 5, April 14 2026",
    "Hope University, Rice Lane Primary, Norris Green",
    "Operation Christopher and Op Adder under ICON",
    "the L1 postcode district, M62 junction 6, A5 4th exit, M6 2nd slip road",
    "meeting on 12 March 2026, again on 01/06/2026, plan 2025-2030",
    "incidents rose from 1,024 to 2,048, p 0.0312345678 and £0300000000",
    "cell 89195da49b3ffff of hot spot HS-7195DA49B",
    "between 07:00 and 09:30, bus 0086",
    "fewer than 5 incidents, 12 reports, 2.4 incidents a day, stage 3 patrols",
    "one of the schools, two patrols a week, 4 actions, 1,203 calls",
]


@pytest.mark.parametrize(("text", "kind", "found"), PEOPLE)
def test_what_looks_like_a_person_is_seen(text, kind, found):
    assert [(one.kind, one.text) for one in scan_text(text, today=TODAY)] == [(kind, found)]


@pytest.mark.parametrize("text", PLACES)
def test_places_dates_of_events_and_numbers_raise_no_alarm(text):
    assert scan_text(text, today=TODAY) == ()


def test_no_ward_or_district_of_the_shipped_area_raises_an_alarm():
    cells = load_study_area().cells
    names = [*cells["ward"].cat.categories, *cells["district"].cat.categories]
    assert len(names) > 100
    assert [name for name in names if scan_text(f"We walked {name} at night.")] == []


def test_no_station_raises_an_alarm(shared):
    stations = pd.read_csv(shared / "context" / "merseyside_railway_stations_5km.csv")
    names = stations["stationName"].tolist()
    assert len(names) > 90
    assert [name for name in names if scan_text(f"Children meet at {name} after dark.")] == []


def test_hardly_any_street_of_the_real_files_raises_an_alarm(shared):
    files = sorted((shared / "police_uk").rglob("*.csv"))[:4]
    labels = pd.concat([pd.read_csv(file, usecols=["Location"])["Location"] for file in files])
    names = labels.dropna().str.removeprefix("On or near ").unique().tolist()
    alarms = [name for name in names if scan_text(f"We walked {name} at night.")]
    assert len(names) > 5_000
    assert len(alarms) / len(names) < 0.001, alarms


def test_names_that_the_caller_knows_as_places_are_left_alone():
    text = "Youth club at Willow Stream, near the Brandon; ask Ryan Brandon"
    found = scan_text(text, places=["Willow Stream", "The Brandon", "x"])
    assert [one.text for one in found] == ["Ryan Brandon"]


def test_a_stretch_is_told_once_and_in_the_order_of_the_text():
    text = "Ellie Ward-Jones, born 01/02/2012, 07700 900123, L8 1XY"
    found = scan_text(text, today=TODAY)
    kinds = ["name", "date of birth", "telephone number", "full postcode"]
    assert [one.kind for one in found] == kinds
    assert all(text[one.start : one.end] == one.text for one in found)
    assert "write the role instead" in found[0].warning


def test_fields_without_a_person_are_not_named():
    texts = {"Voice": "They avoid the stairs.", "Challenge": "Ms Bell disagrees"}
    assert list(scan_fields(texts)) == ["Challenge"]


def test_no_name_is_in_both_lists():
    words = known_words()
    assert not words["sure"] & words["doubtful"]
    assert not words["sure"] & words["places"]
