"""Evaluations kept with everything they were worked out from, and the register of what worked.

What is kept of an evaluation is its inputs (which cells played which part, the two windows, the
lens and the files by digest, the counts, those of the comparable places where nothing was done) and
its result. The result can be worked out again from the kept counts at any time, and from the
incidents wherever the same files are loaded.

The verdict is a rule over the counts, stated here, and nothing more: people's own judgement
stands beside it in the register.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, isfinite, isnan
from types import MappingProxyType
from typing import Any, Literal, cast

import numpy as np

from mapper.analysis.study import Study
from mapper.base.errors import RecordsError
from mapper.base.text import count
from mapper.questions.action import Action
from mapper.questions.evaluate import ask_evaluate, open_trial
from mapper.questions.windows import Window
from mapper.records.form import Content
from mapper.records.versions import Version
from mapper.statistics.action_outcome import (
    CANNOT_BE_TOLD,
    Evaluation,
    evaluate_ledgers,
    moved_share,
)
from mapper.statistics.detectable import expected_for, smallest_fall
from mapper.statistics.evaluation import BeforeAfter, DisplacementQuotient, RateRatio
from mapper.statistics.expectation import Outcome, ThreeWindows
from mapper.statistics.placebo_evaluation import Ledger

Verdict = Literal["worked", "did not work", "could not be told"]
WORTH_HAVING = 0.9  # an interval all above it rules out a fall of a tenth
_COUNTED = ("history", "before", "after")
_WORTH, _MOST = 0.2, 0.9  # falls between which the time that would tell is worked out
_MONTH = 365.25 / 12  # days
HALF_MOVED = 0.5  # of the fall, gained by the ring around
MOSTLY_MOVED = 0.75
VERDICT_RULE = (
    "Worked: clearly fewer incidents than expected, of which at most half seem to have moved next"
    " door. Did not work: a fall of a tenth or more is ruled out, or three quarters of it clearly"
    " moved next door. Could not be told: everything else."
)


@dataclass(frozen=True)
class EvaluationLine:
    """One line of the register."""

    intervention: str  # record number
    name: str
    first: str
    last: str
    verdict: Verdict | Literal["not evaluated"]  # what the counts can bear
    judgement: str  # what people conclude
    words: str


def evaluate_intervention(
    study: Study, intervention: Version, *, before: Window, after: Window
) -> Content:
    """Return the content of an evaluation record for an intervention.

    Parameters
    ----------
    study
        The incidents through a lens, over an area at the resolution of the intervention's cells.
    before, after
        The two windows to compare.

    Raises
    ------
    RequestError
        When places, windows or controls cannot be used.
    """
    content = intervention.content
    action = Action(
        before=before,
        after=after,
        cells=tuple(content.get("cells", ())),
        control_cells=tuple(content.get("controls", ())),
        table="cells",
    )
    return _content(study, action, intervention.record, content)


def evaluate_again(study: Study, evaluation: Version) -> Content:
    """Return the evaluation anew from the incidents, with the same cells, windows and parts.

    Raises
    ------
    RecordsError
        When the study is of another lens than the one kept.
    RequestError
        As :func:`evaluate_intervention`.
    """
    inputs = evaluation.content["inputs"]
    if study.lens.sha256 != inputs["lens"]["sha256"]:
        raise RecordsError(
            f"{evaluation.record} was worked out through the lens “{inputs['lens']['id']}” as it"
            f" read then. Choose that lens, in its version {inputs['lens']['version']}."
        )
    parts = {name: tuple(cells) for name, cells in inputs["cells"].items()}
    action = Action(
        before=_window(inputs["before"]),
        after=_window(inputs["after"]),
        cells=parts["treated"],
        control_cells=parts["control"],
        buffer_cells=parts.get("buffer", ()),
        table="cells",
    )
    content = evaluation.content
    return _content(study, action, content["intervention"], content)


def result_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Work out an evaluation from its kept counts alone; the same inputs give the same result."""
    found = evaluate_ledgers(
        _ledger(inputs["ledgers"]["treated"]),
        _ledger(inputs["ledgers"]["buffer"]) if "buffer" in inputs["ledgers"] else None,
        {name: BeforeAfter(*pair) for name, pair in inputs["counts"].items()},
        before_length=_window(inputs["before"]).days,
        after_length=_window(inputs["after"]).days,
        confidence=inputs["confidence"],
        fault=inputs.get("fault", ""),
    )
    quotient, treated = found.quotient, found.treated
    told = found.effect not in CANNOT_BE_TOLD
    return {
        "verdict": verdict(found),
        "code": found.effect,
        "ring": found.ring,
        "words": [*found.words, *_doubt(found)],
        "effect": _interval(treated) if told else None,
        "expected": _number(treated.expected),
        "p": treated.p if told else None,
        "alike": treated.alike,
        "change": _interval(found.change),
        "spillover": _interval(found.buffer) if found.buffer and found.effect == "fewer" else None,
        "quotient": _interval_of_quotient(quotient) if quotient else None,
        "difference": {
            name: _number(treated.expected * (getattr(treated, side) - 1))
            for name, side in (("value", "ratio"), ("low", "low"), ("high", "high"))
        }
        if told
        else None,
    }


def would_tell(evaluation: Content) -> str:
    """Say what it would have taken to tell an effect: a fall of so much, or so many months more.

    Nothing where something else than too few incidents kept it from being told: places that rose
    before, or too few alike, would have hidden any fall.
    """
    inputs = evaluation["inputs"]
    if "ledgers" not in inputs or evaluation["result"]["code"] != "no clear effect":
        return ""
    outcome = _ledger(inputs["ledgers"]["treated"]).outcome(confidence=inputs["confidence"])
    if not isfinite(outcome.expected) or outcome.expected <= 0 or not isfinite(outcome.dispersion):
        return "There are too few incidents to say what would tell."
    told = {"dispersion": max(outcome.dispersion, 1.0), "confidence": inputs["confidence"]}
    least = smallest_fall(outcome.expected, **told)
    words = "Over this time no fall at all would have been told"
    if isfinite(least):
        words = f"Over this time a fall of about {least:.0%} would have been told"
    fall = min(max(1 - outcome.ratio, _WORTH), _MOST) if isfinite(outcome.ratio) else _WORTH
    months = _window(inputs["after"]).days / _MONTH
    more = months * (expected_for(fall, **told) / outcome.expected - 1)
    if more <= 0:
        return f"{words}."
    return f"{words}; a fall of {fall:.0%} would take about {count(ceil(more), 'month')} more."


def is_of_today(evaluation: Content) -> bool:
    """Tell whether an evaluation was worked out by the method of today, from comparable places."""
    return "ledgers" in evaluation["inputs"]


def is_unchanged(evaluation: Content) -> bool:
    """Tell whether the kept result is what its kept inputs give today."""
    return bool(result_of(evaluation["inputs"]) == evaluation["result"])


def verdict(found: Evaluation) -> Verdict:
    """Return what the counts can bear, by :data:`VERDICT_RULE`."""
    if found.effect in CANNOT_BE_TOLD:
        return "could not be told"
    if found.effect != "fewer":
        return "did not work" if found.treated.low > WORTH_HAVING else "could not be told"
    moved = moved_share(found.treated, found.buffer)
    if found.ring == "displacement" and moved >= MOSTLY_MOVED:
        return "did not work"
    return "could not be told" if moved >= HALF_MOVED else "worked"


def _doubt(found: Evaluation) -> list[str]:
    """Say, where the place fell clearly, that much of the fall may have gone next door."""
    if found.effect == "fewer" and moved_share(found.treated, found.buffer) >= HALF_MOVED:
        return [
            (
                "The cells around it gained at least half of what the place lost: the harm may have"
                " moved next door."
            )
        ]
    return []


def register(
    interventions: Iterable[Version], evaluations: Iterable[Version]
) -> tuple[EvaluationLine, ...]:
    """Return every intervention with what the counts say and what people say, latest first.

    Parameters
    ----------
    evaluations
        Newest last saved first; the latest of each intervention counts.
    """
    latest: dict[str, Version] = {}
    for one in evaluations:
        latest.setdefault(str(one.content["intervention"]), one)
    entries = [_entry(one, latest.get(one.record)) for one in interventions]
    return tuple(sorted(entries, key=lambda one: one.first, reverse=True))


def _entry(intervention: Version, evaluation: Version | None) -> EvaluationLine:
    """Return one line of the register."""
    content = intervention.content
    result = evaluation.content["result"] if evaluation else {}
    return EvaluationLine(
        intervention=intervention.record,
        name=intervention.title,
        first=content.get("first", ""),
        last=content.get("last", ""),
        verdict=result.get("verdict", "not evaluated"),
        judgement=content.get("judgement", "not yet judged"),
        words=" ".join(result.get("words", ())),
    )


def _content(study: Study, action: Action, intervention: str, content: Content) -> Content:
    """Return the content of an evaluation record."""
    trial = open_trial(study, action)
    finding = ask_evaluate(study, action, trial=trial)
    parts = finding.table.groupby("part", sort=False, observed=True)
    request = study.request
    inputs = {
        "lens": {"id": study.lens.id, "version": study.lens.version, "sha256": study.lens.sha256},
        "files": [str(source["sha256"]) for source in study.inputs],
        "synthetic": study.synthetic,
        "area": study.area.name,
        "resolution": study.area.resolution,
        "police_generated": request.police_generated,
        "before": [action.before.first.isoformat(), action.before.last.isoformat()],
        "after": [action.after.first.isoformat(), action.after.last.isoformat()],
        "confidence": 0.95,
        "cells": {str(name): rows["cell"].tolist() for name, rows in parts},
        "counts": {
            str(name): [int(rows["before"].sum()), int(rows["after"].sum())] for name, rows in parts
        },
        "ledgers": {
            name: _kept(ledger)
            for name, ledger in zip(("treated", "buffer"), trial.ledgers, strict=True)
            if ledger
        },
        "notes": list(finding.notes),
        **({"fault": trial.fault} if trial.fault else {}),
    }
    kept = {name: content[name] for name in ("name", "hotspot_id", "ward") if name in content}
    filled = {"intervention": intervention, "inputs": inputs, "result": result_of(inputs)}
    return MappingProxyType({**kept, **filled})


def _kept(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger as it is kept."""
    return {
        "place": _kept_windows(ledger.place),
        "placebos": [_kept_windows(each) for each in ledger.placebos],
        "dispersion": ledger.dispersion,
        "usual_dispersion": ledger.usual_dispersion,
        "independent": ledger.independent,
    }


def _ledger(kept: Mapping[str, Any]) -> Ledger:
    """Return a kept ledger."""
    return Ledger(
        place=_windows_kept(kept["place"]),
        placebos=tuple(_windows_kept(each) for each in kept["placebos"]),
        dispersion=kept["dispersion"],
        usual_dispersion=kept["usual_dispersion"],
        independent=kept["independent"],
    )


def _kept_windows(windows: ThreeWindows) -> dict[str, Any]:
    """Return counts as they are kept: whole numbers."""
    named = {name: getattr(windows, name).astype(int).tolist() for name in _COUNTED}
    kept = {**named, "area": [int(each) for each in windows.area]}
    if windows.same is not None:
        kept |= {"same": windows.same.astype(int).tolist(), "area_same": int(windows.area_same)}
    return kept


def _windows_kept(kept: Mapping[str, Any]) -> ThreeWindows:
    """Return kept counts."""
    history, before, after = (np.array(kept[name], dtype=np.float64) for name in _COUNTED)
    first, second, third = (float(each) for each in kept["area"])
    same = np.array(kept["same"], dtype=np.float64) if "same" in kept else None
    return ThreeWindows(
        history,
        before,
        after,
        area=(first, second, third),
        same=same,
        area_same=float(kept.get("area_same", 0)),
    )


def _window(days: Iterable[str]) -> Window:
    """Return a kept window."""
    first, last = (date.fromisoformat(day) for day in days)
    return Window(first, last)


def _interval(found: Outcome | RateRatio) -> dict[str, float | None]:
    """Return a ratio with its interval as JSON has it."""
    return {name: _number(cast("float", getattr(found, name))) for name in ("ratio", "low", "high")}


def _interval_of_quotient(found: DisplacementQuotient) -> dict[str, Any] | None:
    """Return a quotient with its interval; none where it has no interval."""
    if isnan(found.low):
        return None
    return {"value": found.value, "low": found.low, "high": found.high, "words": found.words}


def _number(value: float) -> float | None:
    """Return a number for JSON, which knows none that is missing or infinite."""
    return float(value) if isfinite(value) else None
