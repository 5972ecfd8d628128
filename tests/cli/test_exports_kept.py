"""What leaves by the command line is an entry of the audit log, where there is one."""

import hashlib
import json

import pytest

from mapper.base.settings import settings
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.open import database

JOB = """
title = "Nightly"
out = {out}
[incidents]
paths = [{paths}]
[analysis]
lenses = ["all-demand"]
areas = ["liverpool"]
[outputs]
forms = ["csv"]
"""


@pytest.fixture
def exports():
    """Return who took what, newest last: subject and digest."""

    def kept():
        with database().read() as connection:
            found = find_entries(connection, AuditFilter(kinds=("export",)))
        assert {one.role for one in found} <= {"command line"}
        return [(one.subject, one.digest) for one in reversed(found)]

    return kept


@pytest.mark.usefixtures("workspace")
def test_each_export_is_written_down_where_records_are_kept(run, extract, exports, tmp_path):
    database()
    asked = (extract, "--lens", "all-demand", "--area", "liverpool")
    (tmp_path / "bad.csv").write_text(extract.read_text().replace("2026-", "2O26-", 1))
    job, out = tmp_path / "job.toml", tmp_path / "out"
    job.write_text(JOB.format(out=json.dumps(str(out)), paths=json.dumps(str(extract))))
    files = [tmp_path / name for name in ("rejected.csv", "quality.json", "doubts.csv")]
    options = zip(("--rejected", "--report", "--doubts"), files, strict=True)
    for command in (
        ("hotspots", *asked, "--out", tmp_path / "spots", "--forms", "csv"),
        ("concentration", *asked, "--out", tmp_path / "few.csv"),
        ("concentration", *asked, "--out", "-"),
        ("check", tmp_path / "bad.csv", *(each for pair in options for each in pair)),
        ("sinks", extract, "--out", tmp_path / "sinks.toml"),
        ("run", job),
    ):
        assert run(*command).code == 0, command
    kept = exports()
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    names = ["spots", "few.csv", "standard output", *(file.name for file in files), "sinks.toml"]
    assert [subject for subject, _ in kept] == [*names, "all-demand"]
    assert [digest for _, digest in kept[3:6]] == digests
    told = json.loads((tmp_path / "few.manifest.json").read_text())
    assert kept[1][1] == kept[2][1] != kept[0][1]
    assert kept[1][1] in json.dumps(told)


@pytest.mark.usefixtures("workspace")
def test_none_are_begun_for_it(run, extract, tmp_path):
    asked = (extract, "--lens", "all-demand", "--area", "liverpool")
    assert run("concentration", *asked, "--out", tmp_path / "few.csv").code == 0
    assert not settings().keeps_records


@pytest.mark.usefixtures("workspace")
def test_what_cannot_be_written_down_does_not_leave(run, extract, tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_DATABASE", "postgresql://nobody@127.0.0.1:1/none")
    settings.cache_clear()
    asked = (extract, "--lens", "all-demand", "--area", "liverpool")
    for command, out in (("concentration", tmp_path / "out.csv"), ("hotspots", tmp_path / "out")):
        said = run(command, *asked, "--out", out)
        assert (said.code, "database" in said.err) == (2, True)
        assert not out.exists()
