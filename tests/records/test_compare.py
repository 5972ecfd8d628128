"""Differences between contents, and two people's work put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.base.errors import RecordsError
from mapper.records.compare import clashes, compare, merge, pieces_of
from mapper.records.form import load_form

FORM = load_form("assessment")
BASE = {"name": "Parade", "voice": "Dark stairs.", "times": "After school"}


def test_only_what_differs_is_told_in_the_forms_order():
    after = {"name": "Parade", "times": "After school", "voice": "Lit stairs.", "unknown": "Who?"}
    found = [(one.field.id, one.before, one.after) for one in compare(FORM, BASE, after)]
    assert found == [("voice", "Dark stairs.", "Lit stairs."), ("unknown", "", "Who?")]
    pieces = [(one.change, one.text) for one in compare(FORM, BASE, after)[0].pieces]
    assert pieces == [("gone", "Dark"), ("new", "Lit"), ("same", " stairs.")]


@given(st.text(max_size=80), st.text(max_size=80))
def test_pieces_hold_both_texts_whole(before, after):
    pieces = pieces_of(before, after)
    assert "".join(one.text for one in pieces if one.change != "new") == before
    assert "".join(one.text for one in pieces if one.change != "gone") == after


def test_long_texts_are_compared_by_lines():
    before = "".join(f"line {number}\n" for number in range(5_000))
    after = before.replace("line 77\n", "another\n")
    changed = [(one.change, one.text) for one in pieces_of(before, after) if one.change != "same"]
    assert changed == [("gone", "line 77\n"), ("new", "another\n")]


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
