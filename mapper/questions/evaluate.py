"""What worked: places acted on, against what they were expected to have without the action.

Hot spots named here are those of the window before the action. The buffer is made of the cells so
many steps away from the nearest treated one, or chosen by hand. What places were expected to have
comes from their own history and from comparable places where nothing was done
(:mod:`mapper.statistics.expectation`); control places rule the measures that need them, no more.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.types import Flags, Integers
from mapper.grid.neighbours import Neighbours, find_band
from mapper.questions.action import Action, Table
from mapper.questions.answer import answer
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
from mapper.questions.question import Question
from mapper.questions.verdicts import veto_of
from mapper.questions.windows import Window, check_windows, counts_within, days_with_data
from mapper.statistics.action_outcome import evaluate_ledgers
from mapper.statistics.controls import ring_cells
from mapper.statistics.placebo_evaluation import (
    CellPeriods,
    CellWindows,
    Ledger,
    open_ledger,
    placebo_sets,
)
from mapper.statistics.placebo_places import cells_around
from mapper.statistics.synthetic_control import SyntheticControl, synthetic_control

_UNITS: dict[Table, Unit] = {"figures": "area", "cells": "cell"}
_ROLES: dict[Table, dict[str, Role]] = {
    "figures": {
        "figure": "key",
        "value": "derived",
        "low": "derived",
        "high": "derived",
        "code": "class",
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


def ask_evaluate(study: Study, action: Action, *, trial: "Trial | None" = None) -> Finding:
    """Evaluate one action.

    Parameters
    ----------
    action
        Where, when, and against what; ``figures``: every measure with its interval, or ``cells``:
        which cell played which part; how sure every interval is.
    trial
        The action with its parts, opened anew when not given.

    Raises
    ------
    RequestError
        When places, windows or controls cannot be used.
    """
    notes = check_windows(study, action.before, action.after)
    counts = (counts_within(study, action.before), counts_within(study, action.after))
    trial = trial or open_trial(study, action)
    found = evaluate_ledgers(
        *trial.ledgers,
        {name: sums_of(counts, flags) for name, flags in trial.ground.parts.items()},
        before_length=days_with_data(study, action.before),
        after_length=days_with_data(study, action.after),
        confidence=action.confidence,
        fault=trial.fault,
    )
    rows = None
    if action.table == "figures":
        rows = figure_table(counts, trial.ground, found, trial.synthetic)
    return answer(
        study,
        QUESTION,
        cell_table(study, counts, trial.ground) if rows is None else rows,
        _ROLES[action.table],
        unit=_UNITS[action.table],
        choices=action.told(),
        notes=(*found.words, *trial.words, *notes),
    )


@dataclass(frozen=True, eq=False)
class Trial:
    """An action with its parts and the ledgers that it is judged by."""

    ground: EvaluationCells
    ledgers: tuple[Ledger, Ledger | None]  # of the treated places and of the buffer
    words: tuple[str, ...]
    synthetic: SyntheticControl | None = None  # where it was asked for and places are there
    fault: str = ""  # why the data itself forbids a verdict


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
    control = cells_named(study, action.control_cells)
    if not action.control_cells and sets:
        for one in sets[0][: action.controls]:
            control[one] = True
    _refuse_overlap(treated, buffer, control)
    band = _band(study, action)
    aside = np.zeros_like(treated)
    if action.control_buffer and control.any():
        aside[cells_around(band, np.flatnonzero(control), apart_from=taken | control)] = True
    rings = [[cells_around(band, one, apart_from=taken) for one in each] for each in sets]
    first = around[0] if around else Around(action.before, action.before, action.after)
    own, periods = whole_counts_of(study, first), judged_periods(study, first)
    open_one = partial(open_ledger, own=own, dates=dates, periods=periods, apart=taken)
    synthetic = None
    if action.synthetic and sets and sets[0]:
        synthetic = _synthetic([np.flatnonzero(treated), *sets[0]], periods, own)
    return Trial(
        ground=EvaluationCells(
            treated=treated, buffer=buffer, control=control, buffer_control=aside
        ),
        ledgers=(open_one(treated, sets), open_one(buffer, rings) if buffer.any() else None),
        words=_expectation_words(
            around, by_hand=bool(action.control_cells), seasonal=own.same is not None
        ),
        synthetic=synthetic,
        fault=veto_of(study, taken, (first.history, action.before, action.after)),
    )


def _synthetic(places: list[Integers], periods: CellPeriods, own: CellWindows) -> SyntheticControl:
    """Return the synthetic control of the first place, made of placebo places of its date."""
    apart = np.array(
        [[not np.intersect1d(one, other).size for other in places] for one in places],
        dtype=np.bool_,
    )
    before = np.array([periods.counts[one].sum(axis=0) for one in places], dtype=np.float64)
    after = np.array([own.after[one].sum() for one in places], dtype=np.float64)
    return synthetic_control(before, after, apart)


def _study_before(study: Study, before: Window) -> Study:
    """Return the study of the window before: nothing that came later may choose places."""
    return study.varied(start=before.first, end=before.last)


def _acted_on(study: Study, action: Action) -> tuple[Flags, Flags]:
    """Return the treated cells and the buffer."""
    treated = cells_named(study, action.cells)
    if action.hotspots:
        past = _study_before(study, action.before)
        treated |= chosen_hotspots(places_by(past, "hotspot"), action.hotspots).group >= 0
    if action.buffer_cells:
        return treated, cells_named(study, action.buffer_cells)
    rings = {"inner": action.buffer_from, "outer": action.buffer_to}
    return treated, ring_cells(study.cells, treated, **rings)


def _band(study: Study, action: Action) -> Neighbours:
    """Return which cells lie in the buffer's steps from each."""
    return find_band(study.cells, inner=action.buffer_from, outer=action.buffer_to)


def _expectation_words(
    around: tuple[Around, ...], *, by_hand: bool, seasonal: bool
) -> tuple[str, ...]:
    """Say what the expectation rests on, and how the controls were found."""
    if not around:
        return ("There is no time before the action to learn from what these places usually have.",)
    control = (
        "Controls were chosen by hand; they are shown, and rule WDQ and WDD only."
        if by_hand
        else "Controls are the comparable places nearest in level; they rule WDQ and WDD only."
    )
    first = around[0]
    season = ", and as far as such places repeat the same months of the year before"
    season = season if seasonal else ""
    return (
        (
            f"Expected is what these places had in {first.history} and {first.before}, moved as the"
            f" whole area moved in the same weeks{season}. It is judged by comparable places where"
            f" nothing was done, at this and {len(around) - 1} earlier dates."
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


QUESTION = Question(
    id="evaluate",
    title="What worked",
    question="Did places acted on change more than places left alone?",
    definition="Incidents against expected, p among placebo places; buffer, WDQ, WDD.",
    source="Hauer 1997; Abadie et al. 2010; Bowers & Johnson 2003; Wheeler & Ratcliffe 2018.",
    group="What worked",
    choices=Action,
    answer=ask_evaluate,
)
