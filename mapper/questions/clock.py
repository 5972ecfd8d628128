"""Week clock: at which of the 168 hours of the week incidents probably happened."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.base.text import count
from mapper.questions.answer import answer
from mapper.questions.choices import Choices, Way, Ways
from mapper.questions.finding import Finding, Role
from mapper.questions.places import NamedPlaces, cells_named, chosen_hotspots, places_by
from mapper.questions.question import Question
from mapper.statistics.aoristic import WEEK_HOURS

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ROLES: dict[str, Role] = {
    "hour_of_week": "key",
    "day": "key",
    "hour": "key",
    "weight": "count",
    "share": "derived",
    "even_share": "fact",
}


@dataclass(frozen=True, kw_only=True)
class ClockChoices(Choices):
    """What is chosen for a week clock."""

    WAYS = Ways(
        "of",
        "Of",
        MappingProxyType(
            {
                "area": Way("The whole area"),
                "every": Way("Every hot spot", ("every_hotspot",)),
                "hotspots": Way("Some hot spots", ("hotspots",)),
                "cells": Way("Some cells", ("cells",)),
            }
        ),
    )
    hotspots: tuple[str, ...] = choice(
        (),
        "Hot spots",
        help="Id of a hot spot, a clock for each; may be repeated.",
        kind="hotspots",
        option="--hotspot",
    )
    cells: tuple[str, ...] = choice(
        (), "Cells", help="Cell, by its id; several make one clock.", option="--cell"
    )
    every_hotspot: bool = choice(
        default=False,
        label="Every hot spot",
        help="A clock for every hot spot.",
        option="--hotspots",
    )


def ask_clock(study: Study, choices: ClockChoices) -> Finding:
    """Return a week clock of the whole area, of hot spots, or of some cells together.

    Parameters
    ----------
    choices
        Hot spots of the whole time, a clock for each; or cells, one clock for all of them.

    Raises
    ------
    RequestError
        When a place is unknown, or the data knows months only.
    """
    places = _places(study, choices)
    where = np.where(study.counted, study.counts.position, 0)
    group = np.where(study.counted, places.group[where], -1)
    if not ((group >= 0) & ~study.no_hour).any():
        raise RequestError(
            "The data knows only the month of the incidents asked for, or there are none there,"
            " so no hour of the week can be told."
        )
    clocks = study.week_clocks(group, groups=len(places.table))
    notes = [f"{count(int(clocks.incidents.sum()), 'incident')} spread over the week."]
    if unknown := int(clocks.unknown.sum()):
        notes.append(f"Left out: {count(unknown, 'incident')} without a known hour.")
    laid_out = _table(places, clocks.weights)
    return answer(
        study,
        QUESTION,
        laid_out,
        {**places.roles, **_ROLES},
        unit="hour",
        choices=choices.told(),
        notes=tuple(notes),
        where=places.where(study.cells, laid_out),
    )


def _places(study: Study, choices: ClockChoices) -> NamedPlaces:
    """Return the places to make clocks of."""
    if choices.hotspots or choices.every_hotspot:
        places = places_by(study, "hotspot")
        return chosen_hotspots(places, choices.hotspots) if choices.hotspots else places
    if not choices.cells:
        return places_by(study, "area")
    group = np.where(cells_named(study, choices.cells), 0, -1).astype(np.int64)
    names = pd.DataFrame({"cells": ["; ".join(choices.cells)]})
    return NamedPlaces(names, {"cells": "key"}, group)


def _table(places: NamedPlaces, weights: np.ndarray) -> pd.DataFrame:
    """Return one row for each place and hour, Monday 00:00 first."""
    number = len(places.table)
    hours = np.tile(np.arange(WEEK_HOURS), number)
    whole = weights.sum(axis=1, keepdims=True)
    share = np.divide(weights, whole, out=np.full(weights.shape, np.nan), where=whole > 0)
    rows = places.table.loc[np.repeat(np.arange(number), WEEK_HOURS)].reset_index(drop=True)
    return rows.assign(
        hour_of_week=hours,
        day=np.array(DAYS, dtype=object)[hours // 24],
        hour=hours % 24,
        weight=weights.ravel(),
        share=share.ravel(),
        even_share=1 / WEEK_HOURS,
    )


QUESTION = Question(
    id="clock",
    title="Week clock",
    question="At which of the 168 hours of the week did incidents probably happen?",
    definition="Each incident's weight of 1, spread over the hours it can have happened in.",
    source="Ratcliffe 2002, Journal of Quantitative Criminology 18.",
    group="When",
    choices=ClockChoices,
    answer=ask_clock,
)
