"""The app without a server: small data, a workspace of its own, and empty caches each time."""

import shutil
from collections import OrderedDict
from functools import cache

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from mapper.app.data import quality_view
from mapper.app.door.people_file import session_of
from mapper.app.door.provider import provider
from mapper.app.door.sign_ins import sign_ins
from mapper.app.hotspots import page as hotspots_page
from mapper.app.shell import datasets, doubts, kept_data, once
from mapper.app.shell.router import PAGES
from mapper.base.settings import RECORDS_FILE, settings
from mapper.disclosure.people import Viewer
from mapper.records.open import database, open_database
from tests.conftest import no_child
from tests.small_extract import write_extract

ENTRY = PAGES.parent / "streamlit_app.py"
QUICK = PAGES / "people" / "you.py"
SMALL, MOST_RESULTS = "of the pages/small.csv", 40
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


@pytest.fixture(autouse=True, scope="session")
def no_looks_at_the_clock():
    """Wait for a page's thread to end; AppTest looks a thousand times a second, and slows it."""
    look = local_script_runner.require_widgets_deltas

    def wait(runner, timeout):
        runner._script_thread.join(timeout)
        look(runner, timeout if runner.script_stopped() else 0)  # which refuses what is not over

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(autouse=True, scope="session")
def results_by_digest():
    """Work out once what stands under the digest of its data and the whole question."""
    quality = by_key(quality_view.quality_of)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(once, "_result", by_key(once._result))
        patched.setattr(doubts, "_doubts", by_key(doubts._doubts))
        for module in (quality_view, hotspots_page):
            patched.setattr(module, "quality_of", quality)
        yield


def by_key(cached):
    """Return a cached function of the app that keeps what it made from test to test."""
    results = OrderedDict()

    def once_made(*key, **made_of):
        if key not in results:
            results[key] = cached(*key, **made_of)
        if len(results) > MOST_RESULTS:
            results.popitem(last=False)
        return results[key]

    return once_made


@pytest.fixture(scope="session")
def small_file(tmp_path_factory):
    return write_extract(tmp_path_factory.mktemp("of the pages", numbered=False) / "small.csv")


@pytest.fixture(scope="session")
def new_database(tmp_path_factory):
    """A database with all its tables and no entry: making one takes as long as a page."""
    folder = tmp_path_factory.mktemp("new")
    open_database(workspace=folder).close()
    return folder / RECORDS_FILE


@pytest.fixture(autouse=True)
def small_app(tmp_path, monkeypatch, small_file, new_database):
    """Show the small extract in place of the generated demonstration, from a clean start."""
    workspace = tmp_path / "workspace"
    workspace.mkdir(mode=0o700)
    shutil.copy(new_database, workspace / RECORDS_FILE)
    monkeypatch.setenv("MAPPER_WORKSPACE", str(workspace))
    monkeypatch.setenv("MAPPER_DEMONSTRATION_FILE", str(small_file))
    forget()
    yield
    forget()


def forget():
    """Forget all but the small extract."""
    settings.cache_clear()
    provider.cache_clear()
    if database.cache_info().currsize:
        database().close()
    database.cache_clear()
    sign_ins.clear()
    kept_data._OPENED.clear()
    kept_data._LAST_DELETION.clear()
    for path in [path for path in datasets._KEPT if not path.endswith(SMALL)]:
        del datasets._KEPT[path]
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def loaded_here():
    """Read in this process what is loaded: tests in a browser and of security start the child."""
    with no_child("app.data.intake"):
        yield


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
