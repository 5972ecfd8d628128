"""The Briefing and its release: what partners are shown, and how it comes to be released."""

import json
import re
from datetime import date
from html import unescape

import pytest

from mapper.app.briefing import results
from mapper.app.shell.router import PAGES
from mapper.base.settings import settings
from mapper.disclosure.plan_month import give_month
from mapper.disclosure.release_plan import PLAN_FILE, release_plan
from mapper.incidents.read import read_incidents
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.open import database
from mapper.records.releases import DatabaseRegister, kept_releases
from tests.pages.conftest import drawn, said, start

BRIEFING, RELEASE = "meeting/briefing.py", "meeting/release.py"
HOTSPOTS = "hotspots/overview.py"


def words(app):
    """Everything on the page, as a person reads it."""
    kept = re.sub(r"<style>.*?</style>", "", said(app), flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", kept))


def entries(kind):
    with database().read() as connection:
        return find_entries(connection, AuditFilter(kinds=(kind,)))


def registered():
    with database().read() as connection:
        return kept_releases(connection)


def counts(app):
    """Every count that the page prints: headline figures, figures of places, the table twin."""
    html = said(app)
    cells = re.findall(r'<td class="n">([^<]*)</td>', html)
    tiles = re.findall(r"<li[^>]*><b>([^<]*) ?(?:<small>([^<]*)</small>)?</b>", html)
    twin = [
        value
        for frame in app.dataframe
        for name in frame.value.columns
        if "Incidents" in name
        for value in frame.value[name].astype(str)
    ]
    every = [*cells, *(word for pair in tiles for word in pair), *twin]
    numbers = [re.match(r"\s*([\d,]+)(?! ?%)\b", word) for word in map(unescape, every)]
    return [int(found[1].replace(",", "")) for found in numbers if found]


def test_a_partner_opens_the_briefing_first(signed_in_app):
    app = signed_in_app("partner", name="Pat")
    assert not app.exception
    told = words(app)
    assert "Briefing" in told
    assert "Domestic abuse" in told
    assert "for partnership use" in told
    assert "for operational use" not in told
    assert not app.selectbox
    assert not app.date_input


def test_a_partner_sees_no_count_under_five_and_no_statistic(signed_in_app):
    app = signed_in_app("partner", name="Pat")
    found = counts(app)
    assert len(found) > 5
    assert all(count == 0 or (count >= 5 and count % 5 == 0) for count in found)
    told = words(app)
    assert not re.search(r"(?<![\w'])[zpq](?![\w'])", told)
    assert not re.search(r"\b[1-4] incidents?\b", told)
    for frame in app.dataframe:
        assert not {"z", "p", "q", "ratio", "expected"} & {c.lower() for c in frame.value.columns}


def test_a_partners_first_look_is_registered_once_and_written_down(signed_in_app):
    app = signed_in_app("partner", name="Pat")
    first = len(registered())
    assert first >= 2  # now and before
    app.run()
    signed_in_app("partner", name="Pia")
    assert len(registered()) == first
    looks = [entry for entry in entries("view") if entry.subject == "Briefing"]
    assert {entry.person for entry in looks} == {"Pat", "Pia"}


def test_an_analysts_preview_uses_nothing_up(signed_in_app):
    app = signed_in_app("analyst", name="Ann", page=BRIEFING)
    assert not app.exception
    assert "Preview" in words(app)
    app.selectbox[0].select("domestic-abuse").run()
    app.selectbox[1].select("half-year")
    assert registered() == []
    assert "Briefing" in {entry.subject for entry in entries("view")}


def test_a_preview_is_made_once_until_something_else_is_given(monkeypatch):
    made, gather = [], results.gather
    monkeypatch.setattr(results, "gather", lambda *a, **k: (made.append(1), gather(*a, **k))[1])
    before = words(start().switch_page(str(PAGES / BRIEFING)).run())
    assert "Preview" in before
    assert words(start().switch_page(str(PAGES / BRIEFING)).run()) == before  # another window
    assert len(made) == 1
    monkeypatch.setattr(DatabaseRegister, "stamp", lambda _: "something else was given")
    start().switch_page(str(PAGES / BRIEFING)).run()
    assert len(made) == 2


def test_what_an_analyst_releases_is_what_partners_are_shown(signed_in_app):
    app = signed_in_app("analyst", name="Ann", page=RELEASE)
    assert not app.exception
    app.selectbox[0].select("domestic-abuse").run()
    app.selectbox[1].select("month").run()
    heads = [frame.value.columns.tolist() for frame in app.dataframe]
    assert ["District", "Known", "Partners see", "Cells without a count"] in heads
    assert ["Why", "Cells", "Incidents"] in heads
    assert re.search(r"Hidden: [\d,]+ of [\d,]+ cells with incidents \(\d+%\)", words(app))
    app.button(key="release").click().run()
    assert "Released, marked OFFICIAL-SENSITIVE and registered" in words(app)
    assert next(entry.person for entry in entries("release")) == "Ann"
    told = words(signed_in_app("partner", name="Pat"))
    assert "1 to 30 November 2023" in told
    assert "Preview" not in told
    again = words(signed_in_app("analyst", name="Amy", page=BRIEFING))
    assert "Preview" not in again


def test_what_may_not_be_shown_is_previewed_as_what_is_given_instead(signed_in_app):
    app = signed_in_app("analyst", name="Ann", page=RELEASE)
    app.selectbox[0].select("all-demand").run()
    app.selectbox[1].select("since the last meeting").run()
    app.date_input[0].set_value(date(2023, 12, 15)).run()
    told = words(app)
    assert "days are too few" in told
    assert "partners are shown another map. Given instead of 15 December 2023 to 27" in told
    assert not app.button(key="release").disabled
    app.button(key="release").click().run()
    assert "Released, marked OFFICIAL-SENSITIVE and registered" in words(app)


def test_a_month_of_the_release_plan_is_previewed_and_given(signed_in_app):
    app = signed_in_app("analyst", name="Ann", page=RELEASE)
    assert "No monthly plan is fixed" in words(app)
    path = settings().workspace / PLAN_FILE
    path.write_text(
        'area = "merseyside"\nresolution = 8\nlenses = ["domestic-abuse"]\n'
        'first_month = "2023-11"\nlast_month = "2024-01"\n'
    )
    app.run()
    assert "Given: 0 months of 3." in words(app)
    assert "Domestic abuse: hidden" in words(app)
    assert "That is November 2023; the 2 months still to come can be expected to be alike" in words(
        app
    )
    assert "30 November 2023 must be given first" in words(app)
    app.button(key="give").click().run()
    assert "Given: 1 month of 3." in words(app)
    assert {one.made_by for one in registered()} == {"Ann"}
    assert len(registered()) == 4  # one lens at four levels
    app.button(key="give").click().run()
    assert "the files do not hold all of it" in words(app)


def test_partners_open_the_latest_months_of_the_plan_and_register_nothing(signed_in_app):
    settings().workspace.mkdir(exist_ok=True)
    (settings().workspace / PLAN_FILE).write_text(
        'area = "merseyside"\nresolution = 8\nlenses = ["domestic-abuse", "all-demand"]\n'
        'first_month = "2023-09"\nlast_month = "2023-12"\n'
    )
    incidents = read_incidents([settings().demonstration_file])
    register = DatabaseRegister(database(), person="Ann")
    for month in (date(2023, 9, 1), date(2023, 10, 1)):
        give_month(release_plan(), incidents, month, register=register)
    told = words(signed_in_app("partner", name="Pat"))
    assert "1 to 31 October 2023, against 1 to 30 September 2023" in told
    assert "Stopped" not in told  # lenses that the plan does not give are named in the notes
    assert len(registered()) == 2 * 2 * 4


def test_the_release_page_and_its_figures_are_not_for_partners(signed_in_app):
    with pytest.raises(ValueError, match="Could not find"):
        signed_in_app("partner", name="Pat", page=RELEASE)
    with pytest.raises(ValueError, match="Could not find"):
        signed_in_app("neighbourhood", wards=["Anfield"], page=BRIEFING)


def test_presenting_hides_every_control(signed_in_app):
    app = signed_in_app("analyst", name="Ann", page=BRIEFING)
    shown = counts(app)
    app.button(key="present").click().run()
    assert app.query_params["present"] in ("1", ["1"])
    assert not app.selectbox
    assert not app.get("download_button")
    assert not app.get("page_link")
    assert [one.label for one in app.button] == ["End presentation"]
    assert counts(app) == shown[: len(counts(app))]
    app.button(key="end presentation").click().run()
    assert "present" not in app.query_params
    assert [one.proto.label for one in app.get("download_button")] == ["PDF", "Word", "Web page"]


def test_a_meeting_started_now_keeps_what_was_shown(signed_in_app):
    app = signed_in_app("analyst", name="Ann", page=BRIEFING)
    shown = list(app.session_state["mapper_releases"].values())[-1]
    assert shown.audience == "partnership"
    assert shown.resolution == 8
    from mapper.records.meetings import shown_list

    assert shown_list(shown)["digest"] == shown.digest


def test_a_refusal_is_said_in_words(signed_in_app):
    app = signed_in_app("analyst", name="Ann", page=BRIEFING)
    app.selectbox[1].select("year").run()
    assert "too short to set one year" in words(app)
    assert not app.get("download_button")


def test_days_since_a_meeting_are_asked_by_hand(signed_in_app):
    app = signed_in_app("analyst", name="Ann", page=BRIEFING)
    app.selectbox[1].select("since the last meeting").run()
    assert app.date_input[0].label == "Day of the last meeting"
    assert "to 27 December 2023, against" in words(app)


@pytest.mark.parametrize("first", [HOTSPOTS, BRIEFING])
def test_what_partners_see_first_is_one_release_in_either_order(signed_in_app, first):
    second = BRIEFING if first == HOTSPOTS else HOTSPOTS
    assert "Not released" not in words(signed_in_app("partner", name="Pat", page=first))
    given = registered()
    app = signed_in_app("partner", name="Pia", page=second)
    assert not app.exception
    assert "Not released" not in words(app)
    if first == BRIEFING:
        assert registered() == given  # the map is one that the Briefing gave: a look
    made = [entry for entry in entries("release") if entry.subject != "Briefing for partners"]
    assert len(made) == len({entry.digest for entry in made}) == len(registered())


def test_a_partners_list_offers_no_choice_and_no_figure_that_changes_nothing(signed_in_app):
    """Their places are held against residents alone, and what was expected is not theirs."""
    app = signed_in_app("partner", name="Pat", page=HOTSPOTS)
    assert "expected" not in [box.key for box in app.selectbox]
    assert "Against the residents of each place" in words(app)
    given = json.loads(drawn(app)[0].proto.json)
    assert [column["title"] for column in given["columns"]] == ["Incidents"]
    assert "more incidents than residents would explain" in given["hint"]
