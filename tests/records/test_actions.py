"""Actions: open, late, done; and what a plan leaves out."""

from datetime import date

from mapper.records.actions import actions_of, doors_of, overdue, progress_in_words

TODAY = date(2026, 11, 23)
PLAN = {
    "actions": [
        {"action": "Light the stairs", "due": "2026-11-01", "phase": "primary", "status": "done"},
        {"action": "Walk", "due": "2026-11-20", "phase": "secondary", "status": "under way"},
        {"action": "Ask", "due": "2026-11-22", "owner": "lead", "agency": "school"},
        {"action": "Drop", "due": "2026-01-01", "phase": "tertiary", "status": "dropped"},
        {"action": "Later", "due": "2026-11-23"},
    ]
}


def test_open_actions_past_their_day_are_late_and_the_latest_comes_first():
    actions = actions_of(PLAN, plan="P-1")
    assert [(one.action, one.days_late(TODAY)) for one in overdue(actions, TODAY)] == [
        ("Walk", 3),
        ("Ask", 1),
    ]
    assert {one.plan for one in actions} == {"P-1"}


def test_what_an_open_action_lacks_is_named():
    done, walk, ask, *_ = actions_of(PLAN)
    assert done.gaps() == ()
    assert walk.gaps() == ("owner", "agency")
    assert ask.gaps() == ()


def test_progress_in_one_sentence():
    words = progress_in_words(actions_of(PLAN), TODAY)
    assert words == "1 of 4 actions done, 2 overdue; nothing in tertiary prevention."
    assert progress_in_words((), TODAY) == "No action yet."
    bare = actions_of({"actions": [{"action": "Ask"}]})
    words = "0 of 1 action done, none overdue; none has its prevention phase yet."
    assert progress_in_words(bare, TODAY) == words


def test_the_one_door_of_a_place_is_the_places_own_else_the_whole_ones():
    campaign = {
        "lead": "police",
        "places": [{"place": "Hub", "lead": "housing"}, {"place": "Clinic"}],
        "actions": [{"action": name, "place": name} for name in ("Hub", "Clinic", "")],
    }
    actions = actions_of(campaign)
    assert [one.door for one in actions] == ["housing", "police", "police"]
    assert doors_of(actions[:1]) == "One door for families here: housing"
    assert "here: housing and police. Agree on one." in doors_of(actions)
    assert doors_of(actions_of(PLAN)) == ""
