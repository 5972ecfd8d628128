"""A domestic-abuse month in a real browser: six places, four agencies, two of them ticking off.

The chair begins it from the template, two partners answer, the chair looks at what is late, closes
it and works out what can be told. Clicks are counted and printed.
"""

import re
import sys
from contextlib import suppress

import pypdf
import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 - Playwright's own, of this name

from demonstration.writing import write_demonstration
from mapper.records.open import open_database
from mapper.records.versions import drafts_of, records
from tests.browser.app_server import Visit
from tests.browser.test_whole_loop import Clicks, fill, fill_day, open_tab, pick
from tests.security.people_server import serving

pytestmark = pytest.mark.browser

OLD = 76  # clicks from card to four actions done at one place, before there were campaigns
MOST = 20  # from a card to a plan with four actions
PARTNERS = {"hal": "housing", "ida": "IDVA service"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("month")


@pytest.fixture(scope="module")
def address(folder):
    made = write_demonstration(folder, seed=1)
    with serving(folder, made.incidents) as started:
        yield started


@pytest.fixture
def visit(browser, address):
    """A maker of visitors who sign in and begin on a page."""
    made = []

    def sign_in(name, start):
        visitor = Visit(browser, address, width=2200, height=1000)
        visitor.page.set_default_timeout(90_000)
        made.append(visitor)
        form = visitor.context.request.get(f"{address}/sign-in")
        visitor.context.request.post(form.url, form={"sub": name})
        go_on(visitor, start)
        visitor.complaints.clear()
        return visitor

    yield sign_in
    for visitor in made:
        visitor.close()


def go_on(visitor, start):
    """Go to a page by its address, in the same window."""
    visitor.page.goto(f"{visitor.address}/{start}")
    visitor.page.get_by_role("heading", level=1).wait_for()
    visitor.rest()


def choose(clicks, label, option):
    """Choose an option: one click opens the list, one takes it."""
    pick(clicks.visit, label, re.compile(f"^{re.escape(option)}$"))
    clicks.made += 2


def type_day(clicks, label, digits):
    """Type a day: one click goes into the field."""
    fill_day(clicks.visit, label, digits)
    clicks.made += 1


def keep(clicks, reason, version):
    """Save with a reason: one click into the field, one on the button."""
    fill(clicks.visit, "Why this version", reason)
    clicks.visit.page.get_by_role("button", name="Save", exact=True).click()
    clicks.visit.page.get_by_text(f"Version {version} is saved.").wait_for()
    clicks.visit.rest()
    clicks.made += 2


def begin(clicks):
    """Begin the month of July from the template: six places, four agencies at each."""
    page = clicks.visit.page
    choose(clicks, "Begin from a template", "Domestic-abuse intensification month")
    clicks("button", "Start a campaign", sign=page.get_by_role("tab", name="Places"))
    type_day(clicks, "First day", "01072022")
    type_day(clicks, "Last day", "31072022")
    choose(clicks, "Shared with partner agencies", "shared")
    take = re.compile("Take the first 6 places")
    clicks("tab", "Places", sign=page.get_by_role("button", name=take))
    clicks("button", take, sign=page.get_by_text("Everything asked is answered."))
    down = re.compile("Fill the template's 4 actions down over 6 places")
    clicks("tab", "Actions", sign=page.get_by_role("button", name=down))
    clicks("button", down, sign=None)
    keep(clicks, "agreed on Tuesday", 1)
    page.get_by_text("0 of 24", exact=True).wait_for()


def tick_off(clicks, agency, version):
    """Say that the first action of an agency is done; nothing of another's can be answered."""
    page = clicks.visit.page
    page.get_by_text(f"{agency}: 6 actions open, 6 late.").wait_for()
    assert page.get_by_role("button", name="Save how it stands").count() <= 6
    answer = page.get_by_role("button", name="Save how it stands").first
    clicks.visit.click_until(page.locator("details summary").first, answer)
    clicks.made += 1
    choose(clicks, "How it stands", "done")
    saved = page.get_by_text(re.compile(rf"Saved in C-\w+, version {version}"))
    clicks("button", "Save how it stands", sign=saved)
    page.get_by_text(f"{agency}: 5 actions open, 5 late.").wait_for()
    for title in ("Plans", "Campaigns", "Late and due"):
        assert not page.get_by_text(title, exact=True).count()


def look_what_is_late(clicks):
    """Read the chair's page: what each agency has late, and where agencies cross."""
    page = clicks.visit.page
    page.get_by_text("22 actions open, 22 late on", exact=False).wait_for()
    choose(clicks, "Whose actions", "housing")
    page.get_by_text("5 actions open, 5 late on", exact=False).wait_for()
    page.get_by_text("Where plans and agencies cross").wait_for()


def close(clicks):
    """Close the month, with its day and why; work out what can be told."""
    page = clicks.visit.page
    page.get_by_text("2 of 24", exact=True).wait_for()
    choose(clicks, "State", "closed")
    type_day(clicks, "In this state since", "31082022")
    fill(clicks.visit, "Why it ended", "The month is over.")
    clicks.made += 1
    keep(clicks, "closed at the meeting", 4)
    verdict = page.get_by_text(re.compile("as far as counts can tell"))
    clicks("button", "Work it out", sign=verdict)


def words_of(printed):
    """The words of a PDF in one line."""
    return " ".join(" ".join(page.extract_text() for page in printed.pages).split())


def test_an_abuse_month_of_six_places_is_carried_by_partners_and_ends(visit, folder, capsys):
    made = {}
    chair = visit("ann", "campaigns")
    made["begin"] = Clicks(chair)
    begin(made["begin"])
    kept = open_database(workspace=folder / "workspace")
    (campaign,) = records(kept, "campaign")
    assert {row["agency"] for row in campaign.content["actions"]} == {
        *("police", "IDVA service", "children's social care", "housing"),
    }
    partners = []
    for number, (name, agency) in enumerate(PARTNERS.items(), start=2):
        partners.append(visit(name, "our-actions"))
        made[name] = Clicks(partners[-1])
        tick_off(made[name], agency, number)
    go_on(chair, "late-and-due")
    made["late"] = Clicks(chair)
    look_what_is_late(made["late"])
    go_on(chair, f"campaigns?record={campaign.record}")
    made["close"] = Clicks(chair)
    close(made["close"])
    printed = pypdf.PdfReader(chair.download("Print (PDF)", exact=True).path())
    assert len(printed.pages) == 2
    assert "Could not be told, as far as counts can tell." in words_of(printed)

    (ended,) = records(kept, "campaign")
    (evaluation,) = records(kept, "evaluation")
    kept.close()
    assert (ended.content["state"], ended.number) == ("closed", 4)
    assert sum(row.get("status") == "done" for row in ended.content["actions"]) == len(PARTNERS)
    assert evaluation.content["intervention"] == ended.record
    assert evaluation.content["inputs"]["lens"]["id"] == "domestic-abuse"
    assert evaluation.content["result"]["verdict"] == "could not be told"  # nothing was planted
    total = sum(one.made for one in made.values())
    with capsys.disabled():
        told = ", ".join(f"{name} {one.made}" for name, one in made.items())
        sys.stdout.write(f"\nAbuse month of six places: {total} clicks ({told})\n")
    assert total <= OLD / 2
    for visitor in (chair, *partners):
        assert visitor.complaints == []


def test_from_a_card_to_a_plan_with_four_actions(visit, folder, capsys):
    ann = visit("ann", "hot-spots")
    page, clicks = ann.page, Clicks(ann)
    ann.wait_for_map()
    line = page.locator(".list tbody tr").first
    ann.click_until(line.locator("button"), page.locator(".m-place"))
    clicks.made += 1
    ann.rest()
    spot = line.get_attribute("data-id")
    fill_button = page.get_by_role("button", name="Fill in", exact=True)
    clicks("link", "Plan for this place", sign=fill_button)
    choose(clicks, "Fill in from a template", "Domestic-abuse intensification month")
    clicks("button", "Fill in", sign=page.get_by_text("0 of 4 actions done", exact=False))
    keep(clicks, "first plan", 1)
    kept = open_database(workspace=folder / "workspace")
    (plan,) = records(kept, "plan")
    kept.close()
    assert len(plan.content["actions"]) == 4
    assert all(one["agency"] and one["due"] for one in plan.content["actions"])
    assert plan.content["cells"]
    assert plan.hotspot_id == spot
    with capsys.disabled():
        sys.stdout.write(f"\nFrom a card to a plan with four actions: {clicks.made} clicks\n")
    assert clicks.made <= MOST
    assert ann.complaints == []


def draw_until(visit, frame, sign):
    """Draw four corners on the map until the sign is seen: a map drawn anew takes no click."""
    page = visit.page
    for _ in range(5):
        visit.rest()
        page.get_by_role("button", name="Draw an area").click()
        frame.scroll_into_view_if_needed()
        box = frame.bounding_box()
        for across, down in ((0.45, 0.4), (0.55, 0.4), (0.55, 0.55), (0.45, 0.55)):
            page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
            page.wait_for_timeout(300)  # two clicks at once would be a double click
        page.keyboard.press("Enter")
        with suppress(TimeoutError):
            sign.wait_for(timeout=10_000)
            return
        page.keyboard.press("Escape")
    raise AssertionError("no area was drawn")


def test_an_area_is_drawn_on_the_map_and_taken(visit, folder):
    """By pointer: four corners and Enter. By a button: what is in view, if not too large."""
    ann = visit("ann", "campaigns")
    page = ann.page
    page.get_by_role("button", name="Start a new one").click()
    page.get_by_role("tab", name="Places").wait_for()
    ann.rest()
    open_tab(ann, "Places")
    frame = page.locator("iframe[title^='Map:']")
    ann.click_until(page.get_by_text("On the map", exact=True), frame)
    page.frame_locator("iframe[title^='Map:']").locator("canvas").first.wait_for()
    take = page.get_by_role("button", name=re.compile("^Take Area 1: drawn on the map"))
    draw_until(ann, frame, take)
    taken = page.get_by_text("The area drawn is taken.", exact=False)
    take.click()
    taken.wait_for()
    view = page.get_by_role("button", name="Area in view")
    ann.click_until(view, page.get_by_text("Draw or choose a smaller area.", exact=False))
    ann.rest()
    closer = page.frame_locator("iframe[title^='Map:']").get_by_role("button", name="Zoom in")
    for _ in range(7):  # the window of this test is wide
        closer.click()
        page.wait_for_timeout(400)
    second = page.get_by_role("button", name=re.compile("^Take Area 2: drawn on the map"))
    ann.click_until(view, second)
    second.click()
    taken.wait_for()
    ann.rest()
    kept = open_database(workspace=folder / "workspace")
    (typed,) = drafts_of(kept, "ann", "campaign")
    kept.close()
    areas = typed.content["places"]
    assert [(one["place"], one["kind"]) for one in areas] == [
        ("Area 1", "area"),
        ("Area 2", "area"),
    ]
    assert all(one["cells"] for one in areas)
    assert ann.complaints == []
