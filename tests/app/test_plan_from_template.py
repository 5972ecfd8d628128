"""A plan filled in from a template: nothing that was typed is lost, nothing is added twice."""

from datetime import date

from mapper.app.work.plan_page import from_template
from mapper.records.templates import templates

FIRST = date(2022, 9, 1)
MONTH = next(one for one in templates() if one.id == "domestic-abuse-month")


def test_empty_answers_are_filled_and_typed_ones_stay():
    typed = {"name": "Parade", "objective": "My own words.", "strand": "", "cells": ["a"]}
    filled = from_template(MONTH, typed, first=FIRST)
    assert (filled["name"], filled["objective"], filled["cells"]) == (
        *("Parade", "My own words."),
        ["a"],
    )
    assert filled["strand"] == MONTH.answers["strand"]
    assert filled["lead"] == "police"
    assert filled["review"] == "2022-10-06"
    assert [row["agency"] for row in filled["actions"]] == [one.agency for one in MONTH.actions]
    assert filled["actions"][0]["due"] == "2022-09-14"
    assert "place" not in filled["actions"][0]


def test_the_same_template_again_adds_nothing():
    once = from_template(MONTH, {"actions": [{"action": "Mine", "agency": "police"}]}, first=FIRST)
    assert len(once["actions"]) == 1 + len(MONTH.actions)
    assert from_template(MONTH, once, first=FIRST) == once
