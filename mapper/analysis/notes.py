"""What a reader should know of a result before trusting it, in plain words."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import numpy as np
import pandas as pd

from mapper.analysis.request import AnalysisRequest
from mapper.analysis.shift_filter import can_be_placed, filter_in_words
from mapper.base.months import months_of
from mapper.base.note import Note
from mapper.base.text import count, percent
from mapper.base.types import Flags
from mapper.grid.counts import Counts
from mapper.grid.neighbours import Neighbours
from mapper.incidents.faults import UNREAD
from mapper.incidents.reading_doubts import UNREAD_SHARE, unread_words
from mapper.incidents.table import Incidents
from mapper.lenses.classify import rules_not_applied
from mapper.lenses.lens import Lens

_REPEATED_SHARE = 0.5  # of all rows


def gather_notes(
    table: pd.DataFrame,
    within: Flags,
    request: AnalysisRequest,
    lens: Lens,
    near: Neighbours,
    counts: Counts,
    *,
    intake: Iterable[str],
    where: Callable[[], str],
) -> tuple[Note, ...]:
    """Return everything a reader should know, in plain words.

    Parameters
    ----------
    table, within
        Incidents, or kinds of them, and which lie in the days asked for.
    intake
        What reading noted.
    where
        Says where the incidents of those days lie that are outside the area.
    """
    notes = [Note("intake", words) for words in intake]
    notes += [*_gaps(table, within), *_cut_months(table, request)]
    skipped = rules_not_applied(table, lens)
    if skipped:
        words = (
            f"The data lacks columns for {len(skipped)} of the rules of this harm, which were left"
            f" out: {'; '.join(skipped)}."
        )
        notes.append(Note("rules left out", words))
    if counts.outside:
        share = percent(counts.outside / (counts.outside + counts.total))
        words = (
            f"Outside the study area and not shown: {count(counts.outside, 'incident')} that"
            f" would count ({share}), {where()}."
        )
        notes.append(Note("outside the area", words))
    isolated = int((near.degree == 0).sum())
    if isolated:
        words = (
            f"{count(isolated, 'cell touches', 'cells touch')} no other cell of the study"
            " area, so there is nothing around to test them with."
        )
        notes.append(Note("isolated cells", words))
    return (*notes, *_choices(table, request))


def _choices(table: pd.DataFrame, request: AnalysisRequest) -> list[Note]:
    """Say which choices leave incidents out, or change what counts as near."""
    notes = []
    if request.location_day:
        words = "Each place counts once a day: later incidents there on that day are left out."
        notes.append(Note("once a day", words))
    if request.rings > 1:
        steps = "1" if request.inner == 1 else str(request.inner)
        words = f"Cells {steps} to {request.rings} steps away count as the surroundings."
        notes.append(Note("surroundings", words))
    notes += _hours_chosen(table, request)
    if not request.police_generated:
        words = "Police-generated incidents (stop and search and the like) are left out."
        notes.append(Note("police left out", words))
    return notes


def _gaps(table: pd.DataFrame, within: Flags) -> list[Note]:
    """Name the months inside the period for which the files hold no incident at all."""
    months = np.unique(months_of(table["start"].to_numpy()[within]))
    empty = np.setdiff1d(np.arange(months[0], months[-1] + 1), months)
    if not empty.size:
        return []
    names = ", ".join(f"{pd.Timestamp(month):%B %Y}" for month in empty[:6])
    more = f" and {empty.size - 6} more" if empty.size > 6 else ""  # noqa: PLR2004 - six are named
    words = f"No data at all for {names}{more}: counts there are missing, not zero."
    return [Note("months missing", words)]


def _cut_months(table: pd.DataFrame, request: AnalysisRequest) -> list[Note]:
    """Say when the days asked for cut through data that knows only its month."""
    if "month" not in table["precision"].cat.categories:
        return []
    after_last = request.end + timedelta(days=1) if request.end else None
    cut = [day for day in (request.start, after_last) if day is not None and day.day != 1]
    if not cut:
        return []
    words = "The data knows months, not days: a month counts when its first day is asked for."
    return [Note("months cut", words)]


def _hours_chosen(table: pd.DataFrame, request: AnalysisRequest) -> list[Note]:
    """Say which shifts and days of the week alone are counted, and what could not be placed."""
    if not (request.shifts or request.weekdays):
        return []
    told = filter_in_words(shifts=request.shifts, weekdays=request.weekdays)
    rule = "An incident is placed by its start; a night belongs to the day on which it starts."
    notes = [Note("hours chosen", f"Only these times are counted: {told}. {rule}")]
    if vague := int((~can_be_placed(table, shifts=request.shifts)).sum()):
        words = f"Left out: {count(vague, 'incident')} without a known time of that kind."
        notes.append(Note("hours unknown", words))
    return notes


def refusal_words(incidents: Incidents) -> str:
    """Return the true cause of too few incidents where it is how rows were read; else nothing.

    It is a tenth of the rows that could not be read, or half of them that repeat a reference: one
    that a spreadsheet rounds or a system cuts short makes one incident of many.
    """
    reasons = incidents.rejected["reason"].value_counts()
    unread = reasons[reasons.index.isin(UNREAD)]
    if unread.sum() and unread.sum() >= UNREAD_SHARE * incidents.rows_read:
        return f"{unread_words(unread, incidents.rows_read)} Mend these first: see mapper check. "
    repeated = int(reasons.get("repeated reference", 0))
    if repeated and repeated >= _REPEATED_SHARE * incidents.rows_read:
        return (
            f"{repeated:,} of {incidents.rows_read:,} rows repeat a reference and count as told"
            " twice. Are references rounded by a spreadsheet or cut short? Look at them first: see"
            " mapper check. "
        )
    return ""
