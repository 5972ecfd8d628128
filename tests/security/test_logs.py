"""No log, of a job, a command or the server, and no entry of the audit log gives a detail away.

The server's logs and its audit log are read by :mod:`tests.logs` after every journey of the browser
tests: an analyst's, an officer's search on My patch, and the whole loop from hot spot to meeting.
"""

import io
import logging

import pytest

from mapper.base.logs import fault_place, keep_words_out
from mapper.base.settings import settings
from mapper.cli.job import run as run_job
from mapper.records.open import database as installed
from tests.logs import DETAIL, ELSEWHERE, audit_text, hold_no_detail
from tests.small_extract import write_extract

JOB = """
title = "Monthly"
out = "out"
log = "run.log"
[incidents]
paths = ["july.csv", "broken.csv"]
[analysis]
lenses = ["county-lines"]
areas = ["merseyside"]
[[questions]]
id = "concentration"
[[questions]]
id = "change"
before = "1999-01-01:1999-06-30"
after = "1999-07-01:1999-12-31"
"""


@pytest.fixture(autouse=True)
def own_workspace(tmp_path, monkeypatch):
    """A workspace of the test's own: that of whoever runs the tests stays as it is."""
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    installed.cache_clear()
    yield
    if installed.cache_info().currsize:
        installed().close()
    installed.cache_clear()
    settings.cache_clear()


@pytest.fixture
def factory():
    """Records as Python makes them, whichever test ran the app in this process before."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)
    yield
    logging.setLogRecordFactory(before)


def test_a_journey_by_command_line_leaves_no_detail_in_any_log(run, tmp_path):
    extract = write_extract(tmp_path / "july.csv")
    rows = extract.read_text().splitlines()
    broken = [rows[0], *rows[1:40], rows[40].replace("Violence", "Viol\x1bence,,,,"), "DEMO-1,x"]
    (tmp_path / "broken.csv").write_text("\n".join(broken))
    out = tmp_path / "hot"
    steps = [
        ("check", extract, tmp_path / "broken.csv"),
        ("hotspots", extract, "--lens", "county-lines", "--out", tmp_path / "given",
         "--audience", "partnership"),
        ("hotspots", extract, "--lens", "no-such-lens", "--out", out),
        ("concentration", extract, "--lens", "county-lines"),
        ("where", extract, "--lens", "county-lines"),
        ("audit", "verify"),
    ]  # fmt: skip
    for step in steps:
        run(*step)
    (tmp_path / "job.toml").write_text(JOB)
    run_job(tmp_path / "job.toml")
    assert (tmp_path / "run.log").read_text().count("\n") > 3
    for name, text in {
        "run.log": (tmp_path / "run.log").read_text(),
        "audit": audit_text(settings().workspace),
    }.items():
        assert DETAIL.findall(text) == [], name
        assert ELSEWHERE.findall(text) == [], name
        assert "Traceback" not in text


def entry_of(error):
    """What any library's logger and a plain formatter write of an error."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("streamlit.of.the.test")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        logger.error("Uncaught app execution", exc_info=error)
    finally:
        logger.removeHandler(handler)
    return written.getvalue()


def fault():
    try:
        {}["On or near Example Road 7"]
    except KeyError as error:
        raise ValueError("DEMO-12 at -2.98123, 53.40123") from error


@pytest.mark.usefixtures("factory")
def test_a_fault_is_logged_by_kind_and_place_whoever_logs_it(monkeypatch):
    monkeypatch.delenv("MAPPER_DEBUG", raising=False)
    with pytest.raises(ValueError, match="DEMO") as caught:
        fault()
    assert "DEMO-12" in entry_of(caught.value)
    keep_words_out()
    keep_words_out()
    told = entry_of(caught.value)
    assert told.startswith("ERROR Uncaught app execution\nValueError at ")
    assert "test_logs.py:" in told
    assert "in fault, after KeyError at test_logs.py:" in told
    assert DETAIL.findall(told) == []
    assert fault_place(caught.value) in told


def test_a_chain_of_faults_that_bites_its_tail_is_told_once():
    with pytest.raises(ValueError, match="DEMO") as caught:
        fault()
    caught.value.__cause__.__cause__ = caught.value
    assert fault_place(caught.value).count("ValueError at ") == 1


@pytest.mark.usefixtures("factory")
def test_who_mends_the_program_sees_the_words(monkeypatch):
    monkeypatch.setenv("MAPPER_DEBUG", "1")
    keep_words_out()
    with pytest.raises(ValueError, match="DEMO") as caught:
        fault()
    assert "DEMO-12" in entry_of(caught.value)


def test_a_log_that_gives_a_detail_away_is_found(run):
    folder = settings().workspace.parent
    run("audit", "verify")
    log = folder / "app.log"
    places = ("DEMO-17", "On or near Example Road 3", "at -2.98123", "https://example.org/x")
    for leak in (*places, "lamp"):
        log.write_text(f"INFO {leak}\n")
        with pytest.raises(AssertionError, match=r"app\.log"):
            hold_no_detail(folder, "lamp", steps=0)
    log.write_text("INFO A page stopped\n")
    hold_no_detail(folder, "lamp", steps=0)
