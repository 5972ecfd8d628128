"""What changed since the last meeting: new, gone, grown; done, late."""

from datetime import date
from types import MappingProxyType

from mapper.records.actions import actions_of
from mapper.records.meetings import shown_list, what_changed

TODAY = date(2026, 11, 23)


def listed(first, last, **counts):
    """A list as it was shown."""
    spots = [{"id": name, "name": f"Place {name}", "incidents": n} for name, n in counts.items()]
    told = {"digest": "0" * 64, "audience": "operational", "title": "Drugs", "area": "Here"}
    return {**told, "resolution": 9, "period": "", "first": first, "last": last, "hotspots": spots}


LAST_YEAR = listed("2025-01-01", "2025-12-31", a=100, b=40, c=10, d=3, e=None)
HALF_YEAR = listed("2026-01-01", "2026-07-02", a=51, b=60, c=7, f=9, e=20)


def test_hot_spots_new_gone_grown_and_shrunk_by_rates_a_day():
    found = what_changed(LAST_YEAR, HALF_YEAR, today=TODAY)
    assert found.comparable
    assert found.new == (("f", "Place f"),)
    assert found.gone == (("d", "Place d"),)
    assert [(one.hotspot_id, one.before, one.now, one.certainty) for one in found.grown] == [
        ("b", 40, 60, "clear")
    ]
    assert found.shrunk == ()
    assert found.hidden == 1
    back = what_changed(
        HALF_YEAR, {**LAST_YEAR, "first": "2026-07-03", "last": "2027-07-02"}, today=TODAY
    )
    assert [one.hotspot_id for one in back.shrunk] == ["b"]


def test_a_small_rise_may_be_chance_and_overlapping_periods_are_not_tested():
    before, now = listed("2025-01-01", "2025-06-30", a=20), listed("2025-07-01", "2025-12-28", a=27)
    assert [one.certainty for one in what_changed(before, now, today=TODAY).grown] == [
        "may be chance"
    ]
    rolling = {**now, "first": "2025-02-01", "last": "2025-07-31"}
    assert [one.certainty for one in what_changed(before, rolling, today=TODAY).grown] == [
        "periods overlap"
    ]


def test_lists_of_two_lenses_are_not_compared_and_the_first_meeting_has_no_past():
    found = what_changed(LAST_YEAR, {**HALF_YEAR, "title": "Knives"}, today=TODAY)
    assert not found.comparable
    assert "another lens" in found.why_not
    assert "first meeting" in what_changed(None, HALF_YEAR, today=TODAY).why_not


def test_actions_done_since_and_late_ones_are_told():
    rows = [
        {"action": "Old", "status": "done", "done_on": "2026-01-01"},
        {"action": "Fresh", "status": "done", "done_on": "2026-11-02"},
        {"action": "Undated", "status": "done"},
        {"action": "Late", "due": "2026-11-01"},
    ]
    actions = actions_of({"actions": rows})
    found = what_changed(None, HALF_YEAR, actions=actions, since=date(2026, 11, 1), today=TODAY)
    assert [one.action for one in found.done] == ["Fresh"]
    assert [one.action for one in found.late] == ["Late"]


def test_what_was_shown_is_kept_with_its_digest(make_release):
    record = {"first_day": "2021-09-01", "last_day": "2022-08-31", "request": {}}
    shown = make_release(record=MappingProxyType(record))
    kept = shown_list(shown)
    assert kept["digest"] == shown.digest
    assert [one["id"] for one in kept["hotspots"]] == shown.hotspots["hotspot_id"].tolist()
    assert what_changed(kept, kept, today=TODAY).grown == ()
