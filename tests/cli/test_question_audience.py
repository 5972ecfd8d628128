"""`mapper change --audience`: a table for partners or the public, or the nearest they may see."""

import json

import pandas as pd
import pytest

from mapper.cli import main
from mapper.records.open import database
from mapper.records.releases import kept_releases

pytestmark = pytest.mark.usefixtures("workspace")


def run(*arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mapper", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
    return ended.value.code or 0


def kept():
    with database().read() as connection:
        return len(kept_releases(connection))


def test_partners_are_given_the_nearest_table_and_told_so_in_one_line(extract, tmp_path, capsys):
    asked = ("change", extract, "--lens", "all-demand", "--by", "cell")
    days = ("--before", "2023-02-01:2023-06-30", "--after", "2023-07-01:2023-11-30")
    out = tmp_path / "change.csv"
    assert run(*asked, *days, "--audience", "partnership", "--out", out) == 0
    said = capsys.readouterr().out
    (told,) = [line.strip() for line in said.splitlines() if "Given instead of" in line]
    assert told.startswith("Given instead of a table by cell: a table by ")
    table = pd.read_csv(out)
    assert "before_shown" in table
    assert "cell" not in table
    manifest = json.loads((tmp_path / "change.manifest.json").read_text())
    assert manifest["instead"] == told
    assert manifest["audience"] == "partnership"
    assert kept() == 2  # one for each column of counts
    assert run(*asked, *days, "--audience", "partnership", "--out", out) == 0
    assert kept() == 2


def test_what_no_table_helps_is_refused_and_nothing_is_written(extract, tmp_path, capsys):
    out = tmp_path / "concentration.csv"
    asked = ("concentration", extract, "--lens", "all-demand", "--audience", "public")
    assert run(*asked, "--out", out) != 0
    assert "Not released to the public audience" in capsys.readouterr().err
    assert not out.exists()
    assert kept() == 0


def test_vetted_staff_are_given_every_count_and_nothing_is_kept(extract, tmp_path, capsys):
    out = tmp_path / "change.csv"
    days = ("--before", "2023-02-01:2023-06-30", "--after", "2023-07-01:2023-11-30")
    assert run("change", extract, "--lens", "all-demand", *days, "--by", "ward", "--out", out) == 0
    assert "OFFICIAL-SENSITIVE" in capsys.readouterr().out
    assert "before_shown" not in pd.read_csv(out)
    assert kept() == 0
