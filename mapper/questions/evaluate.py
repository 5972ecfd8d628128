"""What worked: places acted on, before and after, against controls and a buffer.

Hot spots named here are those of the window before the action. The buffer is made of the cells so
many steps away from the nearest treated one, or chosen by hand; controls are suggested by their
past level and trend among all other cells, or chosen by hand.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import numpy as np

from mapper.analysis.study import Study, prepare
from mapper.base.errors import RequestError
from mapper.base.types import Flags, Integers
from mapper.questions.action import Action
from mapper.questions.answer import answer
from mapper.questions.definitions import EVALUATE
from mapper.questions.evaluation_tables import EvaluationCells, cell_table, figure_table
from mapper.questions.finding import Finding, Role, Unit
from mapper.questions.periods import Periods, counts_by_period, split_periods
from mapper.questions.places import cells_named, chosen_hotspots, places_by
from mapper.questions.windows import Window, check_windows, counts_within, days_with_data
from mapper.statistics.controls import match_controls, ring_cells
from mapper.statistics.evaluation import BeforeAfter, evaluate_action
from mapper.statistics.regression_to_mean import regression_to_mean

Table = Literal["figures", "cells"]
_UNITS: dict[Table, Unit] = {"figures": "area", "cells": "cell"}
_ROLES: dict[Table, dict[str, Role]] = {
    "figures": {
        "figure": "key",
        "value": "derived",
        "low": "derived",
        "high": "derived",
        "words": "derived",
    },
    "cells": {
        "cell": "key",
        "district": "key",
        "ward": "key",
        "part": "class",
        "before": "count",
        "after": "count",
    },
}


def ask_evaluate(
    study: Study, *, action: Action, table: Table = "figures", confidence: float = 0.95
) -> Finding:
    """Evaluate one action.

    Parameters
    ----------
    action
        Where, when, and against what.
    table
        ``figures``: every measure with its interval; ``cells``: which cell played which part.
    confidence
        Of every interval.

    Raises
    ------
    RequestError
        When places, windows or controls cannot be used.
    """
    if not 0 < confidence < 1:
        raise RequestError(f"A confidence of {confidence} is not between 0 and 1; 0.95 is usual.")
    notes = check_windows(study, action.before, action.after)
    past = _study_before(study, action.before)
    ground = _ground(study, past, action)
    counts = (counts_within(study, action.before), counts_within(study, action.after))
    found = evaluate_action(
        _sums(counts, ground.treated),
        _sums(counts, ground.control),
        buffer=_sums(counts, ground.buffer) if ground.buffer.any() else None,
        buffer_control=_sums(counts, ground.buffer_control)
        if ground.buffer_control.any()
        else None,
        before_length=days_with_data(study, action.before),
        after_length=days_with_data(study, action.after),
        confidence=confidence,
    )
    mean = regression_to_mean(counts[0], ground.treated, earlier=_earlier(study, action.before))
    rows = figure_table(counts, ground, found, mean) if table == "figures" else None
    words = [*found.words, *([found.quotient.words] if found.quotient else []), mean.words]
    return answer(
        study,
        EVALUATE,
        cell_table(study, counts, ground) if rows is None else rows,
        _ROLES[table],
        unit=_UNITS[table],
        choices=_told(action, table, confidence),
        notes=(*words, ground.words, *notes),
    )


def _study_before(study: Study, before: Window) -> Study:
    """Return the study of the window before: nothing that came later may choose places."""
    request = replace(study.request, start=before.first, end=before.last)
    return prepare(study.incidents, request, lens=study.lens, area=study.area)


def _ground(study: Study, past: Study, action: Action) -> EvaluationCells:
    """Return which cells are treated, buffer and control; no cell plays two parts."""
    treated = cells_named(study, action.cells)
    if action.hotspots:
        treated |= chosen_hotspots(places_by(past, "hotspot"), action.hotspots).group >= 0
    inner, outer = action.buffer_rings
    by_hand = cells_named(study, action.buffer)
    rings = {"inner": inner, "outer": outer}
    buffer = by_hand if action.buffer else ring_cells(study.cells, treated, **rings)
    control, words = cells_named(study, action.control), "Controls were chosen by hand."
    if not action.control:
        control, words = _suggested(past, treated, buffer, action.controls_each)
    _refuse_overlap(treated, buffer, control)
    around = np.zeros(treated.shape, dtype=np.bool_)
    if action.control_buffer:
        around = ring_cells(study.cells, control, **rings) & ~treated & ~buffer
    return EvaluationCells(
        treated=treated, buffer=buffer, control=control, buffer_control=around, words=words
    )


def _suggested(past: Study, treated: Flags, buffer: Flags, each: int) -> tuple[Flags, str]:
    """Return controls matched on past level and trend, and how well they match."""
    series = counts_by_period(past, _past_periods(past))
    found = match_controls(series, treated, candidates=~treated & ~buffer, count=each)
    words = (
        f"Controls are suggested by past level ({found.control_level:.2f} incidents a cell and"
        f" period, treated {found.treated_level:.2f}) and trend ({found.control_trend:+.3f},"
        f" treated {found.treated_trend:+.3f}): look at them before trusting them."
    )
    return found.chosen(treated.size), words


def _past_periods(past: Study) -> Periods:
    """Return the months of the window before, or all of it where it is shorter than two."""
    try:
        return split_periods(past, every="month")
    except RequestError:
        first = np.datetime64(past.first)
        whole = np.array([first, np.datetime64(past.last) + 1], dtype="datetime64[D]")
        return Periods(starts=whole, number=np.where(past.within, 0, -1), every="month")


def _refuse_overlap(treated: Flags, buffer: Flags, control: Flags) -> None:
    """Refuse a cell that plays two parts."""
    twice = int(((treated & buffer) | (treated & control) | (buffer & control)).sum())
    if twice:
        raise RequestError(
            f"{twice} cells are in two of treated, buffer and control. Give each cell one part."
        )


def _earlier(study: Study, before: Window) -> Integers | None:
    """Return the counts of the window before that one, as long as it, where there is data."""
    first = before.first - timedelta(days=before.days)
    if first < study.first:
        return None
    return counts_within(study, Window(first, before.first - timedelta(days=1)))


def _sums(counts: tuple[Integers, ...], part: Flags) -> BeforeAfter:
    before, after = (int(each[part].sum()) for each in counts)
    return BeforeAfter(before, after)


def _told(action: Action, table: Table, confidence: float) -> dict[str, object]:
    """Return the choices of an evaluation for its manifest."""
    return {
        "table": table,
        "before": [action.before.first.isoformat(), action.before.last.isoformat()],
        "after": [action.after.first.isoformat(), action.after.last.isoformat()],
        "cells": action.cells,
        "hotspots": action.hotspots,
        "buffer": action.buffer,
        "buffer_rings": action.buffer_rings,
        "control": action.control,
        "controls_each": action.controls_each,
        "control_buffer": action.control_buffer,
        "confidence": confidence,
    }
