"""From hot spot to prevention in a real browser, by three people who sign in.

An analyst finds a hot spot and what drives it; a neighbourhood team assesses it, plans, and
records what was done; the analyst evaluates and holds the meeting; each takes the dossier that
their role may have, and a partner reads what was shared and nothing else.
"""

import re
import sqlite3
import sys
from contextlib import suppress

import pypdf
import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 - Playwright's own, of this name

from demonstration.writing import write_demonstration
from mapper.app.shell.router import BRIEFING, ENTRIES, PATCH
from tests.browser.app_server import Visit
from tests.logs import hold_no_detail
from tests.security.people_server import serving

pytestmark = pytest.mark.browser

VOICE = "They will not walk past the taxi rank after dark."
OBJECTIVE = "Fewer children reported missing from these streets by June."
ACTION = "Light the underpass"
WARD = "Pensby and Thingwall"  # has the first hot spot of the demonstration, and nell
STARTS = ("Hot spots", PATCH, BRIEFING)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("loop")


@pytest.fixture(scope="module")
def address(folder):
    """The app on the demonstration data, with a real identity provider."""
    made = write_demonstration(folder, seed=1)
    with serving(folder, made.incidents) as started:
        yield started
    typed = (VOICE, OBJECTIVE, ACTION, "Lights put in and walked every evening")
    hold_no_detail(folder, *typed, "a secret of the test")


@pytest.fixture
def visit(browser, address):
    """A maker of visitors who sign in with the provider and begin on the map."""
    made = []

    def sign_in(name, start="hot-spots"):
        visitor = Visit(browser, address, width=2200, height=1000)  # the whole menu in one line
        visitor.page.set_default_timeout(90_000)  # three people on a small, busy machine
        made.append(visitor)
        form = visitor.context.request.get(f"{address}/sign-in")  # the provider's own page
        visitor.context.request.post(form.url, form={"sub": name})
        visitor.page.goto(f"{address}/{start}")
        if start == "hot-spots":
            visitor.wait_for_map()
        visitor.rest()
        visitor.complaints.clear()  # Streamlit looks for itself below a page's address first
        return visitor

    yield sign_in
    for visitor in made:
        visitor.close()


def go(visit, title):
    """Open a page by the menu, and its section first where it is in one."""
    section = next((entry.section for entry in ENTRIES if entry.title == title), "")
    header = visit.page.get_by_text(section, exact=True) if section else None
    if header is not None and header.count():  # one page alone stands in the menu itself
        header.first.click()
        visit.page.get_by_role("menuitem", name=title, exact=True).click()
    else:
        visit.page.get_by_role("link", name=title, exact=True).first.click()
    # The old page stays on the screen until the server has begun with the new one
    url = next(entry.url for entry in ENTRIES if entry.title == title)
    start = "?" if title in STARTS else ""  # a role's first page is at the bare address
    visit.page.wait_for_url(re.compile(rf"^[^?]*/({url}){start}([?#].*)?$"))
    visit.rest()


def choose_hotspot(visit, name):
    """Open the map and choose a hot spot in its list; return its id."""
    go(visit, "Hot spots")
    visit.wait_for_map()
    visit.rest()  # a list that is drawn anew takes no click
    line = visit.page.locator(".list tbody tr", has_text=name).first
    visit.click_until(line.locator("button"), visit.page.locator(".m-place"))
    visit.rest()
    return line.get_attribute("data-id")


def look_at(visit, section, words):
    """Open a section about the chosen place and wait for its words."""
    radio = visit.page.get_by_role("radio", name=section, exact=True)
    visit.click_until(radio, visit.page.get_by_text(words))
    visit.rest()


def fill(visit, label, text):
    """Fill a field and wait until it is taken in."""
    field = visit.page.get_by_role("textbox", name=label, exact=True)
    field.first.fill(text)
    field.first.press("Tab")
    settle(visit)


def fill_day(visit, label, digits):
    """Type a day into its field: 01032022."""
    day = visit.page.get_by_role("group", name=label, exact=True).get_by_role("spinbutton").first
    day.click()
    day.press_sequentially(digits)
    day.press("Tab")
    settle(visit)


def settle(visit):
    """Wait until what was typed has reached the server and the page is at rest again."""
    visit.page.wait_for_timeout(300)
    visit.rest()


def pick(visit, label, option):
    """Choose an option; a page drawn anew meanwhile closes the list, which is then opened again."""
    for _ in range(5):
        visit.page.get_by_role("combobox", name=label).first.click()
        with suppress(TimeoutError):
            visit.page.get_by_role("option", name=option).first.click(timeout=3_000)
            break
    settle(visit)


def open_tab(visit, title):
    visit.page.get_by_role("tab", name=title, exact=True).click()


def save(visit, reason):
    """Save the record on the desk and wait for its version."""
    fill(visit, "Why this version", reason)
    visit.page.get_by_role("button", name="Save", exact=True).click()
    visit.page.get_by_text("Version 1 is saved.").wait_for()
    visit.rest()


def dossier(visit):
    """Take the dossier in one click and return its words."""
    content = pypdf.PdfReader(visit.download("PDF", behind=["Dossier"], exact=True).path())
    return " ".join(" ".join(page.extract_text() for page in content.pages).split())


def test_from_hot_spot_to_prevention_and_back_to_the_meeting(visit, folder):
    analyst = visit("ann")
    spot = choose_hotspot(analyst, WARD)
    look_at(analyst, "Why here", "in the rest of the area")
    look_at(analyst, "Nearby", "How to read this")

    team = visit("nell")
    assert choose_hotspot(team, WARD) == spot
    look_at(team, "When", "Busy shifts")
    assess(team)
    plan(team)
    act(team)

    go(analyst, "Interventions")
    evaluate(analyst)
    choose_hotspot(analyst, WARD)
    meet(analyst)
    choose_hotspot(analyst, WARD)
    words = dossier(analyst)
    for part in (VOICE, OBJECTIVE, ACTION, "as far as counts can tell", "Partnership, north"):
        assert part in words
    assert re.search(r"No shift (of the week )?stands out|Busiest, above all other shifts", words)
    assert "For the operational audience" in words

    go(analyst, "Children")
    facts = analyst.page.locator(".m-facts").first
    facts.get_by_text("9,715").wait_for()
    assert all(part in facts.inner_text() for part in ("33,333", "29 %", "810"))

    partner = visit("pat")
    choose_hotspot(partner, WARD)
    look_at(partner, "Work here", "Plan P-")
    partner.click_until(
        partner.page.get_by_text("Plan P-").first, partner.page.get_by_text(OBJECTIVE)
    )
    theirs = dossier(partner)
    assert OBJECTIVE in theirs
    assert ACTION in theirs
    assert VOICE not in theirs
    assert "as far as counts can tell" not in theirs
    assert "For the partnership audience" in theirs
    assert traces(folder) == {"ann": 1, "pat": 1}
    for visitor in (analyst, team, partner):
        assert visitor.complaints == []


@pytest.mark.soak
def test_an_icon_campaign_from_lens_to_coverage(visit, capsys):
    """Eight venues near hot spots of babies in abuse settings, four agencies, one ticking off."""
    ann = visit("ann")
    go(ann, "Campaigns")
    clicks = Clicks(ann)
    pick(ann, "Begin from a template", re.compile("^ICON outreach$"))
    clicks.made += 2
    clicks("button", "Start a campaign", sign=ann.page.get_by_role("tab", name="Places"))
    shared = ann.page.get_by_role("combobox", name="Shared with partner agencies")
    shared.scroll_into_view_if_needed()
    pick(ann, "Shared with partner agencies", re.compile("^shared$"))
    clicks.made += 2
    take = re.compile("Take the first 8 places")
    clicks("tab", "Places", sign=ann.page.get_by_role("button", name=take))
    clicks("button", take, sign=ann.page.get_by_text("Everything asked is answered."))
    down = re.compile("Fill the template's 4 actions down over 8 places")
    clicks("tab", "Actions", sign=ann.page.get_by_role("button", name=down))
    clicks("button", down, sign=None)
    save(ann, "agreed on Tuesday")
    clicks.made += 2
    ann.page.get_by_text("0 of 8", exact=True).wait_for()
    ann.page.get_by_text("0 of 32", exact=True).wait_for()
    keep = ann.page.get_by_role("button", name="Keep this count")
    clicks("text", "Count a visit", sign=keep)
    clicks("button", "Keep this count", sign=ann.page.get_by_text("1 of 8", exact=True))
    with capsys.disabled():
        told = f"\nICON campaign of eight venues, lens to coverage: {clicks.made} clicks\n"
        sys.stdout.write(told)
    assert clicks.made <= 20

    pat = visit("pat", start="our-actions")
    pat.page.get_by_text("midwifery: 8 actions open, none late.").wait_for()
    first = pat.page.locator("details summary").first
    answer = pat.page.get_by_role("button", name="Save how it stands").first
    pat.click_until(first, answer)
    pick(pat, "How it stands", re.compile("^done$"))
    pat.click_until(answer, pat.page.get_by_text(re.compile(r"Saved in C-\w+, version 3")))
    assert not pat.page.get_by_role("link", name="Plans", exact=True).count()
    for visitor in (ann, pat):
        assert visitor.complaints == []


class Clicks:
    """Clicks that are counted, each repeated until its sign is seen and counted once."""

    def __init__(self, visit):
        self.visit, self.made = visit, 0

    def __call__(self, role, name, *, sign):
        page = self.visit.page
        exact = isinstance(name, str)
        found = (
            page.get_by_text(name, exact=True)
            if role == "text"
            else page.get_by_role(role, name=name, exact=exact)
        )
        if sign is None:
            found.first.click()
            settle(self.visit)
        else:
            self.visit.click_until(found.first, sign)
            self.visit.rest()
        self.made += 1


def assess(team):
    """Write the location assessment of the chosen hot spot."""
    team.page.get_by_role("link", name="Assess this place").click()
    team.page.get_by_text("Location assessments").wait_for()
    team.rest()
    open_tab(team, "Voice and lived experience of children")
    fill(team, "What children and young people say about the place", VOICE)
    save(team, "first look")


def plan(team):
    """Go on to a plan with one action, and share it with partners."""
    team.page.get_by_role("button", name="Start a plan for this place").click()
    team.page.get_by_role("heading", name="Plans").wait_for()
    team.rest()
    pick(team, "Strand", re.compile("^problem solving$"))
    open_tab(team, "Problem solving")
    fill(team, "Objective", OBJECTIVE)
    open_tab(team, "Actions")
    team.page.get_by_role("button", name="Add an action").click()
    team.rest()
    fill(team, "Action", ACTION)
    pick(team, "Agency", re.compile("^council$"))
    fill_day(team, "Due", "01062022")
    fill_day(team, "Review on", "01072022")
    pick(team, "Shared with partner agencies", re.compile("^shared$"))
    save(team, "agreed on Tuesday")


def act(team):
    """Go on to what was done, from a day within the data."""
    team.page.get_by_role("button", name="Record what was done here").click()
    team.page.get_by_role("heading", name="Interventions").wait_for()
    team.rest()
    fill_day(team, "First day", "01032022")
    fill(team, "What was done", "Lights put in and walked every evening.")
    save(team, "done")
    team.page.get_by_text("An analyst can do it here.").wait_for()


def evaluate(analyst):
    """Work out what the intervention did."""
    pick(analyst, "Intervention", re.compile("^I-"))
    analyst.page.get_by_role("button", name="Work it out", exact=True).click()
    analyst.page.get_by_text("as far as counts can tell.").wait_for()
    analyst.rest()


def meet(analyst):
    """Hold the meeting with the map that was shown."""
    go(analyst, "Meetings")
    analyst.page.get_by_role("button", name="Start a new one").click()
    analyst.page.get_by_text("This is the first meeting on record").wait_for()
    analyst.rest()
    fill(analyst, "Meeting", "Partnership, north")
    save(analyst, "held")


def traces(folder):
    """Count the dossiers that the audit log says were taken, by person."""
    with sqlite3.connect(folder / "workspace" / "mapper.sqlite") as kept:
        rows = kept.execute(
            "select person, count(*) from audit where kind = 'export' and subject like 'dossier-%'"
            " group by person"
        )
        return dict(rows.fetchall())
