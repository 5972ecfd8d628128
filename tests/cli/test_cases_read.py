"""Each input that once failed, through the command line as a person uses it."""

import re

import pytest

from tests.cases import ASKED, READ


@pytest.mark.parametrize("name", READ)
def test_every_row_of_a_case_is_read(shared, tmp_path, run, name):
    path = shared.parent / "cases" / "reading" / name
    if not path.exists():
        pytest.skip("the folder of cases is absent on this machine")
    lines = ""
    told = run("check", path)
    if offered := re.search(r"give the file as --mapping:\n\n(.*)", told.err, re.DOTALL):
        lines = offered.group(1)
        (tmp_path / "mapping.toml").write_text(lines)
        told = run("check", path, "--mapping", tmp_path / "mapping.toml")
    asked = "was changed by a spreadsheet" in told.err and told.code == 2
    assert asked == (name in ASKED), told.err
    if asked:
        (tmp_path / "mapping.toml").write_text(f'date_order = "part-swapped"\n{lines}')
        told = run("check", path, "--mapping", tmp_path / "mapping.toml")
    assert told.code == 0, told.err
    assert f"= {READ[name]:,} accepted" in told.out, told.out[:400]
