"""mapper dossier and mapper records: listed, shown, carried from one workspace to another."""

import html
import re
from datetime import date

import pytest

from mapper.base.settings import settings
from mapper.disclosure.people import one_person
from mapper.grid.hexagons import cells_to_strings, points_to_cells
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.versions import history
from mapper.records.visits import visits_between
from tests.questions.context.conftest import extract, near
from tests.records.test_campaigns import CONTENT

__all__ = ["extract", "near"]

ANNE = one_person("anne")
PLACE = {"name": "The parade", "hotspot_id": "HS-1", "ward": "Anfield, Liverpool"}


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    """Return a maker of workspaces that are then used; the first is in use."""

    def use(name):
        if database.cache_info().currsize:
            database().close()
        monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / name))
        settings.cache_clear()
        database.cache_clear()

    use("first")
    yield use
    use("last")
    settings.cache_clear()


def work():
    late = [{"action": "Light the stairs", "agency": "council", "due": "2026-01-10"}]
    save(database(), Work("A-1", "assessment", PLACE), viewer=ANNE, reason="first look")
    changed = {**PLACE, "voice": "They avoid\nthe stairs"}
    save(database(), Work("A-1", "assessment", changed, 1), viewer=ANNE, reason="walked")
    plan = {**PLACE, "objective": "Fewer calls", "actions": late}
    save(database(), Work("P-1", "plan", plan), viewer=ANNE, reason="agreed")


def entries(kind):
    with database().read() as connection:
        return [one.subject for one in find_entries(connection, AuditFilter(kinds=(kind,)))]


def test_records_are_listed_and_shown_and_that_leaves_a_trace(run):
    work()
    said = run("records", "list", "assessment")
    assert "A-1  assessment  The parade, Anfield, Liverpool  version 2" in said.out
    assert "1 record" in said.out
    assert "P-1" in run("records", "list", "--hotspot", "HS-1").out
    said = run("records", "show", "A-1")
    assert "They avoid\n    the stairs" in said.out
    assert "walked" in said.out
    assert "stairs" not in run("records", "show", "A-1", "--version", "1").out
    assert entries("view") == [
        "assessment A-1 version 1", "assessment A-1 version 2",
        *["list of records"] * 2,
    ]  # fmt: skip
    said = run("records", "show", "A-9")
    assert (said.code, "There is no record A-9" in said.err) == (2, True)


def test_overdue_actions_are_listed_by_their_day(run):
    work()
    said = run("records", "overdue", "--on", "2026-01-20")
    assert "10 days: Light the stairs (council, P-1, due 2026-01-10)" in said.out
    assert (
        "0 overdue actions in 1 plan or campaign"
        in run("records", "overdue", "--on", "2026-01-10").out
    )


def test_visits_of_a_wrong_file_are_taken_back(run, tmp_path):
    cells = cells_to_strings(points_to_cells([-2.98], [53.41], resolution=9))
    content = {"name": "The parade", "ward": "", "cells": list(cells)}
    save(database(), Work("P-1", "plan", content), viewer=ANNE, reason="first")
    path = tmp_path / "avl.csv"
    rows = [f"2026-01-20 20:{minute:02},53.41,-2.98" for minute in range(0, 24, 4)]
    path.write_text("\n".join(["Time,Latitude,Longitude", *rows]))
    assert run("records", "visits", path, "--take-back").code == 2
    assert "1 visit at the places asked for" in run("records", "visits", path).out
    assert "Take those back first" in run("records", "visits", path).err
    assert run("records", "visits", path, "--take-back").out == "1 visit taken back.\n"
    assert visits_between(database(), date(2026, 1, 1), date(2026, 12, 31)) == ()


def test_all_work_goes_from_one_workspace_to_another_by_digest(run, workspace, tmp_path):
    work()
    before = history(database(), "A-1")
    said = run("records", "export", "--out", tmp_path / "work.zip")
    digest = re.search("SHA-256 ([0-9a-f]{64})", said.out)[1]
    workspace("second")
    wrong = run("records", "import", tmp_path / "work.zip", "--sha256", "0" * 64)
    assert (wrong.code, "nothing was taken in" in wrong.err) == (2, True)
    assert history(database(), "A-1") == ()
    said = run("records", "import", tmp_path / "work.zip", "--sha256", digest)
    assert "3 work_versions" in said.out
    assert history(database(), "A-1") == before
    again = run("records", "import", tmp_path / "work.zip")
    assert (again.code, "There is work in this workspace already" in again.err) == (2, True)
    (tmp_path / "work.zip").write_bytes(b"not a zip")
    workspace("third")
    assert run("records", "import", tmp_path / "work.zip").code == 2
    assert run("records", "import", tmp_path / "absent.zip").code == 2


def test_the_dossier_is_written_audited_and_refused_in_words(run, extract, near, tmp_path):
    out = tmp_path / "hotspots"
    assert run("hotspots", extract, "--lens", "domestic-abuse", "--out", out).code == 0
    spot = (out / "hotspots.csv").read_text().splitlines()[1].split(",")[1]
    plan = {"name": "Lights", "hotspot_id": spot, "objective": "Fewer calls"}
    save(database(), Work("P-1", "plan", plan), viewer=ANNE, reason="agreed")
    page = tmp_path / "dossier.html"
    asked = (extract, "--lens", "domestic-abuse", "--places", near, "--out", page)
    said = run("dossier", spot, *asked)
    assert (said.code, said.err) == (0, "")
    assert "OFFICIAL-SENSITIVE   Dossier: " in said.out
    assert "Fewer calls" in page.read_text()
    assert "railway station" in page.read_text()
    assert entries("export") == [f"dossier {spot}"]
    said = run("dossier", "HS-NONE", *asked)
    assert (said.code, "There is no hot spot HS-NONE" in said.err) == (2, True)
    sheet = tmp_path / "defence.html"
    alone = (*asked[:-1], sheet, "--sheet", "defence", "--area", "Liverpool")  # soon done
    said = run("dossier", "HS-NONE", *alone)
    spot = re.search(r"There are \d+: ([\w-]+)", said.err)[1]
    defended = run("dossier", spot, *alone)
    assert "OFFICIAL-SENSITIVE   Why this place is listed: " in defended.out
    assert "Stays hot under" in sheet.read_text()
    assert f"defence {spot}" in entries("export")
    named = run("dossier", spot, *asked[:-1], tmp_path / "dossier.odt")
    assert (named.code, not (tmp_path / "dossier.odt").exists()) == (2, True)
    partner = run("dossier", spot, *asked, "--audience", "partnership")
    assert partner.code in {0, 2}  # partners may be shown another outline, with another id
    assert partner.code == 2 or "Fewer calls" not in page.read_text()


def test_the_dossier_for_partners_is_of_the_nearest_map_and_says_so(run, extract, tmp_path):
    out, page = tmp_path / "hotspots", tmp_path / "dossier.html"
    asked = (extract, "--lens", "domestic-abuse", "--resolution", "10", "--area", "Liverpool")
    assert run("hotspots", *asked, "--out", out).code == 0
    spot = (out / "hotspots.csv").read_text().splitlines()[1].split(",")[1]
    told = (*asked, "--audience", "partnership", "--out", page)
    said = run("dossier", spot, *told)
    assert (said.code, said.err) == (0, "")
    instead = "Given instead of cells of 0.015 km² (blocks): cells of 0.1 km² (some streets)."
    assert instead in said.out
    assert instead in html.unescape(page.read_text())
    assert entries("export") == [f"dossier {spot}"]
    none = run("dossier", "HS-NONE", *told)
    assert (none.code, "There is no hot spot HS-NONE" in none.err) == (2, True)


def test_a_campaign_is_told_and_written_to_a_file(run, tmp_path):
    save(database(), Work("C-1", "campaign", CONTENT), viewer=ANNE, reason="agreed")
    said = run("records", "campaign", "C-1", "--on", "2022-10-01").out
    assert "2 of 4 places visited" in said
    assert "Untouched: Clinic; School" in said
    early = {**CONTENT, "outreach": [], "actions": [], "first": "2022-11-01"}
    save(database(), Work("C-2", "campaign", early), viewer=ANNE, reason="agreed")
    before = run("records", "campaign", "C-2", "--on", "2022-10-01").out
    assert "Begins on 1 November 2022: before that no place counts as untouched" in before
    assert "Untouched: Hub; " in run("records", "campaign", "C-2", "--on", "2022-11-01").out
    assert "11 days late: Brief (midwifery, Hub)" in said
    out = tmp_path / "c.csv"
    run("records", "campaign", "C-1", "--on", "2022-10-01", "--out", str(out))
    assert out.read_bytes().startswith(b"\xef\xbb\xbfplace,action,agency")
    assert "campaign C-1 version 1" in entries("export")
    wrong = run("records", "campaign", "P-1")
    assert "There is no campaign P-1 here" in wrong.err
    assert (
        "write a campaign as .csv or .xlsx"
        in run("records", "campaign", "C-1", "--out", "c.pdf").err
    )
