"""Where next: how many incidents each place is expected to have in the month or quarter to come.

Cores are the cells that are expected to be busiest, up to a share of the land, those that touch
joined into places of a size that a team can act on. They hold what their cells hold; nothing is
tested. Nothing is foretold of ground that the data does not reach, nor of a place from months that
the data itself says are not alike (:mod:`mapper.questions.verdicts`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from mapper.analysis.result import AnalysisResult
from mapper.analysis.study import Study
from mapper.base.choices import choice
from mapper.base.errors import RequestError
from mapper.base.files import Progress, no_progress
from mapper.base.text import count
from mapper.base.types import Flags, Floats, Integers
from mapper.grid.hexagons import cells_to_strings
from mapper.questions.answer import answer
from mapper.questions.choices import Choices
from mapper.questions.finding import Finding, Role
from mapper.questions.periods import Periods, counts_by_period, left_out, split_periods
from mapper.questions.places import NamedPlaces, places_by
from mapper.questions.question import Question
from mapper.questions.usual_choices import ROWS, confidence
from mapper.questions.verdicts import CANNOT, vetoes
from mapper.questions.windows import Window
from mapper.statistics.forecast import (
    BANDWIDTH_M,
    FEWEST_COMPARED,
    Forecast,
    Learnt,
    forecast,
    learn,
)
from mapper.statistics.kernel_density import gaussian_kernel
from mapper.statistics.places import join_cores

YEAR = 12  # months
NOTES_ON_FORECAST = 3  # the first notes of an answer; those after them count incidents
LIMITS = (
    "A forecast of places and of nobody in them: it knows no season, no event and no action. Read"
    " an area of this size, not one street."
)
AHEAD: Mapping[str, int] = MappingProxyType({"month": 1, "quarter": 3})
_ROLES: dict[str, Role] = {
    "expected": "derived",
    "low": "derived",
    "high": "derived",
    "last_year": "count",
    "months_counted": "fact",
}


@dataclass(frozen=True, kw_only=True)
class WhereNextChoices(Choices):
    """What is chosen for a forecast."""

    by: Literal["cell", "core", "hotspot", "ward", "district", "area"] = choice(
        "cell",
        "Rows",
        help="Rows: cells, cores of the busiest cells, hot spots, or areas.",
        of={**ROWS, "cell": "Cells", "core": "Cores: the busiest cells joined"},
    )
    land: float = choice(
        0.02,
        "Share of the land",
        help="Of the cores together.",
        least=0.001,
        most=0.2,
        when=("by", "core"),
    )
    ahead: Literal["month", "quarter"] = choice(
        "month",
        "How far ahead",
        help="The month or the quarter after the last whole month.",
        of={"month": "Next month", "quarter": "Next three months"},
    )
    confidence: float = confidence()


@dataclass(frozen=True, eq=False)
class Outlook:
    """The forecast of every cell for one month, and what it rests on."""

    cells: Forecast
    learnt: Learnt
    months: tuple[str, ...]  # foretold from, those with data
    last_year: Integers  # incidents of each cell in the last twelve of them
    periods: Periods

    def named(self, ahead: str) -> str:
        """Return the months foretold in words: June 2025, or June to August 2025."""
        first = np.datetime64(self.periods.starts[-1], "M")
        after = [pd.Timestamp(first + month) for month in range(AHEAD[ahead])]
        if len(after) == 1:
            return f"{after[0]:%B %Y}"
        same = after[0].year == after[-1].year
        return f"{after[0]:%B}{'' if same else f' {after[0].year}'} to {after[-1]:%B %Y}"


def look_ahead(study: Study) -> Outlook:
    """Foretell every cell from all whole months of a study.

    Raises
    ------
    RequestError
        When the days hold fewer than twelve whole months with data.
    """
    periods = split_periods(study, every="month", fewest=YEAR)
    held = periods.held
    if int(held.sum()) < YEAR:
        raise RequestError(
            f"Data for {count(int(held.sum()), 'month')} only, and {YEAR} are needed to look ahead."
            " Choose an earlier first day, or read older data beside this."
        )
    counts = counts_by_period(study, periods)[:, held]
    ages = np.flatnonzero(held).astype(np.float64)
    ages = ages[-1] - ages
    around = gaussian_kernel(study.cells, bandwidth_m=BANDWIDTH_M)
    land = study.area.cells["area_km2"].to_numpy()
    learnt = learn(counts, around, area_km2=land, ages=ages, year=YEAR)
    names = tuple(name for name, has in zip(periods.names, held, strict=True) if has)
    last_year = counts[:, -YEAR:].sum(axis=1)
    return Outlook(forecast(counts, around, learnt, ages=ages), learnt, names, last_year, periods)


def ask_where_next(
    study: Study,
    choices: WhereNextChoices,
    *,
    result: AnalysisResult | None = None,
    progress: Progress = no_progress,
) -> Finding:
    """Foretell places, the busiest first.

    Parameters
    ----------
    choices
        What rows are, next month or quarter, and how sure intervals are.
    result
        The hot spots of the study, found anew when not given.

    Raises
    ------
    RequestError
        When there are fewer than twelve whole months.
    """
    progress("Foretelling earlier months", 0.1)
    outlook = look_ahead(study)
    if choices.by == "core":
        places = _cores(study, outlook, share=choices.land)
    else:
        places = places_by(study, choices.by, result=result)
    told, why = _foretold(study, places, outlook, by=choices.by)
    made = outlook.cells.summed(places.group, len(places.table))
    ahead = AHEAD[choices.ahead]
    low, high = made.interval(ahead, confidence=choices.confidence)
    columns = pd.DataFrame(
        {
            "expected": made.mean * ahead,
            "low": low,
            "high": high,
            "last_year": places.sums(outlook.last_year),
            "months_counted": len(outlook.months),
        }
    )
    table = pd.concat([places.table, columns], axis=1)[told]
    roles = {**places.roles, **_ROLES}
    if study.lens.public and "name" in roles:  # a street is not known of points that were moved
        del roles["name"]
    table = table.sort_values("expected", ascending=False, kind="stable")
    return answer(
        study,
        QUESTION,
        table,
        roles,
        unit="cell" if choices.by == "core" else choices.by,
        choices={**choices.told(), **_told(outlook, choices)},
        notes=(*outlook_words(outlook, choices.ahead), *why, *left_out(study, outlook.periods)),
        where=places.where(study.cells, table),
    )


def _cores(study: Study, outlook: Outlook, *, share: float) -> NamedPlaces:
    """Return the cores of the busiest cells, named by their busiest one."""
    mean = np.where(study.uncovered, 0.0, outlook.cells.mean)
    known = study.area.cells
    land = known["area_km2"].to_numpy()
    group = join_cores(mean, touching=study.touching, area_km2=land, share=share)
    inside = np.flatnonzero(group >= 0)
    order = inside[np.lexsort((-mean[inside], group[inside]))]
    first = order[np.unique(group[order], return_index=True)[1]]
    table = pd.DataFrame(
        {
            "core": pd.array(cells_to_strings(study.cells[first]), dtype="str"),
            "district": known["district"].to_numpy()[first],
            "ward": known["ward"].to_numpy()[first],
            "cells": np.bincount(group[inside]),
            "area_km2": np.bincount(group[inside], weights=land[inside]),
        }
    )
    roles: dict[str, Role] = {"core": "key", "district": "key", "ward": "key"}
    return NamedPlaces(table, {**roles, "cells": "fact", "area_km2": "fact"}, group)


def _foretold(
    study: Study, places: NamedPlaces, outlook: Outlook, *, by: str
) -> tuple[Flags, tuple[str, ...]]:
    """Return of which rows something can be foretold, and in words why not of the others.

    Raises
    ------
    RequestError
        When nothing can be foretold of any.
    """
    starts = outlook.periods.starts.astype(object)
    seen = Window(starts[0], starts[-1] - timedelta(days=1))
    reasons = vetoes(study, places.group, len(places.table), (seen,), by=by)
    forbidden = reasons != ""
    reached = places.sums((~study.uncovered).astype(np.int64)) > 0
    if not (reached & ~forbidden).any():
        why = str(reasons[forbidden][0]) if forbidden.any() else f"{CANNOT}: no data reaches it."
        raise RequestError(
            f"Where next {why} Choose days on one side of that, or larger places: districts."
        )
    words = []
    judged = reasons[reached & forbidden]
    if judged.size:
        why = str(judged[0]).removeprefix(f"{CANNOT}: ")
        words.append(
            f"Left out: {count(judged.size, 'row')}, for the data itself forbids it: {why}"
        )
    if number := int((~reached).sum()):
        words.append(f"Left out: {count(number, 'row')} that the data does not reach.")
    return reached & ~forbidden, tuple(words)


def _told(outlook: Outlook, choices: WhereNextChoices) -> dict[str, object]:
    """Return what the forecast is made with, for a manifest."""
    learnt = outlook.learnt
    return {
        "foretold": outlook.named(choices.ahead),
        "model": "kernel" if learnt.wins else "last year's count",
        "half_life_months": learnt.settings.half_life,
        "trust_months": learnt.settings.trust,
        "earlier_months_compared": learnt.tested,
    }


def outlook_words(outlook: Outlook, ahead: str) -> tuple[str, ...]:
    """Say what is foretold, from what, how it did on earlier months, and what it is not."""
    span = f"from {count(len(outlook.months), 'month')} of data"
    return (
        f"Expected in {outlook.named(ahead)} if things go on as they went, {span}.",
        _how_it_did(outlook.learnt),
        LIMITS,
    )


def _how_it_did(learnt: Learnt) -> str:
    """Say whether last year's count was beaten on earlier months, and what is given therefore."""
    if not learnt.tested:
        return (
            f"There are too few earlier months to test a forecast on (at least {FEWEST_COMPARED},"
            f" each after a year and one more month): given is last year's count."
        )
    parts = zip(learnt.shares, learnt.hit_rate, learnt.last_year, strict=True)
    told = "; ".join(
        f"in {_percent(share, 0)} of the land {_percent(own)} of incidents, last year's count"
        f" {_percent(rival)}"
        for share, own, rival in parts
    )
    given = (
        "given is the forecast"
        if learnt.wins
        else "it did not beat last year's count, so given is last year's count"
    )
    return (
        f"Over the last {count(learnt.tested, 'month')}, each foretold from those before it, the"
        f" forecast held {told}: {given}."
    )


def _percent(share: float | Floats, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


QUESTION = Question(
    id="where-next",
    title="Where next",
    question="Which places are expected to be busiest in the month or quarter to come?",
    definition="Poisson-gamma shrinkage to a 300 m kernel, recent months heavier; or last year.",
    source="Clayton & Kaldor 1987; Mohler and others 2011.",
    group="Where",
    choices=WhereNextChoices,
    answer=ask_where_next,
    long=True,
    counts_are_enough=True,
)
