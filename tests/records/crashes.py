"""A person who saves, imports and releases until the process is killed, and a look at what is left.

Run as a program: it forks such a person again and again, kills each at a random moment with
SIGKILL, opens everything anew as a start-up does, and compares with what the person was told was
done. Prints its figures as JSON; stops with a message at the first thing lost or half-written.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from mapper.disclosure.people import Viewer
from mapper.disclosure.register import Selection, StoredRelease
from mapper.grid.hexagons import cells_to_discs, cells_to_strings, points_to_cells
from mapper.records.audit_check import verify
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.database import Database
from mapper.records.datasets import (
    HALF_DONE,
    dataset_folder,
    delete_dataset,
    keep_dataset,
    kept_datasets,
)
from mapper.records.engine import engine_of
from mapper.records.migrate import newest_revision, revision
from mapper.records.open import open_database
from mapper.records.releases import DatabaseRegister, kept_releases, register_faults
from mapper.records.saving import Work, save
from mapper.records.schema import every_table
from mapper.records.versions import history, newest, records
from mapper.records.workspace import lost_datasets, recover

ANNE = Viewer(name="anne", roles=frozenset({"analyst"}))
FILES = ("incidents.parquet", "rejected.parquet", "told.json")
CELLS = tuple(
    cells_to_strings(
        np.unique(
            cells_to_discs(
                points_to_cells(np.array([-2.95]), np.array([53.42]), resolution=9), rings=12
            )[1]
        )
    )
)
ACTS = ("import", "release", "save", "delete")


def digest(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def content(number, name):
    """What a file of a dataset holds: all of it follows from its number."""
    return random.Random(f"{number} {name}").randbytes(40_000)


def do_import(database, workspace, number):
    def fill(folder):
        for name in FILES:
            (folder / name).write_bytes(content(number, name))

    facts = {"title": "x.csv", "accepted": number, "rejected": 1, "person": "anne"}
    keep_dataset(database, workspace, dataset=digest(number), fill=fill, **facts)


def release_of(number):
    low = np.random.default_rng(number).integers(0, 30, len(CELLS)) * 5
    return StoredRelease(
        digest=digest(number),
        audience="partnership",
        title="Lens",
        area_title="Merseyside",
        first=date(2026, 1, 1),
        last=date(2026, 2, 1),
        resolution=9,
        selection=Selection(include=((("knife", "is", True),),)),
        cells=CELLS,
        region=np.arange(len(CELLS), dtype=np.int64),
        low=low,
        high=low + 4,
    )


def do_release(database, number):
    register = DatabaseRegister(database, person="anne")
    with register.hold():
        register.earlier("public")
        register.add(release_of(number))


def do_save(database, number):
    record = f"A-{number % 3}"
    now = newest(database, record)
    typed = {"name": "Parade", "voice": f"{number} " * 2_000}
    work = Work(record, "assessment", typed, now.number if now else 0)
    save(database, work, viewer=ANNE, reason="because")


def do_delete(database, workspace, draw):
    with database.read() as connection:
        kept = kept_datasets(connection)
    if len(kept) < 4:
        return
    gone = draw.choice(kept).accepted
    os.write(1, f"deleting {gone}\n".encode())
    delete_dataset(database, workspace, digest(gone), person="anne")


def work_until_killed(url, workspace, number, seed):
    """Act for ever; each act is told on standard output once it is done."""
    draw = random.Random(seed)
    database = open_database(workspace=workspace, url=url)
    os.write(1, b"opened 0\n")
    while True:
        number += 1
        act = draw.choices(ACTS, [3, 3, 3, 2])[0]
        if act == "import":
            do_import(database, workspace, number)
        elif act == "release":
            do_release(database, number)
        elif act == "save":
            do_save(database, number)
        else:
            do_delete(database, workspace, draw)
        os.write(1, f"{act} {number}\n".encode())


class Expected:
    """What was told to be done, over all rounds."""

    def __init__(self):
        self.imports, self.releases, self.saves = set(), set(), set()
        self.acts = Counter()

    def hear(self, told):
        for line in told.decode().splitlines():
            act, number = line.split()
            number = int(number)
            self.acts[act] += 1
            if act == "deleting":
                self.imports.discard(number)  # it may be gone or not, but not half
            elif act in {"import", "release", "save"}:
                getattr(self, f"{act}s").add(number)


def require(truth, words):
    if not truth:
        sys.exit(f"NOT WHOLE: {words}")


def check(url, workspace, expected):
    """Open everything as a start-up does and compare; return how many entries the log has."""
    database = open_database(workspace=workspace, url=url)
    cleared = recover(database, workspace)
    with database.read() as connection:
        verdict = verify(connection)
        require(verdict.whole, verdict.faults)
        require(register_faults(connection) == [], "the register")
        datasets = kept_datasets(connection)
        releases = {one.release for one in kept_releases(connection)}
        entries = find_entries(connection, AuditFilter(), limit=None)
    check_datasets(workspace, datasets, expected)
    check_releases(database, releases, expected)
    check_saves(database, expected)
    require(lost_datasets(database, workspace) == [], "a dataset without files")
    check_entries(entries, datasets, releases, database)
    database.close()
    return len(entries), len(cleared)


def check_datasets(workspace, datasets, expected):
    there = {one.dataset for one in datasets}
    require(there >= {digest(number) for number in expected.imports}, "an import is lost")
    found = {path.name for path in (workspace / "datasets").glob("*")}
    require(found == there, f"folders and rows differ: {found ^ there}")
    require(not any(name.startswith(HALF_DONE) for name in found), "a half-written folder")
    for one in datasets:
        for name in FILES:
            written = (dataset_folder(workspace, one.dataset) / name).read_bytes()
            require(written == content(one.accepted, name), f"{name} is not what was imported")


def check_releases(database, there, expected):
    require(there >= {digest(number) for number in expected.releases}, "a release is lost")
    register = DatabaseRegister(database, person="anne")
    for one in register.earlier("partnership")[-20:]:
        require(one.cells == CELLS, "a release is not what was released")
        require(bool((one.high - one.low == 4).all()), "a release is not what was released")


def check_saves(database, expected):
    texts = set()
    for record in records(database, "assessment"):
        kept = history(database, record.record)
        require([one.number for one in kept] == list(range(1, len(kept) + 1)), "a version is lost")
        texts |= {int(one.content["voice"].split()[0]) for one in kept}
    require(texts >= expected.saves, "a save is lost")


def check_entries(entries, datasets, releases, database):
    """Every act that is there has its entry, and no entry tells of an act that is not there."""
    count = {
        kind: sum(entry.kind == kind for entry in entries)
        for kind in ("import", "release", "save", "deletion")
    }
    saves = sum(len(history(database, one.record)) for one in records(database, "assessment"))
    require(count["import"] - count["deletion"] == len(datasets), "imports and entries differ")
    require(count["release"] == len(releases), "releases and entries differ")
    require(count["save"] == saves, "saves and entries differ")


def one_kill(url, workspace, number, draw):
    """Fork a person, kill them some moments after some acts, and return what they were told."""
    reader, writer = os.pipe()
    seed = draw.random()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.dup2(writer, 1)
        try:
            work_until_killed(url, workspace, number, seed)
        except BaseException as error:  # noqa: BLE001 - the parent reads it
            os.write(1, f"fault {type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = b"".join(pipe.readline() for _ in range(draw.randrange(6)))
        time.sleep(draw.uniform(0.0, 0.15))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        told += pipe.read()
    require(os.WIFSIGNALED(status), f"the person stopped by themselves: {told.decode()[-300:]}")
    return told


def empty(url, workspace):
    """Take everything out of a database, so that the next start is a first one."""
    database = Database(*engine_of(url, workspace=workspace))
    if database.dialect == "postgresql":
        with database.write() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    else:
        for name in ("", "-wal", "-shm"):
            Path(database.engine.url.database + name).unlink(missing_ok=True)
    database.close()


def kill_first_starts(url, workspace, kills, draw):
    """Kill a first start while it makes the tables, then start again and look; many times."""
    half = 0
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            open_database(workspace=workspace, url=url)
            os._exit(0)
        time.sleep(draw.uniform(0.0, 0.25))
        os.kill(child, signal.SIGKILL)
        half += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        database = open_database(workspace=workspace, url=url)
        with database.read() as connection:
            require(revision(connection) == newest_revision(), "the tables")
            require(verify(connection).entries == 0, "the log")
            faults = compare_metadata(MigrationContext.configure(connection), every_table())
        require(faults == [], f"the tables: {faults}")
        database.close()
        empty(url, workspace)
    return {"starts": kills, "killed_before_the_end": half}


def kill_at_work(url, workspace, kills, draw):
    """Kill a person at work, then start again and look; many times."""
    expected = Expected()
    entries = cleared = opening = 0
    for kill in range(kills):
        heard = one_kill(url, workspace, (kill + 1) * 10_000, draw)
        expected.hear(heard)
        opening += not heard
        entries, found = check(url, workspace, expected)
        cleared += bool(found)
    return {
        "kills": kills,
        "entries": entries,
        **{act: expected.acts[act] for act in ACTS},
        "killed_while_opening": opening,
        "had_to_be_cleared_up": cleared,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first-starts", action="store_true")
    parser.add_argument("--url")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    draw = random.Random(told.seed)
    work = kill_first_starts if told.first_starts else kill_at_work
    sys.stdout.write(json.dumps(work(told.url, told.workspace, told.kills, draw)))


if __name__ == "__main__":
    main()
