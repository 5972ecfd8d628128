"""My patch: who sees it, what it answers, what a link may ask for."""

import json

import pytest

from mapper.ui.router import PAGES
from tests.pages.conftest import said

PAGE = "patch/my_patch.py"


def panel(app):
    """What maps and cards are given."""
    return json.loads(app.get("bidi_component")[0].proto.json)


@pytest.fixture
def patch(app):
    """The page as the one person of this machine sees it."""
    app.switch_page(str(PAGES / PAGE)).run()
    assert not app.exception
    return app


def test_it_answers_at_the_top_and_shows_cards(patch):
    shown = panel(patch)
    assert "places are busier than chance explains; first" in said(patch)
    assert len(shown["cards"]) >= 2
    first = shown["cards"][0]
    assert first["rank"] == 1
    assert len(first["months"]) == len(shown["months"])
    assert first["state"] == "no action open"
    assert shown["maps"][0]["src"].startswith("/maps/")
