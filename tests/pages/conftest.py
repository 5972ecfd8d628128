"""The app without a server: small data, a workspace of its own, and empty caches each time."""

from functools import cache

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from mapper.app.door.people_file import session_of
from mapper.app.door.provider import provider
from mapper.app.door.sign_ins import sign_ins
from mapper.app.shell import datasets, kept_data
from mapper.app.shell.router import PAGES
from mapper.base.settings import settings
from mapper.disclosure.people import Viewer
from mapper.records.open import database
from tests.small_extract import write_extract

ENTRY = PAGES.parent / "streamlit_app.py"
QUICK = PAGES / "people" / "you.py"
SECONDS = 120  # a run of a page takes under 3; a machine busy with other work is given time


@pytest.fixture(autouse=True, scope="session")
def one_look_at_packages():
    """Look through the installed packages for components once, not at every run of an app."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            manifest_scanner,
            "scan_component_manifests",
            cache(manifest_scanner.scan_component_manifests),
        )
        yield


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
    kept_data._OPENED.clear()
    st.cache_resource.clear()


@pytest.fixture
def signed_in_app(monkeypatch, small_app):
    """A maker of the app as somebody signed in sees it; an installation with a provider."""
    monkeypatch.setenv(
        "MAPPER_PROVIDER", "https://sign-in.example/.well-known/openid-configuration"
    )
    settings.cache_clear()

    def make(role, *, name="Sam", wards=(), page=None):
        claims = {"sub": name, "nonce": f"{name} {role}"}
        viewer = Viewer(name, frozenset({role}), frozenset(wards), session_of(claims))
        assert sign_ins.open(viewer)
        app = AppTest.from_file(ENTRY, default_timeout=SECONDS)
        app.user = {**claims, "is_logged_in": True}
        if page is None:
            return app.run()
        # By way of a page that is quick and open to all: the first one may work for long.
        return app.switch_page(str(QUICK)).run().switch_page(str(PAGES / page)).run()

    return make


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


def drawn(app):
    """The page's own components: the maps and lists, not the one that holds the address."""
    return [part for part in app.get("bidi_component") if part.key != "address"]
