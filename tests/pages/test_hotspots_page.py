"""The Hot spots page: it renders, choices change it, refusals are plain words."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.app.shell import downloads
from mapper.app.shell.downloads import file_name, form_name
from mapper.app.shell.more_forms import manifest_of_form
from mapper.areas.load import load_study_area
from mapper.base.reference_systems import DEGREES, NATIONAL_GRID
from mapper.base.settings import settings
from mapper.base.text import encode_text
from mapper.grid.hexagons import points_to_cells
from mapper.incidents.synthetic import SYNTHETIC_NOTICE
from mapper.methods.load import methods
from mapper.outputs.exports import export
from mapper.outputs.forms import FORMS, REFERENCE_SYSTEMS
from mapper.outputs.manifest import fingerprint
from mapper.outputs.surroundings import Surroundings
from tests.pages.conftest import drawn, forget, said, start
from tests.small_extract import write_extract


def panel(app):
    """What the map and list are given."""
    return json.loads(drawn(app)[0].proto.json)


def refusal(app):
    """The refusal shown in place of the map."""
    assert not app.exception
    assert not drawn(app)
    (words,) = [part for part in said(app).splitlines() if "m-notice m-stop" in part]
    return words


def test_it_opens_on_the_demonstration_with_marking_and_notice(app):
    assert not app.exception
    assert "OFFICIAL-SENSITIVE" in said(app)
    assert SYNTHETIC_NOTICE in said(app)
    extract = pd.read_csv(settings().demonstration_file)
    linked = extract[extract["county_line"] == "yes"]
    cells = points_to_cells(
        linked["longitude"].to_numpy(), linked["latitude"].to_numpy(), resolution=9
    )
    inside = np.isin(cells, load_study_area().cells["cell"]).sum()
    over = f"small.csv, 2 January 2023 to 27 December 2023: {inside} incidents counted"
    assert over in said(app)
    shown = panel(app)
    ranks = [row["rank"] for row in shown["rows"]]
    assert ranks == list(range(1, len(ranks) + 1))
    assert shown["heading"] == (f"{len(ranks)} hot spots" if ranks else "No hot spot")
    assert shown["src"].startswith("/maps/")


def test_what_a_number_means_is_one_click_away(app):
    told = {each.id: each for each in methods()}
    for method in ("cluster", "q", "lens", "disclosure"):
        assert encode_text(told[method].words) in said(app)
        assert encode_text(told[method].cannot) in said(app)


def test_a_lens_changes_title_map_and_list(app):
    before = panel(app)
    app.sidebar.selectbox[0].select("domestic-abuse").run()
    after = panel(app)
    assert "Domestic abuse" in said(app)
    assert after["src"] != before["src"]
    assert after["release"] != before["release"]


def test_a_rerun_without_a_change_keeps_the_same_map(app):
    before = panel(app)
    assert panel(app.run()) == before


def test_a_district_is_looked_at_by_itself(app):
    app.selectbox(key="area").select("Sefton").run()
    app.selectbox(key="question").set_value("concentrated").run()
    assert "<span>Sefton</span>" in said(app)
    assert {row["where"] for row in panel(app)["rows"]} == {"Sefton"}


def test_lenses_that_fit_come_first_and_a_misfit_is_refused_in_words(app):
    lenses = app.sidebar.selectbox[0]
    assert lenses.options[0] == "County lines indicators"
    misfits = [at for at, title in enumerate(lenses.options) if "needs other data" in title]
    assert misfits == list(range(misfits[0], len(lenses.options)))
    lenses.select("domestic-abuse-babies").run()
    words = refusal(app)
    assert "child_under_1" in words
    assert "“County lines indicators”" in words
    assert "lens" not in words.casefold()
    assert "county-lines" not in words
    assert "Traceback" not in said(app)


def test_too_few_incidents_are_refused_with_the_next_step(app):
    app.date_input[1].set_value(date(2023, 1, 9)).run()
    assert "too few to tell a hot spot from chance" in refusal(app)
    assert "Choose a longer period" in refusal(app)


def test_days_the_wrong_way_round_are_refused(app):
    app.date_input[0].set_value(date(2023, 9, 1))
    app.date_input[1].set_value(date(2023, 3, 1)).run()
    assert "is after the last day" in refusal(app)


def test_choices_outlast_a_visit_to_the_other_page(app):
    app.selectbox(key="area").select("Wirral").run()
    app.switch_page("pages/data/load.py").run()
    app.switch_page("pages/hotspots/overview.py").run()
    assert app.selectbox(key="area").value == "Wirral"


def test_nothing_found_is_an_answer(tmp_path, monkeypatch):
    even = write_extract(tmp_path / "even.csv", each=0, box=(-3.1, -2.7, 53.35, 53.55))
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(even))
    forget()
    app = start()
    assert not app.exception
    assert panel(app)["heading"] == "No hot spot"
    assert panel(app)["rows"] == []
    assert (
        "No place stands out as unusual: nowhere are there clearly more incidents than"
        in panel(app)["hint"]
    )


def test_files_are_offered_under_names_of_this_release_alone(app):
    names = [button.proto.label for button in app.get("download_button")]
    assert names == [
        "Map as a picture (PNG)",
        "Workbook (Excel)",
        "Layers with styles (GeoPackage)",
        "Map (one file)",
        "List (CSV)",
        "Outlines (GeoJSON)",
        "All cells (Parquet)",
        "How it was made (JSON)",
        "Download: Workbook (Excel)",
        "What each field means (CSV)",
        "How this form was made (JSON)",
    ]


def test_a_picture_is_drawn_over_what_its_own_session_looks_at(make_release, monkeypatch, tmp_path):
    """Made on a thread without a session, it would have the ground of another."""
    places = tmp_path / "places.csv"
    places.write_text("name,kind,lon,lat\nElm,hospital,-2.95,53.42\n")
    offers = {}

    def offered(label, data, **_choices):
        offers[label] = data

    monkeypatch.setattr("streamlit.download_button", offered)
    monkeypatch.setattr(downloads, "current_viewer", lambda: None)
    monkeypatch.setattr(downloads, "printed_ground", lambda: tmp_path / "own.pmtiles")
    monkeypatch.setattr(downloads, "current_dataset", lambda: None)
    monkeypatch.setattr(downloads, "landmarks_near", lambda _data: "read")
    monkeypatch.setattr(downloads, "place_files", lambda _data: (places,))
    downloads.show_downloads(make_release(), ["png", "csv"])
    seen = []
    monkeypatch.setattr(downloads, "printed_ground", lambda: tmp_path / "of another.pmtiles")
    monkeypatch.setattr(downloads, "export", lambda _shown, _form, **asked: seen.append(asked))
    monkeypatch.setattr(downloads, "require_live", lambda _viewer: None)
    monkeypatch.setattr(downloads, "handed_out", lambda *_asked, **_told: b"")
    for label in ("Map as a picture (PNG)", "List (CSV)"):
        offers[label]()
    assert [one["around"] for one in seen] == [
        Surroundings(tmp_path / "own.pmtiles", (places,)),
        Surroundings(),
    ]


def test_every_form_is_offered_and_layers_in_either_reference_system(app):
    form = app.selectbox(key="form to take")
    assert form.options == [one.title for name, one in FORMS.items() if name != "fields"]
    for name, one in FORMS.items():
        if name == "fields":
            continue
        app.selectbox(key="form to take").select(name).run()
        labels = [button.proto.label for button in app.get("download_button")]
        assert f"Download: {one.title}" in labels
        systems = [box for box in app.selectbox if box.key == "form system"]
        assert bool(systems) == one.on_grid
    assert not app.exception


@pytest.mark.parametrize("crs", REFERENCE_SYSTEMS)
def test_a_form_carries_release_and_reference_system_in_its_name(make_release, crs):
    first, second = make_release(digest="a" * 64), make_release(digest="b" * 64)
    names = {file_name(form_name(each, "gpkg", crs), each) for each in (first, second)}
    assert len(names) == 2
    assert all(name.endswith(".gpkg") and ("27700" in name) == (crs != DEGREES) for name in names)


def test_the_manifest_of_a_form_lists_it_with_its_fields(make_release):
    shown = make_release()
    told = json.loads(manifest_of_form(shown, form="geoparquet", crs=NATIONAL_GRID))
    content = export(shown, "geoparquet", crs=NATIONAL_GRID)
    name = file_name(form_name(shown, "geoparquet", NATIONAL_GRID), shown)
    assert told["outputs"][name] == fingerprint(content)
    assert file_name("fields.csv", shown) in told["outputs"]


def test_question_and_expectation_are_chosen_at_the_side_and_said(app):
    usual = panel(app)["hint"]
    assert usual.startswith("Unusual places: more incidents than ")
    chosen = app.selectbox(key="expected").set_value("residents").run()
    assert "more incidents than residents would explain" in panel(chosen)["hint"]
    app.sidebar.selectbox[0].select("all-demand").run()
    asked = app.selectbox(key="question").set_value("concentrated").run()
    assert panel(asked)["hint"].startswith(
        "Concentrated places: more incidents than an even spread"
    )
    assert not [one for one in asked.selectbox if one.key == "expected"]


def test_a_table_that_is_not_given_yet_is_asked_for_in_words(app):
    app.selectbox(key="expected").set_value("residents-and-table").run()
    assert "Give the table of workers or visitors at the side" in refusal(app)


def test_a_partner_is_given_the_nearest_map_that_may_be_shown_and_told_so(signed_in_app):
    app = signed_in_app("partner", name="Pat", page="hotspots/overview.py")
    assert "Given instead" not in said(app)
    app.selectbox(key="resolution 8").select(10).run()
    assert not app.exception
    assert drawn(app)
    # The first map's cells, which tell nothing new; said above the map and in what it cannot show.
    told = "Given instead of cells of 0.015 km² (blocks): cells of 0.7 km² (estates)."
    assert said(app).count(told) == 2
