"""A partner's page: its own agency's actions to answer, the others' to read."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from mapper.app.door.people_file import session_of
from mapper.app.door.sign_ins import sign_ins
from mapper.app.shell.router import PAGES
from mapper.app.shell.words import plain
from mapper.disclosure.people import Viewer
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.versions import newest
from tests.pages.conftest import ENTRY, QUICK, SECONDS, said
from tests.pages.test_assessment_page import field, press
from tests.records.test_agency_acts import ANNE, CONTENT

CLAIMS = {"sub": "Pat", "nonce": "pat"}


@pytest.fixture
def partner(signed_in_app):
    """A maker of the page as somebody of an agency sees it."""
    save(database(), Work("C-1", "campaign", CONTENT), viewer=ANNE, reason="agreed")

    def make(agency):
        session = session_of(CLAIMS)
        assert sign_ins.open(Viewer("Pat", frozenset({"partner"}), session=session, agency=agency))
        app = AppTest.from_file(ENTRY, default_timeout=SECONDS)
        app.user = {**CLAIMS, "is_logged_in": True}
        page = str(PAGES / "partners/our_actions.py")
        return app.switch_page(str(QUICK)).run().switch_page(page).run()

    return make


def test_own_actions_are_answered(partner):
    app = partner("midwifery")
    assert not app.exception
    assert "midwifery: 2 actions open, 1 late." in said(app)
    assert len([one for one in app.button if one.label == "Save how it stands"]) == 2
    doors = [one.value for one in app.caption if "One door" in one.value]
    assert doors == [plain("One door for families here: housing")]
    field(app.selectbox, "How it stands").select("done")
    field(app.text_input, "What came of it").set_value("Nine briefed.")
    press(app, "Save how it stands")
    assert not app.exception
    assert "Saved in C-1, version 2." in said(app)
    row = newest(database(), "C-1").content["actions"][0]
    assert (row["status"], row["note"]) == ("done", "Nine briefed.")
    assert row["done_on"] == date(2023, 12, 27).isoformat()


def test_a_person_in_the_outcome_is_warned_of_and_not_saved_unread(partner):
    app = partner("midwifery")
    field(app.text_input, "What came of it").set_value("Call Mrs Joan Smith on 07700 900123.")
    app.run()
    press(app, "Save how it stands")
    assert "read the warning first" in said(app)
    assert newest(database(), "C-1").number == 1


@pytest.mark.parametrize("agency", ["", "housing"])
def test_others_actions_are_read_only(partner, agency):
    app = partner(agency)
    assert not app.exception
    assert not [one for one in app.button if one.label == "Save how it stands"]
    assert app.dataframe[0].value["action"].tolist() == ["Brief", "Leave cards", "Brief"]
    assert ("names no agency" in said(app)) == (agency == "")


def test_why_a_place_was_chosen_stays_inside(partner):
    words = said(partner("midwifery"))
    assert "23 incidents" not in words
    assert "HS-1" not in words


def test_a_partner_proposes_an_action_of_its_own(partner):
    page = partner("midwifery")
    field(page.text_input, "What we would do").set_value("Weigh babies")
    field(page.selectbox, "Where").select("Hub")
    press(page, "Propose it")
    assert not page.exception
    assert "Saved in C-1, version 2." in said(page)
    assert "midwifery: 2 actions open" in said(page)
    row = newest(database(), "C-1").content["actions"][3]
    assert (row["agency"], row["status"], row["place"]) == ("midwifery", "proposed", "Hub")
