"""Processes killed at random moments, and fifty writers at once: nothing lost, the chain whole."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from mapper.records.audit import Event, append
from mapper.records.audit_check import verify
from mapper.records.schema.trust import audit, people
from tests.records.test_database import person

WRITERS = 50


def kill_often(url, workspace, kills, *more):
    command = [sys.executable, "-m", "tests.records.crashes", "--workspace", str(workspace)]
    command += ["--kills", str(kills), "--url", url, *more]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    sys.stdout.write(f"{run.stdout}\n")  # pytest -rP shows the figures
    return json.loads(run.stdout)


def test_five_kills(database_url, tmp_path):
    assert kill_often(database_url, tmp_path, 5)["entries"] > 0


@pytest.mark.soak
def test_three_hundred_kills(database_url, tmp_path):
    figures = kill_often(database_url, tmp_path, 300)
    assert figures["had_to_be_cleared_up"] > 5  # some did die half way through an import
    assert min(figures[act] for act in ("import", "release", "save", "delete")) > 50


def test_a_start_killed_half_way_leaves_a_database_that_starts(database_url, tmp_path):
    assert kill_often(database_url, tmp_path, 3, "--first-starts")["starts"] == 3


@pytest.mark.soak
def test_a_hundred_starts_killed(database_url, tmp_path):
    figures = kill_often(database_url, tmp_path, 100, "--first-starts")
    assert figures["killed_before_the_end"] > 20


def write_from_many_processes(url, workspace, each):
    """Let fifty processes write, each an act with its entry, all starting at one moment."""
    code = f"""
import sys
from pathlib import Path
from sqlalchemy import insert
from mapper.records.audit import Event, append
from mapper.records.open import open_database
from mapper.records.schema.trust import people
from tests.records.test_database import person
import os

opened = open_database(workspace=Path({str(workspace)!r}), url={url!r})
opened.close()
children = []
for writer in range({WRITERS}):
    child = os.fork()
    if child:
        children.append(child)
        continue
    try:
        own = open_database(workspace=Path({str(workspace)!r}), url={url!r})
        for number in range({each}):
            with own.write() as connection:
                connection.execute(insert(people), person(f"{{writer}} {{number}}"))
                append(connection, Event("role", f"{{writer}}", subject=f"{{number}}"))
        os._exit(0)
    except BaseException as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
codes = [os.waitpid(child, 0)[1] for child in children]
sys.exit(any(codes))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert run.returncode == 0, run.stderr


def held(database, each):
    """Hold rows and entries against what was written."""
    with database.read() as connection:
        verdict = verify(connection)
        rows = connection.scalar(select(func.count()).select_from(people))
        entries = set(connection.execute(select(audit.c.person, audit.c.subject)).all())
    assert verdict.whole
    assert verdict.entries == rows == WRITERS * each
    assert entries == {(str(w), str(n)) for w in range(WRITERS) for n in range(each)}


def test_fifty_writers(database, database_url, tmp_path):
    write_from_many_processes(database_url, tmp_path, each=3)
    held(database, each=3)


@pytest.mark.soak
def test_fifty_writers_for_long(database, database_url, tmp_path):
    write_from_many_processes(database_url, tmp_path, each=100)
    held(database, each=100)


def test_an_entry_without_its_act_would_be_found(database):
    """The comparison of the tests above is able to fail."""
    with database.write() as connection:
        connection.execute(insert(people), person("0 0"))
        append(connection, Event("role", "0", subject="1"))
    with pytest.raises(AssertionError):
        held(database, each=1)
