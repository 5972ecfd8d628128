"""Accuracy: how much of what came later each way of ranking places foretold."""

from datetime import date
from typing import Literal

import numpy as np

from mapper.analysis.back_test import FEWEST_MONTHS, BackTest, BackTestResult, back_test
from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.questions.answer import answer
from mapper.questions.definitions import ACCURACY
from mapper.questions.finding import Finding, Role
from mapper.statistics.accuracy import ACCURACY_COLUMNS, Trial

_KEYS: dict[str, Role] = {"ranking": "key", "area_share": "key", "area_km2": "fact"}
_ROLES: dict[str, Role] = {
    name: _KEYS.get(name, "count" if name in {"hits", "incidents"} else "derived")
    for name in ACCURACY_COLUMNS
}


def ask_accuracy(
    study: Study,
    *,
    test_from: date | None = None,
    design: Literal["single", "rolling"] = "single",
    train_months: int | None = None,
    test_months: int = 1,
    trial: Trial | None = None,
    progress: Progress = no_progress,
) -> Finding:
    """Measure every signal and every honest rival on later months.

    Parameters
    ----------
    test_from
        First month to test; the newest twelve by default, after at least a year to train on.
    design
        ``single``: train once on all before; ``rolling``: move on test by test.
    train_months, test_months
        Lengths of the windows: all earlier months, and of each rolling test.
    trial
        Shares of the area, bootstrap and reference.

    Raises
    ------
    RequestError
        When the study holds too few months, or its request counts in another way than a back-test
        can.
    """
    request = study.request
    if request.location_day or request.rings > 1:
        raise RequestError(
            "Accuracy is measured for rings of 1 and every incident. Leave --rings and"
            " --location-day out."
        )
    trial = trial or Trial()
    plan = BackTest(
        test_from=test_from or _first_tested(study),
        design=design,
        train_months=train_months,
        test_months=test_months,
        start=request.start,
        end=request.end,
        police_generated=request.police_generated,
    )
    found = back_test(
        study.incidents, plan, lens=study.lens, area=study.area, trial=trial, progress=progress
    )
    return answer(
        study,
        ACCURACY,
        found.table,
        _ROLES,
        unit="setting",
        choices={**_told(plan), "replicates": trial.replicates, "seed": trial.seed},
        notes=_notes(found),
    )


def _told(plan: BackTest) -> dict[str, object]:
    """Return the plan of a back-test for its manifest."""
    return {
        "test_from": plan.test_from,
        "design": plan.design,
        "train_months": plan.train_months,
        "test_months": plan.test_months,
    }


def _notes(found: BackTestResult) -> tuple[str, ...]:
    """Say what was trained on and tested, and which months are missing."""
    told = (
        f"Trained on {found.train[0]} to {found.train[-1]}, tested on {found.test[0]} to"
        f" {found.test[-1]} in {found.splits} split{'s' if found.splits > 1 else ''}:"
        f" {found.incidents:,} incidents."
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
            f"The days chosen hold {months.size} months. Accuracy needs {FEWEST_MONTHS} to train on"
            " and at least one after them to test. Choose an earlier first day, or read older data"
            " beside this."
        )
    first: date = months[at].astype("datetime64[D]").astype(object)
    return first
