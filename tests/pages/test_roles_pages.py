"""Each page, each role: what opens, what is refused, and what a page shows of others."""

import pytest
from streamlit.testing.v1 import AppTest

from mapper.app.admin.audit_page import detail_in_words, verdict_in_words
from mapper.app.door.sign_ins import sign_ins
from mapper.app.shell.router import ENTRIES, PAGES, entries_for
from mapper.disclosure.people import ROLES, Viewer, may
from mapper.records.audit_check import Verdict
from tests.pages.conftest import ENTRY, QUICK, SECONDS, drawn, said


def test_nobody_signed_in_sees_a_page(signed_in_app):
    app = AppTest.from_file(ENTRY, default_timeout=SECONDS).run()
    assert "You are signed out" in said(app)
    assert len(app.main.children) == 1
    assert not app.sidebar.children


def test_a_cookie_that_the_server_does_not_know_shows_nothing(signed_in_app):
    app = signed_in_app("analyst")
    app.user = {**app.user, "nonce": "of another sign-in"}
    assert "You are signed out" in said(app.run())
    assert not drawn(app)


def test_a_process_that_starts_anew_keeps_everybody_signed_in(signed_in_app):
    app = signed_in_app("analyst", page=QUICK)
    sign_ins.clear()
    assert "Sam, analyst" in said(app.run())


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_to_the_roles_it_is_for_and_to_no_other(signed_in_app, role):
    app = signed_in_app(role, wards=["Anfield"], page=QUICK)
    viewer = Viewer("Sam", frozenset({role}))
    for entry in ENTRIES:
        if entry.act is None or may(viewer, entry.act):
            app.switch_page(str(PAGES / entry.file)).run()
            assert not app.exception, entry.url
            assert f"Sam, {role}" in said(app), entry.url
        else:
            with pytest.raises(ValueError, match="page"):  # it is not in the menu
                app.switch_page(str(PAGES / entry.file)).run()


def test_a_person_with_no_role_would_find_the_methods_and_their_own_page_alone():
    titles = [entry.title for entry in entries_for(Viewer("Sam"))]
    assert titles == ["Methods", "Your sign-in"]


def test_one_person_alone_is_told_so(app):
    assert "one person, on this machine only" in said(app)
    app.switch_page(str(PAGES / "people" / "you.py")).run()
    words = said(app)
    assert "Nobody signs in to this installation" in words
    assert "started by Streamlit itself, not by mapper serve" in words
    assert "Roles: administrator, analyst" in words


def test_a_neighbour_sees_own_wards_only(signed_in_app):
    words = said(signed_in_app("neighbourhood", wards=["Anfield"]))
    assert "Only your wards are shown: Anfield" in words
    analyst = said(signed_in_app("analyst", name="Ann"))
    assert "Only your wards" not in analyst


def test_a_neighbour_without_wards_is_told_whom_to_ask(signed_in_app):
    app = signed_in_app("neighbourhood")
    assert "names no ward" in said(app)
    assert not drawn(app)


def test_a_partner_sees_a_partnership_release_or_nothing(signed_in_app):
    app = signed_in_app("partner")
    words = said(app)
    assert not app.exception
    assert "for partnership use" in words
    assert "for operational use" not in words
    assert "Statistics of this hot spot" not in str(app)


@pytest.mark.parametrize(
    ("role", "use"),
    [
        ("partner", "partnership"),
        ("neighbourhood", "operational"),  # names no ward, and reads these pages all the same
        ("administrator", "operational"),
    ],
)
def test_pages_open_to_everybody_are_marked_as_what_a_role_is_shown(signed_in_app, role, use):
    app = signed_in_app(role, page=QUICK)
    for page in ("people/you.py", "help/methods.py"):
        app.switch_page(str(PAGES / page)).run()
        assert not app.exception, page
        used = {one for one in ("partnership", "operational") if f"for {one} use" in said(app)}
        assert used == {use}, page


def test_a_look_is_written_down_before_it_is_shown(signed_in_app):
    signed_in_app("analyst", name="Ann").run()
    app = signed_in_app("administrator", name="Ada")
    table = app.dataframe[0].value
    assert list(table["What"]) == ["Signed in", "Operational detail shown", "Signed in"]
    assert list(table["Who"]) == ["Ada", "Ann", "Ann"]
    assert "area: Merseyside" in table["More"][1]


def test_the_data_page_is_written_down_once_a_session(signed_in_app):
    signed_in_app("analyst", name="Ann", page="data/load.py").run().run()
    table = signed_in_app("administrator", name="Ada").dataframe[0].value
    assert list(table["Of what"]).count("Quality of the data") == 1


def test_the_log_is_checked_and_filtered(signed_in_app):
    signed_in_app("analyst", name="Ann")
    app = signed_in_app("administrator", name="Ada")
    app.selectbox[0].select("Ann").run()
    assert set(app.dataframe[0].value["Who"]) == {"Ann"}
    app.text_input[0].input("nothing like it").run()
    assert "No entry fits these filters" in said(app)
    app.button[0].click().run()
    assert "The log is whole: 3 entries, every link fits." in said(app)


def test_what_was_not_written_down_is_not_shown(signed_in_app, monkeypatch):
    from mapper.app.shell import results
    from mapper.base.errors import RecordsError

    def full(*_, **__):
        raise RecordsError("The disk is full. Make room, then try again.")

    monkeypatch.setattr(results, "trace_release", full)
    app = signed_in_app("analyst")
    assert "The disk is full" in said(app)
    assert not drawn(app)


def test_the_check_is_told_in_words():
    broken = verdict_in_words(Verdict(entries=4, faults=("Entry 2 was edited.",)))
    assert broken.startswith("The log is not whole. Of 4 entries:\nEntry 2 was edited.")
    assert detail_in_words('{"area":"Anfield","wards":["a","b"],"empty":""}') == (
        "area: Anfield; wards: a, b"
    )
