"""The folder of outputs: whole or absent, and the same again from the same input."""

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from mapper.base.errors import DisclosureError, InputError
from mapper.outputs import folder as folder_module
from mapper.outputs.surroundings import Surroundings
from mapper.outputs.write import write_outputs

NAMES = [
    *("hotspots.csv", "hotspots.geojson", "cells.parquet", "map.html"),
    *("hotspots.csv-metadata.json", "manifest.json"),
]


@pytest.fixture
def release(make_release):
    return make_release(rings=3, spots=1)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_usual_files_and_nothing_else(release, tmp_path):
    out = tmp_path / "new" / "folder"
    written = write_outputs(release, out)
    assert [path.name for path in written] == NAMES
    assert sorted(contents(out)) == sorted(NAMES)


def test_the_same_release_writes_the_same_bytes_but_for_the_time(release, make_release, tmp_path):
    write_outputs(release, tmp_path / "a")
    write_outputs(make_release(rings=3, spots=1), tmp_path / "b")
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    times = [json.loads(found.pop("manifest.json")) for found in (first, second)]
    assert first == second
    assert [bool(found.pop("made_at")) for found in times] == [True, True]
    assert times[0] == times[1]


def test_manifest_says_what_was_asked_and_what_came_out(release, tmp_path):
    write_outputs(release, tmp_path)
    said = json.loads((tmp_path / "manifest.json").read_text())
    assert said["request"] == {"lens": "county-lines", "start": "2021-09-01", "alpha": 0.05}
    assert said["inputs"][0]["sha256"] == "0" * 64
    assert said["numbers"] == {
        "read": 250_000,
        "accepted": 249_000,
        "rejected": 1_000,
        "outside": 9,
    }
    assert said["area"] == {"name": "merseyside", "cells": len(release.cells)}
    assert set(release.record) <= set(said)
    assert said["versions"] == {"mapper": "0.1.0"}
    assert said["marking"] == "OFFICIAL-SENSITIVE"
    assert said["audience"] == "operational"
    assert said["release"] == release.digest
    for name, found in said["outputs"].items():
        content = (tmp_path / name).read_bytes()
        assert found == {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    assert sorted(said["outputs"]) == sorted(set(NAMES) - {"manifest.json"})


def test_manifest_names_what_a_picture_was_named_by_and_none_else(release, tmp_path):
    places = tmp_path / "stations.csv"
    places.write_text("name,kind,longitude,latitude\nElm,hospital,-2.95,53.42\n")
    around = Surroundings(place_files=(places,))
    for forms, named in ((("csv",), None), (("svg",), [hashlib.sha256(places.read_bytes())])):
        write_outputs(release, tmp_path / forms[0], forms=forms, around=around)
        said = json.loads((tmp_path / forms[0] / "manifest.json").read_text())
        told = [one["sha256"] for one in said["places"]] if "places" in said else None
        assert told == (named and [one.hexdigest() for one in named])


@pytest.mark.parametrize("name", ["hotspots.csv", "map.HTML", "cells.parquet", "meeting.docx"])
def test_a_map_is_not_put_into_a_folder_that_is_named_as_a_file(release, tmp_path, name):
    with pytest.raises(InputError, match=rf"{name} is named as a file.*Give a folder, such as"):
        write_outputs(release, tmp_path / name)
    assert not list(tmp_path.iterdir())
    (tmp_path / name).mkdir()  # somebody calls folders so
    write_outputs(release, tmp_path / name)


def test_other_files_are_left_alone(release, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    write_outputs(release, tmp_path)
    write_outputs(release, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert sorted(contents(tmp_path)) == sorted([*NAMES, "notes.txt"])


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_full_disk_leaves_the_old_files(release, make_release, tmp_path, monkeypatch, number):
    write_outputs(release, tmp_path)
    before = contents(tmp_path)
    calls = iter(range(1, 1_000))

    def full(_handle):
        if next(calls) == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_outputs(make_release(rings=4), tmp_path)
    assert contents(tmp_path) == before


def test_a_full_disk_leaves_no_new_folder(release, tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError):
        write_outputs(release, tmp_path / "a" / "b")
    assert contents(tmp_path) == {}


def digests(folder):
    """What a folder holds, files of the system left out; and whether its manifest fits it."""
    found = {name: hashlib.sha256(c).hexdigest() for name, c in contents(folder).items()}
    said = json.loads((folder / "manifest.json").read_text())["outputs"]
    assert {name: one["sha256"] for name, one in said.items()}.items() <= found.items()
    return found.keys(), said.keys()


def kill_at(number, monkeypatch):
    """End this process, as kill -9 does, at a call of the disk; counted from 1."""
    calls = iter(range(1, 10_000))

    def dying(call):
        def run(*given, **more):
            if next(calls) == number:
                os._exit(9)
            return call(*given, **more)

        return run

    for name in ("mkdir", "hardlink_to", "rename", "replace", "unlink", "rmdir", "chmod"):
        monkeypatch.setattr(Path, name, dying(getattr(Path, name)))
    monkeypatch.setattr(os, "fsync", dying(os.fsync))
    call = folder_module._exchange_call()
    monkeypatch.setattr(folder_module, "_exchange_call", lambda: dying(call))


MOMENTS = [pytest.param(at, marks=pytest.mark.soak if at % 3 else ()) for at in range(1, 25)]


def write_and_be_killed(release, out, number, monkeypatch):
    """Write in a process that ends at so manyth call of the disk."""
    child = os.fork()
    if child == 0:
        kill_at(number, monkeypatch)
        write_outputs(release, out)
        os._exit(0)
    os.waitpid(child, 0)


@pytest.mark.parametrize("number", MOMENTS)
def test_killed_at_any_moment_the_old_set_or_the_new_one_is_there(
    release, make_release, tmp_path, monkeypatch, number
):
    out = tmp_path / "out"
    write_outputs(release, out, beside={"signals.csv": b"of twelve months"})
    (out / "notes.txt").write_text("mine")
    other = make_release(rings=4)
    write_and_be_killed(other, out, number, monkeypatch)
    there, said = digests(out)
    assert set(there) == {*said, "manifest.json", "notes.txt"}
    assert set(said) in ({*NAMES, "signals.csv"} - {"manifest.json"}, {*NAMES} - {"manifest.json"})
    write_outputs(other, out)
    assert sorted(contents(out)) == sorted([*NAMES, "notes.txt"])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("number", MOMENTS)
def test_a_folder_that_cannot_be_exchanged_is_complete_or_without_its_manifest(
    release, make_release, tmp_path, monkeypatch, number
):
    out = tmp_path / "out"
    write_outputs(release, out, beside={"signals.csv": b"of twelve months"})
    (out / "mine").mkdir()
    other = make_release(rings=4)
    write_and_be_killed(other, out, number, monkeypatch)
    if (out / "manifest.json").exists():
        json.loads((out / "manifest.json").read_text())
    write_outputs(other, out)
    assert sorted(path.name for path in out.iterdir()) == sorted([*NAMES, "mine"])


def test_two_runs_never_mix(release, make_release, tmp_path):
    write_outputs(release, tmp_path / "o", beside={"signals.csv": b"a"})
    write_outputs(make_release(rings=4), tmp_path / "o")
    assert sorted(contents(tmp_path / "o")) == sorted(NAMES)


def test_a_file_that_somebody_changed_is_theirs(release, tmp_path):
    write_outputs(release, tmp_path / "o", beside={"signals.csv": b"a"})
    (tmp_path / "o" / "signals.csv").write_text("my notes in it")
    write_outputs(release, tmp_path / "o")
    assert (tmp_path / "o" / "signals.csv").read_text() == "my notes in it"
    (tmp_path / "o" / "hotspots.csv").write_text("my notes in it")
    before = contents(tmp_path / "o")
    with pytest.raises(
        InputError, match=r"hotspots\.csv was not written by mapper, or was changed"
    ):
        write_outputs(release, tmp_path / "o")
    assert contents(tmp_path / "o") == before


def test_a_file_in_place_of_the_folder_is_refused(release, tmp_path):
    taken = tmp_path / "out"
    taken.write_text("mine")
    with pytest.raises(InputError, match="is a file, not a folder"):
        write_outputs(release, taken)
    assert taken.read_text() == "mine"


def test_a_file_among_the_parents_is_refused(release, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="folder"):
        write_outputs(release, tmp_path / "file" / "out")
    assert sorted(contents(tmp_path)) == ["file"]


def test_a_folder_in_place_of_a_file_is_refused_before_anything_is_written(release, tmp_path):
    (tmp_path / "map.html").mkdir()
    with pytest.raises(InputError, match=r"map\.html is a folder"):
        write_outputs(release, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_only_a_release_is_written(tmp_path):
    with pytest.raises(DisclosureError):
        write_outputs({"cells": []}, tmp_path / "out")
    assert not (tmp_path / "out").exists()
