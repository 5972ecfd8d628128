"""Parts of files that workers count give to the byte what all rows read at once give.

The workers here are this process, through the same bytes as over a wire; dask's are in
test_distributed.py.
"""

import csv
import io
import os
import pickle
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.analysis import part_tasks
from mapper.analysis.kept_tallies import KeptTallies
from mapper.analysis.parted import study_by_workers
from mapper.analysis.request import AnalysisRequest
from mapper.base.errors import EngineError
from mapper.incidents.file_parts import cut, part_of
from mapper.incidents.gather import IncidentFile
from mapper.lenses.load import load_lens
from tests import street_rows
from tests.analysis.test_slices import (
    SAID,
    SPOILT,
    TODAY,
    area,
    coarse_points,
    cut_references,
    days_and_not_months,
    outputs,
    read_at_once,
)
from tests.small_extract import HEADER
from tests.street_rows import StreetRows

__all__ = ["area"]  # a fixture


def over_a_wire(thing):
    return pickle.loads(pickle.dumps(thing))


class InThisProcess:
    """Workers that are none: what they are given and give goes through bytes."""

    size = 1

    def __init__(self, part_bytes=60_000, at_most=10**9):
        self.part_bytes, self.left, self.done = part_bytes, at_most, []

    def each(self, task, given, view):
        for one in given:
            if not self.left:
                raise EngineError("The workers are gone.")
            self.left -= 1
            self.done.append(task.__name__)
            yield over_a_wire(over_a_wire(task)(over_a_wire(one), over_a_wire(view)))


def counted(paths, area, workers, *, kept=None, lens="public-all", **choices):
    request = AnalysisRequest.of(load_lens(lens), area, choices)
    return study_by_workers(
        paths,
        workers=workers,
        lens=load_lens(lens),
        area=area,
        request=request,
        kept=kept,
        today=TODAY,
    )


def same(paths, area, workers, folder):
    """Compare what both ways write."""
    one = counted(paths, area, workers)
    assert one is not None
    found = outputs(one, folder / "parts")
    assert found == outputs(read_at_once(paths, area), folder / "whole")
    return found


@pytest.mark.parametrize("spoilt", ["faults"])
def test_every_output_is_the_same_to_the_byte(tmp_path, area, spoilt):
    paths = SPOILT[spoilt](StreetRows()).write(tmp_path / "a.csv", tmp_path / "b.csv")
    workers = InThisProcess()
    found = same(paths, area, workers, tmp_path)
    assert SAID[spoilt] in {doubt["code"] for doubt in found["doubts"]}
    assert workers.done.count("part_tally") > 10


@pytest.mark.soak
@pytest.mark.parametrize("part_bytes", [7_001, 100_003, 10**8])
@pytest.mark.parametrize("spoilt", SPOILT)
def test_parts_of_any_size_give_the_same(tmp_path, area, spoilt, part_bytes):
    paths = SPOILT[spoilt](StreetRows()).write(tmp_path / "a.csv", tmp_path / "b.csv")
    same(paths, area, InThisProcess(part_bytes), tmp_path)


def quoted(made, path):
    """Write every field in quotation marks, some with line breaks and marks in them."""
    for number, row in enumerate(made.rows):
        row[6] = f'On or near\n"Street" {number % 50}'
    with path.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([HEADER, *made.rows])


def stray(made, path):
    """Write quotation marks inside of fields, which open nothing."""
    made.write(path)
    text = path.read_text().replace("Street 1,", 'Street 1" and 2"",')
    path.write_text(text)


def other_bytes(made, path):
    """Write another encoding."""
    made.write(path)
    path.write_text(path.read_text(), encoding="utf-16")


def marked(made, path):
    """Write a mark of byte order, and lines that end as on Windows."""
    made.write(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n"))


@pytest.mark.parametrize(
    ("write", "parts"),
    [
        (quoted, True),
        pytest.param(marked, True, marks=pytest.mark.soak),
        pytest.param(stray, False, marks=pytest.mark.soak),
        pytest.param(other_bytes, False, marks=pytest.mark.soak),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_cannot_be_cut_is_one_part_and_the_same(tmp_path, area, write, parts):
    path = tmp_path / "a.csv"
    write(street_rows.with_desks(StreetRows(2_000)), path)
    workers = InThisProcess()
    same([path], area, workers, tmp_path)
    assert (workers.done.count("part_tally") > 1) == parts


FIELDS = st.text('ab,"\n é', max_size=6)


@given(
    rows=st.lists(st.tuples(FIELDS, FIELDS), min_size=4, max_size=30), size=st.integers(120, 400)
)
def test_the_records_of_all_parts_are_those_of_the_file(tmp_path_factory, rows, size):
    path = tmp_path_factory.mktemp("cut") / "2024-01-merseyside-street.csv"
    text = io.StringIO()
    blank = [""] * (len(HEADER) - 2)
    first = ["r", "2024-01", "A", "A", "-2.9", "53.4", "S", "E", "P", "Drugs", "", ""]
    csv.writer(text).writerows([HEADER, first, *([*row, *blank] for row in rows)])
    path.write_text(text.getvalue(), newline="")
    file = cut(IncidentFile(path.name, path), size)
    assert sum(part.size for part in file.parts) == path.stat().st_size - len(",".join(HEADER)) - 2
    found = []
    for part in file.parts:
        with part_of(file, part) as one:
            for some in one.sheet.slices([0, 1], [], 7):
                found += zip(*(some.columns[at].to_pylist() for at in (0, 1)), strict=True)
    assert found == [("r", "2024-01"), *rows]


@pytest.mark.parametrize(
    "spoil", [cut_references, coarse_points, days_and_not_months], ids=lambda one: one.__name__
)
def test_what_single_rows_alone_can_tell_is_read_at_once(tmp_path, area, spoil):
    made = StreetRows(2_000)
    spoil(made)
    assert counted(made.write(tmp_path / "a.csv"), area, InThisProcess()) is None


def test_questions_of_single_rows_and_other_files_are_read_at_once(tmp_path, area):
    paths = StreetRows(500).write(tmp_path / "a.csv")
    workers = InThisProcess()
    assert counted(paths, area, workers, location_day=True) is None
    assert counted([*paths, "sqlite:///a.db?table=t"], area, workers) is None
    assert counted([tmp_path / "absent.csv"], area, workers) is None
    assert workers.done == []
    (tmp_path / "other.csv").write_text("reference,latitude,longitude\n1,2,3\n")
    assert counted([tmp_path / "other.csv"], area, workers) is None


def test_a_run_that_is_cut_off_goes_on_where_it_was(tmp_path, area):
    paths = street_rows.with_desks(StreetRows(2_000)).write(tmp_path / "a.csv")
    kept, whole = KeptTallies(tmp_path / "kept"), InThisProcess()
    first = counted(paths, area, whole)
    tallies = whole.done.count("part_tally")
    with pytest.raises(EngineError, match="gone"):
        counted(paths, area, InThisProcess(at_most=len(whole.done) - 2), kept=kept)
    again = InThisProcess()
    one = counted(paths, area, again, kept=kept)
    assert again.done.count("part_tally") == 2 < tallies
    for name in ("kinds", "ground", "points"):
        pd.testing.assert_frame_equal(
            getattr(one.examined.tally, name), getattr(first.examined.tally, name)
        )
    third = InThisProcess()
    assert counted(paths, area, third, kept=kept, question="concentrated") is not None
    assert set(third.done) == {"file_cut"}


def test_another_content_than_was_cut_is_refused(tmp_path, area, monkeypatch):
    (path,) = StreetRows(2_000).write(tmp_path / "a.csv")
    file = cut(IncidentFile(path.name, path), 60_000)
    with path.open("r+b") as stream:
        stream.seek(-2, os.SEEK_END)
        stream.write(b"x")
    with part_of(file, file.parts[0]) as one:
        assert one.sheet.name == "a.csv"
    told = pytest.raises(EngineError, match=r"a\.csv: holds something else than a moment ago")
    with told, part_of(file, file.parts[-1]):
        pass
    with pytest.raises(EngineError, match="is not found where a worker looks for it"):
        cut(IncidentFile("b.csv", Path(tmp_path / "b.csv")), 60_000)
    monkeypatch.setattr(part_tasks, "cut", lambda *_: file)
    with pytest.raises(EngineError, match="Give every worker the same files"):
        counted([path], area, InThisProcess())


def test_very_many_records_without_a_date_are_read_at_once(tmp_path, area, monkeypatch):
    made = StreetRows(2_000)
    for row in made.rows[::4]:
        row[1] = ""
    paths = made.write(tmp_path / "a.csv")
    monkeypatch.setattr("mapper.analysis.parted.MOST_DATELESS", 400)
    assert counted(paths, area, InThisProcess()) is None
