"""The app without a server: small data, a workspace of its own, and empty caches each time."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mapper.records.database import database
from mapper.settings import settings
from mapper.ui import datasets
from mapper.ui.provider import provider
from mapper.ui.router import PAGES
from mapper.ui.sign_ins import sign_ins
from tests.small_extract import write_extract

ENTRY = PAGES.parent / "streamlit_app.py"
SECONDS = 30


@pytest.fixture(autouse=True)
def small_app(tmp_path, monkeypatch):
    """Show the small extract in place of the generated demonstration, from a clean start."""
    monkeypatch.setenv("MAPPER_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(write_extract(tmp_path / "small.csv")))
    forget()
    yield
    forget()


def forget():
    settings.cache_clear()
    provider.cache_clear()
    if database.cache_info().currsize:
        database().close()
    database.cache_clear()
    sign_ins.clear()
    datasets._KEPT.clear()
    st.cache_resource.clear()


@pytest.fixture
def app():
    """The app as a visitor first meets it."""
    return start()


def start():
    return AppTest.from_file(ENTRY, default_timeout=SECONDS).run()


@pytest.fixture
def run_page():
    """Run a page file by itself, as Streamlit would for someone who went past the router."""
    return lambda path: AppTest.from_file(path, default_timeout=SECONDS).run()


def said(app):
    """Everything the page says, as one text."""
    parts = [*app.get("html"), *app.text, *app.caption, *app.markdown]
    return "\n".join(str(getattr(part, "value", None) or part.proto.body) for part in parts)
