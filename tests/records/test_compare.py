"""Differences between contents, and two people's work put together."""

import pytest

from mapper.base.errors import RecordsError
from mapper.records.compare import clashes, compare, merge
from mapper.records.form import load_form

FORM = load_form("assessment")
BASE = {"name": "Parade", "voice": "Dark stairs.", "times": "After school"}


def test_only_what_differs_is_told_in_the_forms_order():
    after = {"name": "Parade", "times": "After school", "voice": "Lit stairs.", "unknown": "Who?"}
    found = [(one.field.id, one.before, one.after) for one in compare(FORM, BASE, after)]
    assert found == [("voice", "Dark stairs.", "Lit stairs."), ("unknown", "", "Who?")]


def test_who_changed_a_field_is_told():
    theirs = {**BASE, "voice": "Theirs.", "times": "Friday"}
    mine = {**BASE, "voice": "Mine.", "unknown": "Who?"}
    found = {
        one.field.id: one.changed_by for one in clashes(FORM, base=BASE, theirs=theirs, mine=mine)
    }
    assert found == {"times": "theirs", "voice": "both", "unknown": "mine"}


def test_a_merge_asks_for_what_both_changed_and_for_nothing_else():
    theirs = {**BASE, "voice": "Theirs.", "times": "Friday"}
    mine = {**BASE, "voice": "Mine.", "unknown": "Who?"}
    parts = {"base": BASE, "theirs": theirs, "mine": mine}
    with pytest.raises(RecordsError, match="say about the place"):
        merge(FORM, **parts, choices={})
    merged = merge(FORM, **parts, choices={"voice": "theirs"})
    assert dict(merged) == {
        "name": "Parade",
        "times": "Friday",
        "voice": "Theirs.",
        "unknown": "Who?",
    }
    mine_all = merge(FORM, **parts, choices=dict.fromkeys(["voice", "times"], "mine"))
    assert dict(mine_all) == {
        "name": "Parade",
        "times": "After school",
        "voice": "Mine.",
        "unknown": "Who?",
    }


def test_a_field_emptied_by_the_other_is_emptied():
    theirs = {"name": "Parade", "times": "After school"}
    mine = {**BASE, "unknown": "Who?"}
    merged = merge(FORM, base=BASE, theirs=theirs, mine=mine, choices={})
    assert "voice" not in merged
