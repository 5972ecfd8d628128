"""Another force sets itself up in a browser, as docs/your-area.md says, and looks at its map."""

import pytest

from mapper.app.shell.router import ENTRIES
from tests.areas.lancashire import write_lancashire
from tests.browser.app_server import Visit, serving
from tests.small_extract import write_extract

pytestmark = pytest.mark.browser

EVERY = [entry.url for entry in ENTRIES if entry.act != "act for an agency"]
FEW = ["my-patch", "briefing", "data", "campaigns"]  # each page by itself: tests/pages
OF_ALL = {"methods", "your-area"}  # speak of other areas, too


@pytest.mark.parametrize(
    "pages", [FEW, pytest.param(EVERY, marks=pytest.mark.soak)], ids=["few", "every"]
)
def test_official_files_become_the_area_of_every_page(browser, tmp_path, monkeypatch, pages):
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
        page.get_by_alt_text("Map of Lancashire with its districts").wait_for()
        page.get_by_role("button", name="Keep this area").click()
        page.get_by_text("This installation is for Lancashire").wait_for()
        visit.open()
        assert "Lancashire" in page.get_by_role("combobox", name="Area", exact=True).input_value()
        for name in pages:
            page.goto(f"{address}/{name}")
            page.get_by_role("heading").first.wait_for()
            visit.rest()
            words = page.locator(".stMain").inner_text()
            assert "lie outside" not in words, name
            assert name in OF_ALL or not {"Liverpool", "Merseyside"} & set(words.split()), name
        assert not visit.elsewhere


@pytest.mark.soak
def test_the_cases_of_areas_are_told_by_the_page(browser, tmp_path, shared):
    cases = shared.parent / "cases" / "areas"
    if not cases.is_dir():
        pytest.skip("the folder of cases is absent on this machine")
    told = {
        "latlon_swapped.geojson": "latitude and longitude are swapped",
        "elsewhere.geojson": "district boundaries, 4 shapes",
        "ons-headings-population.csv": "residents by area, 2 areas",
        "imd2025-headings.csv": "deprivation deciles, 2 areas",
    }
    with serving(tmp_path) as address:
        visit = Visit(browser, address)
        page = visit.page
        for name, words in told.items():
            page.goto(f"{address}/your-area")
            page.get_by_role("heading", name="Your area").wait_for()
            page.locator("input[type=file]").set_input_files(cases / name)
            page.get_by_text(words).first.wait_for()
        page.goto(f"{address}/data")
        page.get_by_role("heading", name="Data").first.wait_for()
        page.locator("input[type=file]").first.set_input_files(cases / "birmingham.csv")
        page.get_by_text("All 500 incidents lie outside Merseyside").first.wait_for()
        assert not visit.elsewhere
