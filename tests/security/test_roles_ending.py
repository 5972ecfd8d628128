"""A sign-in that runs out or lies idle ends on the server, in a real browser too."""

import time

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


def test_an_expired_token_opens_nothing_however_busy_its_owner(address):
    visitor = Visitor(address)
    visitor.sign_in("ann")
    line = visitor.open_page("your-sign-in")
    cookies = visitor.cookies()
    until = time.monotonic() + TOKEN_SECONDS + 2
    while time.monotonic() < until:
        if visitor.get("/_stcore/host-config").status_code == 401:
            break
        time.sleep(1)
    assert visitor.get("/", accept="text/html").status_code == 401
    assert not visitor.is_let_in(cookies=cookies)
    with pytest.raises(ConnectionClosed):
        line.wait_for("nothing", seconds=10)
    assert line.messages[-1].auth_redirect.url == "/?signed-out=over"
    visitor.close()


def test_a_person_at_a_browser_signs_in_lies_idle_and_is_shown_the_door(browser, address):
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
