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


def choose_first(app):
    app.session_state["mapper_chosen"] = (
        list(app.session_state["mapper_releases"].values())[-1].hotspots["hotspot_id"].iloc[0]
    )
    app.run()


def test_the_statistics_of_a_place_are_those_of_the_question_asked(app):
    """An unusual place was never found by Gi* and no count of it was rearranged."""
    app.sidebar.selectbox[0].select("all-demand").run()
    app.selectbox(key="question").set_value("concentrated").run()
    choose_first(app)
    assert any("z is Gi*" in one.value for one in app.caption)
    app.sidebar.selectbox[0].select("domestic-abuse").run()
    app.selectbox(key="question").set_value("unusual").run()
    choose_first(app)
    told = " ".join(one.value for one in app.caption)
    assert "as bunched as incidents are here" in told
    assert "Gi*" not in told
    facts = " ".join(str(block.proto.body) for block in app.get("html"))
    assert "Variance over mean that p allows for" in facts
    assert "rearranged" not in facts


def test_a_chosen_hot_spot_lists_its_signals(app):
    app.sidebar.selectbox[0].select("all-demand").run()
    app.selectbox(key="question").set_value("concentrated").run()
    choose_first(app)
    page = " ".join(str(block.proto.body) for block in app.get("html"))
    assert "Signs it carries" in page
    assert "luster" in page


@pytest.mark.parametrize("role", ["partner", "neighbourhood"])
def test_nobody_else_is_told_of_single_places(signed_in_app, role):
    page = signed_in_app(role, wards=["Anfield"] if role == "neighbourhood" else ())
    assert not [t for t in page.toggle if t.key == "single places"]
