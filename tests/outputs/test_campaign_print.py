"""A campaign on paper, read back: two pages for the meeting, one sheet for an agency."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdf
import pytest

from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError
from mapper.grid.hexagons import cells_to_strings
from mapper.outputs.campaign_print import agency_sheet, campaign_document
from mapper.outputs.documents.pdf import document_pdf
from mapper.records.versions import Version

TODAY = date(2022, 10, 1)
MADE = {"made_by": "A. Analyst", "made_at": datetime(2022, 10, 1, 9, 30, tzinfo=UTC)}
HOSTILE = "#panic(1) {{7*7}} <script>alert(1)</script>"
AGENCIES = ("police", "housing", "IDVA service", "children's social care")


@pytest.fixture
def area():
    return load_study_area("merseyside", resolution=8)


def campaign(cells, *, places=8, **more):
    """A campaign over places of three cells, with an action of each of four agencies at each."""
    named = [f"Ravenscroft Avenue and the streets, Place {at + 1}" for at in range(places)]
    rows = [
        {"place": name, "kind": "hot spot", "cells": list(cells[3 * at : 3 * at + 3])}
        for at, name in enumerate(named)
    ]
    actions = [
        {
            "place": name,
            "action": f"Do thing {at} for everybody harmed in the last months",
            "agency": agency,
            "due": "2022-09-20",
        }
        for name in named
        for at, agency in enumerate(AGENCIES)
    ]
    actions[0] |= {"status": "done", "done_on": "2022-09-02", "note": HOSTILE}
    content = {
        "name": "Abuse month", "strand": "domestic-abuse intensification month",
        "purpose": "Fewer people harmed again.", "first": "2022-09-01", "last": "2022-09-30",
        "lead": "police", "judged": "harm at its places", "state": "running",
        "places": rows, "actions": actions, **more,
    }  # fmt: skip
    return Version(
        record="C-1", number=3, kind="campaign", content=content, digest="", author="anne",
        saved=datetime(2022, 9, 1, tzinfo=UTC), reason="x", title="Abuse month", hotspot_id="",
        ward="", form=3,
    )  # fmt: skip


def pages(document):
    """The words of each page of the PDF."""
    read = pypdf.PdfReader(io.BytesIO(document_pdf(document)))
    return [" ".join(page.extract_text().split()) for page in read.pages]


def whole(saved, shown, area, evaluation=None):
    return campaign_document(
        saved, shown, area=area, today=TODAY, evaluation=evaluation, **MADE
    )  # fmt: skip


@pytest.mark.parametrize("places", [1, 8, 40])
def test_a_campaign_is_two_pages_whatever_its_size(make_release, area, places):
    shown = make_release()
    cells = cells_to_strings(area.cells["cell"].to_numpy()[: 3 * places])
    first, second = pages(whole(campaign(cells, places=places), shown, area))
    assert re.search(rf"1 of {places}\b.* 1 of {places * 4}\b", first)
    assert "Who does what, late first" in second
    assert "11 days late" in second
    assert "Not evaluated yet." in first
    assert all(page.count(shown.marking.upper()) >= 2 for page in (first, second))
    assert ("more place" in second) == (places == 40)


def test_what_its_places_hold_is_summed_from_the_release_alone(make_release, area):
    shown = make_release()
    own = shown.cells["cell"].tolist()[:3]
    held = int(shown.cells["incidents"].iloc[:3].sum())
    first, _ = pages(whole(campaign(own, places=1), shown, area))
    assert f"its places hold {held:,} incident" in first
    with pytest.raises(DisclosureError):
        whole(campaign(own, places=1), shown.cells, area)


def test_before_its_first_day_no_place_is_untouched_on_paper(make_release, area):
    shown = make_release()
    own = shown.cells["cell"].tolist()
    begun, _ = pages(whole(campaign(own, actions=[]), shown, area))
    assert "Untouched: Ravenscroft" in begun
    later, _ = pages(whole(campaign(own, actions=[], first="2999-09-01"), shown, area))
    assert "Begins on 1 September 2999: before that no place counts as untouched." in later
    assert "Untouched: Ravenscroft" not in later


def test_the_verdict_and_what_would_tell_stand_at_the_end(make_release, area):
    shown = make_release()
    saved = campaign(shown.cells["cell"].tolist()[:3], places=1, judgement="worked")
    result = {"verdict": "could not be told", "code": "too few", "words": ["Too few incidents."]}
    found = replace(saved, kind="evaluation", content={"inputs": {}, "result": result})
    first, _ = pages(whole(saved, shown, area, found))
    assert "Could not be told, as far as counts can tell. Too few incidents." in first
    assert "In the partners' own judgement: worked." in first


def test_an_agencys_sheet_holds_its_own_actions_and_no_other(make_release, area):
    shown = make_release()
    cells = cells_to_strings(area.cells["cell"].to_numpy()[:24])
    saved = campaign(cells, lead="housing")
    (sheet,) = pages(agency_sheet(saved, shown, "police", today=TODAY, **MADE))
    assert "Police: 1 of 8 actions done, 7 late on 1 October 2022." in sheet
    assert "Do thing 0" in sheet
    assert not any(f"Do thing {at}" in sheet for at in (1, 2, 3))
    assert HOSTILE[:9] in sheet
    assert "Lead agency at none of its places." in sheet
    (other,) = pages(agency_sheet(saved, shown, "housing", today=TODAY, **MADE))
    assert "Place 1; Ravenscroft" in other
