"""A sign-in that runs out or lies idle ends on the server, in a real browser too."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from websockets.exceptions import ConnectionClosed

from tests.security.people_server import Visitor, serving
from tests.small_extract import write_extract

pytestmark = pytest.mark.browser
TOKEN_SECONDS = 40
IDLE_MINUTES = 0.3  # 18 seconds: a busy machine may take some to draw the first page


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ending")
    extract = write_extract(folder / "small.csv")
    with serving(
        folder, extract, token_seconds=TOKEN_SECONDS, idle_minutes=IDLE_MINUTES
    ) as started:
        yield started


@pytest.fixture(scope="module")
def ann(address):
    """Ann, who is never idle; and, once they are over, how long she was let in.

    Her token runs out while the person at a browser lies idle.
    """
    visitor = Visitor(address)
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


def test_a_person_at_a_browser_signs_in_lies_idle_and_is_shown_the_door(browser, address, ann):
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(40_000)
    page.goto(address)
    page.get_by_role("link", name="Sign in").click()
    page.locator("button", has_text="nia").first.click()
    page.get_by_text("Only your wards").first.wait_for(state="attached")
    assert page.get_by_role("link", name="Data", exact=True).count() == 0
    page.get_by_text("You are signed out").wait_for()  # without a touch
    assert page.locator(".stApp").count() == 0
    page.go_back()
    page.get_by_role("link", name="Sign in").wait_for()
    context.close()


def test_an_expired_token_opens_nothing_however_busy_its_owner(ann):
    assert ann.over.result() > IDLE_MINUTES * 60 + 5  # so that it was not for lying idle
    assert ann.visitor.get("/", accept="text/html").status_code == 401
    assert not ann.visitor.is_let_in(cookies=ann.cookies)
    with pytest.raises(ConnectionClosed):
        ann.line.wait_for("nothing", seconds=10)
    assert ann.line.messages[-1].auth_redirect.url == "/?signed-out=over"
