"""Shared by all tests: where the real files are, when they are there."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared():
    """The folder of real files; tests that need it skip on a machine without it."""
    if not SHARED.is_dir():
        pytest.skip("the real data folder ../shared/data is absent on this machine")
    return SHARED
