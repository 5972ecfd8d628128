"""What an address shows: the same to whoever may see it, a refusal to others, no step too many."""

import pytest
from streamlit.testing.v1 import AppTest

from mapper.app.shell.address import PARTS
from tests.pages.conftest import ENTRY, SECONDS, drawn, said, start
from tests.pages.test_data_page import load
from tests.small_extract import write_police_uk


def opened(**asked):
    """The app on Hot spots as a link opens it in a window of its own."""
    app = AppTest.from_file(ENTRY, default_timeout=SECONDS)
    for name, value in asked.items():
        app.query_params[name] = value
    return app.run()


def parts(app):
    """The address as the app holds it."""
    held = app.query_params.items()
    return {name: value if isinstance(value, str) else value[-1] for name, value in held}


def test_a_link_shows_the_same_and_a_step_writes_it_whole(app):
    app.selectbox(key="resolution").select(8).run()
    told = parts(app)
    assert told["cells"] == "8"
    assert {"data", "area", "lens", "from", "to", "listed"} <= set(told) <= set(PARTS)
    other = opened(**told)
    assert other.selectbox(key="resolution").value == 8
    assert said(other).split("m-headline")[1] == said(app).split("m-headline")[1]


def test_what_a_link_asks_in_vain_is_left_out_and_said():
    app = opened(lens="no-such-lens", cells="99", spot="HS-0", **{"from": "yesterday"})
    assert not app.exception
    told = said(app)
    for name in ("lens", "cells", "spot", "from"):
        assert PARTS[name] in told
    assert drawn(app)


def test_data_that_are_not_for_this_person_are_refused_before_any_figure(app, tmp_path):
    page = app.switch_page("pages/data/load.py").run()
    load(page, write_police_uk(tmp_path / "street.csv"))
    next(b for b in page.button if b.label == "Use this data").click().run()
    name = page.session_state["mapper_own_data"].digest[:12]
    back = start().switch_page("pages/data/load.py").run()
    next(b for b in back.button if b.label == "Back to what everybody sees").click().run()
    refused = opened(data=name)
    assert "are not here for you" in said(refused)
    assert not drawn(refused)
    assert "incident" not in said(refused)
    again = refused.run()
    assert not drawn(again)
    refused.button[0].click().run()
    assert drawn(refused)


@pytest.mark.parametrize("role", ["neighbourhood", "partner"])
def test_who_may_not_load_data_is_not_shown_those_of_another(signed_in_app, role):
    page = "patch/my_patch.py" if role == "neighbourhood" else "meeting/briefing.py"
    app = signed_in_app(role, wards=["Central"], page=page)
    app.query_params["data"] = "0123456789ab"
    app.run()
    assert "are not here for you" in said(app)
    assert not drawn(app)
