"""A workspace of its own, and incidents enough for partners, for commands that release."""

import pytest

from mapper.base.settings import settings
from mapper.records.open import database
from tests.small_extract import write_extract


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    settings.cache_clear()
    database.cache_clear()
    yield
    if database.cache_info().currsize:
        database().close()
    database.cache_clear()
    settings.cache_clear()


@pytest.fixture
def extract(tmp_path):
    return write_extract(tmp_path / "small.csv", each=300)
