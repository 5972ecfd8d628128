"""Each role at a real browser: its own menu, its own pages open to all, none asks elsewhere."""

import pytest

from mapper.app.shell.router import ENTRIES, entries_for
from mapper.disclosure.people import Viewer, one_person
from tests.browser.app_server import Visit
from tests.browser.axe import grave

pytestmark = pytest.mark.browser
# The pages of the one-person app are looked at in tests/browser/test_accessibility.py; a partner's
# show other things.
OPEN = entries_for(one_person("anybody"))
WHO = {"nia": "neighbourhood", "pat": "partner", "ada": "administrator"}


@pytest.mark.parametrize("name", WHO)
def test_a_roles_own_pages_are_accessible_and_its_menu_is_its_own(browser, people_app, name):
    visit = Visit(browser, people_app)
    page = visit.page
    page.goto(people_app)
    page.get_by_role("link", name="Sign in").click()
    page.locator("button", has_text=name).first.click()
    page.locator(".m-marking.m-head").wait_for()
    visit.rest()
    visit.complaints.clear()  # of the provider's page, which is none of ours
    visit.asked.clear()
    wards = frozenset({"Anfield"}) if WHO[name] == "neighbourhood" else frozenset()
    open_to = entries_for(Viewer(name, roles=frozenset({WHO[name]}), wards=wards))
    own = [entry for entry in open_to if name == "pat" or entry not in OPEN]
    for entry in own or open_to[:2]:
        page.goto(f"{people_app}/{entry.url}")
        page.locator(".m-marking.m-head").wait_for()
        visit.rest()
        page.wait_for_timeout(500)
        visit.rest()
        assert grave(page) == [], entry.url
    menu = page.locator("[data-testid=stTopNavLinkContainer], [data-testid=stTopNavSection]")
    shut = [entry.title for entry in ENTRIES if entry not in open_to]
    assert not set(menu.all_inner_texts()) & set(shut)
    assert visit.complaints == []
    assert visit.elsewhere == []
    visit.context.close()
