"""How commands speak: in words, as JSON, step by step or not at all; tables on standard output."""

import csv
import io
import json
import re

import pytest

from mapper import __version__
from mapper.cli.commands import app
from mapper.questions.registry import NAMES
from tests.cli.test_cli import street_file


@pytest.fixture
def extract(tmp_path):
    return street_file(tmp_path / "2024-01-merseyside-street.csv")


def commands_of(group):
    for one in group.registered_commands:
        yield (one.name or one.callback.__name__).replace("_", "-"), one.callback
    for inner in group.registered_groups:
        yield from commands_of(inner.typer_instance)


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_them_too(run, name):
    told = run(name, "-h").out
    assert all(option in told for option in ("--quiet", "--verbose", "--json", "--help"))


@pytest.mark.parametrize(("name", "command"), list(commands_of(app)))
def test_every_command_has_the_same_manners(name, command):
    assert {"quiet", "verbose", "as_json"} <= set(command.__annotations__), name


def test_the_version_is_said(run):
    said = run("--version")
    assert (said.code, said.out, said.err) == (0, f"mapper {__version__}\n", "")


@pytest.mark.parametrize("words", [("-h",), ("check", "-h"), ("audit", "head", "-h")])
def test_help_is_a_letter_away(run, words):
    said = run(*words)
    assert said.code == 0
    assert "Usage: mapper" in said.out


def test_json_holds_figures_and_words(run, extract):
    words = run("check", extract)
    told = json.loads(run("check", extract, "--json").out)
    assert told["words"] == words.out.splitlines()
    assert told["read"] == told["accepted"] + told["rejected"] == 604
    assert sum(told["reasons"].values()) >= told["rejected"] == 2
    lenses = json.loads(run("lenses", "--json").out)["lenses"]
    assert [lens["requires"] for lens in lenses if lens["id"] == "county-lines"] == [
        ["county_line", "exploitation", "cuckooing"]
    ]


def test_quiet_says_errors_alone(run, extract, tmp_path):
    said = run("check", extract, "-q", "--report", tmp_path / "report.json")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert (tmp_path / "report.json").is_file()
    said = run("check", tmp_path / "none.csv", "-q")
    assert said.code == 2
    assert "none.csv" in said.err


def test_verbose_logs_each_step(run, extract, tmp_path, caplog):
    with caplog.at_level("INFO", logger="mapper"):
        run("hotspots", extract, "--lens", "public-all", "--out", tmp_path / "out", "-v")
    steps = [record.message for record in caplog.records if record.name == "mapper"]
    assert steps[-1].endswith("Writing the list, cells, map and manifest")
    assert len(set(steps)) == len(steps) > 2
    shares = [int(re.match(r" *(\d+) %", step).group(1)) for step in steps]
    assert shares == sorted(shares)


def test_a_table_on_standard_output_is_the_table_of_the_file(run, extract, tmp_path):
    question = ("concentration", extract, "--lens", "public-all", "--out")
    assert run(*question, tmp_path / "c.csv").code == 0
    said = run(*question, "-")
    assert said.code == 0
    assert said.out == (tmp_path / "c.csv").read_text("utf-8-sig")
    assert "rows written to standard output" in said.err
    assert run(*question, "-", "--quiet").err == ""
    told = json.loads(run(*question, "-", "--json").err)
    assert told["rows"] == len(list(csv.reader(io.StringIO(said.out)))) - 1


def test_rejected_rows_on_standard_output(run, extract, tmp_path):
    run("check", extract, "--rejected", tmp_path / "rejected.csv")
    said = run("check", extract, "--rejected", "-")
    assert said.out == (tmp_path / "rejected.csv").read_text("utf-8-sig")
    assert "2 rejected" in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("clock", "a.csv", "--lens", "drugs"), "'--out'. File to write, such as answer.csv"),
        (("records", "show"), "'record'. Record number, such as"),
    ],
)
def test_what_is_missing_is_told_with_what_it_is_for(run, words, told):
    said = run(*words)
    assert (said.code, told in said.err) == (2, True)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--alpha", "x", "'--alpha': “x” will not do: give a number."),
        ("--rings", "2.5", "'--rings': “2.5” will not do: give a whole number."),
        ("--engine", "daks", "'--engine': 'daks' is not one of 'here', 'dask'."),
    ],
)
def test_a_wrong_value_is_told_plainly(run, option, value, told):
    said = run("density", "a.csv", "--lens", "drugs", "--out", "d.csv", option, value)
    assert (said.code, told in " ".join(said.err.split())) == (2, True)
