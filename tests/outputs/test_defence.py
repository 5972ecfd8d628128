"""The sheet that defends a place: one page, of a release alone, with the list's own figures."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.base.errors import DisclosureError, RequestError
from mapper.disclosure.make import release
from mapper.disclosure.place_findings import (
    SETTINGS,
    PlaceAnswers,
    ask_how_firm,
    place_findings,
)
from mapper.disclosure.register import MemoryRegister
from mapper.incidents.read import read_incidents
from mapper.lenses.load import load_lens
from mapper.outputs.documents.pdf import document_pdf
from mapper.outputs.dossier.defence import defence, firm_words
from mapper.outputs.tables import hotspot_rows
from mapper.questions.proactivity import QUESTION as PROACTIVITY
from mapper.questions.robustness import QUESTION as ROBUSTNESS
from mapper.questions.robustness import RobustnessChoices, follow_hotspots, robustness_table
from tests.disclosure.test_place_findings import extract, near, result

__all__ = ["extract", "near", "result"]

NOW = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def study(extract):
    """One district, so that hundreds of settings take seconds."""
    area, lens = load_study_area("Liverpool"), load_lens("domestic-abuse")
    return prepare(read_incidents([extract]), lens=lens, area=area)


@pytest.fixture(scope="module")
def shown(result):
    return release(result, made_by="anne")


@pytest.fixture(scope="module")
def found(study, result, shown):
    """The first place with what it is defended with."""
    answers = ask_how_firm(study, result, shown)
    return place_findings(answers, shown.hotspots["hotspot_id"][0])


def words_of(document):
    pages = pypdf.PdfReader(io.BytesIO(document_pdf(document))).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def test_one_page_says_reason_expectation_settings_and_caveats(found, near):
    document = defence(found, made_by="anne", made_at=NOW, places=near)
    (text,) = words_of(document)
    row = found.row
    for part in (
        "OFFICIAL-SENSITIVE", "For the operational audience", row["name"], row["reason"],
        f"{row['expected']:,.1f} are expected here, {row['incidents']:,} recorded", "Size of cells",
        "some streets: 100 %", "False finds accepted", "no chance of being real",
        "nothing about any person", found.hotspot_id, *found.release.caveats[:1],
    ):  # fmt: skip
        assert part in text, part


def test_its_figures_are_those_of_the_questions_themselves(study, result, found):
    followed = follow_hotspots(study, RobustnessChoices())
    robust = robustness_table(study, followed, RobustnessChoices())
    assert robust.table["hotspot_id"].tolist() == result.hotspots["hotspot_id"].tolist()
    choices = robustness_table(study, followed, RobustnessChoices(table="choices")).table
    mine = choices[choices["hotspot_id"] == found.hotspot_id].reset_index(drop=True)
    assert found.findings[SETTINGS].table.equals(mine)
    made = PROACTIVITY.ask(study).table
    share = made.loc[made["hotspot_id"] == found.hotspot_id, "police_generated"].iloc[0]
    words = list(firm_words(found))
    assert words[0] == robust.table["words"][0]
    assert f"itself made: {100 * share:.1f} %" in words[1]


def test_partners_get_none_and_a_place_not_shown_is_refused(study, result, shown, found):
    guarded = release(result, audience="partnership", register=MemoryRegister(), made_by="anne")
    with pytest.raises(DisclosureError, match="full counts"):
        ask_how_firm(study, result, guarded)
    spot = guarded.hotspots["hotspot_id"][0]
    other = replace(found, release=guarded, hotspot_id=spot)
    with pytest.raises(DisclosureError, match="operational audience"):
        defence(other, made_by="pat", made_at=NOW)
    with pytest.raises(RequestError, match="no hot spot HS-NONE"):
        place_findings(PlaceAnswers(shown, {}, {}), "HS-NONE")


def test_partners_read_counts_of_busiest_cells_and_no_id_of_a_cell(result):
    guarded = release(result, audience="partnership", register=MemoryRegister(), made_by="anne")
    busiest = [row["busiest"] for row in hotspot_rows(guarded, on_screen=True)]
    assert any(busiest)
    assert not any("ffff" in each for each in busiest)
    assert any("ffff" in row["busiest"] for row in hotspot_rows(guarded))


def test_what_could_not_be_asked_is_said_with_its_reason(found):
    bare = replace(found, findings={}, unanswered={ROBUSTNESS.id: "Choose one ring."})
    assert list(firm_words(bare)) == ["Robustness: Choose one ring."]
    (text,) = words_of(defence(bare, made_by="", made_at=NOW))
    assert "Robustness: Choose one ring." in text
