"""Shifts of the week: in which of the 21 a place is busy."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.text import count
from mapper.base.week import SHIFTS, WEEKDAYS
from mapper.context.week import peak_shifts, shift_of_hours, shift_spread, shift_weights
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.grounds import counted_as, ground_of
from mapper.questions.groups import PlaceGroups, find_places
from mapper.questions.question import Question
from mapper.questions.usual_choices import Rows, rows
from mapper.questions.windows import refuse_months_only


@dataclass(frozen=True, kw_only=True)
class ShiftsChoices(Choices):
    """What is chosen for shifts of the week."""

    by: Rows = rows("hotspot")


def ask_shifts(
    study: Study, choices: ShiftsChoices, *, result: AnalysisResult | None = None
) -> Finding:
    """Return the weight of each of the 21 shifts of the week at each place, peaks marked.

    Raises
    ------
    RequestError
        When the data knows the months of incidents only.
    """
    places = find_places(study, by=choices.by, result=result)
    refuse_months_only(study)
    group = np.where(study.counted, places.of_incident, -1)
    clocks = study.week_clocks(group, groups=places.size)
    sums = shift_weights(clocks.weights)
    known = study.counted & ~study.no_hour
    start = study.incidents.table["start"].to_numpy()[known]
    spread = shift_spread(start, group[known], groups=places.size)
    laid_out = _shift_rows(places, sums, peak_shifts(sums, spread=spread))
    roles: dict[str, Role] = dict.fromkeys([*places.key_names, "day", "shift", "hours"], "key")
    roles |= {"weight": "count", "share": "derived", "even_share": "fact", "peak": "class"}
    hours = "; ".join(f"{name} {text}" for name, text in _hours().items())
    notes = [f"Shifts: {hours}. A night belongs to the day on which it starts."]
    unknown = int(clocks.unknown.sum())
    if unknown:
        notes.append(
            f"Left out: {count(unknown, 'incident')} without a known hour, of the"
            f" {int((group >= 0).sum()):,} in the places listed."
        )
    return answer(
        study,
        QUESTION,
        laid_out,
        roles,
        unit="shift",
        choices={**choices.told(), "shifts": dict(SHIFTS)},
        notes=tuple(notes),
        ground=ground_of(
            study,
            places.of_cell,
            (counted_as(study, "weight"),),
            rows_each=sums.shape[1],
            whole=not unknown,
        ),
        where=places.named.where(study.cells, laid_out),
    )


def _shift_rows(places: PlaceGroups, sums: np.ndarray, peaks: np.ndarray) -> pd.DataFrame:
    """Return one row for each place and shift, Monday's first shift first."""
    width = sums.shape[1]
    shift = np.tile(np.arange(width), places.size)
    whole = sums.sum(axis=1, keepdims=True)
    share = np.divide(sums, whole, out=np.full(sums.shape, np.nan), where=whole > 0)
    even = np.bincount(shift_of_hours(), minlength=width) / shift_of_hours().size
    keys = places.keys.iloc[np.repeat(np.arange(places.size), width)].reset_index(drop=True)
    names = np.array(list(SHIFTS), dtype=object)
    return keys.assign(
        day=np.array(WEEKDAYS, dtype=object)[shift // len(SHIFTS)],
        shift=names[shift % len(SHIFTS)],
        hours=np.array(list(_hours().values()), dtype=object)[shift % len(SHIFTS)],
        weight=sums.ravel(),
        share=share.ravel(),
        even_share=even[shift],
        peak=np.where(peaks.ravel(), "peak", ""),
    )


def _hours() -> dict[str, str]:
    """Return each shift's hours in words."""
    starts = list(SHIFTS.values())
    ends = [*starts[1:], starts[0]]
    return {
        name: f"{start:02}:00 to {end:02}:00"
        for name, start, end in zip(SHIFTS, starts, ends, strict=True)
    }


QUESTION = Question(
    id="shifts",
    title="Shifts of the week",
    question="In which shifts of the week is a place busy?",
    definition="Aoristic weights by early, late and night; peaks above all other shifts.",
    source="Ratcliffe 2002; Hung & Fithian 2019.",
    group="When",
    choices=ShiftsChoices,
    answer=ask_shifts,
)
