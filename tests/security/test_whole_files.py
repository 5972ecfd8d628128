"""Files are whole or absent: one place writes them, and a full disk changes nothing."""

import ast
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from mapper.app.shell.incident_store import store_incidents
from mapper.areas.load import load_study_area
from mapper.areas.study_area import write_study_area
from mapper.base.errors import MapperError
from mapper.base.files import write_whole
from mapper.base.settings import settings
from mapper.incidents.mapping import ColumnMapping, save_mapping
from mapper.incidents.read import read_incidents
from mapper.outputs.rejected import rejected_csv
from mapper.outputs.write import write_outputs
from tests.small_extract import write_police_uk

MAPPER = Path(__file__).parents[2] / "mapper"
WRITERS = {"write_text", "write_bytes", "to_csv", "to_parquet", "to_file", "write_dataframe"}
WRITERS |= {"write_table", "OSFile", "mkstemp", "NamedTemporaryFile", "savefig", "copyfile"}
# The only files in which a call that writes may stand, and why it leaves nothing half-written.
TEMPORARY = "a temporary folder of its own, gone when the work is done"
UNDER_REPLACING = "a temporary name given by files.replacing"
IN_MEMORY = "memory: the bytes go to files.write_whole or to the browser"
ALLOWED = {
    "base/files.py": "this is the place",
    "analysis/kept_tallies.py": IN_MEMORY,
    "areas/boundaries.py": TEMPORARY,
    "areas/boundary_child.py": TEMPORARY,
    "context/place_child.py": TEMPORARY,
    "incidents/store.py": TEMPORARY,
    "incidents/workbook.py": TEMPORARY,
    "incidents/workbook_child.py": TEMPORARY,
    "incidents/spatial.py": TEMPORARY,
    "incidents/gather.py": TEMPORARY,
    "incidents/from_frame.py": IN_MEMORY,
    "incidents/geojson_child.py": TEMPORARY,
    "incidents/parquet.py": TEMPORARY,
    "incidents/parquet_child.py": TEMPORARY,
    "incidents/duckdb_child.py": TEMPORARY,
    "incidents/spatial_child.py": TEMPORARY,
    "app/data/intake.py": TEMPORARY,
    "app/data/mapping_preview.py": TEMPORARY,
    "app/work/visits_page.py": TEMPORARY,
    "app/campaigns/areas.py": TEMPORARY,
    "outputs/exports/layers.py": TEMPORARY,
    "areas/ground_tiles.py": UNDER_REPLACING,
    "records/backup.py": UNDER_REPLACING,
    "outputs/campaign.py": IN_MEMORY,
    "areas/study_area.py": UNDER_REPLACING,
    "areas/table_child.py": TEMPORARY,
    "app/shell/incident_store.py": UNDER_REPLACING,
    "demonstration/writing.py": UNDER_REPLACING,
    "records/datasets.py": UNDER_REPLACING,
    "outputs/tables.py": IN_MEMORY,
    "outputs/exports/workbook.py": IN_MEMORY,
    "outputs/answer_workbook.py": IN_MEMORY,
    "app/workbench/places.py": TEMPORARY,
    "app/admin/area_page.py": TEMPORARY,
    "disclosure/own_rules.py": TEMPORARY,
    "app/data/quality_view.py": IN_MEMORY,
}


def calls_that_write(path):
    """Names of the calls in a file that could write to a disk."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in WRITERS:
            yield name
        if name == "open":
            modes = [a.value for a in node.args if isinstance(a, ast.Constant)]
            modes += [k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)]
            if any(isinstance(m, str) and set(m) & set("wax+") and len(m) <= 3 for m in modes):
                yield name


def test_every_write_goes_through_one_place():
    found = {
        path.relative_to(MAPPER).as_posix(): names
        for path in sorted(MAPPER.rglob("*.py"))
        if (names := sorted(set(calls_that_write(path))))
    }
    opened = {"outputs/folder.py", "records/lock.py"}  # a set beside; the lock holds no data
    assert set(found) - set(ALLOWED) - opened == set()
    for name in [name for name, why in ALLOWED.items() if why == UNDER_REPLACING and name in found]:
        assert "replacing(" in (MAPPER / name).read_text(), name
    for name in [name for name, why in ALLOWED.items() if why == TEMPORARY and name in found]:
        text = (MAPPER / name).read_text()
        assert "TemporaryDirectory(" in text or name.endswith("_child.py"), name


def test_what_a_killed_run_had_begun_is_cleared_by_the_next(tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    gone = tmp_path / f".a.csv.{ended.pid}.x1.tmp"
    others = [tmp_path / f".a.csv.{os.getppid()}.x2.tmp", tmp_path / ".b.csv.1.tmp"]
    for path in (gone, *others):
        path.write_text("part")
    write_whole(tmp_path / "a.csv", "whole")
    assert sorted(tmp_path.iterdir()) == sorted([*others, tmp_path / "a.csv"])


@contextmanager
def full_disk(room=3_000):
    """No file may grow beyond a few bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def state(folder):
    """Everything in a folder, by name and content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def incidents(tmp_path_factory):
    return read_incidents([write_police_uk(tmp_path_factory.mktemp("x") / "street.csv")])


def writers(make_release, incidents):
    """Each way of writing, as a function of a folder and a word that makes the content differ."""
    area = load_study_area("liverpool")
    wide = dict.fromkeys(("from_at", "location"), ("x" * 5000,))
    return {
        "outputs": lambda out, word: write_outputs(make_release(title=word), out),
        "area": lambda out, _word: write_study_area(area, out / "area.parquet"),
        "store": lambda out, word: store_incidents(incidents, out, stamp=word),
        "mapping": lambda out, word: save_mapping(ColumnMapping(wide, name=word), out / "m.toml"),
        "rejected": lambda out, _word: write_whole(
            out / "r.csv", rejected_csv(incidents.rejected) * 50
        ),
    }


@pytest.mark.parametrize("name", ["outputs", "area", "store", "mapping", "rejected"])
def test_a_full_disk_leaves_the_old_state_and_one_message(make_release, incidents, tmp_path, name):
    write = writers(make_release, incidents)[name]
    with full_disk(), pytest.raises(MapperError) as first:
        write(tmp_path, "never")
    assert state(tmp_path) == {}
    write(tmp_path, "old")
    before = state(tmp_path)
    assert before
    with full_disk(), pytest.raises(MapperError) as second:
        write(tmp_path, "new")
    assert state(tmp_path) == before
    for refusal in (first, second):
        assert "Nothing was changed" in str(refusal.value)
        assert "\n" not in str(refusal.value)
    write(tmp_path, "new")
    assert state(tmp_path)


@pytest.mark.parametrize(
    ("told", "file", "folder"),
    [(None, 0o600, 0o700), ("group", 0o640, 0o750), ("everybody", 0o644, 0o755)],
)
def test_what_is_written_is_its_owners_alone_unless_told_otherwise(
    make_release, tmp_path, monkeypatch, told, file, folder
):
    if told:
        monkeypatch.setenv("MAPPER_OUTPUTS_FOR", told)
    settings.cache_clear()
    out = tmp_path / "month" / "set"
    write_outputs(make_release(), out)
    write_whole(tmp_path / "one" / "a.csv", "x")
    settings.cache_clear()
    rights = {path: path.stat().st_mode & 0o777 for path in (out, *tmp_path.rglob("*"))}
    assert {rights[path] for path in rights if path.is_file()} == {file}
    assert {rights[path] for path in rights if path.is_dir()} == {folder}
