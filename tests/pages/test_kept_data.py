"""Data kept in this installation: listed, opened after a restart, shown to everybody, deleted."""

import json

import pytest

from mapper.app.shell import kept_data
from mapper.app.shell.datasets import dataset_of
from mapper.app.shell.map_pages import map_pages
from mapper.base.errors import RecordsError, RefusedError
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer, one_person
from mapper.incidents.read import read_incidents
from mapper.incidents.synthetic import SYNTHETIC_NOTICE
from mapper.records import datasets
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.current_data import find_current_data
from mapper.records.lock import sole_writer
from mapper.records.open import database
from tests.pages.conftest import forget, said, start
from tests.small_extract import write_police_uk

ANN = Viewer("Ann", frozenset({"analyst"}))
BOB = Viewer("Bob", frozenset({"analyst"}))
ADA = Viewer("Ada", frozenset({"administrator"}))


@pytest.fixture
def street(tmp_path):
    """A dataset, as loading it gives it."""
    path = write_police_uk(tmp_path / "street.csv")
    return dataset_of(read_incidents([path]), title=path.name)


def press(app, label):
    return next(button for button in app.button if button.label == label).click().run()


def data_page(app):
    return app.switch_page("pages/data/load.py").run()


def load(app, path):
    return app.file_uploader[0].set_value((path.name, path.read_bytes(), "text/csv")).run()


def choose(app):
    """Choose the only dataset that is kept."""
    (digest,) = [one.dataset for one in kept_data.shelf().kept]
    return app.selectbox(key="kept dataset").select(digest).run()


def log(kind):
    with database().read() as connection:
        return find_entries(connection, AuditFilter(kinds=(kind,)), limit=50)


def test_what_is_not_kept_is_its_persons_alone_and_is_said_to_go(app, tmp_path):
    page = load(data_page(app), write_police_uk(tmp_path / "street.csv"))
    assert "until 24 hours after you last used it" in said(page)
    press(page, "Use this data")
    assert "It is deleted 24 hours after you last used it" in said(data_page(page))
    assert kept_data.shelf().kept == ()
    assert not (settings().workspace / "datasets").exists()
    forget()
    assert "In use: street.csv" in said(data_page(start()))


def test_what_is_kept_is_listed_and_opens_after_a_restart(app, tmp_path):
    page = load(data_page(app), write_police_uk(tmp_path / "street.csv"))
    page.checkbox(key="keep data").check().run()
    assert "workspace folder of this machine" in said(page)
    press(page, "Use this data")
    forget()  # as a new start of the server
    page = data_page(start())
    assert "In use: small.csv" in said(page)
    (row,) = page.dataframe[0].value.to_dict("records")
    assert row["Data"] == "street.csv"
    assert row["Kept by"].endswith("on this machine")
    assert row["Deleted on"] == "never"
    assert (row["Incidents"] > 0, row["Rows turned away"]) == (True, 7)
    press(choose(page), "Use it, for me alone")
    assert "In use: street.csv" in said(page)
    assert "others see what everybody sees" in said(page)
    (entry,) = log("import")
    assert entry.subject == "street.csv"
    assert json.loads(entry.detail)["accepted"] == row["Incidents"]


def test_files_are_geoparquet_and_for_one_user_of_the_machine(street):
    import geopandas

    kept = kept_data.keep(street, viewer=ANN)
    folder = settings().workspace / "datasets" / kept.dataset
    assert settings().workspace.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    read = geopandas.read_parquet(folder / "incidents.parquet")
    assert read.crs.to_epsg() in {4326, None} or "84" in read.crs.name
    assert list(read.geometry.x) == list(street.incidents.table["lon"])
    assert list(read.geometry.y) == list(street.incidents.table["lat"])


def test_shown_to_everybody_until_it_is_deleted(signed_in_app, street):
    kept_data.keep(street, viewer=ANN)
    page = signed_in_app("analyst", name="Ann", page="data/load.py")
    press(choose(page), "Show it to everybody")
    assert "Everybody of this installation sees it now" in said(page)
    bob = signed_in_app("analyst", name="Bob", page="data/load.py")
    assert "In use: street.csv" in said(bob)
    assert SYNTHETIC_NOTICE not in said(bob)
    neighbour = said(signed_in_app("neighbourhood", wards=["Anfield"]))
    assert SYNTHETIC_NOTICE not in neighbour
    entry = log("settings")[0]
    assert (entry.person, entry.subject, entry.digest) == ("Ann", "current data", street.digest)
    assert json.loads(entry.detail) == {"now": "street.csv", "before": "demonstration"}
    press(choose(page), "Delete for good")
    assert "In use: small.csv" in said(page)
    assert SYNTHETIC_NOTICE in said(signed_in_app("neighbourhood", wards=["Anfield"], name="N"))
    with database().read() as connection:
        assert find_current_data(connection) is None
    assert not list((settings().workspace / "datasets").iterdir())


def test_everybody_gets_the_demonstration_back(signed_in_app, street):
    kept_data.keep(street, viewer=ANN)
    kept_data.show_everybody(street.digest, viewer=ANN)
    page = signed_in_app("analyst", name="Ann", page="data/load.py")
    press(page, "Show the demonstration to everybody instead")
    assert "In use: small.csv" in said(page)
    assert kept_data.everybodys() is None


def test_deleted_data_leaves_the_session_that_uses_it(signed_in_app, street):
    kept = kept_data.keep(street, viewer=ANN)
    page = signed_in_app("analyst", name="Bob", page="data/load.py")
    press(choose(page), "Use it, for me alone")
    kept_data.delete(kept, viewer=ANN)
    assert "In use: small.csv" in said(page.run())


def test_who_may_delete(signed_in_app, street):
    kept = kept_data.keep(street, viewer=ANN)
    page = signed_in_app("analyst", name="Bob", page="data/load.py")
    assert "they or an administrator delete it" in said(choose(page))
    assert "Delete for good" not in [button.label for button in page.button]
    for viewer in (BOB, Viewer("Ann", frozenset({"neighbourhood"}), frozenset({"Anfield"}))):
        with pytest.raises(RefusedError):
            kept_data.delete(kept, viewer=viewer)
    kept_data.delete(kept, viewer=ADA)
    with pytest.raises(RecordsError, match="not kept any more"):
        kept_data.delete(kept, viewer=ADA)


@pytest.mark.parametrize("role", ["neighbourhood", "partner", "administrator"])
def test_only_who_may_load_data_keeps_and_shows_it(street, role):
    other = Viewer("Sam", frozenset({role}), frozenset({"Anfield"}))
    with pytest.raises(RefusedError):
        kept_data.keep(street, viewer=other)
    with pytest.raises(RefusedError):
        kept_data.show_everybody(None, viewer=other)
    assert kept_data.shelf().kept == ()


def test_what_another_process_deletes_is_let_go_of_at_the_next_click(app, street):
    one = one_person("Ann")
    kept = kept_data.keep(street, viewer=one)
    kept_data.show_everybody(kept.dataset, viewer=one)
    page = data_page(app)
    assert "In use: street.csv" in said(page)
    held = map_pages.put(b"a map", session="s", digest="d").removeprefix("/maps/")
    assert kept_data._OPENED
    page.run()
    assert map_pages.get(held) == b"a map"  # nothing was deleted yet
    assert kept_data._OPENED
    datasets.delete_dataset(database(), settings().workspace, kept.dataset, person="a command")
    page.run()
    assert "In use: small.csv" in said(page)
    assert not kept_data._OPENED
    assert map_pages.get(held) is None


def test_damaged_files_are_told_and_the_page_still_opens(app, street):
    one = one_person("Ann")
    kept = kept_data.keep(street, viewer=one)
    kept_data.show_everybody(kept.dataset, viewer=one)
    path = settings().workspace / "datasets" / kept.dataset / "incidents.parquet"
    path.write_bytes(path.read_bytes()[:500])
    forget()
    page = data_page(start())
    assert not page.exception
    assert "are gone or damaged" in said(page)
    press(page, "Show the demonstration to everybody instead")
    assert "In use: small.csv" in said(page)


def test_who_comes_second_is_told_who_is_writing(street, monkeypatch):
    def at_once(workspace, *, doing, **_):
        return sole_writer(workspace, doing=doing)

    monkeypatch.setattr(datasets, "sole_writer", at_once)
    with (
        sole_writer(settings().workspace, doing="a test"),
        pytest.raises(RecordsError, match="in use by a test"),
    ):
        kept_data.keep(street, viewer=ANN)
    assert kept_data.shelf().kept == ()
