"""The commands on the records, and a doctor who finds what is wrong."""

import csv
import json
import os
import stat
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text, update
from typer.testing import CliRunner

from mapper.app.door import serve
from mapper.app.shell import router
from mapper.areas import stored as stored_areas
from mapper.base.settings import settings
from mapper.cli.doctor import app_files, versions
from mapper.cli.records_commands import records_app
from mapper.incidents.postcodes import load_postcodes
from mapper.records.audit import Event, append
from mapper.records.audit_check import Head, verify
from mapper.records.datasets import dataset_folder, remove_folder, set_dataset_expiry
from mapper.records.inspection import inspect_records
from mapper.records.known_people import note_person
from mapper.records.open import database as installed
from mapper.records.open import open_database
from mapper.records.releases import DatabaseRegister
from mapper.records.schema.trust import audit, releases
from tests.records.conftest import turn_fsync
from tests.records.test_releases import stored
from tests.records.test_retention import kept
from tests.tiles import write_tiles


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A runner of commands on a workspace of its own."""
    for name in [name for name in os.environ if name.startswith("MAPPER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    installed.cache_clear()
    runner = CliRunner()

    def command(*words):
        return runner.invoke(records_app, list(map(str, words)))

    yield command
    if installed.cache_info().currsize:
        installed().close()
    installed.cache_clear()
    settings.cache_clear()


def log(*events):
    with installed().write() as connection:
        for event in events:
            append(connection, event)


def tamper(statement, *guards):
    with installed().write() as connection:
        for guard in guards:
            connection.execute(text(f"DROP TRIGGER {guard}"))
        connection.execute(statement)


def test_everybody_who_has_signed_in_is_listed_and_the_look_is_an_entry(run):
    assert "Nobody has signed in" in run("audit", "people").output
    now = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    seen = {"role": "analyst, administrator", "wards": [], "now": now}
    with installed().write() as connection:
        note_person(connection, person="a", name="Anna\x1b[2J\nBo", **seen)
        partner = {"role": "partner", "wards": ["Picton"], "agency": "Wirral Council"}
        note_person(connection, person="b", name="Cas", now=now, **partner)
    told = run("audit", "people").output
    assert told.startswith("2 people:")
    assert "administrator, analyst; first 04/03/2026 09:30, last 04/03/2026 09:30" in told
    assert "Cas: partner; wards Picton; Wirral Council; first" in told
    assert "\x1b" not in told
    assert len(told.splitlines()) == 3
    with installed().read() as connection:
        entries = connection.execute(select(audit)).mappings().all()
    looks = [one for one in entries if one["subject"] == "Who has signed in"]
    assert [(one["kind"], one["role"]) for one in looks] == [("view", "command line")] * 2
    assert json.loads(looks[-1]["detail"]) == {"people": 2, "shown": 2}


def test_verify_and_head(run, tmp_path):
    log(*[Event("view", "anna", subject=f"h{number}") for number in range(5)])
    assert run("audit", "head", "--out", tmp_path / "head.json").exit_code == 0
    told = run("audit", "verify", "--head", tmp_path / "head.json")
    assert told.exit_code == 0
    assert "whole: 5 entries" in told.output
    assert "No head kept" in run("audit", "verify").output
    assert json.loads(run("audit", "head").output)["mapper_audit_head"]["number"] == 5


def test_verify_ends_with_1_on_an_edit(run):
    log(Event("view", "anna"), Event("view", "berta"))
    tamper(update(audit).where(audit.c.number == 1).values(person="x"), "audit_no_update")
    told = run("audit", "verify")
    assert told.exit_code == 1
    assert told.output == "Entry 1 was edited: its hash does not fit what it says.\n"


def test_verify_ends_with_1_on_a_log_cut_short(run, tmp_path):
    log(Event("view", "anna"), Event("view", "berta"))
    run("audit", "head", "--out", tmp_path / "head.json")
    tamper(audit.delete().where(audit.c.number == 2), "audit_no_delete")
    assert run("audit", "verify").exit_code == 0
    told = run("audit", "verify", "--head", tmp_path / "head.json")
    assert told.exit_code == 1
    assert "the log has been cut" in told.output


def test_export(run, tmp_path):
    log(Event("view", "anna"), Event("import", "berta"))
    told = run("audit", "export", "--out", tmp_path / "log.csv", "--kind", "import")
    assert told.exit_code == 0
    rows = list(csv.reader((tmp_path / "log.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row[3] for row in rows[2:]] == ["berta"]
    assert stat.S_IMODE((tmp_path / "log.csv").stat().st_mode) == 0o600
    assert "3 entries" in run("audit", "verify").output


def test_retention(run):
    assert run("retention", "set", "dataset", 30).exit_code == 0
    kept(installed(), settings().workspace)
    assert "Past their time: 1 dataset, 0 releases" in run("retention", "show").output
    assert run("retention", "apply").output == "Deleted: 1 dataset, 0 releases\n"
    assert "kept for ever" in run("retention", "set", "dataset").output
    assert list((settings().workspace / "datasets").iterdir()) == []


def told_by(run, *words):
    """Return whether the doctor is content, and what is wrong."""
    found = run("doctor", "--offline", *words)
    wrong = [line[7:] for line in found.output.splitlines() if line.startswith("WRONG")]
    versions_apart = [line for line in wrong if not line.startswith("Versions")]
    assert found.exit_code == bool(wrong)
    return versions_apart


def test_the_doctor_finds_nothing_in_a_new_or_a_used_workspace(run):
    assert told_by(run) == []
    assert not settings().workspace.exists()  # looking changes nothing
    log(Event("view", "anna"))
    DatabaseRegister(installed(), person="anna").add(stored())
    kept(installed(), settings().workspace)
    assert told_by(run) == []


def test_the_doctor_looks_at_the_settings(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_WORKSPCE", "typing error")
    monkeypatch.setenv("MAPPER_BIND", "0.0.0.0")
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0o644)
    monkeypatch.setenv("MAPPER_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    settings.cache_clear()
    wrong = " ".join(told_by(run))
    assert "MAPPER_WORKSPCE is no setting" in wrong
    assert "serves this machine only, not 0.0.0.0" in wrong
    assert f"chmod 600 {tmp_path / 'secret'}" in wrong


def test_the_doctor_looks_at_a_setting_that_cannot_be_used(run, monkeypatch):
    monkeypatch.setenv("MAPPER_UPLOAD_MB", "many")
    settings.cache_clear()
    assert "MAPPER_UPLOAD_MB" in told_by(run)[0]


def test_the_doctor_finds_bad_files_of_the_installation_one_line_each(run, tmp_path, monkeypatch):
    tiles = write_tiles(tmp_path / "streets.pmtiles", deepest=2)
    (tmp_path / "codes.csv").write_text("pcds,lat,long\nL1 8JQ,53.402,-2.9786\n")
    (tmp_path / "places.csv").write_text("name,type,longitude,latitude\nA,school,-2.98,53.4\n")
    for name, file in (
        ("BASEMAP", tiles), ("POSTCODES", "codes.csv"), ("PLACES", "places.csv")
    ):  # fmt: skip
        monkeypatch.setenv(f"MAPPER_{name}", str(tmp_path / file))
    settings.cache_clear()
    assert told_by(run) == []
    said = run("doctor", "--offline").output
    assert "codes.csv can be used, 1 postcode." in said
    tiles.write_bytes(tiles.read_bytes()[:-500])
    (tmp_path / "codes.csv").write_text("a,b\n1,2\n")
    load_postcodes.cache_clear()
    (tmp_path / "places.csv").write_text("name\nA\n")
    for folder, content in (("mappings", 'date_order = "sideways"'), ("lenses", 'id = "x"')):
        (settings().workspace / folder).mkdir(parents=True)
        (settings().workspace / folder / "own.toml").write_text(content)
    settings().workspace.chmod(0o700)
    wrong = told_by(run)
    assert sorted({line.split(":")[0] for line in wrong}) == [
        "Background", "Lens", "Mapping", "Places", "Postcodes"
    ]  # fmt: skip
    assert any("streets.pmtiles is cut short" in line and "Copy it again" in line for line in wrong)
    assert any("own.toml: " in line and "date_order is 'sideways'" in line for line in wrong)


def test_the_doctor_looks_at_files_that_are_given(run, tmp_path):
    (tmp_path / "map.toml").write_text('[columns]\nfrom_at = "When"\n')
    (tmp_path / "lens.toml").write_text('id = "lens"\nquestion = "?"\n')
    (tmp_path / "area.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (tmp_path / "bad.pmtiles").write_bytes(b"no tiles")
    wrong = told_by(run, *sorted(tmp_path.glob("*.*")))
    assert [line.split(":")[0] for line in wrong] == ["Area", "Background", "Lens"]
    assert all(name in " ".join(wrong) for name in ("area.geojson", "bad.pmtiles", "lens.toml"))


def test_the_doctor_looks_for_all_that_serve_needs(tmp_path, monkeypatch):
    assert {check.state for check in app_files()} == {"ok"}
    monkeypatch.setattr(serve, "ENTRY", tmp_path / "streamlit_app.py")
    monkeypatch.setattr(stored_areas, "BOUNDARIES", tmp_path)
    wrong = " ".join(check.words for check in app_files() if check.state == "wrong")
    assert "streamlit_app.py. Install mapper again" in wrong
    assert "holds no study area" in wrong
    monkeypatch.setattr(router, "PAGES", tmp_path)
    wrong = next(check.words for check in app_files() if check.state == "wrong")
    assert all(f"{tmp_path / entry.file}" in wrong for entry in router.ENTRIES)


def test_the_doctor_asks_for_a_whole_sign_in(run, monkeypatch):
    monkeypatch.setenv("MAPPER_PROVIDER", "http://elsewhere.example/openid")
    settings.cache_clear()
    wrong = " ".join(told_by(run))
    assert "MAPPER_PEOPLE is missing" in wrong
    assert "MAPPER_PROVIDER does not begin with https" in wrong


def test_the_doctor_looks_at_who_may_read_the_files(run):
    log(Event("view", "anna"))
    (settings().workspace / "mapper.sqlite").chmod(0o644)
    settings().workspace.chmod(0o755)
    (wrong,) = told_by(run)
    assert "mapper.sqlite: run chmod -R go=" in wrong


def test_the_doctor_finds_a_log_that_was_touched(run, tmp_path):
    log(Event("view", "anna"), Event("view", "berta"))
    run("audit", "head", "--out", tmp_path / "head.json")
    tamper(audit.delete().where(audit.c.number == 2), "audit_no_delete")
    wrong = " ".join(told_by(run, "--head", tmp_path / "head.json"))
    assert "the log has been cut" in wrong
    assert "guards that keep its entries from being changed are gone" in wrong


def test_the_doctor_finds_a_damaged_file(run):
    log(*[Event("view", "anna", subject="x" * 900) for _ in range(60)])
    installed().maintain("PRAGMA wal_checkpoint(TRUNCATE)")
    installed().close()
    with (settings().workspace / "mapper.sqlite").open("r+b") as file:
        file.seek(120 * 1024)
        file.write(b"\xff" * 9_000)
    assert any("damaged" in words for words in told_by(run))


def inspected(database, workspace, url, **more):
    found = inspect_records(workspace, url=url, **more)
    return [check.words for check in found if check.state == "wrong"]


@pytest.fixture
def flushed(database_url):
    """A server that writes to its disk as an installation's does."""
    ours = database_url.startswith("postgresql")
    if ours:
        turn_fsync(database_url, "on")
    yield
    if ours:
        turn_fsync(database_url, "off")


def test_on_both_engines_the_inspection_finds_what_is_wrong(
    database, database_url, tmp_path, flushed
):
    tmp_path.chmod(0o700)
    one = kept(database, tmp_path)
    DatabaseRegister(database, person="anna").add(stored())
    assert inspected(database, tmp_path, database_url) == []
    with database.write() as connection:
        connection.execute(update(releases).values(content=b"other"))
        set_dataset_expiry(connection, one.dataset, date(2026, 2, 1), person="ada")
    remove_folder(dataset_folder(tmp_path, one.dataset))
    wrong = inspected(database, tmp_path, database_url, kept=[Head(9, "f" * 64, "")])
    assert [words.split()[0] for words in wrong] == ["Entry", "Release", "1", "1"]
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert any("at revision 0001" in w for w in inspected(database, tmp_path, database_url))


def test_versions_other_than_tested_are_told(tmp_path):
    (tmp_path / "constraints.txt").write_text("# first\nnumpy==0.0.1\nnot-installed-at-all==1\n")
    found = [check for check in versions(tmp_path / "constraints.txt") if check.state == "wrong"]
    assert len(found) == 1
    assert "numpy" in found[0].words
    assert "tested: 0.0.1" in found[0].words
    assert not [c for c in versions(tmp_path / "absent.txt") if c.state == "wrong"]


def test_a_workspace_opened_again_goes_on_with_its_chain(tmp_path):
    for number in range(3):
        opened = open_database(workspace=tmp_path)
        with opened.write() as connection:
            append(connection, Event("view", f"p{number}"), at=datetime.now(UTC))
            assert verify(connection).entries == number + 1
        opened.close()


def test_the_first_use_clears_up_after_a_crash(run):
    half = settings().workspace / "datasets" / ".half-abc"
    half.mkdir(parents=True)
    assert run("audit", "verify").exit_code == 0
    assert not half.exists()
