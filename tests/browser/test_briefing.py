"""A meeting: the chair opens the briefing, shows it large, and takes the printed one away."""

import re

import pypdf
import pytest

from tests.browser.app_server import Visit, asked_by_server

pytestmark = pytest.mark.browser


def test_a_chair_shows_the_briefing_and_leaves_with_it_printed(browser, served_app):
    folder, address = served_app
    visit = Visit(browser, address).open()
    page = visit.page
    visit.click_until(
        page.get_by_role("link", name="Briefing", exact=True),
        page.get_by_role("heading", name="Places that moved"),
    )
    visit.rest()
    figures = [part.strip() for part in page.locator(".b-tiles b").all_inner_texts()]
    assert len(figures) >= 3
    assert "Preview" in page.locator(".b-head").inner_text()
    page.frame_locator("iframe[title^='Map: ']").locator(".leaflet-overlay-pane canvas").wait_for()
    size = page.locator(".b-tiles b").first.evaluate("it => getComputedStyle(it).fontSize")
    page.set_viewport_size({"width": 1920, "height": 1080})
    end = page.get_by_role("button", name="End presentation")
    visit.click_until(page.get_by_role("button", name="Present", exact=True), end)
    visit.rest()
    assert "present=1" in page.url
    assert page.get_by_role("button", name="PDF").count() == 0
    larger = page.locator(".b-tiles b").first.evaluate("it => getComputedStyle(it).fontSize")
    assert float(larger[:-2]) > 1.3 * float(size[:-2])
    page.set_viewport_size({"width": 1366, "height": 768})
    for key, slide in (("Right", 2), ("Right", 3), ("Left", 2), ("Left", 1), ("Right", 2)):
        visit.press_until(f"Arrow{key}", re.compile(rf"present={slide}(&|$)"))
        visit.rest()
        page.wait_for_timeout(700)  # a second turn by the same press would come within this time
        assert f"present={slide}" in page.url
        uncut = (
            "(one) => one.scrollHeight <= one.clientHeight && one.scrollWidth <= one.clientWidth"
        )
        assert page.locator(".stMain").evaluate(uncut)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="PDF").wait_for()
    visit.rest()
    printed = pypdf.PdfReader(visit.download("PDF").path())
    assert len(printed.pages) == 2
    text = re.sub(r"\s+", "", " ".join(one.extract_text() for one in printed.pages))
    for figure in figures:
        value, _, before = figure.partition(" ")
        assert value in text
        assert re.sub(r"\s+", "", before) in text
    assert "OFFICIAL-SENSITIVE" in text
    visit.close()
    assert visit.elsewhere == []
    assert visit.complaints == []
    assert asked_by_server(folder) == []
