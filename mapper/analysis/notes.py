"""What a reader should know of a result before trusting it, in plain words."""

from datetime import timedelta

import numpy as np
import pandas as pd

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.shift_filter import can_be_placed, filter_in_words
from mapper.base.types import Flags
from mapper.grid.counts import Counts
from mapper.grid.neighbours import Neighbours
from mapper.incidents.table import Incidents
from mapper.lenses.classify import rules_not_applied
from mapper.lenses.lens import Lens


def gather_notes(
    incidents: Incidents,
    request: AnalysisRequest,
    lens: Lens,
    within: Flags,
    near: Neighbours,
    counts: Counts,
) -> tuple[str, ...]:
    """Return everything a reader should know, in plain words."""
    notes = [*incidents.notes, *_gaps(incidents.table, within), *_cut_months(incidents, request)]
    skipped = rules_not_applied(incidents.table, lens)
    if skipped:
        notes.append(
            f"The data lacks columns for {len(skipped)} of this lens's rules, which were left out:"
            f" {'; '.join(skipped)}."
        )
    if counts.outside:
        notes.append(
            f"{counts.outside:,} incidents that count lie outside the study area and are not shown."
        )
    isolated = int((near.degree == 0).sum())
    if isolated:
        notes.append(
            f"{isolated} cells touch no other cell of the study area and cannot be tested."
        )
    if request.location_day:
        notes.append(
            "Each place counts once a day: later incidents there on that day are left out."
        )
    if request.rings > 1:
        steps = "1" if request.inner == 1 else str(request.inner)
        notes.append(f"Cells {steps} to {request.rings} steps away count as the surroundings.")
    notes += _hours_chosen(incidents.table, request)
    if not request.police_generated:
        notes.append("Police-generated incidents (stop and search and the like) are left out.")
    return tuple(notes)


def _gaps(table: pd.DataFrame, within: Flags) -> list[str]:
    """Name the months inside the period for which the files hold no incident at all."""
    months = np.unique(table["start"].to_numpy()[within].astype("datetime64[M]"))
    empty = np.setdiff1d(np.arange(months[0], months[-1] + 1), months)
    if not empty.size:
        return []
    names = ", ".join(f"{pd.Timestamp(month):%B %Y}" for month in empty[:6])
    more = f" and {empty.size - 6} more" if empty.size > 6 else ""  # noqa: PLR2004 - six are named
    return [f"No data at all for {names}{more}: counts there are missing, not zero."]


def _cut_months(incidents: Incidents, request: AnalysisRequest) -> list[str]:
    """Say when the days asked for cut through data that knows only its month."""
    if "month" not in incidents.table["precision"].cat.categories:
        return []
    after_last = request.end + timedelta(days=1) if request.end else None
    cut = [day for day in (request.start, after_last) if day is not None and day.day != 1]
    if not cut:
        return []
    return ["The data knows months, not days: a month counts when its first day is asked for."]


def _hours_chosen(table: pd.DataFrame, request: AnalysisRequest) -> list[str]:
    """Say which shifts and days of the week alone are counted, and what could not be placed."""
    if not (request.shifts or request.weekdays):
        return []
    told = filter_in_words(shifts=request.shifts, weekdays=request.weekdays)
    rule = "An incident is placed by its start; a night belongs to the day on which it starts."
    notes = [f"Only these times are counted: {told}. {rule}"]
    if vague := int((~can_be_placed(table, shifts=request.shifts)).sum()):
        notes.append(f"{vague:,} incidents without a known time of that kind are left out.")
    return notes
