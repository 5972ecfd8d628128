"""The app of another force: its own area in Merseyside's place, on every page; and Your area."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from mapper.app.shell.area_in_use import offered_areas
from mapper.app.shell.router import PAGES, entries_for
from mapper.areas.build import build_area
from mapper.areas.load import load_study_area
from mapper.areas.stored import choose_area, kept_path
from mapper.disclosure.people import Viewer, one_person
from tests.areas.lancashire import write_lancashire
from tests.pages.conftest import ENTRY, QUICK, SECONDS, forget, said, start
from tests.small_extract import write_extract

BOX = (-2.778, -2.718, 53.742, 53.802)


def build(files, **changes):
    """Keep the area of the files under its name."""
    choices = {"name": "lancashire", "title": "Lancashire"} | changes
    return build_area(**files, out=kept_path(choices["name"]), **choices)


@pytest.fixture
def files(tmp_path):
    return write_lancashire(tmp_path / "official")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The table of Lancashire's area, made once."""
    folder = tmp_path_factory.mktemp("lancashire")
    given = write_lancashire(folder / "official")
    given["population_by_age"] = given.pop("population")
    path = folder / "lancashire.parquet"
    build_area(
        **given, name="lancashire", title="Lancashire", only=["Preston", "South Ribble"], out=path
    )
    return path


@pytest.fixture
def lancashire(tmp_path, monkeypatch, small_app, built):
    """An installation of Lancashire, with incidents of its own."""
    kept_path("lancashire").parent.mkdir(parents=True)
    shutil.copyfile(built, kept_path("lancashire"))
    choose_area("lancashire")
    show(tmp_path, monkeypatch)


def show(tmp_path, monkeypatch):
    """Show incidents round Preston: all over, and in three places."""
    places = ((-2.77, 53.75), (-2.75, 53.77), (-2.73, 53.79))
    with monkeypatch.context() as patch:
        patch.setattr("tests.small_extract.PLACES", places)
        path = write_extract(tmp_path / "lancashire.csv", box=BOX)
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(path))
    forget()


def test_every_page_works_and_names_no_other_place(lancashire):
    app = AppTest.from_file(ENTRY, default_timeout=SECONDS).switch_page(str(QUICK)).run()
    for entry in entries_for(one_person("me")):
        app.switch_page(str(PAGES / entry.file)).run()
        assert not app.exception, entry.url
        words = said(app)
        if entry.file != "places/children.py":  # this extract has no column of children
            assert "<b>Stopped</b>" not in words, entry.url
        assert "lie outside" not in words, entry.url
        if entry.file not in ("help/methods.py", "admin/area.py"):
            assert "Merseyside" not in words, entry.url
            assert "Liverpool" not in words, entry.url


def test_the_map_is_of_the_own_area_and_its_districts(lancashire):
    app = start()
    assert not app.exception
    assert app.selectbox(key="area").options == ["Lancashire", "Preston", "South Ribble"]
    app.selectbox(key="area").select("Preston").run()
    assert not app.exception
    assert "most in South Ribble (Lancashire)" in said(app)


def test_districts_alone_say_that_residents_are_unknown(small_app, tmp_path, monkeypatch, files):
    build({"districts": files["districts"]}, only=["Preston", "South Ribble"])
    choose_area("lancashire")
    show(tmp_path, monkeypatch)
    app = start()
    assert not app.exception
    for page in ("patch/my_patch.py", "analysis/workbench.py", "data/load.py", "admin/area.py"):
        app.switch_page(str(PAGES / page)).run()
        assert not app.exception, page
    assert "residents unknown" in said(app)


def test_data_of_another_place_is_said_on_the_map_and_the_data_page(small_app, files):
    build({"districts": files["districts"]})
    choose_area("lancashire")
    app = start()
    words = said(app)
    assert "All 1,470 incidents lie outside Lancashire, round 53.4 N 2.9 W" in words
    assert "most in Liverpool (Merseyside)" in words
    assert "longer period" not in words
    app.switch_page(str(PAGES / "data" / "load.py")).run()
    assert "All 1,470 incidents lie outside Lancashire" in said(app)
    app.selectbox(key="area of work").select("merseyside").run()
    assert "lie outside Lancashire" not in said(app)
    assert "of 1,470 incidents) lie outside Merseyside" in said(app)  # some are in the river


def test_who_sees_own_wards_is_offered_the_areas_that_hold_them(lancashire):
    def offered(role, *wards):
        return list(offered_areas(Viewer("Sam", frozenset({role}), frozenset(wards))))

    assert offered("analyst") == ["lancashire", "merseyside"]
    assert offered("neighbourhood", "Fishwick & Frenchwood") == ["lancashire"]
    assert offered("neighbourhood", "Anfield") == ["merseyside"]


def test_the_page_makes_an_area_of_official_files(small_app, files, here):
    app = AppTest.from_file(ENTRY, default_timeout=SECONDS).switch_page(str(QUICK)).run()
    app.switch_page(str(PAGES / "admin" / "area.py")).run()
    assert "This installation is for Merseyside: 5 districts" in said(app)
    given = [(path.name, path.read_bytes(), "") for path in files.values()]
    app.file_uploader[0].set_value(given).run()
    assert not app.exception
    labels = [each.label.replace("\\", "") for each in app.expander]
    assert any("residents by year of age, 16 areas" in label for label in labels), labels
    app.multiselect(key="area districts").set_value(["Preston", "South Ribble"])
    app.text_input(key="area title").set_value("Lancashire").run()
    press(app, "Draw the area")
    assert "Lancashire: 2 districts, 4 wards, 365 cells" in said(app)
    press(app, "Keep this area")
    assert "Lancashire is kept." in said(app)
    assert load_study_area().title == "Lancashire"
    assert "This installation is for Lancashire" in said(app)
    lookup = b"LAD24CD,LAD24NM,PFA24NM\nE07000123,Preston,North\nE07000126,South Ribble,South\n"
    app.file_uploader(key="lookups").set_value([("lookup.csv", lookup, "")]).run()
    press(app, "Take them")
    assert "2 groups kept." in said(app)
    areas = next(one for one in app.sidebar.selectbox if one.label == "Area of work")
    assert {"North (force, Lancashire)", "South (force, Lancashire)"} <= set(areas.options)


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
