"""The planted interventions, evaluated as the records page does it: verdicts fit the truth."""

from datetime import UTC, date, datetime

import pytest

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.lenses.load import load_lens
from mapper.questions.windows import Window
from mapper.records.evaluations import evaluate_intervention, is_unchanged
from mapper.records.versions import Version

BEFORE = Window(date(2021, 9, 1), date(2022, 2, 28))
AFTER = Window(date(2022, 3, 1), date(2022, 8, 31))


@pytest.fixture(scope="module")
def study(incidents):
    area = load_study_area("merseyside", resolution=9)
    return prepare(incidents, lens=load_lens("all-demand"), area=area)


@pytest.mark.parametrize(
    ("planted", "verdicts"),
    [
        ("intervention-fall", {"worked"}),
        ("intervention-displaced", {"did not work", "could not be told"}),
        ("intervention-nothing", {"could not be told", "did not work"}),
    ],
)
def test_verdicts_fit_what_was_planted(demonstration, study, planted, verdicts):
    (truth,) = [one for one in demonstration.truth["interventions"] if one["id"] == planted]
    content = {
        "name": planted,
        "cells": truth["treated_cells"],
        "controls": truth["control_cells"],
        "first": "2022-03-01",
    }
    kept = Version(
        record="I-1",
        number=1,
        kind="intervention",
        content=content,
        digest="",
        author="anne",
        saved=datetime(2026, 1, 1, tzinfo=UTC),
        reason="",
        title=planted,
        hotspot_id="",
        ward="",
        form=1,
    )
    found = evaluate_intervention(study, kept, before=BEFORE, after=AFTER)
    assert found["result"]["verdict"] in verdicts
    assert is_unchanged(found)
