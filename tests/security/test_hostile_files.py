"""Hostile files: the server stays up, stays small, says one thing, and writes nothing."""

import json
import resource
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from mapper.app.data import intake
from mapper.app.data.intake import read_mapping, safe_name, take_in
from mapper.areas import boundaries
from mapper.areas.boundaries import read_boundary
from mapper.areas.load import load_study_area
from mapper.base.errors import MapperError
from mapper.base.files import no_progress
from mapper.base.sandbox import in_child
from mapper.incidents import parquet, spatial
from mapper.lenses.load import load_lens
from tests.incidents.incident_files import csv_text, extract
from tests.security.hostile_files import (
    BOUNDARIES,
    INCIDENTS,
    LENSES,
    MAPPINGS,
    STUDY_AREAS,
    Upload,
)
from tests.security.hostile_strings import HOSTILE

MOST_MEMORY_KB = 2_000_000
# What may be accepted, and how many rows of it: the rest is told row by row or in a note.
ACCEPTED = {
    "text called a workbook": (3, 0),
    "gzip called CSV": (3, 0),
    "ragged rows": (3, 2),
    "UTF-16 without a mark": (3, 0),
    "NUL bytes": (0, 3),
    "device members": (3, 0),
    "crossing itself once": (),
    "system of no one": (),  # RFC 7946: GeoJSON is in degrees whatever else it names
}
ACTIONS = (
    *("Export", "Save", "Split", "Download", "Check", "Delete", "Write", "Choose", "Load", "Make"),
    *("Simplify", "Zip", "Compare", "Draw", "Give", "Mend", "Correct", "Unpack", "Add", "Close"),
    *("Is it a", "Leave", "Show", "Copy"),
)


def through_the_app(path):
    """Give a file to the app's intake; return its refusal, or how many rows it held."""
    found = take_in([Upload(path)])
    if found.dataset is None:
        return found.refusal
    incidents = found.dataset.incidents
    return len(incidents.table), len(incidents.rejected)


def refused_by(read):
    """Give a file to a reader; return its refusal, or nothing where it was read."""

    def attempt(path):
        try:
            read(path)
        except MapperError as error:
            return str(error)
        return ()

    return attempt


READERS = [
    *((name, maker, through_the_app) for name, maker in INCIDENTS.items()),
    *((name, maker, refused_by(read_boundary)) for name, maker in BOUNDARIES.items()),
    *((n, m, refused_by(lambda p: read_mapping(Upload(p)))) for n, m in MAPPINGS.items()),
    *((name, maker, refused_by(load_lens)) for name, maker in LENSES.items()),
    *((n, m, refused_by(lambda p: load_study_area(str(p)))) for n, m in STUDY_AREAS.items()),
]


# Files that fill memory or time: these always meet a child process with its limits.
GREEDY = {
    *("a field of 60 MB", "a header of 20 million commas", "Parquet of 200 million rows"),
    *("Parquet that packs a bomb", "JSON of 100,000 brackets", "JSON of 400,000 features"),
    *("crossing itself 200 million times", "combs across each other", "10 million corners"),
    "boundary of brackets",
}


def here_or_in_child(task, told, **choices):
    """Do a child's task here: what the child would say, without starting one.

    In a child all the same where a greedy file is read, on a thread of its own.
    """
    if threading.current_thread() is not threading.main_thread():
        return in_child(task, told, **choices)
    module, _, function = task.partition(":")
    return json.loads(json.dumps(getattr(import_module(module), function)(told, no_progress)))


def attempt(made, case):
    """Make a file in a folder of its own, have it read, and take it away."""
    name, maker, read = case
    folder = Path(tempfile.mkdtemp(dir=made))
    path = maker(folder)
    try:
        return name, (path.name, read(path))
    finally:
        path.unlink()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What came of every file, and what was left in the folder for temporary files.

    A greedy file is read in a child, as the server does, while any other is by the same code here,
    because starting 70 children takes a minute. Workbooks have a child of their own either way.
    """
    scratch = tmp_path_factory.mktemp("scratch")
    made, eaten = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("eaten")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setattr(tempfile, "tempdir", str(scratch))
        patch.setenv("TMPDIR", str(scratch))
        for module in (intake, boundaries, parquet, spatial):
            patch.setattr(module, "in_child", here_or_in_child)
        greedy = pool.map(partial(attempt, eaten), [one for one in READERS if one[0] in GREEDY])
        found = dict(attempt(made, case) for case in READERS if case[0] not in GREEDY)
        found |= dict(greedy)
    return found, list(scratch.iterdir())


@pytest.mark.soak
def test_a_child_refuses_and_takes_the_same_files(outcomes, tmp_path):
    with ThreadPoolExecutor(2) as pool:
        said = dict(pool.map(partial(attempt, tmp_path), READERS))
    for name, (_, outcome) in said.items():
        assert type(outcome) is type(outcomes[0][name][1]), name


def test_there_are_enough_of_them():
    assert {name for name, _, _ in READERS} > GREEDY
    assert len(READERS) >= 80
    assert len({name for name, _, _ in READERS}) == len(READERS)


@pytest.mark.parametrize("name", [name for name, _, _ in READERS])
def test_each_gets_one_clear_message(outcomes, name):
    file, outcome = outcomes[0][name]
    if name in ACCEPTED:
        assert outcome == ACCEPTED[name]
        return
    assert isinstance(outcome, str)
    assert outcome
    assert file.split(".")[0] in outcome
    assert any(action in outcome for action in ACTIONS), outcome
    assert "Traceback" not in outcome
    assert "scratch" not in outcome
    assert len(outcome) < 1_200
    head, _, offer = outcome.partition("\n\n")
    assert "\n" not in head or "Save these lines" in outcome or offer == ""


def test_nothing_is_left_behind(outcomes):
    assert outcomes[1] == []


def test_memory_stays_under_2_gb(outcomes):
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        assert resource.getrusage(who).ru_maxrss < MOST_MEMORY_KB


def test_the_server_reads_on(outcomes, tmp_path):
    path = tmp_path / "good.csv"
    path.write_text(csv_text(extract({}, {})))
    assert through_the_app(path) == (2, 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_file_name_leads_out_of_its_folder(text, tmp_path):
    name = safe_name(f"{text}.csv")
    assert name == Path(name).name
    assert name not in ("", ".", "..")
    assert "\0" not in name
    (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [name]
