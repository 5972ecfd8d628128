"""No row is ever lost, whatever the file: rows below the header are accepted or rejected, once.

The second road is Python's csv module, which defines what a record is.
"""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mapper.base.errors import MapperError
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.table import Incidents
from tests.incidents.incident_files import EXTRACT, POLICE_UK, csv_text, read

DAY_FIRST = ColumnMapping(date_order="day-first")
WHITE = " \t\r\n\v\f"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]

# What cells hold: anything, and what makes trouble.
marks = st.sampled_from(
    ["", " ", '"', '""', "'", "\n", "\r\n", "\r", "a,b", ";", "\t", "|", "\x1c", "é", "🙂"]
)
values = st.sampled_from(
    ["NULL", "nan", "1e309", "0", "-2.98", "53.4", "334567", "390123", "yes", "=1+1", "R1"]
)
trouble = marks | values | st.sampled_from(["2026-03-02", "02/03/2026"])
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
cells = trouble | text
rows = st.lists(st.lists(cells, min_size=len(EXTRACT), max_size=len(EXTRACT)), max_size=12)
ragged = st.lists(st.lists(cells, min_size=0, max_size=len(EXTRACT) + 3), max_size=12)
quick = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def read_bytes(data, name="a.csv", **choices):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        return read(path, **choices)


def record_numbers(data_text, delimiter):
    """Numbers of the records that are rows: those below the header that are not wholly blank."""
    csv.field_size_limit(2**31 - 1)
    records = csv.reader(io.StringIO(data_text, newline=""), delimiter=delimiter)
    numbered = [n for n, r in enumerate(records, start=1) if any(c.strip(WHITE) for c in r)]
    return numbered[1:]


def assert_nothing_lost(found, expected):
    assert isinstance(found, Incidents)
    numbers = [*found.table["row"], *found.rejected["row"]]
    assert sorted(numbers) == expected
    assert found.rows_read == len(expected)
    assert (found.rejected["original"] != "").all()


@quick
@given(
    rows,
    st.sampled_from(",;\t|^~:"),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from(ENCODINGS),
)
def test_tables_of_any_text(table, delimiter, end, encoding):
    told = csv_text([EXTRACT, *table], delimiter=delimiter, end=end)
    found = read_bytes(told.encode(encoding), mapping=DAY_FIRST)
    assert_nothing_lost(found, record_numbers(told, delimiter))


@quick
@given(ragged, st.sampled_from(",;\t|"))
@example([["a"] * 7, [], [""], ["", "", ""], ["x", "y"], ["a"] * 9], ",")
def test_ragged_tables(table, delimiter):
    told = csv_text([EXTRACT, *table], delimiter=delimiter)
    found = read_bytes(told.encode(), mapping=DAY_FIRST)
    assert_nothing_lost(found, record_numbers(told, delimiter))


@quick
@given(rows)
def test_text_of_windows(table):
    told = csv_text([EXTRACT, *table, ["café"] * len(EXTRACT)]).encode("cp1252", errors="replace")
    found = read_bytes(told, mapping=DAY_FIRST)
    assert_nothing_lost(found, record_numbers(told.decode("cp1252"), ","))


@quick
@given(st.lists(st.lists(cells, min_size=12, max_size=12), max_size=8))
def test_police_uk_tables(table):
    told = csv_text([POLICE_UK, *table])
    found = read_bytes(told.encode(), mapping=DAY_FIRST)
    assert found.files[0].format == "police.uk"
    assert_nothing_lost(found, record_numbers(told, ","))


@quick
@given(st.text(max_size=400) | st.text('",\n\r;x\0 12-/', max_size=400))
@example('"')
@example('"\n')
@example("a\0,\0\n\0,\0")
def test_any_text_below_a_header(below):
    """Quotation marks may be anywhere; the file is refused in words or nothing is lost."""
    told = f"{','.join(EXTRACT)}\n{below}"
    data = told.encode(errors="replace")
    try:
        found = read_bytes(data, mapping=DAY_FIRST)
    except MapperError as error:
        assert "quotation mark" in str(error)  # noqa: PT017 - the only refusal allowed
        return
    assert_nothing_lost(found, record_numbers(data.decode(), ","))


@quick
@given(
    st.binary(max_size=300),
    st.sampled_from(["a.csv", "a.xlsx", "a.parquet", "a.gpkg", "a.geojson", "a.zip", "a"]),
)
@example(b"PK\x03\x04", "a.csv")
@example(b"PAR1", "a.csv")
@example(b"\x00" * 40, "a.csv")
@example(b"\xff\xfe\x00", "a.csv")
@example(b"{", "a.csv")
@example(b"\xef\xbb\xbf", "a.csv")
def test_arbitrary_bytes_are_refused_in_words_or_lose_nothing(data, name):
    if name == "a.xlsx" and not data.startswith(b"PK"):
        data = data[:8]  # a child process each: kept few
        name = "a.csv"
    try:
        found = read_bytes(data, name)
    except MapperError as error:
        assert str(error)  # noqa: PT017 - any refusal will do, if it is in words
    else:
        assert found.rows_read == len(found.table) + len(found.rejected)


@quick
@given(st.binary(max_size=200).map(lambda tail: ",".join(EXTRACT).encode() + b"\n" + tail))
def test_arbitrary_bytes_below_a_header(data):
    try:
        found = read_bytes(data, mapping=DAY_FIRST)
    except MapperError as error:
        assert str(error)  # noqa: PT017 - any refusal will do, if it is in words
    else:
        assert found.rows_read == len(found.table) + len(found.rejected)
