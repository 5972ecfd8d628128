"""A patch: hot spots of one period, with the year behind them and the hours they are busy at.

The hot spots are those of the period asked for. What they were like before is told from the twelve
months that end with it: the pattern of each over whole months, and the phase that this suggests.
The hours at which a place is busy come from the period asked for and every hour of the week,
whatever hours the map was asked for, because a peak is a peak against the rest of the week.

Nothing here is for any screen: :mod:`mapper.disclosure.patch` makes a release of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from mapper.analysis.analyse import find_hotspots
from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study, prepare
from mapper.areas.study_area import StudyArea
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.context.places import Places
from mapper.incidents.table import Incidents
from mapper.lenses.lens import Lens
from mapper.questions.periods import Periods, unbroken_periods
from mapper.questions.phases import PhasesChoices, ask_phases

MONTHS_BEHIND = 12


@dataclass(frozen=True, eq=False)
class PatchStudy:
    """Everything found out about a patch, before disclosure control."""

    result: AnalysisResult  # hot spots of the period asked for
    now: Study  # that period in the hours asked for
    history: Study  # the twelve months that end with it, in the hours asked for
    week: Study  # the period asked for in every hour
    months: Periods | None  # whole months of the history; none where there are fewer than two
    silence: str = ""  # why no pattern can be told, in words
    places: Places | None = None  # what may lie near


def study_patch(
    incidents: Incidents,
    *,
    lens: Lens,
    area: StudyArea,
    places: Places | None = None,
    progress: Progress = no_progress,
    **choices: Any,
) -> PatchStudy:
    """Find the hot spots of a period, and what the year behind it says of them.

    Raises
    ------
    TooFewEventsError, LensError, RequestError
        As :func:`mapper.analysis.study.prepare`.
    """
    now = prepare(incidents, lens=lens, area=area, progress=progress, **choices)
    result = find_hotspots(now, progress=progress)
    progress("Looking at the year behind", 0.9)
    history = now.varied(start=_a_year_behind(now.first, now.last), end=now.last)
    week = now
    if now.request.shifts or now.request.weekdays:
        week = now.varied(shifts=(), weekdays=())
    try:
        months = unbroken_periods(history, every="month")
    except RequestError as error:
        return PatchStudy(result, now, history, week, None, str(error), places)
    return PatchStudy(result, now, history, week, months, "", places)


def back_by_months(last: date, months: int) -> date:
    """Return the first day of so many months that end with a day: 1 August for 31 August."""
    after = pd.Timestamp(last + timedelta(days=1))
    return (after - pd.DateOffset(months=months)).date()


def _a_year_behind(first: date, last: date) -> date:
    """Return the first day of the months looked back over, never after the period's own."""
    return min(first, back_by_months(last, MONTHS_BEHIND))


def phases_of(
    history: Study, result: AnalysisResult, places: Places | None
) -> Mapping[str, Mapping[str, Any]]:
    """Return pattern, phase, rule and reason of each hot spot of a result, by id."""
    if result.hotspots.empty:
        return MappingProxyType({})
    table = ask_phases(history, PhasesChoices(places=places), result=result).table
    return MappingProxyType(
        {
            str(row["hotspot_id"]): {str(k): v for k, v in row.items()}
            for row in table.to_dict("records")
        }
    )
