"""The guard: what a child may hold, for how long, and what the parent says when it is gone."""

import logging
import os
import time
from contextlib import suppress
from pathlib import Path

import pytest

from mapper.base.errors import AreaError, InputError
from mapper.base.sandbox import in_child

TASKS = "tests.security.guard_tasks"


def test_the_child_gets_no_secret(monkeypatch):
    monkeypatch.setenv("MAPPER_DATABASE", "postgresql://user:secret@host/x")
    monkeypatch.setenv("COOKIE_SECRET", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    found = in_child(f"{TASKS}:surroundings", {}, name="x")
    environment = found["environment"]
    assert "secret" not in str(environment)
    assert "HTTPS_PROXY" not in environment
    assert environment["PROJ_NETWORK"] == "OFF"
    assert "" not in found["path"]  # the folder it happens to start in is not searched for code


def test_answers_come_back_whatever_a_library_prints():
    heard = []
    told = {"text": "{{7*7}} \u2028 \U0001f600"}
    found = in_child(f"{TASKS}:chatter", told, name="x", progress=lambda *w: heard.append(w))
    assert found == {"back": told}
    assert heard == [("half", 0.5)]


def test_a_child_that_eats_is_stopped():
    with pytest.raises(InputError, match=r"x\.csv: could not be read within 500 MB of memory"):
        in_child(f"{TASKS}:eat", {}, name="x.csv", memory=500 * 1024**2)


def test_a_child_that_sleeps_is_ended_with_its_own_children(tmp_path):
    told = {"file": str(tmp_path / "pid")}
    with pytest.raises(InputError, match=r"x\.csv: took more than 2 s"):
        in_child(f"{TASKS}:sleep", told, name="x.csv", seconds=2)
    own = int((tmp_path / "pid").read_text())
    assert ended(own)


def ended(pid, *, within=5.0):
    """Whether a process is gone, or only waits to be forgotten."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        with suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_child_that_dies_is_told_in_one_sentence():
    with pytest.raises(AreaError, match=r"x\.gpkg: could not be read within .* Simplify it\."):
        in_child(f"{TASKS}:die", {}, name="x.gpkg", kind=AreaError, advice="Simplify it.")


def test_the_childs_own_refusal_keeps_its_kind():
    with pytest.raises(AreaError, match="the child's own word"):
        in_child(f"{TASKS}:refuse", {}, name="x")


def test_a_fault_is_logged_by_place_and_never_with_the_files_words(caplog):
    with caplog.at_level(logging.WARNING), pytest.raises(InputError, match="could not be read"):
        in_child(f"{TASKS}:stumble", {"secret": "a child's name"}, name="x")
    assert "RuntimeError" in caplog.text
    assert "stumble" in caplog.text
    assert "a child's name" not in caplog.text
