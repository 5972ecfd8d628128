"""Of folders called name=value only those asked for are opened."""

import os

import pandas as pd
import pytest

from mapper.base.errors import InputError
from mapper.cli.job_file import read_job
from mapper.incidents.partitions import files_where
from tests.small_extract import write_police_uk


@pytest.fixture
def street(tmp_path):
    """A dataset of two forces and two months in Parquet; one force cannot be read at all."""
    rows = pd.read_csv(write_police_uk(tmp_path / "rows.csv"), dtype=str)
    for number, month in enumerate(("2022-06", "2022-07")):
        folder = tmp_path / "street" / "force=merseyside" / f"month={month}"
        folder.mkdir(parents=True)
        rows.iloc[number::2].drop(columns="Month").to_parquet(folder / "part-0.parquet")
        other = tmp_path / "street" / "force=greater%20manchester" / f"month={month}"
        other.mkdir(parents=True)
        os.mkfifo(other / "part-1.parquet")
        (other / "part-0.parquet").write_bytes(b"no table")
    (tmp_path / "street" / "force=merseyside" / "_SUCCESS").touch()
    return tmp_path / "street"


def named(files, street):
    return [os.path.relpath(one, street) for one in files]


@pytest.mark.parametrize(
    ("where", "files"),
    [
        (["force=merseyside"], ["2022-06", "2022-07"]),
        (["force=merseyside", "month=2022-07"], ["2022-07"]),
        (["month=2022-06", "month=2022-07", "force=merseyside"], ["2022-06", "2022-07"]),
    ],
)
def test_files_of_the_folders_asked_for_are_found(street, where, files):
    wanted = [f"force=merseyside/month={month}/part-0.parquet" for month in files]
    assert named(files_where([str(street)], where), street) == wanted


def test_names_of_folders_are_read_as_they_were_meant(street):
    found = files_where([str(street)], ["force=greater manchester", "month=2022-06"])
    assert named(found, street) == ["force=greater%20manchester/month=2022-06/part-0.parquet"]
    assert files_where(["a", "b"], []) == ["a", "b"]


@pytest.mark.parametrize(
    ("path", "where", "words"),
    [
        ("", ["merseyside"], "merseyside: names no partition. Give its name and value"),
        ("", ["force="], "force=: names no partition"),
        ("", ["force=kent"], "No file lies in folders called force=kent"),
        ("rows.csv", ["force=kent"], "rows.csv: is no folder, so it has no partitions"),
        ("absent", ["force=kent"], "absent: is no folder"),
    ],
)
def test_what_cannot_be_found_is_said(street, path, where, words):
    with pytest.raises(InputError, match=words):
        files_where([str(street.parent / path) if path else str(street)], where)


def test_a_command_reads_the_folders_asked_for_alone(street, run, tmp_path):
    table = tmp_path / "table.csv"
    words = ("concentration", street, "--lens", "public-all", "--out", table)
    said = run(*words, "--where", "force=merseyside")
    assert said.code == 0, said.err
    assert table.exists()
    assert run(*words).code == 2  # the other force's files are no tables


def test_a_job_reads_the_folders_asked_for_alone(street, tmp_path):
    path = tmp_path / "job.toml"
    path.write_text(
        'title = "t"\nout = "o"\n[incidents]\npaths = ["street"]\n'
        'where = ["force=merseyside", "month=2022-06"]\n[analysis]\nlenses = ["public-all"]\n'
    )
    (one,) = read_job(path).incidents.paths
    assert one == str(street / "force=merseyside" / "month=2022-06" / "part-0.parquet")
