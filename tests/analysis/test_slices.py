"""Files counted slice by slice give to the byte what they give when all rows are read at once."""

import csv
import itertools
import json
import os
import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from mapper.analysis import sliced
from mapper.analysis.analyse import find_hotspots
from mapper.analysis.asked_files import asks_for_rows
from mapper.analysis.kept_tallies import FOLDER, KeptTallies, TallyKey
from mapper.analysis.request import AnalysisRequest
from mapper.analysis.study import prepare
from mapper.analysis.tally import Seen, TallySum, merged, tally_of
from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.base.settings import settings
from mapper.cli.commands import app
from mapper.cli.doubts import as_json
from mapper.disclosure.make import release
from mapper.incidents import delimited_slices, in_slices, sliced_file
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.write import write_outputs
from tests import street_rows
from tests.street_rows import StreetRows

TODAY = date(2025, 3, 1)
FEW = 500
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def area():
    return load_study_area(str(ROOT / "data" / "boundaries" / "merseyside.parquet"), resolution=9)


@pytest.fixture
def in_slices_of(monkeypatch):
    """Return what makes every file large, and its slices of so many rows."""

    def cut(rows):
        monkeypatch.setattr("mapper.incidents.how_large.LARGE", 0)
        monkeypatch.setattr(sliced, "ROWS", rows)
        if rows < FEW:  # files are not put together
            monkeypatch.setattr(sliced, "_SMALL", 0)

    return cut


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A workspace of the test's own."""
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    yield tmp_path / "workspace"
    monkeypatch.undo()
    settings.cache_clear()


def counted(paths, area, *, kept=None, lens="public-all", **choices):
    """The study of slices, or none."""
    request = AnalysisRequest.of(load_lens(lens), area, choices)
    return sliced.study_in_slices(
        paths, lens=load_lens(lens), area=area, request=request, kept=kept, today=TODAY
    )


def read_at_once(paths, area, *, lens="public-all", **choices):
    """The study of all rows."""
    incidents = read_incidents(paths, today=TODAY)
    return prepare(incidents, lens=load_lens(lens), area=area, **choices)


def outputs(study, folder):
    """Every file that a study writes, and what is said of its doubts."""
    write_outputs(
        release(find_hotspots(study)), folder, forms=("csv", "geojson", "parquet", "html")
    )
    held = {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    manifest = json.loads(held.pop("manifest.json"))
    manifest.pop("made_at", None)
    return held | {"manifest.json": manifest, "doubts": as_json(study.doubts)}


SPOILT = {
    "plain": lambda made: made,
    "faults": street_rows.with_faults,
    "steps": street_rows.with_steps,
    "desks": street_rows.with_desks,
    "other points": street_rows.with_other_points,
    "a street all over": street_rows.with_a_street_all_over,
    "months missing": street_rows.with_missing_months,
    "other points after a gap": street_rows.with_other_points_after_a_gap,
}
SAID = {
    "faults": "values unknown",
    "steps": "part stops",
    "desks": "default point",
    "other points": "points replaced",
    "a street all over": "one street",
    "months missing": "months missing",
    "other points after a gap": "points replaced",
}


@pytest.mark.parametrize(
    "spoilt",
    [
        one if one in {"faults", "steps"} else pytest.param(one, marks=pytest.mark.soak)
        for one in SPOILT
    ],
)
def test_every_output_is_the_same_to_the_byte(tmp_path, area, in_slices_of, spoilt):
    same_to_the_byte(tmp_path, area, in_slices_of, spoilt, rows=401)


def test_every_output_is_the_same_with_a_slice_for_each_file(tmp_path, area, in_slices_of):
    same_to_the_byte(tmp_path, area, in_slices_of, "faults", rows=100_000)


@pytest.mark.soak
@pytest.mark.parametrize("rows", [97, 5_003, 100_000])
@pytest.mark.parametrize("spoilt", SPOILT)
def test_slices_of_any_size_give_the_same(tmp_path, area, in_slices_of, spoilt, rows):
    same_to_the_byte(tmp_path, area, in_slices_of, spoilt, rows=rows)


def same_to_the_byte(tmp_path, area, in_slices_of, spoilt, *, rows):
    """Compare what both ways write, of files spoilt in one way."""
    made = SPOILT[spoilt](StreetRows())
    paths = made.write(tmp_path / "a.csv", tmp_path / "b.csv")
    in_slices_of(rows)
    one = counted(paths, area)
    assert one is not None
    found = outputs(one, tmp_path / "slices")
    assert found == outputs(read_at_once(paths, area), tmp_path / "whole")
    assert SAID.get(spoilt, "data old") in {doubt["code"] for doubt in found["doubts"]}
    assert {"hotspots.csv", "cells.parquet", "manifest.json"} <= set(found)


def quoted(path):
    """Write a file again with every value in quotation marks."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)


def with_marks_inside(path):
    """Write a quotation mark into the middle of a value, where it is no more than a mark."""
    lines = path.read_text().splitlines(keepends=True)
    lines[900] = lines[900].replace("On or near", 'On or near 5" pipe at')
    path.write_text("".join(lines))


@pytest.mark.parametrize(
    "change",
    [
        with_marks_inside,
        *(pytest.param(one, marks=pytest.mark.soak) for one in (None, quoted)),
    ],
)
def test_rows_that_must_be_looked_at_whole_in_every_slice_give_the_same(
    tmp_path, area, in_slices_of, monkeypatch, change
):
    made = StreetRows(rows=2_400)
    for at, row in enumerate(made.rows[::60]):
        if at % 3:
            row[1] = "never"  # may be a footer: all of its line is looked at
        else:
            row[:] = [""] * len(row)
    made.rows.append(["Total", *[""] * (len(made.rows[0]) - 1)])
    paths = made.write(tmp_path / "a.csv")
    if change is not None:
        change(paths[0])
    monkeypatch.setattr(delimited_slices, "BLOCK", 20_000)
    in_slices_of(97)
    one = counted(paths, area)
    assert one is not None
    whole = read_at_once(paths, area)
    assert outputs(one, tmp_path / "slices") == outputs(whole, tmp_path / "whole")


@pytest.mark.parametrize(
    "choices",
    [
        {"start": date(2023, 6, 1), "end": date(2024, 3, 31)},
        pytest.param({"lens": "public-violence"}, marks=pytest.mark.soak),
        pytest.param({"police_generated": False}, marks=pytest.mark.soak),
        pytest.param({"question": "concentrated", "score": "count"}, marks=pytest.mark.soak),
    ],
    ids=str,
)
def test_choices_count_alike(tmp_path, area, in_slices_of, choices):
    paths = street_rows.with_faults(StreetRows()).write(tmp_path / "a.csv")
    in_slices_of(777)
    one = counted(paths, area, **choices)
    assert one is not None
    whole = read_at_once(paths, area, **choices)
    assert outputs(one, tmp_path / "slices") == outputs(whole, tmp_path / "whole")


def cut_references(made):
    for number, row in enumerate(made.rows):
        row[0] = f"{number % 2_000}"


def rounded_references(made):
    for row in made.rows:
        row[0] = f"{int(row[0][:6] or '0', 16)}000"


def coarse_points(made):
    for row in made.rows[::4]:
        row[4], row[5] = f"{float(row[4]):.3f}", f"{float(row[5]):.3f}"


def constant_types(made):
    for row in made.rows[4_000:]:
        row[9] = "Drugs"


def days_and_not_months(made):
    for row in made.rows[::50]:
        row[1] = f"{row[1]}-05"


def unread_rows(made):
    for row in made.rows[::8]:
        row[1] = "never"


@pytest.mark.parametrize(
    "spoil",
    [
        cut_references,
        rounded_references,
        coarse_points,
        constant_types,
        days_and_not_months,
        unread_rows,
    ],
    ids=lambda one: one.__name__,
)
def test_what_single_rows_alone_can_tell_is_read_at_once(tmp_path, area, in_slices_of, spoil):
    made = StreetRows()
    spoil(made)
    paths = made.write(tmp_path / "a.csv")
    in_slices_of(1_000)
    assert counted(paths, area) is None


def test_versions_of_one_file_are_read_at_once(tmp_path, area, in_slices_of):
    made = StreetRows()
    (one,) = made.write(tmp_path / "a.csv")
    made.rows[3][10] = "Local resolution"
    (two,) = made.write(tmp_path / "b.csv")
    in_slices_of(1_000)
    assert counted([one, two], area) is None


def test_small_files_and_other_questions_are_read_at_once(tmp_path, area, in_slices_of):
    paths = StreetRows().write(tmp_path / "a.csv")
    assert counted(paths, area) is None
    in_slices_of(1_000)
    assert counted(paths, area, location_day=True) is None
    assert not asks_for_rows(AnalysisRequest(lens="public-all"))
    assert counted([tmp_path / "absent.csv"], area) is None
    with pytest.raises(MapperError, match="No incident lies"):
        read_at_once(paths, area, start=date(2030, 1, 1))
    assert counted(paths, area, start=date(2030, 1, 1)) is None


def test_tallies_of_any_slices_merge_to_that_of_the_whole(tmp_path, area):
    paths = street_rows.with_desks(StreetRows(rows=2_000)).write(tmp_path / "a.csv")
    table = read_incidents(paths, today=TODAY).table
    drawn = np.random.default_rng(1)
    seen = Seen(
        position=drawn.integers(-1, 40, len(table)),
        within=drawn.random(len(table)) < 0.8,
        weights=drawn.integers(0, 4, len(table)),
    )

    def part(first, last):
        some = Seen(*(each[first:last] for each in vars(seen).values()))
        rows = table.iloc[first:last].reset_index(drop=True)
        rows["type"] = rows["type"].cat.remove_unused_categories()
        rows["location"] = rows["location"].cat.remove_unused_categories()
        return tally_of(rows, some, file=0, reasons={"no date": last - first})

    whole = part(0, len(table))
    for cuts in ([7], [500, 501], sorted(drawn.integers(1, len(table), 30).tolist())):
        ends = [0, *cuts, len(table)]
        parts = [part(*pair) for pair in itertools.pairwise(ends) if pair[0] < pair[1]]
        grouped = merged([merged(parts[:2]), *parts[2:]])
        assert_same(grouped, whole)


def assert_same(found, whole):
    """Two tallies hold the same sums in the same order."""
    for name in ("kinds", "ground", "points"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(whole, name))
    assert found.labels == whole.labels
    assert (found.numbers, found.reasons) == (whole.numbers, whole.reasons)


def counting(monkeypatch):
    """Count slices that are checked, and passes over the records of a file."""
    seen = {"checked": 0, "passes": 0}
    check, records = in_slices.SliceReader.slice_of, sliced_file.SlicedFile.records

    def slice_of(self, one, part):
        seen["checked"] += 1
        return check(self, one, part)

    def of(self, **choices):
        seen["passes"] += 1
        return records(self, **choices)

    monkeypatch.setattr(in_slices.SliceReader, "slice_of", slice_of)
    monkeypatch.setattr(sliced_file.SlicedFile, "records", of)
    return seen


def test_a_second_question_reads_no_record_again(tmp_path, area, in_slices_of, monkeypatch):
    paths = street_rows.with_faults(StreetRows()).write(tmp_path / "a.csv", tmp_path / "b.csv")
    in_slices_of(1_000)
    kept, seen = KeptTallies(tmp_path / "kept"), counting(monkeypatch)
    first = outputs(counted(paths, area, kept=kept), tmp_path / "one")
    assert seen["checked"] >= 8
    seen.update(checked=0, passes=0)
    assert outputs(counted(paths, area, kept=kept), tmp_path / "two") == first
    assert counted(paths, area, kept=kept, question="concentrated") is not None
    assert seen == {"checked": 0, "passes": 0}
    assert counted(paths, area, kept=kept, lens="public-violence") is not None
    assert seen["checked"] >= 8


def test_progress_rises_and_tells_rows_a_second_and_what_remains(tmp_path, area, in_slices_of):
    paths = StreetRows().write(tmp_path / "a.csv", tmp_path / "b.csv")
    in_slices_of(400)
    told = []
    lens = load_lens("public-all")
    sliced.study_in_slices(
        paths,
        lens=lens,
        area=area,
        request=AnalysisRequest.of(lens, area, {}),
        today=TODAY,
        progress=lambda words, share: told.append((words, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.2 < shares[-1] == 1.0
    words = re.compile(r"Reading and counting: 6,000 rows, [\d,]+ a second, 0 s left")
    assert words.fullmatch(told[-1][0])


def test_the_command_counts_in_slices_and_writes_the_same(tmp_path, in_slices_of, workspace):
    (path,) = street_rows.with_faults(StreetRows()).write(tmp_path / "a.csv")

    def run(folder, *more):
        words = ["hotspots", str(path), "--lens", "public-all", "--out", str(tmp_path / folder)]
        done = CliRunner().invoke(app, [*words, *more])
        assert done.exit_code == 0, done.output
        files = sorted((tmp_path / folder).rglob("*"))
        held = {one.name: one.read_bytes() for one in files if one.name != "manifest.json"}
        return held, done.output.replace(folder, "")

    whole = run("folder-a")
    assert not (workspace / FOLDER).exists()
    in_slices_of(1_000)
    assert run("folder-b") == whole
    assert len(list((workspace / FOLDER).iterdir())) == 9  # with what is left over, and all
    with_signals, _ = run("signals", "--signals")
    assert "signals.csv" in with_signals  # which asks for single rows


def test_a_file_that_changes_meanwhile_is_not_counted(tmp_path, area, in_slices_of, monkeypatch):
    (path,) = StreetRows().write(tmp_path / "a.csv")
    in_slices_of(400)
    made = sliced._seen

    def seen(*given):
        os.utime(path, (1, 1))
        return made(*given)

    monkeypatch.setattr(sliced, "_seen", seen)
    kept = KeptTallies(tmp_path / "kept")
    assert counted([path], area, kept=kept) is None
    # What was counted before; of 15 slices, two may have been read ahead.
    assert len(list((tmp_path / "kept").iterdir())) in (1, 2, 3)


def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path, area, in_slices_of, monkeypatch):
    paths = StreetRows().write(tmp_path / "a.csv")
    script = """
import os, signal, sys
from tests.analysis import test_slices as at
from mapper.analysis import sliced
from mapper.analysis.kept_tallies import KeptTallies
from mapper.incidents import how_large
how_large.LARGE, sliced.ROWS = 0, 1_000
made, done = sliced._seen, []
def seen(*given):
    done.append(1)
    if len(done) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return made(*given)
sliced._seen = seen
area = at.load_study_area(str(at.ROOT / "data" / "boundaries" / "merseyside.parquet"), resolution=9)
at.counted([sys.argv[1]], area, kept=KeptTallies(at.Path(sys.argv[2])))
"""
    kept = tmp_path / "kept"
    command = [sys.executable, "-c", script, str(paths[0]), str(kept)]
    run = subprocess.run(command, cwd=ROOT, check=False)
    assert run.returncode == -signal.SIGKILL
    assert len(list(kept.glob("*.tally"))) == 3
    in_slices_of(1_000)
    seen = counting(monkeypatch)
    one = counted(paths, area, kept=KeptTallies(kept))
    assert seen["checked"] == 4  # of six slices and what is left over
    whole = read_at_once(paths, area)
    assert outputs(one, tmp_path / "slices") == outputs(whole, tmp_path / "whole")


def test_what_is_kept_is_for_its_owner_and_holds_no_reference(tmp_path, area, in_slices_of):
    made = StreetRows()
    paths = made.write(tmp_path / "a.csv")
    in_slices_of(1_000)
    folder = tmp_path / "kept"
    counted(paths, area, kept=KeptTallies(folder))
    held = list(folder.iterdir())
    assert len(held) == 8
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in held} == {0o600}
    content = b"".join(path.read_bytes() for path in held)
    assert b"On or near Street 1" in content
    assert not any(row[0] and row[0].encode() in content for row in made.rows)


def test_what_is_old_damaged_or_of_another_file_is_not_taken(tmp_path, area, monkeypatch):
    table = read_incidents(StreetRows(rows=50).write(tmp_path / "a.csv"), today=TODAY).table
    ones = np.ones(len(table), dtype=np.int64)
    tally = tally_of(table, Seen(ones, ones > 0, ones), file=0, reasons={})
    kept, folder = KeptTallies(tmp_path / "kept"), tmp_path / "kept"
    request = AnalysisRequest.of(load_lens("public-all"), area, {})
    key = TallyKey.of(load_lens("public-all"), area, request, rows=5)
    kept.save(key, tally)
    pd.testing.assert_frame_equal(kept.load(key).points, tally.points)
    assert kept.load(key.with_("another")) is None
    (path,) = folder.iterdir()
    content = path.read_bytes()
    path.write_bytes(content[:-9] + b"x" + content[-8:])
    assert kept.load(key) is None
    path.write_bytes(content)
    os.utime(path, (0, 0))
    assert kept.load(key) is None
    kept.save(key.with_("new"), tally)
    assert not path.exists()  # too old
    monkeypatch.setattr("mapper.analysis.kept_tallies.LARGEST", len(content) * 2)
    for name in ("b", "c", "d"):
        kept.save(key.with_(name), tally)
    assert len(list(folder.iterdir())) <= 2


@pytest.mark.parametrize("parts", [1, 9, 10, 30, pytest.param(90, marks=pytest.mark.soak)])
def test_parts_that_are_added_one_by_one_are_the_parts_merged_at_once(parts, monkeypatch):
    """Months that have little in common, as sums of one size do, and the same month again."""
    drawn = np.random.default_rng(parts)
    made = []
    for month in drawn.integers(0, 40, parts):
        position = drawn.integers(0, 50, 30)
        table = pd.DataFrame(
            {
                "start": np.full(30, np.datetime64("2020-01", "M") + int(month)).astype(
                    "datetime64[us]"
                ),
                "type": pd.Categorical(drawn.choice(["Drugs", "Robbery"], 30)),
                "crime": np.ones(30, dtype=bool),
                "reference": pd.Series([f"R{at}" for at in range(30)], dtype="str"),
                "lon": position / 100,
                "lat": np.full(30, 53.0),
            }
        )
        seen = Seen(position, drawn.random(30) < 0.5, np.ones(30, dtype=np.int64))
        made.append(tally_of(table, seen, file=0, reasons={"bad date": 1}))
    found = TallySum()
    rows = []

    def counted(given):
        rows.append(sum(one.size for one in given))
        return merged(given)

    monkeypatch.setattr("mapper.analysis.tally.merged", counted)
    for one in made:
        found.add(one)
    total, whole = found.total(), merged(made)
    assert_same(total, whole)
    assert sum(rows) <= 4 * sum(one.size for one in made)  # whatever the number of parts
