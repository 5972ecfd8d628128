"""Accuracy: how much of what came later each way of ranking places foretold."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from mapper.analysis.back_test import FEWEST_MONTHS, BackTest, BackTestResult, back_test
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.text import count
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.question import Question
from mapper.questions.usual_choices import replicates, seed
from mapper.statistics.accuracy import ACCURACY_COLUMNS, AccuracyTest

_KEYS: dict[str, Role] = {"ranking": "key", "area_share": "key", "area_km2": "fact"}
_ROLES: dict[str, Role] = {
    name: _KEYS.get(name, "count" if name in {"hits", "incidents"} else "derived")
    for name in ACCURACY_COLUMNS
}


@dataclass(frozen=True, kw_only=True)
class AccuracyChoices(Choices):
    """What is chosen for accuracy."""

    design: Literal["single", "rolling"] = choice(
        "single",
        "Design",
        help="Train once, or move on test by test.",
        of={"single": "Train once", "rolling": "Move on month by month"},
    )
    test_from: date | None = choice(
        None, "First month to test", help="First month to test; by default the newest twelve."
    )
    train_months: int | None = choice(
        None,
        "Months to train on",
        help="Months to train on; all before the test by default.",
        least=1,
        most=240,
        rare=True,
    )
    test_months: int = choice(
        1,
        "Months in a test",
        help="Months in a rolling test.",
        least=1,
        most=24,
        when=("design", "rolling"),
    )
    replicates: int = replicates()
    seed: int = seed(1)


def ask_accuracy(
    study: Study, choices: AccuracyChoices, *, progress: Progress = no_progress
) -> Finding:
    """Measure every signal and every honest rival on later months.

    Parameters
    ----------
    choices
        The first month to test (the newest twelve by default, after at least a year to train on);
        ``single``: train once on all before, or ``rolling``: move on test by test; the lengths of
        the windows; the bootstrap.

    Raises
    ------
    RequestError
        When the study holds too few months, or its request counts in another way than a back-test
        can.
    """
    request = study.request
    if request.location_day or request.rings > 1:
        raise RequestError(
            "Accuracy is measured for rings of 1 and every incident. Leave {rings} and"
            " {location_day} out.",
            names=("rings", "location_day"),
        )
    trial = AccuracyTest(replicates=choices.replicates, seed=choices.seed)
    plan = BackTest(
        test_from=choices.test_from or _first_tested(study),
        design=choices.design,
        train_months=choices.train_months,
        test_months=choices.test_months,
        start=request.start,
        end=request.end,
        police_generated=request.police_generated,
    )
    found = back_test(
        study.incidents, plan, lens=study.lens, area=study.area, trial=trial, progress=progress
    )
    return answer(
        study,
        QUESTION,
        found.table,
        _ROLES,
        unit="setting",
        choices={**choices.told(), "test_from": plan.test_from},
        notes=_notes(found),
    )


def _notes(found: BackTestResult) -> tuple[str, ...]:
    """Say what was trained on and tested, and which months are missing."""
    told = (
        f"Trained on {found.train[0]} to {found.train[-1]}, tested on {found.test[0]} to"
        f" {found.test[-1]} in {count(found.splits, 'split')}:"
        f" {count(found.incidents, 'incident')}."
    )
    if not found.missing:
        return (told,)
    return (told, f"No data at all for {', '.join(found.missing)}: left out, not zero.")


def _first_tested(study: Study) -> date:
    """Return the first month to test: the last twelve, or what is left after twelve to train."""
    start = study.incidents.table["start"].to_numpy()[study.within]
    months = np.unique(start.astype("datetime64[M]"))
    at = max(FEWEST_MONTHS, months.size - 12)
    if at >= months.size:
        raise RequestError(
            f"The days chosen hold {count(months.size, 'month')}. Accuracy needs {FEWEST_MONTHS}"
            " to train on"
            " and at least one after them to test. Choose an earlier first day, or read older data"
            " beside this."
        )
    first: date = months[at].astype("datetime64[D]").astype(object)
    return first


QUESTION = Question(
    id="accuracy",
    title="Accuracy",
    question="How much of what came later did each way of ranking places foretell?",
    definition="PAI, PEI and hit rate on later months; intervals by bootstrap over months.",
    source="Chainey, Tompson & Uhlig 2008; Hunt 2016.",
    group="How sure",
    choices=AccuracyChoices,
    answer=ask_accuracy,
    long=True,
)
