"""The planted interventions, evaluated as the records page does it: verdicts fit the truth."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from mapper.analysis.study import prepare
from mapper.areas.load import load_study_area
from mapper.lenses.load import load_lens
from mapper.questions.windows import Window
from mapper.records.evaluations import evaluate_intervention, is_unchanged
from mapper.records.place_work import WorkGround
from mapper.records.positions import read_positions, stays_at
from mapper.records.versions import Version
from mapper.records.visits import dosage

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


def test_planted_visits_are_recovered_to_the_minute_without_a_call_sign(demonstration):
    told = pd.read_csv(demonstration.files.patrols, parse_dates=["time"])
    positions, left_out = read_positions(demonstration.files.patrols)
    assert left_out == 0
    assert list(positions.columns) == ["start", "lon", "lat"]
    helped = [one for one in demonstration.truth["interventions"] if one["fall"]]
    for number, truth in enumerate(helped, start=1):
        own = told[told["call_sign"] == f"DEMO-{number:02}"]["time"].sort_values()
        run = own.groupby((own.diff() > pd.Timedelta(minutes=2)).cumsum())
        minutes = (run.max() - run.min()).dt.total_seconds() / 60
        cells = frozenset(truth["treated_cells"])
        stays = stays_at(positions, [WorkGround(truth["id"], "", cells)], kind="patrol")
        found = dosage(cells, stays.visits, first=AFTER.first, last=AFTER.last)
        assert (found.visits, found.minutes) == (len(minutes), int(minutes.sum()))
        assert found.visits == 26 * 3
        assert stays.elsewhere >= 2_000
    idle = frozenset(demonstration.truth["interventions"][2]["treated_cells"])
    assert not stays_at(positions, [WorkGround("", "", idle)], kind="patrol").visits
