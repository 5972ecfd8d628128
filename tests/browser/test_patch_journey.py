"""My patch in a real browser: an officer signs in, sees what matters, takes the sheet along."""

import re
from importlib import resources

import numpy as np
import pypdf
import pytest

from mapper.context.directions import HERE, WAYS, direction_words
from tests.browser.app_server import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def officer(browser, people_app):
    """Noa of the neighbourhood team for Central, on the first page after signing in."""
    visitor = Visit(browser, people_app)
    page = visitor.page
    page.goto(f"{people_app}/sign-in")
    page.locator("input[name=sub]").first.fill("noa")
    page.locator("input[name=sub]").first.press("Enter")
    page.locator(".list h2").wait_for()
    visitor.complaints.clear()  # the provider's own page asks for pictures of the internet
    visitor.asked.clear()
    visitor.rest()
    if "period" not in page.url or "county-lines" not in page.url:  # the first visit of all
        assert page.locator(".list h2").inner_text() == "1 unusual place"
        visitor.choose("Harm", "County lines")
        in_address(page, "county-lines")
    page.locator(".card").first.wait_for()
    settled(visitor)
    yield visitor
    visitor.close()
    assert visitor.elsewhere == []
    assert visitor.complaints == []


def map_of(visit, which="first"):
    return visit.page.frame_locator(f".stage.{which} iframe")


def in_address(page, words):
    """Wait until the address holds some words: the app has taken in what they say."""
    page.wait_for_function("words => location.href.includes(words)", arg=words)


def settled(visit):
    """Wait until the app has taken in what was just done."""
    visit.page.wait_for_timeout(400)
    visit.rest()


def more(visit):
    """Open what few need: days, hours, search, a second map, the link."""
    days = visit.page.get_by_role("radio", name="Quarter")
    visit.click_until(visit.page.get_by_role("button", name="More", exact=True), days)


def dots(visit):
    """The picture of the first map's canvas, to tell one state from another."""
    return (
        map_of(visit)
        .locator(".leaflet-overlay-pane canvas")
        .first.evaluate("canvas => canvas.toDataURL()")
    )


def test_an_officer_finds_what_matters_and_takes_the_sheet_along(officer):
    page = officer.page
    assert page.locator("h1").inner_text() == "My patch Central"
    assert page.locator(".m-question").count() == 0  # the cards answer
    assert page.locator(".card h3 button").first.inner_text().startswith("Central: ")
    assert page.get_by_role("link", name="Workbench").count() == 0
    officer.click_until(page.get_by_role("combobox", name="Wards"), page.get_by_role("option"))
    assert page.get_by_role("option").all_inner_texts() == ["Central, Liverpool"]
    page.get_by_role("option", name="Central, Liverpool").click()
    page.keyboard.press("Escape")
    in_address(page, "ward=Central%2C+Liverpool")
    settled(officer)
    card = page.locator(".card").first
    name = card.locator("h3 button").inner_text()
    officer.click_until(card.locator("h3 button"), map_of(officer).locator(".m-rank.m-chosen"))
    assert card.get_attribute("aria-current") == "true"
    assert card.locator(".week td").count() == 22
    assert "Suggested prevention" in card.inner_text()
    settled(officer)
    page.get_by_text("Every hour of the week at this place").click()
    page.get_by_text("Each incident is spread over the hours").wait_for()
    assert re.search(r"spot=HS-[0-9A-F]+", page.url)
    (sheet,) = pypdf.PdfReader(officer.download("Shift sheet").path()).pages
    text = " ".join(sheet.extract_text().split())
    assert name.split(",")[0] in text
    assert "Shift sheet: Central" in text
    assert "noa" in text
    assert text.count("OFFICIAL-SENSITIVE") >= 2


def test_months_play_in_the_browser_and_the_dark_map_is_kept(officer):
    page = officer.page
    legend = map_of(officer).locator(".legend h2")
    assert legend.inner_text() == "Incidents"
    before, sent = dots(officer), len(officer.sent)
    page.get_by_role("button", name="Map menu").click()
    page.get_by_role("button", name="Month before").click()
    month = page.locator(".time output").inner_text()
    assert re.fullmatch(r"[A-Z][a-z]+ 2023", month)
    map_of(officer).get_by_text(f"Incidents in a cell, {month}").wait_for()
    assert dots(officer) != before
    page.get_by_role("button", name="Next month").click()
    map_of(officer).get_by_text("Incidents", exact=True).wait_for()
    for scheme, sign in (("dark", "body.dark"), ("light", "body:not(.dark)")):  # as the device is
        page.emulate_media(color_scheme=scheme)
        map_of(officer).locator(sign).wait_for()
    page.get_by_role("button", name="Dark").click()
    map_of(officer).locator("body.dark").wait_for()
    page.wait_for_timeout(500)
    assert len(officer.sent) == sent
    page.emulate_media(reduced_motion="reduce")
    page.locator(".play").wait_for(state="hidden")


def test_two_maps_move_as_one_and_an_area_gives_its_figures(officer):
    page = officer.page
    more(officer)
    officer.choose("Second map beside the first", "Beside: days before")
    page.keyboard.press("Escape")
    page.locator(".stage.second").wait_for()
    settled(officer)
    scale = ".leaflet-control-scale-line"
    map_of(officer, "second").locator(scale).first.wait_for()
    officer.click_until(
        page.locator(".card h3 button").first, map_of(officer).locator(".m-rank.m-chosen")
    )
    page.wait_for_timeout(500)
    widths = [map_of(officer, one).locator(scale).first.inner_text() for one in ("first", "second")]
    assert widths[0] == widths[1]
    page.get_by_role("button", name="Map menu").click()
    officer.click_until(
        page.get_by_role("button", name="Figures of this view"),
        page.get_by_text("The area you drew"),
    )
    assert "Central" in page.locator(".m-place").inner_text()
    page.get_by_role("button", name="Draw an area").click()
    box = page.locator(".stage.first iframe").bounding_box()
    for across, down in ((0.2, 0.3), (0.8, 0.3), (0.5, 0.8)):
        page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
        page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.get_by_text("Its figures are below").wait_for()
    settled(officer)
    assert "Incidents in these days" in page.locator(".m-facts").first.inner_text()
    more(officer)
    find = page.get_by_role("textbox", name="Find a ward, street, postcode or grid reference")
    find.fill("TQ 30 80")
    find.press("Enter")
    page.get_by_text("TQ 30 80 lies outside the wards shown").wait_for()


def away(page):
    """How far each place is said to be, in the order of the list."""
    return page.locator(".card .away").all_inner_texts()


def kilometres(lines):
    """The distances in some lines."""
    return [float(re.search(r"[\d.]+", line)[0]) for line in lines]


def test_on_a_phone_places_come_first_and_map_and_choices_are_behind_tabs(officer):
    page, card = officer.page, officer.page.locator(".card").first
    page.set_viewport_size({"width": 390, "height": 844})
    assert card.bounding_box()["y"] < 620
    lens = page.get_by_role("combobox", name="Harm")
    assert not lens.is_visible()
    page.get_by_role("button", name="Map", exact=True).click()
    assert page.locator(".stage.first").bounding_box()["y"] < 280
    assert not card.is_visible()
    map_of(officer).locator(".m-rank").first.dispatch_event("click")
    card.wait_for()  # what is told of the place stands below the map, not upon it
    assert map_of(officer).locator(".leaflet-popup").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Places", exact=True).click()
    officer.context.grant_permissions(["geolocation"])
    officer.context.set_geolocation({"longitude": -2.98, "latitude": 53.30})
    sent = len(officer.sent)
    page.get_by_role("button", name="Near me").click()
    page.get_by_text("Your position stays on this device").wait_for()
    assert re.fullmatch(r"\d+\.\d km north(-east|-west)? of you", away(page)[0])
    assert kilometres(away(page)) == sorted(kilometres(away(page)))
    assert len(officer.sent) == sent  # nothing of it leaves the browser
    page.get_by_role("button", name="Near me").click()
    assert set(away(page)) == {""}
    page.get_by_role("button", name="Choose", exact=True).click()
    lens.wait_for()
    page.set_viewport_size({"width": 1366, "height": 768})
    card.wait_for()


def test_near_me_speaks_as_the_cards_do(browser):
    """The words that the browser makes of its own position are those of direction_words."""
    script = resources.files("mapper.app.patch").joinpath("panel.js").read_text()
    away = re.search(r"^function away.*?^}", script, re.DOTALL | re.MULTILINE)[0]
    drawn = np.random.default_rng(2)
    here = (-2.98, 53.41)
    spots = [(here[0] + x, here[1] + y) for x, y in drawn.normal(0, 0.012, (200, 2))]
    page = browser.new_page()
    said = page.evaluate(
        f"""([spots, ways, here, lon, lat]) => {{ {away}
            const at = {{longitude: lon, latitude: lat}};
            return spots.map(([x, y]) => away(at, {{lon: x, lat: y}}, {{ways, here}}).words); }}""",
        [spots, list(WAYS), HERE, *here],
    )
    page.close()
    told = [direction_words(here, spot, name="you") for spot in spots]
    assert said == ["You are there" if one == "at you" else one for one in told]
    assert len({one.split(" of ")[0].split()[-1] for one in told if " of " in one}) == len(WAYS)
