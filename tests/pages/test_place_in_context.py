"""A hot spot in its context on screen: sections, phase decided, dossier taken, children counted."""

import csv
import io

import docx
import pytest

from mapper.app.door.people_file import session_of
from mapper.app.hotspots.columns import columns_of
from mapper.app.shell.defence_view import taken_defence
from mapper.app.shell.dossier_view import made_dossier
from mapper.app.shell.place_asked import _ASKED, firmness_of
from mapper.base.errors import RefusedError
from mapper.base.settings import settings
from mapper.context.phases import PATTERNS
from mapper.disclosure import bounds
from mapper.disclosure.people import Viewer, one_person
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.versions import records
from tests.pages.conftest import QUICK, forget, said, start
from tests.pages.test_assessment_page import press
from tests.pages.test_hotspots_page import panel
from tests.questions.context.conftest import HEADER, HUB, rows_of

CHILDREN = "pages/places/children.py"
ANNE = one_person("anne")


@pytest.fixture(autouse=True)
def in_context(small_app, tmp_path, monkeypatch):
    """Show an extract with everything that context asks about, and three places near it."""
    path = tmp_path / "context.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows_of()])
    lon, lat = HUB
    (tmp_path / "places.csv").write_text(
        f"name,type,lon,lat\nLime Street,railway station,{lon},{lat}\n"
        "Elm School,school,-2.98,53.408\nLibrary,library,-2.979,53.41\n"
    )
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(path))
    forget()


def choose(app, section=None, *, at=0):
    """Choose a hot spot as the panel's script does, and a section about it."""
    spot = panel(app)["rows"][at]["id"]
    app.session_state["mapper_chosen"] = spot
    app.run()
    if section:
        app.segmented_control(key="about this place").select(section).run()
    assert not app.exception
    return spot


def test_nothing_about_a_place_is_worked_out_before_it_is_asked_for(app):
    choose(app)
    assert "Busy shifts" not in said(app)
    labels = [one.label for one in app.get("download_button")]
    assert [one for one in labels if one in {"PDF", "Word", "Web page"}] == [
        "PDF", "Word", "Web page",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("Why here", "in the rest of the area"),
        ("When", "shift"),
        ("Phase", "Suggested: "),
        ("Work here", "Nothing is recorded about this place yet."),
    ],
)
def test_each_section_says_its_part_and_leaves_a_trace(app, section, words):
    spot = choose(app, section)
    assert words in said(app)
    with database().read() as connection:
        looks = find_entries(connection, AuditFilter(kinds=("view",), words=section))
    assert [one.subject for one in looks] == [f"Hot spot {spot}: {section}"]


def test_what_is_near_stands_as_risks_beside_protective_assets(app):
    choose(app, "Nearby")
    (table,) = [t.value for t in app.dataframe if "May protect" in t.value]
    assert table["May make harm possible"].str.contains("railway station").any()
    assert table["May protect"].str.contains("library").any()
    assert table.apply(lambda column: column.str.contains("school").any()).all()


def test_places_of_the_demonstration_never_stand_around_real_incidents(app, monkeypatch):
    from mapper.app.shell.data_in_use import current_dataset
    from mapper.app.shell.datasets import demonstration
    from mapper.app.shell.surroundings import places_near

    made = demonstration()
    assert len(places_near(made).table) == 3
    real = type(made)(made.title, made.incidents, made.digest, demonstration=False)
    assert places_near(real) is None
    monkeypatch.setenv("MAPPER_PLACES", str(settings().demonstration_file.parent / "places.csv"))
    settings.cache_clear()
    assert len(places_near(real).table) == 3
    assert current_dataset().demonstration


def test_a_phase_is_decided_beside_the_suggestion(app):
    spot = choose(app, "Phase")
    suggested = next(line for line in said(app).split("<li>") if line.startswith("Suggested: "))
    phase = suggested.removeprefix("Suggested: ").split(".")[0]
    box = next(one for one in app.selectbox if one.label == "Your decision")
    box.select("primary")
    next(one for one in app.text_input if one.label.startswith("Decided by")).set_value("sergeant")
    next(one for one in app.text_input if one.label.startswith("Why, ")).set_value("We know why")
    press(app, "Record the decision")
    assert not app.exception
    (kept,) = records(database(), "phase")
    assert (kept.hotspot_id, kept.content["suggested"]) == (spot, phase)
    assert (kept.content["decided"], kept.content["why"]) == ("primary", "We know why")
    assert "by sergeant" in said(app)


def test_an_assessment_begun_from_the_map_knows_the_pattern_of_its_place(app):
    spot = choose(app, "Phase")
    told = next(line for line in said(app).split("<li>") if line.startswith("Suggested: "))
    app.query_params["hotspot"] = spot
    app.switch_page("pages/places/assessment.py").run()
    assert not app.exception
    (box,) = [one for one in app.selectbox if one.label.startswith("Pattern of the hot spot")]
    assert box.value in PATTERNS
    phase = told.removeprefix("Suggested: ").split(".")[0]
    assert any(text.value.startswith(f"Suggested: {phase}.") for text in app.text)


def dossier_words(app, spot, viewer):
    """Take the dossier as the button does, and return its words."""
    (*_, asked) = app.session_state[_ASKED].values()
    made = docx.Document(io.BytesIO(made_dossier(viewer, asked, spot, ".docx")))
    cells = (cell.text for table in made.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in made.paragraphs), *cells])


def test_the_dossier_holds_map_context_and_records_and_is_written_down(app):
    spot = choose(app)
    place = {"name": "The parade", "hotspot_id": spot, "voice": "They avoid the stairs"}
    save(database(), Work("A-1", "assessment", place), viewer=ANNE, reason="first look")
    words = dossier_words(app, spot, ANNE)
    for part in ("The parade", "They avoid the stairs", "Monday", "first look", "library"):
        assert part in words
    with database().read() as connection:
        (taken,) = find_entries(connection, AuditFilter(kinds=("export",)))
    assert taken.subject.startswith(f"dossier-{spot}-")
    assert taken.subject.endswith(".docx")
    assert len(taken.digest) == 64


def test_a_place_is_defended_by_its_list_and_the_sheet_is_written_down(app):
    app.sidebar.selectbox(key="area").select("Liverpool").run()
    spot = choose(app, "Defend this place")
    row = next(one for one in panel(app)["rows"] if one["id"] == spot)
    assert row["reason"] in said(app).replace("&#39;", "'")
    assert "Stays hot under " in said(app)
    assert "about this place" in app.session_state
    (*_, asked) = app.session_state[_ASKED].values()
    titles = [one.title for one in columns_of(ANNE, asked)]
    assert titles[-3:] == ["Chance (q)", "Stays", "Police-made"]  # known now, to the whole list
    content = taken_defence(ANNE, asked, firmness_of(ANNE, asked, spot), ".docx")
    made = docx.Document(io.BytesIO(content))
    assert row["reason"] in [one.text for one in made.paragraphs]
    with database().read() as connection:
        (looked,) = find_entries(connection, AuditFilter(kinds=("view",), words="Defend"))
        (taken,) = find_entries(connection, AuditFilter(kinds=("export",)))
    assert looked.subject == f"Hot spot {spot}: Defend this place"
    assert taken.subject.startswith(f"defence-{spot}-")
    sam = Viewer("Sam", frozenset({"neighbourhood"}), frozenset({"Everton, Liverpool"}))
    with pytest.raises(RefusedError):
        firmness_of(sam, asked, spot)
    assert [one.title for one in columns_of(sam, asked)][-1] == "Chance (q)"


def test_the_assessment_page_offers_the_dossier_of_a_place_that_was_looked_at(app):
    spot = choose(app)
    app.query_params["hotspot"] = spot
    app.switch_page("pages/places/assessment.py")
    app.query_params["hotspot"] = spot
    app.run()
    assert not app.exception
    assert "PDF" in [one.label for one in app.get("download_button")]
    fresh = start()
    fresh.session_state["mapper_places_asked"] = {}
    fresh.query_params["hotspot"] = "HS-NONE"
    fresh.switch_page("pages/places/assessment.py")
    fresh.query_params["hotspot"] = "HS-NONE"
    fresh.run()
    assert "look at the place on the Hot spots page once" in said(fresh)


def test_a_partner_reads_what_was_shared_and_no_count_of_it(signed_in_app):
    app = signed_in_app("partner", name="Pat", page="hotspots/overview.py")
    app.sidebar.selectbox[0].select("domestic-abuse").run()
    (start,) = [one for one in app.sidebar.date_input if one.label == "From"]
    start.set_value(start.min).run()  # the last three months hold too few to list one
    spot = choose(app, "Work here")
    assert "Nothing about this place has been shared" in said(app)
    place = {"name": "The parade", "hotspot_id": spot, "objective": "Fewer children missing"}
    save(database(), Work("P-1", "plan", place), viewer=ANNE, reason="kept inside")
    assert "Fewer children" not in said(app.run())
    work = Work("P-1", "plan", {**place, "shared": "shared"}, 1)
    save(database(), work, viewer=ANNE, reason="shared at the meeting")
    assert "Fewer children missing" in said(app.run())
    session = session_of({"sub": "Pat", "nonce": "Pat partner"})  # as signed_in_app opens it
    words = dossier_words(app, spot, Viewer("Pat", frozenset({"partner"}), session=session))
    assert "Fewer children missing" in words
    assert "kept inside" not in words
    assert "For the partnership audience" in words
    assert " recorded incidents, " not in words


def test_children_by_district_ward_and_hot_spot_for_an_analyst(app):
    app.switch_page(CHILDREN).run()
    assert not app.exception
    assert "With a child at the address" in said(app)
    by_district = app.dataframe[0].value
    app.segmented_control(key="children by").select("ward").run()
    by_ward = app.dataframe[0].value
    assert by_ward["With a child"].sum() == by_district["With a child"].sum()
    app.segmented_control(key="children by").select("hotspot").run()
    assert "Hot spot" in app.dataframe[0].value
    assert app.dataframe[0].value["95 % interval"].str.endswith(" %").all()
    links = {one.proto.label: one.proto for one in app.get("page_link")}
    assert "Map of places with children" in links
    assert "template=domestic-abuse-month" in links["Begin a campaign"].query_string
    assert {"Missing from", "Found at", "Reports"} <= set(app.dataframe[1].value)


def test_children_for_partners_are_rounded_and_small_ones_hidden(signed_in_app, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.5)  # what is open by then is withheld
    app = signed_in_app("partner", page="places/children.py")
    assert not app.exception
    steps = app.dataframe[0].value["Share with a child, in steps"]
    assert steps.str.fullmatch(r"\d+ to \d+ %|too few to say").all()
    counts = [one.value for one in app.dataframe if "With a child" in one.value]
    if not counts:  # beside the maps that the audience was given before
        assert "Not released to the partnership audience" in said(app)
        return
    (table,) = counts
    for value in table["With a child"]:
        assert value in {"fewer than 5", "withheld"} or int(value.replace(",", "")) % 5 == 0
    assert not [name for name in table if "a month" in name]
    for share, part, whole in zip(
        *(table[name] for name in ("Share with a child", "With a child", "Incidents")), strict=True
    ):
        printed = part[0].isdigit() and whole[0].isdigit()
        assert bool(share) is printed
        if printed:
            a, b = (int(one.replace(",", "")) for one in (part, whole))
            assert share == f"{100 * a / b:.0f} %"
    assert "Missing people by district gone from and district found" in said(app)


def test_partners_who_cut_a_month_are_given_the_whole_of_it_and_told_so(signed_in_app, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.5)
    app = signed_in_app("partner", page=QUICK)
    app.query_params["from"], app.query_params["to"] = "2023-11-06", "2023-11-20"
    app.switch_page(CHILDREN).run()
    assert not app.exception
    told = (
        "a table by district, 6 November 2023 to 20 November 2023: a table by district, 1 November"
    )
    assert f"Given instead of {told} 2023 to 30 November 2023." in said(app)
    assert "Not released" not in said(app)


def test_children_for_a_neighbourhood_are_of_its_own_wards(signed_in_app):
    app = signed_in_app("neighbourhood", wards=["Everton"], page="places/children.py")
    assert not app.exception
    assert app.dataframe[0].value["Ward"].tolist() == ["Everton"]
    assert "Corridors reach across wards" in said(app)
