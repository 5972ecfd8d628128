"""Reload, Back and Forward in a real browser: nothing chosen is lost, one step is one entry."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app_server import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(browser, served_app):
    visitor = Visit(browser, served_app[1])
    expect.set_options(timeout=60_000)
    yield visitor
    visitor.close()
    assert visitor.elsewhere == []
    assert visitor.complaints == []


def entries(page):
    return page.evaluate("history.length")


def part(name, value):
    return re.compile(rf"[?&]{name}={value}(&|$)")


def without(name):
    return re.compile(rf"^(?!.*[?&]{name}=).*$")


def test_each_step_is_one_entry_and_back_forward_and_reload_show_it_again(visit):
    page = visit.page
    page.goto(f"{visit.address}/my-patch?lens=county-lines")
    page.locator(".list h2").wait_for()
    expect(page).to_have_url(part("data", "demonstration"))  # the whole address, at no step
    assert entries(page) == 2  # with the empty window before
    visit.rest()
    year = page.get_by_role("radio", name="Year")
    visit.click_until(page.get_by_role("button", name="More", exact=True), year)
    visit.click_until(year, page.get_by_role("radio", name="Year", checked=True))
    expect(page).to_have_url(part("period", "year"))
    visit.rest()
    days = page.locator(".m-over").inner_text().rsplit(" incidents, ", 1)[1]
    assert entries(page) == 3
    page.get_by_role("link", name="Hot spots").click()
    expect(page.locator(".patch")).to_have_count(0)
    visit.wait_for_map()
    expect(page).to_have_url(part("lens", "county-lines"))
    row = page.locator(".list tbody tr").first
    spot = row.get_attribute("data-id")
    visit.click_until(row.locator("button"), page.locator(".m-place"))
    expect(page).to_have_url(part("spot", spot))
    assert entries(page) == 5
    expect(page).to_have_title(re.compile("^Hot spots, .+: OFFICIAL-SENSITIVE$"))
    page.reload()
    page.locator(".m-place").wait_for()
    expect(page.locator(".list tbody tr.chosen")).to_have_attribute("data-id", spot)
    visit.rest()  # a run under way takes no step of the browser
    page.evaluate("history.back()")
    expect(page).to_have_url(without("spot"))
    expect(page.locator(".list tbody tr.chosen")).to_have_count(0)
    visit.rest()
    page.evaluate("history.forward()")
    expect(page.locator(".list tbody tr.chosen")).to_have_attribute("data-id", spot)
    visit.rest()
    page.evaluate("history.go(-2)")
    expect(page.locator("h1")).to_contain_text("My patch")
    expect(page.locator(".m-over")).to_contain_text(days)
    assert entries(page) == 5
    visit.rest()
    menu, options = page.get_by_role("combobox", name="Harm"), page.get_by_role("option")
    visit.click_until(menu, options)
    options.nth(1).click()
    page.evaluate("history.back()")  # while the page is at work on the choice
    expect(page.locator(".m-over")).not_to_contain_text(days)
    visit.rest()
    expect(page).to_have_url(part("lens", "county-lines"))
    expect(page).not_to_have_url(part("period", "year"))


def test_a_dead_link_says_so_and_the_menu_leads_on(visit):
    page = visit.page
    page.goto(f"{visit.address}/hot-spot")
    expect(page.locator(".m-notice")).to_contain_text("There is no page “/hot-spot” here")
    page.goto(f"{page.url.rsplit('/', 1)[0]}/our-actions")
    expect(page.locator(".m-notice")).to_contain_text("Nobody signs in here: one person uses")
    assert page.get_by_role("dialog").count() == 0
    page.get_by_role("link", name="My patch").click()
    expect(page.locator("h1")).to_contain_text("My patch")


def test_the_menu_marks_the_first_page_under_both_of_its_addresses(visit):
    for address in ("/", "/hot-spots"):
        visit.page.goto(f"{visit.address}{address}")
        marked = visit.page.locator('a[aria-current="page"]')
        expect(marked).to_have_text("Hot spots")
        expect(visit.page.get_by_role("link", name="Hot spots", exact=True)).to_have_count(1)


def test_three_slides_are_turned_by_arrow_keys_and_left_by_escape(visit):
    page = visit.page
    page.goto(f"{visit.address}/briefing?present=1")
    page.locator(".b-tiles").wait_for()
    sizes = page.locator(".b-head *, .b-take, .b-tiles *, .b-panel *").evaluate_all(
        """all => all.filter(one => one.textContent.trim())
            .map(one => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert min(sizes) >= 24
    whole = "document.scrollingElement.scrollHeight <= innerHeight"
    assert page.evaluate(whole)
    visit.press_until("ArrowRight", part("present", "2"))
    frame = page.locator("iframe[title^=Map]")
    frame.wait_for()
    box = frame.bounding_box()
    assert box["y"] + box["height"] <= 768 - 22  # above the marking at the foot
    visit.press_until("ArrowRight", part("present", "3"))
    visit.press_until("Escape", without("present"))
    page.get_by_role("button", name="Present", exact=True).wait_for()
