"""When in the week a place is busy: shifts, school days and holidays, pay days."""

import numpy as np
import pandas as pd

from mapper.analysis.analyse import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.week import SHIFTS, WEEKDAYS
from mapper.context.school_days import SchoolDays, shipped_school_days
from mapper.context.week import (
    compare_days,
    known_to_the_day,
    peak_shifts,
    shift_of_hours,
    shift_weights,
)
from mapper.questions.answer import answer
from mapper.questions.finding import Finding, Role
from mapper.questions.grounds import counted_as, ground_of
from mapper.questions.groups import By, PlaceGroups, find_places
from mapper.questions.place_definitions import DAYS, SHIFT
from mapper.statistics.aoristic import week_clocks

_COUNTS = ("incidents", "other_incidents")
_FACTS = ("days", "other_days")


def shift_finding(
    study: Study, *, by: By = "hotspot", result: AnalysisResult | None = None
) -> Finding:
    """Return the weight of each of the 21 shifts of the week at each place, peaks marked.

    Raises
    ------
    RequestError
        When the data knows the months of incidents only.
    """
    places = find_places(study, by=by, result=result)
    table = study.incidents.table
    vague = (table["precision"] == "month").to_numpy()
    group = np.where(study.counted, places.of_incident, -1)
    _refuse_months(vague, study)
    clocks = week_clocks(
        table["start"].to_numpy(),
        table["end"].to_numpy(),
        group=group,
        groups=places.size,
        month_only=vague,
    )
    sums = shift_weights(clocks.weights)
    rows = _shift_rows(places, sums, peak_shifts(sums))
    roles: dict[str, Role] = dict.fromkeys([*places.key_names, "day", "shift", "hours"], "key")
    roles |= {"weight": "count", "share": "derived", "even_share": "fact", "peak": "class"}
    hours = "; ".join(f"{name} {text}" for name, text in _hours().items())
    notes = [f"Shifts: {hours}. A night belongs to the day on which it starts."]
    unknown = int(clocks.unknown.sum())
    if unknown:
        notes.append(f"{unknown:,} incidents known to the month only are left out.")
    return answer(
        study,
        SHIFT,
        rows,
        roles,
        unit="shift",
        choices={"by": by, "shifts": dict(SHIFTS)},
        notes=tuple(notes),
        ground=ground_of(
            study,
            places.of_cell,
            (counted_as(study, "weight"),),
            rows_each=sums.shape[1],
            whole=not unknown,
        ),
    )


def days_finding(
    study: Study,
    *,
    by: By = "hotspot",
    result: AnalysisResult | None = None,
    calendar: SchoolDays | None = None,
) -> Finding:
    """Set holidays against school days, and pay days against others, at each place.

    Raises
    ------
    RequestError
        When the data knows the months of incidents only.
    """
    places = find_places(study, by=by, result=result)
    dates = calendar or shipped_school_days()
    table = study.incidents.table
    _refuse_months((table["precision"] == "month").to_numpy(), study)
    known = known_to_the_day(table) & study.counted
    found = compare_days(
        table["start"].to_numpy()[known],
        places.of_incident[known],
        groups=places.size,
        first=np.datetime64(study.first),
        last=np.datetime64(study.last),
        calendar=dates,
    )
    keys = places.keys.iloc[found["place"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    rows = keys.join(found.drop(columns="place"))
    roles: dict[str, Role] = {str(name): "derived" for name in rows}
    roles |= dict.fromkeys([*places.key_names, "contrast"], "key")
    roles |= {**dict.fromkeys(_COUNTS, "count"), **dict.fromkeys(_FACTS, "fact")}
    left_out = int((study.counted & ~known).sum())
    return answer(
        study,
        DAYS,
        rows,
        roles,
        unit=places.unit,
        choices={"by": by, "calendar": dates.file, "calendar_version": dates.version},
        notes=(
            f"School days and pay days: {dates.title}, version {dates.version}. {dates.source}",
            "Holidays lie in other seasons: the ratio against the rest of the area allows for it.",
            f"{left_out:,} incidents that cannot be put on one day are left out.",
        ),
    )


def _refuse_months(vague: np.ndarray, study: Study) -> None:
    if not (study.counted & ~vague).any():
        raise RequestError(
            "The data knows only the month of each incident, so no day or hour can be told."
            " Use a force extract with dates and times."
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
