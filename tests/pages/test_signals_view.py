"""The Hot spots page lists the signals of a place, and single places for those who see all."""

import pytest


def tables(app):
    return [block.value for block in app.dataframe]


def test_single_places_are_listed_on_request(app):
    toggle = next(t for t in app.toggle if t.key == "single places")
    toggle.set_value(True).run()
    assert not app.exception
    shown = tables(app)
    told = " ".join(block.value for block in app.text)
    assert any("Signals" in table for table in shown) or "No single place" in told


def test_a_chosen_hot_spot_lists_its_signals(app):
    app.sidebar.selectbox[0].select("all-demand").run()
    app.selectbox(key="question").set_value("concentrated").run()
    app.session_state["mapper_chosen"] = (
        list(app.session_state["mapper_releases"].values())[-1].hotspots["hotspot_id"].iloc[0]
    )
    app.run()
    page = " ".join(str(block.proto.body) for block in app.get("html"))
    assert "Signals it carries" in page
    assert "luster" in page


@pytest.mark.parametrize("role", ["partner", "neighbourhood"])
def test_nobody_else_is_told_of_single_places(signed_in_app, role):
    page = signed_in_app(role, wards=["Anfield"] if role == "neighbourhood" else ())
    assert not [t for t in page.toggle if t.key == "single places"]
