"""A page opened by its own address: the same page, nothing to complain of in the console."""

import pytest

from mapper.ui.router import ENTRIES
from tests.browser.app_server import Visit, serving
from tests.small_extract import write_extract

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    extract = write_extract(tmp_path_factory.mktemp("data") / "small.csv")
    with serving(tmp_path_factory.mktemp("app"), demonstration_file=extract) as found:
        yield found


def test_every_page_opens_by_its_own_address_without_a_complaint(browser, address):
    for entry in ENTRIES:
        visit = Visit(browser, address)
        visit.page.goto(f"{address}/{entry.url}")
        visit.page.locator(".m-marking.m-head").wait_for()
        visit.rest()
        assert visit.complaints == [], entry.url
        assert visit.elsewhere == [], entry.url
        visit.context.close()
