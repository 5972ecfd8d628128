"""No reader waits for a pipe, drinks from a device, or takes a folder for a file."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mapper.base.errors import InputError
from mapper.base.files import open_regular, read_regular
from mapper.incidents.gather import gather
from tests.security.regular_files import KINDS, READERS

MAPPER = Path(__file__).parents[2] / "mapper"
SECONDS = 120  # for all of them together; a reader that waits takes for ever
WORDS = {"pipe": "a pipe", "device": "a device", "socket": "a socket", "folder": "a folder"}
# Folders that are read as a set of files, whatever their name.
TAKEN = {
    ("folder", "incidents.parquet"): "Nothing to read",
    ("folder", "postcodes.csv"): "holds no table of postcodes",
    ("folder", "postcodes.zip"): "holds no table of postcodes",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kinds")
    run = subprocess.run(
        [sys.executable, "-m", "tests.security.regular_files", str(folder)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=MAPPER.parent,
        check=True,
    )
    return {(kind, name): words for kind, name, words in map(json.loads, run.stdout.splitlines())}


@pytest.mark.parametrize("kind", KINDS)
def test_every_reader_says_what_it_was_given(told, kind):
    assert {name for of, name in told if of == kind} == {*READERS, "earlier"}
    for name in [*READERS, "earlier"]:
        words = told[kind, name]
        assert TAKEN.get((kind, name), WORDS[kind]) in words, (name, words)
        assert not words.startswith(("took it", "fell")), (name, words)
        assert "\n" not in words


def test_the_command_line_refuses_a_pipe(tmp_path):
    path = tmp_path / "street.csv"
    os.mkfifo(path)
    run = subprocess.run(
        [Path(sys.executable).with_name("mapper"), "check", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert "street.csv: cannot be read (it is a pipe, not a file" in run.stderr


def test_what_is_no_file_in_a_folder_is_counted(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    os.mkfifo(tmp_path / "b.csv")
    (tmp_path / "c.csv").symlink_to("/dev/zero")
    with gather([tmp_path]) as gathering:
        assert [found.name for found in gathering.files] == ["a.csv"]
        assert gathering.notes == ("Pipes, devices and broken links passed over: 2",)


def test_a_file_exchanged_for_a_pipe_meanwhile_is_still_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("x")
    seen = path.stat()
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(os, "stat", lambda *_, **__: seen)
    with pytest.raises(OSError, match="a pipe"):
        open_regular(path)


def test_a_name_that_no_disk_takes_is_an_error_of_the_system():
    with pytest.raises(OSError, match="no disk takes such a name"):
        read_regular(Path("a\0b"), at_most=1)


def test_a_folder_called_as_a_file_is_no_data(tmp_path):
    folder = tmp_path / "street.csv"
    folder.mkdir()
    (folder / "inner.csv").write_text("x")
    with pytest.raises(InputError, match=r"street.csv: is a folder that is called as a file is"):
        gather([folder])


READS = {"read_bytes", "read_text", "read_parquet", "read_schema", "ParquetFile", "ZipFile"}
READS |= {"open", "OSFile", "read_file", "read_dataframe", "list_layers", "from_path", "sqlite3"}
# Arguments that are no path: bytes in memory, and what files.open_regular gave.
NO_PATH = ("BytesIO", "BufferReader", "ParquetFile(opened)", "read_schema(file)", "packed", "info)")
SHIPPED = "a file that mapper ships: beside the module, by _HERE or __file__"
OWN = "a file that mapper wrote in its workspace or in a temporary folder of its own"
CHECKED = "in the child of a caller that opened the same path by files.open_regular first"
ALLOWED = {
    "base/files.py": "this is the place",
    "incidents/store.py": "an object of a store, and the new file that it is written to",
    "app/admin/area_files.py": OWN,
    "app/workbench/places.py": OWN,
    "areas/boundaries.py": OWN,
    "areas/stored.py": OWN,
    "context/place_files.py": OWN,
    "incidents/spatial.py": OWN,
    "incidents/workbook.py": OWN,
    "outputs/exports/layers.py": OWN,
    "records/rules_change.py": OWN,
    "areas/study_area.py": OWN,
    "incidents/parquet.py": OWN,
    "incidents/parquet_child.py": OWN,
    "incidents/spatial_child.py": OWN,
    "incidents/workbook_child.py": OWN,
    "areas/ground_child.py": CHECKED,
    "incidents/text.py": "a name of its own: what opens is gather's stream or memory",
    "incidents/gather.py": "its caller has opened the same path by files.open_regular",
    "outputs/pictures/map_ground.py": "a background that basemap_of has opened before",
    "records/backup.py": "the line above opens the path by files.open_regular; its own files",
    "incidents/archive.py": "the line above opens the same path by files.open_regular",
    "areas/boundary_child.py": CHECKED,
    "areas/official_table.py": CHECKED,
    "context/place_child.py": CHECKED,
    "lenses/document.py": "docs of the repository, written anew by who builds it",
    "cli/doctor.py": SHIPPED,
}


def reads_in(path):
    """Yield what in a file opens a path to read, but for paths beside the module itself."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        call = ast.unparse(node)
        beside = any(sign in call for sign in ("_HERE", "__file__", "_FOLDER", "BASE_DIR"))
        writes = (
            "os.open(" in call or "'w" in call or "sign_ins.open(" in call or ".zip.open(" in call
        )
        if name in READS and not beside and not writes and not any(s in call for s in NO_PATH):
            yield call


def test_every_read_goes_through_one_place():
    found = {
        path.relative_to(MAPPER).as_posix(): calls
        for path in sorted(MAPPER.rglob("*.py"))
        if (calls := list(reads_in(path)))
    }
    assert {name: calls for name, calls in found.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) - set(found) == {"base/files.py"}
