"""Choices about geocode sinks reach every command: the rows moved are counted and told."""

import csv
import json
from datetime import date

import pytest

from mapper.cli import main
from mapper.cli.job import run
from mapper.context.sink_choices import (
    SinkChoice,
    SinkChoices,
    read_sink_choices,
    text_of_choices,
)
from tests.cli.test_job import JOB
from tests.small_extract import write_extract

DESK = (-2.9, 53.4)
MOVED = 150


@pytest.fixture
def extract(tmp_path):
    """The small extract with 150 more rows at one desk."""
    path = write_extract(tmp_path / "incidents.csv")
    with path.open("a", newline="") as file:
        csv.writer(file).writerows(
            [f"DESK-{n}", f"2023-03-{1 + n % 28:02d} 10:00", *DESK, "Violence", "Police Station",
             "yes", "no", "no", "yes"]
            for n in range(MOVED)
        )  # fmt: skip
    return path


@pytest.fixture
def sinks(tmp_path):
    path = tmp_path / "sinks.toml"
    path.write_text(text_of_choices(choices("move out")), encoding="utf-8")
    return path


def choices(choice, **more):
    one = SinkChoice(
        lon=DESK[0], lat=DESK[1], choice=choice, label="Police Station",
        reason='Arrests "at the desk"', decided_by="Analysis lead",
        decided_on=date(2026, 1, 31), **more,
    )  # fmt: skip
    return SinkChoices((one,), "sinks.toml")


def numbers(path):
    told = json.loads(path.read_text())
    assert any("moved out" in note for note in told.get("notes", told.get("caveats", [])))
    return told["numbers"]


def test_choices_are_written_as_they_are_read(tmp_path):
    for asked in (choices("keep"), choices("map", to=(-2.95, 53.41))):
        path = tmp_path / "sinks.toml"
        path.write_text(text_of_choices(asked), encoding="utf-8")
        assert read_sink_choices(path) == asked


@pytest.fixture
def ran(monkeypatch):
    """A runner of the command line that returns its exit code."""

    def go(*arguments):
        monkeypatch.setattr("sys.argv", ["mapper", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0

    return go


def test_hot_spots_and_questions_leave_out_what_was_moved(ran, extract, sinks, tmp_path):
    asked = [extract, "--lens", "county-lines", "--sinks", sinks]
    assert ran("hotspots", *asked, "--out", tmp_path / "out") == 0
    assert ran("concentration", *asked, "--out", tmp_path / "lorenz.csv") == 0
    for name in ("out/manifest.json", "lorenz.manifest.json"):
        found = numbers(tmp_path / name)
        assert found["rows_rejected"] == MOVED
        assert found["rows_accepted"] + MOVED == found["rows_read"]


def test_a_choice_that_fits_nothing_is_refused(ran, extract, tmp_path, capsys):
    path = tmp_path / "sinks.toml"
    wrong = text_of_choices(choices("move out")).replace("Police Station", "Nowhere")
    path.write_text(wrong, encoding="utf-8")
    asked = ["hotspots", extract, "--lens", "county-lines", "--sinks", path]
    assert ran(*asked, "--out", tmp_path / "out") == 2
    assert "no incident lies at" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_job_uses_its_choices(extract, sinks, tmp_path):
    text = JOB.replace(
        'paths = ["incidents.csv"]', 'paths = ["incidents.csv"]\nsinks = "sinks.toml"'
    )
    text = text.replace('"all-demand", "rare.toml"', '"all-demand"')
    (tmp_path / "job.toml").write_text(text)
    assert run(tmp_path / "job.toml") == 0
    (manifest,) = (tmp_path / "out").rglob("manifest.json")
    assert numbers(manifest)["rows_rejected"] == MOVED
