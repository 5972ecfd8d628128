"""Uploads become files that name no folder; what was read comes back exactly."""

import pandas as pd
import pytest

from mapper.app.data.intake import safe_name
from mapper.app.shell.incident_store import store_incidents, stored_incidents
from mapper.app.shell.words import plain
from mapper.incidents.read import read_incidents
from tests.small_extract import write_police_uk


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2023-05-street.csv", "2023-05-street.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\calls.CSV", "calls.CSV"),
        ("..", "file"),
        ("", "file"),
        ("a\0b\n.csv", "ab.csv"),
        (".csv", "csv"),
        ("x" * 5_000 + ".csv", "x" * 120 + ".csv"),
    ],
)
def test_a_file_name_names_no_folder(given, kept, tmp_path):
    assert safe_name(given) == kept
    (tmp_path / safe_name(given)).write_bytes(b"")


def test_incidents_come_back_exactly_and_not_under_another_stamp(tmp_path):
    read = read_incidents([write_police_uk(tmp_path / "street.csv")])
    store_incidents(read, tmp_path / "kept", stamp="now")
    back = stored_incidents(tmp_path / "kept", stamp="now")
    pd.testing.assert_frame_equal(back.table, read.table)
    pd.testing.assert_frame_equal(back.rejected, read.rejected)
    assert (back.files, back.notes) == (read.files, read.notes)
    assert stored_incidents(tmp_path / "kept", stamp="later") is None
    assert stored_incidents(tmp_path, stamp="now") is None


def test_a_damaged_store_is_read_anew(tmp_path):
    read = read_incidents([write_police_uk(tmp_path / "street.csv")])
    store_incidents(read, tmp_path, stamp="now")
    for name in ("rejected.parquet", "incidents.parquet"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:200])
        assert stored_incidents(tmp_path, stamp="now") is None


def test_labels_are_never_read_as_markdown():
    assert plain("![x](https://a.b/c)\n$y$") == r"\!\[x\](https\://a.b/c) \$y\$"
    assert plain("Read street.csv") == "Read street.csv"
    assert plain("O'Neill St (north), 3-5") == "O'Neill St (north), 3-5"
    assert plain("12. first") == r"12\. first"
    assert plain("- one") == r"\- one"
