"""What an officer and a chair see without scrolling, and how few actions lead to paper.

On the generated demonstration, which opens by itself: a small laptop of 1366 by 768. The menu of
all pages and the two lines of marking are left out of the counts; the map with its legend, buttons
and ranks is in them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from tests.browser.app_server import Visit, asked_by_server, serving

pytestmark = pytest.mark.browser
MOST_WORDS, MOST_CONTROLS = 120, 15
MOST_ACTIONS = 3
COUNT = Path(__file__).with_name("first_screen.js").read_text(encoding="utf-8")
LISTEN = """
window.actions = 0;
for (const kind of ["pointerdown", "keydown"]) {
  window.addEventListener(kind, (event) => { window.actions += event.isTrusted; }, true);
}
"""
PLAN = """
import sys
from mapper.disclosure.people import one_person
from mapper.records.open import database
from mapper.records.saving import Work, save
row = {"action": "Light the path", "owner": "Inspector", "status": "under way"}
content = {"name": "Path", "hotspot_id": sys.argv[1], "actions": [row]}
save(database(), Work("P-1", "plan", content), viewer=one_person("Ann"), reason="first")
"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    """Folder and address of the app on the demonstration that it makes itself."""
    folder = tmp_path_factory.mktemp("demonstration")
    with serving(folder) as address:
        yield folder, address
    assert asked_by_server(folder) == []


@pytest.fixture
def visit(browser, demonstration):
    visitor = Visit(browser, demonstration[1])
    visitor.run_first(LISTEN)
    yield visitor
    visitor.close()
    assert visitor.elsewhere == []
    assert visitor.complaints == []


def open_patch(visit, asked="?lens=serious-violence"):
    """Open My patch as a link leads there, and wait for cards and map."""
    visit.page.goto(f"{visit.address}/my-patch{asked}")
    visit.page.locator(".card").first.wait_for()
    visit.page.frame_locator(".stage.first iframe").locator(".m-rank").first.wait_for()
    visit.rest()


def first_screen(visit):
    """Words and controls seen on the page, and in the frame of its map."""
    seen = visit.page.evaluate(COUNT)
    frame = visit.page.locator(".stage.first iframe").element_handle().content_frame()
    inside = frame.evaluate(COUNT)
    return {name: [*seen[name], *inside[name]] for name in seen}


def test_the_generated_demonstration_opens_by_itself(browser, demonstration):
    folder, address = demonstration
    visits = []
    for _ in range(2):
        visits.append(Visit(browser, address).open())
        page = visits[-1].page
        assert page.locator(".list tbody tr").count() >= 5
        assert "Demonstration data" in page.locator(".m-over").inner_text()
        visits[-1].close()
    for visitor in visits:
        assert visitor.elsewhere == []
        assert visitor.complaints == []
    assert asked_by_server(folder) == []
    assert (folder / "workspace" / "demonstration-1" / "incidents.parquet").is_file()


@pytest.mark.parametrize(
    "asked",
    ["?lens=serious-violence", "?lens=county-lines&period=year"],
)
def test_the_first_screen_of_my_patch_holds_few_words_and_controls(visit, asked):
    """With one place, and where the list is full; the map with its marks is counted."""
    open_patch(visit, asked)
    seen = first_screen(visit)
    assert "Shift sheet" in " ".join(seen["words"])  # the count sees what is there
    assert {"My", "patch", "More"} <= set(seen["words"])
    assert len(seen["words"]) <= MOST_WORDS, " ".join(seen["words"])
    assert len(seen["controls"]) <= MOST_CONTROLS, seen["controls"]


def test_an_officer_goes_from_a_link_to_paper_in_three_actions(visit, demonstration):
    page = visit.page
    open_patch(visit)
    spot = page.locator(".card").first.get_attribute("data-id")
    environment = {**os.environ, "MAPPER_WORKSPACE": str(demonstration[0] / "workspace")}
    subprocess.run([sys.executable, "-c", PLAN, spot], env=environment, check=True)
    open_patch(visit)
    opened = 1  # the link
    card = page.locator(".card").first
    doing = card.get_by_text("Doing now: Light the path (Inspector, no day set)")
    doing.wait_for()
    street = card.locator("h3 button").inner_text()
    card.locator("h3 button").click()
    card.get_by_text("When in the week, 1 ").wait_for()
    assert card.locator(".when").is_visible()
    page.get_by_role("link", name="Assess this place").wait_for()  # the server has taken it in
    visit.rest()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Shift sheet").click()
    (sheet,) = pypdf.PdfReader(taken.value.path()).pages
    text = " ".join(sheet.extract_text().split())
    assert street.split(",")[0] in text
    assert "Light the path" in text
    assert opened + page.evaluate("window.actions") <= MOST_ACTIONS


@pytest.mark.soak
def test_a_chair_goes_from_a_link_to_two_printed_pages_in_two_actions(visit):
    page = visit.page
    page.goto(f"{visit.address}/briefing")
    page.get_by_role("heading", name="Places that moved").wait_for()
    visit.rest()
    with page.expect_download() as taken:
        page.get_by_role("button", name="PDF", exact=True).click()
    assert len(pypdf.PdfReader(taken.value.path()).pages) == 2
    assert page.evaluate("window.actions") == 1
