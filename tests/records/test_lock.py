"""One writer of a workspace: the second is told who is first, and a crash frees the lock."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from mapper.base.errors import RecordsError
from mapper.records.lock import FILE_NAME, holder, sole_writer

HOLD = """
import sys; from pathlib import Path; from mapper.records.lock import sole_writer
with sole_writer(Path(sys.argv[1]), doing="importing extract.csv"):
    print("held", flush=True); sys.stdin.read()
"""


@pytest.fixture
def another(tmp_path):
    """Another process that holds the lock."""
    run = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert run.stdout.readline() == b"held\n"
    yield run
    run.kill()
    run.communicate()


def take(workspace, **more):
    with sole_writer(workspace, doing="deleting", **more):
        return holder(workspace)


def test_the_second_is_told_who_is_first_and_what_to_do(another, tmp_path):
    expected = (
        rf"in use by importing extract\.csv \(process {another.pid} on .*since .*UTC\)\. Wait"
    )
    with pytest.raises(RecordsError, match=expected):
        take(tmp_path)


def test_a_lock_left_by_a_killed_process_is_free(another, tmp_path):
    another.send_signal(signal.SIGKILL)
    another.wait()
    assert f"process {another.pid}" in holder(tmp_path)
    assert take(tmp_path).startswith(f"deleting (process {os.getpid()} ")
    assert holder(tmp_path) == ""


def test_who_waits_gets_it_when_the_first_ends(another, tmp_path):
    threading.Timer(0.2, another.stdin.close).start()
    assert take(tmp_path, wait=30).startswith("deleting")
    another.stdin = None


def test_it_holds_between_threads_too(tmp_path):
    with sole_writer(tmp_path, doing="one"), pytest.raises(RecordsError, match="in use by one"):
        take(tmp_path)


def test_a_lock_file_with_nonsense_is_still_a_lock(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"\xff not json")
    assert holder(tmp_path) == ""
    assert take(tmp_path).startswith("deleting")


def test_an_error_inside_frees_it(tmp_path):
    def fail():
        with sole_writer(tmp_path, doing="failing"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert take(tmp_path)


def test_a_workspace_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordsError, match="cannot be written"):
        take(tmp_path / "file" / "workspace")
