"""Campaigns on screen: begun from a template, places taken, actions filled, visits counted."""

from datetime import date

import pytest

from mapper.app.door.who import viewer_now
from mapper.app.shell.words import plain
from mapper.disclosure.people import Viewer, one_person
from mapper.incidents.synthetic import SYNTHETIC_NOTICE
from mapper.records.campaigns import cells_of, coverage
from mapper.records.open import database
from mapper.records.saving import Work, save
from mapper.records.versions import drafts_of, records
from tests.pages.conftest import said
from tests.pages.test_assessment_page import field, fill, press, saved

CAMPAIGNS = "pages/places/campaigns.py"


def press_first(app, words):
    next(one for one in app.button if one.label.startswith(words)).click()
    return app.run()


@pytest.fixture
def campaign(app):
    """A domestic-abuse month at the three hot spots of the small extract, saved."""
    app.switch_page(CAMPAIGNS).run()
    field(app.selectbox, "Begin from a template").select("domestic-abuse-month").run()
    press(app, "Start a campaign")
    saved(app)
    assert "Answer first: Places" in said(app)
    press_first(app, "Take the first 3 places")
    press_first(app, "Fill the template's 4 actions down over 3 places")
    return saved(app, "agreed")


def test_a_link_may_name_the_template_that_a_campaign_begins_from(app):
    app.query_params["template"] = "weapon-sweeps"
    app.switch_page(CAMPAIGNS).run()
    assert field(app.selectbox, "Begin from a template").value == "weapon-sweeps"
    app.query_params["template"] = "no such template"
    app.run()
    assert not app.exception


def test_places_are_taken_with_their_reason_and_actions_filled_over_them(campaign):
    assert not campaign.exception
    (kept,) = records(database(), "campaign")
    places, actions = kept.content["places"], kept.content["actions"]
    assert len(places) == 3
    assert len(actions) == 12
    assert all(one["hotspot_id"] and one["cells"] and one["incidents"] > 30 for one in places)
    assert all(one["why"].startswith("number ") for one in places)
    assert {one["place"] for one in actions} == {one["place"] for one in places}
    assert "0 of 3" in said(campaign)
    assert "its places hold 139 incidents" in said(campaign).replace("\\", "")


def test_template_and_harm_of_a_campaign_are_told_by_their_titles(campaign):
    asked = field(campaign.selectbox, "Template")
    assert asked.value == "domestic-abuse-month"
    assert {"None", "Domestic-abuse intensification month"} <= set(asked.options)
    harm = field(campaign.selectbox, "Harm it is about")
    assert harm.value == "domestic-abuse"
    assert {"None", "Domestic abuse", "Complex lives"} <= set(harm.options)
    (kept,) = records(database(), "campaign")
    assert (kept.content["template"], kept.content["lens"]) == (
        "domestic-abuse-month",
        "domestic-abuse",
    )


def test_a_visit_is_counted_at_once_and_what_is_typed_stays(campaign):
    fill(campaign, Purpose="Another purpose, not saved yet.")
    field(campaign.number_input, "People reached").set_value(14)
    press(campaign, "Keep this count")
    assert not campaign.exception
    (kept,) = records(database(), "campaign")
    (row,) = kept.content["outreach"]
    assert (row["sessions"], row["contacts"], row["day"]) == (1, 14, "2023-12-27")
    assert len(coverage(kept.content).visited) == 1
    assert "1 of 3" in said(campaign)
    purpose = field(campaign.text_area, "Purpose")
    assert purpose.value == "Another purpose, not saved yet."
    saved(campaign, "reworded")
    (now,) = records(database(), "campaign")
    assert now.number == 3
    assert now.content["outreach"] == kept.content["outreach"]


def test_a_campaign_begins_and_is_named_after_the_day_that_was_chosen(app):
    app.switch_page(CAMPAIGNS).run()
    field(app.selectbox, "Begin from a template").select("domestic-abuse-month").run()
    field(app.date_input, "First day").set_value(date(2023, 3, 6)).run()
    press(app, "Start a campaign")
    assert field(app.text_input, "Name of the campaign").value.endswith(", March 2023")
    press_first(app, "Take the first 3 places")
    press_first(app, "Fill the template's 4 actions down over 3 places")
    saved(app)
    (kept,) = records(database(), "campaign")
    assert kept.content["first"] == "2023-03-06"
    dues = {one["due"] for one in kept.content["actions"]}
    assert min(dues) >= "2023-03-06"
    assert max(dues) <= kept.content["last"]


def test_before_its_first_day_a_campaign_says_when_it_begins(app):
    later = {"name": "Later", "first": "2990-01-04", "places": [{"place": "Hub"}]}
    save(database(), Work("C-1", "campaign", later), viewer=one_person("Ann"), reason="agreed")
    app.switch_page(CAMPAIGNS).run()
    field(app.selectbox, "Campaign").select_index(0).run()
    told = "Begins on 4 January 2990: before that no place counts as untouched."
    assert plain(told) in said(app)
    assert "Untouched" not in said(app)


def test_a_proposed_name_follows_the_first_day_until_one_of_ones_own_is_typed(app):
    app.switch_page(CAMPAIGNS).run()
    field(app.selectbox, "Begin from a template").select("domestic-abuse-month").run()
    field(app.date_input, "First day").set_value(date(2023, 3, 6)).run()
    press(app, "Start a campaign")
    for day, ends in ((date(2023, 6, 5), ", June 2023"), (date(2024, 1, 8), ", January 2024")):
        field(app.date_input, "First day").set_value(day).run()
        assert not app.exception
        assert field(app.text_input, "Name of the campaign").value.endswith(ends)
    field(app.date_input, "First day").set_value(None).run()
    field(app.date_input, "First day").set_value(date(2024, 2, 5)).run()
    assert field(app.text_input, "Name of the campaign").value.endswith(", February 2024")
    (kept,) = drafts_of(database(), viewer_now().name, "campaign")
    assert kept.content["name"].endswith(", February 2024")
    fill(app, **{"Name of the campaign": "A quiet home"})
    field(app.date_input, "First day").set_value(date(2024, 5, 6)).run()
    assert field(app.text_input, "Name of the campaign").value == "A quiet home"


def test_a_campaign_without_a_template_takes_places_too(app):
    app.switch_page(CAMPAIGNS).run()
    press(app, "Start a new one")
    next(
        one for one in app.checkbox if "number 2 of this harm" in one.label.replace("\\", "")
    ).check()
    app.run()
    press(app, "Take what is ticked (1)")
    assert not app.exception
    assert "Not yet answered: Name of the campaign, Strand" in said(app).replace("\\", "")


def test_late_and_due_tells_owner_place_and_the_way_to_the_plan(campaign):
    (kept,) = records(database(), "campaign")
    campaign.switch_page("pages/places/late_and_due.py").run()
    assert not campaign.exception
    by_agency, actions, crossed = (one.value for one in campaign.dataframe)
    assert by_agency["Open"].sum() == 12
    assert list(actions.columns[:3]) == ["Late by days", "Due", "Open"]  # seen without scrolling
    assert set(actions["Open"]) == {f"/campaigns?record={kept.record}"}
    assert set(actions["Owner (role)"]) >= {"neighbourhood inspector"}
    assert len(crossed) == 3
    assert not campaign.expander  # no meeting yet
    meeting = Work("M-1", "meeting", {"name": "First", "held": "2023-06-01"})
    save(database(), meeting, viewer=Viewer("Sam", frozenset({"analyst"})), reason="held")
    field(campaign.selectbox, "Whose actions").select("housing").run()
    assert [one.label for one in campaign.expander] == [
        plain("Since the meeting on 1 June 2023: 0 actions done, none newly late")
    ]
    assert set(campaign.dataframe[1].value["Agency"]) == {"housing"}


def test_who_leads_at_a_place_is_told_and_places_of_nobody_are_looked_for(campaign):
    campaign.switch_page("pages/places/late_and_due.py").run()
    assert set(campaign.dataframe[2].value["Lead agency"]) == {"police"}
    field(campaign.toggle, "Look for places where three harms meet and nobody works").set_value(
        True
    )
    campaign.run()
    assert not campaign.exception
    words = said(campaign).replace("\\", "")
    assert "in the hot spots of three or more of: " in words or "too few harms" in words
    assert SYNTHETIC_NOTICE in words


def test_places_where_nobody_works_are_looked_for_before_there_is_any_plan(app):
    app.switch_page("pages/places/late_and_due.py").run()
    assert "No plan or campaign is live" in said(app)
    assert SYNTHETIC_NOTICE not in said(app)  # nothing of the data is told yet
    assert field(app.toggle, "Look for places where three harms meet and nobody works")
    assert not app.exception


def test_cores_are_taken_and_a_briefing_of_a_team_is_counted(app):
    app.switch_page(CAMPAIGNS).run()
    field(app.selectbox, "Begin from a template").select("domestic-abuse-month").run()
    press(app, "Start a campaign")
    kinds = next(one for one in app.button_group if one.label == "Tick from")
    kinds.set_value("core").run()
    press_first(app, "Take the first 3 places")
    saved(app, "agreed")
    (kept,) = records(database(), "campaign")
    assert all(one["kind"] == "core" and 1 <= len(one["cells"]) <= 5
               for one in kept.content["places"])  # fmt: skip
    field(app.number_input, "Staff briefed").set_value(9)
    field(app.text_input, "Team briefed").set_value("Health visiting, north")
    field(app.selectbox, "Theme of the briefing").select("Information sharing")
    press(app, "Keep this count")
    assert not app.exception
    (now,) = records(database(), "campaign")
    (row,) = now.content["outreach"]
    assert (row["team"], row["theme"], row["briefed"]) == (
        *("Health visiting, north", "Information sharing"),
        9,
    )
    assert row["place"] == now.content["places"][0]["place"]
    app.switch_page("pages/places/assessment.py").run()
    assert "Workforce: briefings held by team and theme" in str(
        [one.value for one in app.subheader]
    )
    assert app.dataframe[-1].value["Staff briefed"].tolist() == [9]


def test_a_campaign_is_evaluated_over_all_its_places(campaign):
    field(campaign.date_input, "First day").set_value(date(2023, 7, 1))
    field(campaign.date_input, "Last day").set_value(date(2023, 9, 30))
    saved(campaign, "dates of the data")
    press(campaign, "Work it out")
    assert not campaign.exception
    (kept,) = records(database(), "evaluation")
    (one,) = records(database(), "campaign")
    assert kept.content["intervention"] == one.record
    assert kept.content["inputs"]["cells"]["treated"] == sorted(
        cells_of(one.content, coverage(one.content).planned)
    )
    assert kept.content["result"]["verdict"] == "could not be told"
    field(campaign.toggle, "Every harm at these places").set_value(True).run()
    assert not campaign.exception
    harms = next(one.value for one in campaign.dataframe if "What can be told" in one.value)
    assert "All demand" in set(harms["Harm"])
    assert set(harms["What can be told"]) == {"could not be told"}
    assert "too few comparable places or dates" in said(campaign)  # nor, so, what fall would tell


def test_outreach_is_judged_by_reach_and_says_so(app):
    app.switch_page(CAMPAIGNS).run()
    field(app.selectbox, "Begin from a template").select("icon-outreach").run()
    press(app, "Start a campaign")
    assert not app.exception
    assert "Judged by reach and coverage: 0 of 0 places visited" in said(app)
    assert not [one for one in app.button if one.label == "Work it out"]
