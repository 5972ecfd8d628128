"""What worked: places acted on, against what they were expected to have without the action.

Hot spots named here are those of the window before the action. The buffer is made of the cells so
many steps away from the nearest treated one, or chosen by hand. What places were expected to have
comes from their own history and from comparable places where nothing was done
(:mod:`mapper.statistics.expectation`); control places rule the measures that need them, no more.
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.types import Flags
from mapper.grid.neighbours import Neighbours, find_band
from mapper.questions.action import Action
from mapper.questions.answer import answer
from mapper.questions.definitions import EVALUATE
from mapper.questions.evaluation_dates import (
    Around,
    judged_periods,
    parted_counts,
    whole_counts_of,
    windows_around,
)
from mapper.questions.evaluation_tables import EvaluationCells, cell_table, figure_table, sums_of
from mapper.questions.finding import Finding, Role, Unit
from mapper.questions.places import cells_named, chosen_hotspots, places_by
from mapper.questions.windows import Window, check_windows, counts_within, days_with_data
from mapper.statistics.action_outcome import evaluate_ledgers
from mapper.statistics.controls import ring_cells
from mapper.statistics.placebo_evaluation import Ledger, open_ledger, placebo_sets
from mapper.statistics.placebo_places import cells_around

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
    study: Study,
    *,
    action: Action,
    table: Table = "figures",
    confidence: float = 0.95,
    trial: "Trial | None" = None,
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
    trial
        The action with its parts, opened anew when not given.

    Raises
    ------
    RequestError
        When places, windows or controls cannot be used.
    """
    if not 0 < confidence < 1:
        raise RequestError(f"A confidence of {confidence} is not between 0 and 1; 0.95 is usual.")
    notes = check_windows(study, action.before, action.after)
    counts = (counts_within(study, action.before), counts_within(study, action.after))
    trial = trial or open_trial(study, action)
    found = evaluate_ledgers(
        *trial.ledgers,
        {name: sums_of(counts, flags) for name, flags in trial.ground.parts.items()},
        before_length=days_with_data(study, action.before),
        after_length=days_with_data(study, action.after),
        confidence=confidence,
    )
    rows = figure_table(counts, trial.ground, found) if table == "figures" else None
    return answer(
        study,
        EVALUATE,
        cell_table(study, counts, trial.ground) if rows is None else rows,
        _ROLES[table],
        unit=_UNITS[table],
        choices=_told(action, table, confidence),
        notes=(*found.words, *trial.words, *notes),
    )


@dataclass(frozen=True, eq=False)
class Trial:
    """An action with its parts and the ledgers that it is judged by."""

    ground: EvaluationCells
    ledgers: tuple[Ledger, Ledger | None]  # of the treated places and of the buffer
    words: tuple[str, ...]


def open_trial(study: Study, action: Action) -> Trial:
    """Return the parts of an action and what they are judged by.

    Raises
    ------
    RequestError
        When places or controls cannot be used.
    """
    treated, buffer = _acted_on(study, action)
    around = windows_around(study, action)
    dates = [parted_counts(study, each) for each in around]
    taken = treated | buffer
    sets = placebo_sets(study.touching, treated, dates, taken=taken)
    control = cells_named(study, action.control)
    if not action.control and sets:
        for one in sets[0][: action.controls_each]:
            control[one] = True
    _refuse_overlap(treated, buffer, control)
    band = _band(study, action)
    aside = np.zeros_like(treated)
    if action.control_buffer and control.any():
        aside[cells_around(band, np.flatnonzero(control), apart_from=taken | control)] = True
    rings = [[cells_around(band, one, apart_from=taken) for one in each] for each in sets]
    first = around[0] if around else Around(action.before, action.before, action.after)
    open_one = partial(
        open_ledger,
        own=whole_counts_of(study, first),
        dates=dates,
        periods=judged_periods(study, first),
        apart=taken,
    )
    return Trial(
        ground=EvaluationCells(
            treated=treated, buffer=buffer, control=control, buffer_control=aside
        ),
        ledgers=(open_one(treated, sets), open_one(buffer, rings) if buffer.any() else None),
        words=_expectation_words(around, by_hand=bool(action.control)),
    )


def _study_before(study: Study, before: Window) -> Study:
    """Return the study of the window before: nothing that came later may choose places."""
    return study.varied(start=before.first, end=before.last)


def _acted_on(study: Study, action: Action) -> tuple[Flags, Flags]:
    """Return the treated cells and the buffer."""
    treated = cells_named(study, action.cells)
    if action.hotspots:
        past = _study_before(study, action.before)
        treated |= chosen_hotspots(places_by(past, "hotspot"), action.hotspots).group >= 0
    if action.buffer:
        return treated, cells_named(study, action.buffer)
    inner, outer = action.buffer_rings
    return treated, ring_cells(study.cells, treated, inner=inner, outer=outer)


def _band(study: Study, action: Action) -> Neighbours:
    """Return which cells lie in the buffer's steps from each."""
    inner, outer = action.buffer_rings
    return find_band(study.cells, inner=inner, outer=outer)


def _expectation_words(around: tuple[Around, ...], *, by_hand: bool) -> tuple[str, ...]:
    """Say what the expectation rests on, and how the controls were found."""
    if not around:
        return ("There is no time before the action to learn from what these places usually have.",)
    control = (
        "Controls were chosen by hand; they are shown, and rule WDQ and WDD only."
        if by_hand
        else "Controls are the comparable places nearest in level; they rule WDQ and WDD only."
    )
    first = around[0]
    return (
        (
            f"Expected is what these places had in {first.history} and {first.before}, moved as the"
            " whole area moved in the same weeks. It is judged by comparable places where nothing"
            f" was done, at this and {len(around) - 1} earlier dates."
        ),
        control,
    )


def _refuse_overlap(treated: Flags, buffer: Flags, control: Flags) -> None:
    """Refuse a cell that plays two parts."""
    twice = int(((treated & buffer) | (treated & control) | (buffer & control)).sum())
    if twice:
        raise RequestError(
            f"{twice} cells are in two of treated, buffer and control. Give each cell one part."
        )


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
