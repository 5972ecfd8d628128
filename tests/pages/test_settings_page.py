"""The Settings page: retention with its preview, releases, stricter rules, ending a sign-in."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from mapper.app.admin.settings_kept import delete_what_is_over, set_days, set_expiry
from mapper.app.admin.settings_people import end_sign_in_of, everybody, live_sessions
from mapper.app.shell import kept_data
from mapper.app.shell.datasets import dataset_of
from mapper.base.errors import DisclosureError, RefusedError
from mapper.base.settings import settings
from mapper.disclosure import rules as rules_module
from mapper.disclosure.own_rules import own_rules_file, tightened
from mapper.disclosure.people import Viewer
from mapper.disclosure.rules import FLOOR, SHIPPED, read_rules, rules
from mapper.incidents.read import read_incidents
from mapper.records.audit_check import verify
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.open import database
from mapper.records.releases import kept_releases
from mapper.records.retention import retention_days
from mapper.records.rules_change import change_rules
from mapper.records.schema.trust import datasets
from tests.pages.conftest import said
from tests.small_extract import write_police_uk

ANN = Viewer("Ann", frozenset({"analyst"}))
ADA = Viewer("Ada", frozenset({"administrator"}))


@pytest.fixture
def kept(tmp_path):
    """A dataset that was kept a hundred days ago."""
    path = write_police_uk(tmp_path / "street.csv")
    found = kept_data.keep(dataset_of(read_incidents([path]), title=path.name), viewer=ANN)
    with database().write() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=100)
        connection.execute(update(datasets).values(imported=long_ago))
    return found


@pytest.fixture
def page(signed_in_app):
    return signed_in_app("administrator", name="Ada", page="admin/settings.py")


def press(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def log(kind):
    with database().read() as connection:
        return find_entries(connection, AuditFilter(kinds=(kind,)), limit=50)


def table(app, column):
    """The table on screen that has a column."""
    return next(one.value for one in app.dataframe if column in one.value)


def test_it_opens_with_nothing_kept(page):
    assert not page.exception
    words = said(page)
    assert "Nothing is past its time today." in words
    assert "None is kept in this installation." in words
    assert "None was made for partners or the public." in words


def test_what_is_over_is_shown_first_and_deleted_when_asked(kept, page):
    assert "Nothing is past its time" in said(page)
    page.number_input(key="days dataset").set_value(30)
    press(page, "Save")
    assert f"street.csv: {kept.accepted} incidents" in said(page)
    assert len(kept_data.shelf().kept) == 1  # a preview deletes nothing
    press(page, "Delete this for good")
    assert kept_data.shelf().kept == ()
    assert not list((settings().workspace / "datasets").iterdir())
    (setting,) = log("settings")
    assert json.loads(setting.detail) == {"kind": "dataset", "days": 30, "before": None}
    (entry,) = log("deletion")
    assert (entry.person, json.loads(entry.detail)["because"]) == ("Ada", "expired")


def test_what_is_no_longer_what_was_shown_is_not_deleted(kept):
    set_days({"dataset": 30, "release": None}, viewer=ADA)
    seen = delete_what_is_over.__globals__["Due"]((), ())
    assert not delete_what_is_over(seen, viewer=ADA)
    assert len(kept_data.shelf().kept) == 1


def test_an_item_gets_a_day_of_its_own(kept, page):
    page.selectbox(key="one dataset").select(kept.dataset).run()
    page.date_input(key=f"expiry {kept.dataset[:12]}").set_value(date(2099, 1, 31)).run()
    press(page, "Save this date")
    assert not page.exception
    (shown,) = kept_data.shelf().kept
    assert shown.expires == date(2099, 1, 31)
    assert list(table(page, "Over on")["Over on"]) == ["31/01/2099"]
    page.selectbox(key="one dataset").select(kept.dataset).run()
    press(page, "Delete this dataset for good")
    assert kept_data.shelf().kept == ()


def test_releases_are_listed_with_audience_maker_and_expiry(signed_in_app):
    signed_in_app("partner", name="Pat")
    with database().read() as connection:
        made = kept_releases(connection)
    page = signed_in_app("administrator", name="Ada", page="admin/settings.py")
    assert not page.exception
    if not made:  # the data was too thin to release
        assert "None was made" in said(page)
        return
    rows = table(page, "Made")
    assert set(rows["For"]) == {"partnership", "partnership totals"}
    assert set(rows["By"]) == {"Pat"}
    assert all(rows["What"])
    set_expiry("release", made[0].release, date(2099, 1, 31), viewer=ADA)
    assert "31/01/2099" in list(table(page.run(), "Made")["Over on"])


def test_rules_are_made_stricter_and_hold_at_once(page):
    page.number_input(key="partnership smallest").set_value(12)
    page.selectbox(key="partnership round").set_value(10)
    press(page, "Save these rules")
    assert not page.exception
    now = rules()
    assert now.source == rules_module.OWN_RULES
    assert (now.audiences["partnership"].smallest_count, now.audiences["partnership"].round_to) == (
        12,
        10,
    )
    assert now.audiences["public"] == read_rules(SHIPPED).audiences["public"]
    assert "Version 1.0, own of" in said(page)
    (entry,) = log("threshold")
    assert (entry.person, entry.subject, entry.digest) == ("Ada", "partnership", now.sha256)
    assert json.loads(entry.detail) == {"smallest_count": "5 to 12", "round_to": "5 to 10"}


@pytest.mark.parametrize(
    "change",
    [
        {"smallest_count": 4},
        {"round_to": 1},
        {"round_to": 7},
        {"finest_resolution": 10},
        {"shortest_days": 7},  # the floor allows it, the form does not
        {"most_withheld": 0.9},
    ],
    ids=str,
)
def test_no_rule_is_made_looser(change):
    with pytest.raises(DisclosureError, match="never looser"):
        tightened(rules(), "partnership", change, at=datetime.now(UTC))


def test_rules_that_do_not_fit_together_are_refused_and_nothing_is_written(page):
    page.selectbox(key="partnership round").set_value(20)
    press(page, "Save these rules")
    assert "raise smallest_count too" in said(page)
    assert not own_rules_file(settings().workspace).exists()
    assert log("threshold") == []


def test_a_change_that_cannot_be_recorded_leaves_the_old_rules(monkeypatch):
    from mapper.records import rules_change

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rules_change, "append", full)
    with pytest.raises(OSError, match="No space"):
        change_rules(
            database(),
            settings().workspace,
            now=rules(),
            audience="public",
            changes={"smallest_count": 20},
            viewer=ADA,
        )
    assert rules().audiences["public"].smallest_count == FLOOR["public"].smallest_count


def test_an_administrator_ends_a_sign_in(signed_in_app):
    bob = signed_in_app("analyst", name="Bob")
    page = signed_in_app("administrator", name="Ada", page="admin/settings.py")
    assert set(table(page, "Last seen")["Who"]) == {"Ada", "Bob"}
    (session,) = [one for one in live_sessions() if one.name == "Bob"]
    page.selectbox(key="session").select(session.key).run()
    press(page, "End this sign-in")
    assert "You are signed out" in said(bob.run())
    assert {one.name for one in live_sessions()} == {"Ada"}
    assert json.loads(log("sign-out")[0].detail)["because"] == "ended by an administrator"
    assert (log("settings")[0].person, log("settings")[0].subject) == ("Ada", "sign-in ended")
    with database().read() as connection:
        assert verify(connection).whole


def test_an_administrator_sees_who_has_signed_in_and_what_each_may_see(signed_in_app):
    signed_in_app("neighbourhood", name="Nia", wards=["Anfield", "Central"])
    bob = signed_in_app("partner", name="Bob")
    (session,) = [one for one in live_sessions() if one.name == "Bob"]
    end_sign_in_of(session, viewer=Viewer("Ada", frozenset({"administrator"})))
    assert "You are signed out" in said(bob.run())
    page = signed_in_app("administrator", name="Ada", page="admin/settings.py")
    assert not any("Last sign-in" in one.value for one in page.dataframe)
    page.toggle(key="everybody").set_value(True).run()
    seen = table(page, "Last sign-in").set_index("Who")
    assert set(seen.index) == {"Ada", "Bob", "Nia"}  # Bob is out, and known all the same
    assert seen.loc["Nia", "Wards"] == "Anfield, Central"
    assert "See full counts of your own wards" in seen.loc["Nia", "May"]
    assert "See full counts of every ward" not in seen.loc["Nia", "May"]
    assert "Change the settings of this installation" in seen.loc["Ada", "May"]
    assert "3 people" in said(page)
    page.run()
    looks = [one for one in log("view") if one.subject == "Who has signed in"]
    assert [(one.person, json.loads(one.detail)) for one in looks] == [
        ("Ada", {"people": 3, "shown": 3})
    ]


@pytest.mark.parametrize("role", ["neighbourhood", "partner", "analyst"])
def test_every_act_is_for_administrators_alone(kept, signed_in_app, role):
    sam = Viewer("Sam", frozenset({role}), frozenset({"Anfield"}))
    signed_in_app("analyst", name="Bob")
    (session,) = live_sessions()
    with database().read() as connection:
        before = retention_days(connection)
    for act in (
        lambda: set_days({"dataset": 1, "release": 1}, viewer=sam),
        lambda: set_expiry("dataset", kept.dataset, date(2020, 1, 1), viewer=sam),
        lambda: delete_what_is_over(None, viewer=sam),
        lambda: end_sign_in_of(session, viewer=sam),
        lambda: everybody(sam),
        lambda: change_rules(
            database(),
            settings().workspace,
            now=rules(),
            audience="public",
            changes={"smallest_count": 20},
            viewer=sam,
        ),
    ):
        with pytest.raises(RefusedError, match="administrator"):
            act()
    with database().read() as connection:
        assert retention_days(connection) == before
    assert len(live_sessions()) == 1
