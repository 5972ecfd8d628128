"""Near repeats: after an incident, are more to be expected nearby and soon?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.text import count
from mapper.incidents.coordinates import degrees_to_grid
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.question import Question
from mapper.questions.usual_choices import runs, seed
from mapper.statistics.near_repeat import NearRepeat, near_repeat

METRES = (0.0, 100.0, 200.0, 400.0, 800.0)
DAYS = (1.0, 7.0, 14.0, 28.0)
_ALPHA = 0.05
_MICROSECONDS = 86_400_000_000  # in a day
_ROLES: dict[str, Role] = {
    "metres_over": "key",
    "metres_to": "key",
    "days_over": "key",
    "days_to": "key",
    "pairs": "count",
    "expected": "derived",
    "ratio": "derived",
    "p": "derived",
    "p_all_bands": "derived",
}


@dataclass(frozen=True, kw_only=True)
class NearRepeatChoices(Choices):
    """What is chosen for near repeats."""

    metres: tuple[float, ...] = choice(
        METRES,
        "Bands of distance, metres",
        help="Upper edges of distance; 0 first is the same place.",
    )
    days: tuple[float, ...] = choice(DAYS, "Bands of delay, days", help="Upper edges of delay.")
    runs: int = runs()
    seed: int = seed()


def ask_near_repeat(
    study: Study, choices: NearRepeatChoices, *, progress: Progress = no_progress
) -> Finding:
    """Return the Knox table of the incidents that count.

    Parameters
    ----------
    choices
        Upper edges of the bands of distance and of delay, rising; shuffles of the times.

    Raises
    ------
    RequestError
        When the data knows months only, or the bands or the number of pairs cannot be used.
    """
    table = study.incidents.table
    known = study.counted & (table["precision"] != "month").to_numpy()
    if not known.any():
        raise RequestError(
            "The data knows only the month of its incidents, so no delay between two of them can"
            " be told. Near repeats need days."
        )
    x, y = degrees_to_grid(table["lon"].to_numpy()[known], table["lat"].to_numpy()[known])
    start = table["start"].to_numpy()[known].astype("datetime64[us]").astype(np.int64)
    found = near_repeat(
        x,
        y,
        start / _MICROSECONDS,
        space_bands=choices.metres,
        time_bands=choices.days,
        runs=choices.runs,
        seed=choices.seed,
        progress=progress,
    )
    return answer(
        study,
        QUESTION,
        _table(found),
        _ROLES,
        unit="pair",
        choices=choices.told(),
        notes=_notes(study, found, x, y),
    )


def _table(found: NearRepeat) -> pd.DataFrame:
    """Return one row for each band of distance and delay."""
    space, time = found.space_edges, found.time_edges
    below = np.concatenate([[np.nan if space[0] == 0 else 0.0], space[:-1]])
    since = np.concatenate([[0.0], time[:-1]])
    return pd.DataFrame(
        {
            "metres_over": np.repeat(below, time.size),
            "metres_to": np.repeat(space, time.size),
            "days_over": np.tile(since, space.size),
            "days_to": np.tile(time, space.size),
            "pairs": found.observed.ravel(),
            "expected": found.expected.ravel(),
            "ratio": found.ratio.ravel(),
            "p": found.p.ravel(),
            "p_all_bands": found.p_all.ravel(),
        }
    )


def _notes(study: Study, found: NearRepeat, x: np.ndarray, y: np.ndarray) -> tuple[str, ...]:
    """Say what the table rests on and how many bands stand out."""
    places = len(np.unique(np.column_stack([x, y]), axis=0))
    told = [f"{count(x.size, 'incident')} at {count(places, 'distinct place')}. {_verdict(found)}"]
    if unknown := study.counts.total - x.size:
        told.append(f"Left out: {count(unknown, 'incident')} known to the month only.")
    return tuple(told)


def _verdict(found: NearRepeat) -> str:
    """Say whether any band stands out, by the p that holds for all bands together."""
    over = f"p {found.table_p:.3g} over all {found.p.size} bands together"
    clear = int((found.p_all <= _ALPHA).sum())
    if not clear:
        return f"No band has clearly more pairs than chance ({over})."
    which = "1 band has" if clear == 1 else f"{clear} bands have"
    return f"{which} more pairs than chance, even counting how many were looked at ({over})."


QUESTION = Question(
    id="near-repeat",
    title="Near repeats",
    question="After an incident, are more to be expected nearby and soon?",
    definition="Pairs by distance and delay over their mean when times are shuffled.",
    source="Knox 1964; Johnson and others 2007; Ratcliffe & Rengert 2008.",
    group="When",
    choices=NearRepeatChoices,
    answer=ask_near_repeat,
    long=True,
)
