"""Workers of dask give what one machine gives, whoever of them is killed; others are refused.

One cluster of two processes serves the whole module.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import psutil
import pytest
from distributed import LocalCluster, Security
from typer.testing import CliRunner

from mapper.analysis import distributed
from mapper.analysis.distributed import dask_workers
from mapper.analysis.part_tasks import file_cut
from mapper.base.errors import EngineError, MapperError
from mapper.base.settings import settings
from mapper.cli.commands import app
from mapper.cli.job import run as run_job
from mapper.cli.job_file import read_job
from mapper.cli.job_studies import job_studies
from mapper.incidents.gather import IncidentFile
from mapper.incidents.sliced_file import WholeNeeded
from tests import street_rows
from tests.analysis.test_parted import InThisProcess, counted
from tests.analysis.test_slices import ROOT, area, outputs, read_at_once, workspace
from tests.street_rows import StreetRows

__all__ = ["area", "workspace"]  # fixtures


@pytest.fixture(scope="module")
def workers():
    with dask_workers(workers=2) as made:
        yield replace(made, part_bytes=60_000)


@pytest.fixture
def by_these(workers, monkeypatch):
    """Have commands take these workers in place of some of their own."""
    asked = []

    @contextmanager
    def opened(scheduler, *, workers):
        asked.append((scheduler, workers))
        yield these

    these = workers
    monkeypatch.setattr(distributed, "dask_workers", opened)
    return asked


def processes(workers):
    return list(workers.client.run(os.getpid).values())


def test_every_output_is_the_same_when_a_worker_is_killed_between(tmp_path, area, workers):
    paths = street_rows.with_faults(StreetRows(3_000)).write(tmp_path / "a.csv")
    before, killed = processes(workers), []

    class Killing:
        """The same workers, of which one is killed as soon as anything is counted."""

        size, part_bytes = workers.size, workers.part_bytes

        def each(self, task, given, view):
            for made in workers.each(task, given, view):
                if view is not None and not killed:
                    killed.append(before[0])
                    os.kill(before[0], signal.SIGKILL)
                yield made

    one = counted(paths, area, Killing())
    assert killed
    assert outputs(one, tmp_path / "a") == outputs(read_at_once(paths, area), tmp_path / "b")
    workers.client.wait_for_workers(2, timeout=60)
    assert before[0] not in processes(workers)


def whole_needed(_given, _view):
    raise WholeNeeded


def refused(given, _view):
    raise MapperError(f"{given}: mend it.")


def ends(_given, _view):
    os._exit(1)


def test_what_a_task_refuses_is_refused_here(workers):
    with pytest.raises(WholeNeeded):
        list(workers.each(whole_needed, [1], None))
    with pytest.raises(MapperError, match=r"^a\.csv: mend it\.$"):
        list(workers.each(refused, ["a.csv"], None))


def test_a_file_that_workers_do_not_see_is_named(workers, tmp_path):
    absent = IncidentFile("a.csv", tmp_path / "a.csv")
    with pytest.raises(EngineError, match=r"a\.csv: is not found where a worker looks for it"):
        list(workers.each(file_cut, [(absent, 1_000)], None))


@pytest.mark.soak
def test_a_part_on_which_every_worker_ends_is_refused(workers):
    with pytest.raises(EngineError, match="Workers ended again and again"):
        list(workers.each(ends, [1], None))
    workers.client.wait_for_workers(2, timeout=60)


def test_a_worker_of_another_version_is_refused(workers, monkeypatch):
    mine = distributed.version

    def another(name):
        return "9.9" if name == "mapper" else mine(name)

    monkeypatch.setattr(distributed, "version", another)  # here, not there
    words = f"The worker at tls://.* has mapper {mine('mapper')} in place of 9.9. Install the same"
    with pytest.raises(EngineError, match=words):
        list(workers.each(refused, [1], None))
    with pytest.raises(EngineError, match=words):
        distributed._ready(workers.client, "there")


def listening(pid):
    return {one.laddr for one in psutil.Process(pid).net_connections() if one.status == "LISTEN"}


def test_workers_of_this_machine_answer_to_nobody_else(workers):
    own = processes(workers)
    scheduler = int(workers.client.cluster.scheduler_address.rpartition(":")[2])
    assert {one.ip for pid in [*own, os.getpid()] for one in listening(pid)} == {"127.0.0.1"}
    ports = {one.port for pid in own for one in listening(pid)} | {scheduler}
    for port in ports:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            plain.sendall(b"GET /info/main/workers.html HTTP/1.0\r\n\r\n")
            plain.settimeout(5)
            try:
                said = plain.recv(4_096)
            except ConnectionError:
                said = b""
        assert not said or said.startswith(b"HTTP/1.1 404") or said[0] == 0x15  # an alert of TLS
    with (
        certificates_of(Security.temporary()),
        pytest.raises(EngineError, match="No scheduler answers"),
        dask_workers(f"tls://127.0.0.1:{scheduler}"),
    ):
        pass


@contextmanager
def certificates_of(security):
    """Set the certificates that a security holds as those of this installation."""
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        for name, told in (
            ("CA", security.tls_ca_file),
            ("CERT", security.tls_client_cert),
            ("KEY", security.tls_client_key),
        ):
            path = Path(folder, f"{name}.pem")
            path.write_text(told)
            patch.setenv(f"MAPPER_DASK_{name}", str(path))
        settings.cache_clear()
        patch.setattr(distributed, "_WAIT", 5)
        yield
    settings.cache_clear()


def test_a_scheduler_is_reached_with_certificates_of_its_authority(tmp_path, area):
    keys = Security.temporary()
    paths = StreetRows(1_000).write(tmp_path / "a.csv")
    with (
        LocalCluster(
            n_workers=1,
            processes=False,
            host="127.0.0.1",
            protocol="tls://",
            security=keys,
            dashboard_address=None,
        ) as cluster,
        certificates_of(keys),
        dask_workers(cluster.scheduler_address) as made,
    ):
        one = counted(paths, area, made)
    here = counted(paths, area, InThisProcess())
    pd.testing.assert_frame_equal(one.examined.tally.points, here.examined.tally.points)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("10.0.0.5:8786", "is no address of a scheduler"),
        ("http://10.0.0.5:8786", "is no address of a scheduler"),
        ("tls://10.0.0.5", "is no address of a scheduler"),
        ("tcp://10.0.0.5:8786", "is not encrypted"),
        ("tls://10.0.0.5:8786", "MAPPER_DASK_CA, MAPPER_DASK_CERT, MAPPER_DASK_KEY names no file"),
        ("tcp://127.0.0.1:1", "No scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address, words, monkeypatch):
    monkeypatch.setattr(distributed, "_WAIT", 1)
    with pytest.raises(EngineError, match=words), dask_workers(address):
        pass


def test_the_command_writes_the_same_by_workers(tmp_path, by_these, workspace):
    (path,) = street_rows.with_faults(StreetRows(2_000)).write(tmp_path / "a.csv")

    def asked(folder, *more):
        words = ["hotspots", str(path), "--lens", "public-all", "--out", str(tmp_path / folder)]
        words += ["--forms", "csv", *more]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        files = sorted((tmp_path / folder).rglob("*"))
        held = {one.name: one.read_bytes() for one in files if one.name != "manifest.json"}
        return held, done.stdout.replace(folder, ""), done.stderr

    whole, dask = asked("folder-a"), asked("folder-b", "--engine", "dask", "--workers", "2")
    assert dask == whole
    assert by_these == [("", 2)]
    _, _, said = asked("c", "--engine", "dask", "--signals")
    assert said.startswith("Not counted by workers but read here at once")
    assert len(by_these) == 1  # nobody was called for single rows


@pytest.mark.parametrize("name", ["clock", "describe"])
def test_questions_of_single_rows_refuse_workers(run, name):
    said = run(name, "a.csv", "--lens", "public-all", "--out", "a.csv", "--engine", "dask")
    assert said.code == 2
    assert said.err.startswith(f"mapper {name} looks at single rows, which workers do not hand")
    assert "where-next, " in said.err
    assert said.err.count("\n") == 1


def test_questions_that_counts_are_enough_for_ask_workers(tmp_path, run, by_these, workspace):
    (plain,) = StreetRows().write(tmp_path / "plain.csv")
    (steps,) = street_rows.with_steps(StreetRows()).write(tmp_path / "steps.csv")
    dask = ("--engine", "dask", "--workers", "2")

    def answer(path, *engine):
        out = tmp_path / f"out{len(engine)}.csv"
        told = run("where-next", path, "--lens", "public-all", "--out", out, *engine)
        assert told.code == 0, told.err
        return out.read_bytes(), told

    here, there = answer(plain), answer(plain, *dask)
    assert here[0] == there[0]
    assert by_these == [("", 2)]
    assert "Not counted by workers" not in there[1].err
    here, there = answer(steps), answer(steps, *dask)
    assert here[0] == there[0]
    assert "Not counted by workers but read here at once" in there[1].err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--scheduler", "tls://a:1"), "give --engine dask as well"),
        (("--engine", "dask", "--scheduler", "tls://a:1", "--workers", "2"), "give one"),
        (("--engine", "dask", "--scheduler", "a:1"), "is no address of a scheduler"),
    ],
)
def test_options_that_do_not_go_together_are_refused(run, tmp_path, options, words):
    (path,) = StreetRows(100).write(tmp_path / "a.csv")
    said = run("hotspots", path, "--lens", "public-all", "--out", tmp_path / "out", *options)
    assert said.code == 2
    assert words in said.err
    assert said.err.count("\n") == 1


JOB = """
title = "Monthly"
out = "{out}"
[incidents]
paths = ["a.csv"]
[period]
last_months = 12
[analysis]
lenses = ["public-violence"]
areas = ["merseyside"]
[outputs]
forms = ["csv"]
"""
ENGINE = '[engine]\nname = "dask"\nworkers = 2\n'


def test_a_job_counts_by_the_same_workers_and_writes_the_same(tmp_path, by_these, workspace, capfd):
    street_rows.with_faults(StreetRows(3_000)).write(tmp_path / "a.csv")
    here, there = tmp_path / "here.toml", tmp_path / "there.toml"
    here.write_text(JOB.format(out="one"))
    there.write_text(JOB.format(out="two") + ENGINE)
    assert (run_job(here), run_job(there)) == (0, 0)
    assert by_these == [("", 2)]
    assert "Not counted by workers" not in capfd.readouterr().err
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*.csv")}
        for name in ("one", "two")
    )
    assert one == two
    assert len(one) == 1
    there.write_text(there.read_text() + '[[questions]]\nid = "clock"\n')
    with job_studies(read_job(there), None, None) as studies:
        assert studies.workers is None
    assert len(by_these) == 1
    there.write_text(JOB.format(out="two") + '[engine]\nscheduler = "tls://a:1"\n')
    with pytest.raises(MapperError, match=r"engine: scheduler and workers are of dask"):
        run_job(there)


@pytest.mark.parametrize(
    "spoil",
    [street_rows.with_faults, pytest.param(street_rows.with_steps, marks=pytest.mark.soak)],
)
def test_a_job_asks_its_questions_of_what_workers_counted(
    tmp_path, by_these, workspace, capfd, spoil
):
    spoil(StreetRows()).write(tmp_path / "a.csv")
    asked = '[[questions]]\nid = "where-next"\n[[questions]]\nid = "concentration"\n'
    whole = JOB.replace("last_months = 12", "last_months = 24").replace("violence", "all")
    for name, more in (("one", ""), ("two", ENGINE)):
        path = tmp_path / f"{name}.toml"
        path.write_text(whole.format(out=name) + asked + more)
        assert run_job(path) == 0
    assert by_these == [("", 2)]
    said = capfd.readouterr().err
    assert ("Not counted by workers" in said) == (spoil is street_rows.with_steps)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).rglob("*.csv")}
        for name in ("one", "two")
    )
    assert one == two
    assert {"where-next.csv", "concentration.csv"} < set(one)


def test_without_the_extra_the_engine_names_it(tmp_path):
    (path,) = StreetRows(100).write(tmp_path / "a.csv")
    start = "import sys; sys.modules['distributed'] = None; from mapper.cli import main; main()"
    words = ["hotspots", path, "--lens", "public-all", "--out", tmp_path / "out"]
    line = [sys.executable, "-c", start, *map(str, [*words, "--engine", "dask"])]
    refused_ = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert refused_.returncode == 2
    assert "pip install 'mapper[dask]'" in refused_.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.soak
def test_workers_end_with_the_run_that_is_killed(tmp_path):
    script = """
import os, signal
from mapper.analysis.distributed import dask_workers
if __name__ == "__main__":
    with dask_workers(workers=1):
        pass
    with dask_workers(workers=1) as made:
        print(*made.client.run(os.getpid).values(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""
    path = tmp_path / "script.py"
    path.write_text(script)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    worker = int(done.stdout)
    if psutil.pid_exists(worker):
        psutil.Process(worker).wait(timeout=30)


def recipe():
    """The lines of the cluster in docs/scale.md, on this machine and a port of their own."""
    page = (ROOT / "docs" / "scale.md").read_text()
    lines = re.findall(
        r"^(?:openssl|dask|mapper hotspots \S+ .*--scheduler) .*$", page, re.MULTILINE
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    here = [line.replace("10.0.0.5", "127.0.0.1").replace("8786", port) for line in lines]
    return [shlex.split(line) for line in here]


@pytest.mark.soak
def test_the_cluster_of_the_page_counts_as_one_machine_does(tmp_path):
    (tmp_path / "FOLDER_OF_POLICE_UK_FILES").mkdir()
    StreetRows(2_000).write(tmp_path / "FOLDER_OF_POLICE_UK_FILES" / "a.csv")
    *keys, scheduler, worker, ask = recipe()
    for words in keys:
        subprocess.run(words, check=True, cwd=tmp_path, capture_output=True)
    files = {"CA": "ca.pem", "CERT": "node.pem", "KEY": "node.key"}
    told = {f"MAPPER_DASK_{name}": str(tmp_path / path) for name, path in files.items()}
    told |= {"MAPPER_WORKSPACE": str(tmp_path / "workspace"), "PYTHONPATH": str(ROOT)}
    place = {"cwd": tmp_path, "env": {**os.environ, **told}}
    python = [sys.executable, "-m"]
    started = [
        subprocess.Popen([*python, "dask", *words[1:]], stderr=subprocess.DEVNULL, **place)
        for words in (scheduler, worker)
    ]
    try:
        run = [sys.executable, "-c", "from mapper.cli import main; main()", *ask[1:]]
        done = subprocess.run(run, capture_output=True, text=True, check=False, **place)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""  # counted by them, not read at once
        alone = [one for one in run if "tls://" not in one and one != "--scheduler"]
        alone[alone.index("dask")], alone[-1] = "here", "alone"
        subprocess.run(alone, capture_output=True, check=True, **place)
    finally:
        for one in started[::-1]:
            one.terminate()
            one.wait(timeout=60)
    one, two = ((tmp_path / folder / "cells.parquet").read_bytes() for folder in ("out", "alone"))
    assert one == two
