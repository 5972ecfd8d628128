"""Every code block of README.md and docs/*.md is run, or read by what reads its like.

A block says its language. Commands of mapper run on small data; the few lines that only a new
machine can run are listed with the reason, and a line that is listed and not there fails, too.
"""

import configparser
import doctest
import re
import shlex
import subprocess
from contextlib import nullcontext
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pyproj
import pytest
import typer
import yaml

from mapper.app.door.metered import PATH
from mapper.app.door.people_file import read_people_file
from mapper.base.settings import settings
from mapper.cli.commands import app
from mapper.cli.job import run
from mapper.context.phases import read_phase_rules
from mapper.disclosure.people import one_person
from mapper.disclosure.release_plan import read_plan
from mapper.incidents.mapping import load_mapping
from mapper.lenses.load import load_lens
from mapper.records.agencies import read_agencies
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.templates import read_template
from tests.areas.lancashire import write_lancashire
from tests.conftest import no_child
from tests.small_extract import write_extract, write_police_uk

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^( *)(```|~~~)([^\n]*)\n(.*?)^\1\2$", re.DOTALL | re.MULTILINE)
BLOCKS = [
    pytest.param(page, found[3].strip(), found[4], id=f"{page.name}-{number}")
    for page in PAGES
    for number, found in enumerate(BLOCK.finditer(page.read_text(encoding="utf-8")), start=1)
]
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

# Lines that are not run here, each by how it begins, and why.
NOT_RUN = {
    "git clone REPOSITORY mapper": "needs the address of the reader's own copy",
    'mapper check "postgresql:': "needs a force's database; tests/incidents reads a real one",
    "git pull": "changes the checkout that is being tested",
    "cd mapper": "goes with the clone above it",
    "py -3.11 -m venv": "the launcher of Python on Windows",
    r".venv\Scripts\python -m pip install": "Windows; the same as make install",
    r".venv\Scripts\mapper serve": "Windows; the same as make run",
    "python -m pip download": "downloads every dependency",
    "python -m venv": "makes an environment beside the one that is being tested",
    ".venv/bin/python -m pip install": "installs from a folder of downloads",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the pages speak of; commands are given from there."""
    rows = pd.read_csv(write_extract(tmp_path / "made.csv"), dtype=str)
    start = pd.to_datetime(rows["from_at"]) - pd.Timedelta(days=488)  # 1 September 2021 onwards
    rows["from_at"] = start.dt.strftime("%Y-%m-%d %H:%M")
    rows["incident_type"] = np.where(np.arange(len(rows)) % 5, "Violence with injury", "Robbery")
    (tmp_path / "extracts").mkdir()
    for path in (tmp_path / "incidents.csv", tmp_path / "extract.csv", tmp_path / "extracts/1.csv"):
        rows.to_csv(path, index=False)
    (tmp_path / "FOLDER_OF_POLICE_UK_FILES").mkdir()
    write_police_uk(tmp_path / "FOLDER_OF_POLICE_UK_FILES" / "2023-06-merseyside-street.csv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))  # records of its own
    settings.cache_clear()
    database.cache_clear()
    yield tmp_path
    if database.cache_info().currsize:
        database().close()
    database.cache_clear()
    settings.cache_clear()


def as_command_and_control(rows):
    """The same rows under the headers that the mapping of docs/data-standard.md names."""
    to_mercator = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    x, y = to_mercator.transform(rows["longitude"], rows["latitude"])
    start = pd.to_datetime(rows["from_at"])
    return pd.DataFrame(
        {
            "Incident No": rows["reference"],
            "Start Date": start.dt.strftime("%d/%m/%Y"),
            "Start Time": start.dt.strftime("%H:%M"),
            "Map X": x,
            "Map Y": y,
            "Class": rows["incident_type"],
            "DA": rows["domestic_abuse"].map({"yes": "aye", "no": "not known"}),
        }
    )


def command_of(words):
    """What the command line makes of the words after ``mapper``, without running it."""
    found = typer.main.get_command(app)
    context, rest = found.make_context("mapper", list(words)), list(words)
    while hasattr(found, "resolve_command"):
        name, found, rest = found.resolve_command(context, rest)
        context = found.make_context(name, rest, parent=context)
    return context


def run_line(line):
    """Run one line of a shell as far as it can be run here."""
    line = line.split("  #")[0].strip()
    if line.startswith(tuple(NOT_RUN)):
        return
    words = shlex.split(line.split(" | ")[0])  # what follows a pipe is the shell's own
    if words[0] == "make":
        assert re.search(rf"^{re.escape(words[1])}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return
    if words[0] == "openssl":
        subprocess.run(words, check=True, capture_output=True)
        return
    if words[0] == "dask":
        (there,) = entry_points(group="dask_cli", name=words[1])
        there.load().make_context(words[1], words[2:]).close()
        return
    assert words[0].removeprefix(".venv/bin/") == "mapper", f"nothing here runs {line!r}"
    if "--scheduler" in words:  # of a cluster that is not here
        assert urlsplit(command_of(words[1:]).params["scheduler"]).scheme == "tls"
        return
    app(words[1:], standalone_mode=False)


def run_bash(page, text, folder):
    if "--mapping mapping.toml" in text:
        toml = next(each.values[2] for each in BLOCKS if each.values[:2] == (page, "toml"))
        (folder / "mapping.toml").write_text(toml)
        rows = pd.read_csv(folder / "incidents.csv", dtype=str)
        as_command_and_control(rows).to_csv(folder / "incidents.csv", index=False)
    if "fix plan.toml" in text:
        toml = next(each.values[2] for each in BLOCKS if each.values[:2] == (page, "toml"))
        (folder / "plan.toml").write_text(toml)
    if text.startswith("dask scheduler"):
        for name in ("ca.pem", "node.pem", "node.key"):  # as the block before it makes them
            (folder / name).touch()
    if page.name == "your-area.md":
        for kind, path in write_lancashire(folder / "official").items():
            path.rename(folder / f"{kind}{path.suffix}")
        (folder / "lookup.csv").write_text(
            "LAD24CD,LAD24NM,PFA24NM\nE07000123,Preston,Lancashire\n"
            "E07000126,South Ribble,Lancashire"
        )
    if page.name == "visits.md":
        plan = Work("P-1", "plan", {"name": "Lights", "cells": ["8919516040bffff"]})
        save(database(), plan, viewer=one_person("Ann"), reason="first")
        times = (f"{minute:02}" for minute in range(0, 20, 4))
        rows = (f"CS1,2023-05-01 20:{time},53.4,-2.98" for time in times)
        (folder / "positions.csv").write_text("\n".join(["Unit,Time,Lat,Lon", *rows]))
    with no_child() if page.name == "your-area.md" else nullcontext():  # it reads a dozen files
        for line in text.splitlines():
            run_line(line)


def run_python(_page, text, folder):
    exec(compile(text, "page", "exec"), {})
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "cells.parquet",
        "hotspots.csv",
        "hotspots.csv-metadata.json",
        "hotspots.geojson",
        "manifest.json",
        "map.html",
    ]


def read_toml(page, text, folder):
    """Read a file as what the page says it is."""
    named = re.search(r'^id = "(.+)"$', text, re.MULTILINE) if page.name == "lenses.md" else None
    name = f"{named[1] if named else 'file'}.toml"
    path = folder / name
    path.write_text(text, encoding="utf-8")
    if page.name == "scheduled-runs.md":
        (folder / "columns.toml").write_text('date_order = "day-first"\n')
        assert run(path) == 0
        made = [*(folder / "out").glob("*/merseyside/*/hotspots.gpkg")]
        assert len(made) == (1 if "[engine]" in text else 2)
        return
    read = {
        "campaigns.md": read_agencies if "[[agency]]" in text else read_template,
        "data-standard.md": load_mapping,
        "lenses.md": load_lens,
        "phases.md": read_phase_rules,
        "release-plan.md": read_plan,
        "signing-in.md": read_people_file,
    }[page.name]
    assert read(path)


def read_ini(_page, text, _folder):
    unit = configparser.ConfigParser()
    unit.optionxform = str
    unit.read_string(text)
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/bin/mapper")
    assert command_of(words).params["port"] == 8501


def read_crontab(text, folder):
    *when, program, command, job = text.split()
    assert len(when) == 5
    assert program.endswith("/bin/mapper")
    (folder / "job.toml").write_text("")
    assert job.endswith(".toml")
    assert command_of([command, str(folder / "job.toml")]).info_name == "run"


def read_text(page, text, folder):
    """A line for cron, or the one drawing in letters; nothing else is plain text."""
    if page.name == "scheduled-runs.md":
        read_crontab(text, folder)
        return
    assert page.name == "data-protection-impact-assessment.md"
    assert "──►" in text


def read_yaml(_page, text, _folder):
    """Read a file of a monitoring that fetches what the app gives."""
    (job,) = yaml.safe_load(text)["scrape_configs"]
    assert job.get("metrics_path", "/metrics") == PATH
    assert set(job["authorization"]) == {"credentials_file"}  # never the token itself


READERS = {
    "bash": run_bash,
    "python": run_python,
    "toml": read_toml,
    "ini": read_ini,
    "text": read_text,
    "yaml": read_yaml,
}
# Read by Sphinx in make docs; pycon is run as one session of the whole page, below.
ELSEWHERE = {"{toctree}", "{eval-rst}", "pycon"}


@pytest.mark.parametrize(("page", "language", "text"), BLOCKS)
def test_a_block_does_what_its_page_says(page, language, text, folder):
    if language in ELSEWHERE:
        return
    assert language in READERS, f"{page.name}: a block of {language or 'no language'} is not run"
    READERS[language](page, text, folder)


@pytest.mark.parametrize(
    "page", sorted({each.values[0] for each in BLOCKS if each.values[1] == "pycon"})
)
def test_a_session_gives_what_its_page_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = [each.values[2] for each in BLOCKS if each.values[:2] == (page, "pycon")]
    parsed = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.name, page.name, 0)
    told = []
    failed, tried = doctest.DocTestRunner(optionflags=LOOSE).run(parsed, out=told.append)
    assert tried > 0
    assert not failed, "".join(told)


def test_no_line_is_excused_that_no_page_has():
    every = [
        line.strip()
        for each in BLOCKS
        if each.values[1] == "bash"
        for line in each.values[2].splitlines()
    ]
    for start in NOT_RUN:
        assert any(line.startswith(start) for line in every), f"{start} is in no page any more"
