"""docs/data-standard.md says what the code does: its tables are made from the code's own."""

from pathlib import Path

import pytest

from mapper.base.tables import INCIDENT_COLUMNS, OPTIONAL_INCIDENT_COLUMNS
from mapper.incidents import limits
from mapper.incidents.columns import BLANK_WORDS
from mapper.incidents.coordinates import EAST, NORTH, SOUTH, WEST
from mapper.incidents.faults import REASONS
from mapper.incidents.flags import NO, UNKNOWN, YES
from mapper.incidents.force_extract import EXTRACT_COLUMNS
from mapper.incidents.mapping import load_mapping

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-standard.md"


def spellings(words):
    return ", ".join(f"`{word}`" for word in sorted(words) if word)


def columns_table():
    rows = [f"| `{c.name}` | {c.kind} | {c.meaning} |" for c in EXTRACT_COLUMNS]
    return "\n".join(["| column | kind | meaning |", "|---|---|---|", *rows])


def limits_list():
    size, workbook = limits.MAX_FILE_BYTES, limits.MAX_WORKBOOK_BYTES
    unpacked, cells = limits.MAX_WORKBOOK_UNPACKED, limits.MAX_WORKBOOK_CELLS
    together = f"{limits.MAX_FILES:,}; an archive unpacked: {limits.MAX_ARCHIVE_BYTES:,} bytes"
    parts = f"{workbook:,} bytes, {unpacked:,} unpacked, {cells:,} cells"
    lines = [
        "- a plain file of delimited text: any size",
        f"- a member of an archive or packed file once unpacked, any other file: {size:,} bytes",
        f"- files together: {together}",
        f"- columns: {limits.MAX_COLUMNS:,}",
        f"- a workbook: {parts}, {limits.WORKBOOK_SECONDS} seconds",
    ]
    return "\n".join(lines)


PARTS = {
    "COLUMNS": columns_table(),
    "FLAGS": (
        f"Yes: {spellings(YES)}. No: {spellings(NO)}, or blank. Not known: {spellings(UNKNOWN)}."
    ),
    "BLANKS": spellings(BLANK_WORDS),
    "REASONS": "\n".join(f"{n}. {reason}" for n, reason in enumerate(REASONS, start=1)),
    "LIMITS": limits_list(),
}


@pytest.mark.parametrize("part", PARTS)
def test_the_document_holds_what_the_code_does(part):
    assert PARTS[part] in DOCUMENT.read_text(encoding="utf-8")


def test_the_columns_of_the_document_are_all_and_only_those():
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.split("force_extract.py by a test -->\n")[1].split("\n<!-- end of columns")[0]
    assert table == PARTS["COLUMNS"]


def test_the_box_of_the_document_is_the_code_s():
    words = f"longitude {WEST} to {EAST}, latitude {SOUTH} to {NORTH}"
    assert words in DOCUMENT.read_text(encoding="utf-8")


def test_the_mapping_of_the_document_is_read(tmp_path):
    toml = DOCUMENT.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    (tmp_path / "mapping.toml").write_text(toml, encoding="utf-8")
    mapping = load_mapping(tmp_path / "mapping.toml")
    assert mapping.columns["from_at"] == ("Start Date", "Start Time")
    assert mapping.no == ("nay", "not known")


def test_every_column_of_the_extract_fills_one_of_the_incident_table():
    fields = {*INCIDENT_COLUMNS, *OPTIONAL_INCIDENT_COLUMNS}
    converted = {"easting", "northing", "postcode", "found_easting", "found_northing"}
    assert {column.field for column in EXTRACT_COLUMNS} <= fields | converted
    names = [column.name.replace("_", "") for column in EXTRACT_COLUMNS]
    assert len(set(names)) == len(names)
    made_here = {"source", "row", "precision"}
    assert fields - made_here == {c.field for c in EXTRACT_COLUMNS} - converted
