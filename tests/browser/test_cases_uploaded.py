"""Each input that once failed, dropped on the Data page by a person: one server, one window.

Every day a few that are unlike each other; all of them in soak.
"""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 - Playwright's own, of this name

from tests.browser.app_server import Visit
from tests.cases import ASKED, READ

pytestmark = pytest.mark.browser
FEW = ["us_mangled.xlsx", "two_forces"]
READY = "Quality of what you loaded"
CONFIRM = "Read with these columns"
SWAPPED = "Swapped in part by a spreadsheet"


def upload(visit, paths):
    """Drop files on a page that has none, and answer what it asks; return what it asked."""
    page, asked = visit.page, False
    page.goto(f"{visit.address}/data")
    page.get_by_role("heading", name="Data", exact=True).wait_for()
    visit.rest()
    page.locator("input[type=file]").first.set_input_files([str(path) for path in paths])
    ready = page.get_by_role("heading", name=READY)
    confirm = page.get_by_role("button", name=CONFIRM)
    swapped = page.get_by_text(SWAPPED)
    ready.or_(confirm).or_(swapped).first.wait_for()
    visit.rest()
    if confirm.is_visible():
        click_until_gone(visit, confirm, ready.or_(swapped))
    visit.rest()
    if not ready.is_visible():
        asked = True
        visit.click_until(swapped, ready)
        visit.rest()
    return asked


def click_until_gone(visit, button, sign):
    """Click a button until what it leads to is seen; a page drawn anew takes no click."""
    for _ in range(9):
        with suppress(TimeoutError):
            button.click(timeout=5_000)
        with suppress(TimeoutError):
            sign.first.wait_for(timeout=15_000)
            return
    raise AssertionError("the columns were never read")


@pytest.mark.parametrize(
    "names", [FEW, pytest.param(list(READ), marks=pytest.mark.soak)], ids=["few", "all"]
)
def test_the_upload_page_reads_each_case(browser, shared, served_app, names):
    cases = shared.parent / "cases" / "reading"
    if not cases.is_dir():
        pytest.skip("the folder of cases is absent on this machine")
    visit = Visit(browser, served_app[1])
    for name in names:
        path = cases / name
        paths = sorted(path.iterdir()) if path.is_dir() else [path]
        assert upload(visit, paths) == (name in ASKED), name
        facts = visit.page.locator("dl.m-facts").first.inner_text()
        accepted = re.search(r"Accepted\s+([\d,]+)", facts)
        assert accepted, (name, facts)
        assert int(accepted.group(1).replace(",", "")) == READ[name], (name, facts)
    visit.close()
    assert not visit.elsewhere
