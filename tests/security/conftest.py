"""The browser of the other browser tests, for these as well."""

from tests.browser.conftest import browser

__all__ = ["browser"]
