"""Evaluations: kept with their inputs, the same when run again, and honest in the register."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.study import prepare
from mapper.base.errors import RecordsError
from mapper.disclosure.people import one_person
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.windows import Window
from mapper.records.evaluations import (
    evaluate_again,
    evaluate_intervention,
    is_of_today,
    is_unchanged,
    register,
    result_of,
    would_tell,
)
from mapper.records.pooled_register import pooled_register, researchers_file
from mapper.records.saving import Work, save
from mapper.records.versions import newest
from mapper.statistics.pooled import pool
from tests.builders import EVERYTHING, disc, incidents_at, small_area

ANNE = one_person("anne")
BEFORE = Window(date(2024, 1, 1), date(2024, 3, 31))
AFTER = Window(date(2024, 4, 1), date(2024, 6, 30))


TREATED = disc(1)


def study_of(*, fall=0.0, moved=False):
    """40 incidents a cell before; after, the treated cells lost a share, perhaps to their ring."""
    area = small_area(8)
    cells = area.cells["cell"].to_numpy()
    treated = np.isin(cells, TREATED)
    ring = np.isin(cells, disc(3)) & ~treated
    lost = round(40 * fall)
    later = np.where(treated, 40 - lost, 40)
    if moved:
        later[ring] += round(lost * treated.sum() / ring.sum())
    before = incidents_at(np.repeat(cells, 40), start="2024-01-01", days=91)
    after = incidents_at(np.repeat(cells, later), start="2024-04-01", days=91, seed=1)
    both = pd.concat([before.table, after.table], ignore_index=True)
    for name in ("source", "precision", "type"):
        both[name] = both[name].astype("category")
    files = (replace(before.files[0], rows=len(both)),)
    given = replace(before, table=both, files=files)
    return prepare(given, lens=EVERYTHING, area=area)


@pytest.fixture
def intervention(database):
    content = {
        "name": "Lights on the stairs",
        "cells": cells_to_strings(TREATED).tolist(),
        "first": "2024-04-01",
        "done": "Lights put in.",
    }
    return save(database, Work("I-1", "intervention", content), viewer=ANNE, reason="done")


def evaluated(database, intervention, study, record="E-1"):
    content = evaluate_intervention(study, intervention, before=BEFORE, after=AFTER)
    return save(database, Work(record, "evaluation", content), viewer=ANNE, reason="due")


def test_an_evaluation_is_kept_with_its_inputs_and_gives_the_same_again(database, intervention):
    study = study_of(fall=0.4)
    saved = evaluated(database, intervention, study)
    kept = newest(database, saved.record)
    inputs = kept.content["inputs"]
    assert inputs["cells"]["treated"] == sorted(intervention.content["cells"])
    assert inputs["counts"]["treated"] == [280, 168]
    assert inputs["files"] == ["1" * 64]
    assert is_unchanged(kept.content)
    assert dict(evaluate_again(study, kept))["inputs"]["counts"] == inputs["counts"]
    assert dict(evaluate_again(study, kept))["result"] == kept.content["result"]
    effect = kept.content["result"]["effect"]
    assert effect["low"] < 0.6 < effect["high"] < 1


@pytest.mark.parametrize(
    ("world", "verdict"),
    [
        ({"fall": 0.4}, "worked"),
        ({"fall": 0.4, "moved": True}, "could not be told"),
        ({"fall": 0.8, "moved": True}, "did not work"),
        ({"fall": -0.5}, "did not work"),
        ({"fall": 0.0}, "could not be told"),
    ],
)
def test_the_verdict_says_what_the_counts_can_bear(database, intervention, world, verdict):
    controls = cells_to_strings(np.setdiff1d(disc(7), disc(6))).tolist()
    by_hand = replace(intervention, content={**intervention.content, "controls": controls})
    content = evaluate_intervention(study_of(**world), by_hand, before=BEFORE, after=AFTER)
    assert content["result"]["verdict"] == verdict


def test_what_would_have_told_is_said_only_where_counts_are_what_is_lacking(database, intervention):
    content = evaluate_intervention(study_of(), intervention, before=BEFORE, after=AFTER)
    unclear = {**content, "result": {**content["result"], "code": "no clear effect"}}
    assert "would have been told" in would_tell(unclear)
    for code in ("fewer", "rose before", "none alike", "too few", "data at fault"):
        assert would_tell({**content, "result": {**content["result"], "code": code}}) == ""


def test_a_count_changed_by_hand_is_noticed(database, intervention):
    content = evaluate_intervention(study_of(), intervention, before=BEFORE, after=AFTER)
    assert is_unchanged(content)
    inputs = content["inputs"]
    counted = {**inputs["counts"], "treated": [280, 20]}
    assert not is_unchanged({**content, "inputs": {**inputs, "counts": counted}})
    treated = inputs["ledgers"]["treated"]
    place = {**treated["place"], "after": [140]}
    ledgers = {**inputs["ledgers"], "treated": {**treated, "place": place}}
    forged = {**content, "inputs": {**inputs, "ledgers": ledgers}}
    assert not is_unchanged(forged)
    assert result_of(forged["inputs"])["verdict"] == "worked"


def test_a_record_of_an_earlier_method_is_known(database, intervention):
    content = evaluate_intervention(study_of(), intervention, before=BEFORE, after=AFTER)
    assert is_of_today(content)
    inputs = {name: value for name, value in content["inputs"].items() if name != "ledgers"}
    assert not is_of_today({**content, "inputs": inputs})


def test_another_lens_is_refused_by_name(database, intervention):
    saved = evaluated(database, intervention, study_of())
    other = replace(study_of(), lens=replace(EVERYTHING, sha256="2" * 64))
    with pytest.raises(RecordsError, match="“everything” as it read then"):
        evaluate_again(other, saved)


def test_the_register_sets_counts_beside_judgement_and_names_the_unevaluated(
    database, intervention
):
    first = evaluated(database, intervention, study_of())
    second = evaluated(database, intervention, study_of(fall=0.4), record="E-2")
    content = {**intervention.content, "name": "Leaflets", "first": "2025-01-01"}
    content["judgement"] = "could not be told"
    other = save(database, Work("I-2", "intervention", content), viewer=ANNE, reason="done")
    lines = register([intervention, other], [second, first])
    assert [(one.name, one.verdict, one.judgement) for one in lines] == [
        ("Leaflets", "not evaluated", "could not be told"),
        ("Lights on the stairs", "worked", "not yet judged"),
    ]
    assert lines[1].words


def test_alike_actions_are_pooled_by_strand_whether_clear_or_not(database, intervention):
    content = {"name": "Stairs", "strand": "county lines"}
    plan = save(database, Work("P-1", "plan", content), viewer=ANNE, reason="x")
    kept = evaluate_intervention(study_of(fall=0.4), intervention, before=BEFORE, after=AFTER)
    effects = [
        (0.6, 0.45, 0.8, "worked"),
        (0.9, 0.7, 1.16, "could not be told"),
        (0.8, 0.6, 1.07, "could not be told"),
        (None, None, None, "could not be told"),
    ]
    actions, evaluations = [], []
    for number, (ratio, low, high, said) in enumerate(effects, start=2):
        told = None if ratio is None else {"ratio": ratio, "low": low, "high": high}
        result = {**kept["result"], "effect": told, "verdict": said}
        content = {**intervention.content, "plan": plan.record}
        work = Work(f"I-{number}", "intervention", content)
        actions.append(save(database, work, viewer=ANNE, reason="x"))
        made = {**kept, "intervention": f"I-{number}", "result": result}
        work = Work(f"E-{number}", "evaluation", made)
        evaluations.append(save(database, work, viewer=ANNE, reason="x"))
    first, second = pooled_register([intervention, *actions], evaluations, [plan])
    assert (first.strand, first.tried, first.worked, first.could_not_be_told) == (
        "county lines", 4, 1, 3)  # fmt: skip
    assert first.pooled == pool([each[:3] for each in effects[:3]])
    assert first.words.startswith("3 together: 0.7")
    assert (second.strand, second.not_evaluated, second.pooled) == ("no strand named", 1, None)
    kinds = ["enforcement", "enforcement", "enforcement", "work with families"]
    alike = [
        replace(one, content={**one.content, "kind": kind})
        for one, kind in zip(actions, kinds, strict=True)
    ]
    whole, most, least = pooled_register(alike, evaluations, [plan])
    assert (whole.kind, whole.tried, most.kind, most.tried) == ("", 4, "enforcement", 3)
    assert (least.kind, least.tried, least.pooled) == ("work with families", 1, None)
    told = researchers_file([whole, most, least]).decode("utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in told] == ["kind", "all", "enforcement"]
    header, line = researchers_file([first, second]).decode("utf-8-sig").splitlines()
    assert dict(zip(header.split(","), line.split(","), strict=True)) == {
        "strand": "county lines", "kind": "all", "actions": "4", "worked": "1", "did_not_work": "0",
        "could_not_be_told": "3", "not_evaluated": "0", "pooled": "3",
        "ratio": f"{first.pooled.ratio:.3f}", "ratio_low": f"{first.pooled.low:.3f}",
        "ratio_high": f"{first.pooled.high:.3f}",
        "heterogeneity": f"{first.pooled.heterogeneity:.3f}",
    }  # fmt: skip
