"""What the counts of an answer are counts of: for the check of what other audiences were given."""

from datetime import date

import numpy as np

from mapper.analysis.study import Study
from mapper.base.types import Integers
from mapper.lenses.lens import Clauses, taken_by
from mapper.questions.finding import Ground, Measure
from mapper.questions.windows import Window


def days_asked(study: Study) -> tuple[date, date]:
    """Return the first and last day asked for, or those of the data."""
    return study.request.start or study.first, study.request.end or study.last


def counted_as(study: Study, column: str, window: Window | None = None) -> Measure:
    """Return what a column counts that holds a study's own incidents.

    Parameters
    ----------
    window
        Of the days asked for; all of them when not given.
    """
    first, last = (window.first, window.last) if window else days_asked(study)
    taken = taken_by(study.lens, police_generated=study.request.police_generated)
    return Measure(column, first, last, *taken)


def flagged(study: Study, column: str, clauses: Clauses) -> Measure:
    """Return what a column counts that holds all incidents of the days under some conditions."""
    return Measure(column, *days_asked(study), clauses)


def ground_of(
    study: Study,
    place: Integers,
    measures: tuple[Measure, ...],
    *,
    rows_each: int = 1,
    whole: bool = True,
) -> Ground | None:
    """Return the ground of an answer with the same number of rows for each place.

    Nothing where the study chose hours, or one incident a day and place: such counts cannot be
    compared with maps, so they reach no other audience.

    Parameters
    ----------
    place
        Number of the place that each cell lies in, -1 for none; shape (cells,).
    whole
        Whether several rows of a place hold all of its incidents.
    """
    request = study.request
    if request.shifts or request.weekdays or request.location_day:
        return None
    of_row = np.repeat(np.arange(int(place.max(initial=-1)) + 1), rows_each)
    return Ground(study.cells, place, of_row, measures, whole)
