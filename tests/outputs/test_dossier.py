"""The dossier: the same words in each form, and for partners nothing that was not shared."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import docx
import pypdf
import pytest

from mapper.base.errors import InputError, RefusedError
from mapper.disclosure.make import release
from mapper.disclosure.people import Viewer, one_person
from mapper.disclosure.place_findings import ask_about_places, place_findings
from mapper.disclosure.register import MemoryRegister
from mapper.outputs.dossier import FORMS, dossier, dossier_form
from mapper.records.open import open_database
from mapper.records.place_work import work_about
from mapper.records.saving import Work, save
from tests.disclosure.test_place_findings import extract, near, result, study

__all__ = ["extract", "near", "result", "study"]

ANNE = one_person("anne")
PARTNER = Viewer("pat", frozenset({"partner"}))
NOW = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> {{7*7}} #panic(1) =1+1"


@pytest.fixture(scope="module")
def found(study, result, near):
    """The first place for each audience."""
    places = {}
    for audience in ("operational", "partnership"):
        shown = release(result, audience=audience, register=MemoryRegister(), made_by="anne")
        answers = ask_about_places(study, result, shown, places=near)
        spot = shown.hotspots["hotspot_id"][0]
        places[audience] = place_findings(answers, spot, register=MemoryRegister())
    return places


@pytest.fixture
def records(tmp_path, found):
    """A workspace with work about the place: a plan that is shared, and the rest that is not."""
    database = open_database(workspace=tmp_path)
    spot = found["operational"].hotspot_id
    cells = list(found["partnership"].cells)
    place = {"name": "The parade", "hotspot_id": spot, "cells": cells[:1]}
    shown = {
        "title": "Domestic abuse", "period": "January", "audience": "operational",
        "hotspots": [{"id": spot, "name": "x", "incidents": 371}],
    }  # fmt: skip
    actions = [
        {"action": "Light the stairs", "agency": "council", "due": "2026-03-01"},
        {"action": "Ask the school", "agency": "school", "status": "done"},
    ]
    result = {
        "verdict": "worked", "words": ["Fell by 40 %."], "quotient_words": "",
    }  # fmt: skip
    inputs = {
        "before": ["2025-01-01", "2025-06-30"], "after": ["2025-07-01", "2025-12-31"],
        "cells": {"treated": cells[:1]}, "counts": {"treated": [317, 191]}, "notes": ["A note."],
    }  # fmt: skip
    for record, kind, content in (
        ("A-1", "assessment", {**place, "voice": f"They avoid the stairs {HOSTILE}"}),
        ("P-1", "plan", {**place, "objective": "Fewer calls", "actions": actions,
                         "shared": "shared"}),
        ("I-1", "intervention", {**place, "done": "Lights put in"}),
        ("E-1", "evaluation", {"name": "Lights", "intervention": "I-1", "inputs": inputs,
                               "result": result}),
        ("F-1", "phase", {"name": "The parade", "hotspot_id": spot, "suggested": "tertiary",
                          "decided": "secondary", "why": "It is new", "who": "sergeant"}),
        ("M-1", "meeting", {"name": "North", "held": "2026-02-01", "shown": shown}),
        ("P-2", "plan", {"name": "Elsewhere", "hotspot_id": "HS-ELSE", "objective": "Not here"}),
    ):  # fmt: skip
        save(database, Work(record, kind, content), viewer=ANNE, reason="first look")
    yield database
    database.close()


def made(records, found, viewer):
    work = work_about(
        records,
        hotspot_id=found.hotspot_id,
        cells=found.cells,
        viewer=viewer,
        own=frozenset(),
    )
    return dossier(found, work, made_by=viewer.name, made_at=NOW)


def words_of(document, suffix):
    """Return a written dossier's words, read back by another program."""
    content = FORMS[suffix][2](document)
    if suffix == ".pdf":
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        text = " ".join(page.extract_text() for page in pages)
    elif suffix == ".docx":
        read = docx.Document(io.BytesIO(content))
        cells = (cell.text for table in read.tables for row in table.rows for cell in row.cells)
        header = read.sections[0].header.paragraphs[0].text
        text = " ".join([header, *(one.text for one in read.paragraphs), *cells])
    else:
        text = re.sub("<[^>]+>", " ", content.decode())
    return " ".join(text.split())


@pytest.mark.parametrize("suffix", FORMS)
def test_each_form_holds_every_part_marked(records, found, suffix):
    words = words_of(made(records, found["operational"], ANNE), suffix)
    for part in (
        "OFFICIAL-SENSITIVE", "For the operational audience", "Monday", "What drives it",
        "railway station", "library", "Suggested: ", "secondary", "It is new", "They avoid the",
        "Fewer calls", "Light the stairs", "8 days overdue", "Lights put in", "Worked, as far as",
        "317", "North", "371", "first look", "Methods and sources",
    ):  # fmt: skip
        assert part in words, part
    assert "Not here" not in words


def test_the_web_page_asks_for_nothing_and_runs_nothing(records, found):
    page = FORMS[".html"][2](made(records, found["operational"], ANNE)).decode()
    assert "<script" not in page
    assert "{{" not in page
    assert not re.findall(r"(?:src|href)=", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("suffix", FORMS)
def test_partners_get_what_was_shared_and_no_count_from_inside(records, found, suffix):
    words = words_of(made(records, found["partnership"], PARTNER), suffix)
    assert "For the partnership audience" in words
    for part in ("Fewer calls", "Light the stairs", "library"):
        assert part in words, part
    for part in ("They avoid the", "Lights put in", "317", "371", "North", "first look", "anne"):
        assert part not in words, part


def test_who_may_see_nothing_of_hot_spots_gets_no_records(records, found):
    with pytest.raises(RefusedError):
        made(records, found["operational"], Viewer("ada", frozenset({"administrator"})))


def test_a_dossier_of_a_place_without_records_says_so(found, tmp_path):
    database = open_database(workspace=tmp_path / "empty")
    words = words_of(made(database, found["operational"], ANNE), ".html")
    assert "No location assessment of this place can be shown." in words
    assert "No meeting on record was shown this place." in words
    database.close()


def test_a_name_of_no_known_form_is_refused_before_any_work():
    assert dossier_form(Path("x.PDF"))[0] == "PDF"
    with pytest.raises(InputError, match=r"\.pdf, \.docx, \.html"):
        dossier_form(Path("x.odt"))
