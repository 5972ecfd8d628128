"""Files read in pieces of a few bytes give what they give when a piece holds the whole file.

Pieces are cut inside characters, fields, records and repeated references, and every text lies on
the disk, so that no answer can depend on how much of a file is in memory.
"""

import gzip

import numpy as np
import pandas as pd
import pytest

from demonstration.writing import write_demonstration
from mapper.base.errors import InputError
from mapper.incidents import (
    columns,
    coordinates,
    delimited,
    delimited_records,
    delimited_slices,
    encoding,
    limits,
    on_disk,
    text,
    times,
)
from mapper.incidents.formats import open_sheets
from mapper.incidents.gather import gather
from mapper.incidents.mapping import ColumnMapping
from mapper.incidents.on_disk import TextWriter
from tests.incidents.incident_files import EXTRACT, GOOD, csv_text, read, write_csv
from tests.small_extract import write_extract

DAY_FIRST = ColumnMapping(date_order="day-first")


@pytest.fixture
def in_pieces(monkeypatch):
    """Return what cuts everything that is read from now on into small pieces."""

    def cut(record_bytes=2_000):
        for module in (on_disk, text):
            monkeypatch.setattr(module, "SMALL", 0)
        monkeypatch.setattr(on_disk, "SLICE", 3)
        monkeypatch.setattr(columns, "_PART", 5)
        monkeypatch.setattr(encoding, "PIECE", 7)
        monkeypatch.setattr(delimited_records, "BLOCK", record_bytes)
        monkeypatch.setattr(delimited_records, "CHUNK", 2)
        monkeypatch.setattr(delimited, "_MANY", 0)
        monkeypatch.setattr(times, "PIECE", max(record_bytes // 1_000, 2))
        monkeypatch.setattr(coordinates, "_MANY", 3)

    return cut


def assert_same(one, two):
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.rejected, two.rejected)
    assert (one.files, one.notes, one.unknown) == (two.files, two.notes, two.unknown)
    assert (one.shortened, one.days_late) == (two.shortened, two.days_late)


def troubled(tmp_path):
    """Files with faults of every kind of column, quoted line breaks, and rows told twice."""
    rows = [
        GOOD,
        ["R2 ", "2026-03-02 14:05", "", " 334567", "390123", "Café “Ä”", "no"],
        ["R2", "2026-03-02 14:05", "", "334567", "390123", "Café “Ä”", "yes"],
        ["TBC", "03/03/2026", "", "334568", "390123", 'a "quoted"\r\nline, broken', ""],
        ["1.2E+12", "2026-02-30", "", "334567", "390123", "Robbery", "yes"],
        ['="R5"', "2026-03-04 09:00", "2026-03-01", "334567", "390123", "Robbery", "perhaps"],
        ["null", "2026-03-05 09:00", "", "", "", "Robbery", "yes"],
        ["", "", ""],
        ["too", "few"],
        ["", "2026-03-05 10:00", "", "x", "390123", "Robbery", "yes"],
        ["Total: 9", "", "", "", "", "", ""],
    ]
    more = [[f"M{n}", "2026-03-06 10:00", "", "334567", "390123", "Drugs", ""] for n in range(40)]
    again = [GOOD, *more[::7], ["R9", "2026-03-06 11:00", "", "334567", "390123", "Drugs", ""]]
    paths = [
        write_csv(tmp_path / f"{encoded}.csv", [EXTRACT, *rows, *more], encoding=encoded)
        for encoded in ("utf-8", "utf-8-sig", "utf-16", "cp1252")
    ]
    paths.append(write_csv(tmp_path / "again.csv", [EXTRACT, *again], delimiter=";", end="\r"))
    paths.append(tmp_path / "packed.csv.gz")
    paths[-1].write_bytes(gzip.compress(csv_text([EXTRACT, *again[::2]]).encode(), mtime=0))
    return paths


def test_every_kind_of_fault_in_every_encoding(tmp_path, in_pieces):
    paths = troubled(tmp_path)
    sets = [paths, *([path] for path in paths)]
    whole = [read(*each, mapping=DAY_FIRST) for each in sets]
    in_pieces()
    for each, expected in zip(sets, whole, strict=True):
        assert_same(read(*each, mapping=DAY_FIRST), expected)
    assert len(whole[0].rejected) > len(paths) * 5


def test_a_record_longer_than_a_block_is_read_by_python_from_where_arrow_stopped(
    tmp_path, in_pieces
):
    rows = [[f"R{n}", *GOOD[1:5], "x" * (900 if n == 30 else 5), "yes"] for n in range(60)]
    path = write_csv(tmp_path / "a.csv", [EXTRACT, *rows, ["short"]])
    whole = read(path)
    in_pieces(record_bytes=300)
    assert_same(read(path), whole)
    assert len(whole.table) == 60


def test_an_extract_of_a_thousand_rows(tmp_path, in_pieces):
    path = write_extract(tmp_path / "extract.csv")
    whole = read(path)
    in_pieces(record_bytes=5_000)
    assert_same(read(path), whole)


@pytest.mark.soak
def test_the_demonstration(tmp_path, in_pieces, monkeypatch):
    write_demonstration(tmp_path, seed=2, years=2)
    paths = sorted(tmp_path.glob("incidents*.csv"))
    assert len(paths) == 2
    whole = read(*paths)
    in_pieces(record_bytes=20_000)
    monkeypatch.setattr(encoding, "PIECE", 10_007)
    monkeypatch.setattr(on_disk, "SLICE", 1_009)
    assert_same(read(*paths), whole)


def test_a_plain_file_may_be_of_any_size(tmp_path, monkeypatch):
    path = write_csv(tmp_path / "a.csv", [EXTRACT, *[GOOD] * 50])
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 100)
    assert read(path).rows_read == 50
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(InputError, match="over 100 bytes"):
        read(packed)


def test_a_file_that_changes_between_two_looks_is_refused(tmp_path):
    path = write_csv(tmp_path / "a.csv", [EXTRACT, GOOD, GOOD])
    with gather([path]) as found:
        (sheet,) = open_sheets(found.files[0], None)
        write_csv(path, [EXTRACT, GOOD, [*GOOD[:-1], "no"]])
        with pytest.raises(InputError, match="was changed while it was being read"):
            sheet.read([0, 3], [1])


def test_texts_come_back_as_they_were_written(monkeypatch):
    import pyarrow as pa

    monkeypatch.setattr(on_disk, "SMALL", 0)
    parts = [["a", None, "é" * 5], [], [None], ["", "last"]]
    writer = TextWriter()
    for part in parts:
        writer.add(pa.array([None, *part, "cut"], pa.string()).slice(1, len(part)))
    found = writer.array()
    found.validate(full=True)
    assert found.to_pylist() == [text for part in parts for text in part]
    assert TextWriter().array().to_pylist() == []


@pytest.mark.parametrize("unsure", ["", 'R7 said "so",2026-03-06 10:00,,334567,390123,x,\n'])
def test_slices_are_the_same_where_an_earlier_pass_found_their_cuts(tmp_path, monkeypatch, unsure):
    """A mark inside a field leaves unsure where records end: what is left is one part."""
    monkeypatch.setattr(delimited_slices, "BLOCK", 400)
    rows = [[f"M{n}", "2026-03-06 10:00", "", "334567", "390123", "a\r\nb", ""] for n in range(60)]
    path = write_csv(tmp_path / "some.csv", [EXTRACT, GOOD, *rows])
    path.write_bytes(path.read_bytes() + unsure.encode() * 2)
    with gather([path]) as gathering:
        (sheet,) = open_sheets(gathering.files[0], None)
        passes = [list(sheet.slices(range(len(EXTRACT)), [], 7)) for _ in range(2)]
    first, again = (
        [[*zip(*(column.to_pylist() for column in one.columns.values()), strict=True)] for one in p]
        for p in passes
    )
    assert first == again
    assert sum(map(len, first)) == 61 + 2 * bool(unsure)
    lines, lines_again = (
        [one.originals(np.arange(one.numbers.size)) for one in each] for each in passes
    )
    assert lines == lines_again
