"""Change: which places have more or fewer incidents than in the window before."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType

import numpy as np
import pandas as pd

from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.questions.answer import answer
from mapper.questions.choices import Choices, Way, Ways
from mapper.questions.dispersion import dispersion_words, place_dispersion
from mapper.questions.finding import Finding, Role
from mapper.questions.grounds import counted_as, ground_of
from mapper.questions.places import By, places_by
from mapper.questions.question import Question
from mapper.questions.usual_choices import ROWS, confidence
from mapper.questions.verdicts import CANNOT, Reasons, vetoes
from mapper.questions.windows import (
    Window,
    check_windows,
    counts_within,
    days_with_data,
    windows_since,
)
from mapper.statistics.change import Change, compare_windows, describe_changes

_ROLES: dict[str, Role] = {
    "before": "count",
    "after": "count",
    "ratio": "derived",
    "ratio_low": "derived",
    "ratio_high": "derived",
    "p": "derived",
    "q": "derived",
    "clear": "class",
    "direction": "class",
    "words": "derived",
}


@dataclass(frozen=True, kw_only=True)
class ChangeChoices(Choices):
    """What is chosen for a change."""

    WAYS = Ways(
        "windows",
        "Compare",
        MappingProxyType(
            {
                "since": Way("Since a day, with as long before", ("since",)),
                "two": Way("Two windows", ("before", "after")),
            }
        ),
    )
    by: By = choice(
        "cell",
        "Rows",
        help="Rows: cells, hot spots of the whole time, or areas.",
        of={**ROWS, "cell": "Cells"},
    )
    since: date | None = choice(
        None, "Since", help="From this day on, against as long before it.", proposed="middle"
    )
    before: Window | None = choice(
        None, "Before", help="Earlier window of days.", proposed="first half"
    )
    after: Window | None = choice(
        None, "After", help="Later window of days.", proposed="second half"
    )
    confidence: float = confidence()


def ask_change(study: Study, choices: ChangeChoices) -> Finding:
    """Compare two windows of time, place by place.

    Parameters
    ----------
    choices
        The day since which, against as many days just before ("since the last meeting"), or two
        windows; what rows are; how sure the interval of each rate ratio is.

    Raises
    ------
    RequestError
        When the windows do not fit together or into the days of the study.
    """
    by, confidence = choices.by, choices.confidence
    windows = _windows(study, choices.since, choices.before, choices.after)
    notes = check_windows(study, *windows)
    places = places_by(study, by)
    whole_area = places_by(study, "area")
    counts = [counts_within(study, window) for window in windows]
    dispersion = place_dispersion(study, places, windows)
    compare = partial(
        compare_windows,
        before_length=days_with_data(study, windows[0]),
        after_length=days_with_data(study, windows[1]),
        confidence=confidence,
        correction=study.request.correction,
    )
    found = compare(places.sums(counts[0]), places.sums(counts[1]), dispersion=dispersion)
    whole = compare(
        *(whole_area.sums(each) for each in counts),
        dispersion=place_dispersion(study, whole_area, windows),
    )
    reasons = vetoes(study, places.group, len(places.table), windows, by=by)
    forbidden = vetoes(study, whole_area.group, 1, windows, by="area")[0]
    columns = pd.DataFrame(_columns(found, study.request.alpha, reasons))
    table = pd.concat([places.table, columns], axis=1)
    verdict = forbidden or describe_changes(whole, alpha=study.request.alpha)[0] + "."
    told = f"{study.area.title} as a whole: {_whole_words(whole)}, {verdict}"
    return answer(
        study,
        QUESTION,
        table,
        {**places.roles, **_ROLES},
        unit=by,
        choices={**choices.told(), **_told(windows)},
        notes=(*_not_judged(reasons), *notes, told, dispersion_words(dispersion)),
        ground=ground_of(
            study,
            places.group,
            (counted_as(study, "before", windows[0]), counted_as(study, "after", windows[1])),
        ),
        where=places.where(study.cells, table),
    )


def _windows(
    study: Study, since: date | None, before: Window | None, after: Window | None
) -> tuple[Window, Window]:
    """Return the two windows asked for."""
    if since is not None and before is None and after is None:
        return windows_since(study, since)
    if since is None and before is not None and after is not None:
        return before, after
    raise RequestError(
        "Say which windows to compare: either the day since which ({since} 2024-03-01), or both"
        " windows ({before} 2024-01-01:2024-02-29 {after} 2024-03-01:2024-04-30).",
        names=("since", "before", "after"),
    )


def _told(windows: tuple[Window, Window]) -> dict[str, object]:
    """Return two windows for a manifest."""
    before, after = ((window.first, window.last) for window in windows)
    return {"before": before, "after": after}


def _columns(found: Change, alpha: float, reasons: Reasons) -> dict[str, object]:
    """Return the columns of a change; a place that cannot be judged has no verdict."""
    judged = reasons == ""
    clear = found.clear(alpha=alpha) & judged
    way = np.array(["fewer", "no clear change", "more"], dtype=object)
    direction = way[1 + np.where(clear, np.where(found.low > 1, 1, -1), 0)]
    some = found.before + found.after > 0
    words = np.array(describe_changes(found, alpha=alpha), dtype=object)
    figures = {
        "ratio": found.ratio,
        "ratio_low": found.low,
        "ratio_high": found.high,
        "p": found.p,
        "q": found.q,
    }
    return {
        "before": found.before,
        "after": found.after,
        **{name: np.where(judged, values, np.nan) for name, values in figures.items()},
        "clear": clear,
        "direction": np.where(judged & (found.known | ~some), direction, CANNOT),
        "words": np.where(judged, words, reasons),
    }


def _not_judged(reasons: Reasons) -> tuple[str, ...]:
    """Say how many rows have no verdict."""
    number = int((reasons != "").sum())
    if not number:
        return ()
    return (f"No verdict on {number:,} of {reasons.size:,} rows: the data itself forbids one.",)


def _whole_words(whole: Change) -> str:
    """Return the counts of the whole area in words."""
    return f"{int(whole.before[0]):,} before, {int(whole.after[0]):,} after"


QUESTION = Question(
    id="change",
    title="What changed",
    question="Which places have more or fewer incidents than in the window before?",
    definition="Conditional test of two counts, dispersion of months allowed for; rate ratio.",
    source="Clopper & Pearson 1934; Wilson 1927; Smyth 2004; Benjamini 1995.",
    group="When",
    choices=ChangeChoices,
    answer=ask_change,
    counts_are_enough=True,
)
