"""The shift sheet: one page, the right names, whatever is put on it."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from mapper.analysis.analyse import analyse
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError
from mapper.disclosure.make import release
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.shift_sheet import MOST_PLACES, SheetNote, shift_sheet, shift_sheet_pdf
from tests.small_extract import write_extract

NOW = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    incidents = read_incidents([write_extract(tmp_path_factory.mktemp("data") / "small.csv")])
    lens = load_lens("domestic-abuse")
    return release(analyse(incidents, lens=lens, area=load_study_area(), alpha=0.5))


def pages(shown, notes, wards="Anfield and Everton"):
    content = shift_sheet_pdf(shown, notes, wards=wards, made_by="A. Officer", made_at=NOW)
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def test_it_says_where_when_and_what_on_one_marked_page(shown):
    ids = shown.hotspots["hotspot_id"].tolist()
    notes = {
        ids[0]: SheetNote(
            "Friday night 23-07", "hot on and off", "secondary prevention", ("Light the path",)
        )
    }
    (text,) = pages(shown, notes)
    assert text.count("OFFICIAL-SENSITIVE") >= 2
    assert "Shift sheet: Anfield and Everton" in text
    assert "Friday night 23-07" in text
    assert "Light the path" in text
    for name in shown.hotspots["name"].head(MOST_PLACES):
        assert name.split(":")[0] in text
    assert "no action open" in text


def test_the_longest_words_still_make_one_page(shown):
    long = SheetNote(
        "Wednesday night 23-07, " * 9,
        "m" * 200,
        "tertiary prevention",
        ("w " * 300,) * 9,
        where="1.9 km south-west of " + "n" * 90,
    )
    notes = dict.fromkeys(shown.hotspots["hotspot_id"], long)
    (text,) = pages(shown, notes, wards="A ward of many names, " * 20)
    assert "and 7 more" in text
    assert "south-west of" in text


def test_markup_in_words_is_shown_as_it_is(shown):
    notes = {shown.hotspots["hotspot_id"][0]: SheetNote("#strong[x] <b>y</b> $z$")}
    (text,) = pages(shown, notes)
    assert "#strong[x] <b>y</b> $z$" in text


def test_it_takes_a_release_only(shown):
    with pytest.raises(DisclosureError):
        shift_sheet(shown.hotspots, {}, wards="", made_by="", made_at=NOW)
