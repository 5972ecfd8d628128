"""Coordinates as people and systems write them, and columns that hold what they do not say."""

import numpy as np
import pyarrow as pa
import pytest

from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.place_words import parse_numbers, two_numbers
from tests.incidents.incident_files import extract, read, reasons, write_csv


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("335,011", 335011),
        ("335 011", 335011),
        ("335\u00a0011", 335011),
        ("1,035,011.5", 1035011.5),
        ("335.011,5", 335011.5),
        ("335011,5", 335011.5),
        ("335011 m", 335011),
        ("E 335011", 335011),
        ("33,50,11", np.nan),
        ("0x10", np.nan),
        ("", np.nan),
    ],
)
def test_metres(text, metres):
    found = parse_numbers(pa.array([text]), degrees=False)[0]
    assert found == pytest.approx(metres, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("53,413", 53.413),
        ("-2,979199", -2.979199),
        ("\u22122.98", -2.98),
        ("2.98 W", -2.98),
        ("W2.98", -2.98),
        ("53.41\u00b0 N", 53.41),
        ("53\u00b024'36\"N", 53.41),
        ("2 58 48 W", -2.98),
        ("W 2\u00b058'48\"", -2.98),
        ("N 53\u00b024'36\"", 53.41),
        ("west", np.nan),
    ],
)
def test_degrees(text, degrees):
    found = parse_numbers(pa.array([text]), degrees=True)[0]
    assert found == pytest.approx(degrees, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("53.413154, -2.979199", -2.979199, 53.413154),
        ("-2.979199 53.413154", -2.979199, 53.413154),
        ("53.413154-2.979199", -2.979199, 53.413154),
        ("53,413154; -2,979199", -2.979199, 53.413154),
        ("POINT (-2.979199 53.413154)", -2.979199, 53.413154),
        ("MULTIPOINT ((-2.979199 53.413154))", -2.979199, 53.413154),
        ("MULTIPOINT(-2.979199 53.413154)", -2.979199, 53.413154),
        ("MULTIPOINT((1 2), (3 4))", np.nan, np.nan),
        ("010100002000000000000000000000000000000000", np.nan, np.nan),  # cut short
        ("53.413154 N, 2.979199 W", -2.979199, 53.413154),
        ("{'lat': 53.413154, 'lng': -2.979199}", -2.979199, 53.413154),
        ("335011, 391150", 335011, 391150),
        ("335011/391150", 335011, 391150),
        ("335,011 391,150", 335011, 391150),
        ("SJ 35011 91150", 335011, 391150),
        ("sj3501191150", 335011, 391150),
        ("SJ 350 911", 335050, 391150),
        ("TQ 300 804", 530050, 180450),
        ("HU 39698 12345", 439698, 1112345),
        ("SJ 350 91", np.nan, np.nan),
        ("somewhere", np.nan, np.nan),
    ],
)
def test_both_coordinates_in_one_text(text, x, y):
    found = two_numbers([text])
    assert (found[0][0], found[1][0]) == pytest.approx((x, y), nan_ok=True)


def test_one_column_is_mapped_twice(tmp_path):
    rows = [["When", "Place"], ["2026-03-02", "SJ 35011 91150"], ["2026-03-02", "SJ 35 91"]]
    mapping = ColumnMapping({"from_at": ("When",), "easting": ("Place",), "northing": ("Place",)})
    found = read(write_csv(tmp_path / "a.csv", rows), mapping=mapping)
    plain = read(
        write_csv(tmp_path / "b.csv", extract({"easting": "335011", "northing": "391150"}))
    )
    assert found.table["lon"][0] == pytest.approx(plain.table["lon"][0])
    assert any("1 grid reference read as a square" in note for note in found.notes)
    other = ColumnMapping({"from_at": ("When",), "longitude": ("Place",), "latitude": ("Place",)})
    degrees = [["When", "Place"], ["2026-03-02", "53.41, -2.98"], ["2026-03-02", "nowhere"]]
    found = read(write_csv(tmp_path / "c.csv", degrees), mapping=other)
    assert found.table[["lon", "lat"]].to_numpy().tolist() == [[-2.98, 53.41]]
    assert reasons(found) == [(3, "coordinate is not a number", "Place")]


@pytest.mark.parametrize(
    ("easting", "northing", "words"),
    [
        ("-2.98", "53.41", "hold degrees"),
        ("53.41", "-2.98", "hold latitude and longitude"),
        ("334.567", "390.123", "hold thousands of metres"),
    ],
)
def test_columns_are_read_as_what_they_hold(tmp_path, easting, northing, words):
    rows = extract({"easting": easting, "northing": northing})
    found = read(write_csv(tmp_path / "a.csv", rows))
    assert len(found.table) == 1
    assert found.table["lat"][0] == pytest.approx(53.41, abs=0.01)
    assert any(words in note for note in found.notes)


@pytest.mark.parametrize("every", [2, 3])
def test_eastings_and_northings_exchanged_in_very_many_rows_are_told(tmp_path, every):
    """So many have no middle that the others lie far from."""
    places = [
        {"easting": "335011", "northing": "391150"},
        {"easting": "391150", "northing": "335011"},
    ]
    rows = [{"reference": f"R{at}", **places[at % every == 0]} for at in range(60)]
    found = read(write_csv(tmp_path / "a.csv", extract(*rows)))
    assert len(found.rejected) == 0
    assert f"northing of {60 // every} of 60 rows lie elsewhere as they stand" in found.notes[0]


def test_exchanged_eastings_and_northings_far_from_the_rest_are_told_and_can_be_repaired(tmp_path):
    rows = [{"easting": f"{334000 + 90 * n}", "northing": f"{390000 + 70 * n}"} for n in range(40)]
    rows[5] = {"easting": rows[5]["northing"], "northing": rows[5]["easting"]}
    path = write_csv(tmp_path / "a.csv", extract(*rows))
    assert reasons(read(path)) == [(7, "easting and northing swapped", "easting and northing")]
    found = read(path, repair_swapped=True)
    assert found.table["lat"].between(53.3, 53.5).all()
    assert "a.csv: 1 row with easting and northing swapped: repaired" in found.notes


def test_longitudes_that_lost_their_minus_are_told(tmp_path):
    header = ["reference", "from_at", "longitude", "latitude"]
    rows = [["R1", "2026-03-02", "2.98", "53.41"], ["R2", "2026-03-02", "-2.98", "53.41"]]
    found = read(write_csv(tmp_path / "a.csv", [header, *rows]))
    assert len(found.table) == 1
    assert any("1 row would lie in Great Britain" in note for note in found.notes)
    abroad = [["R1", "2026-03-02", "9.5", "53.41"], ["R2", "2026-03-02", "2.98", "30.0"], rows[1]]
    found = read(write_csv(tmp_path / "b.csv", [header, *abroad]))
    assert not any("minus" in note for note in found.notes)
