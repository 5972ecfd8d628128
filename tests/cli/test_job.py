"""``mapper run``: parts written, parts without enough events told, faults named, exit codes."""

import json
import re
import subprocess
import sys
from datetime import date

import pandas as pd
import pytest

from mapper.base.errors import MapperError, OutputError, RequestError
from mapper.cli.job import _folder, run
from mapper.cli.job_file import read_job
from mapper.cli.job_studies import days_back
from tests.small_extract import write_extract

RARE = """
id = "rare"
title = "Rare"
question = "Where?"
version = "1"
caveats = ["Hardly any."]
[[rule]]
name = "Rare"
reason = "For this test."
weight = 1
when = { type = "No such type" }
"""
JOB = """
title = "Monthly"
out = "out/{last_day}"
made_by = "Analysis team"
log = "log/run.log"
[incidents]
paths = ["incidents.csv"]
[period]
last = 2030-12-31
[analysis]
lenses = ["all-demand", "rare.toml"]
areas = ["merseyside"]
[outputs]
forms = ["csv", "gpkg", "png"]
crs = "EPSG:27700"
"""


@pytest.fixture
def job_file(tmp_path):
    write_extract(tmp_path / "incidents.csv")
    (tmp_path / "rare.toml").write_text(RARE)
    path = tmp_path / "job.toml"
    path.write_text(JOB)
    return path


def test_a_table_of_workers_lies_beside_the_job_file(job_file):
    table = job_file.with_name("workers.csv")
    table.write_text("ward,workers\nCentral,100\n")
    asked = 'expected = "table"\nexpected_table = "workers.csv"\nareas ='
    job_file.write_text(JOB.replace("areas =", asked))
    chosen = read_job(job_file).analysis.choices
    assert chosen["expected_table"] == str(table)


def test_each_part_is_written_and_too_few_events_are_told(job_file):
    assert run(job_file) == 0
    home = job_file.parent
    folder = home / "out" / "2030-12-31" / "merseyside" / "all-demand"
    assert sorted(path.name for path in folder.iterdir()) == [
        "hotspots.csv",
        "hotspots.csv-metadata.json",
        "hotspots.gpkg",
        "manifest.json",
        "map.png",
    ]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["made_by"] == "Analysis team"
    log = (home / "log" / "run.log").read_text()
    assert "rare over merseyside: too few." in log
    assert log.strip().endswith("Monthly: 1 written, 0 failed, 2 in all")


def test_pictures_of_a_job_name_the_landmarks_that_lie_beside_it(job_file):
    (job_file.parent / "near.csv").write_text(
        "name,kind,longitude,latitude\nElm,hospital,-2.95,53.4\n"
    )
    asked = JOB.replace('"png"]', '"svg"]\nplaces = ["near.csv"]')
    job_file.write_text(asked)
    assert run(job_file) == 0
    folder = job_file.parent / "out" / "2030-12-31" / "merseyside" / "all-demand"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [one["name"] for one in manifest["places"]] == ["near.csv"]
    job_file.write_text(asked.replace("near.csv", "far.csv"))
    assert run(job_file) == 3
    assert "far.csv" in (job_file.parent / "log" / "run.log").read_text()


def test_partners_are_given_the_nearest_map_that_may_be_shown_and_told_so(job_file):
    asked = JOB.replace("[outputs]", 'resolution = 10\n[outputs]\naudience = "partnership"')
    job_file.write_text(asked.replace('"gpkg", "png"', '"html"'))
    assert run(job_file) == 0
    home = job_file.parent
    folder = home / "out" / "2030-12-31" / "merseyside" / "all-demand"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["resolution"] == 9
    told = "Given instead of cells of 0.015 km² (blocks): cells of 0.1 km² (some streets)."
    assert manifest["instead"].startswith(told)
    assert told in (home / "log" / "run.log").read_text()


QUESTIONS = """
[[questions]]
id = "concentration"
table = "lorenz"
[[questions]]
id = "change"
before = "1999-01-01:1999-06-30"
after = "1999-07-01:1999-12-31"
"""


def test_questions_are_answered_beside_the_hot_spots_and_a_refusal_is_logged(job_file):
    job_file.write_text(JOB + QUESTIONS)
    assert run(job_file) == 0
    home = job_file.parent
    folder = home / "out" / "2030-12-31" / "merseyside" / "all-demand"
    manifest = json.loads((folder / "concentration.manifest.json").read_text())
    assert manifest["choices"]["table"] == "lorenz"
    assert len(pd.read_csv(folder / "concentration.csv")) > 0
    assert not (folder / "change.csv").exists()
    assert "not answered." in (home / "log" / "run.log").read_text()


def test_partners_are_given_a_table_by_the_smallest_places_that_may_be_shown(job_file):
    days = 'before = "2023-02-01:2023-06-30"\nafter = "2023-07-01:2023-11-30"\nby = "hotspot"\n'
    asked = f'[[questions]]\nid = "change"\n{days}'
    job_file.write_text(JOB.replace("[outputs]", '[outputs]\naudience = "partnership"') + asked)
    assert run(job_file) == 0
    home = job_file.parent
    folder = home / "out" / "2030-12-31" / "merseyside" / "all-demand"
    table = pd.read_csv(folder / "change.csv")
    assert "before_shown" in table
    assert "hotspot_id" not in table
    told = "Given instead of a table by hot spot: a table by "
    assert json.loads((folder / "change.manifest.json").read_text())["notes"][0].startswith(told)
    assert told in (home / "log" / "run.log").read_text()


def test_what_a_question_or_an_analysis_does_not_know_is_named(job_file):
    for text, told in (
        (JOB + QUESTIONS.replace("table", "tables"), "tables: not known"),
        (JOB + QUESTIONS.replace('"change"', '"horoscope"'), "questions.1.id"),
        (JOB + QUESTIONS.replace("lorenz", "curve"), "concentration: This cannot be asked"),
        (JOB.replace("[outputs]", "scores = 1\n[outputs]"), "scores: not known"),
        (JOB.replace("[outputs]", "alpha = 7\n[outputs]"), "alpha of 7 cannot be used"),
    ):
        job_file.write_text(text)
        with pytest.raises(RequestError, match=re.escape(told)):
            read_job(job_file)


def test_a_part_that_fails_leaves_the_others_and_exit_code_3(job_file):
    job_file.write_text(JOB.replace('["merseyside"]', '["merseyside", "Atlantis"]'))
    command = "from mapper.cli import main; main()"
    made = subprocess.run(
        [sys.executable, "-c", command, "run", str(job_file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 3, made.stderr
    assert "all-demand over Atlantis: failed." in made.stderr
    assert "Traceback" not in made.stderr
    assert (job_file.parent / "out/2030-12-31/merseyside/all-demand/hotspots.csv").is_file()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'forms = ["csv", "gpkg", "png"]',
            'forms = ["dwg"]',
            "outputs.forms.0: “dwg” is not one of",
        ),
        ('title = "Monthly"', "titel = 1", "titel: there is no such key (did you mean title?)"),
        ("last = 2030-12-31", "last = 2030-12-31\nlast_months = 3", "not both"),
        ('paths = ["incidents.csv"]', "paths = []", "incidents.paths"),
        ("[outputs]", "[outputs", "not valid TOML"),
        ("[outputs]", "[[question]]\nid = 1\n[outputs]", "question: there is no such key"),
        ("[outputs]", '[outputs]\naudience = "all"', "“all” will not do: give 'operational', "),
        ("last = 2030-12-31", 'last = "soon"', "period.last: “soon” will not do: give a date such"),
        ("last = 2030-12-31", "last_months = 900", "“900” will not do: give 600 or less"),
    ],
)
def test_a_faulty_job_is_refused_by_key(job_file, old, new, told):
    job_file.write_text(JOB.replace(old, new))
    with pytest.raises(RequestError, match=r"job\.toml") as refused:
        read_job(job_file)
    assert told in str(refused.value)


def test_nothing_is_written_when_the_input_is_absent(job_file):
    (job_file.parent / "incidents.csv").unlink()
    with pytest.raises(MapperError, match="Not found"):
        run(job_file)
    assert not (job_file.parent / "out").exists()
    assert "not run" in (job_file.parent / "log" / "run.log").read_text()


def table(newest, precision="day"):
    return pd.DataFrame(
        {
            "start": [pd.Timestamp("2024-01-03"), pd.Timestamp(newest)],
            "precision": ["day", precision],
        }
    )


@pytest.mark.parametrize(
    ("newest", "precision", "first", "last"),
    [
        ("2024-05-30", "day", date(2024, 2, 1), date(2024, 4, 30)),  # May has not ended
        ("2024-05-31 23:10", "minute", date(2024, 3, 1), date(2024, 5, 31)),
        ("2024-05-01", "month", date(2024, 3, 1), date(2024, 5, 31)),  # the month is all there is
    ],
)
def test_last_months_are_whole_months_of_the_data(newest, precision, first, last):
    assert days_back(table(newest, precision), 3) == (first, last)


def test_dates_in_the_folder_are_filled_in():
    filled = _folder("a/{first_day}_{last_day}", date(2024, 1, 1), None)
    assert filled.as_posix() == "a/2024-01-01_all"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('log = "log/run.log"', 'log = "incidents.csv"'),
        ('log = "log/run.log"', 'log = "rare.toml"'),
        ('log = "log/run.log"', 'log = "job.toml"'),
        ('out = "out/{last_day}"', 'out = "."'),
    ],
)
def test_a_job_never_writes_over_what_it_reads(job_file, old, new):
    job_file.write_text(JOB.replace(old, new))
    before = {path: path.read_bytes() for path in job_file.parent.iterdir()}
    with pytest.raises(OutputError, match="is read by this"):
        run(job_file)
    assert {path: path.read_bytes() for path in job_file.parent.iterdir()} == before
