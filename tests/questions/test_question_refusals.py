"""A choice that cannot be used is one message, exit code 2, and nothing written."""

import pytest

from tests.cli.test_cli import street_file

WINDOWS = ("--before", "2023-01-05:2023-06-30", "--after", "2023-07-01:2023-12-20")


@pytest.mark.parametrize(
    ("command", "more", "words"),
    [
        ("signals", ["--with-lens", "domestic-abuse"], "second lens is the first"),
        ("signals", ["--with-lens", "nothing"], "no lens called"),
        ("signals", ["--rings", "9"], "--rings of 9"),
        ("signals", ["--rings", "2", "--inner", "3"], "steps 3 to 2"),
        ("signals", ["--harm"], "gives no days of harm"),
        ("signals", ["--from", "2031-01-01"], "dates asked for"),
        ("patterns", ["--every", "fortnight"], "fortnight"),
        ("patterns", ["--every", "300"], "2 are needed"),
        ("patterns", ["--window", "0"], "--window of 0 cannot be used: choose 1 to 60"),
        ("change", [], "which windows"),
        ("change", ["--since", "2023-07-01", "--before", "2023-01-05:2023-02-05"], "not for both"),
        ("change", ["--since", "2029-01-01"], "not inside"),
        ("change", ["--before", "spring", "--after", "2023-02-01:2023-03-01"], "spring"),
        (
            "change",
            ["--before", "2023-03-01:2023-01-05", "--after", "2023-04-01:2023-04-02"],
            "ends",
        ),
        ("change", ["--since", "2023-07-01", "--confidence", "2"], "--confidence of 2"),
        ("change", [*WINDOWS[:3], "2023-06-01:2023-09-01"], "does not end before"),
        ("scan", ["--radius", "-1"], "--radius of -1"),
        ("scan", ["--largest-share", "2"], "--largest-share of 2"),
        ("near-repeat", ["--metres", "400,100"], "space bands"),
        ("near-repeat", ["--days", "a week"], "--days"),
        ("clock", ["--hotspot", "HS-NONE"], "HS-NONE"),
        ("clock", ["--cell", "a street"], "a street"),
        ("clock", ["--cell", "89195105007ffff", "--hotspots"], "not for both"),
        ("concentration", ["--table", "stability", "--every", "200"], "2 are needed"),
        ("accuracy", [], "at least one after them"),
        ("accuracy", ["--rings", "2"], "Leave --rings"),
        ("robustness", ["--location-day"], "Leave --inner"),
        ("evaluate", WINDOWS, "Say where"),
        (
            "evaluate",
            [*WINDOWS, "--cell", "89195105007ffff", "--buffer-from", "3"],
            "--buffer-to from --buffer-from on",
        ),
        (
            "evaluate",
            [*WINDOWS, "--cell", "89195105007ffff", "--control-cell", "89195105007ffff"],
            "one part",
        ),
        ("proactivity", ["--no-police-generated"], "already left out"),
        ("describe", ["--classes", "1"], "--classes of 1"),
    ],
)
def test_bad_choices_are_refused(run, extract, tmp_path, command, more, words):
    out = tmp_path / "new" / "table.csv"
    said = run(command, extract, "--lens", "domestic-abuse", "--out", out, *more)
    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err + said.out
    assert not out.parent.exists()


@pytest.mark.parametrize("name", ["table.docx", "table"])
def test_another_suffix_is_refused_before_anything_is_read(run, tmp_path, name):
    absent = tmp_path / "absent.csv"
    said = run("clock", absent, "--lens", "domestic-abuse", "--out", tmp_path / name)
    assert said.code == 2
    assert "is written as one of .csv, .xlsx" in said.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("command", "more"),
    [("clock", []), ("near-repeat", []), ("patterns", ["--every", "week"])],
)
def test_data_that_knows_months_only_is_refused_what_it_cannot_tell(run, tmp_path, command, more):
    source = street_file(tmp_path / "2024-01-merseyside-street.csv")
    out = tmp_path / "table.csv"
    said = run(command, source, "--lens", "public-all", "--out", out, *more)
    assert said.code == 2
    assert "month" in said.err
    assert not out.exists()


def test_too_few_incidents_are_refused(run, extract, tmp_path):
    out = tmp_path / "table.csv"
    days = ("--from", "2023-03-01", "--to", "2023-03-03")
    said = run("change", extract, "--lens", "domestic-abuse", "--out", out, *days)
    assert said.code == 2
    assert "too few" in said.err
