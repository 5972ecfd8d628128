"""A real Chromium: Playwright's own where it is installed, else the one of the system."""

import shutil
from contextlib import suppress

import pytest
from playwright.sync_api import Error, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    """A Chromium for the whole run; without one these tests fail, because they prove safety."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


def launch(playwright):
    with suppress(Error):
        return playwright.chromium.launch(args=ARGUMENTS)
    path = next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)
    if path is None:
        pytest.fail("No Chromium: run 'playwright install chromium' or install your system's own.")
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
