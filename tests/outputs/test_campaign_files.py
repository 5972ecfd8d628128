"""A campaign's files and map, read back: nothing is computed, nothing small leaves."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl

from mapper.areas.load import load_study_area
from mapper.outputs.campaign import campaign_file, coverage_picture
from mapper.records.versions import Version
from tests.records.test_campaigns import CONTENT, TODAY

SAVED = Version(
    record="C-1", number=2, kind="campaign", content=CONTENT, digest="", author="anne",
    saved=datetime(2022, 9, 1, tzinfo=UTC), reason="x", title="ICON, autumn", hotspot_id="",
    ward="", form=1,
)  # fmt: skip


def test_the_csv_holds_every_action_latest_first():
    rows = list(csv.reader(io.StringIO(campaign_file(SAVED, "csv", TODAY).decode("utf-8-sig"))))
    assert rows[0][:3] == ["place", "action", "agency"]
    assert [row[0] for row in rows[1:3]] == ["Hub", "School"]
    assert len(rows) == 1 + len(CONTENT["actions"])


def test_the_workbook_is_marked_and_text_is_never_a_formula():
    evil = {**CONTENT, "actions": [{"place": "=1+1", "action": "@x", "agency": "police"}]}
    content = campaign_file(replace(SAVED, content=evil), "xlsx", TODAY)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["About", "Actions", "Places", "Outreach"]
    assert all("OFFICIAL-SENSITIVE" in sheet["A1"].value for sheet in book)
    cell = book["Actions"]["A4"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    said = "\n".join(str(cell.value) for row in book["About"].iter_rows() for cell in row)
    assert "untouched" in said.lower()
    csv_text = campaign_file(replace(SAVED, content=evil), "csv", TODAY).decode("utf-8-sig")
    assert "\n'=1+1," in csv_text


def test_before_its_first_day_the_workbook_says_when_it_begins():
    early = {"name": "Early", "places": [{"place": "Hub"}], "first": "2999-09-01"}
    content = campaign_file(replace(SAVED, content=early), "xlsx", TODAY)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["About"]
    said = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert "Begins on 1 September 2999: before that no place counts as untouched" in said


def test_the_map_tells_visited_and_untouched_and_their_number():
    area = load_study_area("merseyside", resolution=8)
    picture = coverage_picture(CONTENT, area)
    assert "visited: 2" in picture.svg
    assert "untouched: 2" in picture.svg
    assert ">N</text>" in picture.svg
    assert re.search(r">\d+ k?m</text>", picture.svg)
    assert picture.alt == ("Map of the campaign: 2 of 4 places visited. Untouched: Clinic; School.")
    assert coverage_picture({"places": [{"place": "Hub"}]}, area) is None


def test_lateness_is_told_from_the_day_that_is_given():
    rows = campaign_file(SAVED, "csv", date(2022, 9, 21)).decode("utf-8-sig").splitlines()
    assert sum(row.split(",")[6] not in {"0", "days_late"} for row in rows) == 1
