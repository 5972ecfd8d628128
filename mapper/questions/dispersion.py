"""How much the months or weeks of a study vary beyond chance, place by place.

Months are taken where the study has enough of them, weeks where it has not and knows days. Periods
are compared within the window before, within the window after and within the rest of the study, so
that what changed between the windows is not taken for chance.
"""

import numpy as np

from mapper.analysis.study import Study
from mapper.base.errors import RequestError
from mapper.base.types import Floats, Integers
from mapper.questions.periods import Periods, counts_by_period, split_periods
from mapper.questions.places import NamedPlaces
from mapper.questions.windows import Window, counts_within, knows_months_only
from mapper.statistics.period_dispersion import (
    PeriodDispersion,
    dispersion_between,
    measure_period_dispersion,
)

_FEWEST_FREEDOM = 6  # degrees of freedom of months, below which weeks are taken
_WEEK = "7"


def place_dispersion(
    study: Study, places: NamedPlaces, windows: tuple[Window, Window]
) -> PeriodDispersion:
    """Return the dispersion of every place, to compare two windows by.

    It is missing where the study holds no periods to learn from: then nothing can be told.
    """
    periods, group = _periods(study, windows)
    if periods is not None:
        counts = _sums(places, counts_by_period(study, periods))
        found = measure_period_dispersion(counts, periods.lengths, group)
        if np.isfinite(found.usual):
            return found
    return dispersion_between(*(places.sums(counts_within(study, each)) for each in windows))


def dispersion_words(found: PeriodDispersion) -> str:
    """Say how much counts vary, and that tests allow for it."""
    if np.isnan(found.usual):
        return (
            "There are too few months or weeks to learn how much counts vary by themselves, so no"
            " change is told. Give files that reach further back."
        )
    return (
        f"Counts of these places vary {found.usual:.1f} times as much from month to month, or week"
        " to week, as chance alone would make them; tests and intervals allow for that."
    )


def _periods(study: Study, windows: tuple[Window, Window]) -> tuple[Periods | None, Integers]:
    """Return months, or weeks where months are too few, and the stretch of time of each."""
    months = _split(study, "month", windows)
    if knows_months_only(study.dated.incidents.table) or _freedom(*months) >= _FEWEST_FREEDOM:
        return months
    weeks = _split(study, _WEEK, windows)
    return weeks if _freedom(*weeks) > 0 else months


def _split(
    study: Study, every: str, windows: tuple[Window, Window]
) -> tuple[Periods | None, Integers]:
    """Return the periods of a study, each in the window it lies in, the rest, or none of them."""
    try:
        periods = split_periods(study, every=every)
    except RequestError:
        return None, np.empty(0, dtype=np.int64)
    first = np.maximum(periods.starts[:-1], np.datetime64(study.first))
    last = np.minimum(periods.starts[1:] - 1, np.datetime64(study.last))
    group = np.full(periods.size, len(windows), dtype=np.int64)
    for number, window in enumerate(windows):
        opens, closes = np.datetime64(window.first), np.datetime64(window.last)
        group[(last >= opens) & (first <= closes)] = -1
        group[(first >= opens) & (last <= closes)] = number
    return periods, group


def _freedom(periods: Periods | None, group: Integers) -> int:
    """Return the degrees of freedom that periods leave for their spread."""
    if periods is None:
        return 0
    used = group[(group >= 0) & periods.held]
    return int(used.size - np.unique(used).size)


def _sums(places: NamedPlaces, counts: Integers) -> Floats:
    """Return the counts of places by period, shape (places, periods)."""
    sums = np.zeros((len(places.table), counts.shape[1]))
    inside = places.group >= 0
    np.add.at(sums, places.group[inside], counts[inside])
    return sums
