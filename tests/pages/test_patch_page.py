"""My patch: who sees it, what it answers, what a link may ask for."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from mapper.app.patch import page as patch_page
from mapper.app.patch import results as patch_results
from mapper.app.patch import sheet as patch_sheet
from mapper.app.patch.memory import recall, remember
from mapper.app.shell import once, taking
from mapper.app.shell.router import PAGES, entries_for
from mapper.base.errors import RecordsError
from mapper.disclosure.people import Viewer
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.schema.trust import audit
from tests.pages.conftest import ENTRY, SECONDS, drawn, forget, said, start
from tests.small_extract import write_extract, write_police_uk

PAGE = "patch/my_patch.py"
WARD = "Birkenhead and Tranmere, Wirral"


def panel(app):
    """What maps and cards are given."""
    return json.loads(drawn(app)[0].proto.json)


def opened(app):
    return app.switch_page(str(PAGES / PAGE)).run()


@pytest.fixture
def patch(app):
    """The page as the one person of this machine sees it."""
    opened(app)
    assert not app.exception
    return app


def test_it_answers_at_the_top_and_shows_cards(patch):
    shown = panel(patch)
    assert "More incidents than" in shown["hint"]
    assert "m-question" not in said(patch)  # the cards answer
    first = shown["cards"][0]
    assert first["rank"] == 1
    assert len(first["months"]) == len(shown["months"])
    assert first["state"] == "no action open"
    assert first["doing"] == ""
    assert shown["busiest"] == []  # the cards tell
    assert [map_["src"].startswith("/maps/") for map_ in shown["maps"]] == [True]
    assert "28 September 2023 to 27 December 2023" in said(patch)


def test_a_ward_narrows_everything_and_goes_into_the_address(patch):
    patch.multiselect(key="patch wards").select(WARD).run()
    assert "<span>Birkenhead and Tranmere</span>" in said(patch)
    assert {card["name"].split(":")[0] for card in panel(patch)["cards"]} == {
        "Birkenhead and Tranmere"
    }
    assert patch.query_params["ward"] in (WARD, [WARD])


def test_a_link_shows_the_same_again(patch):
    patch.multiselect(key="patch wards").select(WARD).run()
    patch.button_group(key="patch span").set_value("year").run()
    patch.button_group(key="patch shifts").set_value(["late", "night"]).run()
    other = AppTest.from_file(ENTRY, default_timeout=SECONDS)
    opened(other.run())
    for name, value in patch.query_params.items():
        other.query_params[name] = value
    other.run()
    assert panel(other)["cards"] == panel(patch)["cards"]
    assert panel(other)["release"] == panel(patch)["release"]
    assert "late (15:00 to 23:00) and night (23:00 to 07:00)" in said(other)


def test_what_a_link_asks_in_vain_is_left_out_and_said(signed_in_app):
    app = signed_in_app(
        "neighbourhood", wards=["Birkenhead and Tranmere", "Town Centre"], page=PAGE
    )
    app.query_params["ward"] = ["Central, Liverpool", WARD]
    app.query_params["beside"] = "<script>"
    app.run()
    assert "The link asked for a ward that is not among yours" in said(app)
    assert "<span>Birkenhead and Tranmere</span>" in said(app)
    assert app.multiselect(key="patch wards").options == [WARD, "Town Centre, St Helens"]


def test_a_second_map_shows_the_days_before_or_another_lens(patch):
    patch.button_group(key="patch span").set_value("quarter").run()
    patch.selectbox(key="patch beside").select("before").run()
    titles = [one["title"] for one in panel(patch)["maps"]]
    assert titles == [
        "28 September 2023 to 27 December 2023",
        "28 June 2023 to 27 September 2023",
    ]
    patch.selectbox(key="patch beside").select("county-lines").run()
    titles = [one["title"] for one in panel(patch)["maps"]]
    assert titles == ["Domestic abuse", "County lines indicators"]


def test_a_search_leads_somewhere_or_says_what_to_write(patch):
    patch.text_input(key="patch find").input("birkenhead and tranmere").run()
    assert panel(patch)["found"]["words"] == WARD
    for nowhere in ("Nowhere at all", "Example Road 30"):  # a number of a house names no street
        patch.text_input(key="patch find").input(nowhere).run()
        assert panel(patch)["found"] is None
        assert f"“{nowhere}” is not on this patch" in said(patch)


def test_too_few_incidents_are_refused_with_the_next_step(patch):
    patch.button_group(key="patch weekdays").set_value(["Monday"]).run()
    patch.button_group(key="patch shifts").set_value(["night"]).run()
    assert not patch.exception
    assert "too few to tell a hot spot from chance" in said(patch)
    assert not drawn(patch)


def test_open_actions_stand_on_their_card(patch):
    id_ = panel(patch)["cards"][0]["id"]
    row = {"action": "Light the path", "owner": "Inspector", "status": "under way"}
    done = {"action": "Count lamps", "status": "done"}
    content = {"name": "Path", "hotspot_id": id_, "actions": [row, done]}
    ann = Viewer("Ann", frozenset({"analyst"}))
    save(database(), Work("P-1", "plan", content), viewer=ann, reason="first")
    patch.run()
    card = panel(patch)["cards"][0]
    assert card["state"] == "1 action open"
    assert card["actions"] == ["Light the path (Inspector, no day set)"]
    assert card["doing"] == "Doing now: Light the path (Inspector, no day set)"


@pytest.mark.parametrize(
    ("role", "place"), [("neighbourhood", 0), ("analyst", 1), ("partner", None)]
)
def test_whose_menu_it_is_in(role, place):
    titles = [entry.title for entry in entries_for(Viewer("Sam", frozenset({role})))]
    assert (titles.index("My patch") if "My patch" in titles else None) == place


def test_a_neighbour_starts_here_with_all_own_wards(signed_in_app):
    app = signed_in_app(
        "neighbourhood", wards=["Birkenhead and Tranmere", "Town Centre, St Helens"]
    )
    assert not app.exception
    assert "<span>Birkenhead and Tranmere and Town Centre</span>" in said(app)
    assert {card["name"].split(":")[0] for card in panel(app)["cards"]} <= {
        "Birkenhead and Tranmere",
        "Town Centre",
    }
    assert "Only your wards are shown" in said(app)


def test_wards_are_remembered_for_the_next_visit(patch):
    patch.multiselect(key="patch wards").select(WARD).run()
    again = opened(start())
    assert again.multiselect(key="patch wards").value == [WARD]
    assert "<span>Birkenhead and Tranmere</span>" in said(again)


def test_what_is_remembered_may_be_lost_or_damaged(small_app, tmp_path):
    viewer = Viewer("Ann", frozenset({"analyst"}))
    assert recall(viewer) == {}
    remember(viewer, {"ward": [WARD], "lens": []})
    assert recall(viewer) == {"ward": [WARD]}
    (kept,) = (tmp_path / "workspace" / "patch-choices").iterdir()
    for damage in ("{", "[1]", '{"ward": 3}'):
        kept.write_text(damage)
        assert recall(viewer) == {}


def test_a_look_and_a_sheet_are_written_down_first(patch, monkeypatch):
    with database().read() as connection:
        kinds = [(row.kind, row.subject) for row in connection.execute(select(audit)).all()]
    assert ("view", "My patch") in kinds

    def full(*_, **__):
        raise RecordsError("The disk is full. Make room, then try again.")

    monkeypatch.setattr(taking, "trace", full)
    held = next(iter(patch.session_state["mapper_patches"].values()))
    viewer = Viewer("Ann", frozenset({"analyst"}))
    with pytest.raises(RecordsError):
        patch_sheet.taken_sheet(viewer, held, {}, "Anfield")
    monkeypatch.setattr(patch_results, "trace_release", full)
    patch.button_group(key="patch span").set_value("year").run()
    assert "The disk is full" in said(patch)
    assert not drawn(patch)


def test_one_person_is_released_to_once_and_every_look_is_written_down(patch, monkeypatch):
    made = []
    real = patch_results.release_patch
    monkeypatch.setattr(
        patch_results, "release_patch", lambda *a, **k: made.append(a) or real(*a, **k)
    )
    before = looks()
    other = AppTest.from_file(ENTRY, default_timeout=SECONDS)
    opened(other.run())
    assert panel(other)["release"] == panel(patch)["release"]
    assert made == []
    assert looks() == before + 1
    patch.multiselect(key="patch wards").select(WARD).run()
    assert len(made) == 1


def test_what_is_kept_for_some_rights_is_shown_to_nobody_with_others():
    ann = Viewer("Ann", frozenset({"neighbourhood"}), frozenset({WARD}), "one")
    made = []

    def ask(viewer):
        return once.own_once(viewer, ("a patch",), lambda: made.append(viewer) or viewer)

    assert ask(ann) is ask(replace(ann, session="another")) is ask(replace(ann, name="Bob"))
    others = [
        replace(ann, wards=frozenset({"Town Centre, St Helens"})),
        replace(ann, roles=frozenset({"analyst"})),
        replace(ann, agency="police"),
    ]
    assert [ask(viewer) for viewer in others] == others
    assert made == [ann, *others]


def test_the_tab_is_named_after_the_place_that_is_looked_at(patch, monkeypatch):
    named = []
    monkeypatch.setattr(patch_page, "name_tab", lambda *words: named.append(words))
    patch.run()
    assert named == [("My patch", "Merseyside, 111 wards")]
    first = panel(patch)["cards"][0]
    patch.session_state["patch spot"] = first["id"]
    patch.run()
    assert named[1] == ("My patch", first["title"])


def test_the_table_is_sent_to_those_who_open_it(patch):
    assert not patch.dataframe
    patch.session_state["patch twin"] = True
    patch.run()
    (table,) = patch.dataframe
    assert table.value["Place"].tolist() == [card["name"] for card in panel(patch)["cards"]]


def looks():
    """How many views of My patch the audit log holds."""
    with database().read() as connection:
        rows = connection.execute(select(audit.c.kind, audit.c.subject)).all()
    return rows.count(("view", "My patch"))


def test_nothing_found_says_what_to_do(tmp_path, monkeypatch):
    even = write_extract(tmp_path / "even.csv", each=0, box=(-2.98, -2.7, 53.38, 53.5))
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(even))
    forget()
    app = opened(start())
    assert not app.exception
    assert panel(app)["heading"] == "No unusual place"
    assert "Choose more days" in panel(app)["hint"]
    numbers = [int(line.rsplit(": ", 1)[1].split()[0]) for line in panel(app)["busiest"]]
    assert len(numbers) == 3
    assert numbers == sorted(numbers, reverse=True)
    assert panel(app)["hint"].startswith("No place stands out as unusual")


def test_data_that_knows_months_only_is_refused_hours_in_words(tmp_path, monkeypatch):
    path = write_police_uk(tmp_path / "2023-05-merseyside-street.csv", label="On or near Way")
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(path))
    forget()
    app = opened(start())
    assert not app.exception
    app.button_group(key="patch shifts").set_value(["night"]).run()
    assert "knows only the month of each incident" in said(app)


def test_where_next_is_one_click_deeper_and_says_what_it_lacks(patch):
    assert "12 are needed" not in said(patch)
    patch.toggle(key="patch next").set_value(True).run()
    assert "holds 11 whole periods of a month, and 12 are needed" in said(patch)
