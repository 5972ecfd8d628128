"""Every harm beside the one judged by: an effect is told only where it holds among all of them."""

from dataclasses import replace

import pytest

from mapper.records import every_harm as module
from mapper.records.evaluations import evaluate_intervention
from mapper.records.every_harm import every_harm
from tests.records.test_evaluations import AFTER, BEFORE, TREATED, intervention, study_of

__all__ = ["TREATED", "intervention"]


def named(study, title):
    return replace(study, lens=replace(study.lens, title=title))


def test_a_fall_is_told_beside_harms_that_stayed(database, intervention):
    studies = [named(study_of(fall=0.4), "Abuse"), named(study_of(), "Drugs")]
    fell, stayed = every_harm(studies, intervention, before=BEFORE, after=AFTER)
    alone = evaluate_intervention(studies[0], intervention, before=BEFORE, after=AFTER)
    assert [fell.before, fell.after] == alone["inputs"]["counts"]["treated"]
    assert fell.expected == alone["result"]["expected"]
    wanted = alone["result"]["code"]
    assert (fell.harm, stayed.harm) == ("Abuse", "Drugs")
    assert (fell.told == "clearly fewer than expected") == (wanted == "fewer")
    assert stayed.told in {"no clear change", "could not be told"}


@pytest.mark.parametrize(("others", "told"), [(0, True), (9, False)])
def test_one_clear_harm_among_many_may_be_chance(monkeypatch, intervention, others, told):
    """p = 0.04 alone is told, and not among nine of p = 0.9: its q is then 0.4."""
    study = study_of()

    def kept(study, action, *, before, after):
        clear = study.lens.title == "One"
        result = {"code": "fewer" if clear else "no clear effect", "p": 0.04 if clear else 0.9}
        counts = {"treated": [50, 30]}
        return {"inputs": {"counts": counts}, "result": {**result, "expected": 50.0}}

    monkeypatch.setattr(module, "evaluate_intervention", kept)
    studies = [named(study, "One"), *(named(study, f"Other {at}") for at in range(others))]
    first, *_ = every_harm(studies, intervention, before=BEFORE, after=AFTER)
    assert (first.told == "clearly fewer than expected") == told
    assert told or "may be chance" in first.told
