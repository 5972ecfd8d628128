"""Column mappings: suggested, kept as TOML, used, and refused in words."""

import pytest

from mapper.base.errors import InputError, MappingError
from mapper.incidents.mapping import ColumnMapping, load_mapping, save_mapping
from mapper.incidents.suggest import suggest_mapping
from tests.incidents.incident_files import read, reasons, write_csv

HEADER = ["Incident No", "Start Date", "Start Time", "Grid X", "Grid Y", "Class", "DA", "Note"]
ROWS = [
    HEADER,
    ["A1", "13/03/2026", "14:05", "334567", "390123", "Burglary", "aye", "x"],
    ["A2", "14/03/2026", "", "334567", "390123", "Drugs", "nay", "y"],
    ["A3", "15/03/2026", "01:00", "334567", "390123", "Drugs", "yes", ""],
]
MAPPING = ColumnMapping(
    {
        "reference": ("Incident No",),
        "from_at": ("start date", "Start Time"),
        "easting": ("Grid X",),
        "northing": ("Grid Y",),
        "incident_type": ("Class",),
        "domestic_abuse": ("DA",),
    },
    name="Command and control",
    date_order="day-first",
    yes=("Aye",),
    no=("nay",),
)


def test_a_mapped_table(tmp_path):
    found = read(write_csv(tmp_path / "a.csv", ROWS), mapping=MAPPING)
    table = found.table
    assert found.files[0].format == "mapped"
    assert table["start"].dt.strftime("%d %H:%M").tolist() == ["13 14:05", "14 00:00", "15 01:00"]
    assert table["precision"].tolist() == ["minute", "day", "minute"]
    assert table["domestic_abuse"].tolist() == [True, False, True]
    assert table["type"].tolist() == ["Burglary", "Drugs", "Drugs"]


def test_a_fault_names_the_columns_of_the_file(tmp_path):
    rows = [*ROWS, ["A4", "32/03/2026", "1", "334567", "390123", "Drugs", "no", ""]]
    found = read(write_csv(tmp_path / "a.csv", rows), mapping=MAPPING)
    assert reasons(found) == [(5, "bad date", "Start Date + Start Time")]


def test_it_is_kept_as_toml(tmp_path):
    save_mapping(MAPPING, tmp_path / "mapping.toml")
    assert load_mapping(tmp_path / "mapping.toml") == MAPPING


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[columns", "not valid TOML"),
        ("colums = 1", "unknown settings"),
        ("[columns]\nwhen = 'a'\nfrom_at = 'b'", "no column 'when'"),
        ("[columns]\neasting = 'a'", "no time is mapped"),
        ("[columns]\nfrom_at = 1", "must be a text"),
        ("[columns]\nfrom_at = []", "names no column"),
        ("[columns]\nfrom_at = 'a'\nx = 'b'\ny = 'c'", "a crs"),
        ("date_order = 'american'", "day-first"),
        ("date_order = 3", "texts in quotation marks"),
        ("columns = 3", "[columns]"),
        ("date_order = 'day-first'\n[flags]\nmaybe = ['x']", "yes and no"),
        ("", "maps no columns"),
    ],
)
def test_wrong_mapping_files_are_refused_in_words(tmp_path, text, words):
    (tmp_path / "mapping.toml").write_text(text)
    with pytest.raises(MappingError) as refusal:
        load_mapping(tmp_path / "mapping.toml")
    assert words in str(refusal.value)
    assert "mapping.toml" in str(refusal.value)


def test_a_mapping_file_that_is_absent(tmp_path):
    with pytest.raises(MappingError, match="no such file"):
        load_mapping(tmp_path / "none.toml")


def test_a_mapping_that_does_not_fit_is_refused(tmp_path):
    rows = [["When", "X"], ["2026-03-02", "1"]]
    with pytest.raises(MappingError, match="does not have: 'Incident No', 'start date'"):
        read(write_csv(tmp_path / "a.csv", rows), mapping=MAPPING)


def test_a_mapping_without_a_place_is_refused(tmp_path):
    rows = [["When", "X"], ["2026-03-02", "1"]]
    with pytest.raises(MappingError, match="gives no place"):
        read(write_csv(tmp_path / "a.csv", rows), mapping=ColumnMapping({"from_at": ("When",)}))


def test_known_layouts_are_read_beside_mapped_ones(tmp_path):
    known = [["reference", "from_at", "longitude", "latitude"], ["Z", "2026-03-02", "-2.9", "53.4"]]
    paths = write_csv(tmp_path / "a.csv", ROWS), write_csv(tmp_path / "b.csv", known)
    found = read(*paths, mapping=MAPPING)
    assert [file.format for file in found.files] == ["mapped", "force extract"]
    assert "b.csv: no column for domestic_abuse; their rows count as blank there" in found.notes


SUGGESTIONS = [
    (
        ["Incident Number", "Date Reported", "Easting", "Northing", "Incident Type"],
        ["2026001", "02/03/2026 10:00", "334567", "390123", "Burglary"],
        {
            "reference": "Incident Number",
            "reported_at": "Date Reported",
            "easting": "Easting",
            "northing": "Northing",
            "incident_type": "Incident Type",
        },
    ),
    (
        ["URN", "Start", "End", "X", "Y", "Street", "DA flag", "Child present"],
        ["1", "2026-03-02 10:00", "2026-03-02 11:00", "334567", "390123", "High St", "Y", "N"],
        {
            "reference": "URN",
            "from_at": "Start",
            "to_at": "End",
            "easting": "X",
            "northing": "Y",
            "location": "Street",
            "domestic_abuse": "DA flag",
            "child_at_address": "Child present",
        },
    ),
    (
        ["a", "b", "c"],  # by values alone
        ["2026-03-02", "-2.981", "53.402"],
        {"from_at": "a", "longitude": "b", "latitude": "c"},
    ),
]


@pytest.mark.parametrize(("header", "row", "expected"), SUGGESTIONS)
def test_suggestions_from_names_and_values(header, row, expected):
    suggested = suggest_mapping(header, [row])
    assert suggested.columns == {name: (column,) for name, column in expected.items()}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("MH flag", "mental_health"),
        ("Mental Health Related", "mental_health"),
        ("Mental ill health", "mental_health"),
        ("Alcohol", "alcohol"),
        ("Alcohol Related Y/N", "alcohol"),
        ("Drink", "alcohol"),
    ],
)
def test_needs_are_recognised_under_the_names_of_other_systems(heading, field):
    header = ["Ref", "Date and time", "Easting", "Northing", heading]
    row = ["A1", "15/05/2026 16:43", "335123", "390456", "Y"]
    assert suggest_mapping(header, [row]).columns[field] == (heading,)


def test_no_suggestion_where_no_time_is_found():
    assert suggest_mapping(["a", "b"], [["x", "y"]]) is None
    assert suggest_mapping(["---", ""], []) is None


def test_an_unknown_table_is_refused_with_a_suggestion_that_works(tmp_path):
    row = SUGGESTIONS[0][1]
    header = ["Log No", "Logged on", "X coord", "Y coord", "Class"]
    path = write_csv(tmp_path / "a.csv", [header, row, ["2026002", "13/03/2026", *row[2:]]])
    with pytest.raises(InputError) as refusal:
        read(path)
    message = str(refusal.value)
    assert "a.csv: is neither a police.uk street file nor an extract" in message
    assert "as mapping" in message
    (tmp_path / "mapping.toml").write_text(message.split("\n\n", 1)[1])
    found = read(path, mapping=load_mapping(tmp_path / "mapping.toml"))
    assert found.table["reference"].tolist() == ["2026001", "2026002"]
