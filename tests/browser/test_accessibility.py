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


@pytest.fixture(scope="module")
def address(served_app):
    """The app on the small extract, for the one person who sees every page."""
    return served_app[1]


@pytest.fixture(scope="module")
def known(browser):
    """A browser that has the app's scripts since the first page, and keeps nothing else."""
    context = browser.new_context(accept_downloads=True)
    context.add_init_script("try { localStorage.clear(); sessionStorage.clear(); } catch {}")
    yield context
    context.close()


@pytest.fixture
def context(known):
    """The same with no cookie and no page."""
    known.clear_cookies()
    yield known
    for page in known.pages:
        page.close()


def opened(browser, address, entry, *, width=1366, height=768, context=None, **media):
    visit = Visit(browser, address, width=width, height=height, context=context)
    if media:
        visit.page.emulate_media(**media)
    visit.page.goto(f"{address}/{entry.url}")
    visit.page.locator(".m-marking.m-head").wait_for()
    visit.rest()
    visit.page.wait_for_timeout(600)
    visit.rest()
    return visit


@pytest.mark.parametrize("entry", OPEN, ids=lambda entry: entry.url)
def test_axe_finds_nothing_serious(browser, context, address, entry):
    """Each is opened by its own address, without a complaint or a request elsewhere."""
    visit = opened(browser, address, entry, context=context)
    assert visit.complaints == []
    assert visit.elsewhere == []
    assert "\\" not in visit.page.locator(".stMain").inner_text()  # no sign of an escape
    found = grave(visit.page)
    visit.page.emulate_media(color_scheme="dark")
    visit.page.wait_for_timeout(600)
    ground = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    assert visit.page.evaluate(ground) == "rgb(19, 28, 33)"
    found += grave(visit.page, only=["color-contrast"])
    assert found == []


def test_the_keyboard_reaches_menu_choices_map_and_list_and_is_seen(browser, address):
    visit = opened(browser, address, ENTRIES[0])
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
    visit.context.close()


def _shows(one):
    """A ring, a border in the colour of focus, or the map's own frame, which marks inside."""
    return one["ring"] or "11, 79, 148" in one["border"] or one["tag"] in {"IFRAME", "SPAN"}


@pytest.mark.parametrize("entry", OPEN, ids=lambda entry: entry.url)
def test_nothing_is_lost_at_twice_the_size(browser, context, address, entry):
    """A laptop at 200 %: half of its pixels in each direction."""
    visit = opened(browser, address, entry, width=683, height=384, context=context)
    wide = visit.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 683
    lost = visit.page.evaluate(
        """() => Array.from(document.querySelectorAll(".stMain button, .stMain input, .stMain p"))
            .filter((one) => one.offsetParent && one.getBoundingClientRect().left > innerWidth)
            .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert lost == []
    first = {"hot-spots": "iframe:visible", "my-patch": ".card"}.get(entry.url)
    if first:  # the first screen holds a part of the map, or of the first card
        top = visit.page.locator(first).first.bounding_box()["y"]
        assert top < 384 - 60


def test_motion_stops_for_those_who_ask(browser, address):
    visit = opened(browser, address, ENTRIES[0], reduced_motion="reduce")
    visit.wait_for_map()
    moving = """() => Array.from(document.querySelectorAll("*")).filter((one) => {
        const look = getComputedStyle(one);
        return parseFloat(look.transitionDuration) > 0.01 ||
            parseFloat(look.animationDuration) > 0.01 && look.animationName !== "none";
    }).length"""
    assert [frame.evaluate(moving) for frame in visit.page.frames] == [0] * len(visit.page.frames)
    visit.context.close()
