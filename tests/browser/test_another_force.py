"""Another force sets itself up in a browser, as docs/your-area.md says, and looks at its map."""

import pytest

from tests.areas.lancashire import write_lancashire
from tests.browser.app_server import Visit, serving
from tests.small_extract import write_extract

pytestmark = pytest.mark.browser

PAGES = ("my-patch", "briefing", "workbench", "data", "assessments", "plans", "meetings")


def test_official_files_become_the_area_of_every_page(browser, tmp_path, monkeypatch):
    files = write_lancashire(tmp_path / "official")
    places = ((-2.77, 53.75), (-2.75, 53.77), (-2.73, 53.79))
    monkeypatch.setattr("tests.small_extract.PLACES", places)
    data = write_extract(tmp_path / "own.csv", box=(-2.778, -2.718, 53.742, 53.802))
    with serving(tmp_path, demonstration_file=data) as address:
        visit = Visit(browser, address)
        page = visit.page
        page.goto(f"{address}/your-area")
        page.get_by_role("heading", name="Your area").wait_for()
        page.locator("input[type=file]").set_input_files([str(path) for path in files.values()])
        page.get_by_text("residents by year of age, 16 areas").wait_for()
        page.get_by_role("combobox", name="Districts of your area").click()
        for district in ("Preston", "South Ribble"):
            page.get_by_role("option", name=district, exact=True).click()
        page.keyboard.press("Escape")
        visit.rest()  # a field of a page that is drawn anew forgets what is typed
        draw = page.get_by_role("button", name="Draw the area", disabled=False)
        visit.fill_until(page.get_by_label("Name of the area"), "Lancashire", draw)
        draw.click()
        page.get_by_text("Lancashire: 2 districts, 4 wards").wait_for()
        assert page.get_by_alt_text("Map of Lancashire with its districts").is_visible()
        page.get_by_role("button", name="Keep this area").click()
        page.get_by_text("This installation is for Lancashire").wait_for()
        visit.open()
        assert "Lancashire" in page.get_by_role("combobox", name="Area", exact=True).input_value()
        for name in PAGES:
            page.goto(f"{address}/{name}")
            page.get_by_role("heading").first.wait_for()
            visit.rest()
            words = page.locator(".stMain").inner_text()
            assert "lie outside" not in words, name
            assert "Liverpool" not in words, name
        assert not visit.elsewhere
