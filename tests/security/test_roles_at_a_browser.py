"""Each role at a real browser: its own menu, its own pages open to all, none asks elsewhere.

A sign-in that runs out or lies idle ends on the server: two lie idle on a server of their own while
the pages are looked at.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from websockets.exceptions import ConnectionClosed

from mapper.app.shell.router import ENTRIES, entries_for
from mapper.disclosure.people import Viewer, one_person
from tests.browser.app_server import Visit
from tests.browser.axe import grave
from tests.security.people_server import Visitor, serving
from tests.small_extract import write_extract

pytestmark = pytest.mark.browser
# The pages of the one-person app are looked at in tests/browser/test_accessibility.py; a partner's
# show other things.
OPEN = entries_for(one_person("anybody"))
WHO = {"nia": "neighbourhood", "pat": "partner", "ada": "administrator"}
TOKEN_SECONDS = 40
IDLE_MINUTES = 0.3  # 18 seconds: a busy machine may take some to draw the first page


@pytest.fixture(scope="module")
def ending(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ending")
    extract = write_extract(folder / "small.csv")
    with serving(
        folder, extract, token_seconds=TOKEN_SECONDS, idle_minutes=IDLE_MINUTES
    ) as started:
        yield started


@pytest.fixture(scope="module")
def ann(ending):
    """Ann, who is never idle; and, once they are over, how long she was let in.

    Her token runs out while the person at a browser lies idle.
    """
    visitor = Visitor(ending)
    visitor.sign_in("ann")
    line, cookies = visitor.open_page("your-sign-in"), visitor.cookies()
    with ThreadPoolExecutor(1) as busy:
        over = busy.submit(asks_until_refused, visitor)
        yield SimpleNamespace(visitor=visitor, line=line, cookies=cookies, over=over)
    visitor.close()


def asks_until_refused(visitor):
    """Ask each second for as long as a token lasts, and return for how long it was answered."""
    start = time.monotonic()
    while time.monotonic() < start + TOKEN_SECONDS + 2:
        if visitor.get("/_stcore/host-config").status_code == 401:
            break
        time.sleep(1)
    return time.monotonic() - start


@pytest.fixture(scope="module")
def idle(browser, ending, ann):
    """The window of Nia, who signs in at a browser and touches it no more."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(40_000)
    page.goto(ending)
    page.get_by_role("link", name="Sign in").click()
    page.locator("button", has_text="nia").first.click()
    page.get_by_text("Only your wards").first.wait_for(state="attached")
    yield page
    context.close()


def test_a_person_at_a_browser_signs_in(idle):
    assert idle.get_by_role("link", name="Data", exact=True).count() == 0


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
        visit.rest_a_while()
        assert grave(page) == [], entry.url
    menu = page.locator("[data-testid=stTopNavLinkContainer], [data-testid=stTopNavSection]")
    shut = [entry.title for entry in ENTRIES if entry not in open_to]
    assert not set(menu.all_inner_texts()) & set(shut)
    assert visit.complaints == []
    assert visit.elsewhere == []
    visit.close()


def test_a_person_at_a_browser_who_lies_idle_is_shown_the_door(idle):
    idle.get_by_text("You are signed out").wait_for()  # without a touch
    assert idle.locator(".stApp").count() == 0
    idle.go_back()
    idle.get_by_role("link", name="Sign in").wait_for()


def test_an_expired_token_opens_nothing_however_busy_its_owner(ann):
    assert ann.over.result() > IDLE_MINUTES * 60 + 5  # so that it was not for lying idle
    assert ann.visitor.get("/", accept="text/html").status_code == 401
    assert not ann.visitor.is_let_in(cookies=ann.cookies)
    with pytest.raises(ConnectionClosed):
        ann.line.wait_for("nothing", seconds=10)
    assert ann.line.messages[-1].auth_redirect.url == "/?signed-out=over"
