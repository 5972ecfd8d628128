"""The commands of a release plan: fixed, looked at, given, and answered from."""

import json

import pytest
from typer.testing import CliRunner

from mapper.base.settings import settings
from mapper.cli.commands import app
from mapper.disclosure.release_plan import PLANNED, release_plan
from mapper.records.open import database
from mapper.records.releases import DatabaseRegister
from tests.small_extract import write_extract

PLAN = """area = "merseyside"
resolution = 8
lenses = ["domestic-abuse", "all-demand"]
first_month = "{first}"
last_month = "{last}"
"""


@pytest.fixture(autouse=True)
def own_workspace(tmp_path, monkeypatch):
    """A workspace of its own, with its own records."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    database.cache_clear()
    yield
    database().close()
    database.cache_clear()
    settings.cache_clear()


def told(*words):
    found = CliRunner().invoke(app, [*words, "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_a_plan_is_fixed_shown_and_given(tmp_path):
    write_extract(tmp_path / "incidents.csv")
    (tmp_path / "plan.toml").write_text(PLAN.format(first="2023-03", last="2023-04"))
    refused = CliRunner().invoke(app, ["release-plan", "show", "incidents.csv"])
    assert "There is no release plan" in str(refused.exception) + refused.output
    assert told("release-plan", "fix", "plan.toml")["months"] == ["2023-03", "2023-04"]
    seen = told("release-plan", "show", "incidents.csv")
    assert seen["given"] == []
    assert {row["level"] for row in seen["hidden"]} == {"cell", "ward", "district", "area"}
    assert all(0 <= row["hidden"] <= row["counts"] for row in seen["hidden"])
    assert told("release-plan", "give", "incidents.csv")["month"] == "2023-03"
    assert told("release-plan", "show", "incidents.csv")["given"] == ["2023-03"]
    kept = DatabaseRegister(database(), person="test").earlier("partnership")
    assert len(kept) == 2 * 4
    assert {one.filters[PLANNED] for one in kept} == {"cell", "ward", "district", "area"}
    assert release_plan().lenses == ("domestic-abuse", "all-demand")
