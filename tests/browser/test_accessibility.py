"""Every page of the menu by axe, by keyboard, at twice the size and with motion switched off."""

import pytest

from mapper.app.shell.router import ENTRIES, entries_for
from mapper.disclosure.people import one_person
from tests.browser.app_server import Visit
from tests.browser.axe import grave

pytestmark = pytest.mark.browser
# A partner's own page is looked at in tests/security/test_roles_at_a_browser.py.
OPEN = entries_for(one_person("anybody"))

FOCUSED = """
() => {
  let one = document.activeElement;
  while (one && one.shadowRoot && one.shadowRoot.activeElement) {
    one = one.shadowRoot.activeElement;
  }
  if (!one || one === document.body) { return null; }
  const look = getComputedStyle(one), box = one.getBoundingClientRect();
  const rings = [one, one.parentElement, one.parentElement?.parentElement].filter(Boolean).map(
    (part) => { const s = getComputedStyle(part); return s.outlineStyle !== "none" &&
      parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none" || s.borderColor; });
  return {tag: one.tagName, name: one.getAttribute("aria-label") || one.textContent.slice(0, 40),
    seen: box.width > 0 && box.height > 0, ring: rings.some((ring) => ring === true),
    border: look.borderColor, html: one.outerHTML.slice(0, 120)};
}
"""
# The page is dark, and nothing of it changes its colour any more
STILL = "document.getAnimations().every(one => !(one instanceof CSSTransition))"
DARK = f"""
() => getComputedStyle(document.querySelector(".stApp")).backgroundColor === "rgb(19, 28, 33)" &&
  {STILL}
"""
LOST = """() => Array.from(document.querySelectorAll(".stMain button, .stMain input, .stMain p"))
  .filter((one) => one.offsetParent && one.getBoundingClientRect().left > innerWidth)
  .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def address(served_app):
    """The app on the small extract, for the one person who sees every page."""
    return served_app[1]


def opened(visit, entry, **media):
    """Go to a page by its own address and wait until nothing of it is drawn any more."""
    if media:
        visit.page.emulate_media(**media)
    visit.page.goto(f"{visit.address}/{entry.url}")
    visit.page.locator(".m-marking.m-head").wait_for()
    visit.rest_a_while()
    return visit


@pytest.fixture(scope="module")
def window(browser, address):
    """One window for all pages: it has the app's scripts since the first, and keeps no more."""
    visit = Visit(browser, address)
    visit.run_first("try { localStorage.clear(); sessionStorage.clear(); } catch {}")
    yield visit
    visit.close()


@pytest.fixture(scope="module", params=OPEN, ids=lambda entry: entry.url)
def looked_at(window, request):
    """Each page, opened once for every test of it as by somebody who was never here."""
    window.context.clear_cookies()
    window.complaints.clear()
    window.asked.clear()
    window.page.set_viewport_size({"width": 1366, "height": 768})
    return opened(window, request.param, color_scheme="light"), request.param.url


def test_axe_finds_nothing_serious(looked_at):
    """Each is opened by its own address, without a complaint or a request elsewhere."""
    visit, _ = looked_at
    assert visit.complaints == []
    assert visit.elsewhere == []
    assert "\\" not in visit.page.locator(".stMain").inner_text()  # no sign of an escape
    found = grave(visit.page)
    visit.page.emulate_media(color_scheme="dark")
    visit.page.wait_for_function(DARK)
    for frame in visit.page.frames[1:]:
        if frame.url != "about:blank":  # which nobody sees until two maps are compared
            frame.wait_for_function(f"() => {STILL}")
    found += grave(visit.page, only=["color-contrast"])
    assert found == []


def test_the_keyboard_reaches_menu_choices_map_and_list_and_is_seen(browser, address):
    visit = opened(Visit(browser, address), ENTRIES[0])
    visit.wait_for_map()
    first = visit.page.locator(".list tbody button").first.inner_text()
    reached = []
    for _ in range(120):  # twice round, where the page was still being drawn
        visit.page.keyboard.press("Tab")
        now = visit.page.evaluate(FOCUSED)
        if now is not None:
            reached.append(now)
        if now and now["name"] == first[:40]:
            break
    names = " / ".join(one["name"] for one in reached)
    tags = {one["tag"] for one in reached}
    for words in ("My patch", "Harm", "day, From", first[:40]):
        assert words in names, names
    assert "IFRAME" in tags  # the map, with its own buttons and ranks inside
    unseen = [one["html"] for one in reached if not (one["seen"] and _shows(one))]
    assert unseen == []
    visit.page.keyboard.press("Enter")
    visit.page.locator(".list tbody tr[aria-current=true]").wait_for()
    visit.map.locator(".m-rank.m-chosen").wait_for()
    visit.close()


def _shows(one):
    """A ring, a border in the colour of focus, or the map's own frame, which marks inside."""
    return one["ring"] or "11, 79, 148" in one["border"] or one["tag"] in {"IFRAME", "SPAN"}


def test_nothing_is_lost_at_twice_the_size(looked_at):
    """A laptop at 200 %: half of its pixels in each direction."""
    visit, url = looked_at
    visit.page.emulate_media(color_scheme="light")
    visit.page.set_viewport_size({"width": 683, "height": 384})
    first = {"hot-spots": "iframe:visible", "my-patch": ".card"}.get(url)
    # What is seen at once is another thing than what is left of a larger window; and Streamlit's
    # tables stay as wide as they were
    if first or visit.page.locator(".stDataFrame").count():
        visit.page.reload()
        visit.page.locator(".m-marking.m-head").wait_for()
    visit.rest_a_while()
    wide = visit.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 683
    assert visit.page.evaluate(LOST) == []
    if first:  # the first screen holds a part of the map, or of the first card
        top = visit.page.locator(first).first.bounding_box()["y"]
        assert top < 384 - 60


def test_motion_stops_for_those_who_ask(browser, address):
    visit = opened(Visit(browser, address), ENTRIES[0], reduced_motion="reduce")
    visit.wait_for_map()
    moving = """() => Array.from(document.querySelectorAll("*")).filter((one) => {
        const look = getComputedStyle(one);
        return parseFloat(look.transitionDuration) > 0.01 ||
            parseFloat(look.animationDuration) > 0.01 && look.animationName !== "none";
    }).length"""
    assert [frame.evaluate(moving) for frame in visit.page.frames] == [0] * len(visit.page.frames)
    visit.close()
