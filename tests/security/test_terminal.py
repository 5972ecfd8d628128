"""Nothing that a stranger wrote reaches a terminal or a log as a command to it."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np

from mapper.analysis.place_names import streets_of
from mapper.cli.saying import OneLine
from tests.incidents.incident_files import csv_text, extract

NASTY = "\x1b]0;owned\x07\x1b[2J\r\nForged: line\b\u202egnp\u2066"
OBEYED = ("\x1b", "\x07", "\r", "\b", "\u202e", "\u2066", "\x9b")


def mapper(*arguments):
    """Run a command; return its exit code and both of its streams."""
    run = subprocess.run(
        [Path(sys.executable).with_name("mapper"), *map(str, arguments)],
        capture_output=True,
        timeout=120,
        check=False,
    )
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def is_plain(words):
    return not any(sign in words for sign in OBEYED)


def test_names_of_files_are_spelt_out(tmp_path):
    path = tmp_path / f"{NASTY}.csv"
    path.write_text(csv_text(extract({}, {})))
    code, out, _ = mapper("check", path)
    assert code == 0
    assert is_plain(out)
    assert "\\x1b]0;owned\\x07\\x1b[2J\\r\\nForged: line\\x08\\u202egnp\\u2066.csv" in out
    path.write_text("")
    code, _, said = mapper("check", path)
    assert code == 2
    assert is_plain(said)
    assert said.count("\n") == 1


def test_a_path_that_is_typed_forges_no_line_and_is_cut():
    code, _, said = mapper("check", f"{NASTY}/{'x' * 5_000}.csv")
    assert code == 2
    assert is_plain(said)
    assert said.count("\n") == 1
    assert "… (cut: 5," in said


def test_json_for_programs_holds_the_name_and_no_command(tmp_path):
    path = tmp_path / f"{NASTY}.csv"
    path.write_text(csv_text(extract({}, {})))
    code, out, _ = mapper("check", "--json", path)
    assert code == 0
    assert is_plain(out)
    assert "Forged: line" in json.loads(out)["words"][0]


def test_streets_of_hot_spots_are_spelt_out_and_cut():
    label = f"On or near {NASTY}{'y' * 5_000}"
    [[(street, number)]] = streets_of(np.zeros(2, int), np.zeros(2, int), [label], number=1)
    assert number == 2
    assert is_plain(street)
    assert "(cut: 5," in street


def test_an_entry_of_the_log_is_one_line():
    record = logging.LogRecord("mapper", logging.INFO, "", 1, "%s", (NASTY,), None)
    line = OneLine("%(name)s: %(message)s").format(record)
    assert is_plain(line)
    assert "\n" not in line
